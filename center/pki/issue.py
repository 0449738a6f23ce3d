"""Certificates of the demo's authorities, built. Keys and times are arguments; no file.

The residents' certificates have the profile that certificates of the public JPKI test hierarchy
show: no personal data in the one for authentication, the four facts in the one for signatures.

Source: RFC 5280, RFC 6960 §4.2.2.2; published JPKI certificates and their OIDs as collected by
jpki/myna and soltia48/myna-card.
"""

import datetime
import hashlib
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from center.pki.description import EndEntity
from crypto.certificates import JST
from crypto.keys import PrivateKey
from crypto.roles import PROFILES, Holder, Role

ORGANIZATION = "KIOSK-TEST"
POLICY_AUTHENTICATION = x509.ObjectIdentifier("1.2.392.200149.8.5.1.3.30")
POLICY_SIGNATURE = x509.ObjectIdentifier("1.2.392.200149.8.5.1.1.20")
PRACTICE_STATEMENT = "http://www.jpki.go.jp/cps.html"
CARD_YEARS = 5

_FACTS = "1.2.392.200149.8.5.5"
_ERAS = {
    1: datetime.date(1868, 1, 25),
    2: datetime.date(1912, 7, 30),
    3: datetime.date(1926, 12, 25),
    4: datetime.date(1989, 1, 8),
    5: datetime.date(2019, 5, 1),
}
"""明治 大正 昭和 平成 令和 by their first day, under the digit the card uses."""

SubjectKey = PrivateKey | ec.EllipticCurvePublicKey
"""Whose certificate it will be: a key made here, or the public part of one made elsewhere."""

_MAKERS: dict[str, Callable[[], PrivateKey]] = {
    "rsa-2048": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "p-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
}
_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True, slots=True)
class Authority:
    """A key that signs certificates, and its own certificate."""

    certificate: x509.Certificate
    key: PrivateKey
    key_identifiers: bool = True


@dataclass(frozen=True, slots=True)
class Validity:
    """From when until when, both included, UTC."""

    begins: datetime.datetime
    ends: datetime.datetime


def make_key(kind: str) -> PrivateKey:
    """A fresh key of one of `description.KEY_KINDS`."""
    return _MAKERS[kind]()


def validity(at: datetime.datetime, days: int) -> Validity:
    """From the day before `at` for `days` days, in whole seconds."""
    begins = at.replace(microsecond=0) - datetime.timedelta(days=1)
    return Validity(begins, begins + datetime.timedelta(days=days))


def our_name(common_name: str) -> x509.Name:
    """Name of a root or end entity of ours."""
    return x509.Name([
        x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
        x509.NameAttribute(NameOID.COMMON_NAME, common_name),
    ])  # fmt: skip


def jpki_name(unit: str) -> x509.Name:
    """Name of the test JPKI authority; the same for every generation."""
    return x509.Name([
        x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "JPKI-TEST"),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
        x509.NameAttribute(
            NameOID.ORGANIZATIONAL_UNIT_NAME, "Japan Agency for Local Authority Information Systems"
        ),
    ])  # fmt: skip


def make_authority(
    name: x509.Name, key: PrivateKey, valid: Validity, *, key_identifiers: bool = True
) -> Authority:
    """A self-signed root."""
    builder = (
        _builder(name, name, key, valid)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(key_usage("key_cert_sign", "crl_sign"), critical=True)
    )
    if key_identifiers:
        builder = builder.add_extension(_identifier(key), critical=False)
    return Authority(_sign(builder, key), key, key_identifiers)


def make_card_authority(
    name: x509.Name, key: PrivateKey, valid: Validity, *, key_identifiers: bool = True
) -> Authority:
    """An authority of the cards' certificates, in the profile that the real ones have.

    Self-signed, one tier; it names its service in the subjectAltName and itself, by its own
    distinguished name, as the place of its revocation lists.
    """
    builder = (
        _builder(name, name, key, valid)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(key_usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(x509.SubjectAlternativeName([_service_name()]), critical=False)
        .add_extension(_distribution_point(name), critical=False)
    )
    if key_identifiers:
        builder = builder.add_extension(_identifier(key), critical=False)
    return Authority(_sign(builder, key), key, key_identifiers)


def issue_ours(
    what: EndEntity, key: SubjectKey, issuer: Authority, valid: Validity
) -> x509.Certificate:
    """An end entity's certificate in the profile of its role."""
    holder = Holder(what.role, what.names)
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(holder.uri)]
    builder = _end_entity(our_name(" ".join((what.role.value, *what.names))), key, issuer, valid)
    usages = ["digital_signature"]
    if what.role is Role.MUNICIPALITY_DOCUMENT:
        usages.append("content_commitment")
    if (usage := PROFILES[what.role].usage) is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    san = x509.SubjectAlternativeName(names + [_host(each) for each in what.hosts])
    builder = (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_usage(*usages), critical=True)
        .add_extension(san, critical=False)
    )
    return _sign(builder, issuer.key)


