"""How the cells that layer 0 leaves are shared between the strips of the images.

Reader and writer compute the same from the lengths that layer 0 tells. The base image comes
first: at most 18 coded bits of 100 are information, which survives a sheet of which half is torn
off. The fine image has what remains, as many of its strips as that is enough for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from center.antiforgery.scramble.keys import TAG_BYTES

BASE_RATE = 0.18
FINE_RATE = 0.58
"""The most that a clean sheet carries with a wide margin; damage takes this layer first."""
DENSEST_RATE = 0.33
"""Beyond this a base image would not survive ordinary wear: the page gets a coarser one."""
_START_BITS = 500
"""Short codes are weaker than long ones: every strip gets room for that many bits more."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Cells of each strip, in order: base strips first, then fine ones."""

    base: tuple[int, ...]
    fine: tuple[int, ...]


def strip_bits(length: int) -> int:
    """What a strip of `length` bytes takes before coding, with its tag."""
    return 8 * (length + TAG_BYTES)


def weight(lengths: Sequence[int]) -> int:
    """What all strips of a layer ask for."""
    return sum(strip_bits(length) + _START_BITS for length in lengths)


def shares(base: Sequence[int], fine: Sequence[int], cells: int) -> Shares:
    """How many of `cells` each strip gets; both layers equally strong where that suffices."""
    needed, wanted = weight(base), weight(fine)
    if not fine:
        return Shares(_split(base, cells), ())
    even = needed + wanted <= BASE_RATE * cells
    first = cells * needed // (needed + wanted) if even else min(cells, int(needed / BASE_RATE))
    return Shares(_split(base, first), _split(fine, cells - first))


def fitting(base: Sequence[int], fine: Sequence[int], cells: int) -> int:
    """How many fine strips, from the first on, there is room for when both layers are strong."""
    room = FINE_RATE * (cells - weight(base) / BASE_RATE)
    return sum(weight(fine[: number + 1]) <= room for number in range(len(fine)))


def fits_alone(base: Sequence[int], cells: int, rate: float = BASE_RATE) -> bool:
    """Whether a base image without a fine one has the strength `rate`."""
    return weight(base) <= rate * cells


def _split(lengths: Sequence[int], cells: int) -> tuple[int, ...]:
    whole = weight(lengths)
    made = [cells * (strip_bits(length) + _START_BITS) // whole for length in lengths]
    return tuple(made)
