"""Pages that show something else than they say: lying fonts, unseen text, things over things."""

import io
import re
from collections.abc import Callable
from typing import Any

import pikepdf
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Stream

from tests.kiosk.document.hostile.case import (
    COMPLEX,
    FORBIDDEN,
    Hostile,
    Make,
    added,
    before_signing,
    on_page,
)

Pdf = pikepdf.Pdf
_NAME = "花"
_OTHER = "見"
_SEEN = b"BT 1 0 0 1 60 40 Tm %b (\\001) Tj ET"


def font_of(pdf: Pdf) -> Any:
    return next(iter(pdf.pages[0].obj.Resources.Font.values()))


def _font_file(change: Callable[[TTFont], None]) -> Make:
    """Another font program inside."""

    def mend(pdf: Pdf) -> None:
        rewrite_font(pdf, change)

    return before_signing(mend)


def rewrite_font(pdf: Pdf, change: Callable[[TTFont], None]) -> None:
    stream = font_of(pdf).FontDescriptor.FontFile2
    font = TTFont(io.BytesIO(stream.read_bytes()), recalcBBoxes=False, recalcTimestamp=False)
    change(font)
    made = io.BytesIO()
    font.save(made, reorderTables=None)
    put_program(pdf, made.getvalue())


def put_program(pdf: Pdf, data: bytes) -> None:
    """Another font file, its length told truly."""
    stream = font_of(pdf).FontDescriptor.FontFile2
    stream.write(data)
    stream.Length1 = len(data)


def code_of(pdf: Pdf, character: str) -> bytes:
    line = rb"<(..)> <%b>" % character.encode("utf-16-be").hex().upper().encode()
    found = re.search(line, font_of(pdf).ToUnicode.read_bytes())
    assert found is not None
    return found.group(1)


def _map(change: Callable[[bytes], bytes]) -> Callable[[Pdf], None]:
    def mend(pdf: Pdf) -> None:
        stream = font_of(pdf).ToUnicode
        stream.write(change(stream.read_bytes()))

    return mend


def lying_map(pdf: Pdf) -> None:
    """The page shows one character, its text is another."""
    one, other = (text.encode("utf-16-be").hex().upper().encode() for text in (_NAME, _OTHER))
    place = b"<%b>"
    _map(
        lambda text: (
            text.replace(place % one, b"<?>")
            .replace(place % other, place % one)
            .replace(b"<?>", place % other)
        )
    )(pdf)


def _lying_outline(pdf: Pdf) -> None:
    """The text stays true; the outline is another character's."""
    one, other = (int(code_of(pdf, text), 16) for text in (_NAME, _OTHER))

    def change(font: TTFont) -> None:
        (table,) = font["cmap"].tables
        first, second = table.cmap[one], table.cmap[other]
        glyphs = font["glyf"].glyphs
        glyphs[first], glyphs[second] = glyphs[second], glyphs[first]

    rewrite_font(pdf, change)


def _lying_codes(font: TTFont) -> None:
    (table,) = font["cmap"].tables
    codes = sorted(table.cmap)
    names = [table.cmap[code] for code in codes]
    table.cmap = dict(zip(codes, names[1:] + names[:1], strict=True))


def _another_table_of_codes(font: TTFont) -> None:
    """Two tables: which one is used depends on who reads."""
    from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

    (table,) = font["cmap"].tables
    second = CmapSubtable.newSubtable(4)
    second.platformID, second.platEncID, second.language = 3, 0, 0
    second.cmap = {0xF000 + code: ".notdef" for code in table.cmap}
    font["cmap"].tables.append(second)


def _other_hinting(font: TTFont) -> None:
    """A program that could move every point while the outline stays."""
    from fontTools.ttLib.tables.ttProgram import Program

    program = Program()
    program.fromBytecode(b"\x4f")
    font["prep"].program = program


def _moved_aside(font: TTFont) -> None:
    metrics = font["hmtx"].metrics
    for name, (advance, bearing) in list(metrics.items())[3:6]:
        metrics[name] = advance, bearing - 2048


def _scaled(font: TTFont) -> None:
    font["head"].unitsPerEm = 1024


def _strange_table(font: TTFont) -> None:
    from fontTools.ttLib.tables.DefaultTable import DefaultTable

    table = DefaultTable("SVG ")
    table.data = b"<svg/>"
    font["SVG "] = table


def _no_width(pdf: Pdf) -> None:
    font = font_of(pdf)
    font.Widths = Array([0] * len(font.Widths))


def _fewer_widths(pdf: Pdf) -> None:
    font_of(pdf).Widths = Array([1000])


