"""The sheet ledger: nobody who counts may contradict, or the copy is unknown and a case."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from drivers.printer.contract import JobProgress, JobState, Tray
from kiosk.journal.entries import Entry
from kiosk.link import values as link
from kiosk.settle import commands as c
from kiosk.settle import happened as h
from kiosk.settle.model import State
from tests.kiosk.settle.world import World, assert_the_papers_are_true

VISIT = "00112233aabbccdd"
CASE = f"{VISIT[:8]}-1"


@pytest.fixture
def world() -> World:
    return World()


def paid(world: World, copies: int = 1) -> None:
    world.say(link.OpenVisit(VISIT))
    world.say(link.AcceptCoins("ab" * 32, 300 * copies, copies, 300))
    for _ in range(3 * copies):
        assert world.insert(100)


def ordered(world: World, sheets: int = 1, copy: int = 1) -> str:
    title = f"t{copy}"
    world.say(link.PrintCopy(title, copy, sheets))
    assert world.last(link.PrintGranted) == link.PrintGranted(title)
    world.stream(title, sheets)
    return title


def ledger(world: World) -> Entry:
    return next(entry for entry in reversed(world.disk) if entry.kind == "print.count")


def test_a_copy_that_adds_up_has_its_ledger_in_the_journal(world: World) -> None:
    paid(world)
    ordered(world, 2)
    world.printer.spooled = 2
    world.print_all()
    assert world.last(link.CopyPrinted) == link.CopyPrinted("t1", "device_counted")
    assert dict(ledger(world).fields) == {
        "title": "t1", "expected": 2, "sheets": 2, "sides": 4, "engine": 4, "spooled": 2,
        "tray": "sheets", "against": "",
    }  # fmt: skip


def lies(world: World, **said: int) -> None:
    """The device's job ends with this count."""
    done = JobProgress("t1", JobState.COMPLETED, 4, 2)
    world.printer.jobs["t1"] = replace(done, **said)


def one_sheet_short(world: World) -> None:
    lies(world, sheets=1, impressions=2)


def one_sheet_more(world: World) -> None:
    lies(world, sheets=3, impressions=6)


def one_side_only(world: World) -> None:
    lies(world, impressions=2)


def twice_the_sides(world: World) -> None:
    lies(world, impressions=8)


LIFE = 1000
"""The engine's counter before the copy."""


def engine_stood_still(world: World) -> None:
    lies(world)
    world.printer.life = LIFE


def engine_went_on(world: World) -> None:
    lies(world)
    world.printer.life += 2


def engine_went_back(world: World) -> None:
    lies(world)
    world.printer.life -= 100


def nothing_in_the_tray(world: World) -> None:
    lies(world)
    world.printer.seen = Tray.EMPTY


def spooler_made_three(world: World) -> None:
    lies(world)
    world.printer.spooled = 3


@pytest.mark.parametrize(
    ("lie", "against"),
    [
        (one_sheet_short, "sheets+engine"),
        (one_sheet_more, "sheets+engine"),
        (one_side_only, "sides"),
        (twice_the_sides, "sides"),
        (engine_stood_still, "engine"),
        (engine_went_on, "engine"),
        (engine_went_back, "engine"),
        (nothing_in_the_tray, "tray"),
        (spooler_made_three, "spooler"),
    ],
)
def test_a_contradiction_is_a_case_and_never_a_success(
    world: World, lie: Callable[[World], None], against: str
) -> None:
    world.printer.life = LIFE
    paid(world)
    ordered(world, 2)
    while world.printer.print_sheet():
        pass
    lie(world)
    world.look()
    assert ledger(world).word("against") == against
    failed = world.last(link.CopyFailed)
    assert isinstance(failed, link.CopyFailed)
    assert (failed.reason, failed.known) == ("printer.counts_differ", False)
    assert world.last(link.MoneySettled) == link.MoneySettled(0, 0, 300, CASE)
    assert not [value for value in world.told if isinstance(value, link.CopyPrinted)]
    assert [e.kind for e in world.disk].count("print.intent") == 1, "nothing is printed again"


@pytest.mark.parametrize(("life", "against"), [(0, "engine"), (2, ""), (4, ""), (6, "engine")])
def test_a_job_given_up_must_fit_its_engine_too(world: World, life: int, against: str) -> None:
    """One sheet of two is out; a second may have been left inside, printed on both sides."""
    paid(world)
    ordered(world, 2)
    world.printer.print_sheet()
    world.look()
    world.printer.abort()
    world.printer.life = life
    world.look()
    assert ledger(world).word("against") == against
    failed = world.last(link.CopyFailed)
    assert isinstance(failed, link.CopyFailed)
    assert failed.known is not bool(against)


def test_a_sheet_in_the_tray_that_nobody_counted_is_a_case(world: World) -> None:
    paid(world)
    ordered(world)
    world.printer.seen = Tray.SHEETS
    world.printer.abort()
    world.look()
    assert ledger(world).word("against") == "tray"
    assert world.last(link.MoneySettled) == link.MoneySettled(0, 0, 300, CASE)


def test_a_jam_excuses_more_sides_but_not_fewer(world: World) -> None:
    paid(world)
    ordered(world, 2)
    world.printer.troubles = ("printer.jam",)
    world.look()
    world.printer.troubles = ()
    world.printer.life += 1
    world.print_all()
    assert ledger(world).number("engine") == 5
    assert world.last(link.CopyPrinted) == link.CopyPrinted("t1", "device_counted")


