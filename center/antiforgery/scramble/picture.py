"""A coder for black and white pages: contexts, learned odds, arithmetic coding. Version 1.

Every pixel is coded with the odds that its surroundings give it. The odds start from what pages
of Japanese text taught (`odds.bin`, made by `python -m center.antiforgery.scramble.learn`), so
that a strip of a page can stand alone without paying for learning, and go on learning.

`base` pixels see 16 neighbours that were coded before. `fine` pixels see 6 such neighbours, the
9 pixels around them in the base image of half the resolution, and which of its four quarters
they are. Integers only: two machines agree on every bit.

Source: ISO/IEC 14492 (JBIG2), generic region coding, for the idea of the neighbourhood.
"""

import functools
import zlib
from pathlib import Path

import numpy as np

from center.antiforgery.compiled import Bits, Places, compiled
from center.antiforgery.scramble.coder import (
    Model,
    Number,
    begin,
    finish,
    is_narrow,
    is_surest,
    narrowed,
    passed,
    shifted,
)  # fmt: skip

ODDS = Path(__file__).with_name("odds.bin")
CONTEXTS = 1 << 16
"""Of each kind."""


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
    return _code_base(_framed(strip), np.zeros(0, np.uint8), odds, trust).tobytes()


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
    return made.tobytes()


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
def _code_base(framed: Bits, source: Bits, odds: Places, trust: Places) -> Bits:
    """Code `framed` (source empty), or fill it from `source`."""
    height, width = framed.shape
    model, tape = (odds, trust), np.zeros(2, np.int64)
    out = np.empty(height * width // 4 + 64, np.uint8)
    quiet = np.zeros(width, np.uint8)
    interval = begin(source, tape)
    for y in range(2, height):
        above, over, here = framed[y - 2], framed[y - 1], framed[y]
        _mark_quiet_base(quiet, above, over, here)
        x = 4
        while x < width - 4:
            left = here[x - 4] | here[x - 3] | here[x - 2] | here[x - 1]
            if quiet[x] and left == 0 and is_surest(model, 0):
                interval, x = passed(interval, quiet, x)
            if x < width - 4:
                context = _base_context(above, over, here, x)
                interval, here[x] = narrowed(interval, model, context, np.int64(here[x]))
                if is_narrow(interval):
                    interval = shifted(interval, tape, source, out)
                x += 1
    return finish(interval, tape, out)


@compiled
def _base_context(above: Bits, over: Bits, here: Bits, x: int) -> Number:
    """Five pixels two rows up, seven one row up, four to the left."""
    context = np.int64(0)
    for at in range(x - 2, x + 3):
        context = context << 1 | above[at]
    for at in range(x - 3, x + 4):
        context = context << 1 | over[at]
    for at in range(x - 4, x):
        context = context << 1 | here[at]
    return context


@compiled
def _mark_quiet_base(quiet: Bits, above: Bits, over: Bits, here: Bits) -> None:
    """1 where a pixel and its surroundings are white, those to the left left out."""
    # Counted from the window's left end: an index that cannot be negative is four times as fast.
    for at in range(len(quiet) - 8):
        high = above[at + 2] | above[at + 3] | above[at + 4] | above[at + 5] | above[at + 6]
        near = over[at + 1] | over[at + 2] | over[at + 3] | over[at + 4]
        far = over[at + 5] | over[at + 6] | over[at + 7]
        quiet[at + 4] = (high | near | far | here[at + 4]) ^ 1


@compiled
def _code_fine(framed: Bits, base: Bits, source: Bits, odds: Places, trust: Places) -> Bits:
    """Code `framed` (source empty), or fill it from `source`, given `base`."""
    height, width = framed.shape
    model, tape = (odds, trust), np.zeros(2, np.int64)
    out = np.empty(height * width // 4 + 64, np.uint8)
    quiet = np.zeros(width, np.uint8)
    interval = begin(source, tape)
    for y in range(2, height):
        around = base[(y - 2) // 2 : (y - 2) // 2 + 3]
        over, here = framed[y - 1], framed[y]
        rows = np.int64(y & 1) << 15
        _mark_quiet_fine(quiet, around, over, here)
        x = 4
        while x < width - 4:
            left = here[x - 2] | here[x - 1]
            if quiet[x] and left == 0 and _both_surest(model, rows):
                interval, x = passed(interval, quiet, x)
            if x < width - 4:
                context = rows | _fine_context(around, over, here, x)
                interval, here[x] = narrowed(interval, model, context, np.int64(here[x]))
                if is_narrow(interval):
                    interval = shifted(interval, tape, source, out)
                x += 1
    return finish(interval, tape, out)


_RIGHT = 1 << 14
"""Of a fine context: the pixel is a right one of its four quarters."""


@compiled
def _both_surest(model: Model, rows: Number) -> bool:
    return is_surest(model, rows) and is_surest(model, rows | _RIGHT)


@compiled
def _fine_context(around: Bits, over: Bits, here: Bits, x: int) -> Number:
    """Left or right, nine pixels of the base, two to the left, three of the row above."""
    context = np.int64(x & 1)
    column = (x - 4) // 2
    for dy in range(3):
        for dx in range(3):
            context = context << 1 | around[dy, column + dx]
    context = context << 1 | here[x - 1]
    context = context << 1 | here[x - 2]
    context = context << 1 | over[x - 1]
    context = context << 1 | over[x]
    return context << 1 | over[x + 1]


@compiled
def _mark_quiet_fine(quiet: Bits, around: Bits, over: Bits, here: Bits) -> None:
    """1 where a pixel and its surroundings are white, those to the left left out."""
    inked = around[0] | around[1] | around[2]
    for column in range(len(inked) - 2):
        base = inked[column] | inked[column + 1] | inked[column + 2]
        x = 4 + 2 * column
        both = base | over[x] | over[x + 1]
        quiet[x] = (both | over[x - 1] | here[x]) ^ 1
        quiet[x + 1] = (both | over[x + 2] | here[x + 1]) ^ 1
