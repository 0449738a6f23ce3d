"""A certificate of one role is refused in every other: `crypto.roles`."""

import datetime

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from center.pki import description, issue
from center.pki.description import EndEntity
from center.pki.issue import Authority, Validity
from crypto.certificates import NOT_USER_AUTHENTICATION, check_user_authentication
from crypto.errors import CheckFailed
from crypto.roles import TAG, Holder, Role, Trust, check_role
from tests.center.pki.demo import (
    AT,
    AT_S,
    ROOT_OF,
    card_certificate,
    certificate,
    demo_state,
    generations,
    key,
    trust,
)
from tests.crypto.test_certificates import POLICIES, refused

CERTIFICATES = [each.name for each in description.load().certificates]
ALL_ROOTS = [*dict.fromkeys(ROOT_OF.values())]
VALID = Validity(AT, AT + datetime.timedelta(days=1))


def role_of(name: str) -> Role:
    return next(each.role for each in description.load().certificates if each.name == name)


def test_every_role_has_a_certificate_in_the_demo() -> None:
    assert {role_of(name) for name in CERTIFICATES} == set(Role)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", CERTIFICATES)
def test_matrix_under_the_roots_of_the_role(name: str, role: Role) -> None:
    if role_of(name) is role:
        assert check_role(certificate(name), trust(role), AT_S).role is role
    else:
        with pytest.raises(CheckFailed):
            check_role(certificate(name), trust(role), AT_S)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", CERTIFICATES)
def test_matrix_even_if_all_roots_were_trusted(name: str, role: Role) -> None:
    careless = Trust(role, tuple(certificate(root) for root in ALL_ROOTS))
    if role_of(name) is role:
        assert check_role(certificate(name), careless, AT_S).role is role
    else:
        failure = refused(lambda: check_role(certificate(name), careless, AT_S))
        assert failure == "certificate.wrong_role"


@pytest.mark.parametrize("role", Role)
def test_residents_and_responders_have_no_role_here(role: Role) -> None:
    careless = Trust(role, (*generations(), certificate("jpki-sign")))
    for each in (card_certificate("yamada-taro"), certificate(demo_state().ocsp("jpki-auth-3"))):
        failure = refused(lambda each=each: check_role(each, careless, AT_S))  # type: ignore[misc]
        assert failure == "certificate.wrong_role"


@pytest.mark.parametrize("name", [*CERTIFICATES, "jpki-auth-3-ocsp"])
def test_none_of_ours_is_a_residents(name: str) -> None:
    failure = refused(lambda: check_user_authentication(certificate(name), POLICIES))
    assert failure == NOT_USER_AUTHENTICATION


def test_the_holder_is_named() -> None:
    role = Role.MUNICIPALITY_STATEMENT
    holder = check_role(certificate("municipality-statement"), trust(role), AT_S)
    assert holder == Holder(role, ("99201", "main"))
    assert holder.uri == "tag:kiosk.example,2026:municipality-statement/99201/main"


def test_time_counts_for_certificate_and_root() -> None:
    terminal, trusted = certificate("terminal"), trust(Role.TERMINAL)
    ends = int(terminal.not_valid_after_utc.timestamp())
    root_ends = int(trusted.roots[0].not_valid_after_utc.timestamp())
    check_role(terminal, trusted, ends)
    assert ends < root_ends
    for at in (ends + 1, int(terminal.not_valid_before_utc.timestamp()) - 1):
        failure = refused(lambda at=at: check_role(terminal, trusted, at))  # type: ignore[misc]
        assert failure == "certificate.expired"


def test_an_expired_root_vouches_for_nobody() -> None:
    issuer = issue.make_authority(issue.our_name("r"), issue.make_key("p-256"), VALID)
    longer = Validity(AT, AT + datetime.timedelta(days=9))
    what = EndEntity("t", "r", Role.TERMINAL, ("kiosk-1",), "p-256")
    terminal = issue.issue_ours(what, issue.make_key("p-256"), issuer, longer)
    trusted = Trust(Role.TERMINAL, (issuer.certificate,))
    check_role(terminal, trusted, AT_S + 60)
    failure = refused(lambda: check_role(terminal, trusted, AT_S + 2 * 86400))
    assert failure == "certificate.expired"


class TestOneFenceIsEnough:
    """Certificates signed by the right root and yet not in order."""

    @pytest.fixture
    def issuer(self) -> Authority:
        return Authority(certificate("terminals"), key("terminals"))

    def terminal(self, issuer: Authority, *names: str) -> x509.Certificate:
        what = EndEntity("t", "terminals", Role.TERMINAL, names, "p-256")
        return issue.issue_ours(what, issue.make_key("p-256"), issuer, VALID)

    def again(
        self, one: x509.Certificate, issuer: Authority, *changed: x509.ExtensionType
    ) -> x509.Certificate:
        replaced = {each.oid: each for each in changed}
        extensions = [
            x509.Extension(each.oid, each.critical, replaced.get(each.oid, each.value))
            for each in one.extensions
        ]
        builder = x509.CertificateBuilder(
            one.issuer, one.subject, one.public_key(), 1, one.not_valid_before_utc,
            one.not_valid_after_utc, extensions,
        )  # fmt: skip
        return builder.sign(issuer.key, one.signature_hash_algorithm)  # type: ignore[arg-type]

    def refused(self, one: x509.Certificate) -> bool:
        trusted = trust(Role.TERMINAL)
        return refused(lambda: check_role(one, trusted, AT_S + 60)) == "certificate.wrong_role"

    def test_unchanged_it_passes(self, issuer: Authority) -> None:
        one = self.again(self.terminal(issuer, "kiosk-1"), issuer)
        assert check_role(one, trust(Role.TERMINAL), AT_S + 60).names == ("kiosk-1",)

    @pytest.mark.parametrize("names", [(), ("",), ("a", "b")])
    def test_as_many_names_as_the_role_has(self, issuer: Authority, names: tuple[str, ...]) -> None:
        assert self.refused(self.terminal(issuer, *names))

    def test_two_holders_in_one_certificate(self, issuer: Authority) -> None:
        both = x509.SubjectAlternativeName([
            x509.UniformResourceIdentifier(f"{TAG}terminal/a"),
            x509.UniformResourceIdentifier(f"{TAG}staff/a"),
        ])  # fmt: skip
        assert self.refused(self.again(self.terminal(issuer, "kiosk-1"), issuer, both))

    def test_a_name_of_somebody_else_is_no_holder(self, issuer: Authority) -> None:
        other = x509.SubjectAlternativeName([
            x509.UniformResourceIdentifier("tag:other.example,2026:terminal/a")
        ])  # fmt: skip
        assert self.refused(self.again(self.terminal(issuer, "kiosk-1"), issuer, other))

    @pytest.mark.parametrize("usages", [("key_agreement",), ("digital_signature", "key_cert_sign")])
    def test_a_key_for_signatures_and_not_for_certificates(
        self, issuer: Authority, usages: tuple[str, ...]
    ) -> None:
        usage = issue.key_usage(*usages)
        assert self.refused(self.again(self.terminal(issuer, "kiosk-1"), issuer, usage))

    def test_a_server_is_no_client(self, issuer: Authority) -> None:
        server = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        assert self.refused(self.again(self.terminal(issuer, "kiosk-1"), issuer, server))

    def test_an_authority_is_no_holder(self, issuer: Authority) -> None:
        ca = x509.BasicConstraints(ca=True, path_length=0)
        assert self.refused(self.again(self.terminal(issuer, "kiosk-1"), issuer, ca))
