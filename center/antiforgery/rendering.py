"""A block of marks as a renderer puts it on paper.

All of a block at 600 dpi is 22 million dots, of which most say what their neighbours say. So the
block is looked at twice: whole, at a pixel a cell, where whatever lies on a cell and is not of its
colour makes the pixel grey; and along its upper and left edges dot for dot. It is one picture laid
down by one matrix, so where its rows and columns begin there, they begin everywhere.

Source: ISO 32000-2 8.3.4 (an image's place is its matrix), 10.8.4 (scan conversion).
"""

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium_c

from center.antiforgery.back import BLOCK_AT
from center.antiforgery.compiled import Bits, Grey
from center.antiforgery.dots import PAGE_DOTS
from center.antiforgery.scramble.layout import CELL_DOTS, HEIGHT, PITCH, WIDTH
from center.paper.plain import HEIGHT_PT, WIDTH_PT

_DOTS_A_PT = (PAGE_DOTS[0] / WIDTH_PT, PAGE_DOTS[1] / HEIGHT_PT)
_WHITE = 255
_DARK = 128
"""Ink is one shade below this: a printer's black is not quite black to a renderer."""
_EDGE = PITCH
"""Cells looked at dot for dot: so many that every row and every column has black beside white."""


class Uneven(Exception):
    """A block that is not set cell by cell and dot for dot."""


def printed_block(back: pypdfium2.PdfPage) -> Bits:
    """The cells of the block on `back`. Not thread-safe: PDFium. Raises Uneven."""
    seen = _rendered(back, (HEIGHT, WIDTH), CELL_DOTS)
    ink = int(seen.min())
    if ink >= _DARK or not ((seen == ink) | (seen == _WHITE)).all():
        raise Uneven("a cell has more than one colour")
    cells: Bits = (seen == ink).astype(np.uint8)
    for height, width in ((_EDGE, WIDTH), (HEIGHT, _EDGE)):
        dots = _rendered(back, (height * CELL_DOTS, width * CELL_DOTS), 1)
        inked = cells[:height, :width].repeat(CELL_DOTS, axis=0).repeat(CELL_DOTS, axis=1)
        if not np.array_equal(dots, _WHITE - (_WHITE - ink) * inked):
            raise Uneven("a cell does not begin and end on whole dots")
    return cells


def _rendered(page: pypdfium2.PdfPage, shape: tuple[int, int], dots_each: int) -> Grey:
    """`shape` pixels of `page` from the block's upper left corner on, of so many dots each."""
    height, width = shape
    bitmap = pypdfium2.PdfBitmap.new_native(width, height, pdfium_c.FPDFBitmap_Gray)
    try:
        bitmap.fill_rect((_WHITE,) * 4, 0, 0, width, height)
        across, down = (dots / dots_each for dots in _DOTS_A_PT)
        left, top = (dots / dots_each for dots in BLOCK_AT)
        pdfium_c.FPDF_RenderPageBitmapWithMatrix(
            bitmap,
            page,
            pdfium_c.FS_MATRIX(across, 0, 0, down, -left, -top),
            pdfium_c.FS_RECTF(0, 0, width, height),
            pdfium_c.FPDF_GRAYSCALE | pdfium_c.FPDF_ANNOT,
        )
        # The library counts a row's bytes in fours; what is returned has no gaps.
        return np.array(bitmap.to_numpy().reshape(height, -1)[:, :width], np.uint8)
    finally:
        bitmap.close()
