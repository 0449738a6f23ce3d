"""The print file through both queues of a real cupsd, in three renderers, dot for dot."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from center.antiforgery.back import TINT as BACK_TINT
from center.antiforgery.front import TINT as FRONT_TINT
from center.antiforgery.pantograph import Area, tint
from center.antiforgery.scramble.decode import decode_picture
from drivers.printer.virtual_sheets import RasterSide, Side
from tests.center.antiforgery.engraving import keyring, marks_of
from tests.center.antiforgery.renderers import ghostscript, pdfium, poppler
from tests.center.antiforgery.test_printed import below_text, printed, without_words
from tests.security_report.page import table
from tests.security_report.prints import CONTEXT

Dots = NDArray[np.bool_]
Render = Callable[[bytes, int], NDArray[np.uint8]]
_RENDERERS: dict[str, Render] = {"PDFium": pdfium, "Poppler": poppler, "Ghostscript": ghostscript}
_CHOICE = 3


def print_file() -> str:
    """Sizes, and the dots that differ from what was meant, by queue and renderer."""
    rows = [*_direct(), *_raster()]
    marks = marks_of(CONTEXT)
    head = (
        "queue, renderer", "dots of the front's pantograph that differ", "of the back's",
        "cells of the block that differ", "the block",
    )  # fmt: skip
    return (
        "<p>The municipality's PDF stays as it was signed; the marks are a second file "
        f"({len(marks) / 1000:.0f} kB for this sheet; a dense one at most 600 kB), read back cell "
        "by cell before anybody signs it. A real cupsd hands both sides to a virtual printer: by "
        "the PDF queue every byte, by the raster queue (CUPS' own filters, 600 dpi sRGB) dots, all "
        "of them one dot lower; what is compared is what that printer received.</p>"
        + table(head, rows)
    )


def _direct() -> Iterator[tuple[str, ...]]:
    with printed(CONTEXT.calibration, direct=True) as (sheets, sides):
        received = [side.document == sheets for side in sides if not isinstance(side, RasterSide)]
    said = "PDF, every byte" if all(received) else "PDF, changed"
    for name, render in _RENDERERS.items():
        front, back = (render(sheets, page) < 128 for page in (0, 1))
        yield f"{said}; {name}", *_apart(front, back, 0), *_block(render(sheets, 1))


def _raster() -> Iterator[tuple[str, ...]]:
    with printed(f"1.{_CHOICE}.rgb.00000000", direct=False) as (_, sides):
        front, back = (_black(side) for side in sides)
        picture = np.asarray(sides[1].image(600).convert("L"))
    lower = min((0, 1, -1), key=lambda n: _differ(front, below_text(FRONT_TINT), FRONT_TINT, n))
    yield "raster, CUPS filters", *_apart(front, back, lower), *_block(picture)


def _black(side: Side) -> Dots:
    return np.asarray(side.image(600).convert("L")) == 0


def _apart(front: Dots, back: Dots, lower: int) -> tuple[str, str]:
    parts = ((front, below_text(FRONT_TINT), FRONT_TINT),
             (back, without_words(BACK_TINT), BACK_TINT))  # fmt: skip
    said = [
        f"{_differ(page, area, whole, lower):,} of {area.width * area.height:,}"
        for page, area, whole in parts
    ]
    return said[0], said[1]


def _differ(page: Dots, area: Area, whole: Area, lower: int) -> int:
    y, x = area.top - whole.top, area.left - whole.left
    wanted = tint(whole, _CHOICE)[y : y + area.height, x : x + area.width]
    top = area.top + lower
    cut = page[top : top + area.height, area.left : area.left + area.width]
    return int((cut != wanted).sum())


def _block(picture: NDArray[np.uint8]) -> tuple[str, str]:
    found = decode_picture(np.ascontiguousarray(picture), keyring().keys, keyring().signers)
    raw = found.reading.raw_error_rate
    return "not found" if raw is None else f"{100 * raw:.4f} %", found.verdict.value
