"""Whether a document's fonts show what they say: outlines and meanings against a font we hold.

A font inside a PDF brings its own outlines and its own table of what they mean (ToUnicode). So a
page may say "花子" to whoever reads its text and show "太郎" to whoever reads the paper. Here each
character of an embedded subset must have the outline, the widths and the hinting that the same
character has in the terminal's own copy of the font, byte for byte. Then text that was read is text
that is printed. Child process only: the bytes of the font are a stranger's.

Source: ISO 32000-2 9.6.2 (simple fonts), 9.10.3 (ToUnicode); Adobe Technical Note 5411; OpenType
1.9 glyf, loca, hmtx, cmap formats 12 and 14.
"""

import mmap
import re
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont

from crypto.errors import CheckFailed
from kiosk.document.objects import Walk
from kiosk.document.sfnt import COPIED, Program, metric, read_program
from kiosk.document.skeleton import FORBIDDEN

PLACES = (
    Path("/usr/share/fonts/truetype/ipamj/ipamjm.ttf"),
    Path("/usr/share/fonts/opentype/ipamj/ipamjm.ttf"),
    Path("/usr/local/share/fonts/ipamjm.ttf"),
)
"""IPAmj 明朝, the font of the 文字情報基盤: what certificates with names are set in."""
_NAME = re.compile(r"/[A-Z]{6}\+IPAmjMincho")
"""A subset of the font; no name that a renderer could have a font of its own for."""
_POST_BYTES = 32
_FILLED = 4
"""Outlines begin at multiples of this."""
_GLYPH = struct.Struct(">5h")
"""Number of contours; least x and y, greatest x and y."""
_WIDTH_TOLERANCE = 1.0
"""In thousandths of the em, for rounding."""
_FORMAT_OF_VARIANTS = 14

_LINE = rb"<([0-9A-F]{2})> <((?:[0-9A-F]{4}){1,4})>"
_CHARACTER = re.compile(_LINE)
_TEXT_MAP = re.compile(
    rb"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
    rb"/CIDSystemInfo << /Registry \(Adobe\) /Ordering \(UCS\) /Supplement 0 >> def\n"
    rb"/CMapName /[A-Za-z0-9+-]{1,64} def\n/CMapType 2 def\n"
    rb"1 begincodespacerange\n<00> <FF>\nendcodespacerange\n"
    rb"((?:\d{1,3} beginbfchar\n(?:<[0-9A-F]{2}> <[0-9A-F]{4,16}>\n)+endbfchar\n)*)"
    rb"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n?"
)
"""Character by character in the note's own form; ranges and other maps are not needed."""


Ink = tuple[float, float, float, float]
"""Left, low, right, high."""


class FontMissing(Exception):
    """The terminal lacks the font that documents are held against; says which package has it."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character's outline with its hints, where it begins, and how far it reaches."""

    outline: bytes = field(repr=False)
    bearing: int
    advance: int

    def ink(self, units: int) -> Ink:
        """Its box in ems from where it begins, by its own header; nothing where it is blank."""
        if not self.outline:
            return 0.0, 0.0, 0.0, 0.0
        _, left, low, right, high = _GLYPH.unpack_from(self.outline)
        begin = self.bearing
        return begin / units, low / units, (begin + right - left) / units, high / units

    def shows(self, held: "Glyph", units: int) -> bool:
        """Whether this prints as `held` does. reportlab writes advances in thousandths of the
        em; no renderer reads them, since the document states its widths."""
        advances = (held.advance, round(held.advance * 1000 / units))
        return (
            _same(self.outline, held.outline)
            and self.bearing == held.bearing
            and self.advance in advances
        )


