"""The host's side of a bill validator: escrow, routing, and the wait after a fault.

A bill is held until it is routed; stacked is the only credit. What it shares with an acceptor is
in `taker`. Source: ccTalk Generic Specification 4.7, Part 1 section 21, Part 2 sections
3.93-3.100, Part 3 Appendix 16, Part 4 section 2.2.
"""

from contextlib import suppress

from drivers.clock import Clock
from drivers.coin.bills import COUNTRY, Bills, Scaling, bill_yen, decode_scaling
from drivers.coin.bus import TRIES, CoinBus
from drivers.coin.contract import (
    BillHeld,
    BillReturned,
    CoinAccepted,
    CoinEvent,
    CreditCursor,
    Taker,
)
from drivers.coin.identity import Identity, ask_if_there, identify
from drivers.coin.protocol import ReplyError, decode_text
from drivers.coin.quirks import QuirkBook
from drivers.coin.tables import (
    BILL_TYPES,
    FAULT_OK,
    STRING_FAULTS,
    BillMode,
    Category,
    Header,
    Route,
)
from drivers.coin.taker import MoneyTaker
from drivers.errors import DeviceError, PeerError

_HEALTH_S = 1.0
"""While it is faulty its self-check is asked so often. Source: Part 1 section 21."""


class BillValidator(MoneyTaker):
    """One bill validator."""

    taker = Taker.BILL
    events_header = Header.BILL_EVENTS

    def __init__(self, bus: CoinBus, clock: Clock, address: int) -> None:
        self._bills = Bills({})
        super().__init__(bus, clock, address, self._bills)
        self.quirk_book = QuirkBook()
        self._faulty = False
        self._asked_s = clock.monotonic_s()

    def identify(self) -> Identity:
        """Ask who it is, and which bills it knows; use its escrow. Raises DeviceError."""
        found = identify(self._bus, self._address, Category.BILL_VALIDATOR)
        self._bills = Bills(self._known_bills(self._scaling()))
        if not self._bills.by_type:
            raise PeerError("coin.unknown_device", "the bill validator names no Japanese note")
        self._tariff = self._bills
        if self.quirk_book.of(found.maker, found.product).bill_total:
            self._find_total()
        self._use_escrow()
        self.identity = found
        return found

    def resume(self, cursor: CreditCursor | None) -> tuple[CoinEvent, ...]:
        """Inhibit everything, give back a bill that is held, say what was stacked since."""
        if self.identity is None:
            self.identify()
        self.route(stack=False)
        events = super().resume(cursor)
        return tuple(event for event in events if not isinstance(event, BillHeld))

    def accept(self, values: frozenset[int]) -> None:
        """Let in exactly `values`; on failure nothing, as soon as the line allows it.

        Its events are read first, and read again by the next poll: a validator that was polled
        seldom while it was shut would shut itself anew as soon as it is opened (Part 1 section 21).
        """
        if values:
            self._read_events()
        super().accept(values)

    def route(self, *, stack: bool) -> None:
        """Stack the held bill or give it back; what came of it is told by its event.

        Sent once: an answer that is lost, or that denies (254 nothing held, 255 failed), proves
        nothing, and a second order could meet the next bill.
        """
        with suppress(DeviceError):
            code = Route.STACK if stack else Route.RETURN
            self._bus.ask(self._address, Header.ROUTE_BILL, bytes((code,)))

    def poll(self, tries: int = TRIES) -> tuple[CoinEvent, ...]:
        """New events, oldest first; after a fatal one, whether the cause is gone."""
        before = self.cursor
        events = _still_held(super().poll(tries))
        if self.cursor != before:
            self._faulty = self._faulty or self._seen_fatal(events)
        if self._faulty:
            self._see_whether_helped()
        return events

    def troubles(self, tries: int) -> tuple[str, ...]:
        """Reasons why it would not work now: its self-check, and what an event has told."""
        found = super().troubles(tries)
        return found or (("coin.bill_fault",) if self._faulty else ())

    @property
    def accepting(self) -> frozenset[int]:
        """Face values that are let in now; none while it waits for help."""
        return frozenset() if self._faulty else super().accepting

    def _seen_fatal(self, events: tuple[CoinEvent, ...]) -> bool:
        return any(getattr(event, "reason", "") == "coin.bill_fault" for event in events)

    def _see_whether_helped(self) -> None:
        if self._clock.monotonic_s() - self._asked_s < _HEALTH_S:
            return
        self._asked_s = self._clock.monotonic_s()
        with suppress(DeviceError):
            if self.self_check(tries=1) == FAULT_OK:
                self._faulty = False
                self._unset = True
                self._mend()

    def _mask(self) -> bytes:
        return self._bills.mask(self._wanted)

    def _reason_of(self, fault: int) -> str:
        return "coin.fraud" if fault in STRING_FAULTS else "coin.bill_fault"

    def _scaling(self) -> Scaling:
        try:
            data = self._bus.ask(self._address, Header.SCALING_FACTOR, COUNTRY.encode("ascii"))
            scaling = decode_scaling(data)
        except ReplyError as error:
            raise PeerError("coin.unknown_device", f"the bill validator: {error}") from error
        if scaling is None:
            raise PeerError("coin.unknown_device", "the bill validator knows no Japanese bills")
        return scaling

    def _known_bills(self, scaling: Scaling) -> dict[int, int]:
        found = {n: self._bill_at(n, scaling) for n in BILL_TYPES}
        return {number: yen for number, yen in found.items() if yen is not None}

    def _bill_at(self, number: int, scaling: Scaling) -> int | None:
        name = ask_if_there(self._bus, self._address, Header.BILL_ID, bytes((number,)))
        try:
            return None if name is None else bill_yen(decode_text(name), scaling)
        except ReplyError:
            return None  # never enabled, hence never credited

    def _use_escrow(self) -> None:
        """Have it hold each bill. One without escrow keeps its bills at once, and says so."""
        wanted = bytes((BillMode.STACKER | BillMode.ESCROW,))
        with suppress(DeviceError):
            self._bus.ask(self._address, Header.SET_BILL_MODE, wanted)


def _still_held(events: tuple[CoinEvent, ...]) -> tuple[CoinEvent, ...]:
    """Without bills that are in escrow no more: an order for one would meet the next."""
    moves = [e for e in events if isinstance(e, BillHeld | BillReturned | CoinAccepted)]
    gone = [e for e in moves[:-1] if isinstance(e, BillHeld)]
    return tuple(e for e in events if e not in gone)
