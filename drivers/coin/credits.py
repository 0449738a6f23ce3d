"""Which coins are new: the arithmetic of an acceptor's event counter. No wire, no clock.

Source: ccTalk Generic Specification 4.7, Part 2 section 3.27, with one case more: a device that
was reset and has since counted up again ("hidden reset"), which the specification's own
arithmetic would take for up to 254 events.
"""

import enum
from dataclasses import dataclass

from drivers.coin.protocol import BufferEntry, CreditBuffer
from drivers.coin.tables import COUNTER_STATES, EVENT_BUFFER


class Reset(enum.Enum):
    """What the counter tells about a reset of the device since the last look."""

    NONE = "none"
    SEEN = "seen"
    """The counter is 0 and was not."""
    HIDDEN = "hidden"
    """The counter has run again, and the places of older events are empty."""
    SUSPECTED = "suspected"
    """The counter stands at 5 and the buffer is full: a reset with five events since, or far
    more events lost than can happen in one poll. Another witness must decide.
    """


@dataclass(frozen=True, slots=True)
class Delta:
    """`entries` are new, oldest first; `lost` more happened and are gone."""

    entries: tuple[BufferEntry, ...]
    lost: int = 0
    reset: Reset = Reset.NONE


def advance(counter: int, steps: int) -> int:
    """The event counter `steps` (>= 0) events after `counter`: 255 is followed by 1."""
    return counter if steps == 0 else (counter + steps - 1) % COUNTER_STATES + 1


def distance(last: int, now: int) -> int:
    """How many events lead from `last` to `now` (1..255), at least."""
    return now if last == 0 else (now - last) % COUNTER_STATES


def diff(last: int, buffer: CreditBuffer, known: tuple[BufferEntry, ...] = ()) -> Delta:
    """What happened since the counter stood at `last`. Total over all 256 x 256 counters.

    `known`: the places as they were then, if that was seen: they tell of a reset even where the
    counter has caught up with itself, but for the same events in the same order.
    """
    now = buffer.counter
    if now == 0:
        return Delta((), reset=Reset.SEEN if last else Reset.NONE)
    steps = 0 if now == last else distance(last, now)
    if last and _has_begun_anew(buffer, steps, known):
        return Delta(_oldest_first(buffer, now), reset=Reset.HIDDEN)
    entries = _oldest_first(buffer, steps)
    lost = max(0, steps - EVENT_BUFFER)
    if last and lost and now == EVENT_BUFFER:
        return Delta(entries, lost, Reset.SUSPECTED)
    return Delta(entries, lost)


def _has_begun_anew(buffer: CreditBuffer, steps: int, known: tuple[BufferEntry, ...]) -> bool:
    """True if all there is to see has happened since a reset."""
    now, entries = buffer.counter, buffer.entries
    if now > EVENT_BUFFER or not all(entry.is_null for entry in entries[now:]):
        return False
    emptied = now < EVENT_BUFFER and steps >= now
    others = bool(known) and entries[steps:] != known[: max(0, EVENT_BUFFER - steps)]
    return emptied or others


def _oldest_first(buffer: CreditBuffer, count: int) -> tuple[BufferEntry, ...]:
    return tuple(reversed(buffer.entries[: min(count, EVENT_BUFFER)]))
