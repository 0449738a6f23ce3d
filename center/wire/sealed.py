"""Sealing to one visit: what the centre passes on and cannot read. No I/O, no clock.

HPKE base mode with the visit's X25519 key. Type and context are bound in, so that a sealed
answer opens only as what it is and where it belongs.

Source: RFC 9180, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM.
"""

from typing import TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from center.wire.canonical import decode, encode
from center.wire.errors import NOT_CANONICAL, WireError
from center.wire.kinds import TYPE_NAMES
from crypto.errors import CheckFailed
from crypto.pae import pae

M = TypeVar("M")

_SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_128_GCM)
KEY_BYTES = 32
OVERHEAD_BYTES = 32 + 16
"""Encapsulated key and authentication tag."""


def seal(message: object, seal_key: bytes, context: bytes) -> bytes:
    """`message` so that only the holder of `seal_key` (raw X25519) reads it, in `context`.

    `context` is what both sides know: the visit for offers, D(application) for copies.
    Raises WireError `wire.not_canonical` when `seal_key` is no usable key.
    """
    body = encode(message)
    try:
        key = X25519PublicKey.from_public_bytes(seal_key)
        return _SUITE.encrypt(body, key, _info(type(message), context))
    except ValueError:
        raise WireError(NOT_CANONICAL, "the key to seal to is no usable X25519 key") from None


def open_sealed(
    cls: type[M], sealed: bytes, key: X25519PrivateKey, context: bytes, failure: str
) -> M:
    """The `cls` that was sealed to `key` in `context`.

    Raises CheckFailed with the name `failure` when it was not, and WireError when what comes
    out is no canonical `cls`.
    """
    try:
        body = _SUITE.decrypt(sealed, key, _info(cls, context))
    except (InvalidTag, ValueError):
        raise CheckFailed(failure, "not sealed to this visit, type and context") from None
    return decode(cls, body)


def _info(cls: type, context: bytes) -> bytes:
    return pae("seal/" + TYPE_NAMES[cls], context)
