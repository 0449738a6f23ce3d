"""Where a front differs from what was recovered: which squares of the page to look at."""

from dataclasses import dataclass

import numpy as np

from center.antiforgery.compiled import Grey, Soft
from center.antiforgery.scramble.front import INK_BELOW

SQUARE_MM = 2.5
"""About a character: small enough to point at one."""
LEAST_PIXELS = 2
"""Of a square: a single pixel may be a renderer's rounding."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A square of the page that differs: its upper left corner in millimetres."""

    x_mm: float
    y_mm: float


def differences(recovered: Grey, front: Grey, dpi: int) -> tuple[Difference, ...]:
    """The squares in which `front` has other ink than `recovered`, from top to bottom.

    Both are pages at `dpi`; `front` is a rendering (a scan has to be laid over it first).
    What was not recovered, and is therefore grey, counts as no difference. The pages may
    differ by a row or column of size.
    """
    height, width = (min(a, b) for a, b in zip(recovered.shape, front.shape, strict=True))
    known = (recovered[:height, :width] == 0) | (recovered[:height, :width] == 255)  # noqa: PLR2004  # black, white
    other = (recovered[:height, :width] == 0) != (front[:height, :width] < INK_BELOW)
    side = SQUARE_MM / 25.4 * dpi
    counts = _counts(other & known, side)
    return tuple(
        Difference(column * SQUARE_MM, row * SQUARE_MM)
        for row, column in np.argwhere(counts >= LEAST_PIXELS).tolist()
    )


def _counts(differs: Soft, side: float) -> Soft:
    rows, columns = (int(length / side) + 1 for length in differs.shape)
    made = np.zeros((rows, columns), np.int32)
    y, x = np.nonzero(differs)
    np.add.at(made, ((y / side).astype(int), (x / side).astype(int)), 1)
    return made
