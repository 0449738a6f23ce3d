"""Coins in, by a changer: what POLL tells, and what the tubes tell when POLL could not.

A changer tells each coin once, until the master acknowledges, and counts no events. So:

- told twice (its acknowledgement was lost on the bus): the same telling with the same tube count
  as just before is the same coin. Where no count tells (a coin to the cash box) it is asked again
  at once, before another can fall: an answer without it says that the telling was acknowledged, so
  that what comes later is another coin; the same once more is a doubt, and no second credit;
- not told (the telling was lost on our side of the adapter, or our process died before it was
  written down): the tubes hold it, and it is credited by their count;
- not told and gone to the cash box, because the tube was full: no count has it. Whenever that is
  possible it is said, as `EventsLost` of at least 0.
"""

from collections import Counter
from collections.abc import Callable

from drivers.clock import Clock
from drivers.coin.contract import (
    CoinEvent,
    CoinMaybe,
    CoinRefused,
    CountsMoved,
    CreditCursor,
    EventsLost,
    ReturnLever,
    VendorReset,
    VendorTrouble,
)
from drivers.coin.mdb.bus import TRIES
from drivers.coin.mdb.changer import MdbChanger
from drivers.coin.mdb.ear import Heard
from drivers.coin.mdb.protocol import (
    Deposited,
    DispensedByHand,
    Slugs,
    Told,
    Tubes,
    decode_activity,
)
from drivers.coin.mdb.tables import (
    CHANGER_STATUS,
    MAX_POLL,
    PAYOUT_BUSY,
    TUBE_JAM,
    UNKNOWN_STATUS,
    Fate,
)
from drivers.coin.mdb.told_taker import ToldTaker
from drivers.coin.mdb.tube_book import TubeBook
from drivers.coin.mdb.witness import UNKNOWN

FALL_S = 3.0
"""So long after the slot was shut a coin may still come."""
_AT_ONCE = MAX_POLL // 2
"""Coins one answer to POLL can tell; more than these are not made into credits by a count."""
_CONFIRMS = 3
"""After a coin that no count shows it is asked again at once: an answer without it says that it was
acknowledged, before another coin of its kind can fall."""
_DRAIN_POLLS = 60
_DRAIN_STEP_S = 0.1
_PLAIN: dict[Fate, Callable[[int, CreditCursor], CoinEvent]] = {
    Fate.LEVER: lambda _, cursor: ReturnLever(cursor),
    Fate.REFUSED: CoinRefused,
    Fate.MAYBE: CoinMaybe,
}


