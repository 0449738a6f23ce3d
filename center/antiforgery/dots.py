"""Bitmaps of 600 dpi on an A4 page, so that every renderer sets exactly the dots that were meant.

A rectangle that lies exactly on the grid of the dots is stretched by one dot in PDFium, since its
edges fall on pixel borders and round outwards. Drawn in by a small part of a dot on each side it
is set dot for dot by PDFium, Poppler and Ghostscript alike.

Source: ISO 32000-2 8.9.6.2 (stencil masking), 10.8.4 (scan conversion).
"""

import zlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pikepdf
from numpy.typing import NDArray

from center.paper.plain import HEIGHT_PT

Bits = NDArray[np.bool_]
"""A bitmap, True where there is ink; rows from the top."""

DPI = 600
MM = DPI / 25.4
"""Dots in a millimetre."""
PAGE_DOTS = (4961, 7016)
"""Width and height of A4."""
_DOT_PT = 72 / DPI
_INSET_PT = 0.02
"""A sixth of a dot."""
_LEVEL = 6
"""Nine makes it a twentieth smaller and takes seven times as long."""


@dataclass(frozen=True, slots=True)
class Stencil:
    """A packed bitmap and its place: dots from the page's upper left corner."""

    left: int
    top: int
    width: int
    height: int
    packed: bytes = field(repr=False)
    dots_each: int = 1
    """Dots across and down of one sample."""


def stencil(ink: Bits, left: int, top: int, dots_each: int = 1) -> Stencil:
    """`ink` as a stencil; each of its samples is a square of `dots_each` dots."""
    height, width = ink.shape
    # A stencil paints where its samples are 0.
    packed = zlib.compress(np.packbits(~ink, axis=1).tobytes(), _LEVEL)
    return Stencil(left, top, width, height, packed, dots_each)


def stencil_object(pdf: pikepdf.Pdf, one: Stencil) -> Any:
    """The stencil as an image of `pdf`, to be drawn with `place`."""
    return pikepdf.Stream(
        pdf,
        one.packed,
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=one.width,
        Height=one.height,
        ImageMask=True,
        BitsPerComponent=1,
        Filter=pikepdf.Name.FlateDecode,
    )


def place(one: Stencil, name: str) -> bytes:
    """The operators that paint it with the present colour."""
    left = one.left * _DOT_PT + _INSET_PT
    sides = [one.dots_each * n for n in (one.width, one.height)]
    low = HEIGHT_PT - (one.top + sides[1]) * _DOT_PT + _INSET_PT
    width, height = (n * _DOT_PT - 2 * _INSET_PT for n in sides)
    return b"q %.5f 0 0 %.5f %.5f %.5f cm %s Do Q\n" % (width, height, left, low, name.encode())
