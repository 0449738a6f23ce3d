"""Boxes around ink: never smaller than what a renderer paints."""

import io
import math

import pikepdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import CheckFailed
from kiosk.document.paths import PAINTED_MAX, Corners, Path, around, check_apart, touch

NAME = (100.0, 100.0, 160.0, 112.0)


def test_a_frame_is_four_lines_and_not_what_it_holds() -> None:
    frame = Path()
    frame.rectangle(50, 50, 300, 200)
    check_apart([NAME], frame.stroked(1.0))
    with pytest.raises(CheckFailed, match="painted over text"):
        check_apart([NAME], frame.filled(1.0))


def test_a_rectangle_may_be_drawn_backwards() -> None:
    one, other = Path(), Path()
    one.rectangle(50, 50, 300, 200)
    other.rectangle(350, 250, -300, -200)
    assert set(one.stroked(1)) == set(other.stroked(1))


def test_text_may_stand_beside_text_and_not_on_it() -> None:
    beside, on = (160.0, 100.0, 200.0, 112.0), (159.0, 111.0, 200.0, 120.0)
    check_apart([NAME, beside, (100.0, 112.0, 160.0, 124.0)], [])
    with pytest.raises(CheckFailed, match="touches other text"):
        check_apart([NAME, beside, on], [])


def test_a_sharp_corner_reaches_further_than_its_line() -> None:
    path, blunt = Path(), Path()
    path.move((0, 0))
    path.go((100, 0))
    path.go((0, 1))
    blunt.move((0, 0))
    blunt.go((100, 0))
    blunt.go((100, 50))
    assert path.sharp
    assert not blunt.sharp
    assert max(box[2] for box in path.stroked(3)) == 115
    assert max(box[2] for box in blunt.stroked(3)) < 103


def test_a_corner_where_a_path_closes_is_a_corner() -> None:
    path = Path()
    path.move((0, 0))
    for point in ((100, 0), (100, 1)):
        path.go(point)
    assert not path.sharp
    path.close()
    assert path.sharp


def test_too_much_to_look_at() -> None:
    with pytest.raises(CheckFailed, match=r"document\.too_complex"):
        check_apart([], [NAME] * (PAINTED_MAX + 1))


@given(st.lists(st.tuples(*[st.integers(0, 40)] * 4), max_size=12))
def test_every_pair_is_looked_at(corners: list[tuple[int, int, int, int]]) -> None:
    boxes = [around(((a, b), (c + 1, d + 1))) for a, b, c, d in corners]
    pairs = [(one, other) for at, one in enumerate(boxes) for other in boxes[at + 1 :]]
    if any(touch(one, other) for one, other in pairs):
        with pytest.raises(CheckFailed):
            check_apart(boxes, [])
    else:
        check_apart(boxes, [])


numbers = st.integers(40, 160)
points = st.tuples(numbers, numbers)
steps = st.lists(
    st.tuples(st.just("l"), st.tuples(points)) | st.tuples(st.just("c"), st.tuples(*[points] * 3)),
    min_size=1,
    max_size=5,
)


@settings(max_examples=40)
@given(points, steps, st.booleans(), st.sampled_from([0.0, 0.5, 3.0]))
def test_a_renderer_paints_nothing_outside_the_boxes(
    begun: tuple[int, int], way: list[tuple[str, tuple[tuple[int, int], ...]]], closed: bool,
    width: float,
) -> None:  # fmt: skip
    """PDFium draws the same path; every dark dot lies in one of its boxes."""
    path, said = Path(), f"{width} w {begun[0]} {begun[1]} m "
    path.move(begun)
    for operator, to in way:
        path.go(*to)
        said += " ".join(f"{x} {y}" for x, y in to) + f" {operator} "
    if closed:
        path.close()
    outside = _dark_outside(said + ("h S" if closed else "S"), path.stroked(width))
    assert not outside


def _dark_outside(content: str, boxes: list[Corners]) -> int:
    """Dark dots of a page of 200 points square that lie in no box, a dot's width allowed for."""
    pdf = pypdfium2.PdfDocument(_page(content.encode()))
    try:
        image = pdf[0].render(scale=1, grayscale=True).to_numpy().copy()
    finally:
        pdf.close()
    for left, low, right, high in boxes:
        rows = slice(max(0, math.floor(199 - high)), max(0, math.ceil(201 - low)))
        image[rows, max(0, math.floor(left - 1)) : max(0, math.ceil(right + 1))] = 255
    return int((image < 200).sum())


def _page(content: bytes) -> bytes:
    made = io.BytesIO()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(200, 200))
        page.Contents = pdf.make_stream(content)
        pdf.save(made)
    return made.getvalue()
