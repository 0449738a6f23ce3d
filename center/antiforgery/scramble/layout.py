"""Where everything stands in a block of cells: marks, corners, pilots, data. Version 1.

A cell is 4 x 4 dots at 600 dpi (0.169 mm). Every 24 cells there is a mark of 7 x 7 cells, the
finder pattern known from QR codes; the four outermost marks give way to corner squares, of
which the upper left one has a hole and so says which way is up. One cell in 64 is a pilot:
what it holds is known, so that a reader can learn what the paper and the scanner did.

Source: ISO/IEC 18004 (the finder pattern's shape); the pitch of 24 cells follows from how far
a scanner's feed wanders between two marks.
"""

import functools
from dataclasses import dataclass

import numpy as np

from center.antiforgery.compiled import Bits, Places
from center.antiforgery.scramble.words import shuffled, stream

VERSION = 1
CELL_DOTS = 4
DOTS_PER_INCH = 600
PITCH = 24
MARK = 7
COLUMNS, ROWS = 46, 51
"""Pitches; there is one more mark each way."""
WIDTH, HEIGHT = COLUMNS * PITCH + MARK, ROWS * PITCH + MARK
"""Cells: 188.1 x 208.5 mm."""
CELL_MM = CELL_DOTS * 25.4 / DOTS_PER_INCH

CORNER, CORNER_CLEAR, HOLE = 15, 19, 5
"""Cells: a corner's square, the square with its white surroundings, the orientation hole."""
PILOT_EVERY, PILOT_AT = 8, 7

_PUBLIC = b"certificate-kiosk scramble image, version 1"


def mark() -> Bits:
    """A ring, a gap, a core: 7 x 7."""
    made = np.ones((MARK, MARK), np.uint8)
    made[1:-1, 1:-1] = 0
    made[2:-2, 2:-2] = 1
    return made


@dataclass(frozen=True, slots=True)
class Layout:
    """The block as a table. `fixed` holds the cells of `known`, and 0 elsewhere."""

    fixed: Bits
    known: Bits
    """1 where a cell does not depend on the document: marks, corners, pilots."""
    pilots: Bits
    """1 where the cell is a pilot."""
    header: Places
    """Flat positions of the cells of layer 0, in the order in which they are filled."""
    rest: Places
    """Flat positions of all other data cells, in reading order."""


HEADER_SHARE = 0.15
"""Of the data cells, for layer 0."""


@functools.cache
def layout() -> Layout:
    """The one layout of this version, computed once (a twentieth of a second)."""
    fixed, known = np.zeros((HEIGHT, WIDTH), np.uint8), np.zeros((HEIGHT, WIDTH), np.uint8)
    for y in range(0, HEIGHT, PITCH):
        for x in range(0, WIDTH, PITCH):
            fixed[y : y + MARK, x : x + MARK] = mark()
            known[y : y + MARK, x : x + MARK] = 1
    _corners(fixed, known)
    pilots = np.zeros_like(known)
    pilots[PILOT_AT::PILOT_EVERY, PILOT_AT::PILOT_EVERY] = 1
    pilots &= 1 - known
    words = stream(_PUBLIC, b"pilots", HEIGHT * WIDTH)
    fixed[pilots == 1] = (words.reshape(HEIGHT, WIDTH) & 1)[pilots == 1]
    known |= pilots
    data = np.flatnonzero(known == 0).astype(np.int32)
    order = shuffled(len(data), stream(_PUBLIC, b"places", len(data)))
    first = round(HEADER_SHARE * len(data))
    return Layout(fixed, known, pilots, data[order[:first]], np.sort(data[order[first:]]))


def public_cover(length: int) -> Bits:
    """The noise laid over layer 0, which everybody may know."""
    return np.asarray(stream(_PUBLIC, b"cover", length) & 1, np.uint8)


def _corners(fixed: Bits, known: Bits) -> None:
    for y in (slice(0, CORNER_CLEAR), slice(HEIGHT - CORNER_CLEAR, HEIGHT)):
        for x in (slice(0, CORNER_CLEAR), slice(WIDTH - CORNER_CLEAR, WIDTH)):
            fixed[y, x], known[y, x] = 0, 1
    for y in (slice(0, CORNER), slice(HEIGHT - CORNER, HEIGHT)):
        for x in (slice(0, CORNER), slice(WIDTH - CORNER, WIDTH)):
            fixed[y, x] = 1
    middle = slice((CORNER - HOLE) // 2, (CORNER + HOLE) // 2)
    fixed[middle, middle] = 0
