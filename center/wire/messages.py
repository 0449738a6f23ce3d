"""The messages between terminal (T), centre (C) and issuing server (G), M1 to M10.

Values only; no I/O, no clock. How they become bytes is `center.wire.canonical`; how the exact
bytes are signed is `center.wire.signed`. Times are UTC seconds, bytes are `bytes` (base64url
on the wire), digests are SHA-256. Field order here does not matter: the wire sorts keys.
No personal data stands outside the sealed parts (`SealedOffers`) and the documents.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class OpenVisit:
    """M1, T to C. The terminal is known from its TLS certificate, from nothing in here."""

    nonce: bytes
    at: int
    calibration: str
    """Calibration id of the printer, "" when uncalibrated."""


@dataclass(frozen=True, slots=True)
class VisitOpened:
    """M2, C to T, signed by the centre (statements). Self-contained: the other site goes on."""

    visit: bytes
    challenge: bytes
    nonce: bytes
    terminal: str
    terminal_key: bytes
    """SHA-256 of the terminal's TLS public key (SubjectPublicKeyInfo)."""
    site: str
    issued: int
    valid_s: int


@dataclass(frozen=True, slots=True)
class CardStatement:
    """M3. What the card signs: SHA-256 of PAE("visit-auth/1", canonical bytes of this)."""

    opened: bytes
    """D(M2)."""
    visit: bytes
    challenge: bytes
    terminal: str
    scope: str
    """"residence" (住所地) or "domicile" (本籍地)."""
    card: bytes
    """D("card-ref/1", {visit, issuer key hash, serial}): per visit, not linkable."""
    method: str
    """"jpki"."""
    profile: str
    """"my_number"."""
    sign_key: bytes
    """Ed25519 public key made by this visit, raw 32 bytes."""
    seal_key: bytes
    """X25519 public key made by this visit, raw 32 bytes."""
    at: int


@dataclass(frozen=True, slots=True)
class CardReference:
    """The body behind `card`: hashed, never sent."""

    visit: bytes
    issuer_key: bytes
    serial: bytes


@dataclass(frozen=True, slots=True)
class Authenticate:
    """M4, T to C."""

    opened: bytes = field(repr=False)
    """M2 as received (signed envelope)."""
    statement: bytes = field(repr=False)
    """Canonical bytes of `CardStatement`."""
    signature: bytes = field(repr=False)
    certificate: bytes = field(repr=False)
    """DER of the user-authentication certificate."""


@dataclass(frozen=True, slots=True)
class AuthTicket:
    """M5, C to G, signed by the centre."""

    opened: bytes = field(repr=False)
    authenticate: bytes = field(repr=False)
    """M4's canonical bytes."""
    ocsp: bytes = field(repr=False)
    municipality: str
    at: int


@dataclass(frozen=True, slots=True)
class OptionOffer:
    """One switch of a certificate (`household_head`, `domicile`, `individual_number`, ...)."""

    id: str
    default: str
    """"off" or "on"."""
    warning: str
    """"" or the catalogue key of a warning that must be confirmed when it is chosen."""


@dataclass(frozen=True, slots=True)
class CertificateOffer:
    """One certificate the municipality would issue now."""

    id: str
    """`resident_record` (住民票の写し), `seal_registration` (印鑑登録証明書), ..."""
    server: str
    fee_yen: int
    copies_max: int
    kinds: tuple[str, ...]
    """() or of "self", "household", "part"."""
    options: tuple[OptionOffer, ...]
    languages: tuple[str, ...]
    message: tuple[tuple[str, str], ...]
    """(language, text) pairs; Japanese only where just "ja" stands."""
    hours: str
    """"HH:MM-HH:MM" Japan time, today; "" when all of the service hours."""
    unavailable: str
    """"" or why not now: "hours", "maintenance"."""


@dataclass(frozen=True, slots=True)
class Offers:
    """M6's public part, signed by G inside the envelope."""

    visit: bytes
    auth: bytes
    """D(M4), which the terminal can check; it never sees M5."""
    municipality: str
    municipality_name: str
    certificates: tuple[CertificateOffer, ...]
    sealed: bytes = field(repr=False)
    """`SealedOffers` to the visit's seal_key (HPKE)."""
    issued: int = 0
    valid_s: int = 1800


