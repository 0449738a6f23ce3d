"""A coder for black and white pages: contexts, learned odds, arithmetic coding. Version 1.

Every pixel is coded with the odds that its surroundings give it. The odds start from what pages
of Japanese text taught (`odds.bin`, made by `python -m center.antiforgery.scramble.learn`), so
that a strip of a page can stand alone without paying for learning, and go on learning.

`base` pixels see 16 neighbours that were coded before. `fine` pixels see 6 such neighbours, the
9 pixels around them in the base image of half the resolution, and which of its four quarters
they are. Integers only: two machines agree on every bit.

Source: ISO/IEC 14492 (JBIG2), generic region coding, for the idea of the neighbourhood; the
coder is a carry-less binary range coder (Martin 1979) with 16-bit odds.
"""

import functools
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from center.antiforgery.compiled import Bits, Places, compiled

ODDS = Path(__file__).with_name("odds.bin")
CONTEXTS = 1 << 16
"""Of each kind."""
TRUST = 255
"""The most observations a start value may stand for; as many as weigh on later ones."""
_TOP_BYTE_AGREES = 1 << 24


@functools.cache
def learned() -> tuple[Places, Places]:
    """Odds of ink (of 65536) and how many observations they stand for: base, then fine contexts."""
    packed = np.frombuffer(zlib.decompress(ODDS.read_bytes()), np.uint8).astype(np.int32)
    levels, trust = packed[: 2 * CONTEXTS], packed[2 * CONTEXTS :]
    return odds_of(levels), trust


def odds_of(levels: Places) -> Places:
    """What a stored level 0..255 means: steps of equal log odds, from 1/3000 to 2999/3000."""
    exact = 65536 / (1 + np.exp(-(levels - 127.5) / 127.5 * 8.0))
    return np.clip(np.rint(exact), 24, 65512).astype(np.int32)


def encode_base(strip: Bits) -> bytes:
    """`strip` of a base image as bytes. Nothing outside the strip is looked at."""
    odds, trust = (part[:CONTEXTS].copy() for part in learned())
    return _code_base(_framed(strip), np.zeros(0, np.uint8), odds, trust)[0].tobytes()


def decode_base(data: bytes, shape: tuple[int, int]) -> Bits:
    """The strip of `shape` (height, width) that `encode_base` turned into `data`."""
    odds, trust = (part[:CONTEXTS].copy() for part in learned())
    source = np.frombuffer(data, np.uint8)
    framed = _framed(np.zeros(shape, np.uint8))
    _code_base(framed, source if len(source) else np.zeros(1, np.uint8), odds, trust)
    return np.ascontiguousarray(framed[2:, 4:-4])


def encode_fine(strip: Bits, base: Bits) -> bytes:
    """`strip`, twice as high and wide as its `base`, as bytes that mean nothing without `base`."""
    odds, trust = (part[CONTEXTS:].copy() for part in learned())
    made = _code_fine(_framed(strip), _edged(base), np.zeros(0, np.uint8), odds, trust)
    return made[0].tobytes()


def decode_fine(data: bytes, base: Bits) -> Bits:
    """The strip that `encode_fine` turned into `data`, given the same `base`."""
    odds, trust = (part[CONTEXTS:].copy() for part in learned())
    source = np.frombuffer(data, np.uint8)
    framed = _framed(np.zeros((2 * base.shape[0], 2 * base.shape[1]), np.uint8))
    _code_fine(framed, _edged(base), source if len(source) else np.zeros(1, np.uint8), odds, trust)
    return np.ascontiguousarray(framed[2:, 4:-4])


def _framed(strip: Bits) -> Bits:
    """White all around, so that every pixel has neighbours."""
    return np.pad(strip, ((2, 0), (4, 4)))


def _edged(base: Bits) -> Bits:
    return np.pad(base, 1)


