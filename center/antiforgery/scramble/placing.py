"""Coded bits in the cells of a block: put there under their noise, and taken from there again."""

import numpy as np

from center.antiforgery.compiled import Bits, Places, Soft, compiled


@compiled
def put(cells: Bits, where: Places, bits: Bits, cover: Bits) -> None:
    """Write `bits` under the noise `cover` into `cells` at `where`."""
    for at in range(len(where)):
        cells[where[at]] = bits[at] ^ cover[at]


@compiled
def taken(likelihoods: Soft, where: Places, cover: Bits) -> Soft:
    """The likelihoods of the bits that lie at `where`, the noise `cover` taken off."""
    made = np.empty(len(where), np.float32)
    for at in range(len(where)):
        # By a product and not by a choice: noise is what no processor predicts.
        made[at] = likelihoods[where[at]] * (1 - 2 * np.int32(cover[at]))
    return made


@compiled
def compared(truth: Soft, read: Soft, where: Places, bits: Bits, cover: Bits) -> int:
    """Write into `truth`, as -1 and 1 (ink), what `bits` make of the cells at `where`.

    Returns how many of them `read` otherwise.
    """
    wrong = 0
    for at in range(len(where)):
        cell, inked = where[at], np.int32(bits[at] ^ cover[at])
        truth[cell] = 2 * inked - 1
        wrong += inked != np.int32(read[cell] > 0)
    return wrong
