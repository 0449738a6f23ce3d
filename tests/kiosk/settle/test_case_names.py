"""Under which name a case is opened: staff finds by it what to look at."""

import pytest

from drivers.coin.contract import (
    CoinMaybe,
    CreditCursor,
    DispenseResult,
    DispenseTicket,
    EventsLost,
    Taker,
)
from kiosk.link import values as link
from kiosk.settle import happened as h
from tests.kiosk.settle.test_stories import begin, pay
from tests.kiosk.settle.world import World


@pytest.fixture
def world() -> World:
    return World()


def opened(world: World) -> list[str]:
    kinds = {"case.open", "money.owed"}
    return list(dict.fromkeys(e.word("reason") for e in world.disk if e.kind in kinds))


@pytest.mark.parametrize(
    ("taker", "name"), [(Taker.COIN, "coin.maybe"), (Taker.BILL, "coin.bill_maybe")]
)
def test_a_coin_or_bill_that_may_be_stuck(world: World, taker: Taker, name: str) -> None:
    begin(world)
    world.happen(CoinMaybe(17, CreditCursor(1, 3, taker=taker)))
    assert opened(world) == [name]


def test_events_that_nobody_can_name(world: World) -> None:
    begin(world)
    world.happen(EventsLost(2, CreditCursor(1, 9)))
    assert opened(world) == ["coin.events_lost"]


def test_a_payout_of_which_nobody_knows_the_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hopper takes the order and answers no more."""
    dispense = world.coins.dispense

    def then_mute(ticket: DispenseTicket) -> DispenseResult:
        world.coins.mute = {ticket.yen}
        return dispense(ticket)

    monkeypatch.setattr(world.coins, "dispense", then_mute)
    begin(world)
    pay(world, 100)
    world.say(link.CancelPayment())
    world.time_out(h.Timer.FALL)
    assert opened(world) == ["coin.payout_unknown"]


def test_money_that_lay_there_through_a_long_power_failure() -> None:
    before = World()
    begin(before)
    pay(before, 100)
    before.boot(quiet_s=3600)
    before.settle()
    assert opened(before) == ["terminal.restart"]


def test_a_copy_after_its_money_went_back(world: World) -> None:
    begin(world)
    pay(world, 100)
    world.say(link.CancelPayment())
    world.time_out(h.Timer.FALL)
    world.say(link.PrintCopy("t1", 1, 1))
    assert world.last(link.PrintRefused) == link.PrintRefused("t1", "payment.closed")