def _no_program(pdf: Pdf) -> None:
    del font_of(pdf).FontDescriptor.FontFile2


def _nonsense_program(pdf: Pdf) -> None:
    put_program(pdf, b"\0\1\0\0" + bytes(2000))


def _no_map(pdf: Pdf) -> None:
    del font_of(pdf).ToUnicode


def _loose(pdf: Pdf) -> None:
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    pdf.pages[0].obj.Resources.Font.Extra = pdf.make_indirect(font)


def _drawn_font(pdf: Pdf) -> None:
    """Each character a page of its own (Type 3)."""
    font = Dictionary(
        Type=Name.Font, Subtype=Name.Type3, FontMatrix=[1, 0, 0, 1, 0, 0], FontBBox=[0, 0, 1, 1],
        CharProcs=Dictionary(a=pdf.make_indirect(Stream(pdf, b"0 0 1 1 re f"))),
        Encoding=Dictionary(Differences=[0, Name.a]), FirstChar=0, LastChar=0, Widths=[1],
        Resources=Dictionary(),
    )  # fmt: skip
    pdf.pages[0].obj.Resources.Font.Extra = pdf.make_indirect(font)


def _composite(pdf: Pdf) -> None:
    font = Dictionary(
        Type=Name.Font, Subtype=Name.Type0, BaseFont=Name.X, Encoding=Name("/Identity-H"),
        DescendantFonts=[Dictionary(Type=Name.Font, Subtype=Name.CIDFontType2)],
    )  # fmt: skip
    pdf.pages[0].obj.Resources.Font.Extra = pdf.make_indirect(font)


def _encoding(pdf: Pdf) -> None:
    font_of(pdf).Encoding = Dictionary(Differences=[1, Name.A, Name.B])


def _range_of_codes(text: bytes) -> bytes:
    return text.replace(b"endcmap", b"1 beginbfrange\n<01> <05> <4E00>\nendbfrange\nendcmap")


def _one_code_twice(text: bytes) -> bytes:
    line = re.search(rb"<02> <[0-9A-F]+>\n", text)
    assert line is not None
    return text.replace(line.group(0), line.group(0) + b"<02> <4E00>\n")


_FONTS: tuple[tuple[str, Make, str], ...] = (
    ("a font map that lies", before_signing(lying_map), "shows something else"),
    ("an outline that lies", before_signing(_lying_outline), "shows something else"),
    ("codes that lie", _font_file(_lying_codes), "shows something else"),
    ("two tables of codes", _font_file(_another_table_of_codes), "table of codes of another form"),
    ("hinting that moves points", _font_file(_other_hinting), "another font's hinting"),
    ("characters moved aside", _font_file(_moved_aside), "shows something else"),
    ("characters of another size", _font_file(_scaled), "another font's hinting or size"),
    ("a picture in a font", _font_file(_strange_table), "tables it does not need"),
    ("characters without a width", before_signing(_no_width), "another width"),
    ("fewer widths than characters", before_signing(_fewer_widths), "more than it has"),
    ("a font that is nonsense", before_signing(_nonsense_program), "tables it does not need"),
    ("a font that is not inside", before_signing(_no_program), "font descriptor"),
    ("a font of the reader's", before_signing(_loose), "the font"),
    ("a font without its map", before_signing(_no_map), "the font"),
    ("a map by ranges", before_signing(_map(_range_of_codes)), "ToUnicode of another form"),
    ("a map with two meanings", before_signing(_map(_one_code_twice)), "two meanings"),
    ("a map of a megabyte of ones", before_signing(_map(lambda _text: b"<01> " * 200_000)),
     "ToUnicode of another form"),
    ("a font of drawings", before_signing(_drawn_font), "the font"),
    ("a composite font", before_signing(_composite), "the font"),
    ("an encoding of its own", before_signing(_encoding), "the font"),
)  # fmt: skip


def _shown(operators: bytes) -> Make:
    """A string drawn that way, in the page's own font."""
    return added(_SEEN % operators)


