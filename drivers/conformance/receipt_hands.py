"""What a receipt case may have done by hand, and how a person or the virtual printer does it."""

from collections.abc import Callable, Mapping
from typing import Final

from PIL import Image

from drivers.conformance.hands import Act, Hands, Prompt
from drivers.receipt.tables import DOTS_PER_MM
from drivers.receipt.virtual import NEAR_END_DOTS, VirtualReceiptPrinter

_INSIDE_MM: Final = 12.0
"""Less than a slip is long."""
_NEARLY_MM: Final = NEAR_END_DOTS / DOTS_PER_MM - 10
_DARK: Final = 128


class ReceiptHands(Hands):
    """Each act returns when it is done. What is read is read off the slips taken last."""

    def take_slips(self) -> int:
        """Take every slip that was cut off; how many."""
        return self.do("take_slips")

    def rule_tenths(self) -> int:
        """Width of the black rule on the first slip taken, in tenths of a millimetre."""
        return self.do("rule_tenths")

    def length_tenths(self) -> int:
        """From the first to the last printed row of that slip, in tenths of a millimetre."""
        return self.do("length_tenths")

    def black_on_white(self) -> int:
        """1 if that slip is black on white, 0 if it is white on black."""
        return self.do("black_on_white")

    def open_cover(self) -> None:
        """Open the cover."""
        self.do("open_cover")

    def close_cover(self) -> None:
        """Close it."""
        self.do("close_cover")

    def take_roll_out(self) -> None:
        """Take the roll out, cover closed."""
        self.do("take_roll_out")

    def roll_nearly_used(self) -> None:
        """Put a roll in that is nearly used up."""
        self.do("roll_nearly_used")

    def roll_ends_inside(self) -> None:
        """Put a rest of a roll in that is shorter than a slip."""
        self.do("roll_ends_inside")

    def load_roll(self) -> None:
        """Put a new roll in, cover closed."""
        self.do("load_roll")

    def jam_cutter(self) -> None:
        """See to it that the blade sticks at the next cut."""
        self.do("jam_cutter")

    def clear_cutter(self) -> None:
        """Free the blade."""
        self.do("clear_cutter")

    def switch_off(self) -> None:
        """Take its power away."""
        self.do("switch_off")

    def switch_on(self) -> None:
        """Give it back."""
        self.do("switch_on")

    def restore_all(self) -> None:
        """On, closed, a new roll, a free blade; a person has seen to it."""
        self.do("restore_all")


PROMPTS: Mapping[str, Prompt] = {
    "take_slips": Prompt("Take all slips that were cut off; type how many", counts=True),
    "rule_tenths": Prompt("Measure the black rule's width in tenths of a millimetre", counts=True),
    "length_tenths": Prompt(
        "Measure from the first to the last printed row, in tenths of a millimetre", counts=True
    ),
    "black_on_white": Prompt("Is the slip black on white? Type 1, else 0", counts=True),
    "open_cover": Prompt("Open the printer's cover"),
    "close_cover": Prompt("Close the printer's cover"),
    "take_roll_out": Prompt("Take the roll out and close the cover"),
    "roll_nearly_used": Prompt("Put in a roll that is nearly used up (the sensor's last metres)"),
    "roll_ends_inside": Prompt("Put in a rest of paper of 2 to 3 cm and close the cover"),
    "load_roll": Prompt("Put a new roll in and close the cover"),
    "jam_cutter": Prompt("Block the blade (hold a card in the slot) for the next cut"),
    "clear_cutter": Prompt("Free the blade"),
    "switch_off": Prompt("Switch the receipt printer off"),
    "switch_on": Prompt("Switch it on and wait until it is ready"),
}


def virtual(printer: VirtualReceiptPrinter) -> Act:
    """The virtual printer's own hand, and eyes for its slips."""
    acts = _VirtualActs(printer)

    def act(name: str, numbers: tuple[int, ...]) -> int:
        done: Callable[..., int | None] = getattr(acts, name)
        return done(*numbers) or 0

    return act


class _VirtualActs:
    """The acts of `ReceiptHands`, by name."""

    def __init__(self, printer: VirtualReceiptPrinter) -> None:
        self._printer = printer
        self._seen = 0
        self._taken: list[Image.Image] = []
        hand = printer.hand
        self.open_cover, self.close_cover = hand.open_cover, hand.close_cover
        self.take_roll_out, self.load_roll = hand.use_up_roll, hand.load_roll
        self.jam_cutter, self.clear_cutter = hand.jam_cutter, hand.clear_cutter
        self.switch_off, self.switch_on = hand.switch_off, hand.switch_on

    def take_slips(self) -> int:
        self._taken = self._printer.slips[self._seen :]
        self._seen += len(self._taken)
        return len(self._taken)

    def rule_tenths(self) -> int:
        return widest_tenths(self._taken[0]) if self._taken else 0

    def length_tenths(self) -> int:
        return printed_tenths(self._taken[0]) if self._taken else 0

    def black_on_white(self) -> int:
        if not self._taken:
            return 0
        grey = self._taken[0].convert("L").histogram()
        return int(sum(grey[:_DARK]) < sum(grey[_DARK:]))

    def roll_nearly_used(self) -> None:
        self._printer.hand.use_up_roll(_NEARLY_MM)

    def roll_ends_inside(self) -> None:
        self._printer.hand.use_up_roll(_INSIDE_MM)

    def restore_all(self) -> None:
        hand = self._printer.hand
        hand.switch_on()
        hand.clear_cutter()
        hand.close_cover()
        hand.load_roll()


def widest_tenths(slip: Image.Image) -> int:
    """The widest row of dots that is black without a gap: the rule."""
    grey = slip.convert("L")
    rows = (grey.crop((0, y, grey.width, y + 1)).tobytes() for y in range(grey.height))
    runs = (run for row in rows for run in _black_runs(row))
    return max(runs, default=0) * 10 // DOTS_PER_MM


def _black_runs(row: bytes) -> list[int]:
    dark = bytes(dot < _DARK for dot in row)
    return [len(run) for run in dark.split(b"\0")]


def printed_tenths(slip: Image.Image) -> int:
    """From the first to the last row with a black dot."""
    box = slip.convert("L").point(lambda dot: 255 if dot < _DARK else 0).getbbox()
    return (box[3] - box[1]) * 10 // DOTS_PER_MM if box else 0
