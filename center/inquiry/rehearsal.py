"""One block made and read, so that all code and tables are loaded before files can no longer be."""

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from center.antiforgery.compiled import Grey
from center.antiforgery.scramble.block import Sheet, encode
from center.antiforgery.scramble.decode import decode_picture
from center.antiforgery.scramble.front import base_shape
from center.antiforgery.scramble.header import CentreKey, signer_name
from center.antiforgery.scramble.keys import MemoryKeyStore
from center.antiforgery.scramble.recovered import Verdict

_PIXELS_A_CELL = 2
_MARGIN = 60
_BLOTS = slice(5, None, 17), slice(3, None, 19)
"""So many cells are printed wrong: fewer than one in three hundred."""


class _Lines:
    """A page with a few lines on it."""

    text = "rehearsal"

    def grey(self, dpi: int) -> Grey:
        """White, with lines a finger apart."""
        page = np.full(base_shape(dpi), 255, np.uint8)
        page[:: dpi // 2] = 0
        return page


def rehearse() -> None:
    """Make a block with keys that are thrown away, and read it. Raises RuntimeError if it fails."""
    private = Ed25519PrivateKey.generate()
    keys = MemoryKeyStore({1: bytes(32)})
    sheet = Sheet("REHEARSAL", 1, 1, 0, "0")
    cells = encode(_Lines(), sheet, keys, CentreKey(private)).cells.copy()
    # A faultless page would be read without the code that mends one.
    cells[_BLOTS] = 1 - cells[_BLOTS]
    scan = np.repeat(np.repeat(255 - 255 * cells, _PIXELS_A_CELL, 0), _PIXELS_A_CELL, 1)
    grey = np.pad(scan.astype(np.uint8), _MARGIN, constant_values=255)
    found = decode_picture(grey, keys, {signer_name(private.public_key()): private.public_key()})
    if found.verdict is not Verdict.READ:
        raise RuntimeError("a block that was just made cannot be read; this installation is broken")
