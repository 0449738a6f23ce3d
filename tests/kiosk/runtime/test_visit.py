"""The visit as a process, from the warm spare to its end: reader, card, centre, glass are real."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from center.wire.canonical import decode
from center.wire.messages import Outcome
from drivers.bench.pcscd import PrivatePcscd
from kiosk.link import values as link
from tests.kiosk.centre_at_work import CentreAtWork
from tests.kiosk.runtime.visit_bench import PATIENCE_S, Desk, VisitBench, visit_bench

pytestmark = [pytest.mark.daemon, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with PrivatePcscd() as running, tempfile.TemporaryDirectory(prefix="k") as fonts:
        yield Desk(running, Path(fonts))


@pytest.fixture
def it(work: CentreAtWork, desk: Desk) -> Iterator[VisitBench]:
    with visit_bench(work, desk) as bench:
        yield bench


def to_pin(it: VisitBench, card: str = "yamada-hanako") -> None:
    it.take_glass()
    it.tap("start", "service:certificates")
    it.expect(link.OpenVisit)
    it.end.send(link.VisitGranted())
    it.screen("place_card")
    it.place(card)
    it.screen("where")
    it.tap("scope:residence")
    it.screen("pin")


def test_one_certificate(it: VisitBench) -> None:
    to_pin(it)
    it.tap("digit:1", "digit:2", "digit:3", "digit:4", "confirm")
    it.screen("take_card")
    it.slot.pull()
    it.screen("certificate")
    it.tap("option:resident_record", "confirm", "option:self", "confirm", "confirm", "confirm")
    asked = it.expect(link.AskChange)
    it.end.send(link.ChangeState(asked.due_yen, (10, 50, 100, 500)))
    it.screen("check")
    it.tap("confirm")
    accept = it.expect(link.AcceptCoins)
    assert (accept.due_yen, accept.copies, len(accept.application)) == (200, 1, 64)
    it.end.send(link.CoinsOpen((10, 50, 100, 500)))
    it.screen("pay")
    it.end.send(link.CoinIn(500, 500, ()))
    it.end.send(link.PaymentCovered(500))
    copy = it.expect(link.PrintCopy)
    it.end.send(link.PrintGranted(copy.title))
    # No spooler runs here: the handover says so, and the supervisor has the last word.
    broken = it.expect(link.CopyNotStreamed)
    assert (broken.title, broken.reason) == (copy.title, "printer.spooler")
    it.end.send(link.CopyPrinted(copy.title, "device_counted"))
    it.end.send(link.MoneySettled(200, 300, 0))
    it.screen("take_paper")
    it.end.send(link.PaperTaken())
    it.tap("taken")
    assert it.expect(link.PrintReceipt) == link.PrintReceipt("ja", "住民票の写し")
    it.end.send(link.ReceiptOut())
    it.screen("finish")
    it.tap("confirm")
    report = decode(Outcome, it.expect(link.Report).body)
    assert (report.outcome, report.copies_delivered, report.kept_yen) == ("issued", 1, 200)
    assert it.expect(link.CloseVisit) == link.CloseVisit("issued", "")
    it.end.send(link.VisitClosed())
    assert it.process.wait(PATIENCE_S) == 0
    notes = [said.kind for said in it.heard if isinstance(said, link.Note)]
    for kind in ("visit.card", "visit.authenticated", "visit.card_taken", "visit.offers",
                 "visit.applied", "visit.document", "visit.erased"):  # fmt: skip
        assert kind in notes
    assert it.log.read_text() == ""


def test_a_wrong_pin_costs_one_try_and_is_said(it: VisitBench) -> None:
    to_pin(it)
    it.tap("digit:9", "digit:9", "digit:9", "digit:9", "confirm")
    it.screen("pin_wrong")
    attempt = next(said for said in it.heard_after(link.Note) if said.kind == "visit.attempt")
    assert dict(attempt.fields) == {"result": "wrong", "tries_left": 2}
    it.tap("retry", "digit:1", "digit:2", "digit:3", "digit:4", "confirm")
    it.screen("take_card")


@pytest.mark.parametrize(
    ("card", "failure"),
    [
        ("juki", "card.kind.juki"), ("other", "card.kind.unsupported"),
        ("expired", "certificate.expired"), ("blocked", "card.pin.blocked"),
    ],
)  # fmt: skip
def test_a_card_that_cannot_be_used(it: VisitBench, card: str, failure: str) -> None:
    it.take_glass()
    it.tap("start", "service:certificates")
    it.end.send(link.VisitGranted())
    it.screen("place_card")
    it.place(card)
    it.screen("refused")
    # The card of the story before may have been seen going: that is said first.
    assert any(
        note.kind == "visit.failure" and ("failure", failure) in note.fields
        for note in it.heard_after(link.Note)
    )


def test_a_card_from_before_must_be_taken_first(it: VisitBench) -> None:
    it.left_before("yamada-taro")
    it.take_glass()
    it.tap("start", "service:certificates")
    it.end.send(link.VisitGranted())
    it.screen("card_there")
    it.slot.pull()
    it.screen("place_card")


def test_cancelling_gives_the_card_back(it: VisitBench) -> None:
    to_pin(it)
    it.tap("end", "end:yes")
    it.screen("leave_card")
    it.slot.pull()
    it.screen("end")
    it.tap("confirm")
    assert it.expect(link.CloseVisit).outcome == "cancelled"


def test_without_a_supervisor_it_ends_by_itself(it: VisitBench) -> None:
    to_pin(it)
    it.end.close()
    assert it.process.wait(PATIENCE_S) == 0


def test_a_spare_whose_supervisor_is_gone_ends_too(it: VisitBench) -> None:
    it.expect(link.SpareReady)
    it.end.close()
    assert it.process.wait(PATIENCE_S) == 0


def test_the_glass_is_alive(it: VisitBench) -> None:
    it.take_glass()
    it.expect(link.GlassBeat)
    it.expect(link.GlassBeat)