class Reference:
    """The terminal's own copy of the font. Reads the file once; holds no file open."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        font = TTFont(path, lazy=True)
        with font:
            self._places = font["loca"].locations
            self._glyf = font.reader.tables["glyf"].offset
            self._metrics = font.reader["hmtx"]
            self._measured = font["hhea"].numberOfHMetrics
            self.units = int(font["head"].unitsPerEm)
            self.tables = {tag: bytes(font.reader[tag]) for tag in COPIED}
            # The names of its glyphs are not a subset's.
            self.tables["post"] = self.tables["post"][:_POST_BYTES]
            self._numbers = _numbers(font)

    def glyph(self, text: str) -> Glyph | None:
        """Of one character, or of one with its variation selector; None where it has none."""
        number = self._numbers.get(text)
        if number is None:
            return None
        return Glyph(self._outline(number), *metric(self._metrics, number, self._measured))

    @property
    def missing(self) -> bytes:
        """The outline of what has none: glyph 0."""
        return self._outline(0)

    def _outline(self, number: int) -> bytes:
        begin, end = (self._glyf + self._places[at] for at in (number, number + 1))
        return self._data[begin:end]


def _numbers(font: Any) -> dict[str, int]:
    """Character or sequence -> number of its glyph."""
    best = font.getBestCmap()
    numbers = {chr(code): font.getGlyphID(name) for code, name in best.items()}
    variants = next(one for one in font["cmap"].tables if one.format == _FORMAT_OF_VARIANTS)
    for selector, pairs in variants.uvsDict.items():
        for base, name in pairs:
            numbers[chr(base) + chr(selector)] = font.getGlyphID(name or best[base])
    return numbers


def _same(outline: bytes, held: bytes) -> bool:
    """Whether it is the held outline to its end, but for what fills it up. One that ends earlier,
    be it by zeros, is none to some renderers, and nothing is seen."""
    rest = outline[len(held) :]
    return outline.startswith(held) and len(rest) < (_FILLED if held else 1) and not any(rest)


def find(places: tuple[Path, ...] = PLACES) -> Path:
    """The font's file. Raises FontMissing."""
    for path in places:
        if path.is_file():
            return path
    raise FontMissing("IPAmj 明朝 is not installed; Debian has it as fonts-ipamj-mincho")


@dataclass(frozen=True, slots=True)
class Face:
    """An embedded font that tells the truth: text, width and ink of each code, in ems."""

    texts: dict[int, str] = field(repr=False)
    widths: dict[int, float] = field(repr=False)
    inks: dict[int, Ink] = field(repr=False)


def read_face(font: Any, walk: Walk, reference: Reference) -> Face:
    """The font of a walked document, every character held against `reference`.

    Raises CheckFailed `document.forbidden_content`.
    """
    texts = _read_map(walk.content(font.ToUnicode))
    program = _program(font.FontDescriptor, walk, reference)
    if not _NAME.fullmatch(str(font.BaseFont)) or font.BaseFont != font.FontDescriptor.FontName:
        raise CheckFailed(FORBIDDEN, "a font of another name")
    stated = [float(width) for width in font.Widths]
    if len(stated) != int(font.LastChar) + 1 or not texts.keys() <= set(range(len(stated))):
        raise CheckFailed(FORBIDDEN, "a font that says more than it has")
    if texts.keys() != program.codes.keys() - {0}:
        raise CheckFailed(FORBIDDEN, "a font that shows more or less than it says")
    inks = {}
    for code, text in texts.items():
        held, shown = reference.glyph(text), _shown(program, code)
        if held is None or not shown.shows(held, reference.units):
            raise CheckFailed(FORBIDDEN, "a character that shows something else than it says")
        if abs(stated[code] - held.advance * 1000 / reference.units) > _WIDTH_TOLERANCE:
            raise CheckFailed(FORBIDDEN, "a character with another width")
        if not held.advance:
            raise CheckFailed(FORBIDDEN, "a character without room of its own")
        inks[code] = held.ink(reference.units)
    return Face(texts, {code: stated[code] / 1000 for code in texts}, inks)


def _read_map(data: bytes) -> dict[int, str]:
    """Code -> text. Code 0 is the font's own sign for "no character", and no text."""
    whole = _TEXT_MAP.fullmatch(data)
    if whole is None:
        raise CheckFailed(FORBIDDEN, "a ToUnicode of another form")
    pairs = [
        (int(code, 16), bytes.fromhex(text.decode()).decode("utf-16-be"))
        for code, text in _CHARACTER.findall(whole.group(1))
    ]
    texts = dict(pairs)
    if len(texts) != len(pairs):
        raise CheckFailed(FORBIDDEN, "one code with two meanings")
    texts.pop(0, None)
    return texts


def _program(descriptor: Any, walk: Walk, reference: Reference) -> Program:
    """The embedded font file, of the very length its frame says."""
    data = walk.content(descriptor.FontFile2)
    if len(data) != int(descriptor.FontFile2.Length1):
        raise CheckFailed(FORBIDDEN, "a font of another length than its frame says")
    program = read_program(data, reference.tables)
    if not _same(program.outline(0), reference.missing):
        raise CheckFailed(FORBIDDEN, "another sign for no character")
    return program


def _shown(program: Program, code: int) -> Glyph:
    number = program.codes[code]
    return Glyph(program.outline(number), *metric(program.metrics, number, program.measured))
