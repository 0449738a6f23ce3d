"""Follow the marks over the paper, and so know where every cell of the picture lies.

From a lattice that fits on the whole to a field that fits everywhere: paper curls and shrinks
smoothly (a polynomial), and a scanner's feed is uneven along one axis (a curve along it).
"""

import math
from dataclasses import dataclass

import numpy as np

from center.antiforgery.compiled import Grey, Soft, compiled
from center.antiforgery.scramble.lattice import Lattice
from center.antiforgery.scramble.layout import MARK, PITCH, mark

_REACH_CELLS = 3.0
_STEP_CELLS = 0.5
_LEAST_MATCH = 0.5
"""Correlation from which a place counts as a mark; the best of noise is rarely above."""
_POWERS = ((0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2), (3, 0), (2, 1), (1, 2), (0, 3))
_OUTLIER_CELLS = 1.2
_BLANK = 100.0
"""Grey values squared, summed over a mark's cells: less is no picture at all."""
_FLAT = -1e-6
_KNOT_CELLS = 12
_STIFFNESS = 2.0


@dataclass(slots=True)
class Field:
    """Where cells lie: lattice + polynomial + a curve down and a curve across the picture.

    Cells are counted from the lattice's origin, (row, column); places are (y, x) in pixels.
    """

    lattice: Lattice
    bend: Soft
    """Of y and of x: what to add to the lattice's place, one factor for each of the powers."""
    down: Soft
    """Added to y, for each pixel row."""
    across: Soft
    """Added to x, for each pixel column."""
    unit: float
    """Cells by which the polynomial's variables are scaled."""

    def places(self, top: int, left: int, shape: tuple[int, int]) -> Soft:
        """(2, height, width): y and x of the cells from (top, left) on."""
        lattice = self.lattice
        base = np.array([lattice.origin, lattice.down, lattice.across], np.float64)
        start = np.array([top, left], np.int64)
        return _places(
            base, self.bend, (self.down, self.across), start, (shape[0], shape[1], self.unit)
        )


@compiled
def _places(
    base: Soft, bend: Soft, curves: tuple[Soft, Soft], start: Soft, size: tuple[int, int, float]
) -> Soft:
    height, width, unit = int(size[0]), int(size[1]), size[2]
    down, across = curves
    made = np.empty((2, height, width), np.float32)
    for row in range(height):
        i = row + start[0]
        q = i / unit
        for column in range(width):
            j = column + start[1]
            p = j / unit
            y = base[0, 0] + i * base[1, 0] + j * base[2, 0]
            x = base[0, 1] + i * base[1, 1] + j * base[2, 1]
            y0, x0 = y, x
            terms = (1.0, q, p, q * q, q * p, p * p, q * q * q, q * q * p, q * p * p, p * p * p)
            for at in range(10):
                y += bend[0, at] * terms[at]
                x += bend[1, at] * terms[at]
            made[0, row, column] = y + _curve(down, y0)
            made[1, row, column] = x + _curve(across, x0)
    return made


@compiled
def _curve(curve: Soft, at: float) -> float:
    place = min(max(at, 0.0), len(curve) - 1.001)
    low = int(place)
    part = place - low
    return float(curve[low] * (1 - part) + curve[low + 1] * part)


@dataclass(frozen=True, slots=True)
class Nodes:
    """The marks that may be in the picture, row by row."""

    top: int
    left: int
    """Of the first node, in pitches from the lattice's origin."""
    match: Soft
    """Correlation with a mark."""
    shift: Soft
    """(2, rows, columns): how far from its place in the lattice the best match lies, pixels."""


