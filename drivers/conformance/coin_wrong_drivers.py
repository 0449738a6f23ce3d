"""Deliberately wrong coin drivers: the mistakes that drivers really make, on a sound machine."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from drivers.clock import Clock
from drivers.coin.contract import (
    CoinAccepted,
    CoinEvent,
    CoinVendor,
    CoinVendorConfig,
    CreditCursor,
    DispenseResult,
    DispenseTicket,
    Diverted,
    EventsLost,
    Evidence,
    Fate,
    VendorCapabilities,
    VendorReset,
    VendorStatus,
)
from drivers.coin.hopper import Hopper
from drivers.coin.payout import judge
from drivers.coin.serial import SerialCoinVendor
from drivers.coin.tables import Header
from drivers.coin.virtual import MachineBuild
from drivers.conformance.coin_builds import BILLS, ESCROW, PLAIN
from drivers.conformance.coin_lines import OpenPort
from drivers.errors import DeviceError

_FLAP_S = 5.0
_FIVE_HUNDRED = 500


@dataclass(frozen=True, slots=True)
class WrongDriver:
    """One wrong thing, and who must find it."""

    name: str
    what: str
    vendor: Callable[[CoinVendorConfig, Clock, OpenPort], CoinVendor]
    killers: tuple[str, ...]
    build: MachineBuild


class _ForgetsWhatFell(SerialCoinVendor):
    """Starts anew at every `resume`."""

    def resume(
        self,
        cursor: CreditCursor | None,
        bills: CreditCursor | None = None,
        *,
        interrupted: bool = True,
    ) -> tuple[CoinEvent, ...]:
        del cursor, bills
        return super().resume(None, interrupted=interrupted)


class _CreditsAgain(SerialCoinVendor):
    """Credits the last coin again at `resume`."""

    def resume(
        self,
        cursor: CreditCursor | None,
        bills: CreditCursor | None = None,
        *,
        interrupted: bool = True,
    ) -> tuple[CoinEvent, ...]:
        if cursor is not None and cursor.counter > 1:
            cursor = CreditCursor(cursor.serial, cursor.counter - 1)
        return super().resume(cursor, bills, interrupted=interrupted)


class _PaysEveryTime(SerialCoinVendor):
    """Pays a ticket as often as it is given."""

    def dispense(self, ticket: DispenseTicket) -> DispenseResult:
        return super().dispense(self.prepare(ticket.yen, ticket.pieces))


class _BelievesItself(SerialCoinVendor):
    """Says paid what was asked for."""

    def dispense(self, ticket: DispenseTicket) -> DispenseResult:
        super().dispense(ticket)
        return DispenseResult(ticket, ticket.pieces, Evidence.DEVICE_COUNTED)


class _RaisesOnTheLine(SerialCoinVendor):
    """`poll` raises when the line is cut."""

    def poll(self) -> tuple[CoinEvent, ...]:
        if "coin.lost" in self.status().troubles:
            raise DeviceError("coin.lost", "poll")
        return super().poll()


class _HidesResets(SerialCoinVendor):
    """Does not tell a power failure."""

    def poll(self) -> tuple[CoinEvent, ...]:
        return tuple(event for event in super().poll() if not isinstance(event, VendorReset))


class OpensEverything(SerialCoinVendor):
    """Lets in every coin."""

    def accept(self, values: frozenset[int]) -> None:
        super().accept(self.capabilities().accepts if values else values)


class _OpensItsNeighbour(SerialCoinVendor):
    """Lets in the value below the highest, too."""

    def accept(self, values: frozenset[int]) -> None:
        known = sorted(self.capabilities().accepts)
        super().accept(values | {known[-2]} if known[-1] in values else values)
        self._asked = values

    def status(self) -> VendorStatus:
        return replace(super().status(), accepting=getattr(self, "_asked", frozenset()))


class _TenTimes(SerialCoinVendor):
    """Credits a coin of 50 as one of 500."""

    def poll(self) -> tuple[CoinEvent, ...]:
        return tuple(
            replace(event, yen=_FIVE_HUNDRED)
            if isinstance(event, CoinAccepted) and event.yen * 10 == _FIVE_HUNDRED
            else event
            for event in super().poll()
        )


class _TellsNoLoss(SerialCoinVendor):
    """Says nothing of events that were lost."""

    def poll(self) -> tuple[CoinEvent, ...]:
        return tuple(event for event in super().poll() if not isinstance(event, EventsLost))


class _ResolvesByTheOrder(SerialCoinVendor):
    """`resolve` says of a payout that ended early that all was paid."""

    def resolve(self, ticket: DispenseTicket) -> DispenseResult:
        result = super().resolve(ticket)
        return replace(result, paid=ticket.pieces if result.paid else 0)


class _PaysFromItsNeighbour(SerialCoinVendor):
    """Pays the highest value from the hopper of the one below it."""

    def prepare(self, yen: int, pieces: int) -> DispenseTicket:
        *_, below, top = sorted(self._payers)
        return replace(super().prepare(below if yen == top else yen, pieces), yen=yen)

    def dispense(self, ticket: DispenseTicket) -> DispenseResult:
        *_, below, top = sorted(self._payers)
        meant = replace(ticket, yen=below) if ticket.yen == top else ticket
        return replace(super().dispense(meant), ticket=ticket)


class _RaisesAnything(SerialCoinVendor):
    """`prepare` raises what its own table raises."""

    def prepare(self, yen: int, pieces: int) -> DispenseTicket:
        return self._payers[yen].prepare(pieces)


class _NewestFirst(SerialCoinVendor):
    """Tells events the wrong way round."""

    def poll(self) -> tuple[CoinEvent, ...]:
        return tuple(reversed(super().poll()))


class _LeavesItOpen(SerialCoinVendor):
    """`close` leaves the slot open."""

    def close(self) -> None:
        self._bus.close()


class _LeavesOneOut(SerialCoinVendor):
    """Names all devices but one."""

    def capabilities(self) -> VendorCapabilities:
        found = super().capabilities()
        return replace(found, devices=found.devices[:-1])


class _OpensAtOnce(SerialCoinVendor):
    """`resume` opens the slot."""

    def resume(
        self,
        cursor: CreditCursor | None,
        bills: CreditCursor | None = None,
        *,
        interrupted: bool = True,
    ) -> tuple[CoinEvent, ...]:
        events = super().resume(cursor, bills, interrupted=interrupted)
        self.accept(self.capabilities().accepts)
        return events


class _CriesWolf(SerialCoinVendor):
    """Names a trouble that is none."""

    def status(self) -> VendorStatus:
        return replace(super().status(), troubles=("coin.hopper_jam",))


class _StartsAnewAfterDamage(SerialCoinVendor):
    """Takes the present counter as a new start when an answer was damaged."""

    def poll(self) -> tuple[CoinEvent, ...]:
        accepting = self._acceptor.accepting
        try:
            return self._acceptor.poll(tries=1)
        except DeviceError:
            with suppress(DeviceError):
                self._acceptor.resume(None)
                self._acceptor.accept(accepting)
            return ()


class _TakesAnyNumber(SerialCoinVendor):
    """`prepare` refuses nothing."""

    def prepare(self, yen: int, pieces: int) -> DispenseTicket:
        ticket = super().prepare(min(self._hoppers), 1)
        return replace(ticket, yen=yen, pieces=pieces)


class _SaysOneMore(SerialCoinVendor):
    """Says one coin more than was paid."""

    def dispense(self, ticket: DispenseTicket) -> DispenseResult:
        result = super().dispense(ticket)
        return replace(result, paid=result.paid + 1)


class _ResolvesHopefully(SerialCoinVendor):
    """`resolve` says paid of every ticket."""

    def resolve(self, ticket: DispenseTicket) -> DispenseResult:
        return DispenseResult(ticket, ticket.pieces, Evidence.DEVICE_COUNTED)


class _ResolvesGloomily(SerialCoinVendor):
    """`resolve` says not started of every ticket."""

    def resolve(self, ticket: DispenseTicket) -> DispenseResult:
        return DispenseResult(ticket, 0, Evidence.NOT_STARTED)


class _RemembersInMemory(SerialCoinVendor):
    """Knows what it paid only while it lives."""

    _paid: dict[DispenseTicket, DispenseResult] | None = None

    def dispense(self, ticket: DispenseTicket) -> DispenseResult:
        self._paid = self._paid or {}
        if ticket not in self._paid:
            fresh = self.prepare(ticket.yen, ticket.pieces)
            self._paid[ticket] = replace(super().dispense(fresh), ticket=ticket)
        return self._paid[ticket]


class _SendsAgain(SerialCoinVendor):
    """Sends a dispense command again when no answer comes."""

    def _pay(self, hopper: Hopper, ticket: DispenseTicket) -> DispenseResult:
        hopper.recognise(ticket.serial)
        for _ in range(2):
            hopper.enable()
            with suppress(DeviceError):
                hopper.pay(ticket)
                break
            self._wait_until_still(hopper, 10.0)
        self._wait_until_still(hopper, 10.0)
        return judge(ticket, hopper.view())


class _NeverLooks(SerialCoinVendor):
    """Sends the command and says paid, whatever became of it."""

    def _pay(self, hopper: Hopper, ticket: DispenseTicket) -> DispenseResult:
        hopper.enable()
        with suppress(DeviceError):
            hopper.pay(ticket)
        self._wait_until_still(hopper, 10.0)
        return DispenseResult(ticket, ticket.pieces, Evidence.DEVICE_COUNTED)


class _AssumesTheBest(SerialCoinVendor):
    """Says not started where it does not know."""

    def dispense(self, ticket: DispenseTicket) -> DispenseResult:
        result = super().dispense(ticket)
        unknown = result.evidence is Evidence.UNKNOWN
        return replace(result, evidence=Evidence.NOT_STARTED) if unknown else result


class _StacksOrphans(SerialCoinVendor):
    """`resume` stacks a bill that is still held."""

    def resume(
        self,
        cursor: CreditCursor | None,
        bills: CreditCursor | None = None,
        *,
        interrupted: bool = True,
    ) -> tuple[CoinEvent, ...]:
        if self._bills is not None:
            self._bills.route(stack=True)
        return super().resume(cursor, bills, interrupted=interrupted)


class _DivertsTheOtherWay(SerialCoinVendor):
    """Keeps what it is told to give back."""

    def divert(self, *, keep: bool) -> Diverted:
        return replace(super().divert(keep=not keep), keep=keep)


class _SaysDiverted(SerialCoinVendor):
    """Says that the escrow was emptied, whatever became of the order."""

    def divert(self, *, keep: bool) -> Diverted:
        super().divert(keep=keep)
        return Diverted(keep, Fate.DONE)


class _GivesUpOnAnOrder(SerialCoinVendor):
    """Takes an order to the escrow whose answer is lost for one that never arrived."""

    def divert(self, *, keep: bool) -> Diverted:
        try:
            self._bus.ask(self._config.escrow, Header.OPERATE_ESCROW, bytes((not keep,)))
        except DeviceError as error:
            return Diverted(keep, Fate.NOT_STARTED, error.reason.name)
        self._clock.sleep(_FLAP_S)
        return Diverted(keep, Fate.DONE)


def _wrong(
    name: str, made: type[SerialCoinVendor], *killers: str, build: MachineBuild = PLAIN
) -> WrongDriver:
    def vendor(config: CoinVendorConfig, clock: Clock, open_port: OpenPort) -> CoinVendor:
        return made(config, clock, open_port=open_port)

    return WrongDriver(name, (made.__doc__ or "").rstrip("."), vendor, killers, build)


WRONG: tuple[WrongDriver, ...] = (
    _wrong("driver-forgets", _ForgetsWhatFell, "coin.taking.host_death"),
    _wrong("driver-credits-again", _CreditsAgain, "coin.taking.nothing_twice"),
    _wrong("driver-pays-again", _PaysEveryTime, "coin.paying.once"),
    _wrong("driver-believes", _BelievesItself, "coin.paying.empty", "coin.paying.power"),
    _wrong("driver-stacks-orphans", _StacksOrphans, "coin.bills.host_death_held", build=BILLS),
    _wrong("driver-leaves-out", _LeavesOneOut, "coin.identity.capabilities"),
    _wrong("driver-opens-at-once", _OpensAtOnce, "coin.taking.shut_at_first"),
    _wrong("driver-cries-wolf", _CriesWolf, "coin.taking.status"),
    _wrong("driver-starts-anew", _StartsAnewAfterDamage, "coin.taking.damaged_answer"),
    _wrong("driver-any-number", _TakesAnyNumber, "coin.paying.prepare"),
    _wrong("driver-one-more", _SaysOneMore, "coin.paying.exact"),
    _wrong("driver-hopes", _ResolvesHopefully, "coin.paying.resolve_unpaid"),
    _wrong("driver-despairs", _ResolvesGloomily, "coin.paying.resolve_paid"),
    _wrong("driver-in-memory", _RemembersInMemory, "coin.paying.host_death"),
    _wrong("driver-sends-again", _SendsAgain, "coin.paying.lost_answer"),
    _wrong("driver-never-looks", _NeverLooks, "coin.paying.lost_command"),
    _wrong("driver-assumes", _AssumesTheBest, "coin.paying.cable"),
    _wrong("driver-raises", _RaisesOnTheLine, "coin.taking.cable"),
    _wrong("driver-hides-reset", _HidesResets, "coin.taking.power"),
    _wrong("driver-opens-all", OpensEverything, "coin.taking.exactly"),
    _wrong("driver-opens-neighbour", _OpensItsNeighbour, "coin.taking.exactly"),
    _wrong("driver-ten-times", _TenTimes, "coin.taking.values"),
    _wrong("driver-tells-no-loss", _TellsNoLoss, "coin.taking.events_lost"),
    _wrong("driver-resolves-by-order", _ResolvesByTheOrder, "coin.paying.empty"),
    _wrong("driver-pays-neighbour", _PaysFromItsNeighbour, "coin.paying.each"),
    _wrong("driver-raises-anything", _RaisesAnything, "coin.paying.prepare"),
    _wrong("driver-newest-first", _NewestFirst, "coin.taking.order"),
    _wrong("driver-diverts-wrong", _DivertsTheOtherWay, "coin.escrow.divert", build=ESCROW),
    _wrong("driver-says-diverted", _SaysDiverted, "coin.escrow.cable", build=ESCROW),
    _wrong("driver-gives-up", _GivesUpOnAnOrder, "coin.escrow.lost_order", build=ESCROW),
    _wrong("driver-leaves-open", _LeavesItOpen, "coin.taking.stop"),
)
