"""Sheets as they come out of the virtual printer: two sides, each a page and a picture."""

import io
import threading
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import pikepdf
import pypdfium2
from PIL import Image, ImageChops

from drivers.printer.pwg_raster import RasterError, RasterPage, read_pages
from drivers.printer.tables import PDF, PWG_RASTER

_PDFIUM: Final = threading.Lock()
"""PDFium keeps global state; two threads inside it crash."""

_POINTS_PER_INCH: Final = 72


class DocumentError(ValueError):
    """The document cannot be printed; the text says why and quotes nothing of it."""


class Side(Protocol):
    """One printed side."""

    def pdf(self) -> bytes:
        """The side as a PDF of one page."""
        ...

    def image(self, dpi: int = 100) -> Image.Image:
        """The side as a picture, RGB, or L from a printer without colour."""
        ...


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of paper, delivered."""

    number: int
    """1.. in the order of delivery, over the printer's life."""
    title: str
    """Title of its job."""
    front: Side
    back: Side | None

    def pdf(self) -> bytes:
        """Both sides as one PDF."""
        whole = pikepdf.new()
        for side in (self.front, self.back):
            if side is not None:
                with pikepdf.open(io.BytesIO(side.pdf())) as single:
                    whole.pages.extend(single.pages)
        return _saved(whole)


@dataclass(frozen=True, slots=True)
class PdfSide:
    """A page of a PDF that was handed over as it is."""

    document: bytes = field(repr=False)
    index: int
    colour: bool

    def pdf(self) -> bytes:
        """See `Side.pdf`."""
        single = pikepdf.new()
        with pikepdf.open(io.BytesIO(self.document)) as whole:
            single.pages.append(whole.pages[self.index])
            return _saved(single)

    def image(self, dpi: int = 100) -> Image.Image:
        """See `Side.image`."""
        with _PDFIUM:
            document = pypdfium2.PdfDocument(self.document)
            try:
                rendered = document[self.index].render(scale=dpi / _POINTS_PER_INCH)
                picture: Image.Image = rendered.to_pil().convert("RGB" if self.colour else "L")
            finally:
                document.close()
        return picture


@dataclass(frozen=True, slots=True)
class RasterSide:
    """A page that came as a bitmap."""

    page: RasterPage = field(repr=False)
    colour: bool

    def pdf(self) -> bytes:
        """See `Side.pdf`; the bitmap at a quarter of its resolution."""
        out = io.BytesIO()
        dpi = max(1, self.page.dpi // 4)
        self.image(dpi).save(out, "PDF", resolution=float(dpi))
        return out.getvalue()

    def image(self, dpi: int = 100) -> Image.Image:
        """See `Side.image`."""
        page = self.page
        picture = Image.frombytes(page.mode, (page.width, page.height), page.bitmap())
        if page.subtractive and page.mode != "CMYK":
            picture = ImageChops.invert(picture.convert("L"))
        size = (page.width * dpi // page.dpi, page.height * dpi // page.dpi)
        grey_or_colour = picture.convert("RGB" if self.colour else "L")
        return grey_or_colour.resize(size, Image.Resampling.BOX)


def sides_of(document: bytes, mime_type: str, *, colour: bool) -> tuple[Side, ...]:
    """The pages of `document` as a printer with or without `colour` puts them on paper.

    Raises DocumentError.
    """
    if mime_type == PDF:
        return _pdf_sides(document, colour=colour)
    if mime_type != PWG_RASTER:
        raise DocumentError(f"documents of type {mime_type} are not accepted")
    try:
        return tuple(RasterSide(page, colour) for page in read_pages(document))
    except RasterError as error:
        raise DocumentError(str(error)) from error


def _pdf_sides(document: bytes, *, colour: bool) -> tuple[Side, ...]:
    try:
        with pikepdf.open(io.BytesIO(document)) as opened:
            count = len(opened.pages)
    except pikepdf.PdfError as error:
        raise DocumentError("the document is no PDF, or a broken one") from error
    return tuple(PdfSide(document, index, colour) for index in range(count))


def _saved(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
