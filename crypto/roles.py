"""What a certificate of ours may be used for, and for nothing else. No wire, no clock.

Two fences, either of which suffices: every family of roles has roots of its own, and every
certificate names its one role and its holder in a URI of its subjectAltName. So a terminal's
certificate signs no statement, and one municipality's server is not another's, even where
roots were mixed up in a configuration.
The residents' certificates are not ours and carry no such URI: for them see
`crypto.certificates.check_user_authentication`.

Source: RFC 5280 §4.2.1.3, §4.2.1.6, §4.2.1.12; RFC 4151 for tag URIs.
"""

import enum
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from crypto.certificates import check_time, extension, find_issuer, is_authority
from crypto.errors import CheckFailed

TAG = "tag:kiosk.example,2026:"


class Role(enum.StrEnum):
    """The one thing a certificate is for."""

    TERMINAL = "terminal"
    """TLS client; names: terminal id."""
    CENTRE_TLS = "centre-tls"
    """TLS server of the centre; names: site."""
    CENTRE_CLIENT = "centre-client"
    """The centre as TLS client of the municipalities; names: site."""
    CENTRE_STATEMENT = "centre-statement"
    """Signs what the centre says (M2, M5, M9); names: site."""
    MUNICIPALITY_TLS = "municipality-tls"
    """TLS server of an issuing server; names: municipality code, server id."""
    MUNICIPALITY_STATEMENT = "municipality-statement"
    """Signs offers and issue statements; names: municipality code, server id."""
    MUNICIPALITY_DOCUMENT = "municipality-document"
    """Signs certificates as PDF; names: municipality code, server id."""
    STAFF = "staff"
    """A named person of the operator; names: person's id."""
    UPDATE = "update"
    """Signs firmware; names: publisher."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a certificate of a role must look like."""

    names: int
    """How many names the URI carries after the role."""
    usage: x509.ObjectIdentifier | None = None
    """The extended key usage that must be there; None: none may be there."""


_CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH
_SERVER = ExtendedKeyUsageOID.SERVER_AUTH

PROFILES: dict[Role, Profile] = {
    Role.TERMINAL: Profile(1, _CLIENT),
    Role.CENTRE_TLS: Profile(1, _SERVER),
    Role.CENTRE_CLIENT: Profile(1, _CLIENT),
    Role.CENTRE_STATEMENT: Profile(1),
    Role.MUNICIPALITY_TLS: Profile(2, _SERVER),
    Role.MUNICIPALITY_STATEMENT: Profile(2),
    Role.MUNICIPALITY_DOCUMENT: Profile(2),
    Role.STAFF: Profile(1, _CLIENT),
    Role.UPDATE: Profile(1),
}


@dataclass(frozen=True, slots=True)
class Trust:
    """Who is believed in one role: its roots."""

    role: Role
    roots: tuple[x509.Certificate, ...]


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a certificate names: role and names (see `Role`)."""

    role: Role
    names: tuple[str, ...]

    @property
    def uri(self) -> str:
        """The URI that stands in the certificate."""
        return TAG + "/".join((self.role.value, *self.names))


def check_role(certificate: x509.Certificate, trust: Trust, at: int) -> Holder:
    """The holder of `certificate`, if it is one of `trust.role` under `trust.roots` at `at`.

    Raises CheckFailed: `certificate.issuer_unknown`, `certificate.expired` (the root's time
    counts too), `certificate.wrong_role`.
    """
    root = find_issuer(certificate, trust.roots)
    check_time(certificate, at)
    check_time(root, at)
    return _holder(certificate, trust.role)


def _holder(certificate: x509.Certificate, role: Role) -> Holder:
    profile = PROFILES[role]
    names = _named(certificate, role)
    demands = (
        names is not None and len(names) == profile.names and all(names),
        not is_authority(certificate),
        _signs_only(certificate),
        _usages(certificate) == ({profile.usage} if profile.usage else set()),
    )
    if names is None or not all(demands):
        raise CheckFailed("certificate.wrong_role", f"it is not a {role.value} certificate")
    return Holder(role, names)


def _named(certificate: x509.Certificate, role: Role) -> tuple[str, ...] | None:
    """The names behind `role`, or None unless exactly one of our URIs is there, and is it."""
    san = extension(certificate, x509.SubjectAlternativeName)
    uris = san.get_values_for_type(x509.UniformResourceIdentifier) if san else []
    ours = [uri.removeprefix(TAG).split("/") for uri in uris if uri.startswith(TAG)]
    if len(ours) != 1 or ours[0][0] != role.value:
        return None
    return tuple(ours[0][1:])


def _signs_only(certificate: x509.Certificate) -> bool:
    usage = extension(certificate, x509.KeyUsage)
    return usage is not None and usage.digital_signature and not usage.key_cert_sign


def _usages(certificate: x509.Certificate) -> set[x509.ObjectIdentifier]:
    return set(extension(certificate, x509.ExtendedKeyUsage) or ())
