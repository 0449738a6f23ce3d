"""Reading marks back before anybody signs for them."""

import io
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pikepdf
import pypdfium2

from center.antiforgery.back import BLOCK
from center.antiforgery.compiled import Bits
from center.antiforgery.keyring import Keyring
from center.antiforgery.rendering import Uneven, printed_block
from center.antiforgery.scramble.block import drawn
from center.antiforgery.scramble.decode import decode_cells
from center.antiforgery.scramble.front import PdfFront
from center.antiforgery.scramble.layout import HEIGHT, WIDTH, layout
from center.antiforgery.scramble.recovered import Recovered, Verdict
from center.paper.plain import HEIGHT_PT, WIDTH_PT
from crypto.errors import CheckFailed

FAILURE = "marks.read_back"
_TOLERANCE_PT = 0.01
_SCALE = 0.5  # 36 dpi: enough to see whether something was covered
_WHITE = 255
_GROUND = 128
"""What an overlay is drawn on to see what it does: it may darken, and must not lighten."""
_LIGHTER_BY = 8
_DARKER_BY = 96
"""What is this much darker than paper is text, and what darkens it by this share covers it."""
_TINT = (0.04, 0.2)
"""How much of the paper inside the frame a pantograph inks, from the least to the most."""
_FRAME = slice(16, -16)
"""Inside the frame, in the pixels of that scale."""

PDFIUM = threading.Lock()
"""PDFium is not thread-safe."""


@dataclass(frozen=True, slots=True)
class DeliveryContext:
    """What marks may depend on. Nothing personal."""

    document_id: str
    pages: int
    calibration: str = ""
    """Calibration id of the terminal's printer, "" when uncalibrated."""
    issued: int = 0
    """UTC seconds."""
    municipality: str = ""


def read_back(marks: bytes, pdf: bytes, context: DeliveryContext, keyring: Keyring) -> None:
    """Make sure that `marks` are those of this document, and that they hide nothing of it.

    The certificate is rendered afresh from `pdf`; what each block holds is recovered as the
    inquiry site does it, and must be that very page; and the block as a renderer puts it on paper
    must be, cell for cell, the one that was recovered. Raises CheckFailed `marks.read_back`.
    """
    # Rendering and recovering take equally long, and neither waits for the other.
    with ThreadPoolExecutor(1) as beside:
        rendering = beside.submit(lambda: tuple(read_pages(marks, pdf, context)))
        stored = _stored(marks, context)
        recovered = [decode_cells(cells, keyring.keys, keyring.signers) for cells in stored]
        printed = rendering.result()
    for sheet, found in enumerate(recovered):
        _demand(np.array_equal(printed[sheet], stored[sheet]), "a block prints as another one")
        _check_known(stored[sheet])
        _check_block(found, PdfFront(pdf, sheet, PDFIUM), context, sheet + 1)


def read_pages(marks: bytes, pdf: bytes, context: DeliveryContext) -> Iterator[Bits]:
    """The cells of each sheet's block, once pages, words and what an overlay covers are right.

    Raises CheckFailed `marks.read_back`, all of it before the first block is asked for.
    """
    try:
        with PDFIUM:
            _check_pages(marks, pdf, context)
    except pypdfium2.PdfiumError:
        raise CheckFailed(FAILURE, "the marks cannot be parsed") from None
    return (_block(marks, sheet) for sheet in range(context.pages))


def _check_pages(marks: bytes, pdf: bytes, context: DeliveryContext) -> None:
    laid, certificate = pypdfium2.PdfDocument(marks), pypdfium2.PdfDocument(pdf)
    try:
        _demand(len(certificate) == context.pages, "the certificate has other pages")
        _demand(len(laid) == 2 * context.pages, "there are not two pages a sheet")
        for sheet in range(context.pages):
            front, back = laid[2 * sheet], laid[2 * sheet + 1]
            _check_front(front, certificate[sheet], context)
            _check_back(back, sheet + 1, context)
    finally:
        laid.close()
        certificate.close()


