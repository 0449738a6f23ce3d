"""The supervisor ends at every single action of whole visits, and a new one takes over.

An action is a command carried out, or one entry reaching the disk. Nothing survives but the
journal and the devices.
"""

from collections.abc import Callable

import pytest

from drivers.printer.contract import JobState
from kiosk.link import values as link
from kiosk.settle import happened as h
from kiosk.settle.model import State
from tests.kiosk.settle.test_stories import APPLICATION, VISIT
from tests.kiosk.settle.world import (
    World,
    assert_the_books_are_true,
    assert_the_journal_is_the_memory,
    assert_the_papers_are_true,
    booked,
)

Story = Callable[[World], None]


def insert(world: World, *coins: int) -> None:
    for yen in coins:
        world.insert(yen)


def copy(world: World, number: int, sheets: int = 2) -> None:
    world.say(link.PrintCopy(f"t{number}", number, sheets))
    world.stream(f"t{number}", sheets)


def with_change(world: World) -> None:
    world.say(link.OpenVisit(VISIT))
    world.say(link.AcceptCoins(APPLICATION, 200, 1, 200))
    insert(world, 10, 500)
    copy(world, 1)
    world.print_all()
    world.take_paper()
    world.say(link.PrintReceipt("ja", "住民票の写し"))
    world.say(link.CloseVisit("issued"))
    world.happen(h.VisitEnded("exit"))


def cancelled(world: World) -> None:
    world.say(link.OpenVisit(VISIT))
    world.say(link.AcceptCoins(APPLICATION, 600, 2, 300))
    insert(world, 500, 50)
    world.drop(10)
    world.say(link.CancelPayment())
    world.poll()
    world.time_out(h.Timer.FALL)
    world.say(link.CloseVisit("cancelled"))
    world.happen(h.VisitEnded("exit"))


def partly_printed(world: World) -> None:
    world.say(link.OpenVisit(VISIT))
    world.say(link.AcceptCoins(APPLICATION, 600, 2, 300))
    insert(world, 500, 100)
    copy(world, 1, sheets=1)
    world.print_all()
    copy(world, 2)
    world.printer.print_sheet()
    world.printer.abort(JobState.ABORTED)
    world.look()
    world.say(link.CloseVisit("issued_partly"))
    world.happen(h.VisitEnded("exit"))


def visit_killed(world: World) -> None:
    world.say(link.OpenVisit(VISIT))
    world.say(link.AcceptCoins(APPLICATION, 300, 1, 300))
    insert(world, 500)
    world.say(link.PrintCopy("t1", 1, 2))
    world.printer.receive("t1", 2)
    world.happen(h.VisitEnded("killed"))
    world.look()


def hopper_empty(world: World) -> None:
    world.coins.hoppers[100] = 1
    with_change(world)


STORIES: list[tuple[Story, int]] = [
    (with_change, 200),
    (cancelled, 0),
    (partly_printed, 300),
    (visit_killed, 0),
    (hopper_empty, 200),
]
IDS = [story.__name__ for story, _ in STORIES]


def actions_of(story: Story) -> int:
    world = World()
    before = world.actions
    story(world)
    assert world.at(State.IDLE)
    return world.actions - before


@pytest.mark.parametrize(("story", "kept"), STORIES, ids=IDS)
def test_undisturbed_it_ends_as_it_should(story: Story, kept: int) -> None:
    world = World()
    story(world)
    assert world.coins.customer == kept
    assert world.memory.cases == ()


@pytest.mark.parametrize("again", [0, 7], ids=["once", "and again while recovering"])
@pytest.mark.parametrize("story", [story for story, _ in STORIES], ids=IDS)
def test_ended_at_any_action_it_is_settled_by_the_next_start(story: Story, again: int) -> None:
    count = actions_of(story)
    assert count > 40
    for point in range(1, count + 1):
        world = World()
        world.crash_at = world.actions + point
        crashed = world.crashed(lambda w=world: story(w))  # type: ignore[misc]
        assert crashed, f"action {point} of {count} was never reached"
        if again:
            world.crashed(lambda w=world: w.boot(crash_after=again))  # type: ignore[misc]
        world.boot()
        world.print_all()
        world.settle()
        assert_the_journal_is_the_memory(world)
        assert_the_books_are_true(world)
        assert_the_papers_are_true(world)
        assert world.memory.visit == ""
        delivered = sum(e["result"] == "printed" for e in world.disk if e.kind == "print.end")
        fee = 300 if story in (partly_printed, cancelled, visit_killed) else 200
        books = booked(world.disk)
        assert books["kept"] == delivered * fee
        assert books["owed"] == 0
