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
from dataclasses import dataclass
from typing import Any

import pikepdf

from center.antiforgery.back import (
    EMBLEM_PT,
    back_tint,
    draw_back,
    emblem_room,
    emblem_screen,
)
from center.antiforgery.dots import Stencil, place, stencil_object
from center.antiforgery.emblem import blossom, emblem
from center.antiforgery.front import draw_front, front_tint
from center.antiforgery.pantograph import DEFAULT_CHOICE
from center.paper.plain import DRAWING, new_canvas, rewrite
from center.wire.calibration import UNCALIBRATED, Calibration, read_calibration

_GREY_BLACK = b"0 g\n"
"""Where a printer mixes its inks from red, green and blue, only this is black without a screen."""
_INK_BLACK = b"0 0 0 1 k\n"


@dataclass(frozen=True, slots=True)
class DeliveryContext:
    """What marks may depend on. Nothing personal."""

    document_id: str
    pages: int
    calibration: str = ""
    """Calibration id of the terminal's printer, "" when uncalibrated."""


def make_marks(pdf: bytes, context: DeliveryContext) -> bytes:
    """The marks for `pdf`: 2 x pages pages, front overlay and back of every sheet in turn.

    Fronts are DeviceGray. Backs are DeviceCMYK where the printer takes it as it is, else their
    dots and words are DeviceGray. Thread-safe.
    """
    del pdf  # What the scramble image will hide; the other marks do not read it.
    engine = read_calibration(context.calibration)
    with DRAWING:
        drawn = _draw(context, engine)
    return rewrite(drawn, {}, lambda made: _lay(made, engine))


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


def _lay(made: pikepdf.Pdf, engine: Calibration) -> None:
    """What is dots and lines, below the text."""
    choice = DEFAULT_CHOICE if engine.choice == UNCALIBRATED else engine.choice
    front = _Layer(made, _GREY_BLACK)
    front.add("/Tint", front_tint(choice))
    back = _Layer(made, _INK_BLACK if engine.cmyk else _GREY_BLACK)
    back.add_form("/Emblem", _emblem(cmyk=engine.cmyk))
    if not engine.cmyk:
        back.add("/Screen", emblem_screen())
    back.add("/Tint", back_tint(choice))
    for number, page in enumerate(made.pages):
        (back if number % 2 else front).put(page)


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

    def put(self, page: pikepdf.Page) -> None:
        """Lay it below what the page has."""
        resources = page.obj.Resources
        resources.XObject = pikepdf.Dictionary(self._objects)
        page.contents_add(self._made.make_stream(self._content), prepend=True)
        page.contents_coalesce()


@functools.lru_cache(maxsize=2)
def _emblem(*, cmyk: bool) -> bytes:
    return zlib.compress((emblem if cmyk else blossom)(*EMBLEM_PT), 9)
