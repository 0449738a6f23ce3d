"""偽造防止検出画像: a cherry blossom for the eye, 証 in a ring for an infra-red camera.

Everything the eye sees is printed without black and vanishes under the camera. Ring and character
are where the same picture is printed with black: the camera sees them dark, the eye sees nothing.

It speaks of this sheet: a copier mixes its own inks for what it saw, in both places the same, and
the characters are gone. It says nothing about what is written.

Source: J-LIS, コンビニ交付を支える証明書のセキュリティ技術 (2023); `center.antiforgery.colour`.
"""

import functools
import math
from collections.abc import Mapping

from center.antiforgery.colour import CMYK, without_black
from center.antiforgery.drawing import (
    Point,
    character,
    circle,
    colour,
    curved,
    lined,
    moved,
    pen,
    polyline,
)

RADIUS = 66.0
"""Of the ground, in points: 23 mm."""
CHARACTER = "証"

Palette = Mapping[str, CMYK]
"""The colour of each part of the picture."""
HIDDEN: Palette = {
    "ground": (0.28, 0.28, 0.0, 0.30),
    "petal": (0.0, 0.30, 0.02, 0.30),
    "blush": (0.0, 0.40, 0.05, 0.30),
    "heart": (0.0, 0.54, 0.10, 0.30),
    "edge": (0.0, 0.74, 0.18, 0.30),
    "anther": (0.0, 0.10, 0.55, 0.30),
}
"""With black; the eye's picture has their partners. 0.30 of black is a third of a camera's light,
and still light enough to look like a blossom's shade."""
_UNDER_SCREEN: Palette = {
    "ground": (0.18, 0.14, 0.0, 0.0),
    "petal": (0.0, 0.22, 0.02, 0.0),
    "blush": (0.0, 0.32, 0.05, 0.0),
    "heart": (0.0, 0.46, 0.10, 0.0),
    "edge": (0.05, 0.75, 0.20, 0.0),
    "anther": (0.0, 0.12, 0.65, 0.0),
}
"""Lighter, since a quarter of it will be black lines."""

_PETALS = 5
_BLOSSOM = 56.0
_RING = (47.0, 41.0)
_SIZE = 62.0
_LINE: CMYK = (0.30, 0.60, 0.10, 0.0)
_WHITE: CMYK = (0.0, 0.0, 0.0, 0.0)
_HALF_PETAL: tuple[tuple[Point, Point, Point], ...] = (
    ((0.06, 0.16), (0.37, 0.34), (0.425, 0.62)),
    ((0.46, 0.80), (0.27, 0.95), (0.125, 0.985)),
    ((0.08, 0.96), (0.03, 0.925), (0.0, 0.885)),
)
"""From its foot up the right side to the notch; a petal is 1 long and points up."""
_FOOT: Point = (0.0, 0.05)
_SHADES = (("petal", 1.0), ("blush", 0.68), ("heart", 0.44))
"""Deeper towards the foot: how far each reaches, as a share of the petal."""
_MIDDLE = 3.6
_VEINS = tuple(0.075 * number for number in range(-6, 7))
"""Radians to both sides of a petal's middle. Together with the waves they are the fine lines that
keep an eye from following the border of two screens."""
_STAMENS = ((-0.40, 0.25), (-0.20, 0.33), (0.0, 0.28), (0.20, 0.33), (0.40, 0.25))
"""Direction in radians, and length."""


@functools.cache
def emblem(x: float, y: float) -> bytes:
    """The operators that draw it around (x, y) in points; the same for every sheet.

    The picture is drawn twice, line for line: without black, then with it inside ring and
    character. So nothing that the eye sees ends where the hidden part does.
    """
    middle = (0.0, 0.0)
    hidden = character(CHARACTER, middle, _SIZE)
    ring = circle(middle, _RING[0]) + circle(middle, _RING[1], backwards=True)
    bare = {part: without_black(recipe) for part, recipe in HIDDEN.items()}
    return _placed(x, y, _picture(bare) + f"q\n{ring}{hidden}W n\n" + _picture(HIDDEN) + "Q\n")


@functools.cache
def blossom(x: float, y: float) -> bytes:
    """The same for the eye, with nothing hidden and light enough to lie under a line screen."""
    return _placed(x, y, _picture(_UNDER_SCREEN))


def _placed(x: float, y: float, picture: str) -> bytes:
    return f"q 1 0 0 1 {x:.3f} {y:.3f} cm\n{_wreath()}{picture}Q\n".encode()


