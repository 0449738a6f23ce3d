"""Keys and certificates with the names and extensions of JPKI's, made for one test run."""

import datetime
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

ISSUED = datetime.datetime(2025, 10, 27, tzinfo=datetime.UTC)
ENDS = datetime.datetime(2030, 2, 17, 14, 59, 59, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Issued:
    key: rsa.RSAPrivateKey
    certificate: x509.Certificate
    ca: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    def write(self, directory: Path, prefix: str) -> None:
        pem = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (directory / f"{prefix}-key.pem").write_bytes(pem)
        for name, certificate in (("certificate", self.certificate), ("ca", self.ca)):
            path = directory / f"{prefix}-{name}.pem"
            path.write_bytes(certificate.public_bytes(Encoding.PEM))


def issue(usage: str, common_name: str, policy: str) -> Issued:
    """One-tier CA and one card certificate with the names and extensions of JPKI's."""
    authority = rsa.generate_private_key(65537, 2048)
    key = rsa.generate_private_key(65537, 2048)
    country = x509.NameAttribute(NameOID.COUNTRY_NAME, "JP")
    issuer = x509.Name(
        [
            country,
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "JPKI-TEST"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, f"JPKI for {usage}"),
            x509.NameAttribute(
                NameOID.ORGANIZATIONAL_UNIT_NAME,
                "Japan Agency for Local Authority Information Systems",
            ),
        ]
    )
    alternative = x509.IssuerAlternativeName(
        [
            x509.DirectoryName(
                x509.Name(
                    [
                        country,
                        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "公的個人認証サービス"),
                    ]
                )
            )
        ]
    )
    ca = (
        x509.CertificateBuilder(issuer, issuer, authority.public_key(), 1)
        .not_valid_before(ISSUED)
        .not_valid_after(ENDS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_key_usage(issuing=True), critical=True)
        .sign(authority, hashes.SHA256())
    )
    subject = x509.Name([country, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    certificate = (
        x509.CertificateBuilder(issuer, subject, key.public_key(), 0x0705D990)
        .not_valid_before(ISSUED)
        .not_valid_after(ENDS)
        .add_extension(_key_usage(signature=True), critical=True)
        .add_extension(
            x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(policy), None)]),
            critical=True,
        )
        .add_extension(alternative, critical=False)
        .sign(authority, hashes.SHA256())
    )
    return Issued(key, certificate, ca)


def _key_usage(*, signature: bool = False, issuing: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=issuing,
        crl_sign=issuing,
        encipher_only=False,
        decipher_only=False,
    )
