"""The next TLS certificate of a terminal, for the key it made itself.

Who asks is who the present certificate names, checked at this very request like at any other; the
request's own name counts for nothing, so that no terminal can ask for another's certificate.

Source: RFC 2986 (PKCS #10); the wish is that of RFC 7030 §4.2.2 (simple re-enrolment).
"""

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from center.clock import Clock
from center.pki import issue
from center.pki.description import EndEntity
from center.pki.issue import Authority
from center.relay.terminals import Terminal
from center.wire.canonical import decode, encode
from center.wire.messages import RenewedIdentity, RenewIdentity
from crypto.certificates import key_hash
from crypto.errors import CheckFailed
from crypto.roles import Role

VALID_DAYS = 30
"""A month: a stolen key is of little use, and a terminal may be off for a week and a half."""
REQUEST_INVALID = "identity.request_invalid"
KEY_REUSED = "identity.key_reused"


class Identities:
    """Issues certificates to terminals that have one. Thread-safe."""

    def __init__(self, issuer: Authority, clock: Clock) -> None:
        self._issuer = issuer
        self._clock = clock

    def renew(self, terminal: Terminal, body: bytes) -> bytes:
        """`RenewIdentity` in, `RenewedIdentity` out; asked again, another certificate.

        Raises WireError; CheckFailed `identity.request_invalid` (not signed by an elliptic
        P-256 key of its own) and `identity.key_reused` (the key in use is no next key).
        """
        key = _requested_key(decode(RenewIdentity, body).request)
        if key_hash(key) == terminal.key:
            raise CheckFailed(KEY_REUSED, "the next key is the present one")
        what = EndEntity(terminal.name, "terminals", Role.TERMINAL, (terminal.name,), "p-256")
        valid = issue.validity(self._clock.utc(), VALID_DAYS)
        certificate = issue.issue_ours(what, key, self._issuer, valid)
        return encode(RenewedIdentity(certificate.public_bytes(Encoding.DER)))


def _requested_key(der: bytes) -> ec.EllipticCurvePublicKey:
    try:
        request = x509.load_der_x509_csr(der)
        key, signed = request.public_key(), request.is_signature_valid
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise CheckFailed(REQUEST_INVALID, "it cannot be read") from None
    if not (signed and isinstance(key, ec.EllipticCurvePublicKey)):
        raise CheckFailed(REQUEST_INVALID, "no elliptic key signed it")
    if not isinstance(key.curve, ec.SECP256R1):
        raise CheckFailed(REQUEST_INVALID, "the key is on another curve")
    return key
