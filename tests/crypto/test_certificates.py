"""Certificates read, identified and checked: `crypto.certificates`."""

import dataclasses
import datetime
import hashlib
import itertools
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from center.pki import issue
from center.pki.issue import Authority, Validity, key_usage
from crypto import certificates as checks
from crypto.certificates import (
    EXPIRED,
    ISSUER_UNKNOWN,
    NOT_USER_AUTHENTICATION,
    Identity,
    check_authority,
    check_time,
    check_user_authentication,
    find_issuer,
    identify,
    last_day,
    parse,
    parse_pem_bundle,
)
from crypto.errors import CheckFailed
from tests.center.pki.demo import (
    AT,
    card_certificate,
    card_key,
    certificate,
    demo_state,
    generations,
)

POLICIES = frozenset({"1.2.392.200149.8.5.1.3.30"})
VALID = Validity(AT, AT + datetime.timedelta(days=365))
CARD = issue.CardCertificate("0000000001", 0x0705D990, VALID)


def refused(check: Callable[[], object]) -> str:
    with pytest.raises(CheckFailed) as failed:
        check()
    return failed.value.failure


@pytest.fixture(scope="module")
def authority() -> Authority:
    name = issue.jpki_name("JPKI for user authentication")
    return issue.make_authority(name, issue.make_key("rsa-2048"), VALID)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


class TestParse:
    def test_der_comes_back(self) -> None:
        card = card_certificate("yamada-taro")
        assert parse(card.public_bytes(serialization.Encoding.DER)) == card

    @given(st.binary(max_size=300))
    def test_any_bytes_are_refused_by_the_callers_name(self, data: bytes) -> None:
        assert refused(lambda: parse(data, "some.failure")) == "some.failure"

    @given(position=st.integers(0, 1100), bit=st.integers(0, 7))
    def test_one_bit_is_refused_or_does_not_verify(self, position: int, bit: int) -> None:
        der = bytearray(card_certificate("yamada-taro").public_bytes(serialization.Encoding.DER))
        der[position % len(der)] ^= 1 << bit
        assert refused(lambda: find_issuer(parse(bytes(der)), generations())) == ISSUER_UNKNOWN

    def test_a_bundle_in_order(self) -> None:
        assert parse_pem_bundle(demo_state().trust("jpki-auth").read_bytes()) == tuple(
            certificate(f"jpki-auth-{number}") for number in (1, 2, 3)
        )

    def test_a_file_without_certificates(self) -> None:
        assert refused(lambda: parse_pem_bundle(b"nothing")) == "trust.unreadable"


class TestIdentity:
    def test_the_issuers_key_and_the_serial(self) -> None:
        card, issuer = card_certificate("kim-minjun"), certificate("jpki-auth-2")
        spki = issuer.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        assert identify(card, issuer) == Identity(hashlib.sha256(spki).digest(), 0x0705D990)

    def test_one_serial_under_two_generations_is_two_people(self) -> None:
        one, other = card_certificate("kim-minjun"), card_certificate("takasaki-noboru")
        assert one.serial_number == other.serial_number
        assert one.issuer == other.issuer
        assert identify(one, find_issuer(one, generations())) != identify(
            other, find_issuer(other, generations())
        )

    @pytest.mark.parametrize(
        ("serial", "content"),
        [(0, "00"), (1, "01"), (0x7F, "7f"), (0x80, "0080"), (0x0705D990, "0705d990"),
         (0xFF05D990, "00ff05d990")],
    )  # fmt: skip
    def test_the_serial_as_der_writes_it(self, serial: int, content: str) -> None:
        assert Identity(b"", serial).serial_bytes == bytes.fromhex(content)

    def test_it_shows_nothing(self) -> None:
        assert repr(Identity(b"key", 4711)) == "Identity()"