def _block(marks: bytes, sheet: int) -> Bits:
    with PDFIUM:
        laid = pypdfium2.PdfDocument(marks)
        try:
            return printed_block(laid[2 * sheet + 1])
        except Uneven as uneven:
            raise CheckFailed(FAILURE, str(uneven)) from None
        finally:
            laid.close()


def _stored(marks: bytes, context: DeliveryContext) -> list[Bits]:
    """The cells of each sheet's block as the file holds them, not as they print."""
    try:
        with pikepdf.open(io.BytesIO(marks)) as laid:
            backs = [laid.pages[2 * sheet + 1].obj for sheet in range(context.pages)]
            return [_samples(back.Resources.XObject[BLOCK].read_bytes()) for back in backs]
    except (pikepdf.PdfError, IndexError, KeyError, AttributeError, TypeError, ValueError):
        raise CheckFailed(FAILURE, "a block is not in its place") from None


def _samples(packed: bytes) -> Bits:
    """Raises ValueError for what has no rows of cells."""
    rows = np.frombuffer(packed, np.uint8).reshape(HEIGHT, -1)
    return 1 - np.unpackbits(rows, axis=1, count=WIDTH)


def _check_known(cells: Bits) -> None:
    known = layout().known == 1
    _demand(np.array_equal(cells[known], layout().fixed[known]), "a block has other marks")


def _check_block(found: Recovered, front: PdfFront, context: DeliveryContext, page: int) -> None:
    _demand(found.verdict is Verdict.READ, "a block cannot be read")
    _demand(found.reading.raw_error_rate == 0, "a block has wrong cells")
    header, picture = found.header, found.picture
    _demand(header is not None and picture is not None, "a block holds no picture")
    if header is None or picture is None:
        return
    outside = header.outside
    said = (outside.document, outside.page, outside.pages, header.issued)
    wanted = (context.document_id, page, context.pages, context.issued)
    _demand(said == wanted, "a block is of another sheet")
    wanted_ink = drawn(front, header.dpi, len(header.fine))
    _demand(np.array_equal(picture == 0, wanted_ink == 1), "a block holds another page")


def _check_front(
    front: pypdfium2.PdfPage, certificate: pypdfium2.PdfPage, context: DeliveryContext
) -> None:
    _check_size(front)
    _demand(context.document_id in _text(front), "a front is of another document")
    overlay = front.render(scale=_SCALE, grayscale=True, fill_color=(_GROUND,) * 3 + (255,))
    page = certificate.render(scale=_SCALE, grayscale=True)
    below, above = page.to_numpy(), overlay.to_numpy()
    _demand(below.shape == above.shape, "overlay and page differ in size")
    _demand(above.max() < _GROUND + _LIGHTER_BY, "an overlay hides what lies below it")
    dark = above < _GROUND * (1 - _DARKER_BY / _WHITE)
    covered = dark & (below < _WHITE - _DARKER_BY)
    inside = 1 - above[_FRAME, _FRAME] / _GROUND
    _demand(not covered.any() and not dark[_FRAME, _FRAME].any(), "an overlay lies on text")
    _demand(_TINT[0] < np.median(inside) < _TINT[1], "an overlay has no pantograph")


def _check_back(back: pypdfium2.PdfPage, number: int, context: DeliveryContext) -> None:
    _check_size(back)
    text = _text(back)
    _demand(context.document_id in text, "a back is of another document")
    _demand(f"{context.pages}枚中　{number}枚目" in text, "a back is of another sheet")


def _check_size(page: pypdfium2.PdfPage) -> None:
    width, height = page.get_size()
    fits = abs(width - WIDTH_PT) < _TOLERANCE_PT and abs(height - HEIGHT_PT) < _TOLERANCE_PT
    _demand(fits, "a page is not A4")


def _text(page: pypdfium2.PdfPage) -> str:
    text: str = page.get_textpage().get_text_bounded()
    return text


def _demand(holds: bool, why: str) -> None:  # noqa: FBT001  # reads as a sentence where it is used
    if not holds:
        raise CheckFailed(FAILURE, why)
