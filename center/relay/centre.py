"""The centre's four answers: visits, authentications, applications, outcomes. No wire."""

import contextlib
import logging
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from center.answered import Answered
from center.clock import Clock, utc_seconds
from center.http.refusals import FAILED
from center.relay.delivery import Dispatch
from center.relay.inspection import Expected
from center.relay.municipalities import Route, Routes
from center.relay.offering import check_part, gather
from center.relay.terminals import Terminal
from center.relay.visits import AuthenticatedVisit, Part, Visits
from center.store.store import Step, Store, Suspension
from center.wire.authentication import (
    SKEW_S,
    Authenticated,
    CardPolicy,
    check_authenticate,
    open_visit,
    revocation_question,
)
from center.wire.canonical import decode, encode
from center.wire.kinds import Envelope, digest
from center.wire.messages import (
    Application,
    Authenticate,
    AuthTicket,
    MergedOffers,
    OpenVisit,
    Outcome,
    VisitOpened,
)
from center.wire.mixups import may_be_mix_up
from center.wire.signed import Opened, Signer, open_by_key, sign
from crypto.errors import CheckFailed
from crypto.ocsp import Question
from crypto.roles import Trust

VISIT_VALID_S = 300
AUTHENTICATING, APPLYING, ENDING = "authenticate", "apply", "outcome"
_VISIT_BYTES = 16
_CHALLENGE_BYTES = 32
NOT_RECEIVED = "centre.timeout"
"""What must have happened at a terminal that asks for the same once more."""

log = logging.getLogger("center.relay")


class Validity(Protocol):
    """Asks the JPKI responder; `center.validity.client.OcspClient` is the one that ships."""

    def check(self, question: Question) -> bytes:
        """The answer (DER) that says "good". Raises CheckFailed."""
        ...


@dataclass(frozen=True, slots=True)
class Site:
    """One site of the centre: its name and what it signs its statements with."""

    name: str
    signer: Signer = field(repr=False)
    centres: Trust
    """Role CENTRE_STATEMENT: this site's and the other's."""


@dataclass(frozen=True, slots=True)
class Partners:
    """Whom the centre works with."""

    cards: CardPolicy
    validity: Validity
    routes: Routes


