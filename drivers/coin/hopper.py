"""The host's side of one hopper: ready it, let it pay once, look at its counters.

Source: ccTalk Generic Specification 4.7, Part 2 sections 3.81-3.90.
"""

from dataclasses import dataclass

from drivers.clock import Clock
from drivers.coin.bus import TRIES, CoinBus, Refused
from drivers.coin.contract import DispenseTicket
from drivers.coin.identity import Identity, ask_if_there, identify
from drivers.coin.payout import NO_TOTAL, HopperView
from drivers.coin.protocol import (
    HopperStatus,
    ReplyError,
    coin_yen,
    decode_hopper_flags,
    decode_hopper_status,
    decode_number,
    decode_text,
    encode_dispense,
)
from drivers.coin.quirks import QuirkBook
from drivers.coin.tables import (
    ENABLE_CODE,
    PAYOUT_TIMEOUT,
    STANDARD,
    Category,
    Header,
    HopperFlag,
)
from drivers.errors import DeviceError, PeerError, SilenceError

_BOOT_LIMIT_S = 3.0
_BOOT_STEP_S = 0.1
_SURE_TRIES = 2
_LOW_NOW = 0x01
_LOW_FITTED = 0x10
_HIGH_NOW = 0x02
_HIGH_FITTED = 0x20


@dataclass(frozen=True, slots=True)
class Level:
    """Header 217: what the sensors say, where they are fitted. Source: Part 2 section 3.39."""

    register: int

    @property
    def low(self) -> bool:
        """A sensor says that few coins are left."""
        return bool(self.register & _LOW_FITTED and self.register & _LOW_NOW)

    @property
    def high(self) -> bool:
        """A sensor says that no more fit in."""
        return bool(self.register & _HIGH_FITTED and self.register & _HIGH_NOW)


