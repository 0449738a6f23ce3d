"""What a card signs, and whether it did: RSASSA-PKCS1-v1_5 with SHA-256. No wire, no clock.

The card pads whatever it is given, so the DigestInfo is built here and nothing else is ever
handed to it.

Source: RFC 8017 §8.2 and §9.2 note 1 (DigestInfo of SHA-256).
"""

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from crypto.errors import CheckFailed
from crypto.pae import digest

STATEMENT_TYPE = "visit-auth/1"
SHA256_BYTES = 32
_DIGEST_INFO_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")


def statement_digest(statement: bytes) -> bytes:
    """The SHA-256 a card signs for the canonical bytes of a card statement."""
    return digest(STATEMENT_TYPE, statement)


def digest_info(sha256: bytes) -> bytes:
    """The 51 bytes a card is given for the 32 bytes of `sha256`. Raises ValueError."""
    if len(sha256) != SHA256_BYTES:
        raise ValueError("a SHA-256 has 32 bytes")
    return _DIGEST_INFO_SHA256 + sha256


def check_card_signature(
    certificate: x509.Certificate, sha256: bytes, signature: bytes, failure: str
) -> None:
    """Make sure that the key of `certificate` signed `sha256`.

    Raises CheckFailed with the name `failure`: `card.signature.invalid` at the terminal,
    `auth.bad_signature` behind it.
    """
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise CheckFailed(failure, "the certificate's key is not RSA")
    try:
        key.verify(signature, sha256, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        raise CheckFailed(failure, "the signature does not fit the certificate") from None
