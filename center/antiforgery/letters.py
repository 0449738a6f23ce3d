"""Bold Japanese characters, as dots and as outlines.

BIZ UDGothic (SIL Open Font License 1.1) is the terminal's own font for headings; here its
outlines are drawn, and no font is embedded.
"""

import functools
from pathlib import Path
from typing import Any

import numpy as np
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

from center.antiforgery.dots import MM, Bits
from center.paper.font import FontError

PLACES = (
    Path("/usr/share/fonts/truetype/bizud-gothic/BIZUDGothic-Bold.ttf"),
    Path("/usr/local/share/fonts/BIZUDGothic-Bold.ttf"),
)

Outline = tuple[tuple[str, tuple[tuple[float, float], ...]], ...]
"""`moveTo`, `lineTo`, `qCurveTo`, `closePath` with their points; the em square is 1 high."""


def word(text: str, letter_mm: float) -> Bits:
    """`text` in one line as dots of 600 dpi, cropped; `letter_mm` is the height of a character."""
    size = round(letter_mm * MM)
    face = ImageFont.truetype(str(_file()), size)
    picture = Image.new("1", (size * (len(text) + 1), size * 2))
    ImageDraw.Draw(picture).text((size // 2, size // 2), text, font=face, fill=1)
    drawn = picture.crop(picture.getbbox())
    if drawn.height != size:
        grown = max(1, round(drawn.width * size / drawn.height))
        drawn = drawn.resize((grown, size), Image.Resampling.NEAREST)
    return np.asarray(drawn, np.bool_)


@functools.cache
def outline(character: str) -> Outline:
    """The outline of one character. Raises FontError."""
    with TTFont(_file(), lazy=True) as font:
        glyphs: Any = font.getGlyphSet()
        pen = DecomposingRecordingPen(glyphs)
        glyphs[font.getBestCmap()[ord(character)]].draw(pen)
        em = font["head"].unitsPerEm
        return tuple(
            (name, tuple((x / em, y / em) for x, y in points)) for name, points in pen.value
        )


def _file() -> Path:
    for path in PLACES:
        if path.is_file():
            return path
    raise FontError(
        "BIZ UDGothic Bold is not installed; Debian has it as fonts-morisawa-bizud-gothic."
    )
