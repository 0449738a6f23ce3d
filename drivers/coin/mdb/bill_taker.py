"""Bills in: escrow, stacked = credit, and the stacker's count for what was not told.

The cursor carries the stacker's count, and which bill was in escrow. So after a crash a bill that
was stacked and not written down is known, its value too: at most the one that was held can have
been stacked since, because none is stacked without an order. Source: MDB/ICP 4.3 section 6.3.
"""

from contextlib import suppress
from dataclasses import replace

from drivers.coin.contract import (
    BillHeld,
    BillReturned,
    CoinAccepted,
    CoinEvent,
    CoinMaybe,
    CoinRefused,
    CountsMoved,
    CreditCursor,
    EventsLost,
    Taker,
    VendorReset,
    VendorTrouble,
)
from drivers.coin.credits import advance
from drivers.coin.mdb.bus import TRIES
from drivers.coin.mdb.ear import Heard
from drivers.coin.mdb.protocol import BillMoved, Told, TriedWhileDisabled, decode_bill_activity
from drivers.coin.mdb.tables import UNKNOWN_STATUS, VALIDATOR_STATUS, BillRouting, Fate
from drivers.coin.mdb.told_taker import ToldTaker
from drivers.coin.mdb.validator import MdbValidator
from drivers.coin.mdb.witness import UNKNOWN
from drivers.errors import DeviceError

_HELD_SHIFT = 16
"""Of the cursor's count: the stacker counts in 15 bits; above stands the held type plus one."""
_DRAIN_POLLS = 16


