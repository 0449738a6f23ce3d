"""The stand-in issuing server (証明発行サーバ): tickets to offers, applications to PDFs.

It believes the centre nothing: every check of the card is made here again. No wire; the wire is
`center.issuing.app`.
"""

import secrets
from dataclasses import dataclass

from center.answered import Answered
from center.clock import Clock, japan_time, utc_seconds
from center.issuing import orders
from center.issuing.copies import Order, Press, make_copy
from center.issuing.municipality import Municipality
from center.issuing.offers import offers_for
from center.issuing.registration import birthday_fits
from center.issuing.residents import Resident
from center.issuing.sessions import Session, Sessions
from center.wire.authentication import (
    SKEW_S,
    Authenticated,
    CardPolicy,
    check_authenticate,
    open_visit,
    revocation_question,
)
from center.wire.canonical import decode, encode
from center.wire.kinds import Envelope
from center.wire.messages import (
    Application,
    Authenticate,
    AuthTicket,
    Issued,
    Offers,
    Person,
    SealedOffers,
)
from center.wire.sealed import seal
from center.wire.signed import Opened, open_by_key, open_signed, sign
from crypto.certificates import last_day
from crypto.errors import CheckFailed
from crypto.ocsp import check_answer
from crypto.roles import Trust

OFFER_VALID_S = 1800
_REF_BYTES = 9


@dataclass(frozen=True, slots=True)
class IssuingTrust:
    """Whom the issuing server believes."""

    centres: Trust
    """Role CENTRE_STATEMENT."""
    cards: CardPolicy


class IssuingServer:
    """One municipality's server. Thread-safe."""

    def __init__(
        self, municipality: Municipality, press: Press, trust: IssuingTrust, clock: Clock
    ) -> None:
        self.municipality = municipality
        self._press = press
        self._trust = trust
        self._clock = clock
        self._sessions = Sessions()
        self._answered = Answered()

    def offer(self, ticket: bytes) -> bytes:
        """M5's envelope in, M6's envelope out.

        A repeated ticket opens its session anew. Raises WireError; CheckFailed: `ticket.*`,
        those of M4, `resident.unknown | ambiguous`, `registration.implausible`.
        """
        at = utc_seconds(self._clock)
        auth = self._check_ticket(ticket, at)
        applicant = self._press.registration.find(auth.card.identity)
        fits = birthday_fits(applicant, auth.card.certificate)
        if self.municipality.birthday_rule and not fits:
            raise CheckFailed("registration.implausible", "the certificate ends on another day")
        household = self._press.registration.household(applicant)
        refs = {secrets.token_urlsafe(_REF_BYTES): one for one in household}
        offers = self._offers(auth, applicant, refs, at)
        session = Session(
            auth=auth.auth,
            visit=auth.statement.visit,
            scope=auth.statement.scope,
            sign_key=auth.statement.sign_key,
            card=auth.statement.card,
            applicant=applicant,
            refs=refs,
            offers=offers,
        )
        self._sessions.open(session, at)
        return sign(offers, self._press.statements)

    def issue(self, envelope: bytes) -> bytes:
        """M7's envelope in, M8 out: a document a copy. The same id never issues twice; the very
        same application sent again gets what was made for it, for three minutes.

        Raises WireError; CheckFailed `application.bad_signature | replayed | other_offer |
        stale` and `municipality.hours`; FontError and FormError where a record cannot be drawn.
        """
        at = utc_seconds(self._clock)
        session = self._sessions.find(application_of(envelope).auth)
        opened = open_by_key(Application, envelope, session.sign_key, "application.bad_signature")
        answer, _ = self._answered.answer(
            opened.digest, at, lambda: self._issue(opened, session, at)
        )
        return answer

    def _issue(self, opened: Opened[Application], session: Session, at: int) -> bytes:
        application = opened.message
        self._check(opened, session, at)
        order = Order(
            application=opened,
            session=session,
            extract=orders.extract_of(application, session),
            at=at,
            day=japan_time(self._clock).date(),
        )
        with self._sessions.serving(application.application, opened.digest, session.ends):
            copies = tuple(
                make_copy(self._press, order, number + 1) for number in range(application.copies)
            )
        return encode(Issued(copies=copies))

    def _check_ticket(self, ticket: bytes, at: int) -> Authenticated:
        signed = open_signed(AuthTicket, ticket, self._trust.centres, at, "ticket.bad_signature")
        message = signed.message
        if message.municipality != self.municipality.code:
            raise CheckFailed("ticket.other_municipality", "the ticket is for another one")
        if abs(at - message.at) > SKEW_S:
            raise CheckFailed("ticket.stale", "the ticket's time is off")
        opened = open_visit(message.opened, self._trust.centres, at, "visit.unknown")
        authenticate = decode(Authenticate, message.authenticate)
        auth = check_authenticate(authenticate, opened, self._trust.cards, at)
        check_answer(revocation_question(auth), message.ocsp, at)
        return auth

    def _offers(
        self, auth: Authenticated, applicant: Resident, refs: dict[str, Resident], at: int
    ) -> Offers:
        names = {one.id: ref for ref, one in refs.items()}
        sealed = SealedOffers(
            applicant=names[applicant.id],
            birthday=applicant.birthday,
            validity_basis=self._basis(auth, applicant),
            members=tuple(Person(ref=ref, name=one.name) for ref, one in refs.items()),
            holds_individual_number=int(bool(applicant.individual_number)),
        )
        statement = auth.statement
        local = japan_time(self._clock)
        return Offers(
            visit=statement.visit,
            auth=auth.auth,
            municipality=self.municipality.code,
            municipality_name=self.municipality.name,
            certificates=offers_for(self.municipality, applicant, statement.scope, local),
            sealed=seal(sealed, statement.seal_key, statement.visit),
            issued=at,
            valid_s=OFFER_VALID_S,
        )

    def _basis(self, auth: Authenticated, applicant: Resident) -> str:
        """Whether the terminal may hold the birthday against the certificate's last day."""
        exact = last_day(auth.card.certificate) == applicant.birthday
        return "birthday" if exact else "other"

    def _check(self, opened: Opened[Application], session: Session, at: int) -> None:
        application = opened.message
        orders.check_application(application, session, at)
        local = japan_time(self._clock)
        offered = offers_for(self.municipality, session.applicant, session.scope, local)
        orders.check_still_open(offered, application.certificate)


def application_of(envelope: bytes) -> Application:
    """What an application says of itself, unproven: good for finding the key to prove it with.

    Raises WireError.
    """
    return decode(Application, decode(Envelope, envelope).body)
