"""The coin vendor on a serial line: `CoinVendor` over ccTalk.

Source: ccTalk Generic Specification 4.7. Evidence: credits rest on the acceptor's event counter,
payouts on headers 166 and 168; see `credits` and `payout`.
"""

from collections.abc import Callable
from contextlib import suppress

from drivers.clock import Clock
from drivers.coin.acceptor import Acceptor
from drivers.coin.bill_validator import BillValidator
from drivers.coin.bills_beside import BillsBeside
from drivers.coin.bus import TRIES, CoinBus
from drivers.coin.changer import Changer
from drivers.coin.changer_payer import ChangerPayer
from drivers.coin.contract import (
    CoinEvent,
    CoinVendorConfig,
    CreditCursor,
    DispenseResult,
    DispenseTicket,
    Diverted,
    VendorCapabilities,
    VendorStatus,
    VendorTrouble,
)
from drivers.coin.escrow import CoinEscrow, Divert
from drivers.coin.framing import BadFrame, Check, FrameParser
from drivers.coin.hopper import Hopper
from drivers.coin.identity import Identity
from drivers.coin.payout import Course, HopperView, course, judge, unknown
from drivers.coin.protocol import decode_number, describe
from drivers.coin.quirks import BadQuirks, QuirkBook
from drivers.coin.tables import Header
from drivers.coin.taker import MoneyTaker
from drivers.errors import DeviceError, MisuseError
from drivers.link.port import BytePort
from drivers.link.tap import Tap, TappedPort

_BAUD = 9600
"""Source: Part 1 section 3."""
_ACCEPTING_POLL_S = 0.1
_IDLE_POLL_S = 10.0
_IDLE_AFTER_S = 30.0
"""So long after the slot was closed nothing can fall any more; only resets are looked for."""
_PAYOUT_POLL_S = 0.1
_PAYOUT_START_S = 10.0
_PAYOUT_COIN_S = 2.0
"""A payout has this long to end; slower than any hopper, its own timeouts included."""
_SILENCE_LIMIT_S = 5.0
"""A hopper silent for so long is not waited for; `resolve` asks it later."""
_LATE_COIN_S = 0.3
"""A coin on its way when a hopper stops still falls, and is counted."""
_BEGINS_S = 2.0
"""Between an order that was answered and the first sign of it, at most."""
_MAX_SENDS = 3
_MAX_PIECES = 255
_STATUS_TRIES = 2

OpenPort = Callable[[], BytePort]
_Part = MoneyTaker | Hopper | ChangerPayer