class MdbBillTaker(ToldTaker):
    """The validator as taker of bills. Methods raise DeviceError when it cannot be asked."""

    not_ready = "coin.bill_fault"

    def __init__(self, validator: MdbValidator) -> None:
        super().__init__(validator, decode_bill_activity)
        self._validator = validator
        self._stacked = UNKNOWN
        """Bills in the stacker, by what was told and counted."""
        self._held: int | None = None
        """The bill type in escrow."""
        self._stacking = False
        """It was ordered to stack the held bill."""
        self._faulty = False
        self._full = False
        self._was_reset = False
        self._quiet = False
        """A bill found in escrow belongs to nobody who is there, and goes back."""
        self.cursor: CreditCursor | None = None

    @property
    def is_set_up(self) -> bool:
        return self.cursor is not None

    @property
    def accepting(self) -> frozenset[int]:
        return frozenset() if self._faulty else super().accepting

    @property
    def troubles(self) -> tuple[str, ...]:
        """What it has told and not taken back."""
        return ("coin.bill_fault",) if self._faulty or self._full else ()

    def resume(self, cursor: CreditCursor | None) -> tuple[CoinEvent, ...]:
        """Shut the mouth, give back a bill that is held, say what was stacked since `cursor`."""
        plate = self._validator.identify()
        self.swapped = False
        self._wanted = frozenset()
        self._apply()
        same = cursor is not None and cursor.serial == plate.serial
        if cursor is None or self._resuming != cursor or self.cursor is None:
            self._start_from(cursor if same else None, plate.serial)
        self._resuming = cursor
        self._quiet = True
        with suppress(DeviceError):
            # Sent once, also where nothing is held; what came of it is told, or counted.
            self._validator.route(stack=False)
        self._reconcile()
        self._quiet, self._resuming = False, None
        if same:
            return self.take_waiting()
        self._waiting = [CountsMoved(self._here())]
        if cursor is None:
            return ()
        detail = f"the bill validator's serial is {plate.serial}, it was {cursor.serial}"
        return (VendorTrouble("coin.unknown_device", detail),)

    def route(self, *, stack: bool) -> None:
        """Stack the held bill or give it back. Sent once; its events tell what came of it."""
        self._stacking = stack
        with suppress(DeviceError):
            self._validator.route(stack=stack)

    def poll(self, tries: int = TRIES) -> None:
        """Listen; `take_waiting` has the new events, whether or not this raises."""
        if self.cursor is None or self.swapped:
            return
        self._once(tries)
        if self._ear.missed:
            self._reconcile()
        if self._unset:
            self._validator.secure()
            self._apply()

    def look(self) -> None:
        """Ask the stacker; what staff took out of it is no bill of a resident."""
        stacker = self._validator.stacker()
        self._full = stacker.full
        idle = self._held is None and not self._ear.missed and not self._wanted
        if idle and self.cursor is not None and stacker.bills != self._stacked:
            self._stacked = stacker.bills
            self._waiting.append(CountsMoved(self._here()))

    # --- what is set -----------------------------------------------------------------------------

    def _start_from(self, cursor: CreditCursor | None, serial: int) -> None:
        self.cursor = cursor or CreditCursor(serial, 0, UNKNOWN, Taker.BILL)
        total = self.cursor.accepted_total
        known = total != UNKNOWN
        self._stacked = total & (1 << _HELD_SHIFT) - 1 if known else UNKNOWN
        held = total >> _HELD_SHIFT if known else 0
        self._held = held - 1 if held else None
        self._stacking = self._held is not None

    # --- what is heard ---------------------------------------------------------------------------

    def _once(self, tries: int) -> bool:
        """Hear one answer to POLL; True if it told of a bill."""
        told = self._ear.listen(tries)
        for heard in told:
            self._waiting += self._events(heard)
        return any(isinstance(heard.activity, BillMoved) for heard in told)

    def _events(self, heard: Heard) -> tuple[CoinEvent, ...]:
        match heard.activity:
            case BillMoved() as bill:
                return self._bill(bill, again=heard.again)
            case TriedWhileDisabled(count):
                return (CoinRefused(0x40 | count, self._next()),)
            case Told(code):
                return self._told(code)
            case _:
                return ()

    def _bill(self, bill: BillMoved, *, again: bool) -> tuple[CoinEvent, ...]:
        self._faulty = False
        match bill.routing:
            case BillRouting.ESCROW:
                return self._in_escrow(bill.bill_type, again=again)
            case BillRouting.STACKED:
                # Told again, the stacker knows whether it is another one.
                if again and self._validator.stacker().bills == self._stacked:
                    return ()
                return (self._credit(bill.bill_type),)
            case BillRouting.RETURNED:
                return self._returned()
            case BillRouting.DISABLED_REJECTED:
                return (CoinRefused(0xC0 | bill.bill_type, self._next()),)
            case _:
                self._held, self._stacking = None, False
                return (CoinMaybe(bill.bill_type, self._next()),)

    def _in_escrow(self, bill_type: int, *, again: bool) -> tuple[CoinEvent, ...]:
        if again and self._held == bill_type:
            return ()
        self._held, self._stacking = bill_type, False
        if self._quiet:
            with suppress(DeviceError):
                self._validator.route(stack=False)
            return ()
        # Of a value we do not know: 0 is let in nowhere, so that it is given back.
        return (BillHeld(self._validator.values.get(bill_type, 0), self._next()),)

    def _credit(self, bill_type: int) -> CoinEvent:
        self._held, self._stacking = None, False
        self._stacked += self._stacked != UNKNOWN
        yen = self._validator.values.get(bill_type)
        cursor = self._next()
        return CoinMaybe(bill_type, cursor) if yen is None else CoinAccepted(yen, cursor)

    def _returned(self) -> tuple[CoinEvent, ...]:
        held, self._held, self._stacking = self._held, None, False
        return () if held is None else (BillReturned(self._next()),)

    def _told(self, code: int) -> tuple[CoinEvent, ...]:
        status = VALIDATOR_STATUS.get(code, UNKNOWN_STATUS)
        what = f"bill validator status {code:02X}: {status.what}"
        match status.fate:
            case Fate.REFUSED:
                return (CoinRefused(code, self._next()),)
            case Fate.RETURNED:
                return self._returned()
            case Fate.FAULT:
                return self._fault(code, what)
            case Fate.RESET:
                self._unset = self._ear.missed = True
                self._faulty, self._was_reset = False, True
                return (VendorReset(self._next()),)
            case Fate.FRAUD:
                self._wanted, self._unset = frozenset(), True
                return (VendorTrouble("coin.fraud", what), CoinMaybe(code, self._next()))
            case _:
                return ()

    def _fault(self, code: int, what: str) -> tuple[CoinEvent, ...]:
        trouble = VendorTrouble("coin.bill_fault", what)
        known, self._faulty = self._faulty, True
        if known:
            return ()  # some tell it with every answer
        if not self._stacking:
            return (trouble,)
        self._ear.missed = True
        return (trouble, CoinMaybe(code, self._next()))

    # --- what the stacker knows ------------------------------------------------------------------

    def _steady_count(self) -> int:
        """Its count at a moment at which every bill in the stacker has been told."""
        count = UNKNOWN
        for _ in range(_DRAIN_POLLS):
            # A bill that came between the two questions is told, and must not be found as well.
            if not self._once(TRIES) and count != UNKNOWN:
                break
            count = self._validator.stacker().bills
        return count

    def _reconcile(self) -> None:
        """Credit by the stacker's count what was not told."""
        bills = self._steady_count()
        more = bills - self._stacked if self._stacked != UNKNOWN else 0
        if more == 1 and self._held is not None and self._stacking:
            self._waiting.append(self._credit(self._held))
        elif more > 0:
            self._waiting.append(EventsLost(more, self._next()))
        if self._was_reset:
            # What was in escrow and is not stacked is given back by the reset itself.
            self._held, self._stacking, self._was_reset = None, False, False
        if self._stacked != bills:
            self._stacked = bills
            self._waiting.append(CountsMoved(self._here()))
        self._ear.missed = False

    @property
    def _cursor(self) -> CreditCursor:
        assert self.cursor is not None  # noqa: S101 - resumed
        return self.cursor

    def _next(self) -> CreditCursor:
        """The cursor after one more event. Its counter is ours: the validator has none."""
        self.cursor = replace(self._here(), counter=advance(self._cursor.counter, 1))
        return self.cursor

    def _here(self) -> CreditCursor:
        held = 0 if self._held is None else self._held + 1
        total = UNKNOWN if self._stacked == UNKNOWN else self._stacked | held << _HELD_SHIFT
        self.cursor = replace(self._cursor, accepted_total=total)
        return self.cursor
