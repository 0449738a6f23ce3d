"""From the grey values of a scan to a likelihood for each cell of the block."""

import math
from dataclasses import dataclass

import numpy as np

from center.antiforgery.compiled import Bits, Grey, Soft
from center.antiforgery.scramble import belief, cells, lattice, sharpen, track
from center.antiforgery.scramble.lattice import Lattice
from center.antiforgery.scramble.layout import CELL_DOTS, DOTS_PER_INCH, PITCH, layout

_CORRECTIONS = 2
"""Read, correct the places by what was read, read again: a third time changes nothing."""
LEAST_CELL_PX = 1.15
"""Pixels a cell: fewer than about 172 dots per inch cannot be read."""
_DAMAGED = 0.5
_SURELY_A_MARK, _FEW_MARKS = 0.7, 150
"""A page of text repeats too, but little of it looks like a mark."""


class NoBlock(Exception):
    """No lattice of marks is in the picture."""


class TooCoarse(Exception):
    """There is a lattice, but its cells are smaller than a pixel and a bit."""


class NotOurs(Exception):
    """There is a lattice, but what should be known in it is not there, or not readable."""


@dataclass(slots=True)
class Demodulated:
    """The block as read, upright. What `likelihoods` say can be learned anew from more cells."""

    scan_dpi: float
    skew_deg: float
    quarter_turns: int
    read: Soft
    sort: Soft
    likelihoods: Soft
    """log(P(white) / P(ink)), HEIGHT x WIDTH."""

    def learn(self, known: Bits, truth: Soft) -> None:
        """Learn again how cells read, from all `known` cells; `truth` is -1 or 1 (ink)."""
        self.likelihoods = belief.likelihoods(self.read, self.sort, truth, known)

    def damage(self) -> Soft:
        """0 well read to 1 unreadable, for each square of a pitch."""
        doubt = 1 / (1 + np.exp(np.minimum(np.abs(self.likelihoods), 30)))
        rows, columns = doubt.shape[0] // PITCH, doubt.shape[1] // PITCH
        squares = doubt[: rows * PITCH, : columns * PITCH].reshape(rows, PITCH, columns, PITCH)
        return np.asarray(squares.mean(axis=(1, 3)) / _DAMAGED, np.float32)


def demodulate(grey: Grey) -> Demodulated:
    """Read the block in `grey`. Raises NoBlock, TooCoarse, NotOurs."""
    found = lattice.find(grey)
    if found is None:
        raise NoBlock
    if found.cell_px < LEAST_CELL_PX:
        raise TooCoarse
    field, nodes = track.follow(grey, found)
    window = cells.locate(grey, field, nodes)
    if window is None:
        raise NotOurs if (nodes.match > _SURELY_A_MARK).sum() > _FEW_MARKS else NoBlock
    shape = cells.window_shape(window.turns)
    lying = field.places(window.top, window.left, shape)
    places = np.stack([cells.upright(plane, window.turns) for plane in lying])
    read, ink, spread = _read(grey, places)
    made = Demodulated(
        _dpi(found), math.degrees(found.angle), window.turns, read, belief.sorts(ink, spread), read
    )
    made.learn(layout().pilots, cells.known_cells()[1])
    return made


def _read(grey: Grey, places: Soft) -> tuple[Soft, Soft, Soft]:
    """Equalised readings, ink before equalising, and the contrast that it was seen with."""
    known, truth = cells.known_cells()
    for _ in range(_CORRECTIONS):
        read, ink, _ = _read_once(grey, places)
        guess = np.where(known == 1, truth, np.clip(1.5 * read, -1, 1)).astype(np.float32)
        places = sharpen.corrected(places, ink, guess)
    return _read_once(grey, places)


def _read_once(grey: Grey, places: Soft) -> tuple[Soft, Soft, Soft]:
    known, truth = cells.known_cells()
    ink, spread = cells.normalise(cells.sample(grey, places), cells.data_weight())
    trust = known * np.clip(spread / float(np.median(spread)), 0.2, 1) ** 2
    return sharpen.equalise(ink, truth, trust), ink, spread


def _dpi(found: Lattice) -> float:
    return found.cell_px * DOTS_PER_INCH / CELL_DOTS
