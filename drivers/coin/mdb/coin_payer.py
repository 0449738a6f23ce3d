"""Coins out, by a changer: orders that have no answer, and the tubes that tell what became of them.

DISPENSE names a coin type and at most 15 pieces, and says nothing afterwards. So the counts of all
tubes before it go into the ticket, and what left them is what was paid; an order goes out again
only when its tube has not moved. The alternative payout of level 3 takes an amount, chooses the
coins itself, and tells once what it paid: a second witness beside the tubes.
Source: MDB/ICP 4.3 section 5.3, DISPENSE, 0F-02H to 0F-04H.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from drivers.clock import Clock
from drivers.coin.contract import DispenseResult, DispenseTicket, Evidence
from drivers.coin.mdb.changer import MdbChanger
from drivers.coin.mdb.coin_taker import MdbCoinTaker
from drivers.coin.mdb.tables import CHANGER, MAX_DISPENSE, TUBE_JAM, TUBE_SENSOR, Feature
from drivers.coin.mdb.witness import pack, unpack
from drivers.errors import DeviceError, PeerError

_POLL_S = 0.1
_START_S = 10.0
_COIN_S = 2.0
"""A payout has this long to end; slower than any changer."""
_MAX_SENDS = 3
_SLIPPED = 2
"""Coins that may slip out beyond an order; a count that moved further was not moved by it."""
_MAX_UNITS = 255
_SILENCE_LIMIT_S = 5.0
"""A changer silent for so long is not waited for; `resolve` asks it later."""


@dataclass(frozen=True, slots=True)
class Paid:
    """What has left the tubes since a ticket."""

    pieces: int
    rest_yen: int = 0
    """Paid beside them, in coins that make no whole piece of the ticket's value."""
    sure: bool = True


