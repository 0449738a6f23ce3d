"""What the centre is told of a visit: once in effect, wherever the terminal was killed."""

from collections.abc import Callable

import pytest

from kiosk.journal.memory import carried_over, fold
from kiosk.journal.reports import Due
from kiosk.link import values as link
from kiosk.settle import happened as h
from kiosk.settle.model import State
from tests.kiosk.settle.test_stories import APPLICATION, VISIT
from tests.kiosk.settle.world import World, assert_the_journal_is_the_memory

OWN = b"the visit's own words"
BY_SUPERVISOR = VISIT.encode()
APPLIED = link.Note(
    "visit.applied",
    (("application", APPLICATION), ("certificate", "resident_record"), ("copies", 1)),
)
MOST_ACTIONS = 400
Story = Callable[[World], None]


def paid_and_printed(world: World) -> None:
    world.say(link.OpenVisit(VISIT))
    world.say(APPLIED)
    world.say(link.AcceptCoins(APPLICATION, 200, 1, 200))
    world.insert(500)
    world.say(link.PrintCopy("t1", 1, 2))
    world.stream("t1", 2)
    world.print_all()
    world.take_paper()


def issued(world: World) -> None:
    paid_and_printed(world)
    world.say(link.Report(OWN))
    world.say(link.CloseVisit("issued"))
    world.happen(h.VisitEnded("exit"))
    world.centre_answers()


def died_at_the_tray(world: World) -> None:
    """Everything is settled; the resident takes the sheets, and the process dies."""
    paid_and_printed(world)
    world.happen(h.VisitEnded("killed"))
    world.centre_answers()


def died_paying(world: World) -> None:
    world.say(link.OpenVisit(VISIT))
    world.say(APPLIED)
    world.say(link.AcceptCoins(APPLICATION, 600, 2, 300))
    world.insert(500)
    world.happen(h.VisitEnded("killed"))
    world.time_out(h.Timer.FALL)
    world.centre_answers()


def changed_mind(world: World) -> None:
    """Applied, and never asked for money."""
    world.say(link.OpenVisit(VISIT))
    world.say(APPLIED)
    world.say(link.Report(OWN))
    world.say(link.CloseVisit("cancelled"))
    world.happen(h.VisitEnded("exit"))
    world.centre_answers()


def test_a_visit_that_reported_is_not_spoken_for() -> None:
    world = World()
    issued(world)
    assert world.centre == [OWN]
    assert world.composed == []
    assert world.memory.reports.unsent == ()
    assert (world.outbox, world.sent) == ({}, set())


def test_the_centre_may_answer_before_the_visit_has_ended() -> None:
    world = World()
    paid_and_printed(world)
    world.say(link.Report(OWN))
    world.centre_answers()
    world.say(link.CloseVisit("issued"))
    world.happen(h.VisitEnded("exit"))
    assert "report.due" not in {entry.kind for entry in world.disk}
    world.boot()
    assert world.composed == []


def test_one_that_died_after_it_was_settled_is_told_of() -> None:
    world = World()
    died_at_the_tray(world)
    (due,) = world.composed
    assert (due.application, due.copies, due.sheets) == (APPLICATION, 1, 2)
    assert (due.kept, due.returned, due.owed) == (200, 300, 0)
    assert world.centre == [BY_SUPERVISOR]


def test_what_nobody_could_tell_is_told_by_what_the_journal_has() -> None:
    """Killed when the visit's end was on disk, and its report not yet."""
    world = World()
    paid_and_printed(world)
    world.say(link.Report(OWN))
    world.say(link.CloseVisit("issued"))
    world.outbox.clear()
    world.boot()
    (due,) = world.composed
    assert due == Due(
        visit=VISIT, application=APPLICATION, outcome="issued", copies=1, sheets=2, kept=200,
        returned=300, digest=due.digest,
    )  # fmt: skip
    world.boot()
    assert len(world.composed) == 1, "its file is there now"


@pytest.mark.parametrize("story", [issued, died_at_the_tray, died_paying, changed_mind])
def test_wherever_it_is_killed_the_centre_hears_of_the_visit(story: Story) -> None:
    billed = story is not changed_mind
    for number in range(1, MOST_ACTIONS):
        world = World()
        world.crash_at = world.actions + number
        if not world.crashed(lambda world=world: story(world)):  # type: ignore[misc]
            break
        world.boot()
        world.settle()
        world.centre_answers()
        kinds = [entry.kind for entry in world.disk]
        if "money.settled" in kinds or (not billed and "report.queued" in kinds):
            ended = "visit.end" in kinds and ("report.due" in kinds or "report.sent" in kinds)
            told = OWN in world.centre or BY_SUPERVISOR in world.centre
            assert told or not ended, f"nothing is said of it after action {number}"
            assert told or not billed
        assert world.centre.count(BY_SUPERVISOR) <= 1, "the same number twice would be refused"
        assert (world.outbox, world.sent) == ({}, set())
        assert world.memory.reports.unsent == ()
        assert_the_journal_is_the_memory(world)
        told_before = len(world.composed)
        world.boot()
        assert len(world.composed) == told_before
    else:
        raise AssertionError("the story has more actions than were tried")
    assert number > 20


def test_what_is_due_outlives_the_journals_file() -> None:
    world = World()
    paid_and_printed(world)
    world.say(link.Report(OWN))
    world.say(link.CloseVisit("issued"))
    world.happen(h.VisitEnded("exit"))
    assert world.at(State.IDLE)
    carried = fold(carried_over(world.memory), world.at_first())
    assert carried.reports.unsent == world.memory.reports.unsent != ()


def test_an_application_that_is_none_is_not_told() -> None:
    world = World()
    world.say(link.OpenVisit(VISIT))
    world.say(link.AcceptCoins("abc", 300, 1, 300))
    world.insert(100)
    world.happen(h.VisitEnded("killed"))
    world.time_out(h.Timer.FALL)
    assert world.at(State.IDLE)
    assert world.composed == []
