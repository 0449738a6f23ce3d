"""Marks: two pages a sheet, grey in front and CMYK behind, read back before they are signed for."""

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from reportlab.lib.units import mm

from center.antiforgery.marks import DeliveryContext, make_marks
from center.antiforgery.reading import read_back
from center.paper.font import NAME, font
from center.paper.plain import HEIGHT_PT, WIDTH_PT, new_canvas
from crypto.errors import CheckFailed

ONE = DeliveryContext("ABCD-EFGH-JKLM-NPQR", 1)
TWO = DeliveryContext("ABCD-EFGH-JKLM-NPQR", 2)


def certificate(pages: int) -> bytes:
    made = io.BytesIO()
    canvas = new_canvas(made)
    for number in range(pages):
        canvas.setFont(NAME, 14)
        canvas.drawString(40 * mm, 200 * mm, font().typeset(f"住民票 {number + 1}"))
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def _forms(page: pikepdf.Page) -> list[pikepdf.Object]:
    forms = page.obj["/Resources"].get("/XObject", pikepdf.Dictionary())
    return [forms[name] for name in forms.keys()]  # noqa: SIM118  # no dict


def operators(pdf: bytes, number: int) -> set[str]:
    """Every drawing operator of a page and of the forms it uses."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        page = opened.pages[number]
        streams: list[pikepdf.Page | pikepdf.Object] = [page, *_forms(page)]
        return {
            str(one.operator) for stream in streams for one in pikepdf.parse_content_stream(stream)
        }


def test_front_and_back_of_every_sheet(tmp_path: Path) -> None:
    marks = make_marks(b"", TWO)
    with pikepdf.open(io.BytesIO(marks)) as opened:
        assert len(opened.pages) == 4
        for page in opened.pages:
            assert [float(one) for one in page.mediabox[2:]] == [WIDTH_PT, HEIGHT_PT]
        assert "/Info" not in opened.trailer
    path = tmp_path / "marks.pdf"
    path.write_bytes(marks)
    done = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True)
    pages = done.stdout.decode().split("\f")
    assert all(TWO.document_id in page for page in pages[:4])
    assert "2枚中 1枚目" in pages[1]
    assert "2枚中 2枚目" in pages[3]


def test_the_front_is_grey_and_the_back_is_cmyk() -> None:
    marks = make_marks(b"", ONE)
    colours = {"g", "G", "k", "K", "rg", "RG", "cs", "CS", "sc", "SC", "scn", "SCN"}
    assert operators(marks, 0) & colours == {"g", "G"}
    assert operators(marks, 1) & colours == {"k", "K"}


@pytest.mark.parametrize("context", [ONE, TWO])
def test_read_back(context: DeliveryContext) -> None:
    pdf = certificate(context.pages)
    read_back(make_marks(pdf, context), pdf, context)


def covering(context: DeliveryContext) -> bytes:
    """Marks whose front hides the certificate under a black bar."""
    bar = io.BytesIO()
    canvas = new_canvas(bar)
    canvas.rect(30 * mm, 190 * mm, 100 * mm, 30 * mm, stroke=0, fill=1)
    canvas.showPage()
    canvas.save()
    made = io.BytesIO()
    with (
        pikepdf.open(io.BytesIO(make_marks(b"", context))) as marks,
        pikepdf.open(io.BytesIO(bar.getvalue())) as black,
    ):
        marks.pages[0].add_overlay(black.pages[0], None)
        marks.save(made)
    return made.getvalue()


def shuffled() -> bytes:
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(make_marks(b"", TWO))) as marks:
        marks.pages.append(marks.pages[1])
        del marks.pages[1]
        marks.save(made)
    return made.getvalue()


@pytest.mark.parametrize(
    ("make", "pages", "context"),
    [
        (lambda: make_marks(b"", ONE), 2, TWO),
        (lambda: make_marks(b"", TWO), 1, ONE),
        (lambda: make_marks(b"", TWO), 1, TWO),
        (lambda: make_marks(b"", DeliveryContext("XXXX-XXXX-XXXX-XXXX", 1)), 1, ONE),
        (lambda: covering(ONE), 1, ONE),
        (shuffled, 2, TWO),
        (lambda: b"%PDF-1.4 not really", 1, ONE),
    ],
    ids=["too few", "too many", "other certificate", "other id", "covering", "shuffled", "no PDF"],
)
def test_wrong_marks_are_not_signed_for(
    make: Callable[[], bytes], pages: int, context: DeliveryContext
) -> None:
    with pytest.raises(CheckFailed) as caught:
        read_back(make(), certificate(pages), context)
    assert caught.value.failure == "marks.read_back"
