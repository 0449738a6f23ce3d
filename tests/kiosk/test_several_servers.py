"""One card, two servers of its municipality: one form, and each application where it belongs.

The second server issues seal registrations alone, with keys of its own, and knows the household by
references of its own. Centre and servers in one process, the terminal's own code on top.
"""

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from center import demo
from center.clock import FixedClock
from center.issuing.copies import Press
from center.issuing.municipality import Municipality
from center.issuing.municipality import load as load_municipality
from center.issuing.registration import Link, Registration
from center.issuing.residents import load as load_residents
from center.issuing.server import IssuingServer, IssuingTrust
from center.pki import issue
from center.pki.cards import issued_cards
from center.pki.description import EndEntity
from center.pki.description import load as load_description
from center.pki.issue import Authority
from center.pki.layout import State
from center.pki.make import make
from center.relay.municipalities import Route
from center.store.store import Store, Suspension
from center.wire.canonical import decode, encode
from center.wire.endpoints import AUTHENTICATE
from center.wire.messages import MergedOffers
from center.wire.signed import Signer
from crypto.errors import CheckFailed
from crypto.keys import private_from_pem
from crypto.pdf_signature import DocumentSigner, sign_pdf
from crypto.roles import Role
from drivers.clock import VirtualClock
from kiosk.center_client import CentreLine, CentreTrust, load_trust
from kiosk.center_visit import CentreVisit
from kiosk.document.examiner import Examiner
from kiosk.runtime.visit_centre import job_for
from kiosk.session import model as m
from tests.center.assembly import Assembly, Parts, assemble
from tests.center.software_terminal import SoftwareCard
from tests.kiosk.centre_at_work import NOON, config_for

SEALS = "seals"
CARD = "yamada-hanako"


@pytest.fixture(scope="module")
def state() -> Iterator[State]:
    root = Path(tempfile.mkdtemp(prefix="k"))
    made = State(root)
    make(made, NOON)
    yield made
    shutil.rmtree(root)


def second_press(state: State, holder: str = CARD) -> Press:
    """The second server's: keys of its own, the card linked to `holder`."""
    key = private_from_pem(state.key("municipalities").read_bytes())
    root = Authority(demo._certificate(state, "municipalities"), key)

    def pair(role: Role, kind: str) -> tuple[object, object]:
        made = issue.make_key(kind)
        what = EndEntity("x", "municipalities", role, ("99201", SEALS), kind)
        return made, issue.issue_ours(what, made, root, issue.validity(NOON, 30))

    says, said = pair(Role.MUNICIPALITY_STATEMENT, "ed25519")
    draws, drawn = pair(Role.MUNICIPALITY_DOCUMENT, "rsa-2048")
    assert isinstance(says, Ed25519PrivateKey)
    assert isinstance(draws, RSAPrivateKey)
    signer = DocumentSigner(draws, drawn)  # type: ignore[arg-type]
    residents = load_residents()
    card = next(
        one for one in issued_cards(state, load_description(), residents) if one.resident == CARD
    )
    return replace(
        demo._press(state, load_municipality()),
        registration=Registration([Link(card.identity, holder)], residents),
        statements=Signer(says, said.public_bytes(Encoding.DER)),  # type: ignore[attr-defined]
        sign_pdf=lambda pdf, at: sign_pdf(pdf, signer, at),
    )


def only(certificate: str, server: str = "main") -> Municipality:
    whole = load_municipality()
    offered = tuple(one for one in whole.certificates if one.id == certificate)
    return replace(whole, server=server, certificates=offered)


class Direct(CentreLine):
    """The line, into an assembly; a test may bend what comes back from one path."""

    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly
        self.bend: Callable[[bytes], bytes] = bytes

    def post(self, path: str, body: bytes) -> bytes:
        answer = self._assembly.post(path, body)
        return self.bend(answer) if path == AUTHENTICATE else answer


@dataclass
class Two:
    """The terminal, a centre, and two servers."""

    state: State
    store: Store
    line: Direct
    trust: CentreTrust
    clock: VirtualClock

    def authenticated(self) -> tuple[CentreVisit, m.Offers]:
        visit = CentreVisit(self.line, self.trust, self.clock)
        card = SoftwareCard(self.state.card(CARD), self.trust.cards.authorities)
        visit.open()
        visit.signed(card.sign(visit.to_sign("residence", card.der)))
        return visit, visit.offers()


