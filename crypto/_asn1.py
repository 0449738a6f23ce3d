"""The only module that knows asn1crypto: pyHanko takes its certificates and lists in that form."""

from typing import Any

from asn1crypto import crl, x509
from cryptography import x509 as pyca
from cryptography.hazmat.primitives import serialization


def certificate(one: pyca.Certificate) -> Any:
    """`one` as pyHanko wants it."""
    return x509.Certificate.load(one.public_bytes(serialization.Encoding.DER), strict=True)


def certificate_der(one: Any) -> bytes:
    """DER of a certificate that pyHanko gave."""
    der: bytes = one.dump()
    return der


def revocation_list(der: bytes) -> Any:
    """A CRL as pyHanko wants it. Raises ValueError."""
    return crl.CertificateList.load(der, strict=True)
