"""Documents signed, and every way in which a signed one is not: `crypto.pdf_signature`."""

import asyncio
import datetime
import functools
import io
import logging
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from reportlab.pdfgen import canvas

from center.pki import issue
from center.pki.issue import Authority
from crypto import pdf_signature
from crypto.pdf_signature import DocumentSigner, DocumentTrust, check_pdf, sign_pdf
from crypto.roles import Holder, Role
from tests.center.pki.demo import AT, AT_S, DAY_S, certificate, demo_state, key
from tests.crypto.test_certificates import refused

FAILURE = "document.bad_signature"


@functools.cache
def plain() -> bytes:
    """Two pages."""
    out = io.BytesIO()
    page = canvas.Canvas(out, invariant=1)
    for text in ("one", "two"):
        page.drawString(72, 700, text)
        page.showPage()
    page.save()
    return out.getvalue()


def signer(name: str = "municipality-document") -> DocumentSigner:
    own = key(name)
    assert isinstance(own, rsa.RSAPrivateKey)
    return DocumentSigner(own, certificate(name))


@functools.cache
def trust() -> DocumentTrust:
    return DocumentTrust(
        (certificate("municipalities"),), (demo_state().crl("municipalities").read_bytes(),)
    )


@functools.cache
def signed() -> bytes:
    return sign_pdf(plain(), signer(), AT_S)


def failure(pdf: bytes, trusted: DocumentTrust | None = None, at: int = AT_S) -> str:
    return refused(lambda: check_pdf(pdf, trusted or trust(), at, FAILURE))


def listed(at: int) -> bytes:
    """A list of the municipalities' root that is in force at `at`."""
    root = Authority(certificate("municipalities"), key("municipalities"))
    return issue.make_crl(root, datetime.datetime.fromtimestamp(at, datetime.UTC), 90)


def test_the_municipality_is_named() -> None:
    holder = check_pdf(signed(), trust(), AT_S, FAILURE)
    assert holder == Holder(Role.MUNICIPALITY_DOCUMENT, ("99201", "main"))


def test_the_result_is_one_revision_and_ends_where_it_ends() -> None:
    assert signed().startswith(b"%PDF-")
    assert signed().count(b"%%EOF") == 1
    assert signed().rstrip().endswith(b"%%EOF")
    assert b"/Prev" not in signed()


def test_the_pages_are_the_same() -> None:
    before, after = (pikepdf.open(io.BytesIO(pdf)) for pdf in (plain(), signed()))
    contents = [[page.Contents.read_bytes() for page in each.pages] for each in (before, after)]
    assert contents[0] == contents[1]


def test_time_is_the_argument() -> None:
    later = sign_pdf(plain(), signer(), AT_S + DAY_S)
    opened = pikepdf.open(io.BytesIO(later))
    assert str(opened.Root.Perms.DocMDP.M).startswith("D:20261121010000")


def test_it_may_not_be_changed_says_the_signature() -> None:
    reader = pikepdf.open(io.BytesIO(signed()))
    assert "/DocMDP" in reader.Root.Perms
    reference = reader.Root.Perms.DocMDP.Reference[0]
    assert reference.TransformParams.P == 1


def test_what_is_no_pdf_is_not_signed() -> None:
    with pytest.raises(ValueError, match="no PDF"):
        sign_pdf(b"nothing", signer(), AT_S)