def follow(grey: Grey, lattice: Lattice) -> tuple[Field, Nodes]:
    """The field over `grey`, and the nodes it was fitted to."""
    nodes = _match(grey, lattice)
    unit = 600.0
    height, width = grey.shape
    field = Field(lattice, np.zeros((2, len(_POWERS))), np.zeros(height), np.zeros(width), unit)
    i, j = np.nonzero(nodes.match > _LEAST_MATCH)
    if len(i) < 4 * len(_POWERS):
        return field, nodes
    weight = (nodes.match[i, j] - _LEAST_MATCH + 0.05) ** 2
    row, column = (i + nodes.top) * float(PITCH), (j + nodes.left) * float(PITCH)
    y = lattice.origin[0] + row * lattice.down[0] + column * lattice.across[0]
    x = lattice.origin[1] + row * lattice.down[1] + column * lattice.across[1]
    terms = np.stack([(row / unit) ** a * (column / unit) ** b for a, b in _POWERS], axis=1)
    wanted = nodes.shift[:, i, j]
    step = lattice.cell_px
    weight = _without_strays(terms, wanted, weight, _OUTLIER_CELLS * step)
    for _ in range(2):
        for axis, (place, curve) in enumerate(((y, field.down), (x, field.across))):
            bent = _solve(
                terms, wanted[axis] - np.interp(place, np.arange(len(curve)), curve), weight
            )
            field.bend[axis] = bent
            left_over = wanted[axis] - terms @ bent
            curve[:] = _smooth_curve(place, left_over, weight, len(curve), _KNOT_CELLS * step)
    return field, nodes


def _solve(terms: Soft, wanted: Soft, weight: Soft) -> Soft:
    scaled = terms * weight[:, None]
    normal = terms.T @ scaled + 1e-6 * np.eye(terms.shape[1])
    return np.asarray(np.linalg.solve(normal, scaled.T @ wanted))


def _without_strays(terms: Soft, wanted: Soft, weight: Soft, bound: float) -> Soft:
    """Weights with those nodes at 0 that no smooth paper could bring where they were found."""
    kept, away = weight.copy(), np.zeros_like(weight)
    for few in (3, 3, 6, 6, len(_POWERS)):
        bent = [_solve(terms[:, :few], wanted[axis], kept) for axis in (0, 1)]
        away = np.hypot(*(wanted[axis] - terms[:, :few] @ bent[axis] for axis in (0, 1)))
        kept = weight / (1 + (away / bound) ** 4)
    return np.where(away < 2 * bound, kept, 0)


def _smooth_curve(place: Soft, value: Soft, weight: Soft, length: int, knot: float) -> Soft:
    """A piecewise linear curve through the values, stiff where there are few."""
    count = max(4, int(length / knot) + 2)
    at = np.clip(place / knot, 0, count - 1.001)
    low = at.astype(int)
    part = at - low
    normal = np.zeros((count, count))
    right = np.zeros(count)
    for first, a in ((low, 1 - part), (low + 1, part)):
        np.add.at(right, first, weight * a * value)
        for second, b in ((low, 1 - part), (low + 1, part)):
            np.add.at(normal, (first, second), weight * a * b)
    bend = np.diff(np.eye(count), 2, axis=0)
    scale = weight.mean() if len(weight) else 1.0
    normal += scale * (_STIFFNESS * bend.T @ bend + 0.2 * np.eye(count))
    knots = np.linalg.solve(normal, right)
    return np.asarray(np.interp(np.arange(length) / knot, np.arange(count), knots))


def _match(grey: Grey, lattice: Lattice) -> Nodes:
    height, width = grey.shape
    step = np.array([lattice.down, lattice.across], np.float64) * PITCH
    inverse = np.linalg.inv(step)
    corners = np.array([[0, 0], [0, width], [height, 0], [height, width]]) - lattice.origin
    reached = corners @ inverse
    low, high = np.ceil(reached.min(axis=0)), np.floor(reached.max(axis=0))
    count = (high - low + 1).astype(int)
    axes = np.array([lattice.origin, lattice.down, lattice.across], np.float64)
    pattern = mark().astype(np.float32)
    pattern -= pattern.mean()
    match, shift = _match_all(grey, axes, pattern, (int(low[0]), int(low[1])), (count[0], count[1]))
    return Nodes(int(low[0]), int(low[1]), match, shift)