class SerialCoinVendor:
    """An acceptor and its hoppers on one ccTalk line. Belongs to one thread.

    Opening needs no device: a line that is not there, or comes back, is found by itself.
    """

    def __init__(
        self,
        config: CoinVendorConfig,
        clock: Clock,
        port: BytePort | None = None,
        open_port: OpenPort | None = None,
    ) -> None:
        """`port` or `open_port` replace the serial port of `config` (tests, other lines)."""
        self._config = config
        self._clock = clock
        check = Check(config.checksum)
        self.tap = Tap(lambda raw: _meaning(raw, check))
        source = open_port or (lambda: port or _open_serial(config.port))
        self._bus = CoinBus(lambda: TappedPort(source(), self.tap, clock), clock, check)
        self._acceptor = Acceptor(self._bus, clock, config.acceptor)
        self._hoppers = {
            int(yen): Hopper(self._bus, clock, address, int(yen))
            for yen, address in config.hoppers.items()
            if not _is_changer(config, address)
        }
        self._payers: dict[int, Hopper | ChangerPayer] = {
            **self._hoppers,
            **_changer_payers(self._bus, clock, config),
        }
        self._bills = BillValidator(self._bus, clock, config.bills) if config.bills else None
        self._escrow = CoinEscrow(self._bus, clock, config.escrow) if config.escrow else None
        self._takers: tuple[MoneyTaker, ...] = (
            (self._acceptor,) if self._bills is None else (self._acceptor, self._bills)
        )
        self._give_quirks(config.profiles)
        self._lost = False
        self._beside = BillsBeside(self._bills)
        self._met: dict[_Part | CoinEscrow, Identity] = {}
        """Whom a set-up that is not finished has identified already."""
        self._intrusions = 0
        self._open_s = clock.monotonic_s()

    @property
    def poll_every_s(self) -> float:
        """When to poll next: at once while coins may come, seldom while none can."""
        if self._lost:
            return self._config.poll_s
        if any(taker.accepting for taker in self._takers):
            self._open_s = self._clock.monotonic_s()
            return min(self._config.poll_s, _ACCEPTING_POLL_S)
        idle = self._clock.monotonic_s() - self._open_s > _IDLE_AFTER_S
        return _IDLE_POLL_S if idle else self._config.poll_s

    @property
    def hoppers(self) -> tuple[Hopper, ...]:
        """The hoppers one by one, for a bench; belongs to the vendor's thread."""
        return tuple(self._hoppers.values())

    def capabilities(self) -> VendorCapabilities:
        parts: tuple[_Part, ...] = (*self._takers, *self._payers.values())
        devices = [self._identified(part) for part in parts]
        devices += [self._identified(self._escrow)] if self._escrow else []
        bills = self._bills.values if self._bills else frozenset()
        return VendorCapabilities(
            accepts=self._acceptor.values | bills,
            dispenses=frozenset(self._payers),
            devices=tuple(dict.fromkeys(device.line() for device in devices)),
            bills=bills,
            escrow=self._escrow is not None,
        )

    def status(self) -> VendorStatus:
        found: list[str] = []
        low: set[int] = set()
        blocked: set[int] = set()
        tries = _STATUS_TRIES
        full: set[int] = set()
        devices: tuple[_Part, ...] = (*self._takers, *self._payers.values())
        for device in devices:
            try:
                troubles = device.troubles(tries)
                found.extend(troubles)
                if not isinstance(device, MoneyTaker):
                    blocked.update([device.yen] if troubles else ())
                if isinstance(device, Hopper):
                    level = device.level(tries)
                    low.update([device.yen] if level.low else ())
                    full.update([device.yen] if level.high else ())
            except DeviceError as error:
                found.append(self._silent(device, error))
                blocked.update([device.yen] if not isinstance(device, MoneyTaker) else ())
                tries = 1  # where one is silent all may be, and the answer has a time limit
        found.extend(self._escrow_troubles(tries))
        if any(taker.swapped for taker in self._takers):
            found.append("coin.unknown_device")
        reasons = tuple(dict.fromkeys(found))
        accepting = frozenset[int]().union(*(taker.accepting for taker in self._takers))
        return VendorStatus(reasons, accepting, frozenset(low), frozenset(blocked), frozenset(full))

    def resume(
        self,
        cursor: CreditCursor | None,
        bills: CreditCursor | None = None,
        *,
        interrupted: bool = True,
    ) -> tuple[CoinEvent, ...]:
        del interrupted  # the event counters know it all
        events = self._acceptor.resume(cursor)
        self._lost = False
        self._met.clear()
        return events + self._beside.resume(bills)

    def accept(self, values: frozenset[int]) -> None:
        self._acceptor.accept(values)
        self._beside.accept(values)

    def route(self, *, stack: bool) -> None:
        self._beside.route(stack=stack)

    def divert(self, *, keep: bool) -> Diverted:
        if self._escrow is None:
            raise MisuseError("coin.escrow_fault", "there is no coin escrow to empty")
        return self._escrow.operate(Divert.ACCEPT if keep else Divert.RETURN)

    def poll(self) -> tuple[CoinEvent, ...]:
        try:
            events = self._acceptor.poll(tries=1 if self._lost else TRIES)
        except DeviceError as error:
            for taker in self._takers:
                taker.was_silent()
            if self._lost:
                return ()
            self._lost = True
            return (VendorTrouble(error.reason.name, error.detail),)
        self._lost = False
        return events + self._poll_bills() + self._intrusion()

    def prepare(self, yen: int, pieces: int) -> DispenseTicket:
        if yen not in self._payers or not 1 <= pieces <= _MAX_PIECES:
            raise MisuseError("coin.hopper_fault", f"cannot pay {pieces} coins of ¥{yen}")
        return self._payers[yen].prepare(pieces)

    def dispense(self, ticket: DispenseTicket) -> DispenseResult:
        hopper = self._payers.get(ticket.yen)
        if hopper is None:
            return unknown(ticket, "coin.unknown_device")
        if isinstance(hopper, ChangerPayer):
            return hopper.dispense(ticket)
        try:
            result = self._pay(hopper, ticket)
        except DeviceError as error:
            return unknown(ticket, error.reason.name)
        with suppress(DeviceError):
            hopper.disable()
        return result

    def resolve(self, ticket: DispenseTicket) -> DispenseResult:
        hopper = self._payers.get(ticket.yen)
        if hopper is None:
            return unknown(ticket, "coin.unknown_device")
        if isinstance(hopper, ChangerPayer):
            return hopper.resolve(ticket)
        try:
            hopper.recognise(ticket.serial)
            return judge(ticket, self._standstill(hopper, ticket))
        except DeviceError as error:
            return unknown(ticket, error.reason.name)

    def close(self) -> None:
        with suppress(DeviceError):
            if self._acceptor.cursor is not None and not self._lost:
                self.accept(frozenset())
        self._bus.close()

    def _identified(self, part: "_Part | CoinEscrow") -> Identity:
        """Who it is; where an earlier set-up broke off, only whether it is still that one.

        To meet all devices takes some sixty exchanges and more. Begun anew each time, that would
        never end on a machine that is too busy for one in thirty of them.
        """
        met = self._met.get(part)
        if met is None or self._serial_at(met.address) != met.serial:
            met = self._met[part] = part.identify()
        return met

    def _serial_at(self, address: int) -> int:
        return decode_number(self._bus.ask(address, Header.SERIAL))

    def _give_quirks(self, path: str) -> None:
        try:
            book = QuirkBook.of_file(path)
        except BadQuirks as error:
            raise MisuseError("coin.unknown_device", str(error)) from error
        for hopper in self._hoppers.values():
            hopper.quirk_book = book
        if self._bills is not None:
            self._bills.quirk_book = book

    def _poll_bills(self) -> tuple[CoinEvent, ...]:
        """The bills' events; a validator that is away does not stop the coins."""
        if self._bills is None or not self._beside.polled:
            return ()
        try:
            events = self._bills.poll(tries=1 if self._beside.lost else TRIES)
        except DeviceError as error:
            return self._beside.not_heard(error)
        self._beside.heard()
        return events

    def _silent(self, device: _Part, error: DeviceError) -> str:
        """Without the bill validator coins go on; without anything else nothing does."""
        return "coin.bill_fault" if device is self._bills else error.reason.name

    def _escrow_troubles(self, tries: int) -> tuple[str, ...]:
        if self._escrow is None:
            return ()
        try:
            return self._escrow.troubles(tries)
        except DeviceError as error:
            return (error.reason.name,)

    def _intrusion(self) -> tuple[CoinEvent, ...]:
        """Stop taking money when somebody else speaks on the line: any device can be feigned."""
        seen, self._intrusions = self._intrusions, self._bus.intrusions
        if seen == self._intrusions:
            return ()
        with suppress(DeviceError):
            self.accept(frozenset())
        detail = "a frame nobody asked for: is there a second master on the coin line?"
        return (VendorTrouble("coin.fraud", detail),)

    def _pay(self, hopper: Hopper, ticket: DispenseTicket) -> DispenseResult:
        """Send the command, and again only when the counters prove that it was not obeyed."""
        hopper.recognise(ticket.serial)
        view = self._standstill(hopper, ticket)
        refused = heard = False
        for _ in range(_MAX_SENDS):
            if heard or course(ticket, view) is not Course.NOT_TAKEN:
                break
            hopper.enable()
            with suppress(DeviceError):
                # No answer is no matter: the counters are asked either way.
                refused = hopper.pay(ticket)
                heard = True
            view = self._standstill(hopper, ticket)
            if heard and not refused and course(ticket, view) is Course.NOT_TAKEN:
                # It has obeyed, or will: its counters are late.
                self._clock.sleep(_BEGINS_S)
                view = self._standstill(hopper, ticket)
        return judge(ticket, view, refused=refused)

    def _standstill(self, hopper: Hopper, ticket: DispenseTicket) -> HopperView:
        """The hopper's counters once it stands still. Raises DeviceError if it stays silent."""
        limit_s = _PAYOUT_START_S + ticket.pieces * _PAYOUT_COIN_S
        self._wait_until_still(hopper, limit_s)
        view = hopper.view()
        stopped_short = course(ticket, view) is Course.TAKEN and view.status.unpaid
        if stopped_short:
            self._clock.sleep(_LATE_COIN_S)
            view = hopper.view()
        return view

    def _wait_until_still(self, hopper: Hopper, limit_s: float) -> None:
        until_s = self._clock.monotonic_s() + limit_s
        heard_s = self._clock.monotonic_s()
        while True:
            try:
                if not hopper.running().remaining:
                    return
                heard_s = self._clock.monotonic_s()
            except DeviceError:
                if self._clock.monotonic_s() - heard_s > _SILENCE_LIMIT_S:
                    raise
            if self._clock.monotonic_s() > until_s:
                detail = f"the ¥{hopper.yen} hopper does not stop"
                raise DeviceError("coin.hopper_fault", detail)
            self._clock.sleep(_PAYOUT_POLL_S)


def _changer_payers(
    bus: CoinBus, clock: Clock, config: CoinVendorConfig
) -> dict[int, ChangerPayer]:
    """What each changer pays; several values share one device."""
    at = {int(yen): there for yen, there in config.hoppers.items() if _is_changer(config, there)}
    changers = {address: Changer(bus, clock, address) for address in at.values()}
    return {yen: ChangerPayer(changers[address], yen) for yen, address in at.items()}


def _is_changer(config: CoinVendorConfig, address: int) -> bool:
    """Several face values at one address: a changer, whose category is checked when it is asked."""
    return sum(each == address for each in config.hoppers.values()) > 1


def _open_serial(path: str) -> BytePort:
    from drivers.link.serial_port import SerialLine, SerialPort

    return SerialPort(SerialLine(path=path, baud=_BAUD))


def _meaning(raw: bytes, check: Check) -> str:
    """What passed, for the transcript: one part a frame, the echo among them."""
    found = FrameParser(check).feed(raw, 0.0)
    parts = [f.why if isinstance(f, BadFrame) else describe(f) for f in found]
    return " | ".join(parts) or "unfinished"
