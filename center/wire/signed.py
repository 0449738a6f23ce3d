"""Signed statements: whoever receives one says which type and which signer they expect.

The exact bytes are signed, Ed25519 over `pae(type, body)`. A statement's signer is either the
holder of a certificate (centre, municipality) or a key the receiver holds already (the visit's
sign_key). Nothing is read from the body before its signature holds. No I/O; time is an
argument.

Source: RFC 8032 (Ed25519), RFC 8410 (in certificates).
"""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from center.wire.canonical import decode, encode
from center.wire.kinds import TYPE_NAMES, Envelope, digest
from crypto import certificates
from crypto.errors import CheckFailed
from crypto.pae import pae
from crypto.roles import Holder, Trust, check_role

M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class Signer:
    """A key and the certificate (DER) that says whose it is; b"" for a visit's own key."""

    key: Ed25519PrivateKey = field(repr=False)
    certificate: bytes = field(repr=False, default=b"")


@dataclass(frozen=True, slots=True)
class Opened(Generic[M]):
    """A statement whose signature held."""

    message: M
    digest: bytes
    """D(message): what other messages refer to it by."""
    holder: Holder | None = None
    """Who signed, where a certificate says so. The caller compares site or municipality."""


def sign(message: object, signer: Signer) -> bytes:
    """The envelope (canonical bytes) of `message`, signed by `signer`."""
    cls = type(message)
    body = encode(message)
    signature = signer.key.sign(pae(TYPE_NAMES[cls], body))
    return encode(Envelope(body=body, signature=signature, signer=signer.certificate))


def open_signed(cls: type[M], envelope: bytes, trust: Trust, at: int, failure: str) -> Opened[M]:
    """The `cls` inside `envelope`, signed by somebody of `trust.role` valid at `at`.

    Raises WireError when the bytes are no envelope, or the signed body no canonical `cls`;
    CheckFailed with the name `failure` (e.g. `offers.bad_signature`) when key, certificate,
    role, time or signature do not fit.
    """
    received = decode(Envelope, envelope)
    try:
        certificate = certificates.parse(received.signer)
        holder = check_role(certificate, trust, at)
    except CheckFailed as refused:
        raise CheckFailed(failure, str(refused)) from None
    key = certificate.public_key()
    if not isinstance(key, Ed25519PublicKey):
        raise CheckFailed(failure, "the signer's key is not Ed25519")
    return _open(cls, received, key, holder, failure)


def open_by_key(cls: type[M], envelope: bytes, public_key: bytes, failure: str) -> Opened[M]:
    """The `cls` inside `envelope`, signed with the visit's `public_key` (raw Ed25519).

    Raises as `open_signed`.
    """
    received = decode(Envelope, envelope)
    if received.signer:
        raise CheckFailed(failure, "a certificate stands where the visit's own key signs")
    try:
        key = Ed25519PublicKey.from_public_bytes(public_key)
    except ValueError:
        raise CheckFailed(failure, "the visit's key is no Ed25519 key") from None
    return _open(cls, received, key, None, failure)


def _open(
    cls: type[M], received: Envelope, key: Ed25519PublicKey, holder: Holder | None, failure: str
) -> Opened[M]:
    try:
        key.verify(received.signature, pae(TYPE_NAMES[cls], received.body))
    except InvalidSignature:
        raise CheckFailed(failure, "the signature does not fit") from None
    return Opened(decode(cls, received.body), digest(cls, received.body), holder)
