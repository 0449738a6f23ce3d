"""Receipt printers that are wrong on purpose, each in one thing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageChops

from drivers.receipt.tables import GS, NEAR_END_MASK, StatusKind
from drivers.receipt.virtual import VirtualReceiptPrinter

_REPORT: Final = bytes((GS, ord("r")))
_HEAD: Final = 8
_NARROW_DOTS: Final = 320


@dataclass(frozen=True, slots=True)
class WrongReceipt:
    """A printer that is wrong in one thing, and the case that must fail it."""

    name: str
    what: str
    killers: tuple[str, ...]
    printer: Callable[..., VirtualReceiptPrinter]


def telling(
    alter: Callable[[VirtualReceiptPrinter, StatusKind, int], int],
) -> type[VirtualReceiptPrinter]:
    """A printer whose status bytes are altered on their way out."""

    class Telling(VirtualReceiptPrinter):
        def _status(self, kind: StatusKind) -> int:
            return alter(self, kind, super()._status(kind))

    return Telling


def without(where: StatusKind, mask: int) -> type[VirtualReceiptPrinter]:
    """A printer that never sets these bits."""
    return telling(lambda _p, kind, byte: byte & ~mask if kind is where else byte)


class Doubled(VirtualReceiptPrinter):
    """Answers each question twice."""

    def receive(self, data: bytes) -> bytes:
        return super().receive(data) * 2


class AnswersInTurn(VirtualReceiptPrinter):
    """Answers DLE EOT when its buffer is empty, not at once."""

    def receive(self, data: bytes) -> bytes:
        answer = super().receive(data)
        return b"" if len(self._waiting) > len(data) else answer


class CoverSticks(VirtualReceiptPrinter):
    """Its cover's switch sticks once it was opened."""

    _opened = False

    def _status(self, kind: StatusKind) -> int:
        self._opened = self._opened or self.cover_open
        stuck = 0x04 if self._opened and kind is StatusKind.OFFLINE_CAUSE else 0
        return super()._status(kind) | stuck


class NeverCuts(VirtualReceiptPrinter):
    """Leaves the slips in one piece until something else tears them off."""

    _kept = 0

    def _cut(self) -> bool:
        self._kept += 1
        return True if self._kept % 2 else super()._cut()


class CutsInside(VirtualReceiptPrinter):
    """Searches pictures for commands, and cuts where it finds one."""

    def _raster(self, command: bytes) -> bool:
        before, found, _after = command[_HEAD:].partition(bytes((GS, ord("V"), 0)))
        done = super()._raster(command)
        if found and before:
            self._cut()
        return done


class DropsRows(VirtualReceiptPrinter):
    """Its buffer overflows: every third picture command is lost."""

    _count = 0

    def _raster(self, command: bytes) -> bool:
        self._count += 1
        return True if self._count % 3 == 0 else super()._raster(command)


class Reversed(VirtualReceiptPrinter):
    """Stands in white-on-black mode."""

    def _cut(self) -> bool:
        before = len(self.slips)
        done = super()._cut()
        self.slips[before:] = [
            ImageChops.invert(slip.convert("L")).convert("1") for slip in self.slips[before:]
        ]
        return done


class Narrow(VirtualReceiptPrinter):
    """Has a narrower head than it is said to have."""

    def _cut(self) -> bool:
        before = len(self.slips)
        done = super()._cut()
        self.slips[before:] = [_clipped(slip) for slip in self.slips[before:]]
        return done


def _clipped(slip: Image.Image) -> Image.Image:
    page = Image.new("1", slip.size, 255)
    left = (slip.width - _NARROW_DOTS) // 2
    page.paste(slip.crop((left, 0, left + _NARROW_DOTS, slip.height)), (left, 0))
    return page


class PrintsTwice(VirtualReceiptPrinter):
    """Makes a merchant's copy that nobody ordered."""

    def _cut(self) -> bool:
        before = len(self.slips)
        done = super()._cut()
        self.slips += self.slips[before:]
        return done


