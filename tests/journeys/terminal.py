"""A demo's stage for stories: own copy of the keys, other configuration, and ways to look at it."""

import dataclasses
import json
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from drivers.card.cardfile import read_card_file
from drivers.clock import SystemClock
from kiosk.demo.cli import opening_offset_s
from kiosk.demo.glass_link import Frame
from kiosk.demo.stage import DemoStage

HURRY = Path(__file__).parent / "hurry"
LIMIT_S = 30.0
"""Nothing in these stories lasts longer, on a busy machine."""

_ASK_AGAIN_S = 0.1
_POLLS = 3
"""So many looks at the slot at different times are more than those of the set-up."""
CLOCK = SystemClock()

Entry = tuple[str, dict[str, Any]]


class Stage(DemoStage):
    """A running terminal with its centre and virtual devices; mechanics take no time."""

    def __init__(
        self,
        place: Path,
        sections: Mapping[str, Mapping[str, float | str]] | None = None,
        *,
        coins: Mapping[int, int] | None = None,
        coin_machine: str = "cctalk",
    ) -> None:
        """`sections`: configuration beside the demo's; `coins`: value -> pieces in its hopper."""
        self.sections = {**_SECTIONS, **(sections or {})}
        self._coins = coins or {}
        self._changed = threading.Condition()
        self.painter = 0
        """The process that painted what is on the glass."""
        runtime = place / "run"
        runtime.mkdir(mode=0o711)
        super().__init__(
            place / "state",
            runtime,
            opening_offset_s(),
            fast=True,
            frames="none",
            coin_machine=coin_machine,
        )
        self.logbook.subscribe(self._something)
        try:
            self.glass.wait_for(lambda frame: bool(frame.actions), LIMIT_S)
            self._await_coins()
        except BaseException:
            # Nobody else could: what was left behind would hold the next stage's coin line.
            self.close()
            raise

    def _await_coins(self) -> None:
        """Until the terminal polls the coin slot: a starved machine may need a second attempt to
        set it up, and service is closed until then."""
        acceptor, polls = self.devices.coins.acceptor, set[float]()

        def polled() -> bool:
            polls.add(acceptor.polled_s)
            return len(polls) > _POLLS

        self.until(polled, "the coin slot is polled")

    def _environment(self) -> dict[str, str]:
        return {**super()._environment(), "PYTHONPATH": str(HURRY)}

    def _write_config(self) -> None:
        for yen, pieces in self._coins.items():
            self.devices.coins.hand.empty_hopper(yen, keep=pieces)
        super()._write_config()
        text = self._config.read_text(encoding="utf-8")
        for name, values in self.sections.items():
            head, lines = (
                f"[{name}]\n",
                "".join(f"{key} = {json.dumps(it)}\n" for key, it in values.items()),
            )
            if head not in text:
                text += head
            text = text.replace(head, head + lines)
        self._config.write_text(text, encoding="utf-8")

    # --- looking ---------------------------------------------------------------------------

    def _saw(self, frame: Frame) -> None:
        self.painter = self.glass.pid
        super()._saw(frame)

    def _something(self, _event: str, _data: object) -> None:
        with self._changed:
            self._changed.notify_all()

    def until(self, holds: Callable[[], object], what: str, limit_s: float = LIMIT_S) -> None:
        """Wait until `holds()`, asked again whenever anybody did anything. Fails after a while.

        Asked every now and then as well: not everything that can be waited for is written down.
        """
        until_s = CLOCK.monotonic_s() + limit_s
        with self._changed:
            while not (came := bool(holds())) and CLOCK.monotonic_s() < until_s:
                self._changed.wait(_ASK_AGAIN_S)
        assert came, f"{what}; the screen is {self.glass.frame.screen!r}\n{self.last_words()}"

    def entries(self) -> list[Entry]:
        """The whole journal: kind and fields."""
        bodies = (json.loads(line)["body"] for line in self._whole_lines())
        return [(str(body["kind"]), body["f"]) for body in bodies]

    def _whole_lines(self) -> list[str]:
        text = self.journal.text()
        return text[: text.rfind("\n") + 1].splitlines()

    def last_words(self) -> str:
        """The end of journal and log, for whoever has to find out why."""
        journal = "\n".join(f"{kind} {fields}" for kind, fields in self.entries()[-25:])
        return f"{journal}\n{self.terminal.last_words()}"

    # --- between two stories -----------------------------------------------------------------

    def ready(self) -> None:
        """Wait for the first picture; a visit that a failed story left behind is killed first."""
        try:
            self._first_picture(LIMIT_S if self.glass.frame.screen == "closed" else 3.0)
        except TimeoutError:
            self.kill_visit()
            self._first_picture(LIMIT_S)
        self.until(self._nobody_served, "the visit before is settled")

    def _nobody_served(self) -> bool:
        kinds = [kind for kind, _ in self.entries() if kind in {"visit.begin", "visit.end"}]
        return kinds[-1:] != ["visit.begin"]

    def _first_picture(self, limit_s: float) -> None:
        frame = self.glass.wait_for(lambda f: f.screen in {*_SAID, "start"}, limit_s)
        while frame.screen in _SAID:
            button = frame.action("confirm")
            if button is not None:
                self.glass.touch(*button.middle)
            frame = self._picture_after(frame, limit_s)

    def _picture_after(self, last: Frame, limit_s: float) -> Frame:
        # The same screen again is only the button that looks pressed.
        awaited = {*_SAID, "start"} - {last.screen}
        return self.glass.wait_for(lambda f: f.screen in awaited, limit_s)

    def put_back(self) -> None:
        """Undo whatever hands did to the devices and to the line."""
        self.cable.delay_s = 0.0
        self.cable.mend()
        self.pull_card()
        self.fix_printer()
        self.devices.printer.take_paper()
        coins = self.devices.coins
        coins.speeds.dispense_coin_s = coins.speeds.fall_time_s = 0.0
        coins.hand.restore_cable()
        for yen in coins.hoppers:
            coins.hand.unjam_hopper(yen)
        coins.hand.take_tray()
        self.devices.receipt.hand.load_roll()
        self.devices.receipt.hand.switch_on()

    def fix_printer(self) -> None:
        """Paper in, jams out, covers shut, at full speed."""
        printer = self.devices.printer
        printer.load_paper(250)
        printer.clear_jam()
        printer.close_cover()
        printer.resume()
        self.build_printer(first_sheet_s=0.02, sheet_s=0.02, reprints_jammed=False)

    def build_printer(self, **build: Any) -> None:
        """Another kind of printer from now on: fields of `Machine`."""
        engine = self.devices.printer._engine
        engine.machine = dataclasses.replace(engine.machine, **build)

    # --- hands that a demo does not need -----------------------------------------------------

    @contextmanager
    def held(self, pid: int) -> Iterator[None]:
        """The process stands still meanwhile, as under a debugger."""
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def close(self) -> None:
        """End everything."""
        if self._closers:
            self.kill_centre()
        super().close()

    def kill_centre(self) -> None:
        """Not asked to end, for it would wait for its partners; what it holds is thrown away."""
        if self.centre.pid:
            os.kill(self.centre.pid, signal.SIGKILL)

    def lets_in(self, yen: int) -> None:
        """Wait until the coin slot would take such a coin."""
        let_in = self.devices.coins.hand.would_be_let_in
        self.until(lambda: let_in(yen), f"¥{yen} is let in")

    def place_gated_card(self, name: str) -> threading.Event:
        """Put down a card that answers nothing while the gate, which is returned, is clear."""
        card = next(card for card in self.cards if card.name == name)
        made, gate = read_card_file(card.path).make(), threading.Event()
        at_once = made.transmit

        def gated(apdu: bytes) -> bytes:
            gate.wait(LIMIT_S)
            return at_once(apdu)

        made.transmit = gated  # type: ignore[method-assign]
        self.devices.card_name, self.devices.last_card = card.name, card
        self.devices._card = self.devices._last_made = made
        self.devices.slot.insert(made)
        return gate

    def crash_terminal(self) -> None:
        """SIGKILL the supervisor, as a power failure of it alone would. Whoever calls this starts
        it again: by itself it would be started as well, and two would be on one coin line."""
        terminal = self.terminal
        with terminal._deciding:
            process, terminal._process = terminal._process, None
        assert process
        process.kill()
        process.wait()

    def restart_terminal(self) -> None:
        """In order, with the configuration as it stands now."""
        self.terminal.stop()
        self._write_config()
        self.terminal.start()
        self._await_coins()


_SECTIONS = {"limits": {"fall_s": 0.3}, "printer": {"sheet_s": 5.0}}

_SAID = frozenset({"apology", "end", "returned", "finish", "refused"})
"""What a visit says last; it goes on from there by itself or at a touch."""


@contextmanager
def staged(
    sections: Mapping[str, Mapping[str, float | str]] | None = None,
    *,
    coins: Mapping[int, int] | None = None,
    coin_machine: str = "cctalk",
) -> Iterator[Stage]:
    """A stage in a private directory in memory; everything of it is gone afterwards."""
    memory = Path("/dev/shm")
    place = memory if os.access(memory, os.W_OK) else None
    root = Path(tempfile.mkdtemp(prefix="k", dir=place))
    root.chmod(0o711)
    try:
        stage = Stage(root, sections, coins=coins, coin_machine=coin_machine)
        try:
            yield stage
        finally:
            stage.close()
    finally:
        shutil.rmtree(root, ignore_errors=True)
