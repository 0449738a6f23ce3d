"""偽造防止検出画像: a cherry blossom for the eye, 証 in a ring for an infra-red camera.

Everything the eye sees is printed without black and vanishes under the camera. The characters are
where the same colours are printed with black: the camera sees them dark, the eye sees nothing.
Fine lines across all of it keep an eye from following the edge of a screen.

It speaks of this sheet: a copier mixes its own inks for what it saw, in both places the same, and
the characters are gone. It says nothing about what is written.

Source: J-LIS, コンビニ交付を支える証明書のセキュリティ技術 (2023); `center.antiforgery.colour`.
"""

import functools
import math

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
GROUND: CMYK = (0.0, 0.10, 0.02, 0.30)
PETAL: CMYK = (0.0, 0.42, 0.06, 0.30)
"""With black; the eye's picture has their partners. 0.30 of black is a fifth of its light and
more to a camera, and still light enough to look like a blossom's shade."""

_LIGHT_GROUND: CMYK = (0.0, 0.06, 0.02, 0.0)
_LIGHT_PETAL: CMYK = (0.0, 0.34, 0.08, 0.0)
_PETALS = 5
_BLOSSOM = 54.0
_RING = (47.0, 41.0)
_SIZE = 62.0
_LINE: CMYK = (0.15, 0.78, 0.26, 0.0)
_WHITE: CMYK = (0.0, 0.0, 0.0, 0.0)
_HAIR: CMYK = (0.36, 0.48, 0.34, 0.0)
_STAMENS = 5


@functools.cache
def emblem(x: float, y: float) -> bytes:
    """The operators that draw it around (x, y) in points; the same for every sheet."""
    middle = (0.0, 0.0)
    hidden = character(CHARACTER, middle, _SIZE)
    ring = circle(middle, _RING[0]) + circle(middle, _RING[1], backwards=True)
    parts = (
        f"q 1 0 0 1 {x:.3f} {y:.3f} cm\n",
        _wreath(),
        _painted(without_black(GROUND), without_black(PETAL)),
        f"q\n{ring}{hidden}W n\n",
        _painted(GROUND, PETAL),
        "Q\n",
        _distraction(),
        _veins(),
        "Q\n",
    )
    return "".join(parts).encode()


@functools.cache
def blossom(x: float, y: float) -> bytes:
    """The same for the eye, with nothing hidden and light enough to lie under a line screen."""
    parts = (
        f"q 1 0 0 1 {x:.3f} {y:.3f} cm\n",
        _wreath(),
        _painted(_LIGHT_GROUND, _LIGHT_PETAL),
        _veins(),
        "Q\n",
    )
    return "".join(parts).encode()


def _painted(ground: CMYK, petal: CMYK) -> str:
    return (
        f"{colour(ground)}{circle((0.0, 0.0), RADIUS)}f\n"
        f"{colour(petal)}{''.join(_petal(turn) for turn in _turns())}f\n"
    )


def _turns() -> list[float]:
    return [number * 2 * math.pi / _PETALS for number in range(_PETALS)]


def _turned(point: Point, turn: float) -> Point:
    x, y = point
    return (
        x * math.cos(turn) - y * math.sin(turn),
        x * math.sin(turn) + y * math.cos(turn),
    )


def _petal(turn: float) -> str:
    """A petal with its notch, pointing up before it is turned."""
    shape: tuple[tuple[float, float], ...] = (
        (-0.20, 0.20), (-0.58, 0.60), (-0.17, 0.99),
        (-0.12, 0.95), (-0.05, 0.90), (0.0, 0.86),
        (0.05, 0.90), (0.12, 0.95), (0.17, 0.99),
        (0.58, 0.60), (0.20, 0.20), (0.0, 0.06),
    )  # fmt: skip
    at = [_turned((x * _BLOSSOM, y * _BLOSSOM), turn) for x, y in shape]
    path = moved(_turned((0.0, 0.06 * _BLOSSOM), turn))
    for number in range(0, len(at), 3):
        path += curved(at[number], at[number + 1], at[number + 2])
    return path + "h\n"


def _veins() -> str:
    """Outlines of the petals, their veins, and stamens with anthers."""
    path = "".join(_petal(turn) + "S\n" for turn in _turns())
    strokes, anthers = "", ""
    for turn in _turns():
        for lean in (-0.24, -0.12, 0.0, 0.12, 0.24):
            vein = [
                _turned((lean * r * _BLOSSOM * (1 + 0.5 * r), r * _BLOSSOM), turn)
                for r in (0.34, 0.46, 0.58, 0.70, 0.78 - abs(lean) * 0.3)
            ]
            strokes += polyline(vein) + "S\n"
        for number in range(_STAMENS):
            lean = (number - (_STAMENS - 1) / 2) * 0.19
            tip = _turned((lean * 0.30 * _BLOSSOM, (0.30 - 0.25 * lean**2) * _BLOSSOM), turn)
            strokes += moved(_turned((lean * 2, 3.0), turn)) + lined([tip]) + "S\n"
            anthers += circle(tip, 0.95)
    return f"{pen(_LINE, 0.7)}{path}{pen(_LINE, 0.3)}{strokes}{colour(_LINE)}{anthers}f\n"


def _distraction() -> str:
    """Waves of fine lines over ground, petals and what is hidden, white and coloured in turn."""
    white = "".join(_wave(row * _STEP) for row in range(-_ROWS, _ROWS))
    dark = "".join(_wave((row + 0.5) * _STEP) for row in range(-_ROWS, _ROWS))
    return (
        f"q\n{circle((0.0, 0.0), RADIUS)}W n\n{pen(_WHITE, 0.3)}{white}{pen(_HAIR, 0.2)}{dark}Q\n"
    )


_STEP = 2.7
_ROWS = 28


def _wave(y: float) -> str:
    """A line from left to right whose swing grows towards the middle."""
    points = []
    for step in range(67):
        x = -RADIUS + step * RADIUS / 33
        swell = 1.1 + 1.5 * math.exp(-((x / 38) ** 2))
        points.append((x, y + swell * math.sin(x / 5.2 + y / 9)))
    return polyline(points) + "S\n"


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
