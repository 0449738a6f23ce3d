"""Whatever font file passes is read by fontTools and by FreeType as it is read here."""

import io
import struct

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageFont

from center.paper.font import font
from crypto.errors import CheckFailed
from kiosk.document.glyphs import Glyph, Reference, find
from kiosk.document.sfnt import COPIED, TABLES, Program, metric, read_program
from tests.kiosk.document.hostile.fonts import adjusted, built, cmap4, cmap6, tables_of

REFERENCE = Reference(find())
TEXT = "\0見本花子太郎山田一二三"
GOOD = font().face.makeSubset([ord(one) for one in TEXT])
COUNT = len(TEXT)


def read(data: bytes) -> Program | None:
    try:
        return read_program(data, REFERENCE.tables)
    except CheckFailed:
        return None


def by_fonttools(data: bytes) -> dict[int, int]:
    with TTFont(io.BytesIO(data), lazy=True) as file:
        (table,) = file["cmap"].tables
        return {code: file.getGlyphID(name) for code, name in table.cmap.items()}


def by_freetype(data: bytes, codes: range) -> list[bytes]:
    """What FreeType draws for each code of the Macintosh table."""
    face = ImageFont.truetype(
        io.BytesIO(data), 24, encoding="armn", layout_engine=ImageFont.Layout.BASIC
    )
    return [bytes(face.getmask(chr(code))) for code in codes]


DRAWN = by_freetype(GOOD, range(COUNT))


def with_cmap(cmap: bytes) -> bytes:
    return built((tag, cmap if tag == b"cmap" else data) for tag, data in tables_of(GOOD))


def outlines(program: Program | None) -> list[bytes]:
    """What the terminal's own font is held against."""
    assert program is not None
    return [program.outline(glyph) for glyph in range(COUNT)]


def agrees(data: bytes, program: Program) -> None:
    """Both other readers take the glyph that is taken here, for every code."""
    theirs = by_fonttools(data)
    assert all(program.codes.get(code, 0) == glyph for code, glyph in theirs.items())
    assert all(glyph == theirs.get(code, 0) for code, glyph in program.codes.items())
    codes = range(1, min(max(program.codes), 127) + 1)
    shown = by_freetype(data, codes)
    assert shown == [DRAWN[program.codes.get(code, 0)] for code in codes]


def test_a_subset_as_reportlab_makes_it() -> None:
    program = read(GOOD)
    assert program is not None
    assert program.codes == {code: code for code in range(COUNT)}
    held = REFERENCE.glyph("花")
    assert held is not None
    assert Glyph(program.outline(3), *metric(program.metrics, 3, program.measured)).shows(
        held, REFERENCE.units
    )
    assert len(set(DRAWN)) == COUNT
    agrees(GOOD, program)


def test_the_builder_builds_what_reportlab_builds() -> None:
    """So what the hostile fonts are refused for is what they try."""
    assert built(tables_of(GOOD)) == GOOD
    assert [tag.decode() for tag, _ in tables_of(GOOD)] == list(TABLES)


@given(st.permutations(range(1, COUNT)), st.integers(0, 3))
@settings(max_examples=40)
def test_any_codes_that_pass_are_read_alike(order: list[int], again: int) -> None:
    data = with_cmap(cmap6([0, *order, *order[:again]]))
    program = read(data)
    assert program is not None
    agrees(data, program)


@given(st.lists(st.tuples(*[st.integers(0, COUNT)] * 3), min_size=1, max_size=6))
@settings(max_examples=40)
def test_segments_of_any_kind_are_refused(segments: list[tuple[int, int, int]]) -> None:
    """Readers disagree about those that overlap; the form does not need any."""
    assert read(with_cmap(cmap4(segments, (1, 0)))) is None


PLACES = [(tag, at) for tag in (b"cmap", b"head", b"hhea", b"loca", b"maxp") for at in range(60)]


@given(st.data())
@settings(max_examples=150)
def test_any_bytes_changed_under_right_sums(data: st.DataObject) -> None:
    tables = dict(tables_of(GOOD))
    for tag, at in data.draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=3)):
        table = bytearray(tables[tag])
        table[at % len(table)] = data.draw(st.integers(0, 255))
        tables[tag] = bytes(table)
    made = built(sorted(tables.items()))
    program = read(made)
    if program is not None and outlines(program) == outlines(read(GOOD)):
        agrees(made, program)


@given(st.integers(0, 12 + 16 * len(TABLES) - 1), st.integers(1, 255), st.booleans())
def test_no_byte_of_the_directory_may_be_another(place: int, change: int, mend: bool) -> None:
    made = bytearray(GOOD)
    made[place] ^= change
    assert read(adjusted(bytes(made)) if mend and b"head" in made[:300] else bytes(made)) is None


@given(st.integers(0, len(GOOD) - 1))
@settings(max_examples=40)
def test_no_shorter_file(length: int) -> None:
    assert read(GOOD[:length]) is None


@pytest.mark.parametrize("tag", sorted(set(COPIED) - {"post"}))
def test_what_a_subset_copies_is_its_font_s(tag: str) -> None:
    tables = dict(tables_of(GOOD))
    table = bytearray(tables[tag.encode()])
    table[3] ^= 1
    tables[tag.encode()] = bytes(table)
    assert read(built(sorted(tables.items()))) is None


def test_bearings_without_advances_of_their_own() -> None:
    """The last advance holds for all glyphs behind it."""
    tables = dict(tables_of(GOOD))
    rows = tables[b"hmtx"]
    (measured,) = struct.unpack(">H", tables[b"hhea"][34:])
    assert measured < COUNT
    same = rows[4 * (measured - 1) : 4 * (measured - 1) + 2]
    bearings = [rows[at : at + 2] for at in range(4 * measured, len(rows), 2)]
    tables[b"hhea"] = tables[b"hhea"][:34] + struct.pack(">H", COUNT)
    tables[b"hmtx"] = rows[: 4 * measured] + b"".join(same + one for one in bearings)
    made = built(sorted(tables.items()))
    program = read(made)
    assert program is not None
    agrees(made, program)
    good = read(GOOD)
    assert good is not None
    for glyph in range(COUNT):
        said = [metric(one.metrics, glyph, one.measured) for one in (program, good)]
        assert said[0] == said[1]
