"""A slip as a picture of black and white dots, in the printer's own resolution.

Drawn here and not with the printer's letters, because these differ from maker to maker and end
at JIS level 2. No wire, no clock; reads font files.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from drivers.receipt.contract import Slip, SlipLine

_WHITE, _BLACK = 255, 0
_NOT_DRAWN = frozenset({"Cc", "Cs", "Zl", "Zp"})
_THRESHOLD = 140
"""Below this grey a dot is black: keeps thin strokes of small characters."""
_PLAIN_PX, _LARGE_PX, _TITLE_PX = 26, 52, 44
"""Heights in dots; at 203 dpi 26 dots are 3.3 mm, the size of a till's plain letters."""
_LEADING = 1.42
_GAP_PX = 16
"""Least distance between the left and the right text of a line."""
_RULE_PX = 2
_RULE_SPACE_PX = 14
_TOP_PX, _TITLE_SPACE_PX, _BOTTOM_PX = 24, 24, 24
_LARGE_SPACE_PX = 10
"""Air above and below a large line."""
_NEVER_FIRST = frozenset(
    "、。，．・：；？！ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ）］｝」』】〉》)]},.:;?!%"
)
"""Characters that do not begin a line (JIS X 4051, kinsoku)."""
_MAX_HANG = 2
"""So many of them are taken along, with the character before."""

_LAYOUT = ImageFont.Layout.BASIC
"""None of the languages needs shaping, and the picture must not depend on what is installed."""

_BIZ = Path("/usr/share/fonts/truetype/bizud-gothic")
_NOTO = Path("/usr/share/fonts/opentype/noto")


@dataclass(frozen=True, slots=True)
class Face:
    """A font file, and which face in it."""

    path: Path
    index: int = 0


def _noto(index: int) -> tuple[Face, Face]:
    return (
        Face(_NOTO / "NotoSansCJK-Regular.ttc", index),
        Face(_NOTO / "NotoSansCJK-Bold.ttc", index),
    )


_JAPANESE = (Face(_BIZ / "BIZUDPGothic-Regular.ttf"), Face(_BIZ / "BIZUDPGothic-Bold.ttf"))
_LATIN = _noto(0)
"""BIZ UDPGothic squeezes Latin descenders into the kanji's square; this one does not."""

FACES: Mapping[str, tuple[Face, Face]] = {
    "ja": _JAPANESE,
    "en": _LATIN,
    "ko": _noto(1),
    "zh-Hans": _noto(2),
    "zh-Hant": _noto(3),
    "es": _LATIN,
    "pt": _LATIN,
}
"""Language -> plain and bold face, each with kanji too; unknown languages take the Japanese."""


@dataclass(frozen=True, slots=True)
class _Pen:
    """Where and with what is written."""

    draw: ImageDraw.ImageDraw
    faces: tuple[Face, Face]
    width: int

    def font(self, size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
        face = self.faces[bold]
        return _load(str(face.path), face.index, size)


@lru_cache(maxsize=32)
def _load(path: str, index: int, size: int) -> ImageFont.FreeTypeFont:
    try:
        return ImageFont.truetype(path, size, index, layout_engine=_LAYOUT)
    except OSError as error:
        packages = "fonts-morisawa-bizud-gothic and fonts-noto-cjk"
        raise FileNotFoundError(f"no font at {path}: install {packages}, or set `font`") from error


def draw_slip(slip: Slip, width_dots: int, font: str = "") -> Image.Image:
    """The slip, black on white, `width_dots` wide and as long as it needs to be.

    `font` replaces the built set. Raises FileNotFoundError naming the font that is missing.
    """
    faces = FACES.get(slip.language, FACES["ja"])
    if font:
        faces = (Face(Path(font)), Face(Path(font)))
    height = _lay_out(slip, _Pen(ImageDraw.Draw(Image.new("L", (1, 1))), faces, width_dots))
    image = Image.new("L", (width_dots, height), _WHITE)
    _lay_out(slip, _Pen(ImageDraw.Draw(image), faces, width_dots))
    return image.point(lambda grey: _WHITE if grey >= _THRESHOLD else _BLACK, mode="1")


def _lay_out(slip: Slip, pen: _Pen) -> int:
    """Write everything; returns the height used."""
    top = _TOP_PX
    if slip.title:
        top = _title(slip.title, pen, top) + _TITLE_SPACE_PX
    for line in slip.lines:
        top = _rule(pen, top) if line.rule else _line(line, pen, top)
    return top + _BOTTOM_PX


def _title(text: str, pen: _Pen, top: int) -> int:
    font = pen.font(_TITLE_PX, bold=True)
    for part in wrap(_clean(text), font, pen.width):
        left = (pen.width - font.getlength(part)) / 2
        pen.draw.text((left, top), part, font=font, fill=_BLACK)
        top += _step(_TITLE_PX)
    return top


def _rule(pen: _Pen, top: int) -> int:
    line = top + _RULE_SPACE_PX
    pen.draw.rectangle((0, line, pen.width - 1, line + _RULE_PX - 1), fill=_BLACK)
    return line + _RULE_PX + _RULE_SPACE_PX


def _line(line: SlipLine, pen: _Pen, top: int) -> int:
    """Left text broken where it must be, right text flush right on the last of its lines."""
    size = _LARGE_PX if line.large else _PLAIN_PX
    font = pen.font(size, bold=line.large)
    left, right = _clean(line.left), _clean(line.right)
    right_width = font.getlength(right)
    beside = pen.width - (right_width + _GAP_PX if right else 0)
    parts = wrap(left, font, pen.width)
    fits_beside = font.getlength(parts[-1]) <= beside
    if right and not fits_beside:
        parts = [*parts, ""]
    top += _LARGE_SPACE_PX if line.large else 0
    for part in parts:
        pen.draw.text((0, top), part, font=font, fill=_BLACK)
        top += _step(size)
    if right:
        corner = (pen.width - right_width, top - _step(size))
        pen.draw.text(corner, right, font=font, fill=_BLACK)
    return top + (_LARGE_SPACE_PX if line.large else 0)


def _clean(text: str) -> str:
    """The text on one line: what cannot be drawn becomes a blank."""
    return "".join(" " if unicodedata.category(c) in _NOT_DRAWN else c for c in text)


def _step(size: int) -> int:
    return round(size * _LEADING)


def wrap(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """Break text into lines no wider than `width`: at blanks where there are any, else anywhere.

    At least one line; a single character wider than `width` stands alone.
    """
    lines = [""]
    for word in _words(text):
        if font.getlength((lines[-1] + word).rstrip()) <= width:
            lines[-1] += word
        elif font.getlength(word.rstrip()) <= width:
            lines.append(word)
        else:
            _break_word(word, font, width, lines)
    return [line.rstrip() for line in lines if line.strip()] or [""]


def _words(text: str) -> list[str]:
    parts = text.split(" ")
    return [part + " " for part in parts[:-1]] + parts[-1:]


def _break_word(word: str, font: ImageFont.FreeTypeFont, width: float, lines: list[str]) -> None:
    for character in word:
        if font.getlength(lines[-1] + character) <= width:
            lines[-1] += character
        else:
            lines.append(_taken_along(lines, character) + character)


def _taken_along(lines: list[str], character: str) -> str:
    """What moves to the next line together with a character that may not begin it."""
    for count in range(1, _MAX_HANG + 1):
        if character not in _NEVER_FIRST or len(lines[-1]) <= count:
            return ""
        character = lines[-1][-count]
        if character not in _NEVER_FIRST:
            lines[-1], moved = lines[-1][:-count], lines[-1][-count:]
            return moved
    return ""
