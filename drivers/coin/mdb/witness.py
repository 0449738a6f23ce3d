"""What a changer's tubes say about coins that nobody told of. No wire, no clock.

MDB tells a coin once and counts no events. But a coin that goes to a tube is in the tube's count
ever after, so that the counts of all tubes, written down with every credit, show later what came
in and what went out meanwhile. A coin that goes to the cash box is in no count: about that one,
only its telling knows. Source: MDB/ICP 4.3 section 5.3, TUBE STATUS and POLL.
"""

from collections.abc import Mapping

UNKNOWN = -1
"""As `CreditCursor.accepted_total`: nothing is known of the counts."""
_BASE = 256

Counts = Mapping[int, int]
"""Coin type -> pieces in its tube."""


def pack(counts: Counts) -> int:
    """All counts as one number, a byte each, the lowest coin type lowest."""
    return sum(counts[n] << 8 * rank for rank, n in enumerate(sorted(counts)))


def unpack(total: int, types: frozenset[int]) -> dict[int, int]:
    """The counts of these coin types that `pack` made into `total`; none where it is UNKNOWN."""
    if total < 0:
        return {}
    return {n: total >> 8 * rank & _BASE - 1 for rank, n in enumerate(sorted(types))}


def come(before: Counts, now: Counts) -> dict[int, int]:
    """Coins by type that are there now and were not; of tubes that were known before."""
    return {n: now[n] - before[n] for n in sorted(now) if n in before and now[n] > before[n]}


def gone(before: Counts, now: Counts) -> dict[int, int]:
    """Coins by type that were there and are not."""
    return come(now, before)