@pytest.mark.daemon
def test_poppler_agrees(tmp_path: Path) -> None:
    file = tmp_path / "signed.pdf"
    file.write_bytes(signed())
    seen = subprocess.run(
        ["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=False
    ).stdout
    assert "Signature is Valid" in seen
    assert "Total document signed" in seen
    assert "ETSI.CAdES.detached" in seen
    assert "municipality-document 99201 main" in seen


class TestAltered:
    def test_every_byte_counts(self) -> None:
        """One bit in each 97th byte of what is signed; what is not is the signature's own room."""
        stated = re.search(rb"/ByteRange *\[([0-9 ]+)\]", signed())
        assert stated is not None
        first, length, second, rest = (int(each) for each in stated[1].split())
        assert (first, second + rest) == (0, len(signed()))
        assert signed()[length : length + 1] + signed()[second - 1 : second] == b"<>"
        for position in (*range(0, length, 97), *range(second, len(signed()), 97)):
            altered = bytearray(signed())
            altered[position] ^= 1
            assert failure(bytes(altered)) == FAILURE, position

    def test_the_signature_under_another_text(self) -> None:
        other = plain().replace(b"/MediaBox [ 0 0 595", b"/MediaBox [ 0 0 594")
        assert other != plain()
        replaced = sign_pdf(other, signer(), AT_S)
        contents = re.compile(rb"<[0-9a-fA-F]{1000,}>")
        mine, room = contents.search(signed()), contents.search(replaced)
        assert mine is not None
        assert room is not None
        check_pdf(replaced, trust(), AT_S, FAILURE)
        forged = replaced[: room.start()] + mine[0] + replaced[room.end() :]
        assert len(forged) == len(replaced)
        assert failure(forged) == FAILURE

    @pytest.mark.parametrize("tail", [b"\n", b" ", b"%", b"\n%%EOF\n"])
    def test_bytes_after_the_end(self, tail: bytes) -> None:
        assert failure(signed() + tail) == FAILURE

    def test_bytes_before_the_beginning(self) -> None:
        assert failure(b"x" + signed()) == FAILURE

    def test_a_later_revision(self) -> None:
        writer = IncrementalPdfFileWriter(io.BytesIO(signed()))
        writer.root["/Lang"] = generic.pdf_string("ja")
        writer.update_root()  # type: ignore[no-untyped-call]
        out = io.BytesIO()
        writer.write(out)  # type: ignore[no-untyped-call]
        assert failure(out.getvalue()) == FAILURE

    @pytest.mark.parametrize("size", [0, 10, 1000, -1, -20])
    def test_torn(self, size: int) -> None:
        assert failure(signed()[:size]) == FAILURE

    def test_not_signed_at_all(self) -> None:
        assert failure(plain()) == FAILURE


class TestSignedByTheWrongOne:
    @pytest.mark.parametrize("root", ["terminals", "centre-tls", "staff", "jpki-auth-3"])
    def test_another_root(self, root: str) -> None:
        assert failure(signed(), replace(trust(), roots=(certificate(root),))) == FAILURE

    def test_no_root_is_not_the_systems_roots(self) -> None:
        assert failure(signed(), replace(trust(), roots=())) == FAILURE

    def test_the_municipality_in_another_role(self) -> None:
        """A key of the right root that signs documents, but says that it signs statements."""
        issuer = Authority(certificate("municipalities"), key("municipalities"))
        right = certificate("municipality-document")
        own = key("municipality-document")
        holder = Holder(Role.MUNICIPALITY_STATEMENT, ("99201", "main"))
        other = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(holder.uri)])
        extensions = [
            x509.Extension(each.oid, each.critical, other if each.oid == other.oid else each.value)
            for each in right.extensions
        ]
        wrong = x509.CertificateBuilder(
            right.issuer, right.subject, right.public_key(), 5, right.not_valid_before_utc,
            right.not_valid_after_utc, extensions,
        ).sign(issuer.key, hashes.SHA256())  # fmt: skip
        assert isinstance(own, rsa.RSAPrivateKey)
        pdf = sign_pdf(plain(), DocumentSigner(own, wrong), AT_S)
        assert failure(pdf) == FAILURE

    def test_a_resident(self) -> None:
        own = issue.make_key("rsa-2048")
        name = issue.our_name("somebody")
        self_signed = issue.make_authority(name, own, issue.validity(AT, 9)).certificate
        assert isinstance(own, rsa.RSAPrivateKey)
        pdf = sign_pdf(plain(), DocumentSigner(own, self_signed), AT_S)
        assert failure(pdf) == FAILURE

    def test_a_key_that_is_not_the_certificates(self) -> None:
        own = issue.make_key("rsa-2048")
        assert isinstance(own, rsa.RSAPrivateKey)
        pdf = sign_pdf(plain(), replace(signer(), key=own), AT_S)
        assert failure(pdf) == FAILURE