def issue_ocsp_delegate(key: PrivateKey, issuer: Authority, valid: Validity) -> x509.Certificate:
    """The certificate of the key that answers for `issuer` about revocation."""
    builder = (
        _end_entity(our_name("ocsp"), key, issuer, valid)
        .add_extension(key_usage("digital_signature"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
        .add_extension(x509.OCSPNoCheck(), critical=False)
    )
    return _sign(builder, issuer.key)


@dataclass(frozen=True, slots=True)
class CardCertificate:
    """What a certificate on a card says; `facts` only in the one for signatures."""

    subject: str
    serial: int
    valid: Validity
    locality: tuple[str, ...] = ()
    facts: tuple[x509.GeneralName, ...] = ()


def issue_card(what: CardCertificate, key: PrivateKey, issuer: Authority) -> x509.Certificate:
    """A certificate for authentication, or with `facts` one for signatures."""
    name = [x509.NameAttribute(NameOID.COUNTRY_NAME, "JP")]
    name += [x509.NameAttribute(NameOID.LOCALITY_NAME, each) for each in what.locality]
    name += [x509.NameAttribute(NameOID.COMMON_NAME, what.subject)]
    usages = ("digital_signature", "content_commitment") if what.facts else ("digital_signature",)
    policy = (
        x509.PolicyInformation(POLICY_SIGNATURE, [PRACTICE_STATEMENT])
        if what.facts
        else x509.PolicyInformation(POLICY_AUTHENTICATION, None)
    )
    builder = (
        _end_entity(x509.Name(name), key, issuer, what.valid, what.serial)
        .add_extension(key_usage(*usages), critical=True)
        .add_extension(x509.CertificatePolicies([policy]), critical=True)
        .add_extension(x509.IssuerAlternativeName([_service_name()]), critical=False)
        .add_extension(_distribution_point(issuer.certificate.subject), critical=False)
    )
    if what.facts:
        builder = builder.add_extension(x509.SubjectAlternativeName(what.facts), critical=False)
    return _sign(builder, issuer.key)


@dataclass(frozen=True, slots=True)
class Facts:
    """The four facts (基本4情報) in a certificate for signatures."""

    name: str = field(repr=False)
    sex: str
    """"1" male, "2" female, "3" not stated."""
    birth: datetime.date = field(repr=False)
    address: str = field(repr=False)


def card_facts(facts: Facts) -> tuple[x509.GeneralName, ...]:
    """The otherNames of a certificate for signatures, in the order real ones have."""
    texts = (
        (1, facts.name),
        (4, f"{_era_digit(facts.birth)}{facts.birth:%Y%m%d}"),
        (3, facts.sex),
        (5, facts.address),
        (2, "0" * len(facts.name)),
        (6, "0" * len(facts.address)),
    )
    return tuple(
        x509.OtherName(x509.ObjectIdentifier(f"{_FACTS}.{arc}"), asn1.encode_der(text))
        for arc, text in texts
    )


def card_validity(birth: datetime.date, issued: datetime.date) -> Validity:
    """Five years to a birthday: until 23:59:59 in Japan on the fifth one after `issued`.

    Somebody born on 29 February has it on the 28th where the year has no 29th.
    """
    first = issued.year if _birthday(birth, issued.year) > issued else issued.year + 1
    last = _birthday(birth, first + CARD_YEARS - 1)
    begins = datetime.datetime.combine(issued, datetime.time(9), JST)
    ends = datetime.datetime.combine(last, datetime.time(23, 59, 59), JST)
    return Validity(begins.astimezone(datetime.UTC), ends.astimezone(datetime.UTC))


def card_serial(key: PrivateKey) -> int:
    """A four-byte serial, as real ones are, that follows from the key."""
    spki = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    number = int.from_bytes(hashlib.sha256(spki).digest()[:4], "big")
    return number & 0x07FFFFFF | 0x04000000


def make_crl(issuer: Authority, at: datetime.datetime, days: int) -> bytes:
    """An empty revocation list (DER) of `issuer`."""
    made = validity(at, days)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(made.begins)
        .next_update(made.ends)
        .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
        .add_extension(_authority_identifier(issuer), critical=False)
    )
    return builder.sign(issuer.key, _algorithm(issuer.key)).public_bytes(serialization.Encoding.DER)


def key_usage(*usages: str) -> x509.KeyUsage:
    """The keyUsage extension with exactly `usages` set."""
    return x509.KeyUsage(**{each: each in usages for each in _USAGES})


def _era_digit(birth: datetime.date) -> int:
    return max(digit for digit, first in _ERAS.items() if first <= birth)


def _birthday(birth: datetime.date, year: int) -> datetime.date:
    try:
        return birth.replace(year=year)
    except ValueError:
        return datetime.date(year, 2, 28)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: SubjectKey,
    valid: Validity,
    serial: int | None = None,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(_public(key))
        .not_valid_before(valid.begins)
        .not_valid_after(valid.ends)
        .serial_number(x509.random_serial_number() if serial is None else serial)
    )


def _end_entity(
    subject: x509.Name,
    key: SubjectKey,
    issuer: Authority,
    valid: Validity,
    serial: int | None = None,
) -> x509.CertificateBuilder:
    builder = _builder(subject, issuer.certificate.subject, key, valid, serial)
    if issuer.key_identifiers:
        builder = builder.add_extension(_identifier(key), critical=False)
        builder = builder.add_extension(_authority_identifier(issuer), critical=False)
    return builder


def _public(key: SubjectKey) -> Any:
    return key if isinstance(key, ec.EllipticCurvePublicKey) else key.public_key()


def _identifier(key: SubjectKey) -> x509.SubjectKeyIdentifier:
    return x509.SubjectKeyIdentifier.from_public_key(_public(key))


def _authority_identifier(issuer: Authority) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())


def _sign(builder: x509.CertificateBuilder, key: PrivateKey) -> x509.Certificate:
    return builder.sign(key, _algorithm(key))


def _algorithm(key: PrivateKey) -> hashes.SHA256 | None:
    return None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _service_name() -> x509.DirectoryName:
    return x509.DirectoryName(
        x509.Name([
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "公的個人認証サービス"),
        ])
    )  # fmt: skip


def _distribution_point(issuer: x509.Name) -> x509.CRLDistributionPoints:
    where = x509.DirectoryName(issuer)
    return x509.CRLDistributionPoints(
        [x509.DistributionPoint([where], relative_name=None, reasons=None, crl_issuer=None)]
    )
