"""Pictures out of what somebody uploaded: JPEG, PNG, TIFF or PDF, of bounded size, in grey.

The formats are told by their first bytes, never by a name. Nothing is written anywhere.
"""

import io
import math
import warnings
from collections.abc import Iterator

import numpy as np
import pypdfium2
from PIL import Image, UnidentifiedImageError
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

from center.antiforgery.compiled import Grey
from center.antiforgery.scramble.front import PDFIUM

MOST_PIXELS = 48_000_000
"""A sheet of A4 at 600 dpi with the scanner's lid around it has 40 million."""
LONGEST_SIDE = 10_000
"""The same sheet has 8,600: what is longer is no page, however few pixels it has."""
MOST_PAGES = 24
_ROOMY = 5600
"""A page whose longer side has more pixels than this is read at half its resolution."""
_PDF_DPI = 300
"""Of a PDF's page without an image."""
_PDF_LEAST_PT = 100.0
_PDF_SIDES = 4000, 7600
"""Pixels of a PDF page's longer side as it is drawn, at least and at most; A4 has 7016 at 600 dpi.

PDFium draws an image up to a pixel too large: little, where pixels are much smaller than cells.
"""
_MAGIC = {b"\xff\xd8\xff": "JPEG", b"\x89PNG": "PNG", b"II*\0": "TIFF", b"MM\0*": "TIFF"}
_BROKEN = (
    UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError,
    ArithmeticError, LookupError, TypeError,
)  # fmt: skip
"""What a broken file makes Pillow raise."""


class NoPicture(Exception):
    """These bytes are no picture this reader knows, or a broken one."""


class TooLarge(Exception):
    """More pixels than any scan of a page has."""


def pictures(data: bytes) -> Iterator[Grey]:
    """Every page of the upload in grey, one at a time. Raises NoPicture, TooLarge."""
    if data[:1024].find(b"%PDF-") >= 0:
        yield from _pdf(data)
        return
    kind = next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), None)
    if kind is None:
        raise NoPicture("neither JPEG, PNG, TIFF nor PDF")
    yield from _image(data, kind)


def _image(data: bytes, kind: str) -> Iterator[Grey]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data), formats=(kind,))
            for number in range(min(getattr(image, "n_frames", 1), MOST_PAGES)):
                if number:
                    image.seek(number)
                yield _grey(image)
    except (NoPicture, TooLarge):
        raise
    except MemoryError:
        raise TooLarge("more than this process may hold") from None
    except _BROKEN as broken:
        raise NoPicture(f"a broken {kind} file") from broken


def _grey(image: Image.Image) -> Grey:
    if image.width * image.height > MOST_PIXELS or max(image.size) > LONGEST_SIDE:
        raise TooLarge("more pixels than a page at 600 dpi")
    if max(image.size) > _ROOMY:
        # A JPEG can be unpacked at half its size for half the work; others ignore this.
        image.draft(None, (image.width // 2, image.height // 2))
    if image.mode in {"L", "RGB", "RGBA", "P", "1", "CMYK", "LA", "YCbCr"}:
        plain = image.convert("L") if image.mode in {"L", "1", "LA"} else image.convert("RGB")
    elif image.mode.startswith(("I", "F")):
        values = np.asarray(image, np.float32)
        plain = Image.fromarray(np.asarray(values / max(float(values.max()), 1) * 255, np.uint8))
    else:
        raise NoPicture("colours of an unusual kind")
    if max(plain.size) > _ROOMY:
        plain = plain.reduce(2)
    return _lightest(np.asarray(plain))


def _lightest(pixels: Grey) -> Grey:
    """The lightest of the colours: toner is black in all of them, tea and red stamps are not."""
    if pixels.ndim == 2:  # noqa: PLR2004  # height and width
        return np.ascontiguousarray(pixels)
    return np.maximum(np.maximum(pixels[..., 0], pixels[..., 1]), pixels[..., 2])


def _pdf(data: bytes) -> Iterator[Grey]:
    try:
        with PDFIUM:
            document = pypdfium2.PdfDocument(data)
            count = len(document)
    except pypdfium2.PdfiumError:
        raise NoPicture("a broken PDF file") from None
    try:
        if not count:
            raise NoPicture("a PDF without pages")
        for number in range(min(count, MOST_PAGES)):
            yield _page(document, number)
    finally:
        with PDFIUM:
            document.close()


def _page(document: pypdfium2.PdfDocument, number: int) -> Grey:
    with PDFIUM:
        try:
            page = document[number]
            scale = _pdf_scale(page)
            if scale * scale * math.prod(page.get_size()) > MOST_PIXELS:
                raise TooLarge("more pixels than a page at 600 dpi")
            grey = _lightest(page.render(scale=scale, rev_byteorder=True).to_numpy()[..., :3])
        except (pypdfium2.PdfiumError, ArithmeticError, ValueError):
            raise NoPicture("a broken PDF page") from None
    return np.asarray(Image.fromarray(grey).reduce(2)) if max(grey.shape) > _ROOMY else grey


def _pdf_scale(page: pypdfium2.PdfPage) -> float:
    """Pixels a point with which the largest image of `page` is drawn pixel by pixel, or a multiple.

    PDFium shrinks by leaving pixels out, and of this pattern hardly anything is left then. Nor does
    it matter what size the page claims: what writes the file often does not know it. Raises
    TooLarge for what is no sheet.
    """
    if min(page.get_size()) <= _PDF_LEAST_PT or max(page.get_size()) > LONGEST_SIDE:
        raise TooLarge("a page far from the size of A4")
    least, most = _PDF_SIDES
    images = list(page.get_objects(filter=(FPDF_PAGEOBJ_IMAGE,)))
    largest = max(images, key=lambda one: math.prod(one.get_px_size()), default=None)
    scale: float = _PDF_DPI / 72 if largest is None else _pixels_a_point(largest)
    side: float = scale * max(page.get_size())
    return scale * math.ceil(least / side) / math.ceil(side / most)


def _pixels_a_point(image: pypdfium2.PdfImage) -> float:
    matrix = image.get_matrix()
    sizes = math.hypot(matrix.a, matrix.b), math.hypot(matrix.c, matrix.d)
    width, height = image.get_px_size()
    return max(float(width) / max(sizes[0], 1.0), float(height) / max(sizes[1], 1.0))
