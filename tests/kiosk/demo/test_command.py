"""`kiosk demo` as a user meets it: its window, its refusals, and that nothing of it stays."""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from drivers.clock import SystemClock
from kiosk.demo import cli

_LIMIT_S = 60.0
_LOOK_S = 0.05


def _wait(holds: Callable[[], object], what: str, limit_s: float = _LIMIT_S) -> None:
    clock = SystemClock()
    until_s = clock.monotonic_s() + limit_s
    while not holds():
        assert clock.monotonic_s() < until_s, what
        clock.sleep(_LOOK_S)


class Demo:
    """The command in a process of its own."""

    def __init__(self, *more: str, display: str = "") -> None:
        own = lambda name: name == "DISPLAY" or name.startswith("SDL_")  # noqa: E731
        environment = {k: v for k, v in os.environ.items() if not own(k)}
        if display:
            environment["DISPLAY"] = display
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kiosk", "demo", "--fast", *more],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment,
            start_new_session=True,
        )  # fmt: skip
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.said.extend(self.process.stdout)

    def word_after(self, mark: str) -> str:
        """What stands after `mark` in its output."""
        _wait(lambda: any(mark in line for line in self.said), f"never said {mark!r}: {self.said}")
        return next(line.split(mark)[1] for line in self.said if mark in line).strip()

    def screen(self) -> str:
        """The screen it shows."""
        return str(self.state()["screen"])

    def state(self) -> dict[str, object]:
        """What the dock page is told."""
        address = self.word_after("The dock page:")
        with urllib.request.urlopen(f"{address}state") as answer:  # noqa: S310 - its own address
            said: dict[str, object] = json.loads(answer.read())
        return said

    def await_screen(self, name: str) -> None:
        """Wait for this screen."""
        _wait(lambda: self.screen() == name, f"no screen {name!r}")

    def click_on(self, name: str) -> tuple[int, int]:
        """The middle of the terminal's button, once it is there."""
        _wait(lambda: self._box(name), f"no button {name!r}")
        left, top, width, height = self._box(name)
        return left + width // 2, top + height // 2

    def _box(self, name: str) -> list[int]:
        actions = self.state()["actions"]
        assert isinstance(actions, list)
        return next((action["box"] for action in actions if action["id"] == name), [])

    def end(self, number: signal.Signals) -> int:
        """Signal it, and wait for its end; its status."""
        self.process.send_signal(number)
        status = self.process.wait(_LIMIT_S)
        self._reader.join(_LIMIT_S)
        return status

    def kill(self) -> None:
        """For a test that failed: end it, however it stands."""
        if self.process.poll() is None:
            self.end(signal.SIGTERM)


@pytest.fixture
def start() -> Iterator[Callable[..., Demo]]:
    """Start a demo; it is ended after the test if it still runs."""
    demos: list[Demo] = []

    def begin(*more: str, display: str = "") -> Demo:
        demos.append(Demo(*more, display=display))
        return demos[-1]

    yield begin
    for demo in demos:
        demo.kill()


@pytest.fixture
def display() -> Iterator[str]:
    """An X display without a screen."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as told:
        yield f":{told.readline().strip()}"
    server.terminate()
    server.wait(_LIMIT_S)


def _family(pid: int) -> set[tuple[int, str]]:
    """The process and all below it: (id, start time), which no later process has again."""
    parents: dict[int, list[tuple[int, str]]] = {}
    found: set[tuple[int, str]] = set()
    for place in Path("/proc").glob("[0-9]*"):
        fields = _stat(int(place.name))
        if fields:
            one = (int(place.name), fields[19])
            parents.setdefault(int(fields[1]), []).append(one)
            if one[0] == pid:
                found.add(one)
    new = set(found)
    while new:
        new = {child for one in new for child in parents.get(one[0], [])} - found
        found |= new
    return found


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat after the name; empty for no process or a dead one."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return []
    return [] if fields[0] == "Z" else fields


def _alive(family: set[tuple[int, str]]) -> list[int]:
    return [pid for pid, began in family if _stat(pid)[19:20] == [began]]


def _xdotool(display: str, *arguments: str) -> str:
    done = subprocess.run(
        ["xdotool", *arguments], env={**os.environ, "DISPLAY": display},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout.strip()


def _window_names(display: str) -> list[str]:
    windows = _xdotool(display, "search", "--onlyvisible", "--any", ".*").split()
    return [_xdotool(display, "getwindowname", window) for window in windows]


def _click(demo: Demo, display: str, button: str) -> None:
    """With the X server's own pointer; again if the click came with the focus and SDL ate it."""
    before = demo.screen()
    x, y = demo.click_on(button)
    for _ in range(3):
        _xdotool(display, "mousemove", str(x), str(y), "click", "1")
        with suppress(AssertionError):
            _wait(lambda: demo.screen() != before, "no click went through", limit_s=5.0)
            return
    raise AssertionError(f"clicks on {button!r} do nothing; the screen is {demo.screen()!r}")


