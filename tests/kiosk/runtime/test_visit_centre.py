"""The centre's thread with a real centre: what is held, what is dropped, what is erased."""

import queue
from collections.abc import Iterator

import pytest

from kiosk.center_client import CentreLine
from kiosk.center_visit import Ended
from kiosk.runtime.visit_centre import CentreThread
from kiosk.session import events as ev
from kiosk.session.model import Choice
from kiosk.vault import Vault
from tests.kiosk.centre_at_work import CentreAtWork

pytestmark = pytest.mark.daemon

PATIENCE_S = 20.0


class Bench:
    def __init__(self, work: CentreAtWork) -> None:
        self.work = work
        self.vault = Vault()
        self.said: queue.Queue[object] = queue.Queue()
        line = CentreLine(work.config())
        self.thread = CentreThread(line, work.trust(), work.ours, self.vault)
        self.thread.start(self.said.put)

    def next(self) -> object:
        return self.said.get(timeout=PATIENCE_S)

    def authenticated(self, card: str = "yamada-hanako") -> ev.OffersArrived:
        self.thread.open()
        assert self.next() == ev.VisitOpened()
        visit, signer = self.thread.visit, self.work.card(card)
        visit.signed(signer.sign(visit.to_sign("residence", signer.der)))
        self.thread.ask_offers()
        arrived = self.next()
        assert isinstance(arrived, ev.OffersArrived), arrived
        return arrived


@pytest.fixture
def it(work: CentreAtWork) -> Iterator[Bench]:
    made = Bench(work)
    yield made
    made.thread.stop()
    made.vault.erase()


def choice(arrived: ev.OffersArrived, copies: int = 1) -> Choice:
    persons = (arrived.offers.applicant,)
    return Choice("resident_record", "self", (), persons, copies, 200 * copies)


def test_from_the_challenge_to_documents_in_the_vault(it: Bench) -> None:
    arrived = it.authenticated()
    it.thread.apply(choice(arrived, 2))
    applied, ready = it.next(), it.next()
    assert isinstance(applied, ev.Applied)
    assert isinstance(ready, ev.DocumentReady)
    ticket = ready.ticket
    assert (ticket.application, ticket.fee_yen) == (applied.application, 400)
    assert len({copy.title for copy in ticket.copies}) == 2
    assert [copy.sheets for copy in ticket.copies] == [1, 1]
    for copy in ticket.copies:
        assert it.vault.take(copy.ticket).startswith(b"%PDF-")


def test_a_household_of_seven_takes_two_sheets(it: Bench) -> None:
    arrived = it.authenticated("watanabe-kenji")
    persons = tuple(sorted(member.ref for member in arrived.offers.members))
    it.thread.apply(Choice("resident_record", "household", (), persons, 1, 200))
    it.next()
    ready = it.next()
    assert isinstance(ready, ev.DocumentReady), ready
    assert ready.ticket.copies[0].sheets == 2


def test_every_item_of_a_foreign_resident_and_of_a_rare_name_passes(it: Bench) -> None:
    for card in ("silva-maria", "tsujimoto-akira", "watanabe-kenji"):
        arrived = it.authenticated(card)
        record = arrived.offers.offer("resident_record")
        assert record is not None
        items = tuple(sorted(item.id for item in record.items))
        persons = (arrived.offers.applicant,)
        it.thread.apply(Choice("resident_record", "self", items, persons, 1, 200))
        it.next()
        ready = it.next()
        assert isinstance(ready, ev.DocumentReady), (card, ready)


def test_the_seal_certificate_passes_too(it: Bench) -> None:
    arrived = it.authenticated()
    offer = arrived.offers.offer("seal_registration")
    assert offer is not None
    persons = (arrived.offers.applicant,)
    it.thread.apply(Choice("seal_registration", "", (), persons, 1, offer.fee_yen))
    it.next()
    assert isinstance(it.next(), ev.DocumentReady)


def test_a_refusal_comes_by_its_name(it: Bench) -> None:
    it.thread.open()
    it.next()
    visit, signer = it.thread.visit, it.work.card("revoked")
    visit.signed(signer.sign(visit.to_sign("residence", signer.der)))
    it.thread.ask_offers()
    assert it.next() == ev.CentreFailed("certificate.revoked")


def test_what_nobody_waits_for_is_erased_and_not_said(it: Bench) -> None:
    arrived = it.authenticated()
    it.thread.apply(choice(arrived))
    assert isinstance(it.next(), ev.Applied)
    it.thread.forget()
    it.thread.open()
    assert it.next() == ev.VisitOpened()
    assert len(it.vault) == 0


def test_a_document_that_fails_leaves_nothing_behind(
    it: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived = it.authenticated()
    expected = it.thread.visit.expected

    def for_another_card() -> object:
        from dataclasses import replace

        return replace(expected(), birthday="0101")

    monkeypatch.setattr(it.thread.visit, "expected", for_another_card)
    it.thread.apply(choice(arrived, 2))
    assert isinstance(it.next(), ev.Applied)
    assert it.next() == ev.CentreFailed("text.birthday_differs")
    assert len(it.vault) == 0


def test_a_defect_is_heard_and_the_thread_lives(
    it: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    arrived = it.authenticated()

    def broken() -> None:
        raise KeyError("somebody's name")

    monkeypatch.setattr(it.thread.visit, "deliver", broken)
    it.thread.apply(choice(arrived))
    assert isinstance(it.next(), ev.Applied)
    assert it.next() == ev.CentreFailed("terminal.defect")
    assert "somebody" not in caplog.text
    it.thread.open()
    assert it.next() == ev.VisitOpened()


def test_the_outcome_is_empty_without_a_visit(it: Bench) -> None:
    ended = Ended("cancelled", "", 0, 0, 0, 0, 0)
    assert it.thread.outcome(ended) == b""
    it.authenticated()
    assert it.thread.outcome(ended)


def test_stopping_kills_the_child(it: Bench) -> None:
    it.authenticated()
    examiner = it.thread._examiner
    assert examiner is not None
    it.thread.stop()
    assert examiner._process.poll() is not None
