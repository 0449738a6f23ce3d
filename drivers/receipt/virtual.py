"""The virtual receipt printer: takes ESC/POS bytes, gives slips as pictures.

Real-time requests (DLE EOT) are answered at once, also inside a picture, as printers do; all else
waits in a buffer while the printer is offline and goes on when it is helped.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from PIL import Image

from drivers.clock import Clock, SystemClock
from drivers.link.pty_line import PtyLine
from drivers.receipt.hand import ReceiptHand
from drivers.receipt.tables import (
    DLE,
    DOTS_PER_MM,
    ENQ,
    EOT,
    ESC,
    FULL_ROLL_DOTS,
    GS,
    LF,
    StatusKind,
)

_FIXED = 0x12
_OFFLINE, _COVER, _PAPER_STOP, _ERROR = 0x08, 0x04, 0x20, 0x40
_CUTTER, _NEAR_END, _PAPER_END = 0x08, 0x0C, 0x60
_DONE_NEAR_END, _DONE_PAPER_END = 0x03, 0x0C
_AUTOMATIC, _COVER_AUTO = 0x10, 0x20
_LINE_DOTS = 30
_WHITE = 255
_PAPER_DOTS = 80 * DOTS_PER_MM
"""The paper is wider than what can be printed on."""

NEAR_END_DOTS = 16_000
"""The sensor sees the last two metres."""


@dataclass(frozen=True, slots=True)
class Printed:
    """One thing the printer did, for whoever watches."""

    what: str


Observer = Callable[[Printed], None]


def nobody(_: Printed) -> None:
    """Nobody watches."""


class VirtualReceiptPrinter:
    """One printer. Thread-safe: its line and its hand may belong to two threads."""

    def __init__(
        self,
        clock: Clock | None = None,
        observer: Observer = nobody,
        *,
        automatic: bool = False,
    ) -> None:
        """`observer` is called from the thread that causes something; be quick. `automatic`: it
        tells every change of its state unasked, from power-up on (Automatic Status Back)."""
        self._automatic = automatic
        self._told = b""
        self._clock = clock or SystemClock()
        self._observer = observer
        self._lock = threading.RLock()
        self._line: PtyLine | None = None
        self._waiting = bytearray()
        self._last = 0
        self._asked = bytearray()
        self._strips: list[Image.Image] = []
        self._answers = bytearray()
        self.slips: list[Image.Image] = []
        """Every slip that was cut off, oldest first: the whole paper, black on white, 203 dpi."""
        self.unknown: deque[bytes] = deque(maxlen=100)
        """Commands it does not know: a driver that sends any has a defect."""
        self.roll_dots = FULL_ROLL_DOTS
        self.cover_open = False
        self.cutter_stuck = False
        self.switched_off = False
        self._blocked_blade = False
        self.hand = ReceiptHand(self)

    def receive(self, data: bytes) -> bytes:
        """What comes back when `data` arrives now."""
        with self._lock:
            if self.switched_off:
                return b""
            for byte in data:
                self._note(byte)
            self._waiting += data
            self._work()
            self._tell_change()
            answer = bytes(self._answers)
            self._answers.clear()
            return answer

    def next_due_s(self) -> float | None:
        """Nothing happens by itself."""
        return None

    def serve_pty(self) -> str:
        """Put the printer on a pseudo terminal; returns its path, which stays the same."""
        with self._lock:
            if self._line is None:
                self._line = PtyLine(self, "receipt", self._clock)
            return self._line.path

    def close(self) -> None:
        """Take the pseudo terminal away. Idempotent."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def change(self, deed: Callable[[], None], what: str) -> None:
        """Do something to the printer, then let it go on if it can."""
        with self._lock:
            deed()
            self._work()
        self._observer(Printed(what))
        if self._line is not None:
            self._line.wake()

    @property
    def online(self) -> bool:
        """True while it prints what it is sent."""
        return not (self.cover_open or self.cutter_stuck or self.roll_dots <= 0)

    # --- real time ----------------------------------------------------------------------------

    def _note(self, byte: int) -> None:
        """Watch for DLE EOT n and DLE ENQ n in everything that arrives."""
        self._asked.append(byte)
        del self._asked[:-3]
        if len(self._asked) == 3 and self._asked[0] == DLE:  # noqa: PLR2004 - DLE x n
            if self._asked[1] == EOT and byte in set(StatusKind):
                self._answers.append(self._status(StatusKind(byte)))
            elif self._asked[1] == ENQ:
                self._waiting.clear()

    def _status(self, kind: StatusKind) -> int:
        empty = self.roll_dots <= 0
        bits = {
            StatusKind.PRINTER: 0 if self.online else _OFFLINE,
            StatusKind.OFFLINE_CAUSE: (_COVER if self.cover_open else 0)
            | (_PAPER_STOP if empty else 0)
            | (_ERROR if self.cutter_stuck else 0),
            StatusKind.ERROR_CAUSE: _CUTTER if self.cutter_stuck else 0,
            StatusKind.PAPER: (_NEAR_END if self.near_end else 0) | (_PAPER_END if empty else 0),
        }
        return _FIXED | bits[kind]

    def _tell_change(self) -> None:
        """Automatic Status Back: four bytes whenever one of them is not what it was."""
        one = (
            _AUTOMATIC | (0 if self.online else _OFFLINE) | (_COVER_AUTO if self.cover_open else 0)
        )
        two = _CUTTER if self.cutter_stuck else 0
        now = bytes((one, two, self._roll(), 0))
        if self._automatic and now != self._told:
            self._told = now
            self._answers += now

    @property
    def near_end(self) -> bool:
        """True when the roll is nearly used up."""
        return self.roll_dots <= NEAR_END_DOTS

    # --- the buffer ---------------------------------------------------------------------------

    def _work(self) -> None:
        """Obey what is complete, as long as the printer is online."""
        while self._waiting and self.online:
            size = self._command_size()
            if size is None or len(self._waiting) < size:
                return
            command = bytes(self._waiting[:size])
            if self._obey(command):
                del self._waiting[:size]

    def _command_size(self) -> int | None:
        """How long the first command is; None if more must arrive to tell."""
        head = self._waiting
        sizes = {DLE: 3, ESC: _ESC_SIZES.get(_at(head, 1), 2), LF: 1}
        if head[0] != GS:
            return sizes.get(head[0], 1)
        if _at(head, 1) == ord("V"):
            return 4 if _at(head, 2) in {65, 66} else 3
        if _at(head, 1) != ord("v"):
            return 3
        if len(head) < _RASTER_HEAD:
            return None
        return _RASTER_HEAD + (head[4] | head[5] << 8) * (head[6] | head[7] << 8)

    def _obey(self, command: bytes) -> bool:
        """True when done; False to try the same again once the printer has been helped."""
        start = command[:2]
        if start == bytes((GS, ord("v"))):
            return self._raster(command)
        if start == bytes((GS, ord("V"))):
            return self._cut()
        if start[0] == GS:
            self._report(command)
        elif start[0] == LF:
            self._feed(_LINE_DOTS)
        elif start == bytes((ESC, ord("d"))):
            self._feed(command[2] * _LINE_DOTS)
        elif start == bytes((ESC, ord("J"))):
            self._feed(command[2])
        elif start != bytes((ESC, ord("@"))) and start[0] != DLE:
            self.unknown.append(command)
        return True

    def _report(self, command: bytes) -> None:
        """GS r and GS a: what it says, at the end of what was sent and by itself."""
        match chr(command[1]):
            case "r":
                self._answers.append(self._roll())
            case "a":
                self._automatic = bool(command[2])
            case _:
                self.unknown.append(command)

    def _roll(self) -> int:
        """The paper sensors, as GS r and Automatic Status Back say them."""
        empty = _DONE_PAPER_END if self.roll_dots <= 0 else 0
        return empty | (_DONE_NEAR_END if self.near_end else 0)

    def _raster(self, command: bytes) -> bool:
        row = command[4] | command[5] << 8
        height = command[6] | command[7] << 8
        data = bytes(255 - byte for byte in command[_RASTER_HEAD:])
        image = Image.frombytes("1", (row * 8, height), data)
        if height > self.roll_dots:
            # The paper ends inside: what is out is out, the rest comes on the next roll.
            out = self.roll_dots
            self._strips.append(image.crop((0, 0, image.width, out)))
            rest = command[:6] + (height - out).to_bytes(2, "little")
            kept = rest + command[_RASTER_HEAD + row * out :]
            self._waiting[: len(command)] = kept
            self.roll_dots = 0
            self._observer(Printed("paper_out"))
            return False
        self._strips.append(image)
        self.roll_dots -= height
        return True

    def _feed(self, dots: int) -> None:
        self._strips.append(Image.new("1", (1, dots), _WHITE))
        self.roll_dots = max(0, self.roll_dots - dots)

    def _cut(self) -> bool:
        if self._blocked_blade:
            self.cutter_stuck = True
            self._observer(Printed("cutter_stuck"))
            return False
        if self._strips:
            self.slips.append(_joined(self._strips))
            self._strips.clear()
            self._observer(Printed("slip_cut"))
        return True

    def block_blade(self, *, blocked: bool) -> None:
        """The next cut sticks; or the blade is free again."""
        self._blocked_blade = blocked
        if not blocked:
            self.cutter_stuck = False


_RASTER_HEAD = 8
_ESC_SIZES = {ord("@"): 2, ord("d"): 3, ord("J"): 3, ord("a"): 3, ord("3"): 3, ord("2"): 2}


def _joined(strips: list[Image.Image]) -> Image.Image:
    """The strips one below the other, in the middle of the paper."""
    width = max(_PAPER_DOTS, *(strip.width for strip in strips))
    slip = Image.new("1", (width, sum(strip.height for strip in strips)), _WHITE)
    top = 0
    for strip in strips:
        slip.paste(strip, ((width - strip.width) // 2, top))
        top += strip.height
    return slip


def _at(data: bytearray, index: int) -> int:
    return data[index] if len(data) > index else -1
