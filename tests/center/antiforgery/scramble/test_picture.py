"""The picture coder: what goes in comes out, whatever it is; and text takes few bytes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.antiforgery.scramble import picture
from center.antiforgery.scramble.front import base_shape, ink
from tests.center.antiforgery.scramble.sheets import printed

pytestmark = pytest.mark.timeout(300)  # the first call compiles, on machines that are shared

SHAPES = st.tuples(st.integers(1, 12), st.integers(1, 40))


@given(SHAPES, st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_any_picture_comes_back(shape: tuple[int, int], seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    base = (rng.random(shape) < share).astype(np.uint8)
    fine = (rng.random((2 * shape[0], 2 * shape[1])) < share).astype(np.uint8)
    assert np.array_equal(picture.decode_base(picture.encode_base(base), shape), base)
    assert np.array_equal(picture.decode_fine(picture.encode_fine(fine, base), base), fine)


@given(st.binary(max_size=60), SHAPES)
def test_any_bytes_are_some_picture(data: bytes, shape: tuple[int, int]) -> None:
    """Nothing that decrypted is ever a crash, even if a future writer erred."""
    base = picture.decode_base(data, shape)
    assert base.shape == shape
    assert set(np.unique(base)) <= {0, 1}
    assert picture.decode_fine(data, base).shape == (2 * shape[0], 2 * shape[1])


@pytest.mark.parametrize(("kind", "most"), [("sparse", 7_600), ("dense", 18_000)])
def test_a_page_in_sixteen_strips_takes_few_bytes(kind: str, most: int) -> None:
    """At 100 dpi; CCITT group 4 takes about twice as much for the page in one piece."""
    page = ink(printed(kind, 3).front, 100, base_shape(100))
    strips = np.array_split(page, 16)
    assert sum(len(picture.encode_base(strip)) for strip in strips) < most


def test_white_costs_next_to_nothing() -> None:
    assert len(picture.encode_base(np.zeros((88, 992), np.uint8))) < 12
