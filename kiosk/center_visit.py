"""One visit with the centre: its keys, what the card signs, and whether what came back is for us.

All of it is gone with the visit's process. Failures are names (`CheckFailed.failure`); time comes
from the clock handed in.
"""

import secrets
from dataclasses import dataclass, field

from center.wire import endpoints
from center.wire.authentication import (
    METHOD,
    PROFILE,
    SKEW_S,
    card_reference,
    check_certificate,
)
from center.wire.canonical import encode
from center.wire.kinds import digest
from center.wire.messages import (
    Application,
    Authenticate,
    CardStatement,
    OpenVisit,
    Outcome,
    VisitOpened,
)
from center.wire.signed import Opened, Signer, open_signed, sign
from crypto.certificates import last_day, parse
from crypto.challenge import check_card_signature, statement_digest
from crypto.errors import CheckFailed
from crypto.keys import VisitKeys, make_visit_keys
from drivers.clock import Clock
from kiosk.center_client import CentreLine, CentreTrust
from kiosk.center_offers import Asked, Merged, Part, open_offers
from kiosk.document.expected import Expected, PledgedCopy
from kiosk.document.pledges import check_pledges
from kiosk.session import model as m

_NONCE_BYTES = 32
_ID_BYTES = 16
AT_ONCE, AT_THE_END = 0, 1
"""Numbers of a visit's outcomes (M10): of a failure while it goes on, and of its end."""
FRESH_S = 120
"""A challenge older than this is fetched again before the card is asked to sign."""


@dataclass(frozen=True, slots=True)
class _Authenticated:
    """After M6: what the form was made from, and what the application refers to."""

    auth: bytes
    offers: Merged = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Applied:
    """The application of this visit, and the choice it was made from."""

    choice: m.Choice
    message: Application
    digest: bytes
    part: Part = field(repr=False)
    """Of the server it goes to."""


