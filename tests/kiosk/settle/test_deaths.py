"""The visit's process dies at every state, and so does the supervisor: money and paper are
settled without it."""

from collections.abc import Callable

import pytest

from drivers.printer.contract import JobState
from kiosk.link import values as link
from kiosk.settle import happened as h
from kiosk.settle.model import State
from tests.kiosk.settle.test_stories import APPLICATION, VISIT, begin, pay
from tests.kiosk.settle.world import World, booked

Reach = Callable[[World], None]


def opened(world: World) -> None:
    world.say(link.OpenVisit(VISIT))


def paying(world: World) -> None:
    begin(world)
    pay(world, 100)


def covered(world: World) -> None:
    begin(world)
    pay(world, 500)


def granted(world: World) -> None:
    covered(world)
    world.say(link.PrintCopy("t1", 1, 2))


def streamed(world: World) -> None:
    granted(world)
    world.stream("t1", 2)


def half_printed(world: World) -> None:
    streamed(world)
    world.printer.print_sheet()
    world.look()


def draining(world: World) -> None:
    paying(world)
    world.say(link.CancelPayment())


def stopping(world: World) -> None:
    streamed(world)
    world.time_out(h.Timer.JOB)


def leaving(world: World) -> None:
    opened(world)
    world.say(link.CloseVisit("cancelled"))


STATES: list[tuple[Reach, State, int]] = [
    (opened, State.VISIT, 0),
    (paying, State.PAYING, 0),
    (covered, State.HELD, 0),
    (granted, State.PRINTING, 0),
    (streamed, State.PRINTING, 300),
    (half_printed, State.PRINTING, 300),
    (draining, State.DRAINING, 0),
    (stopping, State.STOPPING, 0),
    (leaving, State.LEAVING, 0),
]
IDS = [reach.__name__ for reach, _, _ in STATES]


@pytest.mark.parametrize(("reach", "state", "kept"), STATES, ids=IDS)
def test_a_dead_visit_is_settled_without_it(reach: Reach, state: State, kept: int) -> None:
    world = World()
    reach(world)
    assert world.at(state)
    glasses = len(world.glasses)
    world.happen(h.VisitEnded("killed"))
    assert len(world.glasses) == glasses + 1, "the spare has the glass at once"
    world.print_all()
    world.settle()
    assert world.at(State.IDLE)
    assert world.coins.customer == kept
    books = booked(world.disk)
    assert books["kept"] == kept
    assert books["inserted"] == books["kept"] + books["returned"] + books["owed"]
    assert world.memory.visit == ""


def test_the_next_visit_is_told_what_comes_back() -> None:
    world = World()
    paying(world)
    world.happen(h.VisitEnded("killed"))
    told = link.TakeGlass(apology="visit.died.money_back", settling=True)
    assert world.glasses[-1] == told
    world.time_out(h.Timer.FALL)
    assert world.last(link.CoinsReturned) == link.CoinsReturned(100, 0)
    assert [(r.visit, r.failure) for r in world.composed] == [(VISIT, "visit.died")]


def test_what_was_meant_for_the_dead_visit_is_not_said_to_its_successor() -> None:
    world = World()
    begin(world)
    world.slow_disk = True
    world.insert(100)
    world.happen(h.VisitEnded("killed"))
    world.told.clear()
    world.disk_catches_up()
    assert not [value for value in world.told if isinstance(value, link.CoinIn)]


def test_the_glass_does_not_wait_for_the_disk_but_money_does() -> None:
    world = World()
    begin(world)
    pay(world, 100)
    world.slow_disk = True
    glasses = len(world.glasses)
    world.happen(h.VisitEnded("killed"))
    assert len(world.glasses) == glasses + 1
    assert world.coins.customer == 100
    world.disk_catches_up()
    world.time_out(h.Timer.FALL)
    world.disk_catches_up()
    assert world.coins.customer == 0


def test_nothing_is_released_before_its_entries_are_on_disk() -> None:
    world = World()
    covered(world)
    world.slow_disk = True
    world.told.clear()
    world.say(link.PrintCopy("t1", 1, 1))
    assert not [value for value in world.told if isinstance(value, link.PrintGranted)]
    world.disk_catches_up()
    assert world.last(link.PrintGranted) == link.PrintGranted("t1")


def test_a_streamed_copy_is_delivered_though_its_visit_is_dead() -> None:
    world = World()
    streamed(world)
    world.happen(h.VisitEnded("killed"))
    world.print_all()
    assert world.at(State.IDLE)
    assert world.last(link.MoneySettled) == link.MoneySettled(300, 200, 0)
    assert world.printer.tray == 2


