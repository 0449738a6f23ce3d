"""What reaches a printer, through a real cupsd: by the PDF queue, and by the raster queue."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from numpy.typing import NDArray

from center.antiforgery.back import TINT as BACK_TINT
from center.antiforgery.back import emblem_screen
from center.antiforgery.dots import MM
from center.antiforgery.front import TINT as FRONT_TINT
from center.antiforgery.measure import pairs
from center.antiforgery.pantograph import Area, tint
from center.antiforgery.reading import DeliveryContext
from center.antiforgery.scramble.decode import decode
from center.antiforgery.scramble.front import PdfFront, ink
from center.antiforgery.scramble.recovered import Verdict
from center.antiforgery.screen import screen
from drivers.printer.virtual_sheets import PdfSide, RasterSide, Side
from kiosk.document.compose import compose
from tests.center.antiforgery.engraving import certificate, keyring, marks_of
from tests.center.antiforgery.renderers import ghostscript, ghostscript_inks, pdfium, poppler
from tests.drivers.printer.bench import Bench

pytestmark = [pytest.mark.daemon, pytest.mark.timeout(180)]

Dots = NDArray[np.bool_]
NO_TEXT_FROM = round(120 * MM)
"""The certificate of this test has its text above."""


@contextmanager
def printed(calibration: str, *, direct: bool) -> Iterator[tuple[bytes, tuple[Side, Side]]]:
    """The file as it was handed over, and the two sides of the sheet that came out."""
    pdf = certificate(1)
    marks = marks_of(DeliveryContext("ABCD-EFGH-JKLM-NPQR", 1, calibration))
    sheets = compose(pdf, marks, 1)
    bench = Bench(direct_pdf=direct)
    try:
        bench.open()
        bench.handover.submit("security print", sheets)
        bench.await_ended("security print")
        (sheet,) = bench.printer.delivered
        assert sheet.back is not None
        yield sheets, (sheet.front, sheet.back)
    finally:
        bench.close()


def below_text(area: Area) -> Area:
    top = max(area.top, NO_TEXT_FROM)
    return Area(area.left, top, area.width, area.top + area.height - top)


def without_words(area: Area) -> Area:
    return Area(area.left + 2700, area.top, area.width - 2700, area.height)


def is_there(page: Dots, area: Area, whole: Area, wanted: Dots, down: int = 0) -> bool:
    """Whether exactly these dots lie there; `down` is by how many the whole page lies lower."""
    y, x = area.top - whole.top, area.left - whole.left
    cut = page[area.top + down : area.top + down + area.height, area.left : area.left + area.width]
    return np.array_equal(cut, wanted[y : y + area.height, x : x + area.width])


def assert_scan_shows_the_front(back: Side) -> None:
    """The delivered sheet on a scanner of 300 dpi, and its JPEG at the inquiry site's decoder."""
    upload = io.BytesIO()
    back.image(300).convert("RGB").save(upload, "JPEG", quality=75)
    (found,) = decode(upload.getvalue(), keyring().keys, keyring().signers)
    assert found.verdict is Verdict.READ
    assert found.picture is not None
    front = ink(PdfFront(certificate(1), 0), found.dpi, found.picture.shape)
    assert np.array_equal(found.picture == 0, front == 1)


def test_the_pdf_queue_hands_over_every_byte_and_so_every_ink() -> None:
    with printed("1.2.cmyk.00000000", direct=True) as (sheets, sides):
        for side in sides:
            assert isinstance(side, PdfSide)
            assert side.document == sheets
        received = sides[0].document if isinstance(sides[0], PdfSide) else b""
    draw: tuple[Callable[[bytes, int], NDArray[np.uint8]], ...] = (pdfium, poppler, ghostscript)
    for render in draw:
        front, back = (render(received, page) < 128 for page in (0, 1))
        assert is_there(front, below_text(FRONT_TINT), FRONT_TINT, tint(FRONT_TINT, 2))
        assert is_there(back, without_words(BACK_TINT), BACK_TINT, tint(BACK_TINT, 2))
    assert_scan_shows_the_front(sides[1])
    inks = ghostscript_inks(received, 1, 150)
    found = np.unique(inks.reshape(-1, 4), axis=0).astype(int)
    for pair in pairs():
        for recipe in (pair.black, pair.partner):
            apart = np.abs(found - np.array(recipe) * 255).max(axis=1)
            assert apart.min() <= 1, pair.name


def test_the_raster_queue_keeps_every_black_dot() -> None:
    """CUPS' own filters place the page one dot lower, all of it; nothing is stretched or greyed."""
    with printed("1.4.rgb.00000000", direct=False) as (_, sides):
        pages = []
        for side in sides:
            assert isinstance(side, RasterSide)
            assert (side.page.dpi, side.page.mode) == (600, "RGB")
            shape = (side.page.height, side.page.width, 3)
            pages.append(np.frombuffer(side.page.bitmap(), np.uint8).reshape(shape))
    front, back = ((page == 0).all(axis=2) for page in pages)
    lower = next(n for n in (0, 1, -1) if is_there(
        front, below_text(FRONT_TINT), FRONT_TINT, tint(FRONT_TINT, 4), n
    ))  # fmt: skip
    assert is_there(back, without_words(BACK_TINT), BACK_TINT, tint(BACK_TINT, 4), lower)
    assert_scan_shows_the_front(sides[1])
    lines = emblem_screen()
    top = lines.top + lower
    cut = back[top : top + lines.height, lines.left : lines.left + lines.width]
    assert cut[screen()].all()
    # The tint is black or paper, never a grey that a printer would make a screen of.
    area = below_text(FRONT_TINT)
    inner = pages[0][area.top : area.top + area.height - 60, area.left + 60 : area.left + 4000]
    assert set(np.unique(inner)) == {0, 255}
