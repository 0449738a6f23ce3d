"""The marks of a certificate: for every sheet a front overlay and a back, as a file of their own.

The municipality's PDF stays byte for byte as it was signed; the terminal lays the overlay over
its page and prints the back behind it. So far the marks are plain: a frame line of the
document's number, and a back that says what the paper is. The security print replaces what is
drawn here, not how it is asked for.

Source: J-LIS, コンビニ交付を支える証明書のセキュリティ技術 (2023): black front, coloured back with
a visible cherry blossom, a notice and the inquiry site.
"""

import io
from dataclasses import dataclass

from center.antiforgery.back import BACKGROUND, draw_back, draw_background
from center.antiforgery.front import draw_front
from center.paper.plain import DRAWING, HEIGHT_PT, WIDTH_PT, new_canvas, rewrite


@dataclass(frozen=True, slots=True)
class DeliveryContext:
    """What marks may depend on. Nothing personal."""

    document_id: str
    pages: int
    calibration: str = ""
    """Calibration id of the terminal's printer, "" when uncalibrated."""


def make_marks(pdf: bytes, context: DeliveryContext) -> bytes:
    """The marks for `pdf`: 2 x pages pages, front overlay and back of every sheet in turn.

    Fronts are DeviceGray, backs DeviceCMYK. `pdf` is what a security print hides on its back;
    the plain marks do not read it. Thread-safe.
    """
    del pdf
    with DRAWING:
        drawn = _draw(context)
    return rewrite(drawn, {})


def _draw(context: DeliveryContext) -> bytes:
    made = io.BytesIO()
    canvas = new_canvas(made)
    canvas.beginForm(BACKGROUND, 0, 0, WIDTH_PT, HEIGHT_PT)
    draw_background(canvas)
    canvas.endForm()
    for sheet in range(1, context.pages + 1):
        draw_front(canvas, context.document_id)
        canvas.showPage()
        draw_back(canvas, context.document_id, (sheet, context.pages))
        canvas.showPage()
    canvas.save()
    return made.getvalue()