class DoneAtOnce(VirtualReceiptPrinter):
    """Answers GS r when it arrives, whatever is still to be printed."""

    def receive(self, data: bytes) -> bytes:
        answer = super().receive(data)
        asked = self._waiting.find(_REPORT)
        if asked >= 0:
            del self._waiting[asked : asked + 3]
            answer += b"\0"
        return answer


class PrintsOpen(VirtualReceiptPrinter):
    """Prints with its cover open, and says that nothing is wrong."""

    @property
    def online(self) -> bool:
        return self.roll_dots > 0 and not self.cutter_stuck

    def _status(self, kind: StatusKind) -> int:
        byte = super()._status(kind)
        return byte & ~0x04 if kind is StatusKind.OFFLINE_CAUSE else byte


class SilentAfterPower(VirtualReceiptPrinter):
    """Does not come back by itself after its power was off."""

    _was_off = False

    def receive(self, data: bytes) -> bytes:
        self._was_off = self._was_off or self.switched_off
        return b"" if self._was_off else super().receive(data)


class BladeOnlyOffline(VirtualReceiptPrinter):
    """Says offline without a cause when its blade sticks."""

    def _status(self, kind: StatusKind) -> int:
        byte = super()._status(kind)
        cut = {StatusKind.ERROR_CAUSE: 0x08, StatusKind.OFFLINE_CAUSE: 0x40}
        return byte & ~cut.get(kind, 0)


WRONG: Final = (
    WrongReceipt("other bits", "Its status bytes lack the fixed bits.", ("receipt.says.answers",),
                 telling(lambda _p, _kind, byte: byte & ~0x02)),
    WrongReceipt("doubled", "Answers each question twice.", ("receipt.says.answers",), Doubled),
    WrongReceipt("in turn", "Answers DLE EOT when its buffer comes to it.",
                 ("receipt.says.inside_data",), AnswersInTurn),
    WrongReceipt("never cuts", "Leaves two receipts in one piece.", ("receipt.slip.apart",),
                 NeverCuts),
    WrongReceipt("cuts inside", "Takes picture data for commands.", ("receipt.slip.harmless",),
                 CutsInside),
    WrongReceipt("drops rows", "Loses every third picture command.", ("receipt.slip.whole",),
                 DropsRows),
    WrongReceipt("reversed", "Prints white on black.", ("receipt.slip.whole",), Reversed),
    WrongReceipt("twice", "Prints each slip twice.", ("receipt.slip.whole",), PrintsTwice),
    WrongReceipt("narrow", "Cuts the picture's edges off.", ("receipt.slip.width",), Narrow),
    WrongReceipt("cover sticks", "Never says that the cover is closed.", ("receipt.fault.cover",),
                 CoverSticks),
    WrongReceipt("prints open", "Prints with its cover open.", ("receipt.fault.cover",),
                 PrintsOpen),
    WrongReceipt("never near", "Never warns of the roll's end.", ("receipt.fault.near_end",),
                 without(StatusKind.PAPER, NEAR_END_MASK)),
    WrongReceipt("always near", "Warns of the end of every roll.", ("receipt.fault.near_end",),
                 telling(lambda _p, kind, byte: byte | NEAR_END_MASK
                         if kind is StatusKind.PAPER else byte)),
    WrongReceipt("near is out", "Calls a roll near its end used up.", ("receipt.fault.near_end",),
                 telling(lambda p, kind, byte: byte | 0x60
                         if p.near_end and kind is StatusKind.PAPER else byte)),
    WrongReceipt("done at once", "Says done before it is.", ("receipt.fault.ends_inside",),
                 DoneAtOnce),
    WrongReceipt("blade unsaid", "Does not name its blade.", ("receipt.fault.cutter",),
                 BladeOnlyOffline),
    WrongReceipt("stays away", "Does not come back after its power was off.",
                 ("receipt.fault.power",), SilentAfterPower),
)  # fmt: skip
