"""The issuing server believes the centre nothing: what it refuses before and after an offer."""

from dataclasses import dataclass, replace

import pytest

from center.clock import FixedClock, utc_seconds
from center.demo import _cards, _press, _signer, _trust
from center.issuing.municipality import Municipality
from center.issuing.municipality import load as load_municipality
from center.issuing.registration import Link, Registration
from center.issuing.residents import load as load_residents
from center.issuing.server import IssuingServer, IssuingTrust
from center.pki import description as pki_description
from center.pki.layout import State
from center.validity.responder import Responder, authorities
from center.wire.authentication import check_authenticate, revocation_question
from center.wire.canonical import decode
from center.wire.kinds import digest
from center.wire.messages import Authenticate, AuthTicket, Offers, VisitOpened
from center.wire.signed import Opened, open_signed, sign
from crypto.errors import CheckFailed
from crypto.roles import Role
from tests.center.conftest import NOON
from tests.center.software_terminal import Visit, body_of


@dataclass
class Bench:
    state: State
    clock: FixedClock

    def server(
        self, municipality: Municipality | None = None, links: list[Link] | None = None
    ) -> IssuingServer:
        chosen = municipality or load_municipality()
        press = _press(self.state, chosen)
        if links is not None:
            press = replace(press, registration=Registration(links, load_residents()))
        centres = _trust(self.state, "centre-statements", Role.CENTRE_STATEMENT)
        return IssuingServer(chosen, press, IssuingTrust(centres, _cards(self.state)), self.clock)

    def visit(self, card: str = "yamada-hanako") -> Visit:
        visit = Visit(self.state, card, self.clock)
        opened = VisitOpened(
            visit=b"v" * 16,
            challenge=b"c" * 32,
            nonce=b"n" * 32,
            terminal="kiosk-0001",
            terminal_key=b"k" * 32,
            site="east",
            issued=utc_seconds(self.clock),
            valid_s=300,
        )
        visit.envelope = sign(opened, _signer(self.state, "centre-statement"))
        visit.opened = Opened(opened, digest(VisitOpened, body_of(visit.envelope)))
        return visit

    def evidence(self, visit: Visit, body: bytes) -> bytes:
        """The responder's true answer about the visit's card."""
        checked = check_authenticate(
            decode(Authenticate, body), visit.opened, _cards(self.state), visit.at()
        )
        question = revocation_question(checked)
        responder = Responder(authorities(self.state, pki_description.load()), self.clock)
        return responder.answer(question.encode())

    def ticket(self, visit: Visit, signer: str = "centre-statement", **bent: object) -> bytes:
        body = visit.authentication()
        made = AuthTicket(
            opened=visit.envelope,
            authenticate=body,
            ocsp=b"" if "ocsp" in bent else self.evidence(visit, body),
            municipality="99201",
            at=visit.at(),
        )
        return sign(replace(made, **bent), _signer(self.state, signer))  # type: ignore[arg-type]


@pytest.fixture
def bench(pki_state: State) -> Bench:
    return Bench(pki_state, FixedClock(NOON))


def refused(server: IssuingServer, ticket: bytes) -> str:
    with pytest.raises(CheckFailed) as caught:
        server.offer(ticket)
    return caught.value.failure


def test_a_right_ticket_gets_an_offer(bench: Bench) -> None:
    answer = bench.server().offer(bench.ticket(bench.visit()))
    trust = _trust(bench.state, "municipalities", Role.MUNICIPALITY_STATEMENT)
    opened = open_signed(Offers, answer, trust, utc_seconds(bench.clock), "offers.bad_signature")
    assert opened.message.municipality_name == "見本市"
    assert opened.holder is not None
    assert opened.holder.names == ("99201", "main")


def test_a_ticket_that_is_not_the_centres(bench: Bench) -> None:
    ticket = bench.ticket(bench.visit(), signer="municipality-statement")
    assert refused(bench.server(), ticket) == "ticket.bad_signature"


def test_a_ticket_for_another_municipality(bench: Bench) -> None:
    ticket = bench.ticket(bench.visit(), municipality="99202")
    assert refused(bench.server(), ticket) == "ticket.other_municipality"


def test_an_old_ticket(bench: Bench) -> None:
    ticket = bench.ticket(bench.visit())
    bench.clock.advance(121)
    assert refused(bench.server(), ticket) == "ticket.stale"


def test_a_ticket_without_proof_of_validity(bench: Bench) -> None:
    assert refused(bench.server(), bench.ticket(bench.visit(), ocsp=b"")) == "jpki.response_invalid"


def test_proof_about_another_card(bench: Bench) -> None:
    other = bench.visit("yamada-taro")
    evidence = bench.evidence(other, other.authentication())
    ticket = bench.ticket(bench.visit(), ocsp=evidence)
    assert refused(bench.server(), ticket) == "jpki.response_invalid"


def test_a_revoked_card_under_a_centre_that_looked_away(bench: Bench) -> None:
    ticket = bench.ticket(bench.visit("tsujimoto-megumi"))
    assert refused(bench.server(), ticket) == "certificate.revoked"


def test_an_authentication_of_another_visit(bench: Bench) -> None:
    visit = bench.visit()
    body = visit.authentication(visit.statement(challenge=b"x" * 32))
    ticket = bench.ticket(visit, authenticate=body)
    assert refused(bench.server(), ticket) == "auth.bad_signature"


def test_a_card_linked_to_two_records(bench: Bench) -> None:
    visit = bench.visit()
    identity = visit.card.identity
    links = [Link(identity, "yamada-hanako"), Link(identity, "yamada-taro")]
    assert refused(bench.server(links=links), bench.ticket(visit)) == "resident.ambiguous"


def test_a_card_linked_to_the_wrong_record(bench: Bench) -> None:
    visit = bench.visit()
    links = [Link(visit.card.identity, "yamada-taro")]
    ticket = bench.ticket(visit)
    assert refused(bench.server(links=links), ticket) == "registration.implausible"


def test_the_birthday_rule_can_be_switched_off(bench: Bench) -> None:
    visit = bench.visit()
    lenient = replace(load_municipality(), birthday_rule=False)
    links = [Link(visit.card.identity, "yamada-taro")]
    assert bench.server(lenient, links).offer(bench.ticket(visit))
