"""Deliberately wrong coin drivers: the mistakes that drivers really make, on a sound machine."""

from collections.abc import Callable
from dataclasses import dataclass

from drivers.clock import Clock
from drivers.coin.contract import (
    CoinEvent,
    CoinVendor,
    CoinVendorConfig,
    CreditCursor,
    DispenseResult,
    DispenseTicket,
    Evidence,
    VendorReset,
)
from drivers.coin.serial import SerialCoinVendor
from drivers.conformance.coin_lines import OpenPort
from drivers.errors import DeviceError


@dataclass(frozen=True, slots=True)
class WrongDriver:
    """One wrong thing, and who must find it."""

    name: str
    what: str
    vendor: Callable[[CoinVendorConfig, Clock, OpenPort], CoinVendor]
    killers: tuple[str, ...]


class _ForgetsWhatFell(SerialCoinVendor):
    """Starts anew at every `resume`."""

    def resume(
        self, cursor: CreditCursor | None, bills: CreditCursor | None = None
    ) -> tuple[CoinEvent, ...]:
        del cursor, bills
        return super().resume(None)


class _CreditsAgain(SerialCoinVendor):
    """Credits the last coin again at `resume`."""

    def resume(
        self, cursor: CreditCursor | None, bills: CreditCursor | None = None
    ) -> tuple[CoinEvent, ...]:
        if cursor is not None and cursor.counter > 1:
            cursor = CreditCursor(cursor.serial, cursor.counter - 1)
        return super().resume(cursor, bills)


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


class _NewestFirst(SerialCoinVendor):
    """Tells events the wrong way round."""

    def poll(self) -> tuple[CoinEvent, ...]:
        return tuple(reversed(super().poll()))


class _LeavesItOpen(SerialCoinVendor):
    """`close` leaves the slot open."""

    def close(self) -> None:
        self._bus.close()


def _wrong(name: str, made: type[SerialCoinVendor], *killers: str) -> WrongDriver:
    def vendor(config: CoinVendorConfig, clock: Clock, open_port: OpenPort) -> CoinVendor:
        return made(config, clock, open_port=open_port)

    return WrongDriver(name, (made.__doc__ or "").rstrip("."), vendor, killers)


WRONG: tuple[WrongDriver, ...] = (
    _wrong("driver-forgets", _ForgetsWhatFell, "coin.taking.host_death"),
    _wrong("driver-credits-again", _CreditsAgain, "coin.taking.nothing_twice"),
    _wrong("driver-pays-again", _PaysEveryTime, "coin.paying.once"),
    _wrong("driver-believes", _BelievesItself, "coin.paying.empty"),
    _wrong("driver-raises", _RaisesOnTheLine, "coin.taking.cable"),
    _wrong("driver-hides-reset", _HidesResets, "coin.taking.power"),
    _wrong("driver-opens-all", OpensEverything, "coin.taking.exactly"),
    _wrong("driver-newest-first", _NewestFirst, "coin.taking.order"),
    _wrong("driver-leaves-open", _LeavesItOpen, "coin.taking.stop"),
)
