"""Compiles every loop of the scramble image once, so that no certificate waits for a compiler.

`python -m center.antiforgery.warm`: one sheet is marked, read back, laid on a page and read as a
scan. What numba makes of it stays in `__pycache__`; a second run costs a second. `scripts/setup`
calls it.
"""

import io
import secrets

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from center.antiforgery.compiled import Grey
from center.antiforgery.keyring import Keyring
from center.antiforgery.marks import Engraver
from center.antiforgery.reading import DeliveryContext
from center.antiforgery.scramble.block import Sheet, encode
from center.antiforgery.scramble.decode import decode_picture
from center.antiforgery.scramble.front import PdfFront
from center.antiforgery.scramble.header import CentreKey, signer_name
from center.antiforgery.scramble.keys import MemoryKeyStore
from center.antiforgery.scramble.recovered import Recovered
from center.paper.font import NAME
from center.paper.plain import new_canvas

_A4_DOTS = (7016, 4960)
"""Height and width at 600 dpi."""
_AT_DOTS = (300, 250)
"""Where the block lies on the page."""


def warm() -> Recovered:
    """Make marks and read them back, then a block from a clean page at 300 dpi: a whole front."""
    private = Ed25519PrivateKey.generate()
    keys, signing = MemoryKeyStore({1: secrets.token_bytes(32)}), CentreKey(private)
    signers = {signer_name(private.public_key()): private.public_key()}
    page, context = rehearse(Engraver(Keyring(keys, signing, signers)))
    sheet = Sheet(context.document_id, 1, 1, context.issued, context.municipality)
    block = encode(PdfFront(page, 0), sheet, keys, signing)
    return decode_picture(_scanned(block.dots()), keys, signers)


def rehearse(engraver: Engraver) -> tuple[bytes, DeliveryContext]:
    """Make marks and read them back; for which page, and in which context."""
    page, context = _page(), DeliveryContext("WARM-WARM-WARM-WARM", 1, municipality="000000")
    engraver.read_back(engraver.make(page, context), page, context)
    return page, context


def _page() -> bytes:
    made = io.BytesIO()
    canvas = new_canvas(made)
    canvas.setFont(NAME, 24)
    canvas.drawString(100, 700, "見本")
    canvas.showPage()
    canvas.save()
    return made.getvalue()


def _scanned(dots: Grey) -> Grey:
    page = np.zeros(_A4_DOTS, np.float32)
    top, left = _AT_DOTS
    page[top : top + dots.shape[0], left : left + dots.shape[1]] = dots
    halves = page.reshape(_A4_DOTS[0] // 2, 2, _A4_DOTS[1] // 2, 2).mean(axis=(1, 3))
    return np.asarray(255 - 255 * halves, np.uint8)


if __name__ == "__main__":
    warm()
