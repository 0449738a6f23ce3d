"""Years in a drawer: tea, folds, and pieces that are covered or gone. Drawn on the scan's grid."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from center.antiforgery.channel.fields import enlarge, patches, smooth_noise
from center.antiforgery.compiled import Soft

TEA = (0.86, 0.68, 0.45)
"""What tea of strength 1 lets through of red, green and blue; of strength s, that to the s."""
_TEA_GRAIN_MM = 28.0
_FOLD_MM = 0.45
"""Half the width of a fold's line, along which toner has cracked off."""
_COARSE = 8
"""Stains are drawn at an eighth of the scan's resolution."""
_GREY_PATCH = 0.80


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the scan: top, left, height and width in pixels."""

    top: int
    left: int
    height: int
    width: int


def tea(shape: tuple[int, int], share: float, px_mm: float, rng: Generator) -> Soft:
    """How strongly each pixel is stained where tea was spilt over `share` of the sheet, 0 dry.

    Edges are darker than the middle, as a drying drop leaves them.
    """
    small = (shape[0] // _COARSE + 2, shape[1] // _COARSE + 2)
    deep = patches(rng, small, share, _TEA_GRAIN_MM * px_mm / _COARSE)
    cloud = 1 + 0.15 * smooth_noise(rng, small, 4 * px_mm / _COARSE)
    inside = np.minimum(deep / 0.06, 1) * (0.75 + 0.4 * np.exp(-deep / 0.08)) * cloud
    return enlarge(inside.astype(np.float32), *shape)


def fold(sheet: Soft, count: int, px_mm: float, rng: Generator) -> None:
    """Fold `sheet` (1 paper, 0 black) `count` times, across and along: light and dark lines."""
    height, width = sheet.shape
    for number in range(count):
        across = number % 2 == 0
        length, other = (width, height) if across else (height, width)
        start = other * rng.uniform(0.15, 0.85)
        lean = math.tan(math.radians(rng.uniform(-2, 2)))
        along = np.arange(length)
        wobble = smooth_noise(rng, (4, length), 6 * px_mm)[0] * 0.12 * px_mm
        middle = start + lean * (along - length / 2) + wobble
        reach = math.ceil(4 * _FOLD_MM * px_mm)
        for offset in range(-reach, reach + 1):
            place = np.rint(middle).astype(int) + offset
            fits = (place >= 0) & (place < other)
            far = np.abs(place - middle) / (_FOLD_MM * px_mm)
            lost = np.exp(-0.5 * far**2) * rng.uniform(0.5, 1.0, length)
            shade = np.float32(-0.10 if offset > 0 else 0.06) * np.exp(-0.5 * (far / 2) ** 2)
            at = (place[fits], along[fits]) if across else (along[fits], place[fits])
            sheet[at] = np.clip(sheet[at] + lost[fits] * (1 - sheet[at]) + shade[fits], 0, 1)


def tear(sheet: Soft, share: float, block: Box, rng: Generator) -> None:
    """Cover `share` of `block` from one of its corners or sides, with a ragged edge."""
    if share <= 0:
        return
    y, x = np.mgrid[0:1:64j, 0:1:64j]
    angle = rng.uniform(0, 2 * math.pi)
    ramp = (y - 0.5) * math.sin(angle) + (x - 0.5) * math.cos(angle)
    field = ramp + 0.03 * smooth_noise(rng, (64, 64), 6)
    large = enlarge(field.astype(np.float32), block.height, block.width)
    torn = large > np.quantile(large[::4, ::4], 1 - share)
    part = sheet[block.top : block.top + block.height, block.left : block.left + block.width]
    torn = torn[: part.shape[0], : part.shape[1]]
    part[torn] = _GREY_PATCH
