"""牽制文字: two tints of one mean, of which a copier keeps only one: 複写 appears on copies.

The ground is of dots too fine for a copier, the word of dots it keeps. On the original both
print equally dark, which holds for one engine only: how much a dot grows differs from engine
to engine and falls with the fine dots heavier than with the coarse. So the distance of the coarse
dots is chosen for each engine, on a calibration sheet. A camouflage cut out of both tints hides
the borders of the letters.

It deters from passing on copies. It says nothing about what is written, and it does not show that
a sheet is an original.

Source: van Renesse, Optical Document Security (2005), chapter on screen-decoded images; Aronoff,
Simske, Sturgill, NIP27 (2011), 690-693, on choosing the pair by printing and copying a matrix.
"""

import functools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from center.antiforgery.dots import MM, Bits
from center.antiforgery.letters import word

WORD = "複写"
LETTER_MM = 23.0
_PERIOD = 864
"""Dots after which every pattern begins again, across and down, whole bytes: it packs well."""
FINE_PITCH = _PERIOD / 96 / math.sqrt(2)
"""Dots from one fine dot to the next, at 45 degrees: 94 lines per inch."""
COARSE_PITCHES = tuple(_PERIOD / count / math.sqrt(2) for count in (50, 46, 42, 38, 34))
"""The five choices of the calibration sheet, 12.2 to 18.0 dots, dark to light: an engine with
more gain needs more ink in the word. They reach from engines whose fine dots shrink to those
whose dots grow by half a dot all around, in steps small enough that the best does not stand out."""
DEFAULT_CHOICE = 4
"""What an engine nobody calibrated gets; 1 is the first of `COARSE_PITCHES`."""

FINE = np.ones((2, 2), np.bool_)
_COARSE = np.ones((5, 5), np.bool_)
_COARSE[[0, 0, 4, 4], [0, 4, 0, 4]] = False
_GAP_MM = (7.0, 9.0)
"""Between words of a row, and between rows."""
_SCALE = _PERIOD // 4
"""Radius of a scale of the camouflage, 9.1 mm."""
_RINGS = 3
_LINE_MM = 0.55
"""Wide enough to leave out a row of the coarse dots."""


@dataclass(frozen=True, slots=True)
class Area:
    """Where the tint lies: dots from the page's upper left corner."""

    left: int
    top: int
    width: int
    height: int


def tint(area: Area, choice: int = DEFAULT_CHOICE) -> Bits:
    """The pantograph of `area` for an engine with calibration `choice` (1 to 5).

    A dot is set whole or not at all, by what lies at its middle: half a dot would be another
    kind of dot, and would show the border.
    """
    shape = (area.height, area.width)
    shown = ~camouflage(shape)
    text = words(shape)
    inked = np.zeros(shape, np.bool_)
    set_dots(inked, shown & ~text, FINE_PITCH, FINE)
    set_dots(inked, shown & text, COARSE_PITCHES[choice - 1], _COARSE)
    return inked


def set_dots(inked: Bits, where: Bits, pitch: float, dot: Bits) -> None:
    """Set `dot` in rows of 45 degrees, `pitch` apart, at every place whose middle is in `where`.

    Two square lattices of pitch x sqrt 2, one in the middle of the other. Whole dots only.
    """
    side = pitch * math.sqrt(2)
    height, width = inked.shape
    reach = len(dot) // 2
    for shift in (0.0, side / 2):
        x, y = (_middles(length, side, shift, reach) for length in (width, height))
        rows, columns = np.nonzero(where[np.ix_(y, x)])
        for down, right in np.argwhere(dot) - (len(dot) - 1) // 2:
            inked[y[rows] + down, x[columns] + right] = True


def _middles(length: int, side: float, shift: float, reach: int) -> NDArray[np.intp]:
    at = np.floor(np.arange(shift, length, side) + 0.5).astype(np.intp)
    return at[(at >= reach) & (at < length - reach)]


@functools.lru_cache(maxsize=4)
def words(shape: tuple[int, int]) -> Bits:
    """Where the word stands: rows of it, every other row moved by half."""
    one = word(WORD, LETTER_MM)
    height, width = one.shape
    step_x, step_y = width + round(_GAP_MM[0] * MM), height + round(_GAP_MM[1] * MM)
    page = np.zeros((shape[0] + 2 * step_y, shape[1] + 3 * step_x), np.bool_)
    # Whole rows only, in the middle of the height; one at least, however low the area.
    rows = max(1, (shape[0] + step_y - height) // step_y)
    first = step_y + (shape[0] - (rows * step_y - (step_y - height))) // 2
    for row in range(rows):
        begin = step_x // 2 if row % 2 else 0
        top = first + row * step_y
        for left in range(begin, shape[1] + step_x, step_x):
            page[top : top + height, left : left + width] |= one
    # The first word of a row begins a little inside.
    indent = step_x - round(_GAP_MM[0] * MM)
    whole: Bits = page[step_y : step_y + shape[0], indent : indent + shape[1]]
    return whole


def camouflage(shape: tuple[int, int]) -> Bits:
    """Scales of waves (青海波) in white lines, the same over ground and word."""
    tile = _scales()
    times = (-(-shape[0] // tile.shape[0]), -(-shape[1] // tile.shape[1]))
    return np.tile(tile, times)[: shape[0], : shape[1]]


@functools.cache
def _scales() -> Bits:
    """One period: rows of circles a half radius apart, each row before the one above it."""
    radius = _SCALE
    width, height = 2 * radius, radius
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    out = np.zeros((height, width), np.bool_)
    taken = np.zeros((height, width), np.bool_)
    half = height / 2
    # The lowest circle that reaches a point covers those above it.
    for row in range(6, -4, -1):
        shift = radius if row % 2 else 0
        for column in (-1, 0, 1, 2):
            away = np.hypot(x - (column * width + shift), y - row * half)
            inside = (away <= radius) & ~taken
            rings = np.abs(away[..., None] - radius * np.arange(1, _RINGS + 1) / _RINGS)
            out |= inside & (rings.min(axis=-1) < _LINE_MM * MM / 2)
            taken |= inside
    return out
