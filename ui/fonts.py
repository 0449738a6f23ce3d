"""Which font files are used, and the cache of what is taken out of them.

pygame opens only the first face of a collection, so the Korean and Chinese faces are written
out as files; advances and coverage of every face are kept as flat tables, because parsing a
45 MB font at each start would cost a second. `python -m ui.fonts` fills the cache.
"""

import array
import hashlib
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ui.advances import FaceTable, FontSet

FONT_ROOT = Path("/usr/share/fonts")
_FORMAT = 4


class FontMissing(Exception):
    """A font file is not installed; the sentence names the Debian package to install."""


@dataclass(frozen=True, slots=True)
class FaceSource:
    """Where a face comes from. `number` is its place in a collection, None for a plain font."""

    file: str
    package: str
    number: int | None = None


_BIZ = "truetype/bizud-gothic/BIZUDPGothic-{}.ttf"
_NOTO = "opentype/noto/NotoSansCJK-{}.ttc"
_NOTO_FACES = {"jp": 0, "kr": 1, "sc": 2, "tc": 3}
"""Order of the faces in the collection. Source: notofonts/noto-cjk, Sans2.004, OTC build."""

SOURCES: dict[str, FaceSource] = {
    "ipamj": FaceSource("truetype/ipamj/ipamjm.ttf", "fonts-ipamj-mincho"),
} | {
    f"biz{suffix}": FaceSource(_BIZ.format(weight), "fonts-morisawa-bizud-gothic")
    for suffix, weight in (("", "Regular"), (":bold", "Bold"))
} | {
    f"noto-{region}{suffix}": FaceSource(_NOTO.format(weight), "fonts-noto-cjk", number)
    for region, number in _NOTO_FACES.items()
    for suffix, weight in (("", "Regular"), (":bold", "Bold"))
}  # fmt: skip

_SPACE_BESIDE_HANGUL = 64
"""Noto's kerning widens a space between hangul by up to this, in thousandths of the em."""

_LATIN_AND_JAPANESE = ("biz", "noto-jp")
_CHAINS: dict[str, tuple[str, ...]] = dict.fromkeys(("ja", "en", "es", "pt"), _LATIN_AND_JAPANESE)
_CHAINS |= {
    "ko": ("noto-kr", "noto-jp"),
    "zh-Hans": ("noto-sc", "noto-jp"),
    "zh-Hant": ("noto-tc", "noto-jp"),
}

CHAINS: dict[str, tuple[str, ...]] = (
    _CHAINS
    | {f"{name}:bold": tuple(f"{face}:bold" for face in faces) for name, faces in _CHAINS.items()}
    | {
        "name": ("biz", "noto-jp", "ipamj"),
        "name:bold": ("biz:bold", "noto-jp:bold", "ipamj"),
    }
)


def default_cache() -> Path:
    """Where the cache lies unless configured: the user's cache directory."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "certificate-kiosk" / "fonts"


@dataclass(frozen=True, slots=True)
class FontFiles:
    """The tables, and for each face the file pygame opens."""

    fonts: FontSet
    paths: dict[str, Path]


def load_fonts(cache: Path | None = None) -> FontFiles:
    """Tables and files of all faces; fills the cache first where it is not full yet.

    Several processes may do so at once: each file appears whole or not at all.
    Raises FontMissing.
    """
    folder = cache or default_cache()
    folder.mkdir(parents=True, exist_ok=True)
    tables: dict[str, FaceTable] = {}
    paths: dict[str, Path] = {}
    for name, source in SOURCES.items():
        origin = FONT_ROOT / source.file
        if not origin.exists():
            raise FontMissing(f"{origin} is missing: install the Debian package {source.package}")
        stem = f"{name.replace(':', '-')}-{_mark(origin)}"
        paths[name] = _face_file(folder, stem, origin, source.number)
        tables[name] = _face_table(folder, stem, name, origin, source.number or 0)
    return FontFiles(FontSet(tables, CHAINS, ("ipamj",)), paths)


def _mark(origin: Path) -> str:
    """Changes whenever the installed font changes."""
    seen = origin.stat()
    said = f"{_FORMAT} {seen.st_size} {seen.st_mtime_ns}"
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def _face_file(folder: Path, stem: str, origin: Path, number: int | None) -> Path:
    if not number:
        return origin
    target = folder / f"{stem}.otf"
    if not target.exists():
        from fontTools.ttLib import TTFont

        with TTFont(origin, fontNumber=number, lazy=True) as font, _whole(target) as part:
            font.save(part)
    return target


def _face_table(folder: Path, stem: str, name: str, origin: Path, number: int) -> FaceTable:
    target = folder / f"{stem}.advances"
    if not target.exists():
        with _whole(target) as part:
            Path(part).write_bytes(_measure(origin, number))
    return _decode(name, target.read_bytes())


def _measure(origin: Path, number: int) -> bytes:
    """The flat table: header, code points, advances, variants; native 32-bit words."""
    from fontTools.ttLib import TTFont

    with TTFont(origin, fontNumber=number, lazy=True) as font:
        cmap = font.getBestCmap()
        metrics = font["hmtx"]
        points = sorted(cmap)
        widened = _SPACE_BESIDE_HANGUL if number == _NOTO_FACES["kr"] else 0
        advances = [
            metrics[cmap[point]][0] + (widened if point == ord(" ") else 0) for point in points
        ]
        variants = _variants(font["cmap"].tables)
        header = [font["head"].unitsPerEm, font["OS/2"].sCapHeight, len(points), len(variants)]
    return array.array("I", header + points + advances).tobytes() + variants.tobytes()


def _variants(tables: list[object]) -> "array.array[int]":
    """Pairs of the character map's variation sequences (OpenType cmap format 14)."""
    found = array.array("Q")
    for table in tables:
        for selector, pairs in getattr(table, "uvsDict", {}).items():
            found.extend(base << 21 | selector for base, _ in pairs)
    return array.array("Q", sorted(found))


def _decode(name: str, data: bytes) -> FaceTable:
    header = array.array("I", data[:16])
    count = header[2]
    words = array.array("I", data[16 : 16 + 8 * count])
    variants = array.array("Q", data[16 + 8 * count :])
    return FaceTable(name, header[0], header[1], words[:count], words[count:], variants)


class _whole:  # noqa: N801 - reads as a word at its only two uses
    """Write beside the target, then put it in place in one step."""

    def __init__(self, target: Path) -> None:
        self._target = target
        handle, self._part = tempfile.mkstemp(dir=target.parent)
        os.close(handle)

    def __enter__(self) -> str:
        return self._part

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            Path(self._part).chmod(0o644)
            Path(self._part).replace(self._target)
        else:
            Path(self._part).unlink()


if __name__ == "__main__":
    load_fonts(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
