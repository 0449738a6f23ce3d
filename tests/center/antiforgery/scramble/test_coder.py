"""The coder with its runs against one that goes bit by bit and divides."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from center.antiforgery.compiled import Bits
from center.antiforgery.scramble import coder, picture

pytestmark = pytest.mark.timeout(300)  # the first call compiles, on machines that are shared


def slowly(bits: Iterator[tuple[int, int]], odds: list[int], trust: list[int]) -> bytes:
    """What (context, bit) after (context, bit) is coded to, by the book."""
    low, high, out = 0, 0xFFFFFFFF, bytearray()
    for context, bit in bits:
        middle = low + ((high - low) * odds[context] >> 16)
        low, high = (low, middle) if bit else (middle + 1, high)
        while low >> 24 == high >> 24:
            out.append(high >> 24)
            low, high = low << 8 & 0xFFFFFFFF, high << 8 & 0xFFFFFFFF | 255
        odds[context] += ((65519 if bit else 16) - odds[context]) // (trust[context] + 2)
        trust[context] = min(trust[context] + 1, coder.TRUST)
    for count in range(1, 5):
        unit = 1 << 32 - 8 * count
        value = -(-low // unit) * unit
        if value <= high:
            return (bytes(out) + value.to_bytes(4, "big")[:count]).rstrip(b"\0")
    raise AssertionError("an interval without a value in it")


BASE = [(-2, dx) for dx in range(-2, 3)] + [(-1, dx) for dx in range(-3, 4)]
BASE += [(0, dx) for dx in range(-4, 0)]
FINE = [(0, -1), (0, -2), (-1, -1), (-1, 0), (-1, 1)]


def base_bits(strip: Bits) -> Iterator[tuple[int, int]]:
    framed = np.pad(strip, ((2, 0), (4, 4)))
    for y, x in np.ndindex(*strip.shape):
        around = "".join(str(framed[y + 2 + dy, x + 4 + dx]) for dy, dx in BASE)
        yield int(around, 2), int(strip[y, x])


def fine_bits(strip: Bits, base: Bits) -> Iterator[tuple[int, int]]:
    framed, edged = np.pad(strip, ((2, 0), (4, 4))), np.pad(base, 1)
    for y, x in np.ndindex(*strip.shape):
        below = edged[y // 2 : y // 2 + 3, x // 2 : x // 2 + 3].reshape(-1)
        near = [framed[y + 2 + dy, x + 4 + dx] for dy, dx in FINE]
        around = "".join(str(one) for one in (y & 1, x & 1, *below, *near))
        yield int(around, 2), int(strip[y, x])


@settings(max_examples=30)
@given(
    st.tuples(st.integers(1, 14), st.integers(1, 90)),
    st.integers(0, 2**32 - 1),
    st.sampled_from([0, 0.002, 0.02, 0.3]),
)
def test_every_byte_is_the_same(shape: tuple[int, int], seed: int, share: float) -> None:
    """Most of it white, as pages are: enough of it to make white as sure as it can be."""
    rng = np.random.default_rng(seed)
    base = (rng.random(shape) < share).astype(np.uint8)
    fine = np.repeat(np.repeat(base, 2, axis=0), 2, axis=1)
    fine ^= (rng.random(fine.shape) < share / 4).astype(np.uint8)
    odds, trust = (part.tolist() for part in picture.learned())
    split = picture.CONTEXTS
    coded = slowly(base_bits(base), odds[:split], trust[:split])
    assert picture.encode_base(base) == coded
    coded = slowly(fine_bits(fine, base), odds[split:], trust[split:])
    assert picture.encode_fine(fine, base) == coded
