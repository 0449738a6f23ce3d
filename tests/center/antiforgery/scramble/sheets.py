"""Sheets for the tests of the scramble image: keys, blocks, and what a scanner makes of them.

Everything follows from seeds: two runs see the same sheets.
"""

import functools
from dataclasses import dataclass

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from center.antiforgery.channel.conditions import Condition, condition
from center.antiforgery.channel.scanning import Pressed, Scanner, press, scan_pressed
from center.antiforgery.compiled import Bits, Grey
from center.antiforgery.invented import PAGES
from center.antiforgery.scramble.block import Block, Sheet, drawn, encode
from center.antiforgery.scramble.decode import Expected, Recovered, Signers, decode
from center.antiforgery.scramble.front import Front, PdfFront
from center.antiforgery.scramble.header import CentreKey, signer_name
from center.antiforgery.scramble.keys import MemoryKeyStore
from center.antiforgery.scramble.layout import CELL_DOTS, HEIGHT, WIDTH

A4_DOTS = (7016, 4961)
TOP, LEFT = 300, 258
"""Where the block stands on the back, in dots."""
PLACE = (TOP, LEFT, HEIGHT * CELL_DOTS, WIDTH * CELL_DOTS)
DOCUMENT = "ABCD-EFGH-JKLM-NPQR"
SHEET = Sheet(DOCUMENT, 1, 2, 1_795_000_000, "131016")

KEYS = MemoryKeyStore({1: bytes(range(32)), 2: bytes(range(32, 64))})
SIGNING = CentreKey(Ed25519PrivateKey.from_private_bytes(bytes(range(64, 96))))
SIGNERS: Signers = {SIGNING.name: SIGNING.private.public_key()}
assert signer_name(SIGNING.private.public_key()) == SIGNING.name


@dataclass(frozen=True, slots=True)
class Printed:
    """A front, and the block that was made of it."""

    front: Front
    block: Block

    def truth(self, dpi: int) -> Grey:
        """The front in black and white as the layer of `dpi` should show it."""
        base = self.block.dpi
        return 255 - 255 * drawn(self.front, base, self.block.fine if dpi > base else 0)


@functools.lru_cache(maxsize=8)
def printed(kind: str, seed: int, sheet: Sheet = SHEET) -> Printed:
    """An invented page of `kind` and its block."""
    front = PdfFront(PAGES[kind](seed).pdf, 0)
    return Printed(front, encode(front, sheet, KEYS, SIGNING, np.random.default_rng(seed).bytes))


def back(cells: Bits) -> Bits:
    """The back of the sheet at 600 dpi, with nothing on it but the block of these cells."""
    page = np.zeros(A4_DOTS, np.uint8)
    dots = np.repeat(np.repeat(cells, CELL_DOTS, axis=0), CELL_DOTS, axis=1)
    page[TOP : TOP + dots.shape[0], LEFT : LEFT + dots.shape[1]] = dots
    return page


def scanned(of: Printed, kind: str | Condition, seed: int, scanner: Scanner | None = None) -> bytes:
    """The upload."""
    happened = condition(kind) if isinstance(kind, str) else kind
    sheet = _pressed(of.block.packed(), seed)
    return scan_pressed(sheet, PLACE, happened, scanner or Scanner())


@functools.lru_cache(maxsize=1)
def _pressed(packed: bytes, seed: int) -> Pressed:
    """Printed once, however many fates are tried one after another."""
    rows = np.frombuffer(packed, np.uint8).reshape(HEIGHT, -1)
    return press(back(np.unpackbits(rows, axis=1, count=WIDTH)), seed)


def read(upload: bytes, expected: Expected | None = None) -> Recovered:
    """What the first page of the upload holds."""
    return decode(upload, KEYS, SIGNERS, expected)[0]
