"""What a person can do to the virtual receipt printer."""

from typing import TYPE_CHECKING

from drivers.receipt.tables import DOTS_PER_MM, FULL_ROLL_DOTS

if TYPE_CHECKING:
    from drivers.receipt.virtual import VirtualReceiptPrinter


class ReceiptHand:
    """Hands on the printer. Safe to use from any thread."""

    def __init__(self, printer: "VirtualReceiptPrinter") -> None:
        self._printer = printer

    def open_cover(self) -> None:
        """Open the cover. Idempotent."""
        self._set("cover_opened", cover_open=True)

    def close_cover(self) -> None:
        """Close the cover. Idempotent."""
        self._set("cover_closed", cover_open=False)

    def use_up_roll(self, left_mm: float = 0.0) -> None:
        """Leave so much paper on the roll."""
        self._set("roll_used_up", roll_dots=round(left_mm * DOTS_PER_MM))

    def load_roll(self) -> None:
        """Put a new roll in."""
        self._set("roll_loaded", roll_dots=FULL_ROLL_DOTS)

    def jam_cutter(self) -> None:
        """Make the blade stick at the next cut."""
        self._printer.change(lambda: self._printer.block_blade(blocked=True), "cutter_jammed")

    def clear_cutter(self) -> None:
        """Free the blade."""
        self._printer.change(lambda: self._printer.block_blade(blocked=False), "cutter_cleared")

    def switch_off(self) -> None:
        """Take its power away: it answers nothing. Idempotent."""
        self._set("switched_off", switched_off=True)

    def switch_on(self) -> None:
        """Give it power. Idempotent."""
        self._set("switched_on", switched_off=False)

    def _set(self, what: str, **state: float | bool) -> None:
        def deed() -> None:
            for name, value in state.items():
                setattr(self._printer, name, value)

        self._printer.change(deed, what)
