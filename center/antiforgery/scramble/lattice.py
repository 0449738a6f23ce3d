"""Find the lattice of marks in a picture: pitch, angle and phase, from its spectrum.

The marks repeat every 24 cells in two directions at a right angle, which no text and no picture
does. Corners may be torn off, stained or under a stamp: the lattice is still there.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from center.antiforgery.compiled import Grey, Soft, compiled
from center.antiforgery.scramble.layout import PITCH

Waves: TypeAlias = Any
"""Two frequencies, y and x of the one across and of the one down, as an array of four."""

_SIDE = 2048
"""Of the spectrum; the picture is shrunk to fit into it."""
_LONGEST = 1900
_PITCH_PX = (11.0, 64.0)
_WINDOW_PX = 33
_COARSE = 16
_FINEST_STEP = 0.02
_HARMONICS = ((1, 0), (0, 1), (1, 1), (1, -1), (2, 0), (0, 2), (2, 1), (1, -2), (2, -1), (1, 2))
_SQUARE_MOVES = np.array([[1.0, 0, 0, -1], [0, 1, 1, 0]])
"""What keeps two waves (y and x of the one, y and x of the other) at a right angle."""
_STRETCHES = [
    np.array([a, a, b, b])
    for a in np.linspace(0.96, 1.04, 17)
    for b in np.linspace(0.96, 1.04, 17)
]  # fmt: skip
_CLEARLY = 1.1
_LEAST_PAIR = 5.0
_LEAST_SCORE = 5.0
"""Mean excess of the harmonics over their surroundings; noise stays below 3.5."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """Where marks should be, in pixels of the full picture: origin + i * down + j * across.

    Vectors are (y, x) and one *cell* long; the origin is the centre of some mark.
    """

    origin: tuple[float, float]
    down: tuple[float, float]
    across: tuple[float, float]
    score: float

    @property
    def cell_px(self) -> float:
        """Pixels a cell."""
        return math.hypot(*self.across)

    @property
    def angle(self) -> float:
        """Radians by which the lattice is turned, from -pi/4 to pi/4."""
        return math.atan2(self.across[0], self.across[1])


def find(grey: Grey) -> Lattice | None:
    """The lattice in `grey`, or None where there is none."""
    factor = max(1, math.ceil(max(grey.shape) / _LONGEST))
    small = flatten(shrink(grey, factor))
    padded = np.zeros((_SIDE, _SIDE), np.float32)
    padded[: small.shape[0], : small.shape[1]] = small
    spectrum = np.fft.rfft2(padded)
    excess = _excess(np.abs(spectrum).astype(np.float32))
    best = _search(_highest_around(excess))
    if best[2] < _LEAST_SCORE:
        return None
    waves = _refined(small, best[0] / _SIDE, best[1] / _SIDE)
    return _lattice(small, waves, factor, float(best[2]))


def shrink(grey: Grey, factor: int) -> Soft:
    """`grey` with factor x factor pixels averaged into one."""
    height, width = (side // factor * factor for side in grey.shape)
    if factor == 1:
        return grey.astype(np.float32)
    return _averaged(np.ascontiguousarray(grey[:height, :width]), factor)


@compiled
def _averaged(grey: Grey, factor: int) -> Soft:
    height, width = grey.shape[0] // factor, grey.shape[1] // factor
    made = np.zeros((height, width), np.float32)
    for y in range(height * factor):
        for x in range(width * factor):
            made[y // factor, x // factor] += grey[y, x]
    return made / np.float32(factor * factor)


def flatten(plane: Soft, window: int = _WINDOW_PX) -> Soft:
    """Dark is positive, with local mean and local contrast taken out; blank paper is near 0."""
    mean = box_mean(plane, window)
    spread = np.sqrt(np.maximum(box_mean(plane * plane, window) - mean * mean, 0))
    floor = max(6.0, 0.35 * float(np.quantile(spread[::8, ::8], 0.9)))
    return np.asarray(np.clip((mean - plane) / np.maximum(spread, floor), -2, 2))


def box_mean(plane: Soft, window: int) -> Soft:
    """The mean over window x window pixels around each; at the edges over those that exist."""
    return _box(plane.astype(np.float32), window // 2)


@compiled
def _box(plane: Soft, reach: int) -> Soft:
    """A sum per column slides down, and a sum of those slides to the right."""
    height, width = plane.shape
    made = np.empty((height, width), np.float32)
    columns = np.zeros(width, np.float64)
    for y in range(min(reach, height)):
        columns += plane[y]
    for y in range(height):
        if y + reach < height:
            columns += plane[y + reach]
        if y - reach - 1 >= 0:
            columns -= plane[y - reach - 1]
        rows = min(y + reach, height - 1) - max(y - reach, 0) + 1
        total = columns[: min(reach, width)].sum()
        for x in range(width):
            if x + reach < width:
                total += columns[x + reach]
            if x - reach - 1 >= 0:
                total -= columns[x - reach - 1]
            count = min(x + reach, width - 1) - max(x - reach, 0) + 1
            made[y, x] = total / (count * rows)
    return made


def _excess(magnitude: Soft) -> Soft:
    """Each frequency against its surroundings, so that a slope of the spectrum does not matter."""
    return magnitude / (box_mean(magnitude, 25) + np.float32(1e-6))


def _highest_around(plane: Soft) -> Soft:
    """The highest of 3 x 3 neighbours; rows wrap, as frequencies do."""
    tall = np.maximum(np.maximum(np.roll(plane, 1, 0), np.roll(plane, -1, 0)), plane)
    made = tall.copy()
    made[:, 1:] = np.maximum(made[:, 1:], tall[:, :-1])
    made[:, :-1] = np.maximum(made[:, :-1], tall[:, 1:])
    return made


@compiled
def _at(plane: Soft, v: int, u: int) -> float:
    """The spectrum at any frequency; the picture is real, so half of it is enough."""
    if u < 0:
        v, u = -v, -u
    if u >= plane.shape[1] or abs(v) >= plane.shape[0] // 2:
        return 0.0
    return float(plane[v % plane.shape[0], u])


@compiled
def _score(plane: Soft, v: int, u: int, harmonics: tuple[tuple[int, int], ...]) -> float:
    total = 0.0
    for a, b in harmonics:
        total += min(_at(plane, a * v + b * u, a * u - b * v), 12.0)
    return total / len(harmonics)


def _search(plane: Soft) -> tuple[int, int, float]:
    made = _strongest(plane, _SIDE / _PITCH_PX[1], _SIDE / _PITCH_PX[0], _HARMONICS)
    return int(made[0]), int(made[1]), float(made[2])


@compiled
def _strongest(
    plane: Soft, low: float, high: float, harmonics: tuple[tuple[int, int], ...]
) -> tuple[int, int, float]:
    """The frequency (v, u) whose harmonics and their perpendiculars stand out most.

    A lattice looks the same every 90 degrees; the one found points to the right.
    """
    best = (0, 0, 0.0)
    reach = int(high) + 1
    for u in range(1, reach):
        for v in range(-u, u + 1):
            radius = math.sqrt(u * u + v * v)
            if radius < low or radius > high:
                continue
            if _at(plane, v, u) + _at(plane, u, -v) < _LEAST_PAIR:
                continue
            score = _score(plane, v, u, harmonics)
            if score > best[2]:
                best = (v, u, score)
    return best


def _refined(small: Soft, fy: float, fx: float) -> Waves:
    """The lattice's two waves to a fraction of the spectrum's step.

    At a right angle and equally long, unless two that need not be so fit clearly better: a feed
    that runs fast stretches a scan along one side alone.
    """
    parts = [
        (a, b, _mixed_down(small, a * fy + b * fx, a * fx - b * fy)) for a, b in _HARMONICS[:4]
    ]

    def power(waves: Waves) -> float:
        # What is left of each harmonic's frequency after it was mixed down, in coarse steps.
        dv, du, ev, eu = waves - np.array([fy, fx, fx, -fy])
        return sum(
            abs(_coefficient(part, (a * dv + b * ev) * _COARSE, (a * du + b * eu) * _COARSE)) ** 2
            for a, b, part in parts
        )

    square = _climbed(power, np.array([fy, fx, fx, -fy]), _SQUARE_MOVES)
    apart = max((square * stretch for stretch in _STRETCHES), key=power)
    free = _climbed(power, apart, np.eye(4))
    return free if power(free) > _CLEARLY * power(square) else square


def _climbed(power: Callable[[Waves], float], start: Waves, moves: Waves) -> Waves:
    """Where `power` is highest near `start`, by `moves` to either side with ever smaller steps."""
    step, at, best = 0.5 / _SIDE, start, power(start)
    while step > _FINEST_STEP / _SIDE:
        tried = [at + sign * step * move for move in moves for sign in (1, -1)]
        heights = [power(one) for one in tried]
        if max(heights) > best:
            best = max(heights)
            at = tried[heights.index(best)]
        else:
            step /= 2
    return at


@compiled
def _mixed_down(small: Soft, fy: float, fx: float) -> Soft:
    """`small` times a wave of this frequency, summed over squares of _COARSE pixels."""
    height, width = small.shape
    made = np.zeros((height // _COARSE + 1, width // _COARSE + 1), np.complex64)
    right = np.exp(-2j * np.pi * fx * np.arange(width)).astype(np.complex64)
    for y in range(height):
        down = np.exp(-2j * np.pi * fy * y)
        for x in range(width):
            made[y // _COARSE, x // _COARSE] += small[y, x] * right[x] * down
    return made


@compiled
def _coefficient(part: Soft, fy: float, fx: float) -> complex:
    """`part` times a wave of this frequency, summed."""
    total = 0j
    right = np.exp(-2j * np.pi * fx * np.arange(part.shape[1]))
    for y in range(part.shape[0]):
        line = 0j
        for x in range(part.shape[1]):
            line += part[y, x] * right[x]
        total += line * np.exp(-2j * np.pi * fy * y)
    return total


def _lattice(small: Soft, waves: Waves, factor: int, score: float) -> Lattice:
    """From the waves, the steps from mark to mark; from their phases, where a mark is."""
    phases = [
        np.angle(_mixed_down(small, fy, fx).sum()) / (2 * math.pi) for fy, fx in waves.reshape(2, 2)
    ]
    steps = np.linalg.inv(waves.reshape(2, 2))
    # Dark marks lie where both waves have their crest: f . p = -phase, modulo whole waves.
    y, x = -steps @ np.array(phases)
    (across_y, down_y), (across_x, down_x) = (factor / PITCH * steps).tolist()
    shift = (factor - 1) / 2
    origin = (factor * float(y) + shift, factor * float(x) + shift)
    return Lattice(origin, (down_y, down_x), (across_y, across_x), score)
