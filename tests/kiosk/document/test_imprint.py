"""Marks as the centre draws them pass, and only for the document and the sheets they are of."""

import pytest

from center.antiforgery.marks import compose
from center.antiforgery.reading import DeliveryContext
from center.issuing.document import new_document_id
from center.wire.calibration import Calibration
from crypto.errors import CheckFailed
from kiosk.document.content import check_marks_content
from kiosk.document.glyphs import Reference, find
from kiosk.document.imprint import check_imprint
from tests.center.antiforgery.engraving import ENGRAVER
from tests.kiosk.document.papers import LINES, drawn

REFERENCE = Reference(find())
ENGINES = ("", str(Calibration(choice=2, cmyk=False)), str(Calibration(choice=5, cmyk=True)))
NUMBER = "AAAA-BBBB-CCCC-DDDD"


def marks(number: str = NUMBER, pages: int = 1, engine: str = "") -> bytes:
    return compose(DeliveryContext(number, pages, engine), [None] * pages)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("pages", [1, 3])
def test_for_every_engine(engine: str, pages: int) -> None:
    made = marks(pages=pages, engine=engine)
    assert check_marks_content(made, REFERENCE) == 2 * pages
    check_imprint(made, NUMBER, pages)


def test_with_what_the_back_hides_of_the_front() -> None:
    context = DeliveryContext(NUMBER, 2, "", 1_800_000_000, "99201")
    made = ENGRAVER.make(drawn(LINES, LINES), context)
    assert check_marks_content(made, REFERENCE) == 4
    check_imprint(made, NUMBER, 2)


def test_for_any_number() -> None:
    """Digits at its end must not run into the number of the sheet below it."""
    for number in ("2222-2222-2222-2222", "AB29-CD38-EF47-GH56", new_document_id()):
        check_imprint(marks(number), number, 1)


@pytest.mark.parametrize("other", ["BAAA-BBBB-CCCC-DDDD", "AAAA-BBBB-CCCC-DDDE", ""])
def test_of_another_document(other: str) -> None:
    with pytest.raises(CheckFailed, match=r"marks\.read_back"):
        check_imprint(marks(), other, 1)


def test_of_other_sheets() -> None:
    with pytest.raises(CheckFailed, match=r"marks\.read_back"):
        check_imprint(marks(pages=2), NUMBER, 3)
