"""`python -m center.antiforgery.scramble.learn`: make `odds.bin` from invented pages.

It counts, over pages that no test uses, how often a context is followed by ink. The file is
part of version 1 for ever: whoever makes it anew makes another version.
"""

import sys
import zlib

import numpy as np

from center.antiforgery.compiled import Bits, Places, compiled
from center.antiforgery.invented import PAGES
from center.antiforgery.scramble.coder import TRUST
from center.antiforgery.scramble.front import PdfFront, base_shape, ink
from center.antiforgery.scramble.picture import CONTEXTS, ODDS

SEEDS = range(9_000, 9_020)
RESOLUTIONS = (75, 100, 120)
_WEIGHT = 0.02
"""Of what was counted, as observations: pages differ more than pixels of one page do."""
_CAUTION = 0.4
"""Added to both counts, drawn towards the odds of an average pixel."""


def learn() -> bytes:
    """The file's content: 2 x 65,536 levels, then as many weights, deflated."""
    counts = np.zeros((2 * CONTEXTS, 2), np.int64)
    for seed in SEEDS:
        for make in PAGES.values():
            front = PdfFront(make(seed).pdf, 0)
            for dpi in RESOLUTIONS:
                height, width = base_shape(dpi)
                base = ink(front, dpi, (height, width))
                fine = ink(front, 2 * dpi, (2 * height, 2 * width))
                _count_base(np.pad(base, ((2, 0), (4, 4))), counts)
                _count_fine(np.pad(fine, ((2, 0), (4, 4))), np.pad(base, 1), counts)
    total = counts.sum(axis=1)
    odds = (counts[:, 1] + _CAUTION) / (total + 2 * _CAUTION)
    levels = np.rint(127.5 + 127.5 / 8.0 * np.log(odds / (1 - odds)))
    trust = np.minimum(np.rint(total * _WEIGHT), TRUST)
    both = np.concatenate([np.clip(levels, 0, 255), trust])
    return zlib.compress(both.astype(np.uint8).tobytes(), 9)


@compiled
def _count_base(framed: Bits, counts: Places) -> None:
    height, width = framed.shape
    for y in range(2, height):
        for x in range(4, width - 4):
            context = 0
            for column in range(x - 2, x + 3):
                context = context << 1 | framed[y - 2, column]
            for column in range(x - 3, x + 4):
                context = context << 1 | framed[y - 1, column]
            for column in range(x - 4, x):
                context = context << 1 | framed[y, column]
            counts[context, framed[y, x]] += 1


@compiled
def _count_fine(framed: Bits, base: Bits, counts: Places) -> None:
    height, width = framed.shape
    for y in range(2, height):
        for x in range(4, width - 4):
            context = ((y & 1) << 1) | (x & 1)
            for dy in range(3):
                for dx in range(3):
                    context = context << 1 | base[(y - 2) // 2 + dy, (x - 4) // 2 + dx]
            context = context << 1 | framed[y, x - 1]
            context = context << 1 | framed[y, x - 2]
            context = context << 1 | framed[y - 1, x - 1]
            context = context << 1 | framed[y - 1, x]
            context = context << 1 | framed[y - 1, x + 1]
            counts[65536 + context, framed[y, x]] += 1


if __name__ == "__main__":
    sys.stdout.write(f"{ODDS.write_bytes(learn())} bytes\n")