class MdbCoinPayer:
    """The changer as payer of coins of one value at a time."""

    def __init__(
        self, changer: MdbChanger, taker: MdbCoinTaker, clock: Clock, *, by_value: bool
    ) -> None:
        self._changer = changer
        self._taker = taker
        self._clock = clock
        self._by_value = by_value
        self._defective: frozenset[int] = frozenset()

    @property
    def values(self) -> frozenset[int]:
        """Face values that have a tube."""
        return frozenset(self._changer.values[n] for n in self._changer.tube_types)

    def prepare(self, yen: int, pieces: int) -> DispenseTicket:
        """Hear what it still has to tell, and read its tubes. Moves nothing. Raises DeviceError."""
        plate = self._changer.plate or self._changer.identify()
        self._changer.recognise(plate.serial)
        if yen not in self.values:
            raise PeerError("coin.unknown_device", f"the changer has no tube for ¥{yen}")
        if self._by_value and not self._changer.features & Feature.ALTERNATIVE_PAYOUT:
            raise PeerError("coin.unknown_device", "the changer offers no payout by value")
        self._taker.catch_up()
        if self._taker.paying:
            raise PeerError("coin.hopper_fault", "the changer is still paying out")
        counts = self._look()
        self._taker.forget_deposits()
        return DispenseTicket(yen, pieces, CHANGER, plate.serial, 0, pack(counts))

    def dispense(self, ticket: DispenseTicket) -> DispenseResult:
        """Pay once; blocks until it has stopped. Never raises."""
        try:
            self._changer.recognise(ticket.serial)
            self._wait_until_still(ticket.pieces)
            if self._paid(ticket, self._look()).pieces:
                return self.resolve(ticket)  # obeyed before: never twice
            return self._pay_value(ticket) if self._by_value else self._pay_coins(ticket)
        except DeviceError as error:
            return DispenseResult(ticket, 0, Evidence.UNKNOWN, error.reason.name)

    def resolve(self, ticket: DispenseTicket) -> DispenseResult:
        """What became of `ticket`. Moves nothing. Idempotent. Never raises."""
        try:
            self._changer.recognise(ticket.serial)
            self._wait_until_still(ticket.pieces)
            return self._judge(ticket, self._look(), heard=False)
        except DeviceError as error:
            return DispenseResult(ticket, 0, Evidence.UNKNOWN, error.reason.name)

    def _pay_coins(self, ticket: DispenseTicket) -> DispenseResult:
        """Order after order of at most 15 coins, each judged by the tubes before the next."""
        counts = self._look()
        paid, vain, heard = 0, 0, False
        while vain < _MAX_SENDS:
            coin_type = max(self._types(ticket.yen), key=lambda n: counts[n])
            wanted = min(ticket.pieces - paid, MAX_DISPENSE, counts[coin_type])
            if wanted <= 0:
                break
            taken = self._ordered(partial(self._changer.order_coins, coin_type, wanted))
            heard = heard or taken
            self._wait_until_still(wanted)
            counts = self._look()
            now_paid = self._paid(ticket, counts).pieces
            if now_paid != paid + wanted and (taken or now_paid != paid):
                break  # short, or against all counting: an order more would make it worse
            vain = vain + 1 if now_paid == paid else 0
            paid = now_paid
        return self._judge(ticket, counts, heard=heard)

    def _pay_value(self, ticket: DispenseTicket) -> DispenseResult:
        """One order by amount, told by the changer afterwards, and held against the tubes."""
        setup = self._changer.setup
        assert setup is not None  # noqa: S101 - recognised
        units, rest = divmod(ticket.yen * ticket.pieces * 10**setup.decimals, setup.scaling)
        if rest or not 0 < units <= _MAX_UNITS:
            # Not within one order: by coins, which have no such bound.
            return self._pay_coins(ticket)
        heard = self._ordered(partial(self._changer.order_value, units))
        self._wait_until_still(ticket.pieces, by_value=heard)
        told: tuple[int, ...] = ()
        with suppress(DeviceError):
            # Told once: where that is lost, the tubes still know.
            told = self._changer.payout_told() if heard else ()
        counts = self._look()
        result = self._judge(ticket, counts, heard=heard)
        said_yen = sum(self._changer.values.get(n, 0) * count for n, count in enumerate(told))
        if told and said_yen != self._out_yen(ticket, counts):
            return DispenseResult(ticket, result.paid, Evidence.UNKNOWN, "coin.hopper_fault")
        return result

    def _ordered(self, order: Callable[[], None]) -> bool:
        """True if it was heard to take the order; False proves nothing."""
        try:
            order()
        except DeviceError:
            return False
        return True

    def _types(self, yen: int) -> tuple[int, ...]:
        tubes = sorted(self._changer.tube_types)
        return tuple(n for n in tubes if self._changer.values[n] == yen)

    def _look(self) -> dict[int, int]:
        tubes = self._taker.steady_tubes()
        self._defective = tubes.defective
        self._taker.adopt(tubes)
        return self._changer.counts(tubes)

    def _out(self, ticket: DispenseTicket, counts: dict[int, int]) -> dict[int, int]:
        """Coins by type that left since the ticket; what came in meanwhile is not among them."""
        before = unpack(ticket.total_before, self._changer.tube_types)
        came = self._taker.came_in
        return {n: before[n] + came[n] - counts[n] for n in counts if n in before}

    def _out_yen(self, ticket: DispenseTicket, counts: dict[int, int]) -> int:
        out = self._out(ticket, counts)
        return sum(self._changer.values[n] * count for n, count in out.items())

    def _paid(self, ticket: DispenseTicket, counts: dict[int, int]) -> Paid:
        out = self._out(ticket, counts)
        types = self._types(ticket.yen)
        sure = bool(types) and not self._defective & set(types)
        sure = sure and self._taker.tube_told != TUBE_SENSOR and set(types) <= set(out)
        if self._by_value:
            pieces, rest = divmod(self._out_yen(ticket, counts), ticket.yen)
        else:
            pieces, rest = sum(out.get(n, 0) for n in types), 0
        return Paid(pieces, rest, sure and 0 <= pieces <= ticket.pieces + _SLIPPED)

    def _judge(
        self, ticket: DispenseTicket, counts: dict[int, int], *, heard: bool
    ) -> DispenseResult:
        paid = self._paid(ticket, counts)
        reason = self._why(ticket, paid, counts, heard=heard)
        if not paid.sure or paid.rest_yen:
            return DispenseResult(
                ticket, max(0, paid.pieces), Evidence.UNKNOWN, reason or "coin.hopper_fault"
            )
        if paid.pieces == ticket.pieces:
            self._taker.clear("coin.hopper_jam", "coin.hopper_fault")
        evidence = Evidence.DEVICE_COUNTED if paid.pieces or heard else Evidence.NOT_STARTED
        return DispenseResult(ticket, paid.pieces, evidence, reason)

    def _why(
        self, ticket: DispenseTicket, paid: Paid, counts: dict[int, int], *, heard: bool
    ) -> str:
        """Why not exactly what was asked for was paid; "" where that needs no reason."""
        if paid.pieces == ticket.pieces:
            return ""
        if paid.pieces > ticket.pieces:
            return "coin.hopper_fault"
        if self._taker.tube_told == TUBE_JAM:
            return "coin.hopper_jam"
        if not any(counts[n] for n in self._types(ticket.yen)):
            return "coin.hopper_empty"
        return "coin.hopper_fault" if heard or paid.pieces else ""

    def _wait_until_still(self, pieces: int, *, by_value: bool = False) -> None:
        until_s = self._clock.monotonic_s() + _START_S + pieces * _COIN_S
        heard_s = self._clock.monotonic_s()
        while True:
            try:
                self._taker.drain()
                moving = by_value and self._changer.payout_moves()
                if not self._taker.paying and not moving:
                    return
                heard_s = self._clock.monotonic_s()
            except DeviceError:
                if self._clock.monotonic_s() - heard_s > _SILENCE_LIMIT_S:
                    raise
            if self._clock.monotonic_s() > until_s:
                raise DeviceError("coin.hopper_fault", "the changer does not stop paying out")
            self._clock.sleep(_POLL_S)