def test_a_copy_half_handed_over_is_cancelled_at_the_device_and_in_the_spooler() -> None:
    world = World()
    granted(world)
    world.printer.receive("t1", 2)
    world.happen(h.VisitEnded("killed"))
    assert world.printer.jobs["t1"].state is JobState.CANCELED
    assert "spooler.contained" in [e.kind for e in world.disk]
    world.look()
    assert world.last(link.MoneySettled) == link.MoneySettled(0, 500, 0)


def test_no_further_copy_is_awaited_from_a_dead_visit() -> None:
    world = World()
    begin(world, copies=2)
    pay(world, 500, 100)
    world.say(link.PrintCopy("t1", 1, 1))
    world.stream("t1")
    world.happen(h.VisitEnded("killed"))
    world.print_all()
    assert world.last(link.MoneySettled) == link.MoneySettled(300, 300, 0)
    assert world.slips == 1, "what was paid for lies there, and so does its receipt"


def test_of_a_visit_that_dies_when_all_is_settled_the_next_glass_says_so() -> None:
    world = World()
    streamed(world)
    world.print_all()
    world.settle()
    assert world.last(link.MoneySettled)
    settled = world.last(link.MoneySettled)
    world.happen(h.VisitEnded("killed"))
    told = world.glasses[-1]
    assert not told.settling
    assert (told.kept_yen, told.returned_yen) == (settled.kept_yen, settled.returned_yen)
    assert told.kept_yen == 300


def test_owed_money_of_a_dead_visit_is_said_on_paper() -> None:
    world = World()
    paying(world)
    world.coins.jammed = {100, 50, 10}
    world.happen(h.VisitEnded("killed"))
    world.settle()
    assert world.slips == 1
    assert world.memory.cases == ((f"{VISIT[:8]}-1", 100),)


def test_two_deaths_in_a_row_settle_once() -> None:
    world = World()
    draining(world)
    world.happen(h.VisitEnded("killed"))
    world.happen(h.VisitEnded("killed"))
    world.settle()
    assert [e.kind for e in world.disk].count("visit.died") == 1
    assert world.coins.customer == 0


# --- the supervisor itself ---------------------------------------------------------------


@pytest.mark.parametrize(("reach", "state", "kept"), STATES, ids=IDS)
def test_a_dead_supervisor_finds_everything_in_its_journal(
    reach: Reach, state: State, kept: int
) -> None:
    world = World()
    reach(world)
    assert world.at(state)
    world.boot()
    world.print_all()
    world.settle()
    assert world.at(State.IDLE)
    assert world.coins.customer == kept
    books = booked(world.disk)
    assert books["inserted"] == books["kept"] + books["returned"] + books["owed"]


def test_a_coin_that_fell_while_nobody_looked_is_credited_once() -> None:
    world = World()
    paying(world)
    world.drop(50)
    world.coins.land()
    world.boot()
    world.boot()
    world.settle()
    assert booked(world.disk) == {"inserted": 150, "kept": 0, "returned": 150, "owed": 0}
    assert world.coins.customer == 0


def test_after_a_long_power_failure_money_waits_for_its_owner() -> None:
    world = World()
    paying(world)
    world.boot(quiet_s=3600)
    world.settle()
    assert world.coins.customer == 100
    assert [yen for _, yen in world.memory.cases] == [100]


def test_a_copy_the_device_forgot_is_judged_by_its_engine() -> None:
    world = World()
    streamed(world)
    world.printer.jobs.clear()  # It lost power too, and its history.
    world.boot()
    world.look()
    assert world.last(link.MoneySettled) == link.MoneySettled(0, 500, 0)


def test_a_forgotten_copy_of_which_sheets_moved_is_a_case() -> None:
    world = World()
    half_printed(world)
    world.printer.jobs.clear()
    world.boot()
    world.look()
    assert world.last(link.MoneySettled) == link.MoneySettled(0, 200, 300, f"{VISIT[:8]}-1")


def test_a_forgotten_copy_without_an_engine_counter_is_a_case() -> None:
    world = World()
    world.printer.counts = False
    streamed(world)
    world.printer.jobs.clear()
    world.boot()
    world.look()
    assert [e["result"] for e in world.disk if e.kind == "print.end"] == ["unknown"]


def test_what_was_settled_is_said_after_the_start() -> None:
    world = World()
    paying(world)
    world.boot()
    assert world.glasses[-1].apology == "visit.died.terminal"
    assert world.glasses[-1].settling
    assert world.glasses[-1].returned_yen == 0
    world.settle()
    recovered = [e for e in world.disk if e.kind == "terminal.recovered"]
    assert [(e["visit"], e["returned"]) for e in recovered] == [(VISIT, 100)]
    assert APPLICATION in str(world.disk)