class CentreVisit:
    """One visit with the centre. Not thread-safe: one thread asks, in order.

    `open`, then for the card `to_sign` and `signed`, then `offers`, then `apply`.
    """

    def __init__(self, line: CentreLine, trust: CentreTrust, clock: Clock) -> None:
        self._line = line
        self._trust = trust
        self._clock = clock
        self._keys: VisitKeys = make_visit_keys()
        self._opened: Opened[VisitOpened] | None = None
        self._calibration = ""
        self._envelope = b""
        self._statement = b""
        self._card = b""
        self._certificate = b""
        self._signature = b""
        self._held: _Authenticated | None = None
        self._application: _Applied | None = None

    def open(self, calibration: str = "") -> None:
        """Fetch the visit's challenge (M1, M2) and make sure that it is ours.

        Raises CheckFailed `visit.bad_signature`, `visit.not_for_us`, `clock.skewed`.
        """
        self._calibration = calibration
        at = self._now()
        nonce = secrets.token_bytes(_NONCE_BYTES)
        asked = encode(OpenVisit(nonce=nonce, at=at, calibration=calibration))
        envelope = self._line.post(endpoints.OPEN_VISIT, asked)
        opened = open_signed(
            VisitOpened, envelope, self._trust.statements.centres, at, "visit.bad_signature"
        )
        visit = opened.message
        ours = (nonce, self._trust.terminal, self._trust.terminal_key)
        if (visit.nonce, visit.terminal, visit.terminal_key) != ours:
            raise CheckFailed("visit.not_for_us", "it answers another terminal or question")
        if abs(visit.issued - self._now()) > SKEW_S:
            raise CheckFailed("clock.skewed", "the centre's clock and ours differ")
        self._opened, self._envelope = opened, envelope

    def ensure_fresh(self) -> None:
        """Fetch the challenge again if it is old. Call before the card is asked to sign."""
        opened = self._opened
        if opened is None or self._now() - opened.message.issued > FRESH_S:
            self.open(self._calibration)

    def check_card(self, certificate: bytes) -> None:
        """Before a PIN is asked for: could this certificate pass at all?

        Raises CheckFailed `certificate.issuer_unknown`, `certificate.not_user_authentication`,
        `certificate.expired`.
        """
        check_certificate(certificate, self._trust.cards, self._now())

    def to_sign(self, scope: str, certificate: bytes) -> bytes:
        """The digest the card signs: of our own statement, never of bytes of the centre's.

        Raises CheckFailed as `check_card`.
        """
        opened = self._need_opened()
        card = check_certificate(certificate, self._trust.cards, self._now())
        visit = opened.message
        self._card = card_reference(visit.visit, card.identity)
        self._certificate = certificate
        self._statement = encode(CardStatement(
            opened=opened.digest, visit=visit.visit, challenge=visit.challenge,
            terminal=visit.terminal, scope=scope, card=self._card, method=METHOD,
            profile=PROFILE, sign_key=self._keys.sign_public, seal_key=self._keys.seal_public,
            at=self._now(),
        ))  # fmt: skip
        return statement_digest(self._statement)

    def signed(self, signature: bytes) -> None:
        """Keep the card's signature. Raises CheckFailed `card.signature.invalid` unless it fits."""
        check_card_signature(
            parse(self._certificate), statement_digest(self._statement), signature,
            "card.signature.invalid",
        )  # fmt: skip
        self._signature = signature

    def offers(self) -> m.Offers:
        """The municipality's one answer (M4 to M6), of all its servers, as the form needs it.

        Raises CheckFailed `offers.*` and whatever the centre refuses with.
        """
        message = Authenticate(
            opened=self._envelope, statement=self._statement, signature=self._signature,
            certificate=self._certificate,
        )  # fmt: skip
        body = encode(message)
        auth = digest(Authenticate, body)
        asked = Asked(
            visit=self._need_opened().message.visit, auth=auth,
            last_day=last_day(parse(self._certificate)),
            municipalities=self._trust.statements.municipalities, seal=self._keys.seal,
        )  # fmt: skip
        offers = open_offers(self._line.post(endpoints.AUTHENTICATE, body), asked, self._now())
        self._held = _Authenticated(auth, offers)
        return offers.as_form()

    def apply(self, choice: m.Choice) -> bytes:
        """Prepare the application (M7); its digest names the transaction.

        Applied for once more, the same choice is the same application to the byte: what was
        made for it comes again, and nothing is issued twice.
        """
        if self._application is not None and self._application.choice == choice:
            return self._application.digest
        held = self._need_held()
        part, offer = held.offers.part_for(choice.certificate)
        application = Application(
            application=secrets.token_bytes(_ID_BYTES), attempt=1,
            auth=held.auth, offer=part.offers.digest,
            municipality=part.offers.message.municipality, server=offer.server,
            certificate=choice.certificate, kind=choice.kind, options=choice.items,
            persons=held.offers.persons(part, choice.persons), copies=choice.copies,
            fee_yen=choice.fee_yen, at=self._now(),
        )  # fmt: skip
        name = digest(Application, encode(application))
        self._application = _Applied(choice, application, name, part)
        return name

    def deliver(self) -> tuple[PledgedCopy, ...]:
        """Send the application, and hold what comes against it before any parser sees it.

        Raises CheckFailed `delivery.*`, `issue.*`, `document.altered`, `marks.altered` and
        whatever the centre refuses with.
        """
        application = self._need_application().message
        body = self._line.post(endpoints.APPLY, sign(application, Signer(self._keys.sign)))
        return check_pledges(
            body, self.expected(), self._trust.statements, self._keys.seal, self._now()
        )

    def expected(self) -> Expected:
        """What documents are held against."""
        applied = self._need_application()
        personal = applied.part.personal
        return Expected(
            visit=self._need_opened().message.visit, terminal=self._trust.terminal,
            card=self._card, application=applied.message, digest=applied.digest,
            names=tuple((one.ref, one.name) for one in personal.members),
            applicant=personal.applicant, birthday=personal.birthday,
        )  # fmt: skip

    def outcome(self, report: "Ended", sequence: int = AT_THE_END) -> bytes:
        """The outcome (M10) in canonical bytes, or b"" when there was no visit at the centre."""
        if self._opened is None:
            return b""
        name = self._application.digest if self._application else b""
        return encode(Outcome(
            visit=self._opened.message.visit, sequence=sequence, application=name,
            outcome=report.outcome, sheets=report.sheets, copies_delivered=report.copies,
            kept_yen=report.kept_yen, returned_yen=report.returned_yen,
            owed_yen=report.owed_yen, failure=report.failure, at=self._now(),
        ))  # fmt: skip

    def tell_at_once(self, failure: str) -> None:
        """Tell the centre now what failed, so that every other terminal is spared it.

        The outcome at the visit's end says it again. Raises as `CentreLine.post`.
        """
        body = self.outcome(Ended("refused", failure, 0, 0, 0, 0, 0), AT_ONCE)
        if body:
            self._line.post(endpoints.OUTCOME, body)

    def _need_opened(self) -> Opened[VisitOpened]:
        if self._opened is None:
            raise CheckFailed("visit.unknown", "no visit is open")
        return self._opened

    def _need_held(self) -> _Authenticated:
        if self._held is None:
            raise CheckFailed("application.other_offer", "there are no offers")
        return self._held

    def _need_application(self) -> _Applied:
        if self._application is None:
            raise CheckFailed("application.other_offer", "nothing was applied for")
        return self._application

    def _now(self) -> int:
        return int(self._clock.utc().timestamp())


@dataclass(frozen=True, slots=True)
class Ended:
    """How a visit ended, for the centre's statistics. No personal data."""

    outcome: str
    failure: str
    sheets: int
    copies: int
    kept_yen: int
    returned_yen: int
    owed_yen: int
