"""Irregular repeat-accumulate codes: any number of bits into any number of cells.

The information bits go out as they are; parity bit c is parity bit c-1 plus the information
bits of check c. A third of the information bits takes part in 12 checks (8 at high rates),
the others in 3. What does not fit into four parity bits a bit is repeated. Which bit takes part
in which check follows from the two lengths alone, so that a reader needs no table.

Source: Jin, Khandekar, McEliece, "Irregular repeat-accumulate codes" (2000), for the
construction; ETSI EN 302 307-1 (DVB-S2), 5.3.2, for the degrees at rates 1/4 to 1/2.
"""

import functools
import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from center.antiforgery.compiled import Bits, Places, Soft, compiled

_PARITY_A_BIT = 4
_RATE_OF_FEWER = 0.45
"""From this rate on the many-checks bits take part in 8 checks, not in 12."""
_GOLDEN = (math.sqrt(5) - 1) / 2
_NEAR = 6
"""Two checks of one bit should be at least so far apart: near ones make short cycles."""
ROUNDS = 60
_MOST_A_CHECK = 64
"""Bits of one check: the densest code here has ten."""
_SURE = 25.0
"""No check says more than this."""
Word: TypeAlias = Any
"""uint64, in compiled code."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code: `bits` information bits, and for each check the bits that take part in it."""

    bits: int
    starts: Places
    members: Places

    @property
    def parities(self) -> int:
        """How many parity bits, and checks, there are."""
        return len(self.starts) - 1

    @property
    def length(self) -> int:
        """Information and parity bits."""
        return self.bits + self.parities


_KEPT = 128
"""Codes remembered: the 33 of a sheet serve making it and reading it back, of several at once."""


