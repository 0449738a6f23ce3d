"""The host's side of a changer (category 55): one device that pays an amount from its hoppers.

It is ordered by value and chooses the coins. As with a hopper, the answer to the order decides
nothing: the event counter of header 124, and the total of header 127, say what was paid. The order
is sent again only when both prove that it was not obeyed. Source: ccTalk Generic Specification 4.7,
Part 2 sections 3.124-3.133, Part 3 Appendix 13.
"""

from contextlib import suppress
from dataclasses import dataclass

from drivers.clock import Clock
from drivers.coin.bus import CoinBus
from drivers.coin.contract import Evidence
from drivers.coin.credits import advance
from drivers.coin.identity import Identity, identify
from drivers.coin.protocol import ReplyError, coin_yen, decode_number, decode_text
from drivers.coin.tables import CHANGER_ERRORS, Category, Header
from drivers.errors import DeviceError, MisuseError, PeerError

_POLL_S = 0.2
_START_S, _YEN_S = 10.0, 0.05
"""A payout has so long to end: as if it were all in ten-yen coins, two a second."""
_SMALLEST_YEN = 1
_BEGINS_S = 2.0
"""Between an order and the first sign of it; the standard names no limit."""
_MAX_SENDS = 3
_PAYING_OUT, _INITIALISING = 1 << 3, 1 << 6
_HOPPERS = range(1, 9)
_MODULUS = 1 << 32


@dataclass(frozen=True, slots=True)
class MoneyOut:
    """Reply to `VERIFY_MONEY_OUT`, with the total of `MONEY_OUT` read after it."""

    counter: int
    paid_yen: int
    unpaid_yen: int
    total_yen: int


@dataclass(frozen=True, slots=True)
class ValueTicket:
    """The intent to pay an amount, with the changer's counters before. Write it down first."""

    yen: int
    address: int
    serial: int
    counter: int
    total_yen: int


@dataclass(frozen=True, slots=True)
class ValueResult:
    """What became of a ticket; `paid_yen` is exact unless `evidence` is UNKNOWN."""

    ticket: ValueTicket
    paid_yen: int
    evidence: Evidence
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Balance:
    """Reply to `HOPPER_BALANCE`: the changer's own estimate, never more than that."""

    hopper: int
    yen: int
    pieces: int


