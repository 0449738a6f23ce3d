"""Reading marks back before anybody signs for them."""

import threading

import pypdfium2

from center.antiforgery.marks import DeliveryContext
from center.paper.plain import HEIGHT_PT, WIDTH_PT
from crypto.errors import CheckFailed

FAILURE = "marks.read_back"
_TOLERANCE_PT = 0.01
_SCALE = 0.5  # 36 dpi: enough to see whether something was covered
_DARKER_BY = 96
"""A dot of the certificate that is this much darker than paper must still be so."""

PDFIUM = threading.Lock()
"""PDFium is not thread-safe."""


def read_back(marks: bytes, pdf: bytes, context: DeliveryContext) -> None:
    """Make sure that `marks` are those of this document, and that they hide nothing of it.

    The certificate is rendered afresh from `pdf`. Raises CheckFailed `marks.read_back`.
    """
    try:
        with PDFIUM:
            _read(marks, pdf, context)
    except pypdfium2.PdfiumError:
        raise CheckFailed(FAILURE, "the marks cannot be parsed") from None


def _read(marks: bytes, pdf: bytes, context: DeliveryContext) -> None:
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


def _check_front(
    front: pypdfium2.PdfPage, certificate: pypdfium2.PdfPage, context: DeliveryContext
) -> None:
    _check_size(front)
    _demand(context.document_id in _text(front), "a front is of another document")
    overlay = front.render(scale=_SCALE, grayscale=True, fill_color=(255, 255, 255, 255))
    page = certificate.render(scale=_SCALE, grayscale=True)
    lightest = 255 - _DARKER_BY
    below, above = page.to_numpy(), overlay.to_numpy()
    _demand(below.shape == above.shape, "overlay and page differ in size")
    covered = (below < lightest) & (above < lightest)
    _demand(not covered.any(), "an overlay lies on the certificate's text")


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
