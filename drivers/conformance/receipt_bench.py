"""The receipt bench: a roll printer on its line, raw bytes or a driver, and a hand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from drivers.clock import Clock
from drivers.conformance.case import Undecided, demand
from drivers.conformance.hands import Act
from drivers.conformance.held import held
from drivers.conformance.receipt_hands import ReceiptHands
from drivers.conformance.timing import Stopwatch
from drivers.conformance.transcript import RecordedPort, Recorder
from drivers.link.port import BytePort
from drivers.receipt.contract import ReceiptConfig, ReceiptPrinter, ReceiptStatus, Slip, SlipLine
from drivers.receipt.tables import StatusKind, ask

ANSWER_S: Final = 0.4
"""A status is answered at once, even by a printer that is busy or stands still."""
_BOOT_S: Final = 20.0
_LOOK_S: Final = 0.2

OpenPort = Callable[[], BytePort]
OpenPrinter = Callable[[ReceiptConfig, Clock, OpenPort], ReceiptPrinter]

TRIAL: Final = Slip(
    "TEST",
    (
        SlipLine("Conformance", "1"),
        SlipLine("", rule=True),
        *(SlipLine(f"Line {n}", f"{n}00") for n in range(1, 9)),
        SlipLine("", rule=True),
        SlipLine("END", large=True),
    ),
    "en",
)
"""Longer than the rest of a roll that the cases leave, and nobody's receipt."""


@dataclass(frozen=True, slots=True)
class ReceiptSetup:
    """Which printer, and how it is reached."""

    config: ReceiptConfig
    open_port: OpenPort
    open_printer: OpenPrinter
    end: Callable[[], None] = lambda: None
    """Gives back what the set-up took."""


class ReceiptBench:
    """What the receipt cases touch. Belongs to one thread."""

    def __init__(self, setup: ReceiptSetup, act: Act, clock: Clock) -> None:
        self._setup = setup
        self.config = setup.config
        self.clock = clock
        self.recorder = Recorder(clock)
        self.hands = ReceiptHands(act, self.recorder)
        self.stopwatch = Stopwatch(clock)
        self.learned: dict[str, Any] = {}
        """Nothing: the device is asked for its profile."""
        made = setup.open_printer(setup.config, clock, self._open)
        self._printer = held(lambda: made, ReceiptPrinter)
        self._close: Callable[[], None] = getattr(made, "close", lambda: None)

    @contextmanager
    def wire(self) -> Iterator[BytePort]:
        """Raw bytes; the driver has let go of the line meanwhile."""
        self._close()
        port = self._open()
        try:
            yield port
        finally:
            port.close()

    def answer(self, port: BytePort, kind: StatusKind) -> bytes:
        """All that comes to one DLE EOT within 0.4 s; timed by its first byte."""
        with self.stopwatch.span("DLE EOT"):
            port.write(ask(kind))
            found = port.read(ANSWER_S)
        return found + port.read(ANSWER_S)

    def status(self) -> ReceiptStatus:
        """By the driver; timed."""
        with self.stopwatch.span("status"):
            return self._printer.status()

    def print(self, slip: Slip = TRIAL) -> None:
        """By the driver; timed."""
        with self.stopwatch.span("slip"):
            self._printer.print(slip)

    def until_clear(self, otherwise: str) -> None:
        """Ask until there is no trouble. Raises Violation with `otherwise` after 20 s."""
        until_s = self.clock.monotonic_s() + _BOOT_S
        while troubles := self.status().troubles:
            demand(self.clock.monotonic_s() < until_s, f"{otherwise}: {', '.join(troubles)}")
            self.clock.sleep(_LOOK_S)

    def settle(self) -> None:
        self.hands.restore_all()
        self.until_clear("at rest it says")
        with suppress(Undecided):  # without hands they stay where they are
            self.hands.take_slips()

    def subject(self) -> tuple[str, ...]:
        return (f"ESC/POS printer, {self.config.width_dots} dots",)

    def profile(self) -> str:
        return f"# [receipt]\nwidth_dots = {self.config.width_dots}\n"

    def close(self) -> None:
        self._close()
        self._setup.end()

    def _open(self) -> BytePort:
        return RecordedPort(self._setup.open_port(), self.recorder)
