"""The drawings of the screens, as data: outlines in a small coordinate system, colours by role.

No wire, no clock. `ui.paint` draws them at any size. The colour `ink` is the one the caller
names, so that a drawing can stand on the alert's amber as well as on white.
"""

import math
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Slab:
    """A rounded rectangle."""

    x: float
    y: float
    w: float
    h: float
    radius: float
    fill: str = ""
    edge: str = ""
    edge_w: float = 0.0
    round_foot: bool = True
    """False: only the two upper corners are round."""


@dataclass(frozen=True, slots=True)
class Disc:
    """A circle."""

    x: float
    y: float
    radius: float
    fill: str = ""
    edge: str = ""
    edge_w: float = 0.0


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points, its ends and joints round."""

    points: tuple[Point, ...]
    width: float
    colour: str


@dataclass(frozen=True, slots=True)
class Area:
    """A filled polygon."""

    points: tuple[Point, ...]
    fill: str


Mark = Slab | Disc | Stroke | Area


@dataclass(frozen=True, slots=True)
class Art:
    """A drawing: its size in its own units, and its marks from back to front."""

    width: float
    height: float
    marks: tuple[Mark, ...]


def _arc(x: float, y: float, radius: float, degrees: tuple[int, int]) -> tuple[Point, ...]:
    """Points along a circle; 0 degrees is to the right, positive goes down."""
    first, last = degrees
    steps = max(6, abs(last - first) // 6)
    angles = [math.radians(first + (last - first) * i / steps) for i in range(steps + 1)]
    return tuple((x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles)


def _arrow(x: float, y: float, length: float, colour: str, width: float = 3.4) -> tuple[Mark, ...]:
    """An arrow from (x, y) down, or up for a negative length."""
    tip, side = y + length, math.copysign(9.0, length)
    return (
        Stroke(((x, y), (x, tip)), width, colour),
        Stroke(((x - 9, tip - side), (x, tip), (x + 9, tip - side)), width, colour),
    )


def _dashes(x: float, y: float, w: float, h: float, colour: str) -> tuple[Mark, ...]:
    """A dashed rectangle."""
    across = [(x + i, x + min(i + 4.4, w)) for i in _range(0, w, 7.4)]
    down = [(y + i, y + min(i + 4.4, h)) for i in _range(0, h, 7.4)]
    rows = [
        Stroke(((a, level), (b, level)), 1.1, colour) for level in (y, y + h) for a, b in across
    ]
    sides = [Stroke(((level, a), (level, b)), 1.1, colour) for level in (x, x + w) for a, b in down]
    return (*rows, *sides)


def _range(first: float, last: float, step: float) -> list[float]:
    return [first + i * step for i in range(int((last - first) / step) + 1)]


def _card(x: float, y: float) -> tuple[Mark, ...]:
    """A card, 84 x 53 as ID-1 is, face up: band, lines, portrait, chip."""
    return (
        Slab(x, y, 84, 53, 4.4, "art_paper"),
        Slab(x, y, 84, 13, 4.4, "art_card", round_foot=False),
        Slab(x + 6, y + 4.6, 34, 3.8, 1.9, "on_art_card"),
        Slab(x + 6, y + 19.5, 18.5, 24.5, 2.0, "art_face"),
        Disc(x + 15.25, y + 27.5, 4.6, "art_edge"),
        Area(((x + 7.6, y + 44), (x + 9.2, y + 36.6), (x + 12.4, y + 34.4), (x + 18.1, y + 34.4),
              (x + 21.3, y + 36.6), (x + 22.9, y + 44)), "art_edge"),
        Slab(x + 30, y + 20, 44, 3.3, 1.6, "art_ink"),
        Slab(x + 30, y + 26.6, 36, 3.3, 1.6, "art_ink"),
        Slab(x + 30, y + 33.2, 41, 3.3, 1.6, "art_ink"),
        Slab(x + 63, y + 40, 13, 9, 1.8, "art_gold", "art_gold_edge", 0.7),
        Slab(x, y, 84, 53, 4.4, "", "art_accent", 1.5),
    )  # fmt: skip


def _reader(y: float) -> tuple[Mark, ...]:
    """The reader's tray, 140 wide, with the place for the card dashed."""
    return (
        Slab(0, y, 140, 64, 8, "art_body", "art_edge", 1.1),
        Slab(20, y + 9, 100, 46, 4, "ground_of_art"),
        *_dashes(20, y + 9, 100, 46, "art_edge"),
    )


_TRAY = Slab(0, 42, 140, 64, 8, "art_body", "art_edge", 1.1)


def _sheet(x: float, y: float, w: float, h: float, edge: str) -> tuple[Mark, ...]:
    lines = [
        Slab(x + w * 0.12, y + h * (0.17 + 0.16 * i), w * part, 3.4, 1.7, "art_ink")
        for i, part in enumerate((0.62, 0.76, 0.7))
    ]
    return (Slab(x, y, w, h, 1.2, "art_paper", edge, 1.5), *lines)


def _slot(x: float, w: float) -> tuple[Mark, ...]:
    return (Slab(x, 0, w, 36, 6, "art_dark"), Disc(x + w - 12, 10, 2.7, "art_lamp"))


def _coin(x: float, y: float, radius: float, metal: str) -> tuple[Mark, ...]:
    return (
        Disc(x, y, radius, f"art_{metal}", f"art_{metal}_edge", radius * 0.05),
        Disc(x, y, radius * 0.86, "", f"art_{metal}_edge", radius * 0.04),
    )


