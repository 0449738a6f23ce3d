"""The card certificates of the demo, field by field against what certificates of the field show.

Source: published JPKI authorities and test cards as collected by jpki/myna (`src/ta`),
soltia48/myna-card (`certs/README.md`) and OpenSC.
"""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import NameOID

from center.pki.layout import State
from crypto.certificates import JST

SERVICE = "公的個人認証サービス"
GENERATIONS = ("jpki-auth-1", "jpki-auth-2", "jpki-auth-3")
AUTHORITIES = (*GENERATIONS, "jpki-sign")
HOLDERS = ("yamada-hanako", "kim-minjun", "watanabe-shigeru")


def authority(state: State, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(state.certificate(name).read_bytes())


def card(state: State, holder: str, purpose: str) -> x509.Certificate:
    path = state.card(holder) / f"{purpose}-cert.pem"
    return x509.load_pem_x509_certificate(path.read_bytes())


def extension(certificate: x509.Certificate, kind: type) -> x509.Extension[x509.ExtensionType]:
    return certificate.extensions.get_extension_for_class(kind)


def units(name: x509.Name) -> list[str]:
    return [str(one.value) for one in name.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)]


def names_the_service(value: object) -> bool:
    (one,) = value  # type: ignore[misc]
    organisations = one.value.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return [each.value for each in organisations] == [SERVICE]


@pytest.mark.parametrize("name", AUTHORITIES)
def test_an_authority(pki_state: State, name: str) -> None:
    made = authority(pki_state, name)
    unit = "JPKI for digital signature" if name == "jpki-sign" else "JPKI for user authentication"
    assert made.subject == made.issuer
    assert units(made.subject) == [unit, "Japan Agency for Local Authority Information Systems"]
    assert made.subject.rdns[0].rfc4514_string() == "C=JP"
    constraints, usage = (extension(made, one) for one in (x509.BasicConstraints, x509.KeyUsage))
    assert (constraints.critical, usage.critical) == (True, True)
    assert constraints.value == x509.BasicConstraints(ca=True, path_length=None)
    assert usage.value.key_cert_sign  # type: ignore[attr-defined]
    assert usage.value.crl_sign  # type: ignore[attr-defined]
    assert names_the_service(extension(made, x509.SubjectAlternativeName).value)
    (point,) = extension(made, x509.CRLDistributionPoints).value  # type: ignore[attr-defined]
    assert [each.value for each in point.full_name] == [made.subject]
    key = made.public_key()
    assert isinstance(key, RSAPublicKey)
    assert (key.key_size, key.public_numbers().e) == (2048, 65537)
    assert made.signature_algorithm_oid.dotted_string == "1.2.840.113549.1.1.11"


def test_all_generations_share_one_name_and_only_some_have_identifiers(pki_state: State) -> None:
    made = [authority(pki_state, name) for name in GENERATIONS]
    assert len({one.subject for one in made}) == 1
    kinds = [{each.oid for each in one.extensions} for one in made]
    has = [x509.SubjectKeyIdentifier.oid in each for each in kinds]
    assert has == [False, True, True]


@pytest.mark.parametrize("holder", HOLDERS)
def test_a_certificate_for_authentication(pki_state: State, holder: str) -> None:
    made = card(pki_state, holder, "auth")
    assert [one.rfc4514_string()[:3] for one in made.subject.rdns] == ["C=J", "CN="]
    assert made.serial_number.bit_length() <= 32
    usage = extension(made, x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature  # type: ignore[attr-defined]
    assert not usage.value.content_commitment  # type: ignore[attr-defined]
    (policy,) = extension(made, x509.CertificatePolicies).value  # type: ignore[attr-defined]
    assert policy.policy_identifier.dotted_string == "1.2.392.200149.8.5.1.3.30"
    assert names_the_service(extension(made, x509.IssuerAlternativeName).value)
    kinds = {each.oid for each in made.extensions}
    assert x509.SubjectAlternativeName.oid not in kinds, "no personal data"
    ends = made.not_valid_after_utc.astimezone(JST)
    assert f"{ends:%H:%M:%S}" == "23:59:59"


def test_a_certificate_for_signatures(pki_state: State) -> None:
    made = card(pki_state, "yamada-hanako", "sign")
    usage = extension(made, x509.KeyUsage)
    assert usage.value.digital_signature  # type: ignore[attr-defined]
    assert usage.value.content_commitment  # type: ignore[attr-defined]
    (policy,) = extension(made, x509.CertificatePolicies).value  # type: ignore[attr-defined]
    assert policy.policy_identifier.dotted_string == "1.2.392.200149.8.5.1.1.20"
    assert list(policy.policy_qualifiers) == ["http://www.jpki.go.jp/cps.html"]
    facts = extension(made, x509.SubjectAlternativeName).value
    arcs = [one.type_id.dotted_string.rpartition(".")[2] for one in facts]  # type: ignore[attr-defined]
    assert arcs == ["1", "4", "3", "5", "2", "6"]
