"""Whether a document's fonts show what they say: outlines and meanings against a font we hold.

A font inside a PDF brings its own outlines and its own table of what they mean (ToUnicode). So a
page may say "花子" to whoever reads its text and show "太郎" to whoever reads the paper. Here each
character of an embedded subset must have the outline, the widths and the hinting that the same
character has in the terminal's own copy of the font, byte for byte. Then text that was read is text
that is printed. Child process only: the bytes of the font are a stranger's.

Source: ISO 32000-2 9.6.2 (simple fonts), 9.10.3 (ToUnicode); Adobe Technical Note 5411; OpenType
1.9 glyf, loca, hmtx, cmap formats 12 and 14.
"""

import io
import mmap
import re
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont

from crypto.errors import CheckFailed
from kiosk.document.objects import Walk
from kiosk.document.skeleton import FORBIDDEN

PLACES = (
    Path("/usr/share/fonts/truetype/ipamj/ipamjm.ttf"),
    Path("/usr/share/fonts/opentype/ipamj/ipamjm.ttf"),
    Path("/usr/local/share/fonts/ipamjm.ttf"),
)
"""IPAmj 明朝, the font of the 文字情報基盤: what certificates with names are set in."""
_HINTING = ("fpgm", "prep", "cvt ")
"""Programs that move points: an outline is what it is only under the same ones."""
_TABLES = frozenset({
    "head", "hhea", "maxp", "OS/2", "hmtx", "cmap", "loca", "glyf", "name", "post", *_HINTING,
})  # fmt: skip
_METRIC = struct.Struct(">Hh")
_GLYPH = struct.Struct(">5h")
"""Number of contours; least x and y, greatest x and y."""
_BEARING = struct.Struct(">h")
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
        return (self.outline, self.bearing) == (held.outline, held.bearing) and (
            self.advance in advances
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
            self.hinting = {name: bytes(font.reader[name]) for name in _HINTING}
            self._numbers = _numbers(font)

    def glyph(self, text: str) -> Glyph | None:
        """Of one character, or of one with its variation selector; None where it has none."""
        number = self._numbers.get(text)
        if number is None:
            return None
        begin, end = (self._glyf + self._places[at] for at in (number, number + 1))
        metric = _metric(self._metrics, number, self._measured)
        return Glyph(self._data[begin:end].rstrip(b"\0"), *metric)


def _numbers(font: Any) -> dict[str, int]:
    """Character or sequence -> number of its glyph."""
    best = font.getBestCmap()
    numbers = {chr(code): font.getGlyphID(name) for code, name in best.items()}
    variants = next(one for one in font["cmap"].tables if one.format == _FORMAT_OF_VARIANTS)
    for selector, pairs in variants.uvsDict.items():
        for base, name in pairs:
            numbers[chr(base) + chr(selector)] = font.getGlyphID(name or best[base])
    return numbers


def _metric(table: bytes, number: int, measured: int) -> tuple[int, int]:
    """Glyphs from `measured` on share the last advance; only bearings follow."""
    advance, bearing = _METRIC.unpack_from(table, min(number, measured - 1) * _METRIC.size)
    if number >= measured:
        place = measured * _METRIC.size + (number - measured) * _BEARING.size
        (bearing,) = _BEARING.unpack_from(table, place)
    return bearing, advance


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
    program = _Program(walk.content(font.FontDescriptor.FontFile2), reference)
    stated = [float(width) for width in font.Widths]
    if len(stated) != int(font.LastChar) + 1 or not texts.keys() <= set(range(len(stated))):
        raise CheckFailed(FORBIDDEN, "a font that says more than it has")
    inks = {}
    for code, text in texts.items():
        held, shown = reference.glyph(text), program.glyph(code)
        if held is None or shown is None or not shown.shows(held, reference.units):
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


class _Program:
    """The embedded font file."""

    def __init__(self, data: bytes, reference: Reference) -> None:
        font = TTFont(io.BytesIO(data), lazy=True)
        if set(font.reader.keys()) - _TABLES:
            raise CheckFailed(FORBIDDEN, "a font with tables it does not need")
        hinting = {name: bytes(font.reader[name]) for name in _HINTING}
        if hinting != reference.hinting or font["head"].unitsPerEm != reference.units:
            raise CheckFailed(FORBIDDEN, "another font's hinting or size")
        (self._codes,) = (table.cmap for table in font["cmap"].tables)
        self._font = font
        self._places = font["loca"].locations
        self._glyf, self._metrics = font.reader["glyf"], font.reader["hmtx"]
        self._measured = font["hhea"].numberOfHMetrics

    def glyph(self, code: int) -> Glyph | None:
        name = self._codes.get(code)
        if name is None:
            return None
        number = self._font.getGlyphID(name)
        begin, end = self._places[number], self._places[number + 1]
        if not 0 <= begin <= end <= len(self._glyf):
            return None
        metric = _metric(self._metrics, number, self._measured)
        return Glyph(bytes(self._glyf[begin:end]).rstrip(b"\0"), *metric)