@compiled
def _match_all(
    grey: Grey, axes: Soft, pattern: Soft, first: tuple[int, int], count: tuple[int, int]
) -> tuple[Soft, Soft]:
    """For every node, the best correlation with a mark within reach, and where it is."""
    match = np.zeros((count[0], count[1]), np.float32)
    shift = np.zeros((2, count[0], count[1]), np.float32)
    fine = 2
    reach = 6
    side = (MARK - 1) * fine + 2 * reach + 1
    patch = np.empty((side, side), np.float32)
    for i in range(count[0]):
        for j in range(count[1]):
            row, column = (i + first[0]) * PITCH, (j + first[1]) * PITCH
            y = axes[0, 0] + row * axes[1, 0] + column * axes[2, 0]
            x = axes[0, 1] + row * axes[1, 1] + column * axes[2, 1]
            if not _cut(grey, axes, y, x, patch):
                continue
            best = _best(patch, pattern, fine)
            match[i, j] = best[0]
            for axis in range(2):
                shift[axis, i, j] = best[1] * axes[1, axis] + best[2] * axes[2, axis]
    return match, shift


@compiled
def _cut(grey: Grey, axes: Soft, y: float, x: float, patch: Soft) -> bool:
    """The surroundings of a node at two samples a cell; False where they leave the picture."""
    side = patch.shape[0]
    half = (side - 1) / 2
    height, width = grey.shape
    for a in range(side):
        for b in range(side):
            p, q = (a - half) / 2, (b - half) / 2
            v = y + p * axes[1, 0] + q * axes[2, 0]
            u = x + p * axes[1, 1] + q * axes[2, 1]
            if v < 0 or u < 0 or v >= height - 1 or u >= width - 1:
                return False
            top, left = int(v), int(u)
            below, right = v - top, u - left
            patch[a, b] = -(
                grey[top, left] * (1 - below) * (1 - right)
                + grey[top, left + 1] * (1 - below) * right
                + grey[top + 1, left] * below * (1 - right)
                + grey[top + 1, left + 1] * below * right
            )
    return True


@compiled
def _best(patch: Soft, pattern: Soft, fine: int) -> tuple[float, float, float]:
    """The best normalised correlation, and its place in cells from the middle."""
    size = pattern.shape[0]
    free = patch.shape[0] - (size - 1) * fine
    scores = np.zeros((free, free), np.float32)
    energy = np.sum(pattern * pattern)
    top, at_a, at_b = -1.0, 0, 0
    for a in range(free):
        for b in range(free):
            total, square, cross = 0.0, 0.0, 0.0
            for r in range(size):
                for c in range(size):
                    value = patch[a + r * fine, b + c * fine]
                    total += value
                    square += value * value
                    cross += value * pattern[r, c]
            spread = square - total * total / (size * size)
            match = cross / math.sqrt(max(spread, 1e-3) * energy)
            scores[a, b] = match if spread > _BLANK else 0.0
            if scores[a, b] > top:
                top, at_a, at_b = scores[a, b], a, b
    middle = (free - 1) / 2
    da, db = float(at_a), float(at_b)
    if 0 < at_a < free - 1 and 0 < at_b < free - 1:
        da += _vertex(scores[at_a - 1, at_b], top, scores[at_a + 1, at_b])
        db += _vertex(scores[at_a, at_b - 1], top, scores[at_a, at_b + 1])
    return top, (da - middle) / fine, (db - middle) / fine


@compiled
def _vertex(before: float, top: float, after: float) -> float:
    """Where the parabola through three values has its top, from the middle one."""
    bend = before - 2 * top + after
    return 0.0 if bend > _FLAT else 0.5 * (before - after) / bend
