"""Marks: two pages a sheet, grey in front and CMYK behind, read back before they are signed for."""

import dataclasses
import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from numpy.typing import NDArray
from reportlab.lib.units import mm

from center.antiforgery.back import BLOCK_AT, emblem_screen
from center.antiforgery.back import TINT as BACK_TINT
from center.antiforgery.dots import PAGE_DOTS
from center.antiforgery.front import TINT as FRONT_TINT
from center.antiforgery.front import front_tint
from center.antiforgery.keyring import Keyring
from center.antiforgery.marks import Engraver
from center.antiforgery.measure import pairs
from center.antiforgery.pantograph import Area, tint
from center.antiforgery.reading import DeliveryContext
from center.antiforgery.scramble.header import CentreKey
from center.antiforgery.scramble.layout import HEIGHT, WIDTH, layout
from center.antiforgery.screen import screen
from center.paper.plain import HEIGHT_PT, WIDTH_PT, new_canvas
from crypto.errors import CheckFailed
from tests.center.antiforgery.engraving import ENGRAVER, certificate, keyring, marks_of
from tests.center.antiforgery.renderers import ghostscript, ghostscript_inks, pdfium, poppler

ONE = DeliveryContext("ABCD-EFGH-JKLM-NPQR", 1)
TWO = DeliveryContext("ABCD-EFGH-JKLM-NPQR", 2)
CMYK = DeliveryContext("ABCD-EFGH-JKLM-NPQR", 1, "1.3.cmyk.00000000")
CALIBRATED = DeliveryContext("ABCD-EFGH-JKLM-NPQR", 1, "1.5.rgb.00000000")


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
    marks = marks_of(TWO)
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
    marks = marks_of(CMYK)
    assert operators(marks, 0) & COLOURS == {"g", "G"}
    assert operators(marks, 1) & COLOURS == {"k", "K"}


def test_for_a_printer_that_mixes_its_inks_dots_and_words_are_grey() -> None:
    marks = marks_of(ONE)
    assert operators(marks, 0) & COLOURS == {"g", "G"}
    assert operators(marks, 1) & COLOURS == {"g", "k", "K"}


RENDERERS = {"pdfium": pdfium, "poppler": poppler, "ghostscript": ghostscript}


@pytest.mark.parametrize("renderer", RENDERERS)
def test_every_renderer_sets_every_dot(renderer: str) -> None:
    """At 600 dpi: front, back, and the line screen, dot for dot."""
    marks = marks_of(CALIBRATED)
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
    inks = ghostscript_inks(marks_of(CMYK), 1, 150)
    found = {tuple(int(n) for n in one) for one in np.unique(inks.reshape(-1, 4), axis=0)}
    for pair in pairs():
        for recipe in (pair.black, pair.partner):
            wanted = np.array(recipe) * 255
            assert any(np.abs(np.array(one) - wanted).max() <= 1 for one in found), pair.name


def test_marks_weigh_what_a_slow_line_carries() -> None:
    for context in (ONE, CMYK, CALIBRATED):
        assert len(marks_of(context)) <= 600_000
    assert len(marks_of(TWO)) <= 2 * 600_000


@pytest.mark.parametrize("renderer", RENDERERS)
def test_every_renderer_sets_every_cell_of_the_block(renderer: str) -> None:
    """A cell is four dots wide and high; the whole block, dot for dot."""
    page = RENDERERS[renderer](marks_of(CMYK), 1) < 128
    left, top = BLOCK_AT
    dots = page[top : top + 4 * HEIGHT, left : left + 4 * WIDTH]
    cells = dots[::4, ::4]
    assert np.array_equal(np.repeat(np.repeat(cells, 4, axis=0), 4, axis=1), dots)
    known = layout().known == 1
    assert np.array_equal(cells[known], layout().fixed[known] == 1)
    white = page[top - 20 : top, left : left + 4 * WIDTH]
    assert not white.any()


def test_a_certificate_of_other_pages_is_not_engraved() -> None:
    with pytest.raises(CheckFailed) as caught:
        ENGRAVER.make(certificate(1), TWO)
    assert caught.value.failure == "marks.read_back"


