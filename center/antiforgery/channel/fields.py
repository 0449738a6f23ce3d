"""Random fields over a sheet: smooth noise, patches of a given area, blurring."""

import math

import numpy as np
from numpy.random import Generator

from center.antiforgery.compiled import Soft, compiled

_REACH = 3.2
"""A bell curve is cut off after this many sigmas."""


def bell(sigma: float) -> Soft:
    """The weights of a Gaussian blur, summing to one; a single one where sigma is 0."""
    reach = max(0, math.ceil(_REACH * sigma))
    if sigma <= 0 or reach == 0:
        return np.ones(1, np.float32)
    steps = np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * (steps / sigma) ** 2)
    return np.asarray(weights / weights.sum(), np.float32)


def blur(plane: Soft, sigma: float) -> Soft:
    """`plane` after a Gaussian blur; the edge's value goes on outside."""
    weights = bell(sigma)
    return plane if len(weights) == 1 else _blurred(plane, weights)


@compiled
def _blurred(plane: Soft, weights: Soft) -> Soft:
    """Across, then down, in one pass: only as many rows are held as the blur reaches."""
    height, width = plane.shape
    taps, reach = len(weights), len(weights) // 2
    made = np.empty_like(plane)
    line = np.empty(width + 2 * reach, np.float32)
    held = np.empty((taps, width), np.float32)
    ready = 0
    for y in range(height):
        while ready <= min(y + reach, height - 1):
            line[:reach] = plane[ready, 0]
            line[reach : reach + width] = plane[ready]
            line[reach + width :] = plane[ready, width - 1]
            held[ready % taps] = 0.0
            for tap in range(taps):
                _add(held[ready % taps], weights[tap], line[tap:])
            ready += 1
        made[y] = 0.0
        for tap in range(taps):
            source = min(max(y + tap - reach, 0), height - 1)
            _add(made[y], weights[tap], held[source % taps])
    return made


@compiled
def _add(total: Soft, weight: float, row: Soft) -> None:
    """A loop of its own: written as slices, every step would make a row anew."""
    for x in range(len(total)):
        total[x] += weight * row[x]


@compiled
def enlarge(small: Soft, height: int, width: int) -> Soft:
    """`small` stretched to height x width, linear in between."""
    rows, columns = small.shape
    made = np.empty((height, width), np.float32)
    for y in range(height):
        v = y * (rows - 1) / max(height - 1, 1)
        top = min(int(v), rows - 2)
        part = np.float32(v - top)
        for x in range(width):
            u = x * (columns - 1) / max(width - 1, 1)
            left = min(int(u), columns - 2)
            share = np.float32(u - left)
            above = small[top, left] * (1 - share) + small[top, left + 1] * share
            below = small[top + 1, left] * (1 - share) + small[top + 1, left + 1] * share
            made[y, x] = above * (1 - part) + below * part
    return made


def smooth_noise(rng: Generator, shape: tuple[int, int], grain: float) -> Soft:
    """Noise of mean 0 and deviation 1 whose grains are `grain` pixels wide."""
    step = max(1.0, grain / 2)
    rows, columns = (max(4, int(side / step) + 3) for side in shape)
    small = blur(rng.standard_normal((rows, columns), np.float32), grain / step)
    small = (small - small.mean()) / (small.std() + 1e-9)
    return enlarge(small.astype(np.float32), *shape)


def patches(rng: Generator, shape: tuple[int, int], share: float, grain: float) -> Soft:
    """How deep inside a patch each pixel lies; patches cover `share` of the area, 0 elsewhere."""
    field = smooth_noise(rng, shape, grain)
    if share <= 0:
        return np.zeros(shape, np.float32)
    level = np.quantile(field[::4, ::4], 1 - share)
    return np.maximum(field - np.float32(level), 0)