@pytest.mark.daemon
@pytest.mark.slow
@pytest.mark.timeout(240)
def test_two_at_once_one_with_a_window_and_nothing_stays(
    start: Callable[..., Demo], display: str
) -> None:
    windowed, other = start("--card", "yamada-taro", display=display), start()
    for demo in (windowed, other):
        demo.await_screen("start")
    # The line it prints for staff works as it stands.
    stock = ["stock", *other.word_after(" stock ").split()]
    shown = subprocess.run(
        [sys.executable, "-m", "kiosk", *stock], check=True, capture_output=True, text=True
    ).stdout
    assert "¥100      100   set" in shown
    # The window is the terminal's glass: a click into it is a touch.
    _wait(lambda: "証明書交付サービス" in _window_names(display), "no window")
    for button in ("start", "service:certificates"):
        _click(windowed, display, button)
    # --card NAME: the card is put down when the screen asks for it.
    windowed.await_screen("where")
    assert windowed.state()["card"] == "yamada-taro"
    assert other.screen() == "start"
    for demo, number in ((windowed, signal.SIGINT), (other, signal.SIGTERM)):
        family = _family(demo.process.pid)
        runtime = Path(demo.word_after("Logs while it runs:"))
        assert len(family) > 4
        assert runtime.is_dir()
        assert demo.end(number) == 0
        _wait(lambda family=family: not _alive(family), f"still there: {family}")  # type: ignore[misc]
        assert not runtime.exists()
        assert demo.said[-1] == "Everything has ended.\n"


@pytest.mark.daemon
@pytest.mark.slow
@pytest.mark.timeout(120)
def test_ended_while_it_starts_nothing_stays(start: Callable[..., Demo]) -> None:
    demo = start()
    _wait(lambda: len(_family(demo.process.pid)) > 1, "nothing was started")
    family = _family(demo.process.pid)
    demo.end(signal.SIGTERM)
    _wait(lambda: not _alive(family), f"still there: {family}")


@pytest.mark.daemon
@pytest.mark.slow
@pytest.mark.timeout(120)
def test_killed_outright_nothing_of_it_runs_on(start: Callable[..., Demo]) -> None:
    demo = start()
    demo.await_screen("start")
    runtime = Path(demo.word_after("Logs while it runs:"))
    family = _family(demo.process.pid)
    assert demo.end(signal.SIGKILL) == -signal.SIGKILL
    _wait(lambda: not _alive(family), f"still there: {family}")
    shutil.rmtree(runtime)  # which nobody was left to do


