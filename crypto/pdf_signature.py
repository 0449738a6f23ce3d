"""Certificates as signed PDFs: one certifying PAdES B-B signature that allows no change.

Importing this loads pyHanko, which takes a while: whoever has to start fast imports it late.
The functions block for 10 to 30 ms and must not be called on a thread that runs an event loop.
No file, no network: revocation lists are handed in, and without one nothing verifies.

Source: ISO 32000-2 §12.8, ETSI EN 319 142-1 (PAdES baseline B-B); pyHanko 0.38.
"""

import asyncio
import datetime
import io
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter, copy_into_new_writer
from pyhanko.sign import fields, signers
from pyhanko.sign.ades.api import CAdESSignedAttrSpec
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.validation.pdf_embedded import async_validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from crypto import _asn1
from crypto.certificates import has_list_in_force, parse
from crypto.errors import LIST_NOT_IN_FORCE, CheckFailed
from crypto.roles import Holder, Role, Trust, check_role

# What pyHanko would log about a document may quote it; what counts is raised.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)

FIELD = "Signature1"
DIGEST = "sha256"
RESERVED_DIGITS = 8192
"""Room in the document for the signature, in hex digits. It takes 3,263 with RSA-2048
and one certificate. Told how much, pyHanko need not make a signature of zeros to find out."""


@dataclass(frozen=True, slots=True)
class DocumentSigner:
    """The key of an issuing server's documents; loaded once, since loading RSA is slow."""

    key: rsa.RSAPrivateKey = field(repr=False)
    certificate: x509.Certificate = field(repr=False)


@dataclass(frozen=True, slots=True)
class DocumentTrust:
    """Whose documents are believed: the municipalities' roots and their revocation lists."""

    roots: tuple[x509.Certificate, ...]
    crls: tuple[bytes, ...]
    """DER; a root without a list in force verifies nothing."""


class _KeptKeySigner(signers.Signer):
    """pyHanko's own signer loads and checks the key anew for every signature: 60 of 80 ms."""

    def __init__(self, by: DocumentSigner) -> None:
        super().__init__(
            signing_cert=_asn1.certificate(by.certificate),
            cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
        )
        self._key = by.key

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: FBT001, FBT002 - pyHanko's
    ) -> bytes:
        if digest_algorithm != DIGEST:
            raise ValueError(f"documents are signed with {DIGEST}")
        if dry_run:
            return bytes(self._key.key_size // 8)
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())


class _TimedSigner(signers.PdfSigner):
    """pyHanko asks the machine's clock; here the time is an argument."""

    def __init__(self, *args: Any, at: datetime.datetime) -> None:
        super().__init__(*args)
        self._at = at

    def init_signing_session(self, *args: Any, **kwargs: Any) -> PdfSigningSession:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self._at
        return session


def sign_pdf(pdf: bytes, signer: DocumentSigner, at: int) -> bytes:
    """`pdf` with a certifying signature over the whole file, stated to be made at `at`.

    The document is written anew, so that the result is one revision: nothing can have been
    there before what is signed. Raises ValueError when `pdf` is none.
    """
    try:
        writer = copy_into_new_writer(PdfFileReader(io.BytesIO(pdf)))
    except Exception as error:
        raise ValueError("the document to sign is no PDF") from error
    return _sign(writer, signer, datetime.datetime.fromtimestamp(at, datetime.UTC))


def _sign(writer: PdfFileWriter, signer: DocumentSigner, at: datetime.datetime) -> bytes:
    what = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm=DIGEST,
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        cades_signed_attr_spec=CAdESSignedAttrSpec(),
    )
    by = _TimedSigner(what, _KeptKeySigner(signer), at=at)
    signed: io.BytesIO = asyncio.run(by.async_sign_pdf(writer, bytes_reserved=RESERVED_DIGITS))
    return signed.getvalue()


def check_pdf(pdf: bytes, trust: DocumentTrust, at: int, failure: str) -> Holder:
    """The municipality and server that signed all of `pdf`, whose certificate holds at `at`.

    Exactly one signature, which certifies, covers every byte, allows no change, and was made
    by a certificate of role `municipality-document`, not revoked by a list in force. The
    caller compares the names. Raises CheckFailed with the name `failure`, whatever the bytes;
    or `trust.list_not_in_force`, when it names one of our roots whose list we have let lapse.
    """
    try:
        embedded = _embedded(pdf)
        signed_by = parse(_asn1.certificate_der(embedded.signer_cert))
        _demand_list(signed_by.issuer, trust, at)
        status = _finished(async_validate_pdf_signature(embedded, _context(trust, at)))
        holder = check_role(signed_by, Trust(Role.MUNICIPALITY_DOCUMENT, trust.roots), at)
    except CheckFailed as refused:
        lapsed = refused.failure == LIST_NOT_IN_FORCE
        raise CheckFailed(LIST_NOT_IN_FORCE if lapsed else failure, str(refused)) from None
    except Exception as error:  # noqa: BLE001 - a stranger's bytes in a PDF and a CMS parser
        raise CheckFailed(failure, f"cannot be verified ({type(error).__name__})") from None
    demands = (
        (_fills_its_place(embedded.pkcs7_content), "bytes lie beside it"),
        (status.bottom_line, "it does not hold"),
        (status.coverage == SignatureCoverageLevel.ENTIRE_FILE, "bytes lie outside it"),
        (embedded.docmdp_level == fields.MDPPerm.NO_CHANGES, "it would allow changes"),
    )
    for holds, why in demands:
        if not holds:
            raise CheckFailed(failure, f"of the signature: {why}")
    return holder


def _fills_its_place(content: bytes) -> bool:
    """Nothing but zeros stands behind the signature in its own place, which nothing signs."""
    long_form = content[1] & 0x80
    count = content[1] & 0x7F if long_form else 0
    length = int.from_bytes(content[2 : 2 + count], "big") if long_form else content[1]
    return not any(content[2 + count + length :])


def _embedded(pdf: bytes) -> Any:
    signatures = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    if len(signatures) != 1:
        raise ValueError("one signature is expected")
    return signatures[0]


def _demand_list(issuer: x509.Name, trust: DocumentTrust, at: int) -> None:
    """A root of ours by that name has a list in force; a stranger's name is not our business."""
    ours = any(root.subject == issuer for root in trust.roots)
    if ours and not has_list_in_force(issuer, trust.crls, at):
        raise CheckFailed(LIST_NOT_IN_FORCE)


def _finished(work: Coroutine[Any, Any, PdfSignatureStatus]) -> PdfSignatureStatus:
    """The result of `work`, which has nothing to wait for: there is no network to ask.

    Without an event loop, so that it runs where no socket may be made.
    """
    try:
        work.send(None)
    except StopIteration as done:
        status: PdfSignatureStatus = done.value
        return status
    work.close()
    raise ValueError("it asks for something from outside")


def _context(trust: DocumentTrust, at: int) -> ValidationContext:
    # pyHanko's "hard-fail" asks for nothing when a certificate names no place to ask.
    return ValidationContext(
        trust_roots=[_asn1.certificate(root) for root in trust.roots],
        crls=[_asn1.revocation_list(der) for der in trust.crls],
        moment=datetime.datetime.fromtimestamp(at, datetime.UTC),
        allow_fetching=False,
        revocation_mode="require",
    )
