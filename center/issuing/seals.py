"""Seals as outlines: the mayor's square one, a resident's round one.

The characters are filled outlines and no text, so that whoever extracts a certificate's text
reads the record alone.
"""

import functools
import io
from typing import Any

from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.qu2cuPen import Qu2CuPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont as FontFile
from reportlab.lib.units import mm

from center.paper.font import font

Outline = tuple[tuple[str, tuple[tuple[float, float], ...]], ...]
_ERROR_UNITS = 1.0
_LETTER = 0.92  # part of its cell that a character fills


@functools.lru_cache(maxsize=512)
def outline(character: str) -> Outline:
    """Moves, lines and curves of one typeset character, scaled into the unit square."""
    subset = io.BytesIO(font().face.makeSubset([ord(character)]))
    with FontFile(subset) as file:
        glyphs = file.getGlyphSet()
        name = file.getGlyphName(1)
        bounds = BoundsPen(glyphs)
        glyphs[name].draw(bounds)
        pen = DecomposingRecordingPen(glyphs)
        glyphs[name].draw(Qu2CuPen(pen, max_err=_ERROR_UNITS, all_cubic=True))
    left, low, right, high = bounds.bounds
    return tuple(
        (step, tuple(((x - left) / (right - left), (y - low) / (high - low)) for x, y in points))
        for step, points in pen.value
    )


def draw_mayor(canvas: Any, x: float, y: float, size: float, text: str) -> None:
    """A square seal with its lower left corner at (x, y) points, in columns from the right."""
    rows = -(-len(text) // 2)
    canvas.saveState()
    canvas.setFillGray(0)
    canvas.setStrokeGray(0)
    canvas.setLineWidth(0.9 * mm)
    canvas.roundRect(x, y, size, size, 0.8 * mm, stroke=1, fill=0)
    inner = size - 2.6 * mm
    canvas.setLineWidth(0.5)
    for number, character in enumerate(text):
        column, row = divmod(number, rows)
        left = x + 1.3 * mm + inner / 2 * (1 - column)
        low = y + size - 1.3 * mm - inner / rows * (row + 1)
        _letter(canvas, character, (left, low, inner / 2, inner / rows))
    canvas.restoreState()


def draw_round(canvas: Any, x: float, y: float, size: float, text: str) -> None:
    """A round seal in the square at (x, y), `text` in one column from the top."""
    canvas.saveState()
    canvas.setFillGray(0)
    canvas.setStrokeGray(0)
    canvas.setLineWidth(0.6 * mm)
    canvas.circle(x + size / 2, y + size / 2, size / 2, stroke=1, fill=0)
    canvas.setLineWidth(0.35)
    width, height = size * 0.5, size * 0.78 / len(text)
    for row, character in enumerate(text):
        low = y + size * 0.89 - height * (row + 1)
        _letter(canvas, character, (x + (size - width) / 2, low, width, height))
    canvas.restoreState()


def _letter(canvas: Any, character: str, cell: tuple[float, float, float, float]) -> None:
    """Fill `character` into a cell (x, y, width, height), stretched as seal letters are."""
    x, y, width, height = cell
    x, y = x + width * (1 - _LETTER) / 2, y + height * (1 - _LETTER) / 2
    path = canvas.beginPath()
    steps = {
        "moveTo": path.moveTo,
        "lineTo": path.lineTo,
        "curveTo": path.curveTo,
        "closePath": path.close,
    }
    for step, points in outline(character):
        flat = [
            value
            for px, py in points
            for value in (x + px * width * _LETTER, y + py * height * _LETTER)
        ]
        steps[step](*flat)
    canvas.drawPath(path, stroke=1, fill=1)