def _picture(palette: Palette) -> str:
    ground = f"{colour(palette['ground'])}{circle((0.0, 0.0), RADIUS)}f\n{_waves()}"
    petals = "".join(_petal(turn, palette) for turn in _turns())
    middle = f"{colour(palette['edge'])}{circle((0.0, 0.0), _MIDDLE)}f\n"
    return ground + petals + middle + "".join(_stamens(turn, palette) for turn in _turns())


def _turns() -> list[float]:
    return [number * 2 * math.pi / _PETALS for number in range(_PETALS)]


def _turned(point: Point, turn: float) -> Point:
    x, y = point
    return (
        x * math.cos(turn) - y * math.sin(turn),
        x * math.sin(turn) + y * math.cos(turn),
    )


def _at(length: float, turn: float) -> Point:
    """So far from the blossom's middle, in petals; 0 is up."""
    return _turned((0.0, length * _BLOSSOM), turn)


def _petal(turn: float, palette: Palette) -> str:
    """Its shades, veins and outline."""
    shades = "".join(f"{colour(palette[part])}{_leaf(turn, size)}f\n" for part, size in _SHADES)
    veins = "".join(_vein(turn, lean) for lean in _VEINS)
    return (
        f"{shades}{pen(palette['edge'], 0.22)}{veins}"
        f"{pen(palette['edge'], 0.45)}{_leaf(turn, 1.0)}S\n"
    )


def _leaf(turn: float, size: float) -> str:
    """The outline of a petal, closed."""

    def at(x: float, y: float) -> Point:
        return _turned((x * size * _BLOSSOM, y * size * _BLOSSOM), turn)

    path = moved(at(*_FOOT))
    for first, second, end in _HALF_PETAL:
        path += curved(at(*first), at(*second), at(*end))
    ends = (_FOOT, *(end for *_, end in _HALF_PETAL))
    for number in reversed(range(len(_HALF_PETAL))):
        first, second, _ = _HALF_PETAL[number]
        end = ends[number]
        path += curved(at(-second[0], second[1]), at(-first[0], first[1]), at(-end[0], end[1]))
    return path + "h\n"


def _vein(turn: float, lean: float) -> str:
    """A line that leaves the middle straight and bends outwards."""
    reach = 0.86 - 0.4 * abs(lean) - 0.12 * (round(lean / 0.075) % 2)
    first, second, end = (
        _at(share * reach, turn + lean * bend) for share, bend in ((0.60, 0.72), (0.8, 0.9), (1, 1))
    )
    return moved(_at(0.36, turn + lean * 0.6)) + curved(first, second, end) + "S\n"


def _stamens(turn: float, palette: Palette) -> str:
    """White threads from the middle, and what they carry."""
    tips = [(_at(0.05, turn + lean), _at(length, turn + lean)) for lean, length in _STAMENS]
    threads = "".join(moved(foot) + lined([tip]) + "S\n" for foot, tip in tips)
    anthers = "".join(circle(tip, 1.05) for _, tip in tips)
    return f"{pen(_WHITE, 0.28)}{threads}{colour(palette['anther'])}{anthers}f\n"


_STEP = 2.1
_ROWS = 33


def _waves() -> str:
    """Fine white lines over the ground, which end under the petals."""
    lines = "".join(_wave(row * _STEP) for row in range(-_ROWS, _ROWS + 1))
    return f"q\n{circle((0.0, 0.0), RADIUS)}W n\n{pen(_WHITE, 0.25)}{lines}Q\n"


def _wave(y: float) -> str:
    """A line from left to right whose swing grows towards the middle."""
    points = []
    for x in range(-69, 70, 3):
        swell = 1.1 + 1.5 * math.exp(-((x / 38) ** 2))
        points.append((float(x), y + swell * math.sin(x / 5.2 + y / 9)))
    return polyline(one for one in points if math.hypot(*one) < RADIUS + 6) + "S\n"


def _wreath() -> str:
    """Loops around the ground, so that it ends in lace and not in an edge."""
    loops = "".join(_rosette(RADIUS + 2.5, 5.5, 40, phase / 4) for phase in range(4))
    return f"{pen(_LINE, 0.3)}{loops}"


def _rosette(radius: float, swing: float, waves: int, phase: float) -> str:
    steps = waves * 16
    points = []
    for step in range(steps):
        angle = 2 * math.pi * step / steps
        r = radius + swing * math.sin(waves * angle + 2 * math.pi * phase)
        points.append((r * math.cos(angle), r * math.sin(angle)))
    return polyline(points) + "h\nS\n"
