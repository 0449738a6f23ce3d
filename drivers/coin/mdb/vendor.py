"""The coin vendor on an MDB line: `CoinVendor` over a changer, and a bill validator beside it.

Source: MDB/ICP 4.3. Evidence: credits rest on what POLL tells and on the counts of tubes and
stacker, payouts on the tubes alone; see `coin_taker` and `coin_payer`.
"""

from collections.abc import Callable
from contextlib import suppress

from drivers.clock import Clock
from drivers.coin.bills_beside import BillsBeside
from drivers.coin.contract import (
    CoinEvent,
    CoinVendorConfig,
    CreditCursor,
    DispenseResult,
    DispenseTicket,
    Diverted,
    Evidence,
    VendorCapabilities,
    VendorStatus,
    VendorTrouble,
)
from drivers.coin.mdb.adapter import BAUD
from drivers.coin.mdb.bill_taker import MdbBillTaker
from drivers.coin.mdb.bus import TRIES, AnswerLost, MdbBus
from drivers.coin.mdb.changer import MdbChanger
from drivers.coin.mdb.coin_payer import MdbCoinPayer
from drivers.coin.mdb.coin_taker import MdbCoinTaker
from drivers.coin.mdb.silence import Silence
from drivers.coin.mdb.tables import CHANGER, VALIDATOR
from drivers.coin.mdb.validator import MdbValidator
from drivers.coin.mdb.words import meaning
from drivers.errors import DeviceError, MisuseError, SilenceError
from drivers.link.port import BytePort
from drivers.link.tap import Tap, TappedPort

_ACCEPTING_POLL_S = 0.1
_MAX_PIECES = 255
_LOW = 5
"""A tube with so few pieces is called low."""

OpenPort = Callable[[], BytePort]


