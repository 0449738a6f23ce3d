"""A real visit process with real reader, card, centre and glass; the test plays the supervisor."""

import contextlib
import json
import queue
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from drivers.bench.pcscd import PrivatePcscd
from drivers.card.cardfile import read_card_file
from drivers.card.vpcd import VirtualSlot
from drivers.clock import SystemClock
from kiosk.link import values as link
from kiosk.link.wire import supervisor_end
from tests.kiosk.centre_at_work import NOON, CentreAtWork
from ui.remote import RemoteViewer

T = TypeVar("T")
PATIENCE_S = 20.0
CLOCK = SystemClock()


class Desk:
    """A reader, and the one place on it where a hand puts cards."""

    def __init__(self, pcscd: PrivatePcscd, fonts: Path) -> None:
        self.pcscd = pcscd
        self.fonts = fonts
        self.slot = VirtualSlot(pcscd.vpcd_host, pcscd.vpcd_port)


class VisitBench:
    """The process, and every hand around it."""

    def __init__(self, work: CentreAtWork, desk: "Desk", folder: Path) -> None:
        self.work = work
        self.slot = desk.slot
        self._pcscd_socket = desk.pcscd.socket_path
        self.glass_path = str(folder / "glass")
        self.said: queue.Queue[object] = queue.Queue()
        self.heard: list[object] = []
        self.link_ended = threading.Event()
        ours, theirs = socket.socketpair()
        config = folder / "firmware.toml"
        config.write_text(self._config(desk, folder), encoding="utf-8")
        command = [sys.executable, "-m", "kiosk.runtime.visit", "--config", str(config)]
        self.log = folder / "log"
        with theirs, self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, "--link-fd", str(theirs.fileno())],
                pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stderr=log,
                env={"SDL_AUDIODRIVER": "dummy", "PATH": "/usr/bin:/bin", "HOME": str(folder)},
            )  # fmt: skip
        self.end = supervisor_end(ours)
        self.end.listen(self.said.put, lambda _why: self.link_ended.set())
        self.viewer: RemoteViewer | None = None
        self.header: dict[str, Any] = {}

    def _config(self, desk: "Desk", folder: Path) -> str:
        center = self.work.config()
        sections: dict[str, dict[str, object]] = {
            "terminal": {
                "mode": "demo", "name": "見本", "hours": "",
                "clock_offset_s": (NOON - CLOCK.utc()).total_seconds(),
            },
            "journal": {"directory": str(folder)},
            "card": {"pcscd_socket": str(desk.pcscd.socket_path)},
            "coin": {"port": "/dev/null", "hoppers": {"10": 3}},
            "printer": {
                "device_uri": "ipp://127.0.0.1:9/ipp/print", "runtime_dir": str(folder / "c"),
            },
            "receipt": {"port": "/dev/null"},
            "center": {
                "sites": list(center.sites), "certificate": center.certificate,
                "key": center.key, "tls_roots": center.tls_roots,
                "statement_roots": center.statement_roots,
                "municipality_roots": center.municipality_roots,
                "municipality_crls": list(center.municipality_crls),
                "card_roots": center.card_roots,
            },
            "ui": {"remote": self.glass_path, "deaf_s": 0.0, "sound": False, "video": "dummy",
                   "font_cache": str(desk.fonts)},
        }  # fmt: skip
        return "\n".join(
            "\n".join((f"[{name}]", *(f"{k} = {_toml(v)}" for k, v in values.items()), ""))
            for name, values in sections.items()
        )

    # --- the supervisor -------------------------------------------------------------------

    def expect(self, kind: type[T]) -> T:
        """The next value of that type; what comes before it is kept in `heard`."""
        deadline_s = CLOCK.monotonic_s() + PATIENCE_S
        while True:
            left_s = deadline_s - CLOCK.monotonic_s()
            try:
                value = self.said.get(timeout=max(left_s, 0.001))
            except queue.Empty:
                raise AssertionError(f"no {kind.__name__}: {self.log.read_text()}") from None
            self.heard.append(value)
            if isinstance(value, kind):
                return value

    def heard_after(self, kind: type[T]) -> Iterator[T]:
        """Values of that type, those to come included."""
        while True:
            yield self.expect(kind)

    def take_glass(self) -> None:
        """From spare to visit; the first picture is on the glass when this returns."""
        self.expect(link.SpareReady)
        self.end.send(link.TakeGlass())
        self.viewer = self._look()
        self.screen("start")

    def _look(self) -> RemoteViewer:
        deadline_s = CLOCK.monotonic_s() + PATIENCE_S
        while True:
            try:
                return RemoteViewer(self.glass_path, timeout_s=PATIENCE_S)
            except OSError:
                assert CLOCK.monotonic_s() < deadline_s, self.log.read_text()
                CLOCK.sleep(0.005)

    # --- the resident ----------------------------------------------------------------------

    def screen(self, name: str) -> None:
        """Wait until that screen is on the glass."""
        assert self.viewer is not None
        try:
            while self.header.get("screen") != name or not self._steady():
                self.header, _ = self.viewer.frame()
        except OSError:
            stood = self.header.get("screen")
            raise AssertionError(f"{stood}, not {name}: {self.log.read_text()}") from None

    def _steady(self) -> bool:
        return bool(self.header.get("actions")) or self.header.get("screen") in _WITHOUT_BUTTONS

    def tap(self, *actions: str) -> None:
        """Touch these buttons, each as soon as it can be pressed."""
        for action in actions:
            self._touch(action)

    def _touch(self, action: str) -> None:
        assert self.viewer is not None
        while True:
            for found in self.header["actions"]:
                if found["id"] == action and found["enabled"]:
                    x, y, w, h = found["box"]
                    self.viewer.send({"touch": [x + w / 2, y + h / 2]})
                    before = self.header["serial"]
                    while self.header["serial"] == before:
                        self.header, _ = self.viewer.frame()
                    return
            self.header, _ = self.viewer.frame()

    def place(self, card: str) -> None:
        """Put a card of the demo down."""
        file = self.work.state.card(card) / "card.toml"
        self.slot.insert(read_card_file(file).make())

    def left_before(self, card: str) -> None:
        """Put it down before anybody begins; the service has seen it when this returns."""
        # In a process of its own: libpcsclite knows one service a process.
        command = [sys.executable, "-c", _SEES_A_CARD, str(self._pcscd_socket)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watch:
            assert watch.stdout
            # The story before may have ended with a card that the service has not missed yet.
            assert watch.stdout.readline() == "gone\n"
            self.place(card)
            assert watch.wait(PATIENCE_S) == 0

    def close(self) -> None:
        """Leave nothing running."""
        self.slot.pull()
        if self.viewer is not None:
            self.viewer.close()
        self.end.close()
        self.process.kill()
        self.process.wait()


_SEES_A_CARD = """
import sys
from drivers.card.contract import Presence
from drivers.card.pcsc import CardReaderConfig, PcscCardReader
reader = PcscCardReader(CardReaderConfig(pcscd_socket=sys.argv[1]))
seen = reader.status()
while seen.presence is not Presence.EMPTY:
    seen = reader.wait_change(seen, 5.0)
print("gone", flush=True)
while seen.presence is not Presence.CARD:
    seen = reader.wait_change(seen, 5.0)
"""
_WITHOUT_BUTTONS = frozenset({"print", "receipt", "leave_card", "return", "closing"})


@contextlib.contextmanager
def visit_bench(work: CentreAtWork, desk: Desk) -> Iterator[VisitBench]:
    with tempfile.TemporaryDirectory(prefix="k") as folder:
        bench = VisitBench(work, desk, Path(folder))
        try:
            yield bench
        finally:
            bench.close()


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)