@pytest.mark.daemon
@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_card_of_somebody_else_gets_its_certificate(
    start: Callable[..., Demo], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The key is exported, the card comes over vpcd from another program, and goes with it."""
    if cli.demo_state().exists():
        shutil.copytree(cli.demo_state(), tmp_path / "state")
    monkeypatch.setenv(cli.STATE_VARIABLE, str(tmp_path / "state"))
    export = ("center", "pki", "export", "yamada-taro", "--out", str(tmp_path / "key"))
    subprocess.run([sys.executable, "-m", *export], check=True, capture_output=True)
    out = tmp_path / "out"
    demo = start("--card", "external", "--auto", "--out", str(out), "--lang", "ko", "--no-inquiry")
    place = demo.word_after("Connect a virtual card to vpcd at").rstrip(";")
    demo.await_screen("place_card")
    cards = str(tmp_path / "state" / "cards")
    card = subprocess.Popen(
        [sys.executable, "-m", "drivers", "card", "serve", "yamada-taro", "--vpcd", place,
         "--dir", cards], stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        demo.await_screen("take_card")
    finally:
        card.terminate()
        card.wait(_LIMIT_S)
    assert demo.process.wait(_LIMIT_S) == 0, demo.said
    said = (out / "report.html").read_text(encoding="utf-8")
    assert "Everything holds." in said
    assert "the card was somebody else&#x27;s" in said
    assert (out / "sheets" / "sheet-1.pdf").read_bytes().startswith(b"%PDF")
    assert json.loads((out / "journal.jsonl").read_text().splitlines()[-1])


# --- refusals ------------------------------------------------------------------------------


def _arguments(*given: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    cli.add_parser(parser.add_subparsers())
    return parser.parse_args(["demo", *given])


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state directory with two cards in it."""
    for name in ("yamada-hanako", "blocked"):
        place = tmp_path / "state" / "cards" / name
        place.mkdir(parents=True)
        (place / "card.toml").write_text('[card]\nlabel = "x"\n[auth]\npin = "1234"\n')
    return tmp_path / "state"


def _refusal(state: Path, *given: str) -> str:
    with pytest.raises(cli.Unfit) as refused:
        cli.check_arguments(_arguments(*given), state)
    return str(refused.value)


def test_a_report_needs_a_place(state: Path) -> None:
    assert _refusal(state, "--auto") == "--auto needs --out DIR: where the report goes."
    assert "--out goes with --auto" in _refusal(state, "--out", "x")


def test_an_escrow_needs_cctalk(state: Path) -> None:
    cli.check_arguments(_arguments("--coin-escrow"), state)
    said = _refusal(state, "--coin-escrow", "--coin-protocol", "mdb")
    assert said == "--coin-escrow goes with ccTalk: MDB has no coin escrow."


def test_a_report_needs_a_place_that_takes_files(state: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    place = str(tmp_path / "file" / "out")
    said = _refusal(state, "--auto", "--out", place)
    assert said == f"The report cannot go to {place}: Not a directory. Choose another --out."


def test_the_keys_need_a_place(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "Set KIOSK_DEMO_STATE to a directory." in _refusal(tmp_path / "file" / "state")


def test_an_unknown_card_is_answered_with_the_names(state: Path) -> None:
    said = _refusal(state, "--card", "nobody")
    assert said == "There is no card 'nobody'. There are: blocked, yamada-hanako; or external."


@pytest.mark.parametrize("card", ["", "external", "blocked"])
def test_a_known_card_or_none_is_taken(state: Path, card: str) -> None:
    cli.check_arguments(_arguments("--card", card), state)


def test_before_the_first_start_no_card_is_unknown_yet(tmp_path: Path) -> None:
    cli.check_arguments(_arguments("--card", "yamada-hanako"), tmp_path / "new")


def test_a_port_in_use_is_named(state: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = _refusal(state, "--port", str(port))
    assert said.startswith(f"The dock page cannot use port {port} (")
    assert said.endswith("Choose another --port, or 0.")


def test_a_port_that_is_none_is_named(state: Path) -> None:
    assert "cannot use port 99999" in _refusal(state, "--port", "99999")


def test_refusals_are_one_line_and_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(_arguments("--auto")) == 2
    assert capsys.readouterr().err == "--auto needs --out DIR: where the report goes.\n"


@pytest.mark.parametrize("given", [("--copies", "0"), ("--copies", "11"), ("--certificate", "x"),
                                   ("--lang", "fr")])  # fmt: skip
def test_what_the_terminal_does_not_offer_cannot_be_asked_for(given: tuple[str, str]) -> None:
    with pytest.raises(SystemExit):
        _arguments(*given)
