"""Which answers about revocation are believed: `crypto.ocsp`."""

import datetime
import functools
from dataclasses import dataclass, replace
from typing import Any

import pytest
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from center.pki import issue
from center.pki.description import KEY_KINDS
from center.pki.issue import Authority, Validity, key_usage
from crypto.keys import PrivateKey
from crypto.ocsp import (
    INVALID,
    REVOKED,
    STATUS_UNKNOWN,
    TOLERANCE_S,
    UNAVAILABLE,
    Question,
    check_answer,
)
from tests.center.pki.demo import AT, AT_S, card_certificate, card_key, certificate, key
from tests.crypto.test_certificates import refused

NONCE = bytes(range(32))
SHA256 = hashes.SHA256()
GOOD = ocsp.OCSPCertStatus.GOOD
HASH = ocsp.OCSPResponderEncoding.HASH
NAME = ocsp.OCSPResponderEncoding.NAME
S = datetime.timedelta(seconds=1)


def is_edwards(key: PrivateKey) -> bool:
    return isinstance(key, ed25519.Ed25519PrivateKey)


@functools.cache
def asked() -> Question:
    return Question(card_certificate("yamada-taro"), certificate("jpki-auth-3"), NONCE)


STRANGE = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")


@dataclass(frozen=True)
class Answer:
    """What an answer says and who says it."""

    about: x509.Certificate
    issuer: x509.Certificate
    responder: x509.Certificate
    key: PrivateKey
    included: tuple[x509.Certificate, ...]
    status: ocsp.OCSPCertStatus = GOOD
    this_update: datetime.datetime = AT - 60 * S
    next_update: datetime.datetime | None = AT + 600 * S
    nonce: bytes | None = NONCE
    encoding: ocsp.OCSPResponderEncoding = HASH
    cert_hash: type[hashes.HashAlgorithm] = hashes.SHA256
    sign_hash: type[hashes.HashAlgorithm] = hashes.SHA256
    critical: x509.ExtensionType | None = None

    def encode(self) -> bytes:
        revoked = self.status is ocsp.OCSPCertStatus.REVOKED
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                self.about,
                self.issuer,
                self.cert_hash(),
                self.status,
                self.this_update,
                self.next_update,
                AT if revoked else None,
                None,
            )
            .responder_id(self.encoding, self.responder)
        )
        if self.included:
            builder = builder.certificates(self.included)
        if self.nonce is not None:
            builder = builder.add_extension(x509.OCSPNonce(self.nonce), critical=False)
        if self.critical is not None:
            builder = builder.add_extension(self.critical, critical=True)
        signed = builder.sign(self.key, None if is_edwards(self.key) else self.sign_hash())
        return signed.public_bytes(serialization.Encoding.DER)


def right(**changes: Any) -> Answer:
    """An answer that is right in all things but `changes`."""
    delegate = certificate("jpki-auth-3-ocsp")
    base = Answer(
        asked().certificate, asked().issuer, delegate, key("jpki-auth-3-ocsp"), (delegate,)
    )
    return replace(base, **changes)


def by_authority(**changes: Any) -> Answer:
    """The same, signed by the authority itself."""
    return right(responder=asked().issuer, key=key("jpki-auth-3"), **changes)


def failure(answer: Answer | bytes, question: Question | None = None) -> str:
    der = answer.encode() if isinstance(answer, Answer) else answer
    return refused(lambda: check_answer(question or asked(), der, AT_S))


class TestQuestion:
    def test_it_names_certificate_and_issuer_and_carries_the_nonce(self) -> None:
        request = ocsp.load_der_ocsp_request(asked().encode())
        assert request.serial_number == asked().certificate.serial_number
        assert isinstance(request.hash_algorithm, hashes.SHA256)
        assert request.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == NONCE

    def test_sha1_for_a_responder_that_knows_no_other(self) -> None:
        request = ocsp.load_der_ocsp_request(asked().encode(hashes.SHA1()))  # noqa: S303 - RFC 5019
        assert isinstance(request.hash_algorithm, hashes.SHA1)

    def test_it_shows_no_certificate(self) -> None:
        assert "certificate" not in repr(asked())


