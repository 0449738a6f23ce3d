"""The bill validator beside the coins, whatever the line speaks: what fails there stops no coin.

It is told what to let in after the coins are, told again as soon as it hears if it did not, and
said to be away once.
"""

from typing import Protocol

from drivers.coin.contract import CoinEvent, CreditCursor, VendorTrouble
from drivers.errors import DeviceError, MisuseError


class BillTaker(Protocol):
    """The driver of one validator."""

    cursor: CreditCursor | None
    """None before the first `resume`."""

    @property
    def accepting(self) -> frozenset[int]: ...
    def resume(self, cursor: CreditCursor | None) -> tuple[CoinEvent, ...]: ...
    def accept(self, values: frozenset[int]) -> None: ...
    def route(self, *, stack: bool) -> None: ...
    def was_silent(self) -> None: ...


class BillsBeside:
    """One validator, or none. Belongs to the vendor's thread."""

    def __init__(self, taker: BillTaker | None) -> None:
        self._taker = taker
        self._due: frozenset[int] | None = None
        """What it did not hear that it is to let in."""
        self.lost = False
        """It did not answer last, and that was said."""

    @property
    def accepting(self) -> frozenset[int]:
        """Face values of bills that are let in now."""
        return self._taker.accepting if self._taker else frozenset()

    @property
    def polled(self) -> bool:
        """There is one, and it has been set up."""
        return self._taker is not None and self._taker.cursor is not None

    def resume(self, cursor: CreditCursor | None) -> tuple[CoinEvent, ...]:
        """Set it up, shut. Never raises: what the coins said must not be lost with it."""
        self._due = None
        if self._taker is None:
            return ()
        try:
            events = self._taker.resume(cursor)
        except DeviceError as error:
            return (self._away(error),)
        self.lost = False
        return events

    def accept(self, values: frozenset[int]) -> None:
        """Let in exactly `values`, or as soon as it hears. Never raises.

        One that does not hear keeps what it was told, or shuts itself; a bill it draws in is held
        and, not being asked for, given back.
        """
        if self._taker is None or not self.polled:
            return
        try:
            self._taker.accept(values)
        except DeviceError:
            self._due = values
        else:
            self._due = None

    def route(self, *, stack: bool) -> None:
        """As `CoinVendor.route`."""
        if self._taker is None:
            raise MisuseError("coin.bill_fault", "there is no bill validator to route a bill")
        self._taker.route(stack=stack)

    def heard(self) -> None:
        """It has answered: what it did not hear before it is told now."""
        self.lost = False
        if self._due is not None:
            self.accept(self._due)

    def not_heard(self, error: DeviceError) -> tuple[VendorTrouble, ...]:
        """It has not: look at everything again before its next word is believed. Said once."""
        if self._taker is not None:
            self._taker.was_silent()
        return () if self.lost else (self._away(error),)

    def _away(self, error: DeviceError) -> VendorTrouble:
        self.lost = True
        return VendorTrouble("coin.bill_fault", error.detail)
