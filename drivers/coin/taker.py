"""What an acceptor and a bill validator have in common: inhibits, an event counter, a memory of
five events. Set one up, and lose no credit.

Source: ccTalk Generic Specification 4.7, Part 1 section 18, Part 2 sections 3.25-3.29 and 3.93,
Part 4 sections 2.1 and 2.2.
"""

from contextlib import suppress

from drivers.clock import Clock
from drivers.coin.accounting import (
    NO_TOTAL,
    Account,
    SecondCount,
    Tariff,
    account_closely,
    account_denied,
    account_plain,
    total_after,
)
from drivers.coin.bus import TRIES, CoinBus
from drivers.coin.contract import (
    CoinEvent,
    CountsMoved,
    CreditCursor,
    Taker,
    VendorReset,
    VendorTrouble,
)
from drivers.coin.credits import Delta, Reset, diff
from drivers.coin.identity import Identity, ask_if_there
from drivers.coin.protocol import BufferEntry, CreditBuffer, decode_credits, decode_number
from drivers.coin.tables import FAULT_OK, Header
from drivers.errors import DeviceError, MisuseError, PeerError

_RECHECK_S = 5.0
"""A reset before the first event leaves no other trace than the inhibits it cleared."""
_STEADY_READS = 3
_COUNTS_LATE_S = 0.3
"""An accept counter may be a moment behind the credit it counts: one that denies is asked again."""


