"""The host's side of a coin acceptor: set it up, and lose no credit.

Source: ccTalk Generic Specification 4.7, Part 2 sections 3.25-3.29, Part 1 section 18, Part 4
section 2.1.
"""

from contextlib import suppress
from dataclasses import dataclass

from drivers.clock import Clock
from drivers.coin.bus import TRIES, CoinBus
from drivers.coin.contract import (
    CoinAccepted,
    CoinEvent,
    CoinMaybe,
    CoinRefused,
    CreditCursor,
    EventsLost,
    ReturnLever,
    VendorReset,
    VendorTrouble,
)
from drivers.coin.credits import Delta, Reset, diff
from drivers.coin.identity import Identity, ask_if_there, identify
from drivers.coin.protocol import (
    ALL_POSITIONS,
    BufferEntry,
    CreditBuffer,
    ReplyError,
    coin_yen,
    credit_codes_are_values,
    decode_credits,
    decode_number,
    decode_text,
    encode_mask,
    value_of_code,
)
from drivers.coin.tables import (
    COUNTER_STATES,
    FAULT_OK,
    STRING_FAULTS,
    TOTAL_MODULUS,
    Category,
    Header,
    Money,
)
from drivers.errors import DeviceError, MisuseError, PeerError

_NO_TOTAL = -1
_RECHECK_S = 5.0
"""A reset before the first event leaves no other trace than the inhibits it cleared."""
_MISSING_LIMIT = 10_000
"""A larger jump of the accept counter is no loss of coins but another counter."""
_STEADY_READS = 3
_FIRST_INHIBITED = 128
_ANY_INHIBITED = 2


@dataclass(frozen=True, slots=True)
class _Coins:
    """Which coins the acceptor knows, and how its credits name them."""

    by_position: dict[int, int]
    credits_are_values: bool

    def yen(self, code: int) -> int | None:
        return value_of_code(code) if self.credits_are_values else self.by_position.get(code)

    def positions(self, values: frozenset[int]) -> frozenset[int]:
        return frozenset(p for p, yen in self.by_position.items() if yen in values)


