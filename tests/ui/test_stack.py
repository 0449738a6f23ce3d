"""Pieces, heights and pages."""

from hypothesis import given
from hypothesis import strategies as st

from tests.ui import samples
from tests.ui.geometry import PANELS
from ui.advances import FontSet
from ui.boxes import Rect
from ui.drafting import Draft
from ui.stack import Piece, Stack


def piece(least: int, best: int = 0, seen: list[Rect] | None = None) -> Piece:
    def draw(_draft: Draft, rect: Rect) -> None:
        if seen is not None:
            seen.append(rect)

    return Piece(least, max(least, best), draw)


@given(
    st.lists(st.integers(min_value=1, max_value=120), min_size=1, max_size=12),
    st.integers(min_value=60, max_value=200),
    st.integers(min_value=60, max_value=200),
)
def test_every_piece_is_on_one_page_in_order(heights: list[int], first: int, rest: int) -> None:
    stack = Stack(tuple(piece(height) for height in heights), gap=5)
    pages = stack.pages(first, rest)
    assert tuple(p for page in pages for p in page) == stack.pieces
    for number, page in enumerate(pages):
        used = sum(p.least for p in page) + 5 * (len(page) - 1)
        assert len(page) == 1 or used <= (rest if number else first)


def test_what_is_left_over_is_shared_as_wished(fonts: FontSet) -> None:
    seen: list[Rect] = []
    pieces = (piece(10, 30, seen), piece(10, 10, seen), piece(10, 50, seen))
    stack = Stack(pieces, gap=5)
    draft = Draft(fonts, samples.catalogue("ja"), PANELS["17 inch"])
    stack.draw(draft, pieces, Rect(0, 100, 50, 70))
    assert [rect.h for rect in seen] == [20, 10, 30]
    assert [rect.y for rect in seen] == [100, 125, 140]


def test_a_loose_stack_spreads_at_most_by_its_gap(fonts: FontSet) -> None:
    seen: list[Rect] = []
    pieces = (piece(10, 10, seen), piece(10, 10, seen))
    stack = Stack(pieces, gap=8, loose=True)
    draft = Draft(fonts, samples.catalogue("ja"), PANELS["17 inch"])
    stack.draw(draft, pieces, Rect(0, 0, 50, 500))
    assert [rect.y for rect in seen] == [0, 26]
