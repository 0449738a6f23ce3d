"""Keys: made, read from PEM and written to it. No file is touched here; no wire, no clock."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519

from crypto.errors import CheckFailed

PrivateKey = ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class VisitKeys:
    """The two private keys of one visit, made in its process and gone with it."""

    sign: ed25519.Ed25519PrivateKey = field(repr=False)
    seal: x25519.X25519PrivateKey = field(repr=False)

    @property
    def sign_public(self) -> bytes:
        """Raw Ed25519 public key, 32 bytes."""
        return self.sign.public_key().public_bytes_raw()

    @property
    def seal_public(self) -> bytes:
        """Raw X25519 public key, 32 bytes."""
        return self.seal.public_key().public_bytes_raw()


def make_visit_keys() -> VisitKeys:
    """Two fresh keys from the system's random source."""
    return VisitKeys(ed25519.Ed25519PrivateKey.generate(), x25519.X25519PrivateKey.generate())


def private_from_pem(pem: bytes) -> PrivateKey:
    """The private key in `pem` (unencrypted): Ed25519, RSA or elliptic curve.

    Slow for RSA (tens of milliseconds: the key is checked); load once and keep.
    Raises CheckFailed `key.unreadable`; the text never quotes the input.
    """
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        raise CheckFailed("key.unreadable", "not an unencrypted PEM private key") from None
    if not isinstance(key, PrivateKey):
        raise CheckFailed("key.unreadable", f"a {type(key).__name__} has no use here")
    return key


def private_to_pem(key: PrivateKey) -> bytes:
    """PKCS #8 PEM, unencrypted: whoever writes it guards the file (mode 0600)."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