class TestGood:
    @pytest.mark.parametrize(
        "changes",
        [
            pytest.param({}, id="by delegate, named by key"),
            pytest.param({"encoding": NAME}, id="by delegate, named by name"),
            pytest.param({"cert_hash": hashes.SHA1}, id="certificate named by SHA-1"),
            pytest.param({"sign_hash": hashes.SHA384}, id="signed with SHA-384"),
            pytest.param({"this_update": AT, "next_update": None}, id="without nextUpdate"),
        ],
    )
    def test_it_is_believed(self, changes: dict[str, Any]) -> None:
        check_answer(asked(), right(**changes).encode(), AT_S)

    @pytest.mark.parametrize("encoding", [HASH, NAME])
    def test_by_the_authority_itself(self, encoding: ocsp.OCSPResponderEncoding) -> None:
        check_answer(asked(), by_authority(encoding=encoding, included=()).encode(), AT_S)
        check_answer(asked(), by_authority(encoding=encoding).encode(), AT_S)

    @pytest.mark.parametrize("generation", [1, 2])
    def test_of_every_generation(self, generation: int) -> None:
        name = f"jpki-auth-{generation}"
        resident = {1: "watanabe-shigeru", 2: "kim-minjun"}[generation]
        question = Question(card_certificate(resident), certificate(name), NONCE)
        delegate = certificate(f"{name}-ocsp")
        answer = Answer(
            about=question.certificate, issuer=question.issuer, responder=delegate,
            key=key(f"{name}-ocsp"), included=(delegate,),
        )  # fmt: skip
        check_answer(question, answer.encode(), AT_S)


class TestStatus:
    def test_revoked(self) -> None:
        assert failure(right(status=ocsp.OCSPCertStatus.REVOKED)) == REVOKED

    def test_unknown(self) -> None:
        assert failure(right(status=ocsp.OCSPCertStatus.UNKNOWN)) == STATUS_UNKNOWN

    @pytest.mark.parametrize(
        ("status", "name"),
        [
            (ocsp.OCSPResponseStatus.TRY_LATER, UNAVAILABLE),
            (ocsp.OCSPResponseStatus.INTERNAL_ERROR, UNAVAILABLE),
            (ocsp.OCSPResponseStatus.MALFORMED_REQUEST, INVALID),
            (ocsp.OCSPResponseStatus.UNAUTHORIZED, INVALID),
            (ocsp.OCSPResponseStatus.SIG_REQUIRED, INVALID),
        ],
    )
    def test_refusals_of_the_responder(self, status: ocsp.OCSPResponseStatus, name: str) -> None:
        refusal = ocsp.OCSPResponseBuilder.build_unsuccessful(status)
        assert failure(refusal.public_bytes(serialization.Encoding.DER)) == name


class TestTimes:
    """thisUpdate and nextUpdate, five minutes either way."""

    @pytest.mark.parametrize(
        ("this_update", "next_update", "believed"),
        [
            (AT + TOLERANCE_S * S, AT + 600 * S, True),
            (AT + (TOLERANCE_S + 1) * S, AT + 600 * S, False),
            (AT - 600 * S, AT - TOLERANCE_S * S, True),
            (AT - 600 * S, AT - (TOLERANCE_S + 1) * S, False),
            (AT - TOLERANCE_S * S, None, True),
            (AT - (TOLERANCE_S + 1) * S, None, False),
            (AT + (TOLERANCE_S + 1) * S, None, False),
        ],
    )
    def test_stale_and_future(
        self,
        this_update: datetime.datetime,
        next_update: datetime.datetime | None,
        believed: bool,
    ) -> None:
        answer = right(this_update=this_update, next_update=next_update)
        if believed:
            check_answer(asked(), answer.encode(), AT_S)
        else:
            assert failure(answer) == INVALID