class Acceptor:
    """One acceptor. All methods raise DeviceError when the device cannot be asked."""

    def __init__(self, bus: CoinBus, clock: Clock, address: int) -> None:
        self._bus = bus
        self._clock = clock
        self._address = address
        self._coins = _Coins({}, credits_are_values=False)
        self._has_total = False
        self._wanted: frozenset[int] = frozenset()
        self._unset = True
        self._recheck = False
        self._checked_s = clock.monotonic_s()
        self.identity: Identity | None = None
        self.cursor: CreditCursor | None = None
        self.swapped = False
        """Another device answers than the one whose credits we follow; `resume` accepts it."""

    @property
    def accepting(self) -> frozenset[int]:
        """Face values that are let in now, as far as the device has confirmed it."""
        return frozenset() if self._unset else self._wanted

    @property
    def values(self) -> frozenset[int]:
        """Face values the device can recognise."""
        return frozenset(self._coins.by_position.values())

    def identify(self) -> Identity:
        """Ask who it is, and which coins it knows."""
        self.identity = identify(self._bus, self._address, Category.COIN_ACCEPTOR)
        options = ask_if_there(self._bus, self._address, Header.OPTION_FLAGS)
        self._coins = _Coins(
            {p: yen for p in ALL_POSITIONS if (yen := self._coin_at(p)) is not None},
            credits_are_values=options is not None and credit_codes_are_values(options[0]),
        )
        total = ask_if_there(self._bus, self._address, Header.ACCEPT_COUNTER)
        self._has_total = total is not None
        return self.identity

    def resume(self, cursor: CreditCursor | None) -> tuple[CoinEvent, ...]:
        """Inhibit all coins, then say what fell since `cursor`."""
        identity = self.identity or self.identify()
        serial = self._read_serial()
        if serial != identity.serial:
            identity = self.identify()
        self.swapped = False
        self._wanted = frozenset()
        self._apply()
        buffer, total = self._steady()
        if cursor is None or cursor.serial != identity.serial:
            self.cursor = CreditCursor(identity.serial, buffer.counter, total)
            return () if cursor is None else (_other_device(cursor, identity.serial),)
        self.cursor = cursor
        return self._account(diff(cursor.counter, buffer), buffer, total)

    def accept(self, values: frozenset[int]) -> None:
        """Let in exactly `values`; on failure nothing, as soon as the line allows it."""
        if self.cursor is None:
            raise MisuseError("coin.acceptor_fault", "accept was called before resume")
        self._wanted = values & self.values
        try:
            self._apply()
        except DeviceError:
            self._wanted = frozenset()
            raise

    def poll(self, tries: int = TRIES) -> tuple[CoinEvent, ...]:
        """New events, oldest first. What has been read is returned, come what may after."""
        if self.cursor is None or self.swapped:
            return ()
        buffer = self._read_credits(tries)
        delta = diff(self.cursor.counter, buffer)
        if self._recheck or self._is_odd(delta):
            return self._look_closer()
        events = self._plain(delta, buffer)
        self._mend()
        return events

    def was_silent(self) -> None:
        """The line was away: look at everything again before the next credit is believed."""
        self._recheck = True

    def troubles(self, tries: int) -> tuple[str, ...]:
        """Reasons why it would not work now, by its own self-check."""
        # A self-check may take seconds; a simple poll tells at once whether anybody is there.
        self._bus.ask(self._address, Header.SIMPLE_POLL, tries=tries)
        code = self._bus.ask(self._address, Header.SELF_CHECK, tries=1)[0]
        if code == FAULT_OK:
            return ()
        return ("coin.fraud" if code in STRING_FAULTS else "coin.acceptor_fault",)

    # --- what is read -------------------------------------------------------------------------

    def _coin_at(self, position: int) -> int | None:
        name = decode_text(self._bus.ask(self._address, Header.COIN_ID, bytes((position,))))
        try:
            return coin_yen(name)
        except ReplyError:
            return None  # a token or a foreign coin: never enabled, hence never credited

    def _read_serial(self) -> int:
        return decode_number(self._bus.ask(self._address, Header.SERIAL))

    def _read_credits(self, tries: int = TRIES) -> CreditBuffer:
        return decode_credits(self._bus.ask(self._address, Header.CREDITS, tries=tries))

    def _steady(self) -> tuple[CreditBuffer, int]:
        """Events and accept counter of one and the same moment."""
        buffer = self._read_credits()
        for _ in range(_STEADY_READS):
            if not self._has_total:
                return buffer, _NO_TOTAL
            total = decode_number(self._bus.ask(self._address, Header.ACCEPT_COUNTER))
            again = self._read_credits()
            if again.counter == buffer.counter:
                return again, total
            buffer = again
        return buffer, _NO_TOTAL

    # --- what is set --------------------------------------------------------------------------

    def _apply(self) -> None:
        """Make the device let in what is wanted, and see that it has understood."""
        self._unset = True
        if not self._wanted:
            self._set_master(open_=False)
        self._bus.ask(self._address, Header.SET_INHIBITS, self._mask())
        if self._wanted:
            self._set_master(open_=True)
        if not self._is_set():
            raise PeerError("coin.acceptor_fault", "the acceptor does not keep its inhibits")
        self._unset = False
        self._checked_s = self._clock.monotonic_s()

    def _set_master(self, *, open_: bool) -> None:
        self._bus.ask(self._address, Header.SET_MASTER_INHIBIT, bytes((open_,)))

    def _is_set(self) -> bool:
        mask = self._bus.ask(self._address, Header.INHIBITS)
        master = self._bus.ask(self._address, Header.MASTER_INHIBIT)[0] & 1
        return mask[:2] == self._mask() and bool(master) == bool(self._wanted)

    def _mask(self) -> bytes:
        return encode_mask(self._coins.positions(self._wanted))

    def _mend(self) -> None:
        """Set the device up again if need be; if that fails, the next poll tries again."""
        if self._unset:
            with suppress(DeviceError):
                self._apply()

    def _stop(self) -> None:
        self._wanted = frozenset()
        self._unset = True

    # --- what it means ------------------------------------------------------------------------

    def _plain(self, delta: Delta, buffer: CreditBuffer) -> tuple[CoinEvent, ...]:
        assert self.cursor is not None  # noqa: S101 - poll has looked
        total = self.cursor.accepted_total
        taken = sum(entry.is_credit for entry in delta.entries)
        end = total if total == _NO_TOTAL else (total + taken) % TOTAL_MODULUS
        return self._events(delta.entries, buffer.counter, end)

    def _events(
        self, entries: tuple[BufferEntry, ...], counter: int, total: int
    ) -> tuple[CoinEvent, ...]:
        """One event an entry, each with the cursor as it stood just after it."""
        assert self.cursor is not None  # noqa: S101 - the callers have looked
        events: list[CoinEvent] = []
        for index, entry in enumerate(entries):
            back = len(entries) - 1 - index
            later = sum(e.is_credit for e in entries[index + 1 :])
            cursor = CreditCursor(
                self.cursor.serial,
                (counter - 1 - back) % COUNTER_STATES + 1,
                total if total == _NO_TOTAL else (total - later) % TOTAL_MODULUS,
            )
            events.extend(self._event(entry, cursor))
        self.cursor = CreditCursor(self.cursor.serial, counter, total)
        return tuple(events)

    def _event(self, entry: BufferEntry, cursor: CreditCursor) -> tuple[CoinEvent, ...]:
        if entry.is_credit:
            yen = self._coins.yen(entry.a)
            if yen is None:
                return (CoinMaybe(entry.a, cursor),)  # inside, but of no value we know
            return (CoinAccepted(yen, cursor),)
        if entry.is_null:
            return ()
        match entry.code.money:
            case Money.LEVER:
                return (ReturnLever(cursor),)
            case Money.MAYBE:
                return (CoinMaybe(entry.b, cursor),)
            case Money.FAULT:
                return (_trouble("coin.acceptor_fault", entry),)
            case Money.FRAUD:
                self._stop()
                return (_trouble("coin.fraud", entry), CoinMaybe(entry.b, cursor))
            case _:
                return (CoinRefused(entry.b, cursor),)

    def _is_odd(self, delta: Delta) -> bool:
        """True if the counter alone is not to be believed, or has been for long enough."""
        return (
            delta.reset is not Reset.NONE
            or bool(delta.lost)
            or self._clock.monotonic_s() - self._checked_s > _RECHECK_S
            or any(self._surprising(entry) for entry in delta.entries)
        )

    def _surprising(self, entry: BufferEntry) -> bool:
        """A coin refused as inhibited although we let it in: has the device forgotten?"""
        if entry.is_credit or entry.code.money is not Money.INHIBITED:
            return False
        position = entry.b - _FIRST_INHIBITED + 1
        enabled = self._coins.positions(self._wanted)
        return position in enabled or (entry.b == _ANY_INHIBITED and bool(enabled))

    def _look_closer(self) -> tuple[CoinEvent, ...]:
        """Something is odd: who is it, what does its other counter say, is it still set up?"""
        assert self.cursor is not None  # noqa: S101 - poll has looked
        serial = self._read_serial()
        if serial != self.cursor.serial:
            self.swapped = True
            self._stop()
            with suppress(DeviceError):
                self._set_master(open_=False)
            return (_other_device(self.cursor, serial),)
        quiet = () if self._unset or self._is_set() else (VendorReset(self.cursor),)
        buffer, total = self._steady()
        events = self._account(
            self._settled(diff(self.cursor.counter, buffer), quiet), buffer, total
        )
        self._recheck = False
        self._checked_s = self._clock.monotonic_s()
        if quiet and not any(isinstance(event, VendorReset) for event in events):
            self._unset = True
            events = (*quiet, *events)
        self._mend()
        return events

    @staticmethod
    def _settled(delta: Delta, quiet: tuple[CoinEvent, ...]) -> Delta:
        """A suspected reset is one if the inhibits are gone as well."""
        if delta.reset is Reset.SUSPECTED and quiet:
            return Delta(delta.entries, 0, Reset.HIDDEN)
        return delta

    def _account(self, delta: Delta, buffer: CreditBuffer, total: int) -> tuple[CoinEvent, ...]:
        """Events after a reset, a loss or a restart, with what the accept counter adds.

        The order lets a crash between any two journal entries resume without a gap: first the
        reset, then what is missing, then each credit.
        """
        assert self.cursor is not None  # noqa: S101 - the callers have looked
        before = self.cursor
        taken = sum(entry.is_credit for entry in delta.entries)
        reset = delta.reset in {Reset.SEEN, Reset.HIDDEN}
        missing = self._missing(before.accepted_total, total, taken, delta.lost)
        start = 0 if reset else before.counter
        events: list[CoinEvent] = []
        if reset:
            self._unset = True
            events.append(VendorReset(CreditCursor(before.serial, 0, before.accepted_total)))
        if missing:
            self._stop()
            base = total if total == _NO_TOTAL else (total - taken) % TOTAL_MODULUS
            events.append(EventsLost(missing, CreditCursor(before.serial, start, base)))
        events.extend(self._events(delta.entries, buffer.counter, total))
        return tuple(events)

    @staticmethod
    def _missing(before: int, now: int, taken: int, lost: int) -> int:
        if _NO_TOTAL in {before, now}:
            return lost
        gap = (now - before - taken) % TOTAL_MODULUS
        return gap if gap < _MISSING_LIMIT else lost


def _trouble(reason: str, entry: BufferEntry) -> VendorTrouble:
    return VendorTrouble(reason, f"event {entry.b}: {entry.code.what}")


def _other_device(cursor: CreditCursor, serial: int) -> VendorTrouble:
    detail = f"the acceptor's serial is {serial}, it was {cursor.serial}"
    return VendorTrouble("coin.unknown_device", detail)
