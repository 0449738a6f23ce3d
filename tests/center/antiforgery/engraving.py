"""An engraver with keys of its own, and marks of a certificate without one's reading it first."""

import functools
import io

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from reportlab.lib.units import mm

from center.antiforgery.keyring import Keyring
from center.antiforgery.marks import Engraver
from center.antiforgery.reading import DeliveryContext
from center.antiforgery.scramble.header import CentreKey, signer_name
from center.antiforgery.scramble.keys import MemoryKeyStore
from center.paper.font import NAME, font
from center.paper.plain import new_canvas


@functools.cache
def keyring() -> Keyring:
    private = Ed25519PrivateKey.from_private_bytes(b"a test's own key, 32 bytes long.")
    signers = {signer_name(private.public_key()): private.public_key()}
    return Keyring(MemoryKeyStore({1: b"m" * 32}), CentreKey(private), signers)


ENGRAVER = Engraver(keyring())


def certificate(pages: int = 1) -> bytes:
    made = io.BytesIO()
    canvas = new_canvas(made)
    for number in range(pages):
        canvas.setFont(NAME, 14)
        canvas.drawString(40 * mm, 200 * mm, font().typeset(f"住民票 {number + 1}"))
        canvas.showPage()
    canvas.save()
    return made.getvalue()


@functools.cache
def marks_of(context: DeliveryContext) -> bytes:
    """Marks of a certificate with that many pages, made once."""
    return ENGRAVER.make(certificate(context.pages), context)