_F = b"/F1+0 12 Tf"
_UNSEEN: tuple[tuple[str, Make, str], ...] = (
    ("text in no colour", _shown(_F + b" 3 Tr"), "not needed here"),
    ("text as a clip", _shown(_F + b" 7 Tr"), "not needed here"),
    ("white text", added(b"1 g " + _SEEN % _F), "too light"),
    ("white by name", added(b"/DeviceGray cs 1 sc " + _SEEN % _F), "not needed here"),
    ("white ink", added(b"0 0 0 0 k " + _SEEN % _F), "not needed here"),
    ("white light", added(b"1 1 1 rg " + _SEEN % _F), "not needed here"),
    ("text off the page", added(b"BT 1 0 0 1 900 40 Tm /F1+0 12 Tf (\\001) Tj ET"),
     "off the page"),
    ("text over the edge", added(b"BT 1 0 0 1 590 40 Tm /F1+0 12 Tf (\\001\\001) Tj ET"),
     "off the page"),
    ("text too small to see", _shown(b"/F1+0 0.01 Tf"), "too small"),
    ("text too narrow to see", _shown(_F + b" 0.1 Tz"), "too small"),
    ("text upside down", added(b"BT -1 0 0 -1 60 40 Tm /F1+0 12 Tf (\\001) Tj ET"), "straight"),
    ("text in a drawing turned away", added(b"q 0 0 0 0 0 0 cm Q"), "straight"),
    ("text raised out of sight", _shown(_F + b" 2000 Ts"), "not needed here"),
    ("text spaced out of sight", _shown(_F + b" 9999 Tc"), "not needed here"),
    ("text moved between characters", added(
        b"BT 1 0 0 1 60 40 Tm /F1+0 12 Tf [(\\001) -99999 (\\001)] TJ ET"), "not needed here"),
    ("text that follows unseen", added(
        b"BT 1 0 0 1 60 40 Tm /F1+0 12 Tf (\\001) Tj (\\001) Tj ET"), "without font or place"),
    ("clipped text", added(b"0 0 1 1 re W n " + _SEEN % _F), "not needed here"),
    ("text under black", added(b"50 700 300 100 re f"), "painted over text"),
    ("text under a curve", added(b"50 700 m 60 800 200 800 400 760 c h B*"), "painted over"),
    ("text under a thick line", added(b"40 w 50 736 m 400 736 l S"), "too large"),
    ("text in a layer", added(b"/OC /Extra BDC " + _SEEN % _F + b" EMC"), "not needed here"),
    ("text that says it is other text", added(
        b"/Span << /ActualText (x) >> BDC " + _SEEN % _F + b" EMC"), "not needed here"),
    ("text without a place", added(b"BT /F1+0 12 Tf (\\001) Tj ET"), "without font or place"),
    ("text without a font", added(b"BT 1 0 0 1 60 40 Tm (\\001) Tj ET"), "without font or place"),
    ("text in no font of the page", _shown(b"/F9 12 Tf"), "does not have"),
    ("characters that mean nothing", added(
        b"BT 1 0 0 1 60 40 Tm /F1+0 12 Tf (\\377) Tj ET"), "means nothing"),
    ("the sign for no character", added(
        b"BT 1 0 0 1 60 40 Tm /F1+0 12 Tf (\\000) Tj ET"), "means nothing"),
    ("text in a saved state", added(b"q " + _SEEN % _F + b" Q"), "saved state"),
    ("a width for text to come", added(b"50 Tz " + _SEEN % _F), "where none of its kind"),
    ("an inline picture", added(b"BI /W 1 /H 1 /BPC 8 /CS /G ID \0 EI"), "not needed here"),
    ("an operator nobody knows", added(b"BX 1 2 3 evil EX"), "not needed here"),
    ("an operator with too little", added(b"50 re"), "not needed here"),
    ("an operator with something else", added(b"(a) w"), "not needed here"),
    ("a graphics state by name", added(b"/Extra gs"), "not needed here"),
    ("a drawing by name", added(b"/Extra Do"), "not needed here"),
    ("restored without having been saved", on_page(lambda content: b"Q " + content),
     "was not saved"),
    ("saved and never restored", added(b"q"), "does not end as it began"),
    ("text that never ends", added(b"BT"), "does not end as it began"),
    ("content that is no content", on_page(lambda _content: b"\x00<<<((("), "not needed here"),
    ("arrays in arrays on a page", added(b"[" * 5_000 + b"]" * 5_000 + b" TJ"), "not needed here"),
)  # fmt: skip
_HEAVY: tuple[tuple[str, Make, str], ...] = (
    ("a million operators", added(b"q Q " * 500_000), "too many operators"),
    ("four megabytes of one number", added(b"1" * 5_000_000 + b" w"), "too much unpacks"),
)  # fmt: skip

PAGES: tuple[Hostile, ...] = (
    *(Hostile(name, FORBIDDEN, why, make) for name, make, why in (*_FONTS, *_UNSEEN)),
    *(Hostile(name, COMPLEX, why, make) for name, make, why in _HEAVY),
)
