"""Codes of any length: encoding is linear, decoding undoes what a channel did."""

import numpy as np
import pytest

from center.antiforgery.compiled import Bits, Soft
from center.antiforgery.scramble import ldpc

pytestmark = pytest.mark.timeout(300)  # the first call compiles, on machines that are shared


def through(bits: int, cells: int, wrong: float, gone: float, seed: int) -> bool:
    """Whether random bits survive `wrong` flipped and `gone` erased cells."""
    rng = np.random.default_rng(seed)
    sent = rng.integers(0, 2, bits).astype(np.uint8)
    coded = ldpc.encode(sent, cells)
    got = coded ^ (rng.random(cells) < wrong)
    sure = np.log((1 - wrong) / wrong)
    likely = (sure * (1 - 2.0 * got)).astype(np.float32)
    likely[rng.random(cells) < gone] = 0
    read, failing = ldpc.decode(likely, bits)
    return failing == 0 and bool(np.array_equal(read, sent))


@pytest.mark.parametrize(
    ("bits", "cells", "wrong", "gone"),
    [
        (8000, 16000, 0.07, 0.0),
        (8000, 24000, 0.13, 0.0),
        (8000, 53000, 0.21, 0.0),
        (8000, 53000, 0.01, 0.70),
        (150, 4000, 0.24, 0.0),
    ],
)
def test_what_each_rate_survives(bits: int, cells: int, wrong: float, gone: float) -> None:
    """A little below what the code can do at each rate, so that a weaker code would fail."""
    assert all(through(bits, cells, wrong, gone, seed) for seed in range(4))


@pytest.mark.parametrize(("wrong", "gone"), [(0.30, 0.0), (0.02, 0.9)])
def test_beyond_capacity_it_says_so(wrong: float, gone: float) -> None:
    """Nothing carries 0.15 bits a cell through this: a success would be a broken test."""
    assert not through(8000, 53000, wrong, gone, 1)


def test_likelihoods_that_boast_do_no_harm() -> None:
    """Cells believed four times as much as they deserve, and half of all missing."""
    rng = np.random.default_rng(5)
    for _ in range(5):
        sent = rng.integers(0, 2, 6000).astype(np.uint8)
        coded = ldpc.encode(sent, 36000) ^ (rng.random(36000) < 0.01)
        likely = (18.0 * (1 - 2.0 * coded)).astype(np.float32)
        likely[rng.random(36000) < 0.45] = 0
        read, failing = ldpc.decode(likely, 6000)
        assert failing == 0
        assert np.array_equal(read, sent)


def test_a_code_word_is_what_messages_would_make_of_it() -> None:
    """Right cells of any strength and missing ones: nothing is passed, and nothing would change."""
    rng = np.random.default_rng(7)
    for cells in (900, 2500):
        sent = rng.integers(0, 2, 500).astype(np.uint8)
        coded = ldpc.encode(sent, cells)
        likely = (rng.random(cells) * 9 * (1 - 2.0 * coded)).astype(np.float32)
        # Missing cells count as white: only such bits may be left out of a code word.
        likely[(coded == 0) & (rng.random(cells) < 0.2)] = 0
        read, failing = ldpc.decode(likely, 500, rounds=0)
        slow = _with_messages(likely, 500)
        assert failing == slow[1] == 0
        assert np.array_equal(read, sent)
        assert np.array_equal(slow[0], sent)


def test_what_is_no_code_word_needs_messages() -> None:
    sent = np.random.default_rng(8).integers(0, 2, 500).astype(np.uint8)
    likely = (4 * (1 - 2.0 * ldpc.encode(sent, 2500))).astype(np.float32)
    likely[3] = -likely[3]
    assert ldpc.decode(likely, 500, rounds=1)[1] > 0
    read, failing = ldpc.decode(likely, 500)
    assert failing == 0
    assert np.array_equal(read, sent)


def _with_messages(likely: Soft, bits: int) -> tuple[Bits, int]:
    chosen = ldpc.code(bits, len(likely))
    gathered = np.zeros(chosen.length, np.float32)
    ldpc._gather(likely, ldpc._places(chosen.length, len(likely)), gathered)
    failing = ldpc._message_passing(gathered, bits, chosen.starts, chosen.members, 5)
    return (gathered[:bits] < 0).astype(np.uint8), failing


def test_the_code_is_linear_and_systematic() -> None:
    rng = np.random.default_rng(6)
    one, other = (rng.integers(0, 2, 400).astype(np.uint8) for _ in range(2))
    together = ldpc.encode(one, 1500) ^ ldpc.encode(other, 1500)
    assert np.array_equal(ldpc.encode(one ^ other, 1500), together)


def test_the_graph_never_changes() -> None:
    """Blocks on paper outlive this program: the same lengths always give the same code."""
    graph = ldpc.code(1000, 4000)
    assert graph.parities == 3000
    assert [int(one) for one in graph.members[:6]] == [199, 791, 28, 62, 66, 462]
    assert int(graph.members.astype(np.int64) @ np.arange(len(graph.members))) == 6053872290


@pytest.mark.parametrize(("bits", "cells"), [(100, 110), (0, 50), (1000, 900)])
def test_lengths_that_no_code_fits(bits: int, cells: int) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        ldpc.code(bits, cells)
