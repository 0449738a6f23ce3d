"""The centre's thread with a real centre: what is held, what is dropped, what is erased."""

import datetime
import io
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pikepdf
import pytest

from center.antiforgery.back import TINT
from center.antiforgery.pantograph import tint
from center.clock import stopwatch
from center.issuing import copies
from center.issuing.extract import Extract, Office
from center.issuing.residents import load as load_residents
from center.wire import endpoints
from center.wire.canonical import decode
from center.wire.messages import Outcome
from crypto.errors import CheckFailed
from kiosk.center_client import CentreDoor, CentreLine
from kiosk.center_visit import Ended
from kiosk.runtime.visit_centre import CentreThread
from kiosk.session import events as ev
from kiosk.session.model import Choice
from kiosk.vault import Vault
from tests.center.antiforgery.renderers import pdfium
from tests.kiosk.centre_at_work import CentreAtWork

pytestmark = pytest.mark.daemon

PATIENCE_S = 20.0


class Bench:
    def __init__(
        self, work: CentreAtWork, terminal: str = "terminal", calibration: str = ""
    ) -> None:
        self.work = work
        self.vault = Vault()
        self.said: queue.Queue[object] = queue.Queue()
        config = work.config(terminal=terminal)
        self.thread = CentreThread(CentreDoor(config), work.ours, self.vault)
        self.thread.start(self.said.put, lambda: calibration)

    def end(self) -> None:
        """Nothing of it is told to the centre any more when this returns."""
        self.thread.stop()
        self.thread._thread.join(PATIENCE_S)
        self.vault.erase()

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
    made.end()


@pytest.fixture
def second(work: CentreAtWork) -> Iterator[Bench]:
    """Another terminal, at the same centre."""
    made = Bench(work, "terminal-2")
    yield made
    made.end()


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


@pytest.mark.parametrize(
    ("calibration", "pantograph", "latent"),
    [
        ("1.1.rgb.9f3a2c41", 1, {"/Emblem", "/Screen"}),
        ("1.5.cmyk.9f3a2c41", 5, {"/Emblem"}),
    ],
    ids=["mixes its own inks", "takes CMYK"],
)
def test_what_was_chosen_for_the_printer_travels_with_the_visit_and_is_on_the_paper(
    work: CentreAtWork, calibration: str, pantograph: int, latent: set[str]
) -> None:
    """From the terminal's calibration to the very dots of the sheet that waits in the vault."""
    bench = Bench(work, calibration=calibration)
    try:
        bench.thread.apply(choice(bench.authenticated()))
        bench.next()
        ready = bench.next()
        assert isinstance(ready, ev.DocumentReady), ready
        sheet = bench.vault.take(ready.ticket.copies[0].ticket)
    finally:
        bench.end()
    with pikepdf.open(io.BytesIO(sheet)) as pages:
        drawn = set(pages.pages[1].obj.Resources.XObject.keys())
    assert drawn - {"/Block", "/Tint"} == latent
    words = 2700  # dots from the left that the notice takes
    rows = slice(TINT.top, TINT.top + TINT.height)
    found = pdfium(sheet, 1)[rows, TINT.left + words : TINT.left + TINT.width] < 128
    assert np.array_equal(found, tint(TINT, pantograph)[:, words:])


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
        return replace(expected(), birthday="0101")

    monkeypatch.setattr(it.thread.visit, "expected", for_another_card)
    it.thread.apply(choice(arrived, 2))
    assert isinstance(it.next(), ev.Applied)
    assert it.next() == ev.CentreFailed("text.birthday_differs")
    assert len(it.vault) == 0


