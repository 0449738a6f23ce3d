"""The card's part of a visit: what it states (M3), and how that is checked (M4).

Terminal, centre and issuing server use the same functions, so nobody checks less than the
others. The revocation answer comes after this (`crypto.ocsp`). No I/O; time is an argument.
"""

from dataclasses import dataclass, field

from cryptography import x509

from center.wire.canonical import decode, encode
from center.wire.kinds import digest
from center.wire.messages import Authenticate, CardReference, CardStatement, VisitOpened
from center.wire.signed import Opened, open_signed
from crypto import certificates, pae
from crypto.certificates import Identity
from crypto.challenge import check_card_signature, statement_digest
from crypto.errors import CheckFailed
from crypto.ocsp import Question
from crypto.roles import Trust

USER_AUTHENTICATION_POLICY = "1.2.392.200149.8.5.1.3.30"
"""利用者証明用電子証明書 on a My Number card."""
METHOD = "jpki"
PROFILE = "my_number"
SCOPES = ("residence", "domicile")
SKEW_S = 120
"""How far the terminal's clock may be off the centre's."""


@dataclass(frozen=True, slots=True)
class CardPolicy:
    """Which cards are let in: authorities (all generations) and certificate policies."""

    authorities: tuple[x509.Certificate, ...]
    policies: frozenset[str] = frozenset({USER_AUTHENTICATION_POLICY})


@dataclass(frozen=True, slots=True)
class Card:
    """A certificate that is what it must be, apart from revocation."""

    certificate: x509.Certificate = field(repr=False)
    issuer: x509.Certificate = field(repr=False)
    identity: Identity


@dataclass(frozen=True, slots=True)
class Authenticated:
    """M4 after every check but revocation."""

    opened: Opened[VisitOpened]
    statement: CardStatement
    card: Card
    auth: bytes
    """D(M4)."""


def card_reference(visit: bytes, identity: Identity) -> bytes:
    """Names the card within one visit; two visits' references cannot be linked."""
    body = encode(CardReference(visit, identity.issuer_key, identity.serial_bytes))
    return digest(CardReference, body)


def open_visit(envelope: bytes, centres: Trust, at: int, failure: str) -> Opened[VisitOpened]:
    """M2 out of its envelope, within its time.

    Raises WireError; CheckFailed `failure` (`visit.bad_signature` at the terminal,
    `visit.unknown` behind it) and `visit.expired`.
    """
    opened = open_signed(VisitOpened, envelope, centres, at, failure)
    if at > opened.message.issued + opened.message.valid_s:
        raise CheckFailed("visit.expired", "its time has run out")
    return opened


def check_certificate(der: bytes, policy: CardPolicy, at: int) -> Card:
    """The card behind `der`.

    Raises CheckFailed, in this order: `certificate.issuer_unknown`,
    `certificate.not_user_authentication`, `certificate.expired`.
    """
    certificate = certificates.parse(der)
    issuer = certificates.find_issuer(certificate, policy.authorities)
    certificates.check_user_authentication(certificate, policy.policies)
    certificates.check_time(certificate, at)
    certificates.check_time(issuer, at)
    return Card(certificate, issuer, certificates.identify(certificate, issuer))


def check_authenticate(
    message: Authenticate, opened: Opened[VisitOpened], policy: CardPolicy, at: int
) -> Authenticated:
    """Every check of M4 between the visit's (the caller's, it has the state) and revocation's.

    Raises WireError for a statement that is not canonical; CheckFailed as `check_certificate`,
    then `auth.bad_signature` (signature, or the statement is about another visit) and
    `auth.other_card`.
    """
    card = check_certificate(message.certificate, policy, at)
    check_card_signature(
        card.certificate,
        statement_digest(message.statement),
        message.signature,
        "auth.bad_signature",
    )
    statement = decode(CardStatement, message.statement)
    _check_statement(statement, opened)
    if statement.card != card_reference(opened.message.visit, card.identity):
        raise CheckFailed("auth.other_card", "the statement names another card")
    return Authenticated(opened, statement, card, digest(Authenticate, encode(message)))


def revocation_question(of: Authenticated) -> Question:
    """What is asked about the card's revocation.

    The nonce follows from M4, so the issuing server can tell that the answer it is handed was
    given to this very authentication, not to another one or earlier.
    """
    nonce = pae.digest("ocsp-nonce/1", of.auth)
    return Question(of.card.certificate, of.card.issuer, nonce)


def _check_statement(statement: CardStatement, opened: Opened[VisitOpened]) -> None:
    visit = opened.message
    demands = (
        (statement.opened == opened.digest, "opened"),
        (statement.visit == visit.visit, "visit"),
        (statement.challenge == visit.challenge, "challenge"),
        (statement.terminal == visit.terminal, "terminal"),
        (statement.scope in SCOPES, "scope"),
        (statement.method == METHOD, "method"),
        (statement.profile == PROFILE, "profile"),
        (visit.issued - SKEW_S <= statement.at <= visit.issued + visit.valid_s + SKEW_S, "at"),
    )
    for holds, what in demands:
        if not holds:
            raise CheckFailed("auth.bad_signature", f"the statement's {what} is another visit's")