def test_what_sheets_share_is_drawn_before_the_first_is_asked_for() -> None:
    front_tint.cache_clear()
    ENGRAVER.expect("1.2.cmyk.00000000")
    assert front_tint.cache_info().currsize == 1
    ENGRAVER.make(certificate(), dataclasses.replace(CMYK, calibration="1.2.cmyk.12345678"))
    assert front_tint.cache_info().misses == 1


def cut(page: NDArray[np.bool_], area: Area) -> NDArray[np.bool_]:
    return page[area.top : area.top + area.height, area.left : area.left + area.width]


@pytest.mark.parametrize("context", [ONE, TWO, CMYK, CALIBRATED])
def test_read_back(context: DeliveryContext) -> None:
    pdf = certificate(context.pages)
    ENGRAVER.read_back(ENGRAVER.make(pdf, context), pdf, context)


def covering(context: DeliveryContext) -> bytes:
    """Marks whose front hides the certificate under a black bar."""
    bar = io.BytesIO()
    canvas = new_canvas(bar)
    canvas.rect(30 * mm, 190 * mm, 100 * mm, 30 * mm, stroke=0, fill=1)
    canvas.showPage()
    canvas.save()
    made = io.BytesIO()
    with (
        pikepdf.open(io.BytesIO(marks_of(context))) as marks,
        pikepdf.open(io.BytesIO(bar.getvalue())) as black,
    ):
        marks.pages[0].add_overlay(black.pages[0], None)
        marks.save(made)
    return made.getvalue()


def painted_over(what: bytes, page: int = 1) -> bytes:
    """The right block in the file, and something over many cells of it; or over page 0."""

    def mend(marks: pikepdf.Pdf, _strange: pikepdf.Pdf) -> None:
        marks.pages[page].contents_add(marks.make_stream(b"q " + what + b" Q\n"))

    return with_block(mend)


def without_tint() -> bytes:
    def mend(marks: pikepdf.Pdf, _strange: pikepdf.Pdf) -> None:
        front = marks.pages[0]
        front.Contents = marks.make_stream(front.Contents.read_bytes().replace(b"/Tint Do", b""))

    return with_block(mend)


def without_block() -> bytes:
    def mend(marks: pikepdf.Pdf, _strange: pikepdf.Pdf) -> None:
        del marks.pages[1].obj.Resources.XObject.Block

    return with_block(mend)


def shuffled() -> bytes:
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(marks_of(TWO))) as marks:
        marks.pages.append(marks.pages[1])
        del marks.pages[1]
        marks.save(made)
    return made.getvalue()


def of_another_front() -> bytes:
    """Marks of this number around another picture: what a mix-up at the centre would make."""
    other = io.BytesIO()
    with pikepdf.open(io.BytesIO(certificate(2))) as pdf:
        del pdf.pages[0]
        pdf.save(other)
    return ENGRAVER.make(other.getvalue(), ONE)


def with_block(mend: Callable[[pikepdf.Pdf, pikepdf.Pdf], None]) -> bytes:
    made = io.BytesIO()
    other = marks_of(DeliveryContext("XXXX-XXXX-XXXX-XXXX", 1))
    with (
        pikepdf.open(io.BytesIO(marks_of(ONE))) as marks,
        pikepdf.open(io.BytesIO(other)) as strange,
    ):
        mend(marks, strange)
        marks.save(made)
    return made.getvalue()


def transplanted() -> bytes:
    """The block of another document among this one's words."""

    def mend(marks: pikepdf.Pdf, strange: pikepdf.Pdf) -> None:
        drawn = marks.pages[1].obj.Resources.XObject
        drawn.Block = marks.copy_foreign(strange.pages[1].obj.Resources.XObject.Block)

    return with_block(mend)


def unsigned() -> bytes:
    """A block that somebody made who has the masters, but not the centre's signing key."""
    thief = Keyring(keyring().keys, CentreKey(Ed25519PrivateKey.generate()), {})
    return Engraver(thief).make(certificate(), ONE)