@functools.lru_cache(maxsize=_KEPT)
def code(bits: int, cells: int) -> Code:
    """The code for `bits` information bits in `cells` cells. Raises ValueError where none fits."""
    parities = min(cells - bits, _PARITY_A_BIT * bits)
    if bits < 1 or parities < max(4, bits // 4):
        raise ValueError(f"{bits} bits do not fit into {cells} cells")
    many, share = (8, 0.4) if bits / (bits + parities) > _RATE_OF_FEWER else (12, 1 / 3)
    degrees = np.full(bits, 3, np.int32)
    degrees[: round(share * bits)] = many
    starts, members = _graph(degrees, parities)
    return Code(bits, starts, members)


def encode(information: Bits, cells: int) -> Bits:
    """`information` as `cells` coded bits: the code word, over and over."""
    chosen = code(len(information), cells)
    word = np.concatenate([information, _parity(information, chosen.starts, chosen.members)])
    return np.asarray(word[_places(chosen.length, cells)], np.uint8)


def decode(likelihoods: Soft, bits: int, rounds: int = ROUNDS) -> tuple[Bits, int]:
    """The likeliest information bits, and how many checks they fail (0: a code word).

    `likelihoods` are log(P(0) / P(1)) of each cell, in the order in which `encode` fills them.
    """
    chosen = code(bits, len(likelihoods))
    places = _places(chosen.length, len(likelihoods))
    gathered = np.zeros(chosen.length, np.float32)
    _gather(likelihoods.astype(np.float32), places, gathered)
    failing = _failing(gathered, bits, chosen.starts, chosen.members)
    if failing:
        failing = _message_passing(gathered, bits, chosen.starts, chosen.members, rounds)
    return np.asarray(gathered[:bits] < 0, np.uint8), int(failing)


def _places(length: int, cells: int) -> Places:
    """Which bit of the code word stands in which cell: evenly, also where repeats end midway."""
    step = max(1, round(_GOLDEN * length))
    while math.gcd(step, length) != 1:
        step += 1
    return _strides(step % length, length, cells)


@compiled
def _strides(step: int, length: int, cells: int) -> Places:
    """0, step, 2 step ..., each below `length`."""
    made = np.empty(cells, np.int32)
    at = 0
    for cell in range(cells):
        made[cell] = at
        at += step
        if at >= length:
            at -= length
    return made


@compiled
def _next(state: Word) -> tuple[Word, Word]:
    """The generator SplitMix64 (Steele, Lea, Flood 2014): next state, next word."""
    state = np.uint64(state) + np.uint64(0x9E3779B97F4A7C15)
    word = state
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state, word ^ (word >> np.uint64(31))


@compiled
def _graph(degrees: Places, parities: int) -> tuple[Places, Places]:
    """Spread the bits' edges over the checks, evenly and at random; then list them by check."""
    edges = degrees.sum()
    check = np.empty(edges, np.int32)
    for at in range(edges):
        check[at] = at % parities
    state: Word = np.uint64(len(degrees)) * np.uint64(0x1000003) + np.uint64(parities)
    for left in range(edges - 1, 0, -1):
        state, word = _next(state)
        other = int(word % np.uint64(left + 1))
        check[left], check[other] = check[other], check[left]
    near = min(_NEAR, parities // 24)
    start = 0
    for bit in range(len(degrees)):
        for at in range(start, start + degrees[bit]):
            for _ in range(8):
                if _is_apart(check, start, at, near):
                    break
                state, word = _next(state)
                other = int(word % np.uint64(edges))
                if other < start or other >= start + degrees[bit]:
                    check[at], check[other] = check[other], check[at]
        start += degrees[bit]
    return _by_check(degrees, check, parities)


@compiled
def _is_apart(check: Places, start: int, at: int, near: int) -> bool:
    for before in range(start, at):  # noqa: SIM110  # numba has no generator expressions
        if abs(check[before] - check[at]) <= near:
            return False
    return True


@compiled
def _by_check(degrees: Places, check: Places, parities: int) -> tuple[Places, Places]:
    starts = np.zeros(parities + 1, np.int32)
    for at in range(len(check)):
        starts[check[at] + 1] += 1
    for number in range(parities):
        starts[number + 1] += starts[number]
    free = starts[:-1].copy()
    members = np.empty(len(check), np.int32)
    at = 0
    for bit in range(len(degrees)):
        for _ in range(degrees[bit]):
            members[free[check[at]]] = bit
            free[check[at]] += 1
            at += 1
    return starts, members


@compiled
def _parity(information: Bits, starts: Places, members: Places) -> Bits:
    parity = np.empty(len(starts) - 1, np.uint8)
    last = 0
    for check in range(len(parity)):
        for at in range(starts[check], starts[check + 1]):
            last ^= information[members[at]]
        parity[check] = last
    return parity


@compiled
def _gather(likelihoods: Soft, places: Places, gathered: Soft) -> None:
    for at in range(len(places)):
        gathered[places[at]] += likelihoods[at]


@compiled
def _failing(belief: Soft, bits: int, starts: Places, members: Places) -> int:
    """How many checks the beliefs fail as they are. A code word fails none, and passing messages
    would only make it surer of itself."""
    failing, before = 0, False
    for check in range(len(starts) - 1):
        parity = belief[bits + check] < 0
        odd = parity ^ before
        for at in range(starts[check], starts[check + 1]):
            odd ^= belief[members[at]] < 0
        failing += odd
        before = parity
    return failing


@compiled
def _combine(one: float, other: float) -> float:
    """log-likelihood of the sum of two bits; the exact term replaced by two straight lines."""
    low = min(abs(one), abs(other))
    if (one < 0) != (other < 0):
        low = -low
    more, less = abs(one + other), abs(one - other)
    return low + max(0.0, 0.6 - 0.24 * more) - max(0.0, 0.6 - 0.24 * less)


@compiled
def _message_passing(belief: Soft, bits: int, starts: Places, members: Places, rounds: int) -> int:
    """Sum-product decoding, check after check, in place. Returns how many checks fail."""
    checks = len(starts) - 1
    told = np.zeros(len(members) + 2 * checks, np.float32)
    place = np.empty(_MOST_A_CHECK, np.int64)
    heard = np.empty(_MOST_A_CHECK, np.float64)
    ahead = np.empty(_MOST_A_CHECK, np.float64)
    failing = checks
    for _ in range(rounds):
        failing, edge = 0, 0
        for check in range(checks):
            count = starts[check + 1] - starts[check]
            place[:count] = members[starts[check] : starts[check + 1]]
            place[count] = bits + check
            count += 1
            if check > 0:
                place[count] = bits + check - 1
                count += 1
            odd = False
            for at in range(count):
                value = belief[place[at]]
                odd ^= value < 0
                heard[at] = value - told[edge + at]
            failing += odd
            _answer(belief, place[:count], heard, ahead, told[edge : edge + count])
            edge += count
        if failing == 0:
            break
    return failing


@compiled
def _answer(belief: Soft, place: Places, heard: Soft, ahead: Soft, told: Soft) -> None:
    """Tell each bit of a check what all the others of it say."""
    last = len(place) - 1
    ahead[last] = heard[last]
    for at in range(last - 1, 0, -1):
        ahead[at] = _combine(heard[at], ahead[at + 1])
    behind = 0.0
    for at in range(last + 1):
        message = _combine(behind, ahead[at + 1]) if at < last else behind
        if at == 0:
            message = ahead[1]
        # Limited here and nowhere else, so that a belief stays the sum of what was told.
        message = min(max(message, -_SURE), _SURE)
        belief[place[at]] = heard[at] + message
        told[at] = message
        behind = heard[0] if at == 0 else _combine(behind, heard[at])