def draws_another(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The municipality's drawing takes another's record, under the right stamp and statement."""
    draw = copies.document.draw
    other = next(one for one in load_residents() if one.id == name)

    def swapped(extract: Extract, office: Office, day: datetime.date) -> bytes:
        return draw(replace(extract, persons=(other,)), office, day)

    monkeypatch.setattr(copies.document, "draw", swapped)


def test_a_mix_up_found_here_stops_the_server_for_another_terminal_at_once(
    it: Bench, second: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two terminals at one centre: the second has its offers when the first finds the mix-up,
    and the first one's visit has not ended."""
    waiting = second.authenticated("yamada-taro")
    arrived = it.authenticated()
    with monkeypatch.context() as wrong:
        draws_another(wrong, "yamada-taro")
        it.thread.apply(choice(arrived))
        assert isinstance(it.next(), ev.Applied)
        assert it.next() == ev.CentreFailed("text.other_person")
    found = stopwatch()
    wait_until(lambda: it.work.suspensions() == ["text.other_person"])
    assert stopwatch() - found < 5
    second.thread.apply(choice(waiting))
    assert isinstance(second.next(), ev.Applied)
    assert second.next() == ev.CentreFailed("suspended")
    it.work.clear()
    ended = it.thread.outcome(Ended("refused", "text.other_person", 0, 0, 0, 0, 0))
    CentreLine(it.work.config()).post(endpoints.OUTCOME, ended)
    assert it.work.suspensions() == []


def test_a_mix_up_nobody_waits_for_any_more_is_told_all_the_same(
    it: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived = it.authenticated()
    draws_another(monkeypatch, "yamada-taro")
    it.thread.apply(choice(arrived))
    it.thread.forget()
    wait_until(lambda: it.work.suspensions() == ["text.other_person"])


def test_other_failures_are_not_told_before_the_end(
    it: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived = it.authenticated()
    told: list[str] = []
    monkeypatch.setattr(it.thread.visit, "tell_at_once", told.append)
    monkeypatch.setattr(it.thread.visit, "deliver", refuse("issue.expired"))
    it.thread.apply(choice(arrived))
    assert isinstance(it.next(), ev.Applied)
    assert it.next() == ev.CentreFailed("issue.expired")
    it.thread.open()
    assert it.next() == ev.VisitOpened()
    assert told == []


def test_an_error_here_and_then_a_success_is_looked_into(
    it: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The centre saw no error: the request never reached it. The terminal says it."""
    arrived = it.authenticated()
    wanted = choice(arrived)
    with monkeypatch.context() as broken:
        broken.setattr(it.thread.visit, "deliver", refuse("centre.unreachable"))
        it.thread.apply(wanted)
        assert isinstance(it.next(), ev.Applied)
        assert it.next() == ev.CentreFailed("centre.unreachable")
    it.thread.apply(wanted)
    assert isinstance(it.next(), ev.Applied)
    assert isinstance(it.next(), ev.DocumentReady)
    assert reviewed(it) == [("outcome", "centre.unreachable", "outcome")]


def test_an_error_before_the_card_was_placed_again_counts_too(
    it: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the centre these are two visits; only the terminal knows that it is one resident."""
    it.thread.open()
    assert it.next() == ev.VisitOpened()
    with monkeypatch.context() as broken:
        broken.setattr(it.thread.visit, "offers", refuse("jpki.unavailable"))
        it.thread.ask_offers()
        assert it.next() == ev.CentreFailed("jpki.unavailable")
    it.thread.apply(choice(it.authenticated()))
    assert isinstance(it.next(), ev.Applied)
    assert isinstance(it.next(), ev.DocumentReady)
    assert reviewed(it) == [("outcome", "jpki.unavailable", "outcome")]


def test_an_answer_after_the_resident_was_told_that_none_came_is_an_error_too(
    it: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = choice(it.authenticated())
    deliver = it.thread.visit.deliver

    def late() -> object:
        pledged = deliver()
        it.thread.forget()
        return pledged

    with monkeypatch.context() as slow:
        slow.setattr(it.thread.visit, "deliver", late)
        it.thread.apply(wanted)
        assert isinstance(it.next(), ev.Applied)
        wait_until(lambda: it.thread._met == "centre.timeout")
    it.thread.apply(wanted)
    assert isinstance(it.next(), ev.Applied)
    assert isinstance(it.next(), ev.DocumentReady)
    assert ("outcome", "centre.timeout", "outcome") in reviewed(it)


def test_a_visit_without_trouble_raises_no_event(it: Bench) -> None:
    it.thread.apply(choice(it.authenticated()))
    assert isinstance(it.next(), ev.Applied)
    assert isinstance(it.next(), ev.DocumentReady)
    assert reviewed(it) == []


def reviewed(it: Bench) -> list[tuple[str, str, str]]:
    """End the visit as delivered; what the centre wants looked into of it."""
    it.end()  # what it still has to tell is told before
    ended = it.thread.outcome(Ended("issued", "", 1, 1, 200, 0, 0))
    CentreLine(it.work.config()).post(endpoints.OUTCOME, ended)
    visit = decode(Outcome, ended).visit
    return [(one.failed_step, one.failure, one.step) for one in it.work.reviews(visit)]


def test_a_centre_that_cannot_be_told_at_once_troubles_nobody(
    it: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The outcome at the visit's end names the same failure."""
    arrived = it.authenticated()
    monkeypatch.setattr(it.thread.visit, "deliver", refuse("document.altered"))
    monkeypatch.setattr(it.thread.visit, "tell_at_once", refuse("centre.unreachable"))
    it.thread.apply(choice(arrived))
    assert isinstance(it.next(), ev.Applied)
    assert it.next() == ev.CentreFailed("document.altered")
    it.thread.open()
    assert it.next() == ev.VisitOpened()
    assert "document.altered" in caplog.text


def refuse(failure: str) -> Callable[..., None]:
    def refused(*_arguments: object) -> None:
        raise CheckFailed(failure)

    return refused


def wait_until(holds: Callable[[], bool]) -> None:
    """Until it does, at most `PATIENCE_S`."""
    until, never = stopwatch() + PATIENCE_S, threading.Event()
    while not holds():
        assert stopwatch() < until
        never.wait(0.02)


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
