"""What a text measures: tables of glyph advances, and chains of faces with fallback.

No wire, no clock, no file; `ui.fonts` makes the tables from the font files. SDL_ttf rounds every
advance to whole pixels before it adds them, and so does `FaceTable.width`: for kanji, kana and
hangul the sum is what SDL_ttf draws, for Latin letters (kerning, ligatures) it is never less.
"""

import bisect
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

REPLACEMENT = "〓"
"""Printed in place of a character no font has. Source: the printers' geta, JIS X 0208 2-14."""

_SELECTORS = ((0xFE00, 0xFE0F), (0xE0100, 0xE01EF))


@dataclass(frozen=True, slots=True)
class FaceTable:
    """One face: which characters it has and how far each advances."""

    name: str
    units_per_em: int
    capital_units: int
    points: Sequence[int] = field(repr=False)
    advances: Sequence[int] = field(repr=False)
    variants: Sequence[int] = field(default=(), repr=False)
    """Pairs with a variation selector, as `base << 21 | selector`, ascending."""

    def has(self, cluster: str) -> bool:
        """Whether the face draws the character, and its variant where one is asked for."""
        base = ord(cluster[0])
        if _place(self.points, base) is None:
            return False
        pair = base << 21 | ord(cluster[-1])
        return len(cluster) == 1 or _place(self.variants, pair) is not None

    def has_base(self, cluster: str) -> bool:
        """Whether the face draws the character, be it without the variant asked for."""
        return _place(self.points, ord(cluster[0])) is not None

    def px(self, capital_px: float) -> int:
        """The font size (pixels of the em) whose capitals are at least `capital_px` high."""
        return -int(-capital_px * self.units_per_em // self.capital_units)

    def width(self, text: str, px: int) -> int:
        """Pixels the text advances at the font size `px`."""
        return sum(round(self._advance(ord(c)) * px / self.units_per_em) for c in text)

    def _advance(self, point: int) -> int:
        place = _place(self.points, point)
        if place is None:
            return 0 if is_selector(point) else self.units_per_em
        return self.advances[place]


def _place(ascending: Sequence[int], wanted: int) -> int | None:
    place = bisect.bisect_left(ascending, wanted)
    return place if place < len(ascending) and ascending[place] == wanted else None


def is_selector(point: int) -> bool:
    """Whether the character chooses a variant of the one before it."""
    return any(first <= point <= last for first, last in _SELECTORS)


def clusters(text: str) -> list[str]:
    """The text as characters, each together with its variation selector."""
    found: list[str] = []
    for char in text:
        if found and is_selector(ord(char)):
            found[-1] += char
        else:
            found.append(char)
    return found


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one face."""

    face: str
    text: str
    px: int
    width: int


@dataclass(frozen=True)
class FontSet:
    """Faces and the chains that say which face comes first for which language."""

    faces: Mapping[str, FaceTable]
    chains: Mapping[str, tuple[str, ...]]
    """`<chain>` and `<chain>:bold` to the names of its faces, best first."""
    variant_chain: tuple[str, ...] = ()
    """Faces asked first for a character with a variation selector."""

    def runs(self, text: str, chain: str, capital_px: float) -> tuple[Run, ...]:
        """The text in runs of one face each. A character no face has becomes 〓."""
        return self._runs(text, chain, round(capital_px * 64))

    def width(self, text: str, chain: str, capital_px: float) -> int:
        """Pixels the text takes on one line."""
        return sum(run.width for run in self.runs(text, chain, capital_px))

    def missing(self, text: str, chain: str) -> str:
        """The characters of the text that no face of the chain has, variants included."""
        return "".join(c for c in clusters(text) if self._face_for(c, chain) is None)

    @functools.lru_cache(maxsize=2048)  # noqa: B019 - one FontSet a process, emptied by forget()
    def _runs(self, text: str, chain: str, capital_64: int) -> tuple[Run, ...]:
        stretches: list[tuple[str, str]] = []
        for cluster in clusters(text):
            face, drawn = self._drawn(cluster, chain)
            if stretches and stretches[-1][0] == face:
                stretches[-1] = (face, stretches[-1][1] + drawn)
            else:
                stretches.append((face, drawn))
        return tuple(self._run(face, part, capital_64 / 64) for face, part in stretches)

    def _run(self, face: str, text: str, capital_px: float) -> Run:
        table = self.faces[face]
        px = table.px(capital_px)
        return Run(face, text, px, table.width(text, px))

    def _drawn(self, cluster: str, chain: str) -> tuple[str, str]:
        face = self._face_for(cluster, chain)
        if face is not None:
            return face, cluster
        for name in self.chains[chain]:
            if self.faces[name].has_base(cluster):
                return name, cluster[0]
        return self._face_for(REPLACEMENT, chain) or self.chains[chain][0], REPLACEMENT

    def _face_for(self, cluster: str, chain: str) -> str | None:
        names = self.chains[chain]
        if len(cluster) > 1:
            names = (*self.variant_chain, *names)
        return next((name for name in names if self.faces[name].has(cluster)), None)

    def forget(self) -> None:
        """Drop every text measured so far; it may have been a name."""
        FontSet._runs.cache_clear()

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other