def signed_by(signer: PrivateKey, der: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
    """The same answer under another signature, which cryptography's builder will not make."""
    response = asn1_ocsp.OCSPResponse.load(der)
    basic = response["response_bytes"]["response"].parsed
    tbs = basic["tbs_response_data"].dump()
    if isinstance(signer, rsa.RSAPrivateKey):
        basic["signature_algorithm"] = {"algorithm": f"{algorithm.name}_rsa"}
        basic["signature"] = signer.sign(tbs, padding.PKCS1v15(), algorithm)
    elif isinstance(signer, ec.EllipticCurvePrivateKey):
        basic["signature_algorithm"] = {"algorithm": f"{algorithm.name}_ecdsa"}
        basic["signature"] = signer.sign(tbs, ec.ECDSA(algorithm))
    else:
        basic["signature_algorithm"] = {"algorithm": "ed25519"}
        basic["signature"] = signer.sign(tbs)
    response["response_bytes"]["response"] = basic
    again: bytes = response.dump(force=True)
    return again


def with_single_extension(*, critical: bool) -> bytes:
    """The right answer with an extension nobody knows, which the builder cannot place there."""
    response = asn1_ocsp.OCSPResponse.load(right().encode())
    basic = response["response_bytes"]["response"].parsed
    basic["tbs_response_data"]["responses"][0]["single_extensions"] = [
        {"extn_id": "1.2.3.4.5", "critical": critical, "extn_value": b"\x05\x00"}
    ]
    basic["tbs_response_data"].dump(force=True)
    response["response_bytes"]["response"] = basic
    return signed_by(key("jpki-auth-3-ocsp"), response.dump(force=True), hashes.SHA256())


class TestAnswersToSomethingElse:
    @pytest.mark.parametrize("nonce", [None, bytes(32), NONCE[:-1], NONCE + b"\0"])
    def test_the_nonce_must_be_ours(self, nonce: bytes | None) -> None:
        assert failure(right(nonce=nonce)) == INVALID

    def test_another_card(self) -> None:
        assert failure(right(about=card_certificate("yamada-hanako"))) == INVALID

    def test_a_certificate_named_by_a_hash_we_do_not_know(self) -> None:
        assert failure(right(cert_hash=hashes.SHA224)) == INVALID

    def test_the_same_serial_under_another_generation(self) -> None:
        """takasaki-noboru (3rd generation) and kim-minjun (2nd) have one serial."""
        question = Question(card_certificate("takasaki-noboru"), certificate("jpki-auth-3"), NONCE)
        mine = right(about=question.certificate)
        check_answer(question, mine.encode(), AT_S)
        other = replace(mine, issuer=certificate("jpki-auth-2"))
        assert failure(other, question) == INVALID

    def test_a_critical_extension_that_is_not_understood(self) -> None:
        assert failure(right(critical=STRANGE)) == INVALID

    def test_one_of_the_single_answer(self) -> None:
        check_answer(asked(), with_single_extension(critical=False), AT_S)
        assert failure(with_single_extension(critical=True)) == INVALID

    def test_two_answers_at_once(self) -> None:
        response = asn1_ocsp.OCSPResponse.load(right().encode())
        basic = response["response_bytes"]["response"].parsed
        tbs = basic["tbs_response_data"]
        tbs["responses"].append(tbs["responses"][0].copy())
        tbs.dump(force=True)
        response["response_bytes"]["response"] = basic
        twice = response.dump(force=True)
        assert failure(signed_by(key("jpki-auth-3-ocsp"), twice, hashes.SHA256())) == INVALID


def delegate(
    issuer: Authority,
    *extensions: x509.ExtensionType,
    valid: Validity | None = None,
    own: PrivateKey | None = None,
) -> tuple[PrivateKey, x509.Certificate]:
    own = own or issue.make_key("p-256")
    valid = valid or Validity(AT - 60 * S, AT + 60 * S)
    builder = (
        x509.CertificateBuilder()
        .subject_name(issue.our_name("ocsp"))
        .issuer_name(issuer.certificate.subject)
        .public_key(own.public_key())
        .serial_number(9)
        .not_valid_before(valid.begins)
        .not_valid_after(valid.ends)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=extension is STRANGE)
    return own, builder.sign(issuer.key, hashes.SHA256())


def authority() -> Authority:
    return Authority(certificate("jpki-auth-3"), key("jpki-auth-3"))


class TestWhoMayAnswer:
    USAGE = key_usage("digital_signature")
    SIGNING = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
    NO_CHECK = x509.OCSPNoCheck()

    def by(self, signer: tuple[PrivateKey, x509.Certificate]) -> Answer:
        return right(key=signer[0], responder=signer[1], included=(signer[1],))

    def test_a_delegate_in_order_with_an_elliptic_key(self) -> None:
        made = delegate(authority(), self.USAGE, self.SIGNING, self.NO_CHECK)
        check_answer(asked(), self.by(made).encode(), AT_S)

    @pytest.mark.parametrize(
        "extensions",
        [
            pytest.param((USAGE, NO_CHECK), id="no extended key usage"),
            pytest.param((USAGE, SIGNING, NO_CHECK, STRANGE), id="a critical one unknown here"),
            pytest.param(
                (USAGE, x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), NO_CHECK),
                id="another extended key usage",
            ),
            pytest.param((USAGE, SIGNING), id="its own revocation would have to be asked"),
            pytest.param((SIGNING, NO_CHECK), id="no key usage"),
            pytest.param((key_usage("key_agreement"), SIGNING, NO_CHECK), id="not for signatures"),
        ],
    )
    def test_a_delegate_not_in_order(self, extensions: tuple[x509.ExtensionType, ...]) -> None:
        assert failure(self.by(delegate(authority(), *extensions))) == INVALID

    def test_a_delegate_whose_time_is_over(self) -> None:
        over = Validity(AT - 900 * S, AT - 1 * S)
        made = delegate(authority(), self.USAGE, self.SIGNING, self.NO_CHECK, valid=over)
        assert failure(self.by(made)) == INVALID

    def test_a_delegate_of_another_generation_of_the_same_name(self) -> None:
        other = (key("jpki-auth-2-ocsp"), certificate("jpki-auth-2-ocsp"))
        assert failure(self.by(other)) == INVALID

    def test_another_generation_itself(self) -> None:
        other = (key("jpki-auth-2"), certificate("jpki-auth-2"))
        assert failure(self.by(other)) == INVALID
        named = replace(self.by(other), encoding=NAME, included=())
        assert failure(named) == INVALID

    def test_a_resident_answers_not(self) -> None:
        """A card's own certificate is of this authority, too."""
        other = card_certificate("yamada-hanako")
        answer = right(key=card_key("yamada-hanako"), responder=other, included=(other,))
        assert failure(answer) == INVALID

    def test_a_delegate_that_is_not_enclosed(self) -> None:
        assert failure(right(included=())) == INVALID

    def test_the_helper_that_signs_again_signs_right(self) -> None:
        again = signed_by(key("jpki-auth-3-ocsp"), right_der(), hashes.SHA256())
        check_answer(asked(), again, AT_S)

    @pytest.mark.parametrize("kind", KEY_KINDS)
    def test_named_rightly_but_signed_by_another(self, kind: str) -> None:
        stranger = issue.make_key(kind)
        assert failure(signed_by(stranger, right_der(), hashes.SHA256())) == INVALID
        made = delegate(authority(), self.USAGE, self.SIGNING, self.NO_CHECK)
        assert failure(signed_by(stranger, self.by(made).encode(), hashes.SHA256())) == INVALID

    def test_a_delegate_with_a_key_we_do_not_use(self) -> None:
        own = issue.make_key("ed25519")
        extensions = (self.USAGE, self.SIGNING, self.NO_CHECK)
        made = delegate(authority(), *extensions, own=own)
        assert failure(self.by((own, made[1]))) == INVALID
        rsa_over_it = signed_by(key("jpki-auth-3"), self.by((own, made[1])).encode(), SHA256)
        assert failure(rsa_over_it) == INVALID

    @pytest.mark.parametrize("weak", [hashes.SHA1(), hashes.SHA224()])  # noqa: S303 - refused
    def test_a_weak_hash(self, weak: hashes.HashAlgorithm) -> None:
        assert failure(signed_by(key("jpki-auth-3-ocsp"), right_der(), weak)) == INVALID


@functools.cache
def right_der() -> bytes:
    return right().encode()


class TestBytes:
    @given(st.binary(max_size=200))
    def test_any_bytes_are_refused(self, data: bytes) -> None:
        assert failure(data) == INVALID

    @given(position=st.integers(0, 10_000), bit=st.integers(0, 7))
    def test_one_bit_changed_in_what_is_signed_is_refused(self, position: int, bit: int) -> None:
        der = bytearray(right_der())
        tbs = ocsp.load_der_ocsp_response(right_der()).tbs_response_bytes
        start = right_der().index(tbs)
        der[start + position % len(tbs)] ^= 1 << bit
        assert failure(bytes(der)) in {INVALID, UNAVAILABLE}

    @given(st.integers(0, 2000))
    def test_a_torn_answer_is_refused(self, size: int) -> None:
        assert failure(right_der()[: min(size, len(right_der()) - 1)]) == INVALID
