"""Font files that two readers read differently: each is taken by some renderer as it lies."""

import struct
from collections.abc import Callable, Iterable
from itertools import pairwise

import pikepdf
from pikepdf import Name

from tests.kiosk.document.hostile.case import FORBIDDEN, Hostile, Make, before_signing
from tests.kiosk.document.hostile.pages import code_of, font_of, put_program

Tables = list[tuple[bytes, bytes]]
Change = Callable[[Tables, dict[str, int]], Tables]
"""The tables in the order of their tags, and codes of the name's two characters -> other ones."""
_NAME = "花子"
_SUM = 0xB1B0AFBA
_MAGIC = b"\x5f\x0f\x3c\xf5"
"""Behind the adjustment."""


def tables_of(font: bytes) -> Tables:
    """A font's tables in the order of its directory."""
    (count,) = struct.unpack_from(">H", font, 4)
    records = [struct.unpack_from(">4s4xII", font, 12 + 16 * at) for at in range(count)]
    return [(tag, font[begin : begin + length]) for tag, begin, length in records]


def built(tables: Iterable[tuple[bytes, bytes]], version: bytes = b"\0\1\0\0") -> bytes:
    """A font of these tables, one behind the other, every sum right."""
    tables = [(tag, _zeroed(data) if tag == b"head" else data) for tag, data in tables]
    power = len(tables).bit_length() - 1
    head = version + struct.pack(
        ">4H", len(tables), 16 << power, power, 16 * len(tables) - (16 << power)
    )
    place, body = len(head) + 16 * len(tables), b""
    for tag, data in tables:
        head += struct.pack(">4sIII", tag, _sum(data), place + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    return adjusted(head + body)


def adjusted(font: bytes) -> bytes:
    """The font with its adjustment right, where it has a `head`."""
    record = next((at for at in range(12, 12 + 64 * 16, 16) if font[at : at + 4] == b"head"), 0)
    if not record:
        return font
    (place,) = struct.unpack_from(">I", font, record + 8)
    font = font[: place + 8] + bytes(4) + font[place + 12 :]
    missing = struct.pack(">I", (_SUM - _sum(font)) & 0xFFFFFFFF)
    return font[: place + 8] + missing + font[place + 12 :]


def _sum(data: bytes) -> int:
    data += bytes(-len(data) % 4)
    return sum(struct.unpack(f">{len(data) // 4}I", data)) & 0xFFFFFFFF


def _zeroed(head: bytes) -> bytes:
    return head[:8] + bytes(4) + head[12:]


def with_file(change: Callable[[bytes, dict[str, int]], bytes]) -> Make:
    """Another font file inside, made of the one that was there."""

    def mend(pdf: pikepdf.Pdf) -> None:
        codes = {text: int(code_of(pdf, text), 16) for text in _NAME}
        put_program(pdf, change(font_of(pdf).FontDescriptor.FontFile2.read_bytes(), codes))

    return before_signing(mend)


def _tables(change: Change) -> Make:
    return with_file(lambda font, codes: built(change(tables_of(font), codes)))


def _bytes(change: Callable[[bytes], bytes]) -> Make:
    return with_file(lambda font, _codes: change(font))


def _table(tag: bytes, change: Callable[[bytes], bytes]) -> Make:
    """One table changed, the others as they are."""
    return _tables(
        lambda tables, _codes: [(k, change(data) if k == tag else data) for k, data in tables]
    )


def _glyphs(tables: Tables) -> int:
    return int.from_bytes(dict(tables)[b"maxp"][4:6], "big")


def _swapped(tables: Tables, codes: dict[str, int]) -> list[int]:
    """The glyphs of all codes, those of the name's characters exchanged."""
    glyphs = list(range(_glyphs(tables)))
    one, other = codes.values()
    glyphs[one], glyphs[other] = glyphs[other], glyphs[one]
    return glyphs


def cmap6(glyphs: Iterable[int], platform: tuple[int, int] = (1, 0), first: int = 0) -> bytes:
    """One table of codes, format 6."""
    row = list(glyphs)
    sub = struct.pack(f">5H{len(row)}H", 6, 10 + 2 * len(row), 0, first, len(row), *row)
    return struct.pack(">4HI", 0, 1, *platform, 12) + sub


def cmap4(segments: list[tuple[int, int, int]], platform: tuple[int, int]) -> bytes:
    """One table of codes, format 4: first code, last code, what is added."""
    segments = [*segments, (0xFFFF, 0xFFFF, 1)]
    begins, ends, deltas = zip(*segments, strict=True)
    count = len(segments)
    sub = struct.pack(">4H", 2 * count, 0, 0, 0) + struct.pack(f">{count}H", *ends) + bytes(2)
    sub += struct.pack(f">{count}H", *begins)
    sub += struct.pack(f">{count}H", *(delta & 0xFFFF for delta in deltas)) + bytes(2 * count)
    sub = struct.pack(">3H", 4, len(sub) + 6, 0) + sub
    return struct.pack(">4HI", 0, 1, *platform, 12) + sub


def _cmap(make: Callable[[Tables, dict[str, int]], bytes]) -> Make:
    return _tables(
        lambda tables, codes: [
            (tag, make(tables, codes) if tag == b"cmap" else data) for tag, data in tables
        ]
    )


def _twice(tag: bytes, *, lie_first: bool) -> Make:
    def change(tables: Tables, codes: dict[str, int]) -> Tables:
        lie = (tag, cmap6(_swapped(tables, codes))) if tag == b"cmap" else (tag, dict(tables)[tag])
        out: Tables = []
        for one in tables:
            pair = [lie, one] if lie_first else [one, lie]
            out += pair if one[0] == tag else [one]
        return out

    return _tables(change)


def _outlines_twice(tables: Tables, _codes: dict[str, int]) -> Tables:
    """Outlines, places and widths a second time: one reader takes the first, one the last."""
    return [one for pair in tables for one in [pair] * (2 if pair[0] in (b"glyf", b"loca") else 1)]


def _overlapping(tables: Tables, codes: dict[str, int]) -> bytes:
    swapped = _swapped(tables, codes)
    each = [(code, code, glyph - code) for code, glyph in enumerate(swapped) if code]
    return cmap4([*each, (1, len(swapped), 0)], (1, 0))


def _at_f000(tables: Tables, codes: dict[str, int]) -> bytes:
    swapped = _swapped(tables, codes)
    lie = [(0xF000 + c, 0xF000 + c, g - 0xF000 - c) for c, g in enumerate(swapped) if c]
    return cmap4([(1, len(swapped) - 1, 0), *lie], (3, 0))


def _two_records(cmap: bytes) -> bytes:
    """One table under two platforms."""
    return struct.pack(">2H2HI2HI", 0, 2, 1, 0, 20, 3, 0, 20) + cmap[12:]


def _format_0(tables: Tables, _codes: dict[str, int]) -> bytes:
    row = bytes(range(_glyphs(tables))).ljust(256, b"\0")
    return struct.pack(">4HI3H", 0, 1, 1, 0, 12, 0, 262, 0) + row


def _format_12(tables: Tables, _codes: dict[str, int]) -> bytes:
    groups = struct.pack(">3I", 1, _glyphs(tables) - 1, 1)
    return struct.pack(">4HI2H3I", 0, 1, 1, 0, 12, 12, 0, 28, 0, 1) + groups


def _extra_glyph(tables: Tables, _codes: dict[str, int]) -> Tables:
    """One that no code shows."""
    held = dict(tables)
    glyphs = _glyphs(tables)
    long = held[b"head"][50:52] != b"\0\0"
    held[b"maxp"] = held[b"maxp"][:4] + struct.pack(">H", glyphs + 1) + held[b"maxp"][6:]
    held[b"loca"] += held[b"loca"][-4 if long else -2 :]
    held[b"hmtx"] += bytes(2)
    return [(tag, held[tag]) for tag, _ in tables]


def _shared(font: bytes) -> bytes:
    """Two tables of the directory are one."""
    at = 12 + 16 * next(n for n, (tag, _) in enumerate(tables_of(font)) if tag == b"prep")
    other = 12 + 16 * next(n for n, (tag, _) in enumerate(tables_of(font)) if tag == b"post")
    return font[: at + 4] + font[other + 4 : other + 16] + font[at + 16 :]


def _gap(font: bytes) -> bytes:
    """Four bytes that belong to no table, before the last one."""
    *_, last = tables_of(font)
    at = 12 + 16 * (len(tables_of(font)) - 1)
    (begin,) = struct.unpack_from(">I", font, at + 8)
    assert len(last[1]) <= len(font) - begin
    font = font[: at + 8] + struct.pack(">I", begin + 4) + font[at + 12 :]
    return adjusted(font[:begin] + b"\1\2\3\4" + font[begin:])


def _beyond(font: bytes) -> bytes:
    at = 12 + 16 * (len(tables_of(font)) - 1)
    return font[: at + 12] + struct.pack(">I", 4096) + font[at + 16 :]


def _another_sum(font: bytes) -> bytes:
    return font[:16] + bytes(4) + font[20:]


def _notdef(tables: Tables, _codes: dict[str, int]) -> Tables:
    """The first byte of glyph 0 is another, everything else the same."""
    held = dict(tables)
    glyf = bytearray(held[b"glyf"])
    glyf[2] ^= 1
    held[b"glyf"] = bytes(glyf)
    return [(tag, held[tag]) for tag, _ in tables]


def _parts(tables: Tables, codes: dict[str, int]) -> Tables:
    """A character made of another one, by reference: what it shows is not in its own bytes."""
    held = dict(tables)
    one, other = codes.values()
    size, letter, unit = (2, "H", 2) if held[b"head"][50:52] == b"\0\0" else (4, "I", 1)
    count = len(held[b"loca"]) // size
    places = [unit * at for at in struct.unpack(f">{count}{letter}", held[b"loca"])]
    outlines = [held[b"glyf"][a:b] for a, b in pairwise(places)]
    outlines[one] = struct.pack(">5h2H2b", -1, *[0] * 4, 2, other, 0, 0) + bytes(2)
    return _with_outlines(held, outlines)


def _with_outlines(held: dict[bytes, bytes], outlines: list[bytes]) -> Tables:
    size, letter, unit = (2, "H", 2) if held[b"head"][50:52] == b"\0\0" else (4, "I", 1)
    glyf, ends = b"", [0]
    for outline in outlines:
        glyf += outline + bytes(-len(outline) % 4)
        ends.append(len(glyf))
    held[b"glyf"] = glyf
    held[b"loca"] = struct.pack(f">{len(ends)}{letter}", *(at // unit for at in ends))
    assert len(held[b"loca"]) == size * len(ends)
    return sorted(held.items())


def _cut_short(tables: Tables, codes: dict[str, int]) -> Tables:
    """A character's outline without the zeros it ends with: no outline to some renderers."""
    held = dict(tables)
    code = next(iter(codes.values()))
    size, letter, unit = (2, "H", 2) if held[b"head"][50:52] == b"\0\0" else (4, "I", 1)
    count = len(held[b"loca"]) // size
    places = [unit * at for at in struct.unpack(f">{count}{letter}", held[b"loca"])]
    outlines = [held[b"glyf"][a:b] for a, b in pairwise(places)]
    end = struct.unpack_from(">h", outlines[code])[0] * 2 + 10
    outlines[code] = outlines[code][: end - end % 4]
    return _with_outlines(held, outlines)


def _with(tag: bytes, data: bytes = bytes(8)) -> Make:
    return _tables(lambda tables, _codes: sorted([*tables, (tag, data)]))


def _named(base: Name, descriptor: Name) -> Make:
    def mend(pdf: pikepdf.Pdf) -> None:
        font = font_of(pdf)
        font.BaseFont, font.FontDescriptor.FontName = base, descriptor

    return before_signing(mend)


def _shorter_frame(pdf: pikepdf.Pdf) -> None:
    stream = font_of(pdf).FontDescriptor.FontFile2
    stream.Length1 = int(stream.Length1) - 4


def _silent_code(pdf: pikepdf.Pdf) -> None:
    """A code that shows something and says nothing."""
    stream = font_of(pdf).ToUnicode
    lines = stream.read_bytes().split(b"\n")
    at = next(n for n, line in enumerate(lines) if line.startswith(b"<01> "))
    stream.write(b"\n".join(lines[:at] + lines[at + 1 :]))


def _flipped(place: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


_NEEDED, _CODES, _HELD = "does not need", "table of codes of another", "another font's hinting"
_SPACE = "overlap, or leave a gap"
_ROWS: tuple[tuple[str, Make, str], ...] = (
    ("a table of codes twice, the lie first", _twice(b"cmap", lie_first=True), _NEEDED),
    ("a table of codes twice, the lie last", _twice(b"cmap", lie_first=False), _NEEDED),
    ("outlines twice", _tables(_outlines_twice), _NEEDED),
    ("widths twice", _twice(b"hmtx", lie_first=True), _NEEDED),
    ("codes that overlap", _cmap(_overlapping), _CODES),
    ("codes a second time at F000", _cmap(_at_f000), _CODES),
    ("true codes of another platform", _cmap(
        lambda tables, _: cmap6(range(_glyphs(tables)), (3, 1))), _CODES),
    ("true codes for symbols", _cmap(
        lambda tables, _: cmap6(range(_glyphs(tables)), (3, 0))), _CODES),
    ("true codes under two platforms", _table(b"cmap", _two_records), _CODES),
    ("codes of format 0", _cmap(_format_0), _CODES),
    ("codes of format 12", _cmap(_format_12), _CODES),
    ("codes beyond a byte", _cmap(
        lambda tables, _: cmap6(range(_glyphs(tables)), first=250)), _CODES),
    ("codes with something behind them", _table(b"cmap", lambda data: data + bytes(4)), _CODES),
    ("codes of no glyph", _cmap(
        lambda tables, _: cmap6([*range(_glyphs(tables) - 1), 60000])), "codes for more or fewer"),
    ("a glyph that no code shows", _tables(_extra_glyph), "codes for more or fewer"),
    ("a code that says nothing", before_signing(_silent_code), "more or less than it says"),
    ("another order of tables", _tables(lambda tables, _: tables[::-1]), _NEEDED),
    ("two tables that are one", _bytes(_shared), _SPACE),
    ("bytes between tables", _bytes(_gap), _SPACE),
    ("bytes behind the tables", _bytes(lambda font: font + bytes(4)), _SPACE),
    ("a table over the end", _bytes(_beyond), _SPACE),
    ("a table with another sum", _bytes(_another_sum), "table with another sum"),
    ("a font with another sum", _bytes(
        lambda font: _flipped(font.index(_MAGIC) - 1)(font)), "font with another sum"),
    ("a directory that searches elsewhere", _bytes(_flipped(7)), "directory"),
    ("a font of another kind", _tables(lambda tables, _: tables[:-1]), _NEEDED),
    ("outlines of another kind besides", _with(b"CFF "), _NEEDED),
    ("substitutions", _with(b"GSUB"), _NEEDED),
    ("widths for columns", _with(b"vmtx"), _NEEDED),
    ("a collection of fonts", with_file(lambda font, _: built(tables_of(font), b"ttcf")), _NEEDED),
    ("OpenType by its name", with_file(lambda font, _: built(tables_of(font), b"OTTO")), _NEEDED),
    ("other values for hinting", _table(b"cvt ", _flipped(3)), _HELD),
    ("another limit for programs", _table(b"maxp", _flipped(9)), _HELD),
    ("another rule for bearings", _table(b"head", _flipped(17)), _HELD),
    ("a font that may not be embedded", _table(b"OS/2", _flipped(9)), _HELD),
    ("another name inside", _table(b"name", _flipped(200)), _HELD),
    ("glyphs with names", _table(b"post", lambda data: b"\0\2" + data[2:]), "names its glyphs"),
    ("places of another size", _table(b"head", _flipped(51)), "places for more or fewer"),
    ("places of no size", _table(b"head", lambda data: data[:50] + b"\0\7" + data[52:]),
     "places for more or fewer"),
    ("places that go back", _table(b"loca", lambda data: data[:4] + b"\xff\xff" + data[6:]),
     "glyphs that overlap"),
    ("outlines that nobody has", _table(b"glyf", lambda data: data + bytes(4)),
     "outlines for more or fewer"),
    ("widths that nobody has", _table(b"hmtx", lambda data: data + bytes(2)),
     "widths for more or fewer"),
    ("no width of its own", _table(b"hhea", lambda data: data[:34] + bytes(2)),
     "widths for more or fewer"),
    ("a sign for no character that lies", _tables(_notdef), "sign for no character"),
    ("a character made of another", _tables(_parts), "shows something else"),
    ("an outline cut short", _tables(_cut_short), "shows something else"),
    ("a font shorter than it is", before_signing(_shorter_frame), "another length"),
    ("a font of the standard's name", _named(Name.Helvetica, Name.Helvetica), "another name"),
    ("a font of two names", _named(
        Name("/AAAAAA+IPAmjMincho"), Name("/AAAAAB+IPAmjMincho")), "another name"),
    ("a font without a subset's name", _named(
        Name.IPAmjMincho, Name.IPAmjMincho), "another name"),
)  # fmt: skip

FONTS: tuple[Hostile, ...] = tuple(Hostile(name, FORBIDDEN, why, make) for name, make, why in _ROWS)