class TestFindIssuer:
    @pytest.mark.parametrize(
        ("resident", "generation"),
        [("watanabe-shigeru", 1), ("kim-minjun", 2), ("yamada-taro", 3)],
    )
    def test_every_generation_is_tried_with_and_without_key_identifiers(
        self, resident: str, generation: int
    ) -> None:
        found = find_issuer(card_certificate(resident), generations())
        assert found == certificate(f"jpki-auth-{generation}")

    @pytest.mark.parametrize("order", [*itertools.permutations(range(3))])
    @pytest.mark.parametrize(
        ("resident", "generation"),
        [("watanabe-shigeru", 1), ("takasaki-noboru", 3), ("kim-minjun", 2)],
    )
    def test_the_order_of_the_authorities_does_not_matter(
        self, resident: str, generation: int, order: tuple[int, ...]
    ) -> None:
        """Without AKI, and two people with one serial under two generations."""
        store = tuple(generations()[place] for place in order)
        found = find_issuer(card_certificate(resident), store)
        assert found == certificate(f"jpki-auth-{generation}")

    def test_the_right_one_is_not_known(self) -> None:
        card = card_certificate("yamada-taro")
        assert refused(lambda: find_issuer(card, generations()[:2])) == ISSUER_UNKNOWN

    def test_a_stranger_with_the_same_name_and_key_identifier(
        self, authority: Authority, key: rsa.RSAPrivateKey
    ) -> None:
        forged = dataclasses.replace(authority, certificate=certificate("jpki-auth-3"))
        card = issue.issue_card(CARD, key, forged)
        real = certificate("jpki-auth-3").public_key()
        assert isinstance(real, rsa.RSAPublicKey)
        builder = x509.CertificateBuilder(
            card.issuer, card.subject, card.public_key(), card.serial_number,
            card.not_valid_before_utc, card.not_valid_after_utc,
            [x509.Extension(
                x509.AuthorityKeyIdentifier.oid, False,
                x509.AuthorityKeyIdentifier.from_issuer_public_key(real),
            )],
        )  # fmt: skip
        claimed = builder.sign(authority.key, hashes.SHA256())
        assert refused(lambda: find_issuer(claimed, generations())) == ISSUER_UNKNOWN

    def test_one_authority_twice_is_ambiguous(self) -> None:
        both = (*generations(), generations()[2])
        assert refused(lambda: find_issuer(card_certificate("yamada-taro"), both)) == ISSUER_UNKNOWN

    def test_a_card_issues_no_cards(self, key: rsa.RSAPrivateKey) -> None:
        card = card_certificate("yamada-taro")
        issuer = Authority(card, card_key("yamada-taro"))
        child = issue.issue_card(CARD, key, issuer)
        assert refused(lambda: find_issuer(child, (card,))) == ISSUER_UNKNOWN

    def test_the_signing_familys_authority_is_another(self) -> None:
        sign = parse_pem_bundle((demo_state().card("yamada-taro") / "sign-cert.pem").read_bytes())
        assert refused(lambda: find_issuer(sign[0], generations())) == ISSUER_UNKNOWN

    def test_a_weak_hash_does_not_count(self, authority: Authority, key: rsa.RSAPrivateKey) -> None:
        builder = x509.CertificateBuilder(
            authority.certificate.subject, authority.certificate.subject, key.public_key(), 7,
            AT, AT + datetime.timedelta(days=1),
        )  # fmt: skip
        weak = builder.sign(authority.key, hashes.SHA224())
        assert refused(lambda: find_issuer(weak, (authority.certificate,))) == ISSUER_UNKNOWN


class TestTime:
    def test_both_ends_are_included(self) -> None:
        card = card_certificate("yamada-taro")
        begins = int(card.not_valid_before_utc.timestamp())
        ends = int(card.not_valid_after_utc.timestamp())
        check_time(card, begins)
        check_time(card, ends)
        assert refused(lambda: check_time(card, begins - 1)) == EXPIRED
        assert refused(lambda: check_time(card, ends + 1)) == EXPIRED

    def test_it_ends_with_the_birthday_in_japan(self) -> None:
        card = card_certificate("yamada-taro")
        assert card.not_valid_after_utc.strftime("%H:%M:%S") == "14:59:59"
        assert last_day(card) == "0415"

    def test_the_last_day_is_japans_also_over_new_year(self, authority: Authority) -> None:
        ends = datetime.datetime(2030, 12, 31, 15, 0, tzinfo=datetime.UTC)
        what = dataclasses.replace(CARD, valid=Validity(AT, ends))
        assert last_day(issue.issue_card(what, issue.make_key("p-256"), authority)) == "0101"