@dataclass(frozen=True, slots=True)
class MergedOffers:
    """M6 as C passes it on: what every server of the municipality that knows the card offers.

    Each part is a server's own envelope, as it signed it; C puts them side by side, can change
    none, and cannot read what they seal.
    """

    parts: tuple[bytes, ...] = field(repr=False)
    """Signed envelopes of `Offers`."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the household as offered. `ref` is random per visit."""

    ref: str
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SealedOffers:
    """M6's personal part; only the visit can open it."""

    applicant: str
    """ref of the card holder; `members` holds their name."""
    birthday: str = field(repr=False)
    """MMDD."""
    validity_basis: str = "birthday"
    """"birthday": notAfter ends on the birthday; "other": the rule does not apply."""
    members: tuple[Person, ...] = ()
    holds_individual_number: int = 0


@dataclass(frozen=True, slots=True)
class Application:
    """M7, T to C to G, signed by the visit's sign_key. No personal data."""

    application: bytes
    attempt: int
    """1, unless a terminal changes an application without giving it another id. Asking for a
    lost answer is no attempt: the same bytes are sent again."""
    auth: bytes
    """SHA-256 of M4's canonical bytes (D)."""
    offer: bytes
    """D(M6)."""
    municipality: str
    server: str
    certificate: str
    kind: str
    options: tuple[str, ...]
    """Ids of the options chosen, sorted."""
    persons: tuple[str, ...]
    """refs, sorted."""
    copies: int
    fee_yen: int
    """Of all copies together."""
    at: int


@dataclass(frozen=True, slots=True)
class IssueStatement:
    """Signed by G, made FROM THE REQUEST."""

    application: bytes
    """D(M7)."""
    auth: bytes
    card: bytes
    municipality: str
    server: str
    certificate: str
    kind: str
    options: tuple[str, ...]
    persons: tuple[str, ...]
    copy: int
    copies: int
    fee_yen: int
    document: bytes
    """SHA-256 of the PDF."""
    document_id: str
    length: int
    pages: int
    issued: int
    valid_s: int


@dataclass(frozen=True, slots=True)
class Stamp:
    """Inside the PDF, under its signature, made FROM THE RECORD THAT WAS DRAWN."""

    application: bytes
    card: bytes
    certificate: str
    kind: str
    options: tuple[str, ...]
    persons: tuple[str, ...]
    pages: int
    document_id: str


@dataclass(frozen=True, slots=True)
class IssuedCopy:
    """One copy: a document of its own."""

    statement: bytes = field(repr=False)
    """Signed envelope of `IssueStatement`."""
    pdf: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Issued:
    """M8, G to C."""

    copies: tuple[IssuedCopy, ...]


@dataclass(frozen=True, slots=True)
class DeliveredCopy:
    """One copy on its way to paper."""

    statement: bytes = field(repr=False)
    pdf: bytes = field(repr=False)
    marks: bytes = field(repr=False)
    """PDF of 2 x pages: front overlay and back of every sheet in turn."""


@dataclass(frozen=True, slots=True)
class CopyDigest:
    """What the centre signs of one copy."""

    issue: bytes
    """D(IssueStatement)."""
    document: bytes
    marks: bytes
    document_id: str
    sheets: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """M9's statement, signed by the centre."""

    visit: bytes
    terminal: str
    application: bytes
    attempt: int
    copies: tuple[CopyDigest, ...]
    issued: int


@dataclass(frozen=True, slots=True)
class Delivered:
    """M9, C to T: the signed statement, and the copies sealed to the visit's seal_key."""

    delivery: bytes = field(repr=False)
    sealed: bytes = field(repr=False)
    """HPKE of `DeliveredCopies`."""


@dataclass(frozen=True, slots=True)
class DeliveredCopies:
    """What is sealed."""

    copies: tuple[DeliveredCopy, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """M10, T to C. Idempotent by (visit, sequence). No personal data."""

    visit: bytes
    sequence: int
    """0: a failure that may be a mix-up, told at once; 1: the visit's end; 2: the supervisor's
    word for a visit that died. The highest on an application counts."""
    application: bytes
    """D(M7), or b"" when there was none."""
    outcome: str
    sheets: int
    copies_delivered: int
    kept_yen: int
    returned_yen: int
    owed_yen: int
    failure: str
    at: int


@dataclass(frozen=True, slots=True)
class RenewIdentity:
    """T to C, outside of any visit: a certificate for the terminal's next TLS key, please."""

    request: bytes
    """PKCS #10 (DER), signed by the next key. The name in it counts for nothing."""


@dataclass(frozen=True, slots=True)
class RenewedIdentity:
    """C to T."""

    certificate: bytes
    """DER, for the terminal that the TLS certificate of the request names."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Any request's answer when it is refused: a failure's name and nothing else."""

    failure: str
    """A name of `docs/generated/failures.md`, e.g. `certificate.revoked`."""
    message: tuple[tuple[str, str], ...] = ()
    """The municipality's own words, (language, text), where it has any."""
