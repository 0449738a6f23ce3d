"""The engine: dots of 1/600 inch become toner with uneven edges, and toner wears off."""

import numpy as np
from numpy.random import Generator

from center.antiforgery.channel.conditions import Printer
from center.antiforgery.channel.fields import blur, patches, smooth_noise
from center.antiforgery.compiled import Bits, Places, Soft, compiled

_DRIFT_GRAIN_DOT = 900.0
"""Density drifts over about four centimetres."""
_RUB_GRAINS_DOT = (9.0, 60.0)
"""Toner flakes off in specks of 0.4 mm, and in rubbed places of 2.5 mm; half of it each."""
_SMALLER = 3
"""Wear is drawn at a third of the resolution."""


def toner(ink: Soft, printer: Printer, rng: Generator) -> Soft:
    """The share of each dot that is covered by toner, for `ink` (1 where a dot is asked for)."""
    spread = blur(ink, printer.spread_dot)
    height, width = spread.shape
    drift = smooth_noise(rng, (height // 16 + 2, width // 16 + 2), _DRIFT_GRAIN_DOT / 16)
    level = (printer.threshold + printer.threshold_drift * 0.5 * drift).astype(np.float32)
    # One noise tile of half a million dots, shifted from band to band, looks like fresh noise
    # to everything that reads less than a whole page at once.
    noise = rng.standard_normal((736, 743), np.float32) * np.float32(printer.edge_noise)
    shifts = rng.integers(0, 743, (height // 64 + 1, 2)).astype(np.int32)
    return _stick(spread, level, noise, shifts, printer.slope)


@compiled
def _stick(spread: Soft, level: Soft, noise: Soft, shifts: Places, slope: float) -> Soft:
    height, width = spread.shape
    made = np.empty_like(spread)
    rows, columns = noise.shape
    for y in range(height):
        shift_y, shift_x = shifts[y // 64]
        line = noise[(y + int(shift_y)) % rows]
        at = int(shift_x) % columns
        for x in range(width):
            value = (spread[y, x] + line[at] - level[y // 16, x // 16]) * slope + 0.5
            made[y, x] = min(max(value, 0.0), 1.0)
            at += 1
            if at == columns:
                at = 0
    return made


def rub(toner: Soft, share: float, rng: Generator) -> Soft:
    """`toner` after `share` of it has come off; another array wherever something did."""
    if share <= 0:
        return toner
    height, width = toner.shape
    small = (height // _SMALLER + 2, width // _SMALLER + 2)
    gone = np.zeros(small, np.bool_)
    for grain in _RUB_GRAINS_DOT:
        part = 1 - (1 - share) ** (1 / len(_RUB_GRAINS_DOT))
        gone |= patches(rng, small, part, grain / _SMALLER) > 0
    return _wiped(toner, gone.astype(np.uint8))


@compiled
def _wiped(toner: Soft, gone: Bits) -> Soft:
    height, width = toner.shape
    made = np.empty_like(toner)
    for y in range(height):
        for x in range(width):
            made[y, x] = toner[y, x] * np.float32(0.06) if gone[y // 3, x // 3] else toner[y, x]
    return made