def two(state: State, store: Store, holder: str = CARD, rule: bool = True) -> Two:
    clock = FixedClock(NOON)
    trust = IssuingTrust(
        demo._trust(state, "centre-statements", Role.CENTRE_STATEMENT), demo._cards(state)
    )
    seals = replace(only("seal_registration", SEALS), birthday_rule=rule)
    server = IssuingServer(seals, second_press(state, holder), trust, clock)
    parts = Parts(
        municipality=only("resident_record"), more=(Route("99201", SEALS, server),)
    )  # fmt: skip
    line = Direct(assemble(state, clock, store, parts))
    return Two(state, store, line, load_trust(config_for(state, ())), VirtualClock(NOON))


@pytest.fixture
def store() -> Iterator[Store]:
    with contextlib.closing(Store(":memory:")) as made:
        yield made


def failure_of(call: Callable[[], object]) -> str:
    with pytest.raises(CheckFailed) as failed:
        call()
    return failed.value.failure


@pytest.mark.parametrize(
    ("certificate", "kind", "server"),
    [("resident_record", "self", "main"), ("seal_registration", "", SEALS)],
)
def test_each_certificate_comes_from_the_server_that_offers_it(
    state: State, store: Store, certificate: str, kind: str, server: str
) -> None:
    bench = two(state, store)
    visit, offers = bench.authenticated()
    assert {one.certificate for one in offers.offers} == {"resident_record", "seal_registration"}
    offer = offers.offer(certificate)
    assert offer is not None
    choice = m.Choice(certificate, kind, (), (offers.applicant,), 1, offer.fee_yen)
    visit.apply(choice)
    (copy,) = visit.deliver()
    expected = visit.expected()
    assert expected.application.server == server
    assert expected.application.persons == (expected.applicant,)
    with Examiner() as child:
        assert child.examine(job_for(copy, expected, bench.trust, bench.clock))


def test_a_household_is_known_to_each_server_by_names_of_its_own(
    state: State, store: Store
) -> None:
    visit, offers = two(state, store).authenticated()
    held = visit._need_held().offers
    ours, theirs = held.parts
    refs = held.refs(theirs)
    assert set(refs) == {one.ref for one in offers.members}
    assert not set(refs) & set(refs.values())
    known = {one.ref: one.name for one in theirs.personal.members}
    assert {ref: known[other] for ref, other in refs.items()} == {
        one.ref: one.name for one in ours.personal.members
    }
    assert failure_of(lambda: held.persons(theirs, ("nobody",))) == "application.other_offer"


def test_a_server_that_is_suspended_takes_its_own_certificates_away_and_no_others(
    state: State, store: Store
) -> None:
    bench = two(state, store)
    store.suspend(Suspension("99201", SEALS, "text.other_person", 1))
    _, offers = bench.authenticated()
    assert [one.certificate for one in offers.offers] == ["resident_record"]
    store.suspend(Suspension("99201", "main", "text.other_person", 1))
    assert failure_of(bench.authenticated) == "suspended"


def test_two_servers_that_know_the_card_as_different_people(state: State, store: Store) -> None:
    bench = two(state, store, "takasaki-noboru", rule=False)
    assert failure_of(bench.authenticated) == "offers.other_person"


def test_with_its_rule_on_the_wrong_server_says_so_itself(state: State, store: Store) -> None:
    bench = two(state, store, "takasaki-noboru")
    assert failure_of(bench.authenticated) == "registration.implausible"


@pytest.mark.parametrize(
    ("bend", "failure"),
    [
        (lambda parts: (parts[0], parts[0]), "offers.other_municipality"),
        (lambda parts: (parts[1], parts[0], parts[1]), "offers.other_municipality"),
        (lambda _: (), "offers.none"),
    ],
)
def test_a_centre_that_puts_the_parts_together_wrongly(
    state: State,
    store: Store,
    bend: Callable[[tuple[bytes, ...]], tuple[bytes, ...]],
    failure: str,
) -> None:
    bench = two(state, store)
    bench.line.bend = lambda answer: encode(MergedOffers(bend(decode(MergedOffers, answer).parts)))
    assert failure_of(bench.authenticated) == failure


def test_the_order_of_the_parts_does_not_matter(state: State, store: Store) -> None:
    bench = two(state, store)
    bench.line.bend = lambda answer: encode(MergedOffers(decode(MergedOffers, answer).parts[::-1]))
    visit, offers = bench.authenticated()
    choice = m.Choice("seal_registration", "", (), (offers.applicant,), 1, 250)
    visit.apply(choice)
    assert len(visit.deliver()) == 1
    assert visit.expected().application.server == SEALS