class Hopper:
    """One hopper that holds coins of `yen`."""

    def __init__(self, bus: CoinBus, clock: Clock, address: int, yen: int) -> None:
        self._bus = bus
        self._clock = clock
        self._address = address
        self.yen = yen
        self.quirk_book = QuirkBook()
        self.identity: Identity | None = None
        self._quirks = STANDARD
        self._has_total = True
        self._has_level = True

    def identify(self) -> Identity:
        """Ask who it is; refuse one that says it holds other coins. Raises DeviceError."""
        self.identity = identify(self._bus, self._address, Category.PAYOUT)
        self._quirks = self.quirk_book.of(self.identity.maker, self.identity.product)
        self._refuse_other_coin()
        self._has_total = (
            self._quirks.has_total
            and ask_if_there(self._bus, self._address, Header.DISPENSE_COUNT) is not None
        )
        return self.identity

    def prepare(self, pieces: int) -> DispenseTicket:
        """Enable it and read its counters. Moves nothing. Raises DeviceError."""
        identity = self.identity or self.identify()
        self._check_serial(identity.serial)
        self._clear_flags()
        self._bus.ask(self._address, Header.ENABLE_HOPPER, bytes((ENABLE_CODE,)))
        view = self.view()
        if view.status.remaining:
            raise PeerError("coin.hopper_fault", f"the ¥{self.yen} hopper is still paying out")
        return DispenseTicket(
            self.yen, pieces, self._address, identity.serial, view.status.counter, view.total
        )

    def pay(self, ticket: DispenseTicket) -> bool:
        """Send the dispense command once. True if the hopper refused it.

        False says nothing: only the counters tell. Raises DeviceError where no answer came.
        """
        identity = self.identity or self.identify()
        if self._quirks.needs_cipher_request:
            self._bus.ask(self._address, Header.CIPHER_KEY)
        data = encode_dispense(self._quirks, identity.key, ticket.pieces)
        try:
            self._bus.ask(self._address, Header.DISPENSE, data)
        except Refused:
            return True
        return False

    def enable(self) -> None:
        """Allow payout; a reset forgets it. Raises DeviceError. Idempotent."""
        self._bus.ask(self._address, Header.ENABLE_HOPPER, bytes((ENABLE_CODE,)))

    def disable(self) -> None:
        """Allow no payout until the next `prepare`. Raises DeviceError. Idempotent."""
        self._bus.ask(self._address, Header.ENABLE_HOPPER, b"\0")

    def recognise(self, serial: int) -> None:
        """Make sure that the device there is the one of this serial, and known to us.

        Raises PeerError `coin.unknown_device` if it is another.
        """
        self._check_serial(serial)
        if self.identity is None:
            self.identify()

    def _check_serial(self, serial: int) -> None:
        found = decode_number(self._bus.ask(self._address, Header.SERIAL))
        if found != serial:
            self.identity = None
            detail = f"the ¥{self.yen} hopper's serial is {found}, it was {serial}"
            raise PeerError("coin.unknown_device", detail)

    def running(self, tries: int = TRIES) -> HopperStatus:
        """Header 166 alone."""
        return decode_hopper_status(self._bus.ask(self._address, Header.HOPPER_STATUS, tries=tries))

    def view(self) -> HopperView:
        """All its counters and flags, the dispense count read after the status."""
        status = self.running()
        total = NO_TOTAL
        if self._has_total:
            total = decode_number(self._bus.ask(self._address, Header.DISPENSE_COUNT))
        return HopperView(status, total, self.flags())

    def flags(self, tries: int = TRIES) -> tuple[HopperFlag, ...]:
        """What it reports about itself (header 163)."""
        data = self._bus.ask(self._address, Header.TEST_HOPPER, tries=tries)
        return decode_hopper_flags(data, self._quirks.flag_map)

    def troubles(self, tries: int) -> tuple[str, ...]:
        """Reasons why it would not pay now. Raises DeviceError."""
        flags = self.flags(tries)
        blocked = tuple(flag.reason for flag in flags if flag.reason)
        timed_out = any((flag.register, flag.bit) == PAYOUT_TIMEOUT for flag in flags)
        if timed_out and self._is_low(tries):
            return (*blocked, "coin.hopper_empty")
        return blocked

    def level(self, tries: int) -> Level:
        """What its own sensors say. Raises DeviceError only where nothing answers at all."""
        return Level(self._level(tries))

    def _is_low(self, tries: int) -> bool:
        """False only if a level sensor says that there are coins."""
        level = self._level(tries)
        return bool(level & _LOW_NOW) or not level & _LOW_FITTED

    def _level(self, tries: int) -> int:
        """The level register (header 217); 0 where it has none, remembered."""
        if not self._has_level:
            return 0
        try:
            return self._bus.ask(self._address, Header.LEVEL, tries=tries)[0]
        except SilenceError:
            # A header that is not there is answered by silence; so is one lost on the line, twice
            # in a row only if the hopper is dead, and that shows by its other headers.
            self._has_level = tries < _SURE_TRIES
            return 0

    def _refuse_other_coin(self) -> None:
        if not self._quirks.coin_named:
            return
        name = ask_if_there(self._bus, self._address, Header.HOPPER_COIN)
        if name is None:
            return
        try:
            yen = coin_yen(decode_text(name))
        except ReplyError as error:
            raise PeerError("coin.unknown_device", f"hopper {self._address}: {error}") from error
        if yen not in {None, self.yen}:
            detail = f"hopper {self._address} holds ¥{yen}, the configuration says ¥{self.yen}"
            raise PeerError("coin.unknown_device", detail)

    def _clear_flags(self) -> None:
        """Clear what a software reset may clear; raise for what is left to a person."""
        blocking = [flag for flag in self.flags() if flag.reason]
        if blocking and all(flag.reset_clears for flag in blocking):
            self._reset()
            blocking = [flag for flag in self.flags() if flag.reason]
        if blocking:
            detail = f"the ¥{self.yen} hopper: {blocking[0].what}"
            raise PeerError(blocking[0].reason, detail)

    def _reset(self) -> None:
        self._bus.ask(self._address, Header.RESET)
        until_s = self._clock.monotonic_s() + _BOOT_LIMIT_S
        while True:
            self._clock.sleep(_BOOT_STEP_S)
            try:
                self._bus.ask(self._address, Header.SIMPLE_POLL, tries=1)
            except DeviceError:
                if self._clock.monotonic_s() > until_s:
                    raise
            else:
                return
