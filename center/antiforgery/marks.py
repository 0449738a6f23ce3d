"""The marks of a certificate: for every sheet a front overlay and a back, as a file of their own.

The municipality's PDF stays byte for byte as it was signed; the terminal lays the overlay over
its page and prints the back behind it. Three marks, each for one thing: the pantograph deters
from passing on copies, the scramble image tells years later what was issued, the emblem tells
that a sheet is an original.

Source: J-LIS, コンビニ交付を支える証明書のセキュリティ技術 (2023): black front, coloured back.
"""

import functools
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pikepdf
import pypdfium2

from center.antiforgery.back import (
    BLOCK,
    BLOCK_AT,
    EMBLEM_PT,
    back_tint,
    draw_back,
    emblem_room,
    emblem_screen,
)
from center.antiforgery.dots import Stencil, place, stencil, stencil_object
from center.antiforgery.emblem import blossom, emblem
from center.antiforgery.front import draw_front, front_tint
from center.antiforgery.keyring import Keyring
from center.antiforgery.pantograph import DEFAULT_CHOICE
from center.antiforgery.reading import FAILURE, PDFIUM, DeliveryContext, read_back
from center.antiforgery.scramble.block import Sheet, TooMuchInk, encode
from center.antiforgery.scramble.front import PdfFront
from center.antiforgery.scramble.layout import CELL_DOTS
from center.paper.plain import DRAWING, new_canvas, rewrite
from center.wire.calibration import UNCALIBRATED, Calibration, read_calibration
from crypto.errors import CheckFailed

_GREY_BLACK = b"0 g\n"
"""Where a printer mixes its inks from red, green and blue, only this is black without a screen."""
_INK_BLACK = b"0 0 0 1 k\n"


@dataclass(frozen=True, slots=True)
class Engraver:
    """Makes marks, and makes sure of them. Thread-safe."""

    keyring: Keyring = field(repr=False)

    def expect(self, calibration: str) -> None:
        """Draw what all sheets for such a printer share: up to 0.3 s the first time, then none."""
        engine = read_calibration(calibration)
        front_tint(_choice(engine))
        back_tint(_choice(engine))
        _emblem(cmyk=engine.cmyk)
        if not engine.cmyk:
            emblem_screen()

    def make(self, pdf: bytes, context: DeliveryContext) -> bytes:
        """The marks for `pdf`: 2 x pages pages, front overlay and back of every sheet in turn.

        Fronts are DeviceGray. Backs are DeviceCMYK where the printer takes it as it is, else
        their dots and words are DeviceGray. Raises CheckFailed `marks.read_back` for a
        certificate of other pages, or with more on a page than a block can carry.
        """
        try:
            blocks = [self._block(pdf, context, page) for page in range(context.pages)]
        except (pypdfium2.PdfiumError, IndexError):
            raise CheckFailed(FAILURE, "the certificate has other pages") from None
        except TooMuchInk as error:
            raise CheckFailed(FAILURE, str(error)) from None
        return compose(context, blocks)

    def read_back(self, marks: bytes, pdf: bytes, context: DeliveryContext) -> None:
        """See `center.antiforgery.reading.read_back`."""
        read_back(marks, pdf, context, self.keyring)

    def _block(self, pdf: bytes, context: DeliveryContext, page: int) -> Stencil:
        sheet = Sheet(
            context.document_id, page + 1, context.pages, context.issued, context.municipality
        )
        with PdfFront(pdf, page, PDFIUM) as front:
            block = encode(front, sheet, self.keyring.keys, self.keyring.signing)
        return stencil(block.cells.astype(bool), *BLOCK_AT, CELL_DOTS)


def compose(context: DeliveryContext, blocks: Sequence[Stencil | None]) -> bytes:
    """Marks of as many sheets as there are `blocks`, each with its own; None leaves it out."""
    engine = read_calibration(context.calibration)
    with DRAWING:
        drawn = _draw(context, engine)
    return rewrite(drawn, {}, lambda made: _lay(made, engine, blocks))


def _draw(context: DeliveryContext, engine: Calibration) -> bytes:
    """What is text."""
    made = io.BytesIO()
    canvas = new_canvas(made)
    for sheet in range(1, context.pages + 1):
        draw_front(canvas, context.document_id)
        canvas.showPage()
        draw_back(canvas, context.document_id, (sheet, context.pages), infrared=engine.cmyk)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def _lay(made: pikepdf.Pdf, engine: Calibration, blocks: Sequence[Stencil | None]) -> None:
    """What is dots and lines, below the text."""
    choice = _choice(engine)
    front = _Layer(made, _GREY_BLACK)
    front.add("/Tint", front_tint(choice))
    back = _Layer(made, _INK_BLACK if engine.cmyk else _GREY_BLACK)
    back.add_form("/Emblem", _emblem(cmyk=engine.cmyk))
    if not engine.cmyk:
        back.add("/Screen", emblem_screen())
    back.add("/Tint", back_tint(choice))
    for number, block in enumerate(blocks):
        front.put(made.pages[2 * number])
        back.put(made.pages[2 * number + 1], block)


def _choice(engine: Calibration) -> int:
    return DEFAULT_CHOICE if engine.choice == UNCALIBRATED else engine.choice


class _Layer:
    """What lies below the text of every front, or of every back: the same objects for all."""

    def __init__(self, made: pikepdf.Pdf, black: bytes) -> None:
        self._made = made
        self._black = black
        self._objects: dict[str, Any] = {}
        self._content = b""

    def add(self, name: str, one: Stencil) -> None:
        """Dots, in black."""
        self._objects[name] = self._made.make_indirect(stencil_object(self._made, one))
        self._content += b"q " + self._black + place(one, name) + b"Q\n"

    def add_form(self, name: str, packed: bytes) -> None:
        """Lines and fills, packed already."""
        form = pikepdf.Stream(
            self._made,
            packed,
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Form,
            BBox=pikepdf.Array(emblem_room()),
            Filter=pikepdf.Name.FlateDecode,
        )
        self._objects[name] = self._made.make_indirect(form)
        self._content += b"q " + name.encode() + b" Do Q\n"

    def put(self, page: pikepdf.Page, own: Stencil | None = None) -> None:
        """Lay it below what the page has; `own` are dots of this page alone."""
        objects, content = self._objects, self._content
        if own is not None:
            block = self._made.make_indirect(stencil_object(self._made, own))
            objects = objects | {BLOCK: block}
            content += b"q " + self._black + place(own, BLOCK) + b"Q\n"
        page.obj.Resources.XObject = pikepdf.Dictionary(objects)
        page.contents_add(self._made.make_stream(content), prepend=True)
        page.contents_coalesce()


@functools.lru_cache(maxsize=2)
def _emblem(*, cmyk: bool) -> bytes:
    return zlib.compress((emblem if cmyk else blossom)(*EMBLEM_PT), 9)