def made(
    authority: Authority,
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
    *extensions: tuple[x509.ExtensionType, bool],
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")]))
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(AT)
        .not_valid_after(AT + datetime.timedelta(days=1))
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(authority.key, hashes.SHA256())


USAGE = (key_usage("digital_signature"), True)
POLICY = (
    x509.CertificatePolicies([x509.PolicyInformation(issue.POLICY_AUTHENTICATION, None)]), True,
)  # fmt: skip
SIGNING_POLICY = (
    x509.CertificatePolicies([x509.PolicyInformation(issue.POLICY_SIGNATURE, None)]), True,
)  # fmt: skip
STRANGE = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")


class TestUserAuthentication:
    @pytest.mark.parametrize("resident", ["yamada-taro", "kim-minjun", "watanabe-shigeru"])
    def test_the_cards_pass(self, resident: str) -> None:
        check_user_authentication(card_certificate(resident), POLICIES)

    def test_what_is_made_below_passes_when_all_is_right(
        self, authority: Authority, key: rsa.RSAPrivateKey
    ) -> None:
        no_authority = (x509.BasicConstraints(ca=False, path_length=None), True)
        check_user_authentication(made(authority, key, USAGE, POLICY), POLICIES)
        check_user_authentication(made(authority, key, USAGE, POLICY, no_authority), POLICIES)
        check_user_authentication(made(authority, key, USAGE, POLICY, (STRANGE, False)), POLICIES)

    @pytest.mark.parametrize(
        "extensions",
        [
            pytest.param(
                (USAGE, POLICY, (x509.BasicConstraints(ca=True, path_length=None), True)),
                id="an authority",
            ),
            pytest.param((POLICY,), id="no key usage"),
            pytest.param(((key_usage("key_agreement"), True), POLICY), id="not for signatures"),
            pytest.param(
                ((key_usage("digital_signature", "content_commitment"), True), POLICY),
                id="for documents",
            ),
            pytest.param((USAGE,), id="no policy"),
            pytest.param((USAGE, SIGNING_POLICY), id="the other policy"),
            pytest.param((USAGE, POLICY, (STRANGE, True)), id="critical and unknown"),
        ],
    )
    def test_any_other_profile_is_refused(
        self,
        authority: Authority,
        key: rsa.RSAPrivateKey,
        extensions: tuple[tuple[x509.ExtensionType, bool], ...],
    ) -> None:
        card = made(authority, key, *extensions)
        failure = refused(lambda: check_user_authentication(card, POLICIES))
        assert failure == NOT_USER_AUTHENTICATION

    def test_a_short_key_is_refused(self, authority: Authority) -> None:
        short = rsa.generate_private_key(65537, 1024)  # noqa: S505 - it must be refused
        card = made(authority, short, USAGE, POLICY)
        assert refused(lambda: check_user_authentication(card, POLICIES)) == NOT_USER_AUTHENTICATION

    def test_another_exponent_is_refused(self, authority: Authority) -> None:
        odd = rsa.generate_private_key(3, 2048)
        card = made(authority, odd, USAGE, POLICY)
        assert refused(lambda: check_user_authentication(card, POLICIES)) == NOT_USER_AUTHENTICATION

    def test_an_elliptic_key_is_refused(self, authority: Authority) -> None:
        card = made(authority, ec.generate_private_key(ec.SECP256R1()), USAGE, POLICY)
        assert refused(lambda: check_user_authentication(card, POLICIES)) == NOT_USER_AUTHENTICATION

    def test_the_certificate_for_signatures_is_refused(self) -> None:
        sign = parse_pem_bundle((demo_state().card("yamada-taro") / "sign-cert.pem").read_bytes())
        failure = refused(lambda: check_user_authentication(sign[0], POLICIES))
        assert failure == NOT_USER_AUTHENTICATION


class TestAuthority:
    def test_roots_pass(self) -> None:
        for each in (*generations(), certificate("terminals"), certificate("centre-statements")):
            check_authority(each)

    def test_an_end_entity_is_no_root(self) -> None:
        check = certificate("terminal")
        assert refused(lambda: check_authority(check)) == "trust.not_an_authority"

    def test_test_authorities_are_told(self) -> None:
        assert all(checks.is_for_tests(each) for each in generations())
        assert checks.is_for_tests(certificate("terminals"))
        real = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "JPKI")])
        key = issue.make_key("p-256")
        assert not checks.is_for_tests(issue.make_authority(real, key, VALID).certificate)