class TestTimeAndRevocation:
    def test_after_the_certificates_end(self) -> None:
        ends = int(certificate("municipality-document").not_valid_after_utc.timestamp())
        assert failure(signed(), replace(trust(), crls=(listed(ends + 1),)), ends + 1) == FAILURE

    def test_without_a_list_nothing_verifies(self) -> None:
        assert failure(signed(), replace(trust(), crls=())) == "trust.list_not_in_force"

    def test_a_list_of_another_root(self) -> None:
        other = Authority(certificate("jpki-auth-2"), key("jpki-auth-2"))
        beside = replace(trust(), crls=(issue.make_crl(other, AT, 90),))
        assert failure(signed(), beside) == "trust.list_not_in_force"

    def test_a_list_that_lapsed_is_our_fault_and_not_the_documents(self) -> None:
        check_pdf(signed(), trust(), AT_S + 88 * DAY_S, FAILURE)
        assert failure(signed(), at=AT_S + 91 * DAY_S) == "trust.list_not_in_force"
        assert failure(signed(), at=AT_S - 2 * DAY_S) == "trust.list_not_in_force"

    def test_the_newer_of_two_lists_is_enough(self) -> None:
        later = AT_S + 91 * DAY_S
        check_pdf(signed(), replace(trust(), crls=(*trust().crls, listed(later))), later, FAILURE)

    def test_a_revoked_signer(self) -> None:
        issuer = certificate("municipalities")
        entry = (
            x509.RevokedCertificateBuilder()
            .serial_number(certificate("municipality-document").serial_number)
            .revocation_date(AT - datetime.timedelta(days=1))
            .build()
        )
        crl = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuer.subject)
            .last_update(AT - datetime.timedelta(hours=1))
            .next_update(AT + datetime.timedelta(days=1))
            .add_revoked_certificate(entry)
            .sign(key("municipalities"), hashes.SHA256())
        )
        der = crl.public_bytes(serialization.Encoding.DER)
        assert failure(signed(), replace(trust(), crls=(der,))) == FAILURE

    def test_a_list_that_cannot_be_read(self) -> None:
        assert failure(signed(), replace(trust(), crls=(b"x",))) == FAILURE


class TestLaxerSignatures:
    """Valid in every other respect, and still not what a certificate must be."""

    def lax(self, pdf: bytes, **changes: object) -> bytes:
        what = {
            "field_name": "Signature1",
            "md_algorithm": "sha256",
            "subfilter": fields.SigSeedSubFilter.PADES,
            "certify": True,
            "docmdp_permissions": fields.MDPPerm.NO_CHANGES,
        } | changes
        meta = signers.PdfSignatureMetadata(**what)  # type: ignore[arg-type]
        by = pdf_signature._TimedSigner(meta, pdf_signature._KeptKeySigner(signer()), at=AT)
        out = asyncio.run(by.async_sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf))))
        result: bytes = out.getvalue()
        return result

    def test_unchanged_it_passes(self) -> None:
        check_pdf(self.lax(plain()), trust(), AT_S, FAILURE)

    def test_one_that_would_allow_changes(self) -> None:
        forms = fields.MDPPerm.FILL_FORMS
        assert failure(self.lax(plain(), docmdp_permissions=forms)) == FAILURE

    def test_one_that_certifies_nothing(self) -> None:
        assert failure(self.lax(plain(), certify=False)) == FAILURE

    def test_two_signatures(self) -> None:
        forms = fields.MDPPerm.FILL_FORMS
        once = self.lax(plain(), docmdp_permissions=forms)
        twice = self.lax(once, certify=False, field_name="Signature2")
        assert failure(twice) == FAILURE


def test_a_weaker_digest_is_not_signed() -> None:
    by = pdf_signature._KeptKeySigner(signer())
    with pytest.raises(ValueError, match="sha256"):
        asyncio.run(by.async_sign_raw(b"", "sha1"))


def test_refusals_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        failure(signed(), replace(trust(), crls=()))
    assert not [each for each in caplog.records if each.name.startswith("pyhanko")]