class MoneyTaker:
    """One device that takes money in. All methods raise DeviceError when it cannot be asked."""

    taker: Taker
    events_header: Header

    def __init__(self, bus: CoinBus, clock: Clock, address: int, tariff: Tariff) -> None:
        self._bus = bus
        self._clock = clock
        self._address = address
        self._tariff = tariff
        self._has_total = False
        self._wanted: frozenset[int] = frozenset()
        self._unset = True
        self._recheck = False
        self._found_reset = False
        """Seen by a `resume` that broke off: its own set-up has wiped the trace since."""
        self._checked_s = clock.monotonic_s()
        self._places: tuple[BufferEntry, ...] = ()
        """Its last events, as they stood where `cursor` stands."""
        self._second = SecondCount()
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
        return self._tariff.values

    def identify(self) -> Identity:
        """Ask who it is, and which money it knows."""
        raise NotImplementedError

    def resume(self, cursor: CreditCursor | None) -> tuple[CoinEvent, ...]:
        """Inhibit everything, then say what came since `cursor`.

        One that raises has told nothing and lost nothing: the next one tells it.
        """
        identity = self.identity or self.identify()
        if self._read_serial() != identity.serial:
            identity = self.identify()
        self.swapped = False
        self._wanted = frozenset()
        self._found_reset = self._found_reset or self._is_as_after_power_up()
        self._apply()
        buffer, now = self._steady(identity.serial)
        forgotten, self._found_reset = self._found_reset, False
        self._places = buffer.entries
        self._second.start(now.accepted_total)
        if cursor is None or cursor.serial != identity.serial:
            self.cursor = now
            # Without it a start after the next crash would begin anew, and miss what came between.
            begun = (CountsMoved(now),)
            other = cursor and self._other_device(cursor, identity.serial)
            return (other, *begun) if other else begun
        account = account_closely(self._tariff, cursor, diff(cursor.counter, buffer), now)
        events = self._take(account)
        unseen = forgotten and not (account.reset or account.shut)
        return (VendorReset(cursor), *events) if unseen else events

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
        buffer = self._read_events(tries)
        delta = diff(self.cursor.counter, buffer, self._places)
        if self._recheck or self._is_odd(delta):
            return self._look_closer(self.cursor)
        events = self._take(account_plain(self._tariff, self.cursor, delta, buffer.counter))
        self._places = buffer.entries
        self._mend()
        return events

    def was_silent(self) -> None:
        """The line was away: look at everything again before the next credit is believed."""
        self._recheck = True

    def self_check(self, tries: int) -> int:
        """The fault code of its self-check. Raises DeviceError."""
        # A self-check may take seconds; a simple poll tells at once whether anybody is there.
        self._bus.ask(self._address, Header.SIMPLE_POLL, tries=tries)
        return self._bus.ask(self._address, Header.SELF_CHECK, tries=1)[0]

    def troubles(self, tries: int) -> tuple[str, ...]:
        """Reasons why it would not work now, by its own self-check."""
        code = self.self_check(tries)
        return () if code == FAULT_OK else (self._reason_of(code),)

    # --- what differs from one kind to the other ------------------------------------------------

    def _reason_of(self, fault: int) -> str:
        """The reason that stands for a self-check's fault code."""
        raise NotImplementedError

    def _mask(self) -> bytes:
        """Data of `SET_INHIBITS` that lets in what is wanted."""
        raise NotImplementedError

    # --- what is read ---------------------------------------------------------------------------

    def _find_total(self) -> None:
        """See whether it counts on its own what it has accepted."""
        total = ask_if_there(self._bus, self._address, Header.ACCEPT_COUNTER)
        self._has_total = total is not None

    def _read_serial(self) -> int:
        return decode_number(self._bus.ask(self._address, Header.SERIAL))

    def _read_events(self, tries: int = TRIES) -> CreditBuffer:
        return decode_credits(self._bus.ask(self._address, self.events_header, tries=tries))

    def _steady(self, serial: int) -> tuple[CreditBuffer, CreditCursor]:
        """Events and accept counter of one and the same moment."""
        buffer = self._read_events()
        for _ in range(_STEADY_READS if self._has_total else 0):
            total = decode_number(self._bus.ask(self._address, Header.ACCEPT_COUNTER))
            again = self._read_events()
            if again.counter == buffer.counter:
                return again, CreditCursor(serial, again.counter, total, self.taker)
            buffer = again
        return buffer, CreditCursor(serial, buffer.counter, NO_TOTAL, self.taker)

    # --- what is set ----------------------------------------------------------------------------

    def _apply(self) -> None:
        """Make the device let in what is wanted, and see that it has understood."""
        self._unset = True
        if not self._wanted:
            self._set_master(open_=False)
        self._bus.ask(self._address, Header.SET_INHIBITS, self._mask())
        if self._wanted:
            self._set_master(open_=True)
        if not self._is_set():
            raise PeerError("coin.acceptor_fault", f"{self._name()} does not keep its inhibits")
        self._unset = False
        self._checked_s = self._clock.monotonic_s()

    def _set_master(self, *, open_: bool) -> None:
        self._bus.ask(self._address, Header.SET_MASTER_INHIBIT, bytes((open_,)))

    def _is_set(self) -> bool:
        wanted = self._mask()
        mask = self._bus.ask(self._address, Header.INHIBITS)
        master = self._bus.ask(self._address, Header.MASTER_INHIBIT)[0] & 1
        return mask[: len(wanted)] == wanted and bool(master) == bool(self._wanted)

    def _is_as_after_power_up(self) -> bool:
        """True where the inhibits are as we never leave them: no value let in, and not shut.

        We shut the master before the values are taken away, and open it after they are set. So a
        reset shows that left no other trace, because it came before the first event.
        """
        mask = self._bus.ask(self._address, Header.INHIBITS)
        master = self._bus.ask(self._address, Header.MASTER_INHIBIT)[0] & 1
        return not any(mask) and bool(master)

    def _mend(self) -> None:
        """Set the device up again if need be; if that fails, the next poll tries again."""
        if self._unset:
            with suppress(DeviceError):
                self._apply()

    # --- what it means --------------------------------------------------------------------------

    def _take(self, account: Account) -> tuple[CoinEvent, ...]:
        """Go on from here; the device is set up again by `_mend` where that is needed."""
        self.cursor = account.cursor
        if account.stop:
            self._wanted = frozenset()
        self._unset = self._unset or account.reset or account.stop or account.shut
        return account.events

    def _is_odd(self, delta: Delta) -> bool:
        """True if the counter alone is not to be believed, or has been for long enough."""
        return (
            delta.reset is not Reset.NONE
            or bool(delta.lost)
            or self._clock.monotonic_s() - self._checked_s > _RECHECK_S
            or any(self._tariff.is_surprising(entry, self._wanted) for entry in delta.entries)
        )

    def _look_closer(self, before: CreditCursor) -> tuple[CoinEvent, ...]:
        """Something is odd: who is it, what does its other counter say, is it still set up?"""
        serial = self._read_serial()
        if serial != before.serial:
            return self._shut_out(before, serial)
        forgotten = not self._unset and not self._is_set()
        delta, now, denied = self._compared(before, forgotten=forgotten)
        account = account_closely(self._tariff, before, delta, now)
        if denied:
            account = account_denied(account, denied)
        events = self._take(account)
        if forgotten and not (account.reset or account.shut):
            # Reset before its first event: the counter is as it was, only the inhibits are gone.
            self._unset = True
            events = (VendorReset(before), *events)
        self._recheck = False
        self._checked_s = self._clock.monotonic_s()
        self._mend()
        return events

    def _compared(
        self, before: CreditCursor, *, forgotten: bool, again: bool = False
    ) -> tuple[Delta, CreditCursor, int]:
        """What is new, both counters, and how many of the credits told its own count denies."""
        buffer, now = self._steady(before.serial)
        delta = diff(before.counter, buffer, self._places)
        if delta.reset is Reset.SUSPECTED and forgotten:
            delta = Delta(delta.entries, 0, Reset.HIDDEN)
        denied = 0
        if not forgotten and delta.reset is Reset.NONE:
            expected = total_after(self._tariff, before, delta)
            denied = self._second.denied(expected, now.accepted_total)
        if denied and not again:
            self._clock.sleep(_COUNTS_LATE_S)
            return self._compared(before, forgotten=forgotten, again=True)
        self._places = buffer.entries
        self._second.start(now.accepted_total)
        return delta, now, denied

    def _shut_out(self, before: CreditCursor, serial: int) -> tuple[CoinEvent, ...]:
        """Take no money through a device nobody has confirmed."""
        self.swapped = True
        self._wanted = frozenset()
        self._unset = True
        with suppress(DeviceError):
            self._set_master(open_=False)
        return (self._other_device(before, serial),)

    def _other_device(self, cursor: CreditCursor, serial: int) -> VendorTrouble:
        detail = f"{self._name()}'s serial is {serial}, it was {cursor.serial}"
        return VendorTrouble("coin.unknown_device", detail)

    def _name(self) -> str:
        return "the acceptor" if self.taker is Taker.COIN else "the bill validator"
