"""The arithmetic coder below a picture: odds in, bytes out, or bytes in, bits out.

A carry-less binary range coder with 16-bit odds that learn. What is white in white surroundings is
most of a page and has the surest odds there are; such pixels are passed in runs.

Source: Martin, "Range encoding" (1979), for the coder; Granlund and Montgomery, "Division by
invariant integers using multiplication" (1994), for dividing by a product.
"""

from typing import Any, TypeAlias

import numpy as np

from center.antiforgery.compiled import Bits, Places, compiled

TRUST = 255
"""The most observations a start value may stand for; as many as weigh on later ones."""
SUREST = 16
"""Of 65536: no odds come nearer to none or to all than this."""
_LEAST, _MOST = SUREST, 65535 - SUREST
_SUREST_SHIFT = 12
"""What `SUREST` of 65536 takes of an interval, as a shift."""
_TOP_BYTE_AGREES = 1 << 24
_SHARE_SHIFT = 25
_SHARES = np.array([-(-(1 << _SHARE_SHIFT) // (seen + 2)) for seen in range(TRUST + 1)], np.int64)
"""One part in (observations + 2): exact for every numerator below 2 to the 17th."""

Number: TypeAlias = Any
"""int64, in compiled code."""
Interval: TypeAlias = tuple[Number, Number, Number]
"""Low and high end, both inside, and where in it the code lies: -1 while writing."""
Model: TypeAlias = tuple[Places, Places]
"""For each context: odds of ink (of 65536), and how many observations they stand for."""


@compiled
def begin(source: Bits, tape: Places) -> Interval:
    """The whole interval. `source` is empty to write; `tape` counts bytes read and written."""
    code = -1
    if len(source) > 0:
        code = 0
        for _ in range(4):
            code = code << 8 | (source[tape[0]] if tape[0] < len(source) else 0)
            tape[0] += 1
    return 0, 0xFFFFFFFF, code


@compiled
def narrowed(
    interval: Interval, model: Model, context: Number, bit: Number
) -> tuple[Interval, Number]:
    """The part of `interval` that stands for `bit`, which is found out where a code is read.

    The context learns it. Call `shifted` where `is_narrow`.
    """
    low, high, code = interval
    odds, trust = model
    chance, seen = np.int64(odds[context]), np.int64(trust[context])
    middle = low + ((high - low) * chance >> 16)
    if code >= 0:
        bit = 1 if code <= middle else 0
    if bit:
        high = middle
        odds[context] = chance + ((_MOST - chance) * _SHARES[seen] >> _SHARE_SHIFT)
    else:
        low = middle + 1
        # Rounded the other way: down on either side.
        odds[context] = chance - ((chance - _LEAST + seen + 1) * _SHARES[seen] >> _SHARE_SHIFT)
    trust[context] = seen + (seen < TRUST)
    return (low, high, code), bit


@compiled
def is_narrow(interval: Interval) -> bool:
    """Whether a byte is settled."""
    return bool((interval[0] ^ interval[1]) < _TOP_BYTE_AGREES)


@compiled
def shifted(interval: Interval, tape: Places, source: Bits, out: Bits) -> Interval:
    """`interval` with room again: settled bytes are sent to `out`, or taken from `source`."""
    low, high, code = interval
    while (low ^ high) < _TOP_BYTE_AGREES:
        if code >= 0:
            fresh = source[tape[0]] if tape[0] < len(source) else 0
            code = (code << 8 & 0xFFFFFFFF) | fresh
            tape[0] += 1
        elif tape[1] < len(out):
            out[tape[1]] = high >> 24
            tape[1] += 1
        low = low << 8 & 0xFFFFFFFF
        high = (high << 8 & 0xFFFFFFFF) | 255
    return low, high, code


@compiled
def passed(interval: Interval, quiet: Bits, x: int) -> tuple[Interval, int]:
    """`interval` after the white pixels from `x` on, and the first pixel to look at again.

    All that are `quiet` in a row, as `narrowed` would code them with the surest odds, which learn
    nothing more; it stops before a pixel that is ink, or that settles a byte.
    """
    low, high, code = interval
    reach = high - low
    ahead = high - code if code >= 0 else 0
    while quiet[x]:
        rest = reach - (reach >> _SUREST_SHIFT) - 1
        if rest < ahead or ((high - rest) ^ high) < _TOP_BYTE_AGREES:
            break
        reach = rest
        x += 1
    return (high - reach, high, code), x


@compiled
def is_surest(model: Model, context: Number) -> bool:
    """Whether white is as sure in `context` as it can become."""
    return bool(model[0][context] == SUREST and model[1][context] == TRUST)


@compiled
def finish(interval: Interval, tape: Places, out: Bits) -> Bits:
    """Enough bytes to tell the last interval; zeros at the end need not be sent."""
    low, high, code = interval
    if code >= 0:
        return out[:0]
    length = tape[1]
    # The shortest value inside [low, high]: try one byte, then two.
    for count in range(1, 5):
        shift = 32 - 8 * count
        value = (low + (1 << shift) - 1) >> shift << shift
        if value <= high:
            for at in range(count):
                out[length] = (value >> (24 - 8 * at)) & 255
                length += 1
            break
    while length > 0 and out[length - 1] == 0:
        length -= 1
    return out[:length].copy()
