"""The front overlay: a frame of fine print around the certificate. Black only, nothing filled."""

from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics

from center.paper.font import NAME, font
from center.paper.plain import HEIGHT_PT, WIDTH_PT

_INSET_PT = 8 * mm
_PRINT_PT = 2.6
_GRAY = 0.25
_LINE_PT = 0.25


def draw_front(canvas: Any, document_id: str) -> None:
    """The document's number in fine print along all four edges, between two hair lines."""
    canvas.saveState()
    canvas.setStrokeGray(_GRAY)
    canvas.setFillGray(_GRAY)
    canvas.setLineWidth(_LINE_PT)
    for inset in (_INSET_PT - 1.2, _INSET_PT + _PRINT_PT + 0.6):
        canvas.rect(inset, inset, WIDTH_PT - 2 * inset, HEIGHT_PT - 2 * inset)
    unit = font().typeset(f"{document_id}　証明書交付サービス　")
    canvas.setFont(NAME, _PRINT_PT)
    for angle, (x, y), length in (
        (0, (_INSET_PT, _INSET_PT), WIDTH_PT),
        (90, (WIDTH_PT - _INSET_PT, _INSET_PT), HEIGHT_PT),
        (180, (WIDTH_PT - _INSET_PT, HEIGHT_PT - _INSET_PT), WIDTH_PT),
        (270, (_INSET_PT, HEIGHT_PT - _INSET_PT), HEIGHT_PT),
    ):
        canvas.saveState()
        canvas.translate(x, y)
        canvas.rotate(angle)
        canvas.drawString(0, 0.4, _filled(unit, length - 2 * _INSET_PT))
        canvas.restoreState()
    canvas.restoreState()


def _filled(unit: str, room_pt: float) -> str:
    """As many whole units as fit into `room_pt`."""
    width = pdfmetrics.stringWidth(unit, NAME, _PRINT_PT)
    return unit * int(room_pt // width)
