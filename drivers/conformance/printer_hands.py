"""What a printer case may have done by hand, and how a person or the virtual printer does it."""

from collections.abc import Callable, Mapping

from drivers.conformance.hands import Act, Hands, Prompt
from drivers.conformance.printer_page import (
    frame_tenths,
    is_coloured,
    is_front,
    is_printed,
    is_upright,
    squares,
)
from drivers.printer.virtual import VirtualPrinter
from drivers.printer.virtual_sheets import Sheet

_OTHER_PAPER = "iso_a5_148x210mm"
_PLENTY = 100


class PrinterHands(Hands):
    """Each act returns when it is done. What is read is read off the sheets taken last."""

    def take_paper(self) -> int:
        """Take every sheet out of the output tray; how many there were."""
        return self.do("take_paper")

    def printed_sides(self) -> int:
        """How many sides of the taken sheets have anything on them."""
        return self.do("printed_sides")

    def fronts_on_top(self) -> int:
        """On how many of the taken sheets front and back belong together, neither mirrored."""
        return self.do("fronts_on_top")

    def sheet_numbers(self) -> int:
        """The numbers of the taken sheets, ascending, as digits: 12 for the first two."""
        return self.do("sheet_numbers")

    def backs_upright(self) -> int:
        """How many of the taken sheets, turned over like a book's page, have the bar on top."""
        return self.do("backs_upright")

    def coloured_backs(self) -> int:
        """How many of the taken sheets have the bar in magenta."""
        return self.do("coloured_backs")

    def frame_tenths(self) -> int:
        """Outer width of the frame on the first taken sheet, in tenths of a millimetre."""
        return self.do("frame_tenths")

    def leave_paper(self, sheets: int) -> None:
        """Leave exactly so many sheets in the input tray."""
        self.do("leave_paper", sheets)

    def load_paper(self) -> None:
        """Fill the input tray with A4."""
        self.do("load_paper")

    def load_other_paper(self) -> None:
        """Put A5 into the input tray instead."""
        self.do("load_other_paper")

    def open_cover(self) -> None:
        """Open the front cover."""
        self.do("open_cover")

    def close_cover(self) -> None:
        """Close it."""
        self.do("close_cover")

    def jam_after(self, sheets: int) -> None:
        """See to it that the sheet after so many more gets stuck."""
        self.do("jam_after", sheets)

    def clear_jam(self) -> None:
        """Take the stuck sheet out and close everything."""
        self.do("clear_jam")

    def power_off(self) -> None:
        """Switch the printer off at the mains."""
        self.do("power_off")

    def power_on(self) -> None:
        """Switch it on, and wait until it says that it is ready."""
        self.do("power_on")

    def restore_all(self) -> None:
        """On, closed, loaded with A4, nothing stuck; a person has seen to it."""
        self.do("restore_all")


PROMPTS: Mapping[str, Prompt] = {
    "take_paper": Prompt("Take all sheets out of the output tray; type how many", counts=True),
    "printed_sides": Prompt("On how many sides of these sheets is anything printed?", counts=True),
    "fronts_on_top": Prompt(
        "How many of these sheets have the frame on one side, the bar on the other, and as many "
        "squares on both, in a row from the left?",
        counts=True,
    ),
    "sheet_numbers": Prompt(
        "How many squares has each front? Type the numbers in ascending order, e.g. 12", counts=True
    ),
    "backs_upright": Prompt(
        "Turn each sheet over like a book's page: on how many is the bar at the top?", counts=True
    ),
    "coloured_backs": Prompt("On how many of these sheets is the bar magenta?", counts=True),
    "frame_tenths": Prompt(
        "Measure the frame's outer width; type it in tenths of a millimetre", counts=True
    ),
    "leave_paper": Prompt("Leave exactly {0} sheets in the input tray"),
    "load_paper": Prompt("Fill the input tray with A4 paper"),
    "load_other_paper": Prompt("Put A5 instead of A4 into the input tray, and set the guides"),
    "open_cover": Prompt("Open the printer's front cover"),
    "close_cover": Prompt("Close the printer's front cover"),
    "jam_after": Prompt(
        "Let {0} sheets of the next job come out and hold the following one back until it jams "
        "(or open the rear door while it moves)"
    ),
    "clear_jam": Prompt("Take the stuck sheet out, close all doors"),
    "power_off": Prompt("Switch the printer off at the mains"),
    "power_on": Prompt("Switch the printer on, wait until its display says that it is ready"),
}


def virtual(printer: VirtualPrinter) -> Act:
    """The virtual printer's own hands, and eyes for its sheets."""
    acts = VirtualActs(printer)

    def act(name: str, numbers: tuple[int, ...]) -> int:
        done: Callable[..., int | None] = getattr(acts, name)
        return done(*numbers) or 0

    return act


class SheetReader:
    """Reads off `taken` what a person would read off the sheets in the hand."""

    def __init__(self) -> None:
        self.taken: tuple[Sheet, ...] = ()

    def printed_sides(self) -> int:
        """See `PrinterHands.printed_sides`."""
        return sum(is_printed(side) for one in self.taken for side in (one.front, one.back))

    def fronts_on_top(self) -> int:
        """See `PrinterHands.fronts_on_top`."""
        return sum(
            one.back is not None
            and is_front(one.front)
            and not is_front(one.back)
            and 0 < squares(one.front) == squares(one.back)
            for one in self.taken
        )

    def sheet_numbers(self) -> int:
        """See `PrinterHands.sheet_numbers`."""
        return int("".join(sorted(str(squares(one.front)) for one in self.taken)) or "0")

    def backs_upright(self) -> int:
        """See `PrinterHands.backs_upright`."""
        return sum(one.back is not None and is_upright(one.back) for one in self.taken)

    def coloured_backs(self) -> int:
        """See `PrinterHands.coloured_backs`."""
        return sum(one.back is not None and is_coloured(one.back) for one in self.taken)

    def frame_tenths(self) -> int:
        """See `PrinterHands.frame_tenths`."""
        return frame_tenths(self.taken[0].front) if self.taken else 0


class VirtualActs(SheetReader):
    """The acts of `PrinterHands`, by name."""

    def __init__(self, printer: VirtualPrinter) -> None:
        super().__init__()
        self._printer = printer
        self.open_cover = printer.open_cover
        self.close_cover = printer.close_cover
        self.jam_after = printer.jam
        self.clear_jam = printer.clear_jam
        self.power_off = printer.lose_power
        self.power_on = printer.restore_power

    def take_paper(self) -> int:
        self.taken = self._printer.take_paper()
        return len(self.taken)

    def leave_paper(self, sheets: int) -> None:
        self._printer.load_paper(sheets)

    def load_paper(self) -> None:
        self._printer.load_paper(_PLENTY)

    def load_other_paper(self) -> None:
        self._printer.load_paper(_PLENTY, _OTHER_PAPER)

    def restore_all(self) -> None:
        self._printer.restore_power()
        self._printer.close_cover()
        self._printer.jam(None)
        self._printer.clear_jam()
        self._printer.load_paper(_PLENTY)
