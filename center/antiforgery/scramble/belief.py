"""How much to believe each cell: likelihoods learned from the cells of this very sheet.

A cell that reads white among black and white neighbours is white; the same in a place where all
is white says nothing, since the toner may be gone. So cells are sorted by what their
surroundings look like, and in each sort it is counted how known cells of either kind read.
"""

import numpy as np

from center.antiforgery.compiled import Bits, Soft, compiled
from center.antiforgery.scramble.lattice import box_mean

_NEAR = 5
_WIDE = 13
_LEVELS = 20
"""Steps of the reading itself, from -2 to 2."""
_PALES = 8
"""Sorts by how pale or dark the closest surroundings are."""
_CONTRASTS = 5
"""Sorts by contrast in the wider surroundings."""
_PRIOR = 1.5
"""Observations that every sort starts with, shaped like those of all sorts together."""
MOST = 7.0
"""No single cell is believed more than this; dust falls on good paper too."""


def sorts(ink: Soft, spread: Soft) -> Soft:
    """The sort of each cell, as a number below `_PALES * _CONTRASTS`."""
    near = box_mean(ink, _NEAR)
    contrast = spread * np.sqrt(
        np.maximum(box_mean(ink * ink, _WIDE) - box_mean(ink, _WIDE) ** 2, 0)
    )
    pale = np.digitize(near, [-0.85, -0.7, -0.55, -0.35, 0.0, 0.4, 0.8])
    level = float(np.quantile(contrast[::7, ::7], 0.75))
    weak = np.digitize(contrast / max(level, 1.0), [0.3, 0.55, 0.75, 0.9])
    return np.asarray(pale * _CONTRASTS + weak, np.int32)


def likelihoods(read: Soft, sort: Soft, truth: Soft, known: Bits) -> Soft:
    """log(P(white) / P(ink)) of each cell, given how `known` cells of its sort read.

    `truth` is -1 or 1 (ink) where `known` is 1.
    """
    level = np.clip((read + 2) * (_LEVELS / 4), 0, _LEVELS - 1e-3).astype(np.float32)
    counts = _counts(level, sort, truth, known, _PALES * _CONTRASTS)
    together = counts.sum(axis=0)
    shape = (together + 0.5) / (together + 0.5).sum(axis=1, keepdims=True)
    shares = counts + _PRIOR * shape * _LEVELS / 4
    kinds = shares.sum(axis=2, keepdims=True)
    smooth = _smoothed(shares / kinds)
    table = np.log(smooth[:, 0] / smooth[:, 1])
    return _looked_up(level, sort, np.clip(table, -MOST, MOST).astype(np.float32))


def _smoothed(shares: Soft) -> Soft:
    padded = np.pad(shares, ((0, 0), (0, 0), (1, 1)), mode="edge")
    return 0.25 * padded[..., :-2] + 0.5 * padded[..., 1:-1] + 0.25 * padded[..., 2:] + 1e-5


@compiled
def _counts(level: Soft, sort: Soft, truth: Soft, known: Bits, number: int) -> Soft:
    made = np.zeros((number, 2, _LEVELS))
    for y in range(level.shape[0]):
        for x in range(level.shape[1]):
            if known[y, x]:
                made[sort[y, x], 1 if truth[y, x] > 0 else 0, int(level[y, x])] += 1
    return made


@compiled
def _looked_up(level: Soft, sort: Soft, table: Soft) -> Soft:
    made = np.empty(level.shape, np.float32)
    for y in range(level.shape[0]):
        for x in range(level.shape[1]):
            at = min(max(level[y, x] - np.float32(0.5), 0.0), _LEVELS - 1.001)
            low = int(at)
            part = at - low
            row = table[sort[y, x]]
            made[y, x] = row[low] * (1 - part) + row[low + 1] * part
    return made