def test_the_tray_tells_nothing_of_a_second_copy(world: World) -> None:
    paid(world, copies=2)
    ordered(world)
    world.print_all()
    ordered(world, copy=2)
    world.printer.print_sheet()
    world.printer.seen = Tray.EMPTY
    world.look()
    assert ledger(world).word("tray") == "unknown"
    assert world.last(link.CopyPrinted) == link.CopyPrinted("t2", "device_counted")


def test_after_a_restart_an_empty_tray_is_no_witness(world: World) -> None:
    """Whoever waited there has taken the sheet meanwhile."""
    paid(world)
    ordered(world)
    world.printer.print_sheet()
    world.printer.tray = 0
    world.boot()
    world.look()
    assert ledger(world).word("tray") == "unknown"
    assert [e.word("result") for e in world.disk if e.kind == "print.end"] == ["printed"]
    assert_the_papers_are_true(world)


def test_counts_that_never_come_leave_a_case(world: World) -> None:
    paid(world)
    ordered(world)
    deaf = {**world._DOERS, c.CountSheets: lambda *_: None}
    world._DOERS = deaf  # type: ignore[misc]  # the worker hangs
    world.print_all()
    assert world.at(State.COUNTING)
    world.time_out(h.Timer.JOB)
    failed = world.last(link.CopyFailed)
    assert failed == link.CopyFailed("t1", 1, "printer.unknown_outcome", known=False)
    assert world.last(link.MoneySettled) == link.MoneySettled(0, 0, 300, CASE)


def test_killed_while_counting_it_counts_again(world: World) -> None:
    paid(world)
    ordered(world)
    world.printer.print_sheet()
    assert world.crashed(lambda: _crash_at_the_count(world))
    world.boot()
    world.look()
    world.settle()
    assert [e.word("result") for e in world.disk if e.kind == "print.end"] == ["printed"]
    assert_the_papers_are_true(world)


def _crash_at_the_count(world: World) -> None:
    world.crash_at = world.actions + 1
    world.look()


def test_another_printer_at_rest_gets_a_queue_of_its_own(world: World) -> None:
    contained: list[str] = []
    world._DOERS = {  # type: ignore[misc]  # watched
        **world._DOERS,
        c.ContainSpooler: lambda _w, command, _g: contained.append(command.reason),
    }
    paid(world)
    ordered(world)
    world.print_all()
    world.take_paper()
    world.say(link.CloseVisit("issued"))
    world.happen(h.VisitEnded("exit"))
    assert contained == []
    world.printer.machine, world.printer.life = "0b0b0b0b", 7
    paid(world)
    assert contained == ["printer.replaced"]
    assert [e.word("machine") for e in world.disk if e.kind == "printer.replaced"] == ["0b0b0b0b"]
    ordered(world)
    world.print_all()
    assert world.last(link.CopyPrinted) == link.CopyPrinted("t1", "device_counted")


def test_the_spool_is_cleared_after_the_last_copy_and_not_before(world: World) -> None:
    cleared: list[object] = []
    world._DOERS = {  # type: ignore[misc]  # watched
        **world._DOERS,
        c.ClearSpool: lambda _w, command, _g: cleared.append(command),
    }
    paid(world, copies=2)
    ordered(world)
    world.print_all()
    assert not cleared
    ordered(world, copy=2)
    world.print_all()
    assert cleared == [c.ClearSpool()]
    world.take_paper()
    world.say(link.CloseVisit("issued"))
    world.happen(h.VisitEnded("exit"))
    paid(world)
    ordered(world)
    world.printer.abort()
    world.look()
    assert cleared == [c.ClearSpool()] * 2


def test_a_printer_replaced_after_the_visit_began_prints_nothing(world: World) -> None:
    paid(world)
    world.printer.machine = "0b0b0b0b"
    world.say(link.PrintCopy("t1", 1, 1))
    assert world.last(link.PrintRefused) == link.PrintRefused("t1", "printer.replaced")


def test_a_printer_replaced_in_the_middle_is_a_case_though_its_counter_fits(world: World) -> None:
    paid(world)
    ordered(world)
    world.printer.forget()
    world.printer.machine = "0b0b0b0b"
    world.time_out(h.Timer.JOB)
    world.time_out(h.Timer.CANCEL)
    world.look()
    assert world.last(link.MoneySettled) == link.MoneySettled(0, 0, 300, CASE)


def test_a_sheet_that_lies_there_is_not_nothing(world: World) -> None:
    """The device forgot the job and its counter stands still, but paper is in the tray."""
    paid(world)
    ordered(world)
    world.printer.forget()
    world.printer.tray = 1
    world.time_out(h.Timer.JOB)
    world.time_out(h.Timer.CANCEL)
    world.look()
    assert world.last(link.MoneySettled) == link.MoneySettled(0, 0, 300, CASE)


def test_sides_are_counted_where_sheets_are_not(world: World) -> None:
    paid(world)
    ordered(world, 2)
    while world.printer.print_sheet():
        pass
    lies(world, sheets=-1)
    world.look()
    assert world.last(link.CopyPrinted) == link.CopyPrinted("t1", "device_counted")
