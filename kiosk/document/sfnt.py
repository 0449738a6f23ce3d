"""An embedded font's file, read in the one way that leaves nothing to choose. Bytes in.

Two readers of fonts that meet a table twice, segments of a cmap that overlap, or a glyph that
reaches over the end take different glyphs for one code. So the file is held to one form: each table
once, one behind the other, with its right sum; one cmap of one kind; and every table that is not
the subset's own is the held font's, byte for byte. Nothing is repaired, nothing is ignored.

Source: OpenType 1.9 font file (table directory, checksums), head, hhea, maxp, hmtx, loca, cmap
format 6, post version 3.0.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from crypto.errors import CheckFailed
from kiosk.document.skeleton import FORBIDDEN

HINTING = ("cvt ", "fpgm", "prep")
"""Programs that move points: an outline is what it is only under the same ones."""
COPIED = ("OS/2", "head", "hhea", "maxp", "name", "post", *HINTING)
"""Tables in which a subset is its font, but for `_OWN`."""
_SUBSET = ("cmap", "glyf", "hmtx", "loca")
TABLES = tuple(sorted((*COPIED, *_SUBSET)))

_VERSION = 0x00010000
"""Outlines of TrueType; no collection, no CFF."""
_DIRECTORY = struct.Struct(">IHHHH")
_RECORD = struct.Struct(">4sIII")
_FILE_SUM = 0xB1B0AFBA
_ADJUSTMENT = slice(8, 12)
_LOCA_FORMAT = slice(50, 52)
_METRICS = slice(34, 36)
_GLYPHS = slice(4, 6)
_VERSION_AT = slice(0, 4)
_NAMELESS = b"\0\x03\0\0"
_OWN: Mapping[str, tuple[slice, ...]] = {
    "head": (_ADJUSTMENT, _LOCA_FORMAT), "hhea": (_METRICS,), "maxp": (_GLYPHS,),
    "post": (_VERSION_AT,),
}  # fmt: skip
"""What differs between a subset and its font: a sum, counts, the size of places, no names."""
_CMAP = struct.Struct(">HHHHIHHHHH")
_CMAP_HEAD = (0, 1, 1, 0, 12, 6)
"""Version, one table, Macintosh Roman, at 12, format 6: what a symbolic font of PDF has."""
_CODES = 256
_METRIC = struct.Struct(">Hh")
_BEARING = struct.Struct(">h")


@dataclass(frozen=True, slots=True)
class Program:
    """What codes show."""

    codes: dict[int, int] = field(repr=False)
    """Code -> number of its glyph."""
    metrics: bytes = field(repr=False)
    measured: int
    """Glyphs with an advance of their own."""
    _places: tuple[int, ...] = field(repr=False)
    _glyf: bytes = field(repr=False)

    def outline(self, number: int) -> bytes:
        """A glyph with its hints, and what fills it up."""
        return self._glyf[self._places[number] : self._places[number + 1]]


def metric(table: bytes, number: int, measured: int) -> tuple[int, int]:
    """Bearing and advance. Glyphs from `measured` on share the last advance; only bearings
    follow."""
    advance, bearing = _METRIC.unpack_from(table, min(number, measured - 1) * _METRIC.size)
    if number >= measured:
        place = measured * _METRIC.size + (number - measured) * _BEARING.size
        (bearing,) = _BEARING.unpack_from(table, place)
    return bearing, advance


def read_program(data: bytes, held: Mapping[str, bytes]) -> Program:
    """A subset of the font whose tables `COPIED` are `held`.

    Raises CheckFailed `document.forbidden_content` for any other form.
    """
    tables = _tables(data)
    for tag in COPIED:
        if _without_own(tag, tables[tag]) != _without_own(tag, held[tag]):
            raise CheckFailed(FORBIDDEN, "another font's hinting or size")
    _demand(tables["post"][_VERSION_AT] == _NAMELESS, "a font that names its glyphs")
    glyphs = _short(tables["maxp"][_GLYPHS])
    measured = _short(tables["hhea"][_METRICS])
    fits = 0 < measured <= glyphs
    room = measured * _METRIC.size + (glyphs - measured) * _BEARING.size
    _demand(fits and len(tables["hmtx"]) == room, "widths for more or fewer glyphs")
    places = _places(tables["loca"], _short(tables["head"][_LOCA_FORMAT]), glyphs)
    _demand(places[-1] == len(tables["glyf"]), "outlines for more or fewer glyphs")
    codes = _codes(tables["cmap"])
    # A glyph that no code shows would be shown by whoever counts otherwise.
    _demand(set(codes.values()) | {0} == set(range(glyphs)), "codes for more or fewer glyphs")
    return Program(codes, tables["hmtx"], measured, places, tables["glyf"])


def _tables(data: bytes) -> dict[str, bytes]:
    """The tables by tag, each where the one before it ends."""
    _demand(len(data) >= _DIRECTORY.size, "no font")
    version, count, *search = _DIRECTORY.unpack_from(data)
    _demand(version == _VERSION and count == len(TABLES), "a font with tables it does not need")
    power = count.bit_length() - 1
    _demand(search == [16 << power, power, 16 * count - (16 << power)], "no font's directory")
    place = _DIRECTORY.size + count * _RECORD.size
    _demand(len(data) >= place, "no font")
    records = [
        _RECORD.unpack_from(data, _DIRECTORY.size + at * _RECORD.size) for at in range(count)
    ]
    # In the order of their tags, which is the order of `TABLES`: none twice, none missing.
    tags = [tag for tag, *_ in records]
    _demand(tags == [tag.encode() for tag in TABLES], "a font with tables it does not need")
    tables = {}
    for tag, total, begin, length in sorted(records, key=lambda record: record[2]):
        end = begin + length + -length % 4
        _demand(begin == place and end <= len(data), "tables that overlap, or leave a gap")
        table, place = data[begin : begin + length], end
        _demand(not any(data[begin + length : end]), "tables that overlap, or leave a gap")
        _demand(_sum(_unsummed(tag, table)) == total, "a table with another sum")
        tables[tag.decode()] = table
    _demand(place == len(data), "tables that overlap, or leave a gap")
    _demand(_sum(data) == _FILE_SUM, "a font with another sum")
    return tables


def _unsummed(tag: bytes, table: bytes) -> bytes:
    return _zeroed(table, _ADJUSTMENT) if tag == b"head" else table


def _sum(data: bytes) -> int:
    padded = data + bytes(-len(data) % 4)
    total: int = sum(struct.unpack(f">{len(padded) // 4}I", padded))
    return total & 0xFFFFFFFF


def _without_own(tag: str, table: bytes) -> bytes:
    for part in _OWN.get(tag, ()):
        table = _zeroed(table, part)
    return table


def _zeroed(table: bytes, part: slice) -> bytes:
    return table[: part.start] + bytes(part.stop - part.start) + table[part.stop :]


def _short(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _places(loca: bytes, kind: int, glyphs: int) -> tuple[int, ...]:
    """Where each glyph begins, and the last one ends."""
    size, letter, unit = {0: (2, "H", 2), 1: (4, "I", 1)}.get(kind, (0, "", 0))
    _demand(size > 0 and len(loca) == size * (glyphs + 1), "places for more or fewer glyphs")
    places = tuple(unit * place for place in struct.unpack(f">{glyphs + 1}{letter}", loca))
    ascends = places[0] == 0 and all(one <= other for one, other in pairwise(places))
    _demand(ascends, "glyphs that overlap")
    return places


def _codes(cmap: bytes) -> dict[int, int]:
    """Code -> glyph, by the one table of codes."""
    _demand(len(cmap) > _CMAP.size, "a table of codes of another form")
    *head, length, language, first, count = _CMAP.unpack_from(cmap)
    right = (
        tuple(head) == _CMAP_HEAD and language == 0 and first + count <= _CODES
        and length == 10 + 2 * count and len(cmap) == 12 + length
    )  # fmt: skip
    _demand(right, "a table of codes of another form")
    return dict(enumerate(struct.unpack_from(f">{count}H", cmap, _CMAP.size), first))


def _demand(holds: object, why: str) -> None:
    if not holds:
        raise CheckFailed(FORBIDDEN, why)
