"""Operators in their places, and where a string stands."""

import pytest

from crypto.errors import CheckFailed
from kiosk.document.drawing import EDGE_PT, Run, read_page
from kiosk.document.glyphs import Face
from kiosk.document.shapes import A4_PT

INK = (0.0, -0.1, 1.0, 0.9)
FACE = Face({65: "花", 66: "子"}, {65: 1.0, 66: 0.5}, {65: INK, 66: (-0.1, -0.3, 0.7, 0.5)})
OTHER = Face({65: "見"}, {65: 1.0}, {65: INK})
FACES = {"/F": FACE, "/G": OTHER}


def read(content: str) -> list[Run]:
    return read_page(content.encode(), 0, FACES)


def refused(content: str, why: str) -> None:
    with pytest.raises(CheckFailed, match=why):
        read(content)


def text(inside: str, x: float = 100, y: float = 100) -> str:
    return f"BT 1 0 0 1 {x} {y} Tm /F 10 Tf {inside} ET "


def test_a_run_has_the_box_of_its_room_and_its_ink() -> None:
    (run,) = read(text("(AB) Tj"))
    assert (run.text, run.x, run.y, run.width, run.size) == ("花子", 100, 100, 15, 10)
    assert run.box == pytest.approx((100, 97, 117, 109))


def test_a_narrowed_run() -> None:
    (run,) = read(text("50 Tz (AB) Tj"))
    assert run.width == 7.5
    assert run.box == pytest.approx((100, 97, 108.5, 109))


def test_a_string_in_two_fonts_is_one_run() -> None:
    (run,) = read(text("(A) Tj /G 10 Tf (A) Tj /F 10 Tf (B) Tj"))
    assert run.text == "花見子"
    assert run.width == 25
    assert run.box == pytest.approx((100, 97, 127, 109))


def test_a_string_after_a_new_line_needs_a_place() -> None:
    refused(text("(A) Tj T* /G 10 Tf (A) Tj"), "without font or place")


def test_text_keeps_away_from_every_edge() -> None:
    right, high = A4_PT[0] - EDGE_PT - 10, A4_PT[1] - EDGE_PT - 9
    for x, y in ((EDGE_PT, EDGE_PT + 1), (right, high)):
        assert read(text("(A) Tj", round(x, 2), round(y, 2)))
    for x, y in ((13.9, 100), (right + 0.1, 100), (100, EDGE_PT + 0.9), (100, high + 0.1)):
        refused(text("(A) Tj", round(x, 2), round(y, 2)), "off the page")


def test_a_width_of_text_holds_for_its_own_text() -> None:
    refused(text("50 Tz (A) Tj") + text("(A) Tj", 200), "without font or place")
    assert read(text("50 Tz (A) Tj") + text("50 Tz (A) Tj", 200))
    assert read(text("100 Tz (A) Tj") + text("(A) Tj", 200))


def test_a_saved_line_width_comes_back() -> None:
    assert read("3 w q 0 w 100 110.5 m 200 110.5 l S Q " + text("(A) Tj"))
    refused("3 w q 0 w Q 100 110.5 m 200 110.5 l S " + text("(A) Tj"), "painted over text")


def test_a_path_that_was_dropped_covers_nothing() -> None:
    assert read("90 90 50 50 re n " + text("(A) Tj"))


OPERATORS = {
    "q": "q", "Q": "Q", "cm": "1 0 0 1 0 0 cm", "w": "1 w", "g": "0 g", "G": "0 G",
    "m": "20 20 m", "re": "20 20 5 5 re", "l": "30 20 l", "c": "30 20 40 20 50 20 c", "h": "h",
    "n": "n", "S": "S", "B*": "B*", "f": "f", "f*": "f*", "BT": "BT", "ET": "ET",
    "Tf": "/F 10 Tf", "Tm": "1 0 0 1 100 100 Tm", "Tz": "90 Tz", "TL": "12 TL",
    "Tj": "(A) Tj", "T*": "T*",
}  # fmt: skip
ON_PAGE = {"q", "Q", "cm", "w", "g", "G", "m", "re", "n", "BT"}
IN_PATH = {"m", "re", "l", "c", "h", "n", "S", "B*", "f", "f*"}
IN_TEXT = {"Tf", "Tm", "Tz", "TL", "Tj", "T*", "ET"}


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize(
    ("before", "fits"),
    [
        ("q ", ON_PAGE), ("10 10 m ", IN_PATH), ("BT 1 0 0 1 100 100 Tm /F 10 Tf ", IN_TEXT),
    ],
)  # fmt: skip
def test_each_operator_stands_only_where_the_standard_has_it(
    operator: str, before: str, fits: set[str]
) -> None:
    """ISO 32000-2 8.2, figure 9, of what a certificate needs. The page is left unfinished."""
    why = "does not end|within a saved" if operator in fits else "where none of its kind"
    refused("q " * (operator in fits) + before + OPERATORS[operator], why)


def test_state_that_was_not_saved_cannot_come_back() -> None:
    refused("Q", "was not saved")
    refused("q Q Q", "was not saved")
