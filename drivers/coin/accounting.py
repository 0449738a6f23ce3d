"""From a taker's counters to events with cursors: what came in, what is missing. No wire, no
clock.

Source: ccTalk Generic Specification 4.7, Part 2 sections 3.27 and 3.93, Part 3 Tables 2 and 7.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

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
from drivers.coin.credits import Delta, Reset
from drivers.coin.protocol import BufferEntry, value_of_code
from drivers.coin.tables import COUNTER_STATES, TOTAL_MODULUS, Money

NO_TOTAL = -1
"""Stands for the accept counter of a device that has none."""
_MISSING_LIMIT = 10_000
"""A larger jump of the accept counter is no loss of coins but another counter."""
_FIRST_INHIBITED = 128
_ANY_INHIBITED = 2


class Tariff(Protocol):
    """What the events of one taker mean; coins and bills each have their own."""

    @property
    def values(self) -> frozenset[int]:
        """Face values it can recognise."""
        ...

    def is_credit(self, entry: BufferEntry) -> bool:
        """True if this is money that came in for good."""
        ...

    def is_fraud(self, entry: BufferEntry) -> bool:
        """True if nothing more may be let in until a person has looked."""
        ...

    def is_shut(self, entry: BufferEntry) -> bool:
        """True if the device has shut itself and waits to be opened again."""
        ...

    def is_surprising(self, entry: BufferEntry, wanted: frozenset[int]) -> bool:
        """Money refused as inhibited although it was let in: has the device forgotten?"""
        ...

    def events(self, entry: BufferEntry, cursor: CreditCursor) -> tuple[CoinEvent, ...]:
        """What one entry says; `cursor` as it stood just after it."""
        ...


@dataclass(frozen=True, slots=True)
class Coins:
    """Which coins an acceptor knows, and how its credits name them."""

    by_position: dict[int, int]
    credits_are_values: bool = False

    @property
    def values(self) -> frozenset[int]:
        """Face values it can recognise."""
        return frozenset(self.by_position.values())

    def yen(self, code: int) -> int | None:
        """Face value of a credit code; None if it names no coin we know."""
        if not self.credits_are_values:
            return self.by_position.get(code)
        value = value_of_code(code)
        return value if value in self.values else None

    def positions(self, values: frozenset[int]) -> frozenset[int]:
        """The positions of all coins of these values; several may have one value."""
        return frozenset(p for p, yen in self.by_position.items() if yen in values)

    def is_credit(self, entry: BufferEntry) -> bool:
        """True if a coin was taken in."""
        return entry.is_credit

    def is_fraud(self, entry: BufferEntry) -> bool:
        """True if the acceptor saw manipulation."""
        return not entry.is_credit and entry.code.money is Money.FRAUD

    def is_shut(self, entry: BufferEntry) -> bool:
        """Never: an acceptor that shut itself opens by itself. Source: Part 4 section 2.1.2."""
        del entry
        return False

    def is_surprising(self, entry: BufferEntry, wanted: frozenset[int]) -> bool:
        """A coin refused as inhibited although it was let in: has the device forgotten?"""
        if entry.is_credit or entry.code.money is not Money.INHIBITED:
            return False
        enabled = self.positions(wanted)
        position = entry.b - _FIRST_INHIBITED + 1
        return position in enabled or (entry.b == _ANY_INHIBITED and bool(enabled))

    def events(self, entry: BufferEntry, cursor: CreditCursor) -> tuple[CoinEvent, ...]:
        """What one entry says, by Part 3 Table 2."""
        if entry.is_credit:
            yen = self.yen(entry.a)
            # Inside, but of no value we know: a person must look.
            return (CoinMaybe(entry.a, cursor) if yen is None else CoinAccepted(yen, cursor),)
        if entry.is_null:
            return ()
        return _told(entry, cursor)


def _told(entry: BufferEntry, cursor: CreditCursor) -> tuple[CoinEvent, ...]:
    fault = _trouble("coin.acceptor_fault", entry)
    missorted = _trouble("coin.missorted", entry)
    refused, maybe = CoinRefused(entry.b, cursor), CoinMaybe(entry.b, cursor)
    told: dict[Money, tuple[CoinEvent, ...]] = {
        Money.NONE: (refused,),
        Money.INHIBITED: (refused,),
        Money.LEVER: (ReturnLever(cursor),),
        Money.MAYBE: (maybe,),
        Money.FAULT: (fault,),
        Money.JAM_AFTER: (missorted, fault),
        Money.MISSORTED: (missorted,),
        Money.FRAUD: (_trouble("coin.fraud", entry), maybe),
    }
    return told[entry.code.money]


@dataclass(frozen=True, slots=True)
class Account:
    """Events oldest first, and the cursor after the last of them."""

    events: tuple[CoinEvent, ...]
    cursor: CreditCursor
    reset: bool = False
    """The device has forgotten its inhibits."""
    stop: bool = False
    """Fraud, or money that cannot be accounted for: take no more."""
    shut: bool = False
    """The device shut itself for want of polls, and forgot nothing."""


def account_plain(tariff: Tariff, before: CreditCursor, delta: Delta, counter: int) -> Account:
    """The usual case: up to five new events, and no doubt about them."""
    total = _later(before.accepted_total, _credits(tariff, delta.entries))
    end = replace(before, counter=counter, accepted_total=total)
    return Account(
        _events(tariff, delta.entries, end),
        end,
        stop=_any(tariff.is_fraud, delta.entries),
        shut=_any(tariff.is_shut, delta.entries),
    )


def account_closely(
    tariff: Tariff, before: CreditCursor, delta: Delta, now: CreditCursor
) -> Account:
    """After a reset, a loss, a silence or a restart: with what the accept counter adds.

    `now`: both counters, read at one moment. The order of the events lets a crash between any
    two journal entries resume without a gap: first the reset, then what is missing, then each
    credit.
    """
    taken = _credits(tariff, delta.entries)
    reset = delta.reset in {Reset.SEEN, Reset.HIDDEN}
    missing = _missing(before.accepted_total, now.accepted_total, taken, delta.lost)
    start = 0 if reset else before.counter
    events: list[CoinEvent] = []
    if reset:
        events.append(VendorReset(replace(before, counter=0)))
    if missing:
        base = replace(before, counter=start, accepted_total=_later(now.accepted_total, -taken))
        events.append(EventsLost(missing, base))
    events.extend(_events(tariff, delta.entries, now))
    stop = bool(missing) or _any(tariff.is_fraud, delta.entries)
    shut = not reset and _any(tariff.is_shut, delta.entries)
    return Account(tuple(events), now, reset=reset, stop=stop, shut=shut)


def account_denied(account: Account, denied: int) -> Account:
    """As `account`; but the device's own count denies so many of its credits: staff must look."""
    detail = f"{denied} credits were told that its own accept counter does not have"
    found = (VendorTrouble("coin.fraud", detail), EventsLost(0, account.cursor))
    return replace(account, events=(*account.events, *found), stop=True)


