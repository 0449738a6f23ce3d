"""Somebody begins while the terminal is still at work: a moment's waiting, and never for ever."""

import pytest

from kiosk.link import values as link
from kiosk.settle import happened as h
from kiosk.settle.model import State
from kiosk.settle.waiting import OPEN_S
from tests.kiosk.settle.test_deaths import paying, streamed
from tests.kiosk.settle.world import World

EARLY = link.OpenVisit("ffeeddccbbaa0099")
GRANTED = link.VisitGranted()
SETTLING = link.VisitRefused("terminal.settling")


@pytest.fixture
def starting() -> World:
    """The glass is lit, and the coin machine is being set up."""
    world = World()
    world.slow_coins = True
    world.boot()
    assert world.at(State.ASK_COINS)
    return world


def answers(world: World) -> list[link.ToVisit]:
    return [it for it in world.told if isinstance(it, link.VisitGranted | link.VisitRefused)]


def coins_are_ready(world: World) -> None:
    world.coins_answer()
    world.run()


def test_whoever_touches_at_once_is_served_when_the_coin_machine_is_there(
    starting: World,
) -> None:
    starting.say(EARLY)
    assert answers(starting) == []
    assert starting.timers[h.Timer.OPEN] == OPEN_S
    coins_are_ready(starting)
    assert answers(starting) == [GRANTED]
    assert starting.at(State.VISIT)
    assert h.Timer.OPEN not in starting.timers
    assert starting.disk[-1].word("visit") == EARLY.visit


def test_nobody_waits_for_a_coin_machine_that_does_not_come(starting: World) -> None:
    starting.say(EARLY)
    starting.happen(h.CoinsNotResumed("coin.lost"))
    assert answers(starting) == [link.VisitRefused("coin.lost")]
    coins_are_ready(starting)
    assert answers(starting) == [link.VisitRefused("coin.lost")], "one answer"
    assert starting.at(State.IDLE)


def test_a_coin_machine_that_is_slow_is_not_waited_for_without_end(starting: World) -> None:
    starting.say(EARLY)
    starting.time_out(h.Timer.OPEN)
    assert answers(starting) == [SETTLING]
    starting.say(link.CloseVisit("refused", "terminal.settling"))
    coins_are_ready(starting)
    assert answers(starting) == [SETTLING]


def test_whoever_gives_up_meanwhile_is_not_served(starting: World) -> None:
    starting.say(EARLY)
    starting.say(link.CloseVisit("cancelled"))
    assert starting.last(link.VisitClosed) == link.VisitClosed()
    coins_are_ready(starting)
    assert answers(starting) == []
    assert starting.at(State.IDLE)


def test_the_successor_of_one_that_died_waiting_has_not_begun(starting: World) -> None:
    starting.say(EARLY)
    starting.happen(h.VisitEnded("killed"))
    coins_are_ready(starting)
    assert answers(starting) == []
    assert starting.at(State.IDLE)


def test_a_visit_that_says_nonsense_is_ended_before_it_waits(starting: World) -> None:
    starting.say(link.OpenVisit("not hexadecimal"))
    assert starting.killed == ["misuse"]
    coins_are_ready(starting)
    assert answers(starting) == []
    assert starting.at(State.IDLE)


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (h.TroubleSeen("printer", "printer.jam"), link.VisitRefused("printer.jam")),
        (h.JournalTrouble("journal.failed"), link.VisitRefused("journal.failed")),
    ],
)
def test_what_closes_service_meanwhile_is_said(
    starting: World, trouble: object, said: link.VisitRefused
) -> None:
    starting.say(EARLY)
    starting.happen(trouble)
    coins_are_ready(starting)
    assert answers(starting) == [said]


def test_where_service_is_closed_already_nobody_is_kept_waiting(starting: World) -> None:
    starting.happen(h.TroubleSeen("printer", "printer.jam"))
    starting.say(EARLY)
    assert answers(starting) == [link.VisitRefused("printer.jam")]


def test_staff_at_the_machine_is_a_reason_too(starting: World) -> None:
    coins_are_ready(starting)
    starting.happen(h.ExchangeBegun("7"))
    starting.boot()
    starting.told.clear()
    starting.say(EARLY)
    coins_are_ready(starting)
    assert starting.at(State.EXCHANGE)
    assert answers(starting) == [link.VisitRefused("terminal.exchange")]


def test_coins_of_a_dead_visit_go_back_while_the_next_resident_looks_for_the_card() -> None:
    world = World()
    paying(world)
    world.happen(h.VisitEnded("killed"))
    world.told.clear()
    world.say(EARLY)
    assert answers(world) == []
    world.time_out(h.Timer.FALL)
    assert answers(world) == [GRANTED]


def test_a_copy_that_still_comes_is_not_waited_for_without_end() -> None:
    world = World()
    streamed(world)
    world.happen(h.VisitEnded("killed"))
    world.told.clear()
    world.say(EARLY)
    world.time_out(h.Timer.OPEN)
    assert answers(world) == [SETTLING]
    world.print_all()
    world.take_paper()
    world.say(EARLY)
    assert answers(world) == [SETTLING, GRANTED]


def test_a_visit_that_is_served_cannot_begin_another(starting: World) -> None:
    coins_are_ready(starting)
    starting.say(EARLY)
    starting.say(link.OpenVisit("0011"))
    assert answers(starting) == [GRANTED, SETTLING]