def laid_by(matrix: str) -> bytes:
    """The right back, laid down by another matrix as a whole."""

    def mend(marks: pikepdf.Pdf, _strange: pikepdf.Pdf) -> None:
        page = marks.pages[1]
        content = page.Contents.read_bytes()
        page.Contents = marks.make_stream(f"q {matrix} cm\n".encode() + content + b"\nQ\n")

    return with_block(mend)


def with_another_cell(at: int) -> bytes:
    """One cell of a million is of the other colour: a scan's reader would not mind."""

    def mend(marks: pikepdf.Pdf, _strange: pikepdf.Pdf) -> None:
        block = marks.pages[1].obj.Resources.XObject.Block
        rows = bytearray(block.read_bytes())
        rows[at // WIDTH * -(-WIDTH // 8) + at % WIDTH // 8] ^= 0x80 >> at % WIDTH % 8
        block.write(bytes(rows))

    return with_block(mend)


@pytest.mark.parametrize(
    ("make", "pages", "context"),
    [
        (lambda: marks_of(ONE), 2, TWO),
        (lambda: marks_of(TWO), 1, ONE),
        (lambda: marks_of(TWO), 1, TWO),
        (lambda: marks_of(DeliveryContext("XXXX-XXXX-XXXX-XXXX", 1)), 1, ONE),
        (lambda: covering(ONE), 1, ONE),
        (lambda: painted_over(b"1 g 90 540 400 80 re f", page=0), 1, ONE),
        (lambda: painted_over(b"0 g 90 540 400 3 re f", page=0), 1, ONE),
        (without_tint, 1, ONE),
        (shuffled, 2, TWO),
        (lambda: b"%PDF-1.4 not really", 1, ONE),
        (of_another_front, 1, ONE),
        (transplanted, 1, ONE),
        (unsigned, 1, ONE),
        (lambda: laid_by("1 0 0 1 0.06 0"), 1, ONE),
        (lambda: laid_by("1 0 0 1 0 0.06"), 1, ONE),
        (lambda: laid_by("1.0003 0 0 1 0 0"), 1, ONE),
        (lambda: laid_by("1 0.0003 0 1 0 0"), 1, ONE),
        (lambda: laid_by("0.9996249 0 0 0.9996615 0.11171 0.17540"), 1, ONE),
        (lambda: painted_over(b"0 g 300 400 6 6 re f"), 1, ONE),
        (lambda: painted_over(b"1 g 300 300 0.02 400 re f"), 1, ONE),
        (without_block, 1, ONE),
        (lambda: with_another_cell(int(layout().rest[5])), 1, ONE),
        (lambda: with_another_cell(int(layout().header[7])), 1, ONE),
        (lambda: with_another_cell(0), 1, ONE),
    ],
    ids=[
        "too few",
        "too many",
        "other certificate",
        "other id",
        "covering",
        "white paint over the certificate's text",
        "a thick line where the certificate has thin text or none",
        "no pantograph",
        "shuffled",
        "no PDF",
        "another front",
        "transplanted block",
        "not the centre's key",
        "a block half a dot to the right",
        "a block half a dot up",
        "a block a dot wider",
        "a block askew by a dot",
        "a block two dots narrower around its middle",
        "a black square over the block",
        "a white line of a sixth of a dot over the block",
        "no block",
        "a wrong cell",
        "a wrong cell of the header",
        "a wrong mark",
    ],
)
def test_wrong_marks_are_not_signed_for(
    make: Callable[[], bytes], pages: int, context: DeliveryContext
) -> None:
    with pytest.raises(CheckFailed) as caught:
        ENGRAVER.read_back(make(), certificate(pages), context)
    assert caught.value.failure == "marks.read_back"


@pytest.mark.parametrize(
    ("context", "said", "unsaid"),
    [
        (CMYK, "原本かどうかは、左の桜を赤外線カメラで", "フィルム"),
        (ONE, "専用の線模様フィルム", "原本"),
    ],
    ids=["pair of inks", "line screen"],
)
def test_only_the_mark_that_shows_an_original_is_said_to(
    context: DeliveryContext, said: str, unsaid: str
) -> None:
    document = pypdfium2.PdfDocument(marks_of(context))
    try:
        text = document[1].get_textpage().get_text_bounded()
    finally:
        document.close()
    assert said in text
    assert unsaid not in text
