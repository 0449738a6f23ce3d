"""Is a certificate revoked? The question, and the whole policy for believing an answer.

No wire, no clock: `center.validity.client` carries the bytes. Every doubt is a refusal.

Source: RFC 6960 (§3.2 acceptance of a response, §4.2.2.2 authorised responders), RFC 9654
(nonces).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from crypto.certificates import (
    check_time,
    extension,
    find_issuer,
    key_usage_allows_signing,
    nothing_strange,
)
from crypto.errors import CheckFailed

REVOKED = "certificate.revoked"
STATUS_UNKNOWN = "certificate.status_unknown"
UNAVAILABLE = "jpki.unavailable"
INVALID = "jpki.response_invalid"

TOLERANCE_S = 300
"""How far the responder's clock may be off ours."""
NONCE_BYTES = 32

_BUSY = frozenset({ocsp.OCSPResponseStatus.TRY_LATER, ocsp.OCSPResponseStatus.INTERNAL_ERROR})
_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked: this certificate of this authority, and a nonce of ours."""

    certificate: x509.Certificate = field(repr=False)
    issuer: x509.Certificate = field(repr=False)
    nonce: bytes

    def encode(self, algorithm: hashes.HashAlgorithm | None = None) -> bytes:
        """The request in DER. `algorithm` names the certificate there; SHA-1 where the
        responder knows no other (RFC 5019): nothing rests on that hash."""
        builder = ocsp.OCSPRequestBuilder().add_certificate(
            self.certificate, self.issuer, algorithm or hashes.SHA256()
        )
        nonce = x509.OCSPNonce(self.nonce)
        request = builder.add_extension(nonce, critical=False).build()
        return request.public_bytes(serialization.Encoding.DER)


def check_answer(question: Question, answer: bytes, at: int) -> None:
    """Return if `answer` (DER) says, now and to this question, that the certificate is good.

    Raises CheckFailed: `jpki.unavailable` (the responder says that it cannot answer),
    `jpki.response_invalid` (not to be believed), `certificate.revoked`,
    `certificate.status_unknown`.
    """
    try:
        single = _believe(question, _response(answer), at)
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension) as error:
        raise CheckFailed(INVALID, f"cannot be read ({type(error).__name__})") from None
    if single.certificate_status is ocsp.OCSPCertStatus.REVOKED:
        raise CheckFailed(REVOKED)
    if single.certificate_status is not ocsp.OCSPCertStatus.GOOD:
        raise CheckFailed(STATUS_UNKNOWN, "the responder does not know the certificate")


def _response(answer: bytes) -> ocsp.OCSPResponse:
    response = ocsp.load_der_ocsp_response(answer)
    if response.response_status in _BUSY:
        raise CheckFailed(UNAVAILABLE, f"the responder says {response.response_status.name}")
    _demand(
        response.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL,
        f"the responder says {response.response_status.name}",
    )
    return response


def _believe(question: Question, response: ocsp.OCSPResponse, at: int) -> ocsp.OCSPSingleResponse:
    _check_signature(response, _responder(question, response, at))
    _demand(_nonce(response) == question.nonce, "the nonce is not ours")
    answers = list(response.responses)
    _demand(len(answers) == 1, "one answer is expected")
    _demand_understood(response.extensions, frozenset({x509.OCSPNonce.oid}))
    _demand_understood(response.single_extensions, frozenset())
    _demand(_is_about(answers[0], question), "it is about another certificate")
    _check_times(answers[0], at)
    return answers[0]


def _demand(holds: bool, why: str) -> None:  # noqa: FBT001 - reads as a sentence where it is used
    if not holds:
        raise CheckFailed(INVALID, why)


def _demand_understood(there: x509.Extensions, known: frozenset[x509.ObjectIdentifier]) -> None:
    """RFC 6960 §4.4: what is critical and not understood makes the answer unusable."""
    critical = {each.oid for each in there if each.critical}
    _demand(critical <= known, "it has a critical extension that is not understood")


def _is_about(single: ocsp.OCSPSingleResponse, question: Question) -> bool:
    """Compare the whole certID: hashes of the issuer's name and key, and the serial."""
    if not isinstance(single.hash_algorithm, (hashes.SHA1, *_HASHES)):
        return False
    expected = ocsp.load_der_ocsp_request(question.encode(single.hash_algorithm))
    return (single.issuer_name_hash, single.issuer_key_hash, single.serial_number) == (
        expected.issuer_name_hash,
        expected.issuer_key_hash,
        expected.serial_number,
    )


def _check_times(single: ocsp.OCSPSingleResponse, at: int) -> None:
    """Hold the news' time against `at`; producedAt adds nothing, the nonce shows it is fresh."""
    begins = single.this_update_utc.timestamp()
    _demand(begins <= at + TOLERANCE_S, "its news is from the future")
    # Without nextUpdate newer news is always to be had, so only fresh ones count.
    ends = single.next_update_utc.timestamp() if single.next_update_utc else begins
    _demand(at <= ends + TOLERANCE_S, "its news is stale")


def _nonce(response: ocsp.OCSPResponse) -> bytes | None:
    try:
        return response.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        return None


def _responder(question: Question, response: ocsp.OCSPResponse, at: int) -> x509.Certificate:
    """Who must have signed: the authority, or its delegate, and whom the response names."""
    for candidate in (question.issuer, *_delegates(question, response, at)):
        if _is_named(candidate, response):
            return candidate
    raise CheckFailed(INVALID, "who signed it may not answer for this authority")


def _delegates(
    question: Question, response: ocsp.OCSPResponse, at: int
) -> Iterator[x509.Certificate]:
    for certificate in response.certificates:
        try:
            find_issuer(certificate, (question.issuer,))
            check_time(certificate, at)
        except CheckFailed:
            continue
        usages = extension(certificate, x509.ExtendedKeyUsage) or ()
        # Without nocheck its own revocation would have to be asked for, from itself.
        if (
            nothing_strange(certificate)
            and ExtendedKeyUsageOID.OCSP_SIGNING in usages
            and extension(certificate, x509.OCSPNoCheck) is not None
            and key_usage_allows_signing(certificate)
        ):
            yield certificate


def _is_named(certificate: x509.Certificate, response: ocsp.OCSPResponse) -> bool:
    if response.responder_name is not None:
        return certificate.subject == response.responder_name
    # RFC 6960 §4.2.1: byKey is the SHA-1 of the responder's public key.
    key = x509.SubjectKeyIdentifier.from_public_key(certificate.public_key())
    return key.digest == response.responder_key_hash


def _check_signature(response: ocsp.OCSPResponse, signer: x509.Certificate) -> None:
    key, algorithm = signer.public_key(), response.signature_hash_algorithm
    _demand(isinstance(algorithm, _HASHES), "it is signed with a weak hash")
    signed, signature = response.tbs_response_bytes, response.signature
    try:
        if isinstance(key, rsa.RSAPublicKey) and algorithm is not None:
            key.verify(signature, signed, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm is not None:
            key.verify(signature, signed, ec.ECDSA(algorithm))
        else:
            raise CheckFailed(INVALID, "the signer's key is of another kind")
    except InvalidSignature:
        raise CheckFailed(INVALID, "its signature does not fit") from None