_METALS = {500: "gold", 100: "silver", 50: "silver", 10: "bronze", 5: "gold", 1: "silver"}

_BANG: tuple[Mark, ...] = (
    Stroke(((50, 36), (50, 57)), 6.0, "bang"),
    Disc(50, 70, 4.2, "bang"),
)

ART: dict[str, Art] = {
    "card_place": Art(140, 106, (*_reader(42), *_card(28, 0), *_arrow(70, 57, 28, "art_accent"))),
    "card_take": Art(140, 106, (*_reader(42), *_card(28, 34), *_arrow(70, 28, -24, "ink"))),
    "card_forgotten": Art(140, 106, (
        _TRAY, *_card(28, 46),
        *_arrow(70, 38, -34, "ink", 4.4), *_arrow(40, 38, -24, "ink"), *_arrow(100, 38, -24, "ink"),
    )),
    "reading": Art(140, 106, (
        _TRAY, *_card(28, 46),
        Stroke(_arc(70, 44, 14, (-140, -40)), 3.0, "art_accent"),
        Stroke(_arc(70, 44, 25, (-140, -40)), 3.0, "art_accent"),
        Stroke(_arc(70, 44, 36, (-140, -40)), 3.0, "art_accent"),
    )),
    "paper_take": Art(110, 92, (
        *_slot(0, 110), *_sheet(18, 25, 74, 46, "art_dark"), *_arrow(55, 74, 15, "ink", 3.8),
    )),
    "printing": Art(120, 104, (
        Slab(25, 0, 70, 34, 1.2, "art_paper", "art_edge", 1.3),
        Slab(0, 24, 120, 42, 7, "art_dark"), Disc(106, 35, 3.1, "art_lamp"),
        *_sheet(20, 50, 80, 53, "art_accent"),
    )),
    "receipt_take": Art(90, 96, (
        *_slot(0, 90),
        Area(((26, 22), (64, 22), (64, 70), (59.25, 66), (54.5, 70), (49.75, 66), (45, 70),
              (40.25, 66), (35.5, 70), (30.75, 66), (26, 70)), "art_paper"),
        Stroke(((26, 22), (26, 70), (30.75, 66), (35.5, 70), (40.25, 66), (45, 70), (49.75, 66),
                (54.5, 70), (59.25, 66), (64, 70), (64, 22)), 1.3, "art_dark"),
        Slab(33, 31, 24, 2.8, 1.4, "art_ink"), Slab(33, 39, 18, 2.8, 1.4, "art_ink"),
        Slab(33, 47, 24, 2.8, 1.4, "art_ink"), *_arrow(45, 76, 17, "ink", 3.6),
    )),
    "coins_take": Art(120, 92, (
        Slab(0, 34, 120, 48, 8, "art_dark"), Slab(9, 42, 102, 34, 5, "art_body"),
        *_coin(38, 57, 16, "silver"), *_coin(64, 52, 18, "gold"), *_coin(90, 59, 14, "bronze"),
        *_arrow(60, 28, -25, "ink", 3.8),
    )),
    "warning": Art(100, 92, (
        Stroke(((50, 9), (93, 84), (7, 84), (50, 9)), 10, "sign_edge"),
        Area(((50, 9), (93, 84), (7, 84)), "sign"),
        Stroke(((50, 9), (93, 84), (7, 84), (50, 9)), 5, "sign"), *_BANG,
    )),
    "closed": Art(100, 100, (
        Disc(50, 50, 46, "sign", "sign_edge", 3), Slab(22, 43, 56, 14, 3, "bang"),
    )),
    "clock": Art(100, 100, (
        Disc(50, 50, 46, "art_paper", "art_accent", 5),
        *(Stroke((_arc(50, 50, 37, (a, a))[0], _arc(50, 50, 33, (a, a))[0]), 2.6, "art_edge")
          for a in range(0, 360, 30)),
        Stroke(((50, 50), (50, 23)), 4.4, "on_art"), Stroke(((50, 50), (68, 60)), 4.4, "on_art"),
        Disc(50, 50, 4.0, "on_art"),
    )),
    "thanks": Art(100, 100, (
        Disc(50, 50, 47, "art_accent"), Stroke(((28, 52), (44, 68), (74, 34)), 8, "on_accent"),
    )),
    "tick": Art(100, 100, (Stroke(((12, 54), (38, 80), (88, 22)), 13, "ink"),)),
    "tick_box": Art(100, 100, (Slab(10, 10, 80, 80, 12, "", "ink", 6),)),
    "minus": Art(100, 100, (Stroke(((14, 50), (86, 50)), 13, "ink"),)),
    "plus": Art(100, 100, (
        Stroke(((14, 50), (86, 50)), 13, "ink"), Stroke(((50, 14), (50, 86)), 13, "ink"),
    )),
    "crossed_out": Art(100, 100, (Stroke(((16, 84), (84, 16)), 6, "ink"),)),
} | {
    f"coin:{yen}": Art(100, 100, _coin(50, 50, 48.5, metal)) for yen, metal in _METALS.items()
} | {
    "note": Art(150, 76, (
        Slab(1, 1, 148, 74, 5, "art_face", "art_edge", 2.2),
        Slab(9, 9, 132, 58, 3, "art_paper", "art_edge", 1.2),
        Disc(128, 38, 7, "art_face", "art_edge", 1.2),
    )),
}  # fmt: skip