@compiled
def _code_base(framed: Bits, source: Bits, odds: Places, trust: Places) -> tuple[Bits, Places]:
    """Code `framed` (source empty), or fill it from `source`."""
    height, width = framed.shape
    coder = _coder(source)
    out = np.empty(height * width // 4 + 64, np.uint8)
    for y in range(2, height):
        above, over, left = np.int64(0), np.int64(0), np.int64(0)
        for x in range(2, 7):
            above = above << 1 | framed[y - 2, x]
        for x in range(1, 8):
            over = over << 1 | framed[y - 1, x]
        for x in range(4, width - 4):
            context = above << 11 | over << 4 | left
            bit = _bit(framed[y, x], context, odds, trust, coder, source, out)
            framed[y, x] = bit
            left = (left << 1 | bit) & 15
            over = (over << 1 | framed[y - 1, x + 4]) & 127
            above = (above << 1 | framed[y - 2, x + 3]) & 31
    return _finish(coder, out), coder


@compiled
def _code_fine(
    framed: Bits, base: Bits, source: Bits, odds: Places, trust: Places
) -> tuple[Bits, Places]:
    """Code `framed` (source empty), or fill it from `source`, given `base`."""
    height, width = framed.shape
    coder = _coder(source)
    out = np.empty(height * width // 4 + 64, np.uint8)
    for y in range(2, height):
        row = (y - 2) // 2
        for x in range(4, width - 4):
            column = (x - 4) // 2
            context = np.int64(((y & 1) << 1) | (x & 1))
            for dy in range(3):
                for dx in range(3):
                    context = context << 1 | base[row + dy, column + dx]
            context = context << 1 | framed[y, x - 1]
            context = context << 1 | framed[y, x - 2]
            context = context << 1 | framed[y - 1, x - 1]
            context = context << 1 | framed[y - 1, x]
            context = context << 1 | framed[y - 1, x + 1]
            framed[y, x] = _bit(framed[y, x], context, odds, trust, coder, source, out)
    return _finish(coder, out), coder


@compiled
def _coder(source: Bits) -> Places:
    """State: low, high, code, bytes read, bytes written, decoding or not."""
    state = np.zeros(6, np.int64)
    state[1] = 0xFFFFFFFF
    state[5] = len(source) > 0
    if state[5]:
        for _ in range(4):
            state[2] = state[2] << 8 | (source[state[3]] if state[3] < len(source) else 0)
            state[3] += 1
    return state


@compiled
def _bit(  # noqa: PLR0913, PLR0917  # compiled code has no objects to hold these together
    bit: int, context: Any, odds: Places, trust: Places, state: Places, source: Bits, out: Bits
) -> int:
    """Code one bit with the odds of its context, and let the context learn it."""
    low, high = state[0], state[1]
    middle = low + ((high - low) * odds[context] >> 16)
    if state[5]:
        bit = 1 if state[2] <= middle else 0
    if bit:
        high = middle
    else:
        low = middle + 1
    while (low ^ high) < _TOP_BYTE_AGREES:
        if state[5]:
            fresh = source[state[3]] if state[3] < len(source) else 0
            state[2] = (state[2] << 8 & 0xFFFFFFFF) | fresh
            state[3] += 1
        elif state[4] < len(out):
            out[state[4]] = high >> 24
            state[4] += 1
        low = low << 8 & 0xFFFFFFFF
        high = (high << 8 & 0xFFFFFFFF) | 255
    state[0], state[1] = low, high
    seen = trust[context]
    target = 65535 - 16 if bit else 16
    odds[context] += (target - odds[context]) // (seen + 2)
    if seen < TRUST:
        trust[context] = seen + 1
    return bit


@compiled
def _finish(state: Places, out: Bits) -> Bits:
    """Enough bytes to tell the last interval; zeros at the end need not be sent."""
    if state[5]:
        return out[:0]
    low, high = state[0], state[1]
    # The shortest value inside [low, high]: try one byte, then two.
    for count in range(1, 5):
        shift = 32 - 8 * count
        value = (low + (1 << shift) - 1) >> shift << shift
        if value <= high:
            for at in range(count):
                out[state[4]] = (value >> (24 - 8 * at)) & 255
                state[4] += 1
            break
    length = state[4]
    while length > 0 and out[length - 1] == 0:
        length -= 1
    return out[:length].copy()
