"""M7 to M10: documents for what was offered, each refusal by name, suspension, reports."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from center.answered import KEPT_S
from center.antiforgery.keyring import open_keyring
from center.antiforgery.reading import DeliveryContext, read_back
from center.clock import stopwatch
from center.relay.inspection import read_stamp
from center.store.store import Suspension
from center.wire.canonical import decode, encode
from center.wire.endpoints import OUTCOME
from center.wire.kinds import Envelope
from center.wire.messages import IssueStatement, Outcome
from crypto.keys import make_visit_keys
from tests.center.conftest import RunningCentre
from tests.center.software_terminal import Line, Visit

pytestmark = pytest.mark.daemon


def authenticated(centre: RunningCentre, line: Line, card: str = "yamada-hanako") -> Visit:
    visit = centre.visit(card)
    visit.open(line)
    assert visit.authenticate(line).status == 200
    return visit


def new_id() -> bytes:
    return os.urandom(16)


def test_a_household_of_seven_gets_two_sheets(
    centre: RunningCentre, line: Line, tmp_path: Path
) -> None:
    visit = authenticated(centre, line, "watanabe-yoko")
    everybody = tuple(sorted(one.ref for one in visit.sealed.members))
    application = visit.application(
        application=new_id(), kind="household", persons=everybody, options=("household_head",)
    )
    answer = visit.apply(line, application)
    received = visit.delivered(answer, application)
    (copy,) = received.copies.copies
    (digest,) = received.delivery.copies
    assert digest.sheets == 2
    statement = decode(IssueStatement, decode(Envelope, copy.statement).body)
    assert statement.application == received.application
    assert statement.auth == visit.auth
    assert statement.persons == everybody
    stamp = read_stamp(copy.pdf)
    assert stamp.card == statement.card == visit.statement().card
    assert stamp.persons == everybody
    assert stamp.document_id == statement.document_id
    context = DeliveryContext(statement.document_id, 2, issued=statement.issued)
    read_back(copy.marks, copy.pdf, context, open_keyring(centre.state.scramble))
    path = tmp_path / "certificate.pdf"
    path.write_bytes(copy.pdf)
    done = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, check=False)
    assert b"Signature Validation: Signature is Valid." in done.stdout
    assert b"Total document signed" in done.stdout


def test_every_copy_is_a_document_of_its_own(centre: RunningCentre, line: Line) -> None:
    visit = authenticated(centre, line)
    application = visit.application("seal_registration", application=new_id(), copies=3)
    received = visit.delivered(visit.apply(line, application), application)
    assert len(received.copies.copies) == 3
    assert len({one.document_id for one in received.delivery.copies}) == 3
    assert len({one.document for one in received.delivery.copies}) == 3
    numbers = [
        decode(IssueStatement, decode(Envelope, one.statement).body).copy
        for one in received.copies.copies
    ]
    assert numbers == [1, 2, 3]


def test_part_of_a_household(centre: RunningCentre, line: Line) -> None:
    visit = authenticated(centre, line, "yamada-taro")
    others = tuple(sorted(one.ref for one in visit.sealed.members[2:]))
    application = visit.application(application=new_id(), kind="part", persons=others)
    answer = visit.apply(line, application)
    (copy,) = visit.delivered(answer, application).copies.copies
    assert read_stamp(copy.pdf).persons == others
    assert read_stamp(copy.pdf).card == visit.statement().card


BENT: list[tuple[dict[str, Any], str]] = [
    ({"offer": b"o" * 32}, "application.other_offer"),
    ({"municipality": "99202"}, "application.other_offer"),
    ({"server": "tax"}, "application.other_offer"),
    ({"fee_yen": 100}, "application.other_offer"),
    ({"copies": 11, "fee_yen": 2200}, "application.other_offer"),
    ({"copies": 0, "fee_yen": 0}, "application.other_offer"),
    ({"kind": ""}, "application.other_offer"),
    ({"kind": "everybody"}, "application.other_offer"),
    ({"kind": "household"}, "application.other_offer"),
    ({"options": ("my_number",)}, "application.other_offer"),
    ({"options": ("household_head", "domicile")}, "application.other_offer"),
    ({"persons": ("nobody",)}, "application.other_offer"),
    ({"persons": ()}, "application.other_offer"),
    ({"auth": b"a" * 32}, "application.stale"),
    ({"at": 0}, "application.stale"),
]


@pytest.mark.parametrize(("bent", "failure"), BENT)
def test_refused(centre: RunningCentre, line: Line, bent: dict[str, Any], failure: str) -> None:
    visit = authenticated(centre, line)
    application = visit.application(application=new_id(), **bent)
    assert visit.apply(line, application).failure == failure


def test_another_persons_certificate_in_kind_self(centre: RunningCentre, line: Line) -> None:
    visit = authenticated(centre, line)
    other = next(one.ref for one in visit.sealed.members if one.ref != visit.sealed.applicant)
    application = visit.application(application=new_id(), persons=(other,))
    assert visit.apply(line, application).failure == "application.other_offer"


def test_another_visits_key(centre: RunningCentre, line: Line) -> None:
    visit = authenticated(centre, line)
    application = visit.application(application=new_id())
    answer = visit.apply(line, application, make_visit_keys())
    assert answer.failure == "application.bad_signature"


def test_another_terminal(centre: RunningCentre, line: Line) -> None:
    visit = authenticated(centre, line)
    other = centre.line("terminal-2")
    answer = visit.apply(other, visit.application(application=new_id()))
    other.close()
    assert answer.failure == "visit.other_terminal"


def test_the_same_application_never_issues_twice(centre: RunningCentre, line: Line) -> None:
    visit = authenticated(centre, line)
    application = visit.application(application=new_id())
    assert visit.apply(line, application).status == 200
    again = visit.application(application=application.application, attempt=2)
    assert visit.apply(line, again).failure == "application.replayed"
    fresh = visit.application(application=new_id(), attempt=2)
    assert visit.delivered(visit.apply(line, fresh), fresh).delivery.attempt == 2


def test_an_answer_that_was_lost_comes_again_to_the_byte(centre: RunningCentre, line: Line) -> None:
    """Another line, the very same application, two minutes later: nothing is issued anew."""
    visit = authenticated(centre, line)
    application = visit.application(application=new_id())
    first = visit.apply(line, application)
    centre.clock.advance(KEPT_S)
    other = centre.line()
    assert visit.apply(other, application).body == first.body
    other.close()
    store = centre.store()
    assert ("apply", "centre.timeout", "apply") in [
        (one.failed_step, one.failure, one.step)
        for one in store.reviews()
        if one.visit == visit.opened.message.visit
    ]
    store.close()


@pytest.mark.parametrize("later_s", [0, KEPT_S + 1])
def test_an_answer_that_arrived_or_is_old_comes_no_more(
    centre: RunningCentre, line: Line, later_s: int
) -> None:
    visit = authenticated(centre, line)
    application = visit.application(application=new_id(), at=visit.at() + later_s // 2)
    digest = visit.delivered(visit.apply(line, application), application).application
    if not later_s:
        line.post(OUTCOME, encode(outcome(digest)))
    centre.clock.advance(later_s)
    assert visit.apply(line, application).failure == "application.replayed"


def test_a_kept_answer_of_a_server_that_was_suspended_since_is_not_given(
    centre: RunningCentre, line: Line
) -> None:
    """It was made while that server mixed people up; nobody knows yet whether this one is right."""
    visit = authenticated(centre, line)
    application = visit.application(application=new_id())
    assert visit.apply(line, application).status == 200
    store = centre.store()
    store.suspend(Suspension("99201", "main", "text.other_person", 1))
    store.close()
    assert visit.apply(line, application).failure == "suspended"


def test_the_answer_to_one_terminal_is_never_another_ones(
    centre: RunningCentre, line: Line
) -> None:
    visit = authenticated(centre, line)
    application = visit.application(application=new_id())
    assert visit.apply(line, application).status == 200
    other = centre.line("terminal-2")
    assert visit.apply(other, application).failure == "visit.other_terminal"
    other.close()


def test_an_offer_holds_half_an_hour(centre: RunningCentre, line: Line) -> None:
    visit = authenticated(centre, line)
    centre.clock.advance(1800)
    assert visit.apply(line, visit.application(application=new_id())).status == 200
    centre.clock.advance(1)
    assert visit.apply(line, visit.application(application=new_id())).failure == "application.stale"


def test_closing_time(centre: RunningCentre, line: Line) -> None:
    """23:00 in Japan: what was offered a minute before is issued no more, and offered as closed."""
    centre.clock.advance((23 - 12) * 3600 - 60)
    visit = authenticated(centre, line)
    assert visit.offers.message.certificates[0].unavailable == ""
    centre.clock.advance(60)
    late = visit.apply(line, visit.application(application=new_id()))
    assert late.failure == "municipality.hours"
    assert authenticated(centre, line).offers.message.certificates[0].unavailable == "hours"


def outcome(application: bytes, **bent: Any) -> Outcome:
    made: dict[str, Any] = {
        "visit": new_id(),
        "sequence": 1,
        "application": application,
        "outcome": "delivered",
        "sheets": 1,
        "copies_delivered": 1,
        "kept_yen": 200,
        "returned_yen": 0,
        "owed_yen": 0,
        "failure": "",
        "at": 1_700_000_000,
    }
    return Outcome(**{**made, **bent})


def test_reports_are_counted_once(centre: RunningCentre, line: Line) -> None:
    visit = authenticated(centre, line)
    application = visit.application(application=new_id())
    digest = visit.delivered(visit.apply(line, application), application).application

    def delivered() -> tuple[int, int]:
        store = centre.store()
        rows = [one for one in store.statistics() if one.certificate == "resident_record"]
        store.close()
        return sum(one.copies for one in rows), sum(one.kept_yen for one in rows)

    before = delivered()
    report = outcome(digest)
    for _ in range(3):
        assert line.post(OUTCOME, encode(report)).status == 204
    assert delivered() == (before[0] + 1, before[1] + 200)
    differs = outcome(digest, visit=report.visit, kept_yen=0)
    assert line.post(OUTCOME, encode(differs)).failure == "outcome.differs"


@pytest.mark.parametrize(
    "failure", ["text.other_person", "stamp.other_person", "issue.other_card", "document.altered"]
)
def test_a_mix_up_at_one_terminal_stops_the_server_for_all(
    centre: RunningCentre, line: Line, failure: str
) -> None:
    visit = authenticated(centre, line)
    waiting = authenticated(centre, line, "yamada-taro")
    application = visit.application(application=new_id())
    digest = visit.delivered(visit.apply(line, application), application).application
    line.post(OUTCOME, encode(outcome(digest, outcome="refused", failure=failure)))
    other = centre.line("terminal-2")
    refused = waiting.apply(line, waiting.application(application=new_id()))
    late = centre.visit()
    late.open(other)
    assert refused.failure == "suspended"
    assert late.authenticate(other).failure == "suspended"
    store = centre.store()
    assert [one.failure for one in store.suspended()] == [failure]
    assert store.clear("99201", "main", "A. Clerk", 0)
    store.close()
    late.open(other)
    assert late.authenticate(other).status == 200
    other.close()


def test_what_a_person_cleared_is_not_suspended_again_by_the_same_visit(
    centre: RunningCentre, line: Line
) -> None:
    """The visit says it at once, at its end, and once more where the line broke."""
    visit = authenticated(centre, line)
    application = visit.application(application=new_id())
    digest = visit.delivered(visit.apply(line, application), application).application
    number = new_id()
    at_once = encode(outcome(digest, visit=number, sequence=0, failure="text.other_person"))
    assert line.post(OUTCOME, at_once).status == 204
    store = centre.store()
    assert store.clear("99201", "main", "A. Clerk", 0)
    at_the_end = encode(outcome(digest, visit=number, sequence=1, failure="text.other_person"))
    for body in (at_the_end, at_once, at_the_end):
        assert line.post(OUTCOME, body).status == 204
    assert store.suspended() == ()
    another = encode(outcome(digest, visit=new_id(), sequence=0, failure="text.other_person"))
    assert line.post(OUTCOME, another).status == 204
    assert [one.failure for one in store.suspended()] == ["text.other_person"]
    store.close()


@pytest.mark.parametrize("failure", ["printer.jam", "issue.expired", "delivery.bad_signature"])
def test_other_failures_suspend_nobody(centre: RunningCentre, line: Line, failure: str) -> None:
    visit = authenticated(centre, line)
    application = visit.application(application=new_id())
    digest = visit.delivered(visit.apply(line, application), application).application
    line.post(OUTCOME, encode(outcome(digest, failure=failure)))
    assert authenticated(centre, line).offers.message.certificates


def test_a_terminal_cannot_suspend_by_another_ones_application(
    centre: RunningCentre, line: Line
) -> None:
    visit = authenticated(centre, line)
    application = visit.application(application=new_id())
    digest = visit.delivered(visit.apply(line, application), application).application
    other = centre.line("terminal-2")
    body = encode(outcome(digest, failure="text.other_person"))
    assert other.post(OUTCOME, body).status == 204
    other.close()
    assert authenticated(centre, line).offers.message.certificates


def test_a_terminal_cannot_report_another_ones_visit(centre: RunningCentre, line: Line) -> None:
    """Else it could make the true report look like a contradiction."""
    visit = authenticated(centre, line)
    body = encode(outcome(b"", visit=visit.opened.message.visit, failure="printer.jam"))
    other = centre.line("terminal-2")
    assert other.post(OUTCOME, body).failure == "visit.other_terminal"
    other.close()
    assert line.post(OUTCOME, body).status == 204


def test_a_second_terminal_is_refused_within_five_seconds_of_a_report(
    centre: RunningCentre, line: Line
) -> None:
    """On its own connection, which was open all the while."""
    visit = authenticated(centre, line)
    other = centre.line("terminal-2")
    waiting = authenticated(centre, other, "yamada-taro")
    application = visit.application(application=new_id())
    digest = visit.delivered(visit.apply(line, application), application).application
    reported = stopwatch()
    line.post(OUTCOME, encode(outcome(digest, failure="text.other_person", copies_delivered=0)))
    refused = waiting.apply(other, waiting.application(application=new_id()))
    assert stopwatch() - reported < 5
    assert refused.failure == "suspended"
    other.close()
