"""Sample every cell, find out which cell of the block it is, and read it with a likelihood."""

from dataclasses import dataclass

import numpy as np

from center.antiforgery.compiled import Bits, Grey, Places, Soft, compiled
from center.antiforgery.scramble.lattice import box_mean
from center.antiforgery.scramble.layout import HEIGHT, MARK, PITCH, WIDTH, layout
from center.antiforgery.scramble.track import Field, Nodes

_HALF = MARK // 2
"""A node is the centre of a mark; cells are counted from its corner."""
_WINDOW = 31
_CERTAIN = 12.0
"""Standard deviations by which the known cells must agree before a block is believed in."""


@dataclass(frozen=True, slots=True)
class Window:
    """Which cells of the picture are the block: where it starts, and how it is turned."""

    top: int
    left: int
    turns: int
    """Quarter turns, anticlockwise, that bring the block upright."""
    certainty: float
    """Standard deviations."""


@compiled
def sample(grey: Grey, places: Soft) -> Soft:
    """The picture at every place, by bicubic interpolation; 255 outside."""
    _, height, width = places.shape
    rows, columns = grey.shape
    made = np.empty((height, width), np.float32)
    across, line = np.empty(4, np.float32), np.empty(4, np.float32)
    for i in range(height):
        for j in range(width):
            y, x = places[0, i, j], places[1, i, j]
            if y < 1 or x < 1 or y >= rows - 2 or x >= columns - 2:
                made[i, j] = 255.0
                continue
            top, left = int(y), int(x)
            t, s = y - top, x - left
            for a in range(4):
                for b in range(4):
                    # As floats: the difference of two unsigned numbers would wrap around.
                    line[b] = grey[top + a - 1, left + b - 1]
                across[a] = _cubic(line[0], line[1], line[2], line[3], s)
            made[i, j] = _cubic(across[0], across[1], across[2], across[3], t)
    return made


@compiled
def _cubic(a: float, b: float, c: float, d: float, t: float) -> float:
    """Catmull-Rom."""
    return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))


def normalise(values: Soft, weight: Soft) -> tuple[Soft, Soft]:
    """Ink positive, with mean 0 and deviation 1 around each cell; and the deviation itself.

    Works because half of the data cells are ink wherever one looks; `weight` is 1 for those
    and 0 for marks.
    """
    share = np.maximum(box_mean(weight, _WINDOW), 1e-3)
    mean = box_mean(values * weight, _WINDOW) / share
    square = box_mean(values * values * weight, _WINDOW) / share
    spread = np.sqrt(np.maximum(square - mean * mean, 1.0))
    return (mean - values) / spread, spread


def locate(grey: Grey, field: Field, nodes: Nodes) -> Window | None:
    """Which part of the lattice is the block, and which way up, from the cells that are known."""
    rows, columns = nodes.match.shape
    top, left = nodes.top * PITCH - _HALF, nodes.left * PITCH - _HALF
    shape = (rows * PITCH + MARK, columns * PITCH + MARK)
    values = sample(grey, field.places(top, left, shape))
    ink = normalise(values, np.ones_like(values))[0]
    best: tuple[float, int, int, int] | None = None
    for turns in range(4):
        # np.rot90(block, -turns) is how the block lies in the picture.
        known = np.rot90(layout().pilots, -turns)
        fixed = np.rot90(layout().fixed, -turns)
        y, x = np.nonzero(known)
        sign = fixed[y, x].astype(np.float32) * 2 - 1
        found = _slide(ink, y.astype(np.int32), x.astype(np.int32), sign, known.shape)
        if best is None or found[0] > best[0]:
            best = (found[0], found[1], found[2], turns)
    if best is None or best[0] < _CERTAIN:
        return None
    return Window(top + best[1] * PITCH, left + best[2] * PITCH, best[3], best[0])


def _slide(
    ink: Soft, y: Places, x: Places, sign: Soft, shape: tuple[int, ...]
) -> tuple[float, int, int]:
    """The best agreement over all offsets in whole pitches, also those partly outside."""
    slack = 6 * PITCH
    framed = np.pad(np.clip(ink, -2, 2), slack)
    down = (framed.shape[0] - shape[0]) // PITCH + 1
    across = (framed.shape[1] - shape[1]) // PITCH + 1
    if down < 1 or across < 1:
        return 0.0, 0, 0
    scores = _agreement(framed, y, x, sign, (down, across))
    at = np.unravel_index(int(np.argmax(scores)), scores.shape)
    return float(scores[at]), int(at[0]) - 6, int(at[1]) - 6


@compiled
def _agreement(framed: Soft, y: Places, x: Places, sign: Soft, count: tuple[int, int]) -> Soft:
    """Sum of sign times ink for every offset, in standard deviations of what chance would give."""
    made = np.zeros((count[0], count[1]), np.float32)
    for i in range(count[0]):
        for j in range(count[1]):
            total, square = 0.0, 1.0
            for at in range(len(y)):
                value = framed[i * PITCH + y[at], j * PITCH + x[at]]
                total += sign[at] * value
                square += value * value
            made[i, j] = total / np.sqrt(square)
    return made


def upright(plane: Soft, turns: int) -> Soft:
    """A plane of the picture's cells, turned so that the block reads as it was written."""
    return np.ascontiguousarray(np.rot90(plane, turns))


def window_shape(turns: int) -> tuple[int, int]:
    """Height and width of the block as it lies in the picture."""
    return (WIDTH, HEIGHT) if turns % 2 else (HEIGHT, WIDTH)


def data_weight() -> Soft:
    """1 for data cells and pilots, 0 for marks and corners."""
    marks = layout().known & (1 - layout().pilots)
    return np.asarray(1 - marks, np.float32)


def known_cells() -> tuple[Bits, Soft]:
    """Which cells are known, and what they hold as -1 and 1 (ink)."""
    return layout().known, layout().fixed.astype(np.float32) * 2 - 1
