"""IPAmj 明朝 inside a PDF: variants drawn right, embedded as a subset, text extracted true.

reportlab draws a variation sequence as its base character and a box, and cannot name a
character beyond the BMP in ToUnicode. Here every (base, selector) pair of the font's format 14
table gets a private code point that exists only between drawing and embedding, and ToUnicode
gives the true sequence back. The font file itself is not changed.

Source: PDF 32000-1:2008 9.10.3 (ToUnicode), Adobe Technical Note 5411; OpenType cmap format 14;
Unicode TR 37 (ideographic variation sequences).
"""

import functools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont as FontFile
from reportlab.pdfbase import pdfmetrics, ttfonts

NAME = "IPAmjMincho"
PLACES = (
    Path("/usr/share/fonts/truetype/ipamj/ipamjm.ttf"),
    Path("/usr/share/fonts/opentype/ipamj/ipamjm.ttf"),
    Path("/usr/local/share/fonts/ipamjm.ttf"),
)
_PRIVATE = 0xF0000
_SELECTORS = range(0xE0100, 0xE01F0)
_FORMAT_OF_VARIANTS = 14
_BLOCK = 100  # a bfchar block's limit in Technical Note 5411


class FontError(Exception):
    """The font is not there, or lacks a character; never says which, for names are personal."""


class _Window:
    """Part of a font's bytes, copied only where it is cut out of."""

    def __init__(self, data: bytes, begin: int) -> None:
        self._data = data
        self._begin = begin

    def __getitem__(self, part: slice) -> bytes:
        return self._data[self._begin + part.start : self._begin + part.stop]


class VariantFont(ttfonts.TTFont):  # type: ignore[misc]  # reportlab has no types
    """The font as reportlab draws with it."""

    def __init__(self, path: Path) -> None:
        super().__init__(NAME, str(path), asciiReadable=False, shapable=False)
        with FontFile(path, lazy=True) as file:
            self._variants = self._learn(file)
        self._read_table = self.face.get_table
        # reportlab would copy all forty megabytes of outlines for every document.
        self.face.get_table = self._table
        self._sequences = {code: pair for pair, code in self._variants.items()}

    def typeset(self, text: str) -> str:
        """`text` with every variation sequence as its private code point.

        Raises FontError where the font lacks a character or a variant: a name is drawn right
        or not at all.
        """
        out: list[str] = []
        for character in text:
            if ord(character) in _SELECTORS:
                private = self._variants.get((ord(out[-1]), ord(character))) if out else None
                if private is None:
                    raise FontError("The font lacks a variant that a name needs.")
                out[-1] = chr(private)
            elif ord(character) not in self.face.charToGlyph:
                raise FontError("The font lacks a character that a record needs.")
            else:
                out.append(character)
        return "".join(out)

    def addObjects(self, doc: Any) -> None:  # noqa: N802  # reportlab's name
        """Embed the subsets, with a ToUnicode that tells the truth."""
        subsets = [list(subset) for subset in self.state[doc].subsets]
        super().addObjects(doc)
        for number, subset in enumerate(subsets):
            name = f"{ttfonts.SUBSETN(number).decode()}+{self.face.name.decode()}"
            stream = doc.idToObject[f"toUnicodeCMap:{name}"]
            stream.content = to_unicode(name, [self._meaning(code) for code in subset])

    def _table(self, tag: str) -> Any:
        if tag != "glyf":
            return self._read_table(tag)
        begin, _ = self.face.get_table_pos(tag)
        return _Window(self.face._ttf_data, begin)  # noqa: SLF001  # reportlab has no other way

    def _learn(self, file: Any) -> dict[tuple[int, int], int]:
        """Give every variation sequence a private code point with its glyph and width."""
        table = next(one for one in file["cmap"].tables if one.format == _FORMAT_OF_VARIANTS)
        best, metrics = file.getBestCmap(), file["hmtx"]
        scale = 1000 / file["head"].unitsPerEm
        variants: dict[tuple[int, int], int] = {}
        for selector, pairs in table.uvsDict.items():
            for base, glyph in pairs:
                code = _PRIVATE + len(variants)
                name = glyph or best[base]
                self.face.charToGlyph[code] = file.getGlyphID(name)
                self.face.charWidths[code] = metrics[name][0] * scale
                variants[base, selector] = code
        return variants

    def _meaning(self, code: int) -> str:
        pair = self._sequences.get(code)
        return "".join(map(chr, pair)) if pair else chr(code)


def to_unicode(name: str, texts: Sequence[str]) -> str:
    """A ToUnicode CMap for one-byte codes 0.. that stand for `texts`."""
    lines = [
        f"<{code:02X}> <{text.encode('utf-16-be').hex().upper()}>"
        for code, text in enumerate(texts)
    ]
    blocks = [
        "\n".join([f"{len(block)} beginbfchar", *block, "endbfchar"])
        for block in (lines[at : at + _BLOCK] for at in range(0, len(lines), _BLOCK))
    ]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            f"/CMapName /{name} def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            "<00> <FF>",
            "endcodespacerange",
            *blocks,
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end",
            "end",
        ]
    )


def find(places: Iterable[Path] = PLACES) -> Path:
    """The font's file. Raises FontError saying which package has it."""
    for path in places:
        if path.is_file():
            return path
    raise FontError("IPAmj 明朝 is not installed; Debian has it as fonts-ipamj-mincho.")


@functools.cache
def font() -> VariantFont:
    """The font, loaded once (about a quarter of a second) and registered with reportlab."""
    loaded = VariantFont(find())
    pdfmetrics.registerFont(loaded)
    return loaded
