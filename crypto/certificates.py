"""X.509 certificates: read, identified, and checked against the authorities we know.

No wire, no clock: time is an argument, as UTC seconds. Authorities are handed in; nothing is
looked up anywhere.

Source: RFC 5280; the profile of the user-authentication certificate as certificates of the
public test hierarchy show it (jpki/myna, soltia48/myna-card `certs/README.md`).
"""

import datetime
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import NameOID

from crypto.errors import CheckFailed

E = TypeVar("E", bound=x509.ExtensionType)

ISSUER_UNKNOWN = "certificate.issuer_unknown"
NOT_USER_AUTHENTICATION = "certificate.not_user_authentication"
EXPIRED = "certificate.expired"

RSA_BITS_MIN = 2048
RSA_EXPONENT = 65537
JST = datetime.timezone(datetime.timedelta(hours=9), "JST")

_STRONG_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
_UNDERSTOOD = frozenset(
    {
        x509.KeyUsage.oid,
        x509.BasicConstraints.oid,
        x509.CertificatePolicies.oid,
        x509.SubjectAlternativeName.oid,
        x509.IssuerAlternativeName.oid,
        x509.ExtendedKeyUsage.oid,
    }
)
"""Extensions looked at here; any other that is critical makes the certificate unusable
(RFC 5280 §4.2)."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Which certificate this is: its issuer's key and its serial, never one of them alone.

    All generations of the real authority share one name, so a name cannot stand for a key.
    """

    issuer_key: bytes = field(repr=False)
    """SHA-256 of the issuer's SubjectPublicKeyInfo."""
    serial: int = field(repr=False)

    @property
    def serial_bytes(self) -> bytes:
        """The serial as the content of its DER INTEGER: shortest, big-endian, signed."""
        return self.serial.to_bytes(self.serial.bit_length() // 8 + 1, "big", signed=True)


def parse(der: bytes, failure: str = ISSUER_UNKNOWN) -> x509.Certificate:
    """The certificate in `der`; its extensions are readable too.

    Raises CheckFailed with the name `failure`, whatever the bytes.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        _ = (certificate.extensions, certificate.public_key())
        certificate.not_valid_after_utc.timestamp()
    except Exception:  # noqa: BLE001 - the parser meets a stranger's bytes; it has no one base
        raise CheckFailed(failure, "the certificate cannot be read") from None
    return certificate


def parse_pem_bundle(pem: bytes) -> tuple[x509.Certificate, ...]:
    """All certificates of a PEM file of our own configuration, in order.

    Raises CheckFailed `trust.unreadable`.
    """
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError:
        raise CheckFailed("trust.unreadable", "no PEM certificate in the file") from None


def key_hash(key: CertificatePublicKeyTypes) -> bytes:
    """SHA-256 of the key's SubjectPublicKeyInfo (DER), as RFC 7469 §2.4 pins keys."""
    return hashlib.sha256(
        key.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    ).digest()


def identify(certificate: x509.Certificate, issuer: x509.Certificate) -> Identity:
    """The identity of `certificate`, once `find_issuer` has found its `issuer`."""
    return Identity(key_hash(issuer.public_key()), certificate.serial_number)


def find_issuer(
    certificate: x509.Certificate, authorities: Iterable[x509.Certificate]
) -> x509.Certificate:
    """The one of `authorities` whose key signed `certificate`.

    Generations with the same name are all tried. A key identifier in the certificate only
    leaves authorities out; it never proves anything, since anybody can write it.
    Raises CheckFailed `certificate.issuer_unknown` unless exactly one verifies.
    """
    wanted = _authority_key_identifier(certificate)
    signers = [
        authority
        for authority in authorities
        if _may_be_issuer(authority, wanted) and is_signed_by(certificate, authority)
    ]
    if len(signers) != 1:
        raise CheckFailed(ISSUER_UNKNOWN, f"{len(signers)} known authorities signed it, not one")
    return signers[0]


def is_signed_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """Whether the name and the key of `authority` stand behind `certificate`."""
    try:
        algorithm = certificate.signature_hash_algorithm
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return algorithm is None or isinstance(algorithm, _STRONG_HASHES)  # None: Ed25519


def check_time(certificate: x509.Certificate, at: int) -> None:
    """Hold `at` (UTC seconds) against the validity, both ends included.

    Raises CheckFailed `certificate.expired`, also before the beginning.
    """
    begins = certificate.not_valid_before_utc.timestamp()
    ends = certificate.not_valid_after_utc.timestamp()
    if not begins <= at <= ends:
        raise CheckFailed(EXPIRED, "not valid yet" if at < begins else "no longer valid")


def has_list_in_force(authority: x509.Name, lists: Iterable[bytes], at: int) -> bool:
    """Whether one of `lists` (DER) is of `authority` and in force at `at` (UTC seconds).

    Raises ValueError for bytes that are no revocation list.
    """
    moment = datetime.datetime.fromtimestamp(at, datetime.UTC)
    for crl in map(x509.load_der_x509_crl, lists):
        ends = crl.next_update_utc
        begun = crl.last_update_utc <= moment and (ends is None or moment <= ends)
        if begun and crl.issuer == authority:
            return True
    return False


def check_user_authentication(certificate: x509.Certificate, policies: frozenset[str]) -> None:
    """Make sure that this is a user-authentication certificate (利用者証明用) and no other.

    An end entity's, for digital signatures and not for 署名用 (non-repudiation), under one of
    `policies` (dotted OIDs), RSA of at least 2048 bits with e = 65537, nothing critical that we
    do not understand. Raises CheckFailed `certificate.not_user_authentication`.
    """
    usage = extension(certificate, x509.KeyUsage)
    stated = extension(certificate, x509.CertificatePolicies) or ()
    key = certificate.public_key()
    demands = (
        (not is_authority(certificate), "it is an authority's"),
        (nothing_strange(certificate), "it has a critical extension unknown here"),
        (usage is not None and usage.digital_signature, "its key is not for signatures"),
        (usage is not None and not usage.content_commitment, "it is for signing documents"),
        (any(each.policy_identifier.dotted_string in policies for each in stated), "its policy"),
        (isinstance(key, rsa.RSAPublicKey) and _is_strong(key), "its key"),
    )
    for holds, why in demands:
        if not holds:
            raise CheckFailed(NOT_USER_AUTHENTICATION, f"refused for this: {why}")


def check_authority(certificate: x509.Certificate) -> None:
    """Make sure that a configured trust anchor may issue certificates at all.

    Raises CheckFailed `trust.not_an_authority`.
    """
    if not (is_authority(certificate) and _may_sign_certificates(certificate)):
        raise CheckFailed("trust.not_an_authority", "CA:TRUE and keyCertSign are needed")


def is_for_tests(certificate: x509.Certificate) -> bool:
    """Whether an organisation in the subject's name ends in "-TEST".

    So do the public JPKI test hierarchy and every authority of the demo; a terminal in
    production trusts none of them.
    """
    names = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return any(str(each.value).endswith("-TEST") for each in names)


def last_day(certificate: x509.Certificate) -> str:
    """Month and day ("MMDD") in Japan on which the certificate ends.

    A card's certificate ends on its holder's birthday, so this is what a registration is held
    against.
    """
    return certificate.not_valid_after_utc.astimezone(JST).strftime("%m%d")


def _is_strong(key: rsa.RSAPublicKey) -> bool:
    return key.key_size >= RSA_BITS_MIN and key.public_numbers().e == RSA_EXPONENT


def key_usage_allows_signing(certificate: x509.Certificate) -> bool:
    """Whether its key may sign something that is no certificate."""
    usage = extension(certificate, x509.KeyUsage)
    return usage is not None and usage.digital_signature


def extension(certificate: x509.Certificate, kind: type[E]) -> E | None:
    """The extension of that kind, or None where the certificate has none."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether basicConstraints say CA:TRUE."""
    constraints = extension(certificate, x509.BasicConstraints)
    return constraints is not None and constraints.ca


def _may_sign_certificates(certificate: x509.Certificate) -> bool:
    usage = extension(certificate, x509.KeyUsage)
    return usage is not None and usage.key_cert_sign


def nothing_strange(certificate: x509.Certificate) -> bool:
    """Whether every critical extension is one that is looked at here (RFC 5280 §4.2)."""
    return all(each.oid in _UNDERSTOOD for each in certificate.extensions if each.critical)


def _authority_key_identifier(certificate: x509.Certificate) -> bytes | None:
    stated = extension(certificate, x509.AuthorityKeyIdentifier)
    return stated.key_identifier if stated else None


def _may_be_issuer(authority: x509.Certificate, wanted: bytes | None) -> bool:
    if not (is_authority(authority) and _may_sign_certificates(authority)):
        return False
    has = extension(authority, x509.SubjectKeyIdentifier)
    return wanted is None or has is None or has.key_identifier == wanted
