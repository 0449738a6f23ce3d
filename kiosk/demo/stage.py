"""The whole demo on one machine: virtual devices, centre, terminal, and a hand for each.

The terminal is the production program, started as a person would start it; the stage reaches it
only where the world does: reader, coin slot, paper tray, network, glass.
"""

import datetime
import os
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from drivers.bench.network import Cable
from drivers.clock import SystemClock
from kiosk.demo.devices import DemoCard, VirtualDevices, find_cards
from kiosk.demo.fault_plan import FaultPlan, PlanRunner, ready_made
from kiosk.demo.glass_link import Frame, GlassLink
from kiosk.demo.hands import HANDS, HANDS_BY_NAME, TOUCHES
from kiosk.demo.journal_tail import JST, JournalTail
from kiosk.demo.logbook import Listener, Logbook
from kiosk.demo.programs import CentreProgram, Places, TerminalProgram, terminal_config

_LINES_AGAIN = 200
"""What a page that is opened or loaded again gets of logbook and journal."""
_KEYS = frozenset("0123456789*#") | {"enter", "cancel", "up", "down", "left", "right"}


class DemoStage:
    """Starts everything on construction; `close` ends all of it. One for a process."""

    def __init__(  # noqa: PLR0913 - where, when, and three choices by name
        self,
        state: Path,
        runtime: Path,
        offset_s: float,
        *,
        fast: bool = False,
        frames: str = "png",
        coin_machine: str = "cctalk",
    ) -> None:
        """`state`: the demo's PKI and cards (made if missing); `runtime`: private, empty.

        `fast`: mechanics take no time. `frames`: "none": no pictures. `coin_machine`:
        one of `COIN_MACHINES`.
        """
        self._state = state
        self._runtime = runtime
        self.clock = SystemClock(offset_s)
        self._fast = fast
        self._frames = frames
        self._coin_machine = coin_machine
        self.deaf_s = 0.0 if fast else 0.3
        self.logbook = Logbook(self.clock)
        self.on_frame: Callable[[Frame], None] | None = None
        """Called with every frame, from the link's thread."""
        self._card_for_visitor = ""
        self._restarting = threading.Lock()
        self._closers: list[Callable[[], None]] = []
        self.fault_plans = {plan.name: plan for plan in ready_made(HANDS)}
        self.plans = PlanRunner(self.do, SystemClock(), lambda it: self.logbook.write("plan", it))
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def _start(self) -> None:
        """Centre and devices at once; the terminal beside them, unless its keys are yet to come."""
        self.centre = CentreProgram(self._state, self._runtime)
        self._closers.append(self.centre.stop)
        keys = self._keys()
        self.centre.launch(self.clock.offset_s)
        self.cable = Cable(("127.0.0.1", 0))
        self._closers.append(self.cable.close)
        self.devices = VirtualDevices(
            self._runtime, self.logbook, SystemClock(), fast=self._fast, coins=self._coin_machine
        )
        self._closers.append(self.devices.close)
        self._closers += [self.logbook.subscribe(self._plan_hears), self.plans.stop]
        self._config = self._runtime / "firmware.toml"
        self._write_config()
        self.journal = JournalTail(self._runtime / "state" / "journal.jsonl", self.logbook)
        self._closers.append(self.journal.close)
        self._follow_glass()
        self.terminal = TerminalProgram(
            self._config, self._runtime, self._environment(), self._terminal_ended
        )
        self._closers.append(self.terminal.stop)
        if keys:
            self.terminal.start()
        self.cable.point_at(("127.0.0.1", self.centre.await_port()))
        self.cards: tuple[DemoCard, ...] = find_cards(self._state / "cards")
        if self._keys() != keys:
            # The centre made keys, or made some anew: what the terminal has read is of no use.
            self.terminal.stop()
            # Nobody may take the last picture of that one for a glass that can be touched.
            self.glass.close()
            self._follow_glass()
            self.terminal.start()

    def _terminal_ended(self, sentence: str) -> None:
        self.logbook.write("terminal", sentence)
        self.tell()

    def _follow_glass(self) -> None:
        self.glass = GlassLink(str(self._glass_path), SystemClock(), self._saw, self._frames)
        self._closers.append(self.glass.close)

    def _keys(self) -> dict[Path, int]:
        """When each file was written that the terminal reads; empty before the first start."""
        places = (self._state / "trust", self._state / "pki" / "terminal")
        files = (path for place in places for path in place.glob("*") if path.is_file())
        return {path: path.stat().st_mtime_ns for path in files}

    @property
    def _glass_path(self) -> Path:
        return self._runtime / "glass.sock"

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **self.devices.pcscd.environment}

    def _write_config(self) -> None:
        places = Places(
            state=self._state,
            runtime=self._runtime,
            journal=self._runtime / "state",
            pcscd_socket=str(self.devices.pcscd.socket_path),
            coin=self.devices.coin_config,
            receipt_port=self.devices.receipt_port,
            printer_uri=self.devices.printer.device_uri,
            center_port=self.cable.port,
            glass=str(self._glass_path),
            hoppers=tuple(
                (yen, hopper.pieces) for yen, hopper in self.devices.coins.hoppers.items()
            ),
            offset_s=self.clock.offset_s,
            deaf_s=self.deaf_s,
        )
        text = terminal_config(places)
        self._config.write_text(text, encoding="utf-8")

    def close(self) -> None:
        """End every process, daemon and thread, newest first. Idempotent."""
        while self._closers:
            self._closers.pop()()

    # --- hands ---------------------------------------------------------------------------

    def place_card(self, name: str) -> None:
        """Put a card on the reader. Raises ValueError for one there is none of."""
        card = self._card_named(name)
        if card is None:
            raise ValueError(f"there is no card {name!r}")
        self.devices.place(card)
        self.tell()

    def pull_card(self) -> None:
        """Take the card away."""
        self.devices.pull()
        self.tell()

    def drop_coin(self, yen: int) -> None:
        """Put a coin into the slot."""
        self.logbook.write("hand", f"dropped ¥{yen}")
        self.devices.coins.hand.drop_coin(yen)

    def insert_bill(self, yen: int) -> None:
        """Offer a bill at the validator's mouth."""
        self.logbook.write("hand", f"offered a ¥{yen} note")
        self.devices.coins.hand.insert_bill(yen)

    def take_paper(self) -> None:
        """Take the sheets out of the output tray."""
        sheets = self.devices.printer.take_paper()
        self.logbook.write("hand", f"took {len(sheets)} sheet{'' if len(sheets) == 1 else 's'}")
        self.tell()

    def set_clock(self, time: str) -> None:
        """Make it `time` (HH:MM, Japan) today; centre and terminal start anew. Slow.

        Raises ValueError for no time of day, or while the clock is being set already.
        """
        wanted = datetime.time.fromisoformat(time)
        if not self._restarting.acquire(blocking=False):
            raise ValueError("the clock is being set already")
        try:
            self._restart_at(wanted)
        finally:
            self._restarting.release()
        self.logbook.write("hand", f"set the clock to {time}")

    def _restart_at(self, wanted: datetime.time) -> None:
        now = SystemClock().utc().astimezone(JST)
        shift = now.replace(hour=wanted.hour, minute=wanted.minute, second=0) - now
        self.terminal.stop()
        self.centre.stop()
        self.clock.offset_s = shift.total_seconds()
        self._write_config()
        self.centre.start(self.clock.offset_s)
        self.cable.point_at(("127.0.0.1", self.centre.port))
        self.terminal.start()

    def kill_visit(self) -> None:
        """SIGKILL the process that holds the glass, as a crash would."""
        pid = self.glass.pid
        if pid:
            self.logbook.write("hand", f"killed the visit (process {pid})")
            os.kill(pid, signal.SIGKILL)

    def run_plan(self, name: str) -> None:
        """Begin a ready-made fault plan; an empty name gives up the one that runs.

        Raises ValueError for a name there is none of.
        """
        if not name:
            self.plans.stop()
        elif name in self.fault_plans:
            self.plans.start(self.fault_plans[name])
        else:
            raise ValueError(f"there is no fault plan {name}")

    def start_plan(self, plan: FaultPlan) -> None:
        """Begin a plan that is not ready-made."""
        self.plans.start(plan)

    def do(self, name: str, arguments: Mapping[str, Any]) -> None:
        """One hand of the dock page.

        Raises KeyError for a hand there is none of, ValueError and TypeError for what it is
        given, DidNotStart when setting the clock brought nothing back.
        """
        if name not in HANDS_BY_NAME:
            raise KeyError(name)
        HANDS_BY_NAME[name](self, **arguments)
        if name not in TOUCHES:
            self.tell()

    def press_key(self, name: str) -> None:
        """A key of the terminal's keypad. Raises ValueError for one it has not."""
        if name not in _KEYS:
            raise ValueError(f"the keypad has no key {name!r}")
        self.glass.key(name)

    def finger(self, x: float, y: float, *, down: bool) -> None:
        """A finger at these fractions of the glass."""
        width, height = self.glass.frame.size
        self.glass.finger(x * width, y * height, down=down)

    # --- what is seen --------------------------------------------------------------------

    def state(self) -> Mapping[str, Any]:
        """Everything the dock page shows."""
        printer, frame = self.devices.printer, self.glass.frame
        return {
            "screen": frame.screen,
            "frame": frame.number,
            "size": frame.size,
            "language": frame.language,
            "page": f"{frame.page + 1}/{frame.pages}",
            "anywhere": frame.anywhere,
            "actions": [asdict(action) for action in frame.actions],
            "state": self.journal.state,
            "cards": [{"name": c.name, "pin": c.pin, "note": c.label} for c in self.cards],
            "card": self.devices.card_name,
            **self.devices.coin_state(),
            "paper": printer.paper,
            "tray_sheets": len(printer.tray),
            "jam_awaits": printer.jam_awaits,
            "printer_troubles": list(printer.troubles),
            "sheets": [
                {"id": str(sheet.number), "label": f"Sheet {sheet.number}"}
                for sheet in printer.delivered[-12:]
            ],
            "slips": [
                {"id": str(number), "label": f"Receipt {number}"}
                for number in range(1, len(self.devices.receipt.slips) + 1)
            ][-6:],
            "plans": [{"name": p.name, "what": p.what} for p in self.fault_plans.values()],
            "plan": self.plans.running,
            "centre_cut": self.cable.is_cut,
            "centre_delay": self.cable.delay_s,
            "clock": self.clock.utc().astimezone(JST).strftime("%Y-%m-%d %H:%M JST"),
            "restarting": self._restarting.locked(),
            "journal_count": self.journal.count,
        }

    def history(self) -> Mapping[str, Any]:
        """Event name -> the newest lines, for a page that has just been opened."""
        return {
            "log": self.logbook.newest(_LINES_AGAIN),
            "journal": self.journal.newest(_LINES_AGAIN),
        }

    def picture(self, kind: str, name: str) -> bytes | None:
        """PNG of the frame, a sheet or a slip."""
        number, _, large = name.partition("@")
        if kind == "frame":
            return self.glass.frame.png or None
        if not number.isdecimal():
            return None
        if kind == "sheet":
            return self.devices.sheet_png(int(number), large=bool(large))
        return self.devices.slip_png(int(number)) if kind == "slip" else None

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Tell `listener` of every change."""
        return self.logbook.subscribe(listener)

    def tell(self) -> None:
        """Tell the pages how things stand."""
        self.logbook.tell("state", self.state())

    # --- what a test or an autopilot may know --------------------------------------------

    def pin_of(self, name: str) -> str:
        """The PIN of a demo card; of "external": of the resident exported last."""
        card = self._card_named(self._exported() if name == "external" else name)
        return card.pin if card else ""

    def card_file(self) -> Path | None:
        """The file of the card that was placed last, else of the one exported last, or None."""
        card = self.devices.last_card or self._card_named(self._exported())
        return card.path if card else None

    def _card_named(self, name: str) -> DemoCard | None:
        return next((card for card in self.cards if card.name == name), None)

    def _exported(self) -> str:
        try:
            return (self._state / "exported").read_text(encoding="utf-8").strip()
        except OSError:
            return ""

    def private_places(self) -> tuple[Path, ...]:
        """Where the terminal writes."""
        return (self._runtime,)

    def place_card_at_first_touch(self, name: str) -> None:
        """Put this card down whenever the screen asks for one (for a person with a mouse)."""
        self._card_for_visitor = name

    def _saw(self, frame: Frame) -> None:
        if self.on_frame is not None:
            self.on_frame(frame)
        if frame.screen == "place_card" and self._card_for_visitor and not self.devices.card_name:
            self.place_card(self._card_for_visitor)
        self.logbook.tell("frame", {"serial": frame.number})

    def _plan_hears(self, event: str, lines: Any) -> None:
        if event == "log":
            for line in lines:
                self.plans.heard(line["who"], line["what"])