class Centre:
    """Thread-safe. A terminal is what its TLS certificate says, never what a body says."""

    def __init__(
        self, site: Site, partners: Partners, dispatch: Dispatch, store: Store, clock: Clock
    ) -> None:
        self._site = site
        self._partners = partners
        self._dispatch = dispatch
        self._store = store
        self._clock = clock
        self._visits = Visits()
        self._answered = Answered()

    def open_visit(self, terminal: Terminal, body: bytes) -> bytes:
        """M1 in, M2's envelope out. Every call opens another visit. Raises WireError."""
        asked = decode(OpenVisit, body)
        at = utc_seconds(self._clock)
        opened = VisitOpened(
            visit=secrets.token_bytes(_VISIT_BYTES),
            challenge=secrets.token_bytes(_CHALLENGE_BYTES),
            nonce=asked.nonce,
            terminal=terminal.name,
            terminal_key=terminal.key,
            site=self._site.name,
            issued=at,
            valid_s=VISIT_VALID_S,
        )
        self._visits.expect(opened.visit, asked.calibration, at + VISIT_VALID_S)
        self._dispatch.engraver.expect(asked.calibration)
        return sign(opened, self._site.signer)

    def authenticate(self, terminal: Terminal, body: bytes) -> bytes:
        """M4 in, M6 out: the offers of every server that knows the card.

        The same M4 again is answered again, another one is not.

        Raises WireError; CheckFailed `visit.*`, those of `check_authenticate`, of the validity
        check and of the municipality, `offers.*`, `suspended`.
        """
        at = utc_seconds(self._clock)
        message = decode(Authenticate, body)
        opened = open_visit(message.opened, self._site.centres, at, "visit.unknown")
        visit = opened.message
        if (visit.terminal, visit.terminal_key) != (terminal.name, terminal.key):
            raise CheckFailed("visit.other_terminal", "it was opened for another terminal")
        with self._watched(Step(visit.visit, AUTHENTICATING, terminal.name)):
            self._store.use_visit(visit.visit, digest(Authenticate, body), terminal.name, at)
            auth = check_authenticate(message, opened, self._partners.cards, at)
            evidence = self._partners.validity.check(revocation_question(auth))
            return self._ask_offers(terminal, auth, message, evidence)

    def apply(self, terminal: Terminal, body: bytes) -> bytes:
        """M7's envelope in, M9 out. An application is served once; the very same one sent again
        gets the very same answer, for three minutes.

        Raises WireError; CheckFailed `application.*`, `suspended`, those of the municipality
        and of `Dispatch.deliver`; what may be a mix-up suspends the municipality's server.
        """
        at = utc_seconds(self._clock)
        said = decode(Application, decode(Envelope, body).body)
        visit = self._visits.find(said.auth)
        if visit.terminal != terminal.name:
            raise CheckFailed("visit.other_terminal", "the visit is another terminal's")
        part = visit.part(said.municipality, said.server)
        names = (part.offers.municipality, part.server) if part else ("", "")
        step = Step(visit.visit, APPLYING, terminal.name, *names)
        with self._watched(step):
            opened = open_by_key(Application, body, visit.sign_key, "application.bad_signature")
            if part is None or opened.message.offer != part.offer:
                raise CheckFailed("application.other_offer", "it answers another offer")
            self._check_not_suspended(*names)
            answer, again = self._answered.answer(
                opened.digest, at, lambda: self._serve((visit, part), opened, body, at)
            )
            if again:
                self._store.note_failure(step, NOT_RECEIVED, at)
            return answer

    def report(self, terminal: Terminal, body: bytes) -> bytes:
        """M10 in, nothing out. Idempotent by (visit, sequence).

        Raises WireError; CheckFailed `visit.other_terminal`, `outcome.differs`.
        """
        outcome = decode(Outcome, body)
        if self._store.terminal_of(outcome.visit) not in {None, terminal.name}:
            raise CheckFailed("visit.other_terminal", "it reports another terminal's visit")
        at = utc_seconds(self._clock)
        server = self._store.server_of(outcome.application, terminal.name)
        # Told at once and told again at the visit's end: what was cleared in between stays so.
        if server is not None and not self._store.told(outcome.visit, outcome.failure):
            self._suspend_after(outcome.failure, *server)
        self._store.record(terminal.name, outcome)
        self._answered.forget(outcome.application)
        step = Step(outcome.visit, ENDING, terminal.name, *(server or ()))
        if outcome.failure:
            self._store.note_failure(step, outcome.failure, at)
        elif outcome.copies_delivered:
            self._succeeded(step, at)
        return b""

    @contextlib.contextmanager
    def _watched(self, step: Step) -> Iterator[None]:
        """Remember how a step of a visit went: an error, then a success, is looked into."""
        try:
            yield
        except BaseException as error:
            failure = error.failure if isinstance(error, CheckFailed) else FAILED
            self._store.note_failure(step, failure, utc_seconds(self._clock))
            raise
        self._succeeded(step, utc_seconds(self._clock))

    def _succeeded(self, step: Step, at: int) -> None:
        if self._store.note_success(step, at):
            log.warning("review: %s succeeded after a failure (%s)", step.name, step.terminal)

    def _ask_offers(
        self, terminal: Terminal, auth: Authenticated, message: Authenticate, evidence: bytes
    ) -> bytes:
        """M5 to the card's municipality, M6's envelope back, once it is what was asked for."""
        routes = self._partners.routes.for_card(auth.card.certificate, auth.statement.scope)
        ticket = AuthTicket(
            opened=message.opened,
            authenticate=encode(message),
            ocsp=evidence,
            municipality=routes[0].municipality,
            at=utc_seconds(self._clock),
        )
        signed = sign(ticket, self._site.signer)
        trust = self._dispatch.servers.statements

        def ask(route: Route) -> Part:
            self._check_not_suspended(route.municipality, route.server)
            envelope = route.service.offer(signed)
            return check_part(route, auth, envelope, trust, utc_seconds(self._clock))

        parts = gather(routes, ask)
        self._keep(terminal, auth, parts)
        return encode(MergedOffers(tuple(one.envelope for one in parts)))

    def _serve(
        self,
        asked: tuple[AuthenticatedVisit, Part],
        opened: Opened[Application],
        body: bytes,
        at: int,
    ) -> bytes:
        visit, part = asked
        if at > part.ends or abs(at - opened.message.at) > SKEW_S:
            raise CheckFailed("application.stale", "offer or application is too old")
        self._store.accept(opened.message, opened.digest, visit.terminal, at)
        route = self._partners.routes.find(part.offers.municipality, part.server)
        answer = self._deliver(visit, opened, route.service.issue(body))
        self._store.note_delivered(opened.digest, at)
        return answer

    def _deliver(
        self, visit: AuthenticatedVisit, opened: Opened[Application], issued: bytes
    ) -> bytes:
        names = (opened.message.municipality, opened.message.server)
        # Another terminal may have met a mix-up while this server was drawing.
        self._check_not_suspended(*names)
        try:
            return self._dispatch.deliver(Expected(visit, opened, utc_seconds(self._clock)), issued)
        except CheckFailed as refused:
            self._suspend_after(refused.failure, *names)
            raise

    def _keep(self, terminal: Terminal, auth: Authenticated, parts: tuple[Part, ...]) -> None:
        statement = auth.statement
        visit = AuthenticatedVisit(
            auth=auth.auth,
            visit=statement.visit,
            terminal=terminal.name,
            calibration=self._visits.calibration_of(statement.visit),
            card=statement.card,
            sign_key=statement.sign_key,
            seal_key=statement.seal_key,
            parts=parts,
        )
        self._visits.open(visit, utc_seconds(self._clock))

    def _check_not_suspended(self, municipality: str, server: str) -> None:
        names = {(one.municipality, one.server) for one in self._store.suspended()}
        if (municipality, server) in names:
            raise CheckFailed("suspended", "a named person has to clear it")

    def _suspend_after(self, failure: str, municipality: str, server: str) -> None:
        if may_be_mix_up(failure):
            at = utc_seconds(self._clock)
            self._store.suspend(Suspension(municipality, server, failure, at))
