"""The plain back of a sheet: waves, a cherry blossom, the notice, the document's number. CMYK."""

import functools
import math
from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfgen.pathobject import PDFPathObject

from center.paper.font import NAME, font
from center.paper.plain import HEIGHT_PT, WIDTH_PT

BACKGROUND = "background"
INQUIRY_SITE = "https://inquiry.kiosk.example/"

_INSET_PT = 8 * mm
_WAVES = 46
_STEP_PT = 9.0
_WAVE_CMYK = (0.20, 0.05, 0.12, 0.0)
_CROSSING_CMYK = (0.04, 0.16, 0.06, 0.0)
_PETAL_CMYK = (0.0, 0.30, 0.08, 0.0)
_VEIN_CMYK = (0.0, 0.62, 0.18, 0.05)
_TEXT_CMYK = (0.0, 0.0, 0.0, 0.9)
_PETALS = 5
_NOTICE = (
    "この用紙は、証明書交付サービスの端末で交付された証明書の裏面です。",
    "下の番号は、この証明書だけに付けられています。",
    "おもて面を囲む細かい文字の番号と同じであることを確かめてください。",
    "複数枚の証明書は、すべての用紙がそろって一通です。",
)


def draw_background(canvas: Any) -> None:
    """What every back has in common: two families of waves, and the blossom."""
    canvas.saveState()
    clip = canvas.beginPath()
    clip.rect(_INSET_PT, _INSET_PT, WIDTH_PT - 2 * _INSET_PT, HEIGHT_PT - 2 * _INSET_PT)
    canvas.clipPath(clip, stroke=0, fill=0)
    canvas.setLineWidth(0.3)
    for colour, phase in ((_WAVE_CMYK, 0.0), (_CROSSING_CMYK, math.pi)):
        canvas.setStrokeColorCMYK(*colour)
        canvas.drawPath(_waves(phase), stroke=1, fill=0)
    canvas.restoreState()
    _draw_blossom(canvas, (_INSET_PT + 32 * mm, _INSET_PT + 34 * mm), 21 * mm)


def draw_back(canvas: Any, document_id: str, sheet: tuple[int, int]) -> None:
    """The back of sheet n of m; `draw_background` must be a form of this document."""
    number, count = sheet
    canvas.doForm(BACKGROUND)
    canvas.saveState()
    canvas.setFillColorCMYK(*_TEXT_CMYK)
    left, top = 30 * mm, HEIGHT_PT - 48 * mm
    _line(canvas, (left, top), 15, "証明書交付サービス")
    for place, line in enumerate(_NOTICE):
        _line(canvas, (left, top - (14 + 7 * place) * mm), 10.5, line)
    low = _INSET_PT + 34 * mm
    right = _INSET_PT + 70 * mm
    _line(canvas, (right, low + 9 * mm), 9, "証明書の番号")
    _line(canvas, (right, low), 17, document_id)
    _line(canvas, (right, low - 9 * mm), 10.5, f"{count}枚中　{number}枚目")
    _line(canvas, (right, low - 18 * mm), 9, f"問い合わせサイト　{INQUIRY_SITE}")
    canvas.restoreState()


def _line(canvas: Any, place: tuple[float, float], size_pt: float, text: str) -> None:
    canvas.setFont(NAME, size_pt)
    canvas.drawString(*place, font().typeset(text))


@functools.cache
def _waves(phase: float) -> Any:
    """One family of lines, the same on every back, so it is computed once."""
    path = PDFPathObject()
    for number in range(_WAVES):
        _add_wave(path, number / _WAVES, phase)
    return path


def _add_wave(path: Any, share: float, phase: float) -> None:
    """One line: its height and swing change slowly from line to line."""
    middle = share * HEIGHT_PT
    swing = 16 + 10 * math.sin(share * 2 * math.pi)
    for step in range(int(WIDTH_PT / _STEP_PT) + 2):
        x = step * _STEP_PT
        angle = x / WIDTH_PT * 6 * math.pi + phase
        y = middle + swing * math.sin(angle) + 5 * math.sin(2.5 * angle + share * 9)
        (path.lineTo if step else path.moveTo)(x, y)


def _draw_blossom(canvas: Any, centre: tuple[float, float], radius: float) -> None:
    """Five notched petals, their veins, and the stamens."""
    canvas.saveState()
    canvas.translate(*centre)
    canvas.setFillColorCMYK(*_PETAL_CMYK)
    canvas.setStrokeColorCMYK(*_VEIN_CMYK)
    for petal in range(_PETALS):
        canvas.saveState()
        canvas.rotate(petal * 360 / _PETALS)
        canvas.setLineWidth(0.7)
        canvas.drawPath(_petal(canvas, radius), stroke=1, fill=1)
        canvas.setLineWidth(0.35)
        for lean in (-0.14, -0.07, 0.0, 0.07, 0.14):
            reach = radius * (0.42 + 0.10 * math.cos(lean * 14))
            canvas.line(0, radius * 0.1, lean * radius * 1.6, reach)
            canvas.circle(lean * radius * 1.6, reach, radius * 0.016, stroke=1, fill=0)
        canvas.restoreState()
    canvas.circle(0, 0, radius * 0.09, stroke=1, fill=1)
    canvas.restoreState()


def _petal(canvas: Any, radius: float) -> Any:
    path = canvas.beginPath()
    path.moveTo(0, 0)
    path.curveTo(
        -0.46 * radius, 0.22 * radius, -0.52 * radius, 0.78 * radius, -0.13 * radius, radius
    )
    path.lineTo(0, 0.86 * radius)
    path.lineTo(0.13 * radius, radius)
    path.curveTo(0.52 * radius, 0.78 * radius, 0.46 * radius, 0.22 * radius, 0, 0)
    path.close()
    return path