def total_after(tariff: Tariff, before: CreditCursor, delta: Delta) -> int:
    """What the accept counter must say if `delta` is true."""
    return _later(before.accepted_total, _credits(tariff, delta.entries))


class SecondCount:
    """The accept counter held against the credits that were told.

    One that has once counted along is believed when it falls behind: then credits were feigned,
    by somebody else on the line or by an old answer said again.
    """

    def __init__(self) -> None:
        self._agreed = NO_TOTAL
        self._counts = False

    def start(self, total: int) -> None:
        """Hold credits against it from here on."""
        self._agreed = total

    def denied(self, expected: int, total: int) -> int:
        """How many credits since it last agreed it does not have; 0 where it is no witness."""
        if NO_TOTAL in {self._agreed, expected, total}:
            return 0
        told = (expected - self._agreed) % TOTAL_MODULUS
        behind = (expected - total) % TOTAL_MODULUS
        if behind == 0 and told:
            self._counts = True
        return behind if self._counts and behind <= told else 0


def _any(holds: Callable[[BufferEntry], bool], entries: tuple[BufferEntry, ...]) -> bool:
    return any(holds(entry) for entry in entries)


def _credits(tariff: Tariff, entries: tuple[BufferEntry, ...]) -> int:
    return sum(tariff.is_credit(entry) for entry in entries)


def _later(total: int, credits_more: int) -> int:
    return total if total == NO_TOTAL else (total + credits_more) % TOTAL_MODULUS


def _missing(before: int, now: int, taken: int, lost: int) -> int:
    """Money the device has counted and nobody has credited; `lost` where it does not count."""
    if NO_TOTAL in {before, now}:
        return lost
    gap = (now - before - taken) % TOTAL_MODULUS
    return gap if gap < _MISSING_LIMIT else lost


def _events(
    tariff: Tariff, entries: tuple[BufferEntry, ...], end: CreditCursor
) -> tuple[CoinEvent, ...]:
    """The events of each entry, with the cursor as it stood just after it."""
    events: list[CoinEvent] = []
    for index, entry in enumerate(entries):
        later = entries[index + 1 :]
        cursor = replace(
            end,
            counter=(end.counter - 1 - len(later)) % COUNTER_STATES + 1,
            accepted_total=_later(end.accepted_total, -_credits(tariff, later)),
        )
        events.extend(tariff.events(entry, cursor))
    return tuple(events)


def _trouble(reason: str, entry: BufferEntry) -> VendorTrouble:
    return VendorTrouble(reason, f"event {entry.b}: {entry.code.what}")