class MdbCoinTaker(ToldTaker):
    """The changer as taker of coins. Methods raise DeviceError when it cannot be asked."""

    def __init__(self, changer: MdbChanger, clock: Clock) -> None:
        super().__init__(changer, decode_activity)
        self._changer = changer
        self._clock = clock
        self._open: frozenset[int] = frozenset()
        """What was let in last, and until when."""
        self._open_s = float("-inf")
        self._heard_s = clock.monotonic_s()
        """When all that had come was known last."""
        self._backlog: list[Heard] = []
        """What was heard before `resume` said from where to count."""
        self._troubles: dict[str, str] = {}
        self.paying = False
        """It said last that it is paying out."""
        self.tube_told = 0
        """The last tube trouble it told since `forget_deposits`, or 0."""
        self.book: TubeBook | None = None
        """None before the first `resume`."""

    @property
    def is_set_up(self) -> bool:
        return self.book is not None

    @property
    def troubles(self) -> tuple[str, ...]:
        """What it has told and not taken back."""
        return tuple(self._troubles)

    @property
    def came_in(self) -> Counter[int]:
        """Coins by type that came into tubes since `forget_deposits`."""
        return self.book.came_in if self.book is not None else Counter()

    def resume(self, cursor: CreditCursor | None, *, interrupted: bool) -> tuple[CoinEvent, ...]:
        """Shut the slot, then say what came since `cursor`.

        Called again after it failed, it goes on with what it had heard by then: that will not be
        told a second time.
        """
        plate = self._changer.identify()
        self.swapped = False
        self._wanted = frozenset()
        self._apply()
        if cursor is None or self._resuming != cursor or self.book is None:
            self._start_from(cursor, plate.serial)
        self._resuming = cursor
        if interrupted:
            self._open, self._open_s = self.values, self._clock.monotonic_s()
        self._reconcile()
        self._resuming = None
        self._open_s = float("-inf")
        if cursor is not None and cursor.serial == plate.serial:
            return self.take_waiting()
        self._waiting = [CountsMoved(self._known.here())]
        if cursor is None:
            return ()
        detail = f"the changer's serial is {plate.serial}, it was {cursor.serial}"
        return (VendorTrouble("coin.unknown_device", detail),)

    def accept(self, values: frozenset[int]) -> None:
        self._note_open()
        super().accept(values)

    def poll(self, tries: int = TRIES) -> None:
        """Listen; `take_waiting` has the new events, whether or not this raises."""
        if self.book is None or self.swapped:
            return
        self._note_open()
        self._once(tries)
        for _ in range(_CONFIRMS):
            if not self.book.unwitnessed:
                break
            self._once(tries)
        if self._ear.missed:
            self._reconcile()
        if self._unset:
            self._changer.enable_features()
            self._apply()

    def drain(self) -> None:
        """Hear all that it has to tell, until it neither tells nor pays any more."""
        for _ in range(_DRAIN_POLLS):
            told = self._once(TRIES)
            if self.paying:
                self._clock.sleep(_DRAIN_STEP_S)
            elif not told:
                return

    def catch_up(self) -> None:
        """Hear what it has to tell, and clear up what may have been missed. Raises DeviceError."""
        self.drain()
        if self._ear.missed:
            self._reconcile()

    def steady_tubes(self) -> Tubes:
        """Its tubes at a moment at which every coin in them has been told."""
        self.drain()
        tubes = self._changer.tubes()
        for _ in range(_DRAIN_POLLS):
            if not self._once(TRIES):
                break
            # A coin that came between the two questions is told, and must not be found as well.
            tubes = self._changer.tubes()
        return tubes

    def observe(self, tubes: Tubes) -> None:
        """As `adopt`, if no coin can be among what moved them."""
        if not self._ear.missed and not self._may_have_come():
            self.adopt(tubes)

    def adopt(self, tubes: Tubes) -> None:
        """Go on from these tubes: what moved them since was told, or was no resident's coin."""
        if self.book is not None and self.book.adopt(tubes):
            self._waiting.append(CountsMoved(self.book.here()))

    def forget_deposits(self) -> None:
        """Count the coins that come into tubes from now on; and tube troubles anew."""
        self.came_in.clear()
        self.tube_told = 0

    def clear(self, *reasons: str) -> None:
        """These troubles are over."""
        for reason in reasons:
            self._troubles.pop(reason, None)

    # --- what is set -----------------------------------------------------------------------------

    def _start_from(self, cursor: CreditCursor | None, serial: int) -> None:
        same = cursor is not None and cursor.serial == serial
        start = cursor if same and cursor is not None else CreditCursor(serial, 0, UNKNOWN)
        self.book = TubeBook(start, self._changer.values, self._changer.tube_types)
        # What the life before heard and did not write down is missing to this one.
        self._ear.missed = self.book.catching_up = True
        backlog, self._backlog = self._backlog, []
        for heard in backlog:
            self._waiting += self._events(heard)

    def _apply(self) -> None:
        super()._apply()
        self._note_open()

    def _note_open(self) -> None:
        if self._wanted:
            self._open, self._open_s = self._wanted, self._clock.monotonic_s()

    def _may_have_come(self) -> bool:
        """True if the slot was open, or a coin fell, since all that had come was known last: while
        the line is lost, that may be long ago."""
        return self._heard_s - self._open_s <= FALL_S

    # --- what is heard ---------------------------------------------------------------------------

    def _once(self, tries: int) -> bool:
        """Hear one answer to POLL; True if it told anything but a state that lasts."""
        told = self._ear.listen(tries)
        if not self._ear.missed:
            self._heard_s = self._clock.monotonic_s()
        self.paying = any(map(_busy, told))
        if self.book is None:
            self._backlog += told
            return False
        self.book.catching_up = self._ear.missed
        self.book.unwitnessed = False
        for heard in told:
            self._waiting += self._events(heard)
        return any(not (isinstance(h.activity, Told) and h.again) for h in told if not _busy(h))

    def _events(self, heard: Heard) -> tuple[CoinEvent, ...]:
        match heard.activity:
            case Deposited() as coin:
                self.clear("coin.acceptor_fault")
                return self._known.deposited(coin, again=heard.again)
            case DispensedByHand(coin_type, count, pieces):
                self._known.taken_out(coin_type, count, pieces)
                yen = self._changer.values.get(coin_type, 0)
                detail = f"its own keys let out {count} coins of ¥{yen}"
                moved = CountsMoved(self._known.here())
                return (VendorTrouble("coin.hopper_fault", detail), moved)
            case Slugs(count):
                return (CoinRefused(0x20 | count, self._known.next()),)
            case Told(code):
                return self._told(code)
            case _:
                return ()

    def _told(self, code: int) -> tuple[CoinEvent, ...]:
        status = CHANGER_STATUS.get(code, UNKNOWN_STATUS)
        what = f"changer status {code:02X}: {status.what}"
        match status.fate:
            case Fate.LEVER | Fate.REFUSED | Fate.MAYBE:
                return (_PLAIN[status.fate](code, self._known.next()),)
            case Fate.FAULT:
                return self._trouble("coin.acceptor_fault", what)
            case Fate.TUBE_FAULT:
                self.tube_told = code
                jam = code == TUBE_JAM
                return self._trouble("coin.hopper_jam" if jam else "coin.hopper_fault", what)
            case Fate.MISSORTED:
                return (VendorTrouble("coin.missorted", what),)
            case Fate.RESET:
                return self._was_reset()
            case Fate.FRAUD:
                self._stop()
                return (VendorTrouble("coin.fraud", what), CoinMaybe(code, self._known.next()))
            case _:
                return ()

    def _trouble(self, reason: str, what: str) -> tuple[CoinEvent, ...]:
        self._troubles[reason] = what
        return (VendorTrouble(reason, what),)

    def _was_reset(self) -> tuple[CoinEvent, ...]:
        """It has forgotten what it lets in, and what it had not told yet."""
        self._unset = self._ear.missed = True
        self._troubles.clear()
        self._changer.wait_after_reset()
        return (VendorReset(self._known.next()),)

    def _stop(self) -> None:
        self._wanted = frozenset()
        self._unset = True

    # --- what the tubes know ---------------------------------------------------------------------

    def _reconcile(self) -> None:
        """Credit by the tubes what was not told; say what they cannot know."""
        tubes = self.steady_tubes()
        found = self._known.untold(self._changer.counts(tubes))
        pieces = sum(found.values())
        if self._may_have_come():
            if pieces <= _AT_ONCE:
                self._waiting += [self._known.found(n) for n in found for _ in range(found[n])]
            if pieces > _AT_ONCE or self._known.may_have_overflowed(self._open, tubes):
                self._stop()
                at_least = pieces if pieces > _AT_ONCE else 0
                self._waiting.append(EventsLost(at_least, self._known.next()))
        self.adopt(tubes)
        self._ear.missed = False
        self._heard_s = self._clock.monotonic_s()

    @property
    def _known(self) -> TubeBook:
        assert self.book is not None  # noqa: S101 - resumed
        return self.book


def _busy(heard: Heard) -> bool:
    return heard.activity == Told(PAYOUT_BUSY)
