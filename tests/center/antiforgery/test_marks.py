"""Marks: two pages a sheet, grey in front and CMYK behind, read back before they are signed for."""

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from numpy.typing import NDArray
from reportlab.lib.units import mm

from center.antiforgery.back import TINT as BACK_TINT
from center.antiforgery.back import emblem_screen
from center.antiforgery.dots import PAGE_DOTS
from center.antiforgery.front import TINT as FRONT_TINT
from center.antiforgery.marks import DeliveryContext, make_marks
from center.antiforgery.measure import pairs
from center.antiforgery.pantograph import Area, tint
from center.antiforgery.reading import read_back
from center.antiforgery.screen import screen
from center.paper.font import NAME, font
from center.paper.plain import HEIGHT_PT, WIDTH_PT, new_canvas
from crypto.errors import CheckFailed
from tests.center.antiforgery.renderers import ghostscript, ghostscript_inks, pdfium, poppler

ONE = DeliveryContext("ABCD-EFGH-JKLM-NPQR", 1)
TWO = DeliveryContext("ABCD-EFGH-JKLM-NPQR", 2)
CMYK = DeliveryContext("ABCD-EFGH-JKLM-NPQR", 1, "1.3.cmyk.00000000")
CALIBRATED = DeliveryContext("ABCD-EFGH-JKLM-NPQR", 1, "1.5.rgb.00000000")


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
    drawn = page.obj["/Resources"]["/XObject"]
    objects = [drawn[name] for name in drawn.keys()]  # noqa: SIM118  # no dict
    return [one for one in objects if one["/Subtype"] == "/Form"]


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


COLOURS = {"g", "G", "k", "K", "rg", "RG", "cs", "CS", "sc", "SC", "scn", "SCN", "gs", "ri", "sh"}


def test_the_front_is_grey_and_the_back_is_cmyk() -> None:
    marks = make_marks(b"", CMYK)
    assert operators(marks, 0) & COLOURS == {"g", "G"}
    assert operators(marks, 1) & COLOURS == {"k", "K"}


def test_for_a_printer_that_mixes_its_inks_dots_and_words_are_grey() -> None:
    marks = make_marks(b"", ONE)
    assert operators(marks, 0) & COLOURS == {"g", "G"}
    assert operators(marks, 1) & COLOURS == {"g", "k", "K"}


RENDERERS = {"pdfium": pdfium, "poppler": poppler, "ghostscript": ghostscript}


@pytest.mark.parametrize("renderer", RENDERERS)
def test_every_renderer_sets_every_dot(renderer: str) -> None:
    """At 600 dpi: front, back, and the line screen, dot for dot."""
    marks = make_marks(b"", CALIBRATED)
    front, back = (RENDERERS[renderer](marks, page) < 128 for page in (0, 1))
    assert front.shape == PAGE_DOTS[::-1]
    assert np.array_equal(cut(front, FRONT_TINT), tint(FRONT_TINT, 5))
    free = Area(BACK_TINT.left + 2700, BACK_TINT.top, BACK_TINT.width - 2700, BACK_TINT.height)
    assert np.array_equal(cut(back, free), tint(BACK_TINT, 5)[:, 2700:])
    lines = emblem_screen()
    place = Area(lines.left, lines.top, lines.width, lines.height)
    # The blossom's own lines lie below: where the screen has no dot, something else may be.
    assert cut(back, place)[screen()].all()


def test_a_device_that_takes_cmyk_gets_the_very_recipes() -> None:
    """The pair, as Ghostscript gives it to a device without colour management."""
    inks = ghostscript_inks(make_marks(b"", CMYK), 1, 150)
    found = {tuple(int(n) for n in one) for one in np.unique(inks.reshape(-1, 4), axis=0)}
    for pair in pairs():
        for recipe in (pair.black, pair.partner):
            wanted = np.array(recipe) * 255
            assert any(np.abs(np.array(one) - wanted).max() <= 1 for one in found), pair.name


def test_marks_weigh_what_a_slow_line_carries() -> None:
    for calibration in ("", "1.1.cmyk.00000000", "1.5.rgb.00000000"):
        context = DeliveryContext(ONE.document_id, 1, calibration)
        assert len(make_marks(b"", context)) <= 600_000


def cut(page: NDArray[np.bool_], area: Area) -> NDArray[np.bool_]:
    return page[area.top : area.top + area.height, area.left : area.left + area.width]


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