class Changer:
    """One changer that pays out by value."""

    def __init__(self, bus: CoinBus, clock: Clock, address: int) -> None:
        self._bus = bus
        self._clock = clock
        self._address = address
        self.identity: Identity | None = None

    def identify(self) -> Identity:
        """Ask who it is. Raises DeviceError."""
        self.identity = identify(self._bus, self._address, Category.CHANGER)
        return self.identity

    def balances(self) -> tuple[Balance, ...]:
        """What it believes to hold, hopper by hopper. Raises DeviceError."""
        found: list[Balance] = []
        for hopper in _HOPPERS:
            try:
                data = self._bus.ask(
                    self._address, Header.HOPPER_BALANCE, bytes((hopper,)), tries=2
                )
            except DeviceError:
                self._bus.ask(self._address, Header.SIMPLE_POLL)
                break
            with suppress(ReplyError):
                yen = coin_yen(decode_text(data[:6]))
                if yen is not None:
                    found.append(Balance(hopper, yen, decode_number(data[6:])))
        return tuple(found)

    def troubles(self) -> tuple[str, ...]:
        """Reasons why it would not pay now. Raises DeviceError."""
        device, code = self._bus.ask(self._address, Header.ERROR_STATUS)
        if not device:
            return ()
        reason = CHANGER_ERRORS.get(code, ("coin.hopper_fault", ""))[0]
        return (reason,) if reason else ()

    def prepare(self, yen: int) -> ValueTicket:
        """Read its counters. Moves nothing. Raises DeviceError."""
        if yen < _SMALLEST_YEN:
            raise MisuseError("coin.hopper_fault", f"a changer cannot pay {yen} yen")
        identity = self.identity or self.identify()
        self._recognise(identity.serial)
        if self._activity() & (_PAYING_OUT | _INITIALISING):
            raise PeerError("coin.hopper_fault", "the changer is starting or still paying")
        before = self.money_out()
        return ValueTicket(yen, self._address, identity.serial, before.counter, before.total_yen)

    def dispense(self, ticket: ValueTicket) -> ValueResult:
        """Pay the amount once; blocks until it has stopped. Never raises."""
        try:
            self._recognise(ticket.serial)
            result, heard = self._judge(ticket), False
            for _ in range(_MAX_SENDS):
                if heard or result.evidence is not Evidence.NOT_STARTED:
                    break
                heard = self._order(ticket)
                self._wait_until_begun(ticket)
                result = self._judge(ticket)
        except DeviceError as error:
            return ValueResult(ticket, 0, Evidence.UNKNOWN, error.reason.name)
        return result

    def resolve(self, ticket: ValueTicket) -> ValueResult:
        """What became of `ticket`. Moves nothing. Idempotent. Never raises."""
        try:
            self._recognise(ticket.serial)
            return self._judge(ticket)
        except DeviceError as error:
            return ValueResult(ticket, 0, Evidence.UNKNOWN, error.reason.name)

    def money_out(self) -> MoneyOut:
        """Its counters. Raises DeviceError."""
        data = self._bus.ask(self._address, Header.VERIFY_MONEY_OUT)
        total = decode_number(self._bus.ask(self._address, Header.MONEY_OUT))
        paid, unpaid = decode_number(data[1:5]), decode_number(data[5:9])
        return MoneyOut(data[0], paid, unpaid, total)

    def _order(self, ticket: ValueTicket) -> bool:
        """True if it acknowledged: then it is not told again, whatever its counters say."""
        order = ticket.yen.to_bytes(4, "little")
        with suppress(DeviceError):
            self._bus.ask(self._address, Header.PAY_MONEY_OUT, order)
            return True
        return False

    def _wait_until_begun(self, ticket: ValueTicket) -> None:
        """One that thinks before it pays must not be taken for one that has not heard."""
        until_s = self._clock.monotonic_s() + _BEGINS_S
        while self._clock.monotonic_s() < until_s:
            with suppress(DeviceError):
                if self._activity() & _PAYING_OUT or self.money_out().counter != ticket.counter:
                    return
            self._clock.sleep(_POLL_S)

    def _judge(self, ticket: ValueTicket) -> ValueResult:
        """By the counters, once it stands still."""
        self._wait_until_still(ticket)
        now = self.money_out()
        moved = (now.total_yen - ticket.total_yen) % _MODULUS
        if now.counter == ticket.counter and not moved:
            return ValueResult(ticket, 0, Evidence.NOT_STARTED, self._why())
        if now.counter == advance(ticket.counter, 1) and moved == now.paid_yen:
            wrong = "coin.hopper_empty" if moved < ticket.yen else "coin.hopper_fault"
            reason = "" if moved == ticket.yen else self._why() or wrong
            return ValueResult(ticket, moved, Evidence.DEVICE_COUNTED, reason)
        if now.counter == 0 and moved <= ticket.yen:
            # Reset since: header 124 is cleared, header 127 is not.
            return ValueResult(ticket, moved, Evidence.DEVICE_COUNTED, "coin.hopper_fault")
        return ValueResult(ticket, moved, Evidence.UNKNOWN, "coin.hopper_fault")

    def _why(self) -> str:
        return next(iter(self.troubles()), "")

    def _wait_until_still(self, ticket: ValueTicket) -> None:
        until_s = self._clock.monotonic_s() + _START_S + ticket.yen * _YEN_S
        heard_s = self._clock.monotonic_s()
        while True:
            try:
                if not self._activity() & (_PAYING_OUT | _INITIALISING):
                    return
                heard_s = self._clock.monotonic_s()
            except DeviceError:
                if self._clock.monotonic_s() - heard_s > _START_S:
                    raise
            if self._clock.monotonic_s() > until_s:
                raise DeviceError("coin.hopper_fault", "the changer does not stop")
            self._clock.sleep(_POLL_S)

    def _activity(self) -> int:
        return self._bus.ask(self._address, Header.ACTIVITY)[0]

    def _recognise(self, serial: int) -> None:
        found = decode_number(self._bus.ask(self._address, Header.SERIAL))
        if found != serial:
            self.identity = None
            detail = f"the changer's serial is {found}, it was {serial}"
            raise PeerError("coin.unknown_device", detail)