class MdbCoinVendor:
    """A changer, and perhaps a bill validator, behind one adapter. Belongs to one thread.

    Opening needs no device: a line that is not there, or comes back, is found by itself.
    """

    def __init__(
        self, config: CoinVendorConfig, clock: Clock, open_port: OpenPort | None = None
    ) -> None:
        """`open_port` replaces the serial port of `config` (tests, other lines)."""
        self._config = config
        self._clock = clock
        self.tap = Tap(meaning)
        source = open_port or (lambda: _open_serial(config.port))
        self._bus = MdbBus(lambda: TappedPort(source(), self.tap, clock), clock)
        self._changer = MdbChanger(self._bus, clock)
        self._coins = MdbCoinTaker(self._changer, clock)
        self._payer = MdbCoinPayer(
            self._changer, self._coins, clock, by_value=config.payout == "value"
        )
        self._silence = Silence(CHANGER, clock)
        self._lost = False
        self._validator = MdbValidator(self._bus) if config.bills else None
        self._bills = MdbBillTaker(self._validator) if self._validator else None
        self._bill_silence = Silence(VALIDATOR, clock)
        self._beside = BillsBeside(self._bills)

    @property
    def poll_every_s(self) -> float:
        """When to poll next: sooner while coins may come; always, for a peripheral that is not
        polled takes its master for gone.
        """
        if self._accepting:
            return min(self._config.poll_s, _ACCEPTING_POLL_S)
        return self._config.poll_s

    def capabilities(self) -> VendorCapabilities:
        self._changer.identify()
        missing = self._configured - self._payer.values
        if missing:
            names = ", ".join(f"¥{yen}" for yen in sorted(missing))
            detail = f"the changer has no tube for {names}, the configuration says it has"
            raise MisuseError("coin.unknown_device", detail)
        devices, bills = [self._changer.line()], frozenset[int]()
        if self._validator is not None:
            self._validator.identify()
            devices.append(self._validator.line())
            bills = frozenset(self._validator.values.values())
        return VendorCapabilities(
            accepts=self._coins.values | bills,
            dispenses=self._configured,
            devices=tuple(devices),
            bills=bills,
        )

    def status(self) -> VendorStatus:
        try:
            reason, in_order = self._changer.diagnosis(tries=1)
            tubes = self._changer.tubes()
        except DeviceError as error:
            return VendorStatus((error.reason.name,), self._accepting, blocked=self._configured)
        if in_order:
            self._coins.clear("coin.acceptor_fault", "coin.hopper_jam", "coin.hopper_fault")
        self._coins.observe(tubes)
        found = [*self._coins.troubles, *([reason] if reason else [])]
        found += self._bill_troubles()
        found += ["coin.unknown_device"] if self._coins.swapped else []
        yen = self._changer.values
        counts: dict[int, int] = {}
        for coin_type, pieces in self._changer.counts(tubes).items():
            counts[yen[coin_type]] = counts.get(yen[coin_type], 0) + pieces
        return VendorStatus(
            tuple(dict.fromkeys(found)),
            self._accepting,
            low=frozenset(v for v, n in counts.items() if n <= _LOW),
            blocked=frozenset(yen[n] for n in tubes.defective & self._changer.tube_types),
            full=frozenset(yen[n] for n in tubes.full & self._changer.tube_types),
        )

    def resume(
        self,
        cursor: CreditCursor | None,
        bills: CreditCursor | None = None,
        *,
        interrupted: bool = True,
    ) -> tuple[CoinEvent, ...]:
        events = self._coins.resume(cursor, interrupted=interrupted)
        self._heard()
        events += self._beside.resume(bills)
        if not self._beside.lost:
            self._bill_silence.broken()
        return events

    def accept(self, values: frozenset[int]) -> None:
        self._coins.accept(values)
        self._beside.accept(values)

    def route(self, *, stack: bool) -> None:
        self._beside.route(stack=stack)

    def divert(self, *, keep: bool) -> Diverted:
        del keep
        raise MisuseError("coin.escrow_fault", "MDB has no coin escrow")

    def poll(self) -> tuple[CoinEvent, ...]:
        try:
            self._coins.poll(tries=1 if self._lost else TRIES)
        except DeviceError as error:
            return (*self._coins.take_waiting(), *self._not_heard(error))
        self._heard()
        return (*self._coins.take_waiting(), *self._poll_bills())

    def prepare(self, yen: int, pieces: int) -> DispenseTicket:
        if yen not in self._configured or not 1 <= pieces <= _MAX_PIECES:
            raise MisuseError("coin.hopper_fault", f"cannot pay {pieces} coins of ¥{yen}")
        return self._payer.prepare(yen, pieces)

    def dispense(self, ticket: DispenseTicket) -> DispenseResult:
        return self._payer.dispense(ticket) if self._is_ours(ticket) else _unknown(ticket)

    def resolve(self, ticket: DispenseTicket) -> DispenseResult:
        return self._payer.resolve(ticket) if self._is_ours(ticket) else _unknown(ticket)

    def close(self) -> None:
        with suppress(DeviceError):
            if self._coins.book is not None and not self._lost:
                self.accept(frozenset())
        self._bus.close()

    @property
    def _configured(self) -> frozenset[int]:
        return frozenset(map(int, self._config.hoppers))

    @property
    def _accepting(self) -> frozenset[int]:
        return self._coins.accepting | self._beside.accepting

    def _is_ours(self, ticket: DispenseTicket) -> bool:
        return ticket.yen in self._configured and ticket.address == CHANGER

    def _heard(self) -> None:
        self._silence.broken()
        self._lost = False

    def _poll_bills(self) -> tuple[CoinEvent, ...]:
        """The bills' events; a validator that is away does not stop the coins."""
        if self._bills is None or not self._beside.polled:
            return ()
        try:
            self._bills.poll(tries=1 if self._beside.lost else TRIES)
        except DeviceError as error:
            return (*self._bills.take_waiting(), *self._bills_not_heard(error))
        self._bill_silence.broken()
        self._beside.heard()
        return self._bills.take_waiting()

    def _bills_not_heard(self, error: DeviceError) -> tuple[CoinEvent, ...]:
        assert self._validator is not None  # noqa: S101 - polled
        if _is_silence(error) and not self._bill_silence.too_long:
            return ()
        if _is_silence(error) and self._bill_silence.may_reset():
            self._validator.reset()
        return self._beside.not_heard(error)

    def _bill_troubles(self) -> tuple[str, ...]:
        if self._bills is None:
            return ()
        try:
            self._bills.look()
        except DeviceError:
            return ("coin.bill_fault",)
        swapped = ("coin.unknown_device",) if self._bills.swapped else ()
        return (*self._bills.troubles, *swapped)

    def _not_heard(self, error: DeviceError) -> tuple[CoinEvent, ...]:
        """Silence is allowed for the non-response time; nothing else is."""
        if _is_silence(error) and not self._silence.too_long:
            return ()
        if _is_silence(error) and self._silence.may_reset():
            self._changer.reset()
        self._coins.was_silent()
        if self._lost:
            return ()
        self._lost = True
        return (VendorTrouble(error.reason.name, error.detail),)


def _is_silence(error: DeviceError) -> bool:
    """On the bus; not on our side of the adapter."""
    return isinstance(error, SilenceError) and not isinstance(error, AnswerLost)


def _unknown(ticket: DispenseTicket) -> DispenseResult:
    return DispenseResult(ticket, 0, Evidence.UNKNOWN, "coin.unknown_device")


def _open_serial(path: str) -> BytePort:
    from drivers.link.serial_port import SerialLine, SerialPort

    return SerialPort(SerialLine(path=path, baud=BAUD))
