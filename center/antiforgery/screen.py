"""偽造防止検出画像 where a printer mixes its own inks: 証 in the phase of a line screen.

Fine black lines, 150 to the inch, over the coloured blossom; inside the ring and the character
they lie half a period lower. To an eye both are one grey. Under a transparent grating of the same
period one of them is covered and the other is not. Most copiers cannot resolve the lines; one
that scans at 1200 dpi can. So this variant says less than the pair of inks, and stands in only
where CMYK cannot be passed through.

Source: van Renesse, Optical Document Security (2005), on phase-modulated line screens.
"""

import functools

import numpy as np
from PIL import Image, ImageDraw

from center.antiforgery.dots import DPI, MM, Bits
from center.antiforgery.emblem import CHARACTER, RADIUS
from center.antiforgery.letters import word

PERIOD = 4
"""Dots: 150 lines per inch. Odd periods print unevenly; coarser ones survive copying."""
_DASH = 9
"""Dots of a line, then as many left out: a quarter of the ground is black."""
_RING_MM = (16.6, 14.5)
_CHARACTER_MM = 21.0


@functools.cache
def screen() -> Bits:
    """The lines, in a square around the emblem's ground."""
    size = 2 * round(RADIUS * DPI / 72)
    y, x = np.mgrid[0:size, 0:size]
    middle = (size - 1) / 2
    ground = np.hypot(x - middle, y - middle) <= size / 2
    phase = (y + hidden(size) * (PERIOD // 2)) % (2 * PERIOD)
    line = phase % PERIOD < PERIOD // 2
    # Every other line begins half a dash later, so that no column stands out.
    dash = (x // _DASH + (phase >= PERIOD)) % 2 == 0
    return np.asarray(ground & line & dash)


def hidden(size: int) -> Bits:
    """Ring and character, in a square of `size` dots."""
    picture = Image.new("1", (size, size))
    draw = ImageDraw.Draw(picture)
    middle = size / 2
    for radius_mm, shade in zip(_RING_MM, (1, 0), strict=True):
        reach = radius_mm * MM
        draw.ellipse((middle - reach, middle - reach, middle + reach, middle + reach), fill=shade)
    bits = np.array(picture, np.bool_)
    one = word(CHARACTER, _CHARACTER_MM)
    top, left = (size - one.shape[0]) // 2, (size - one.shape[1]) // 2
    bits[top : top + one.shape[0], left : left + one.shape[1]] |= one
    return bits


def grating(shape: tuple[int, int], shift: int = 0) -> Bits:
    """The viewer: opaque lines of half the period, `shift` dots down."""
    rows = (np.arange(shape[0]) + shift) % PERIOD < PERIOD // 2
    return np.repeat(rows[:, None], shape[1], axis=1)
