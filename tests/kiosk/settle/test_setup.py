"""A coin machine that comes up in parts: production loop, table, worker, driver; a turned clock."""

from drivers.coin.tables import Header
from drivers.link.faulty import Direction, Fault, Harm
from kiosk.link import values as link
from kiosk.settle.model import State
from kiosk.settle.service import BILLS_AGAIN_S
from tests.fault_plans.terminal import Terminal
from tests.kiosk.settle.test_faults import back, bill, kinds, terminal
from tests.kiosk.settle.world import booked


def deaf(t: Terminal, header: Header, times: int) -> None:
    """So many answers to this question are lost."""
    t.plan.add(
        Fault(
            direction=Direction.REPLY,
            harm=Harm.CUT,
            when=lambda raw: len(raw) > 3 and raw[3] == header,
            times=times,
        )
    )


def with_a_bill_on_its_way() -> Terminal:
    """The host dies while a bill is being stacked, and finds the validator silent afterwards."""
    t = terminal()
    bill(t, seconds=1.5)
    assert t.loop.model.bill_moving
    deaf(t, Header.BILL_EVENTS, times=3)
    t.die(dark_s=3.0)
    return t


def test_a_bill_validator_that_was_silent_at_the_start_is_asked_again() -> None:
    t = with_a_bill_on_its_way()
    t.pass_time(10.0)
    assert t.state is State.IDLE
    assert booked(t.disk)["inserted"] == 0, "nobody has heard of the bill yet"
    t.pass_time(BILLS_AGAIN_S + 10.0)
    assert booked(t.disk)["inserted"] == 1000
    assert back(t) == 1000, "in coins"
    assert t.settled()
    assert t.audit() == ()


def test_it_is_not_asked_while_somebody_pays() -> None:
    """The bill of the one before is not this resident's."""
    t = with_a_bill_on_its_way()
    t.pass_time(5.0)
    t.say(link.OpenVisit("ffeeddccbbaa0099"))
    t.say(link.AcceptCoins("cd" * 32, 300, 1, 300))
    assert t.state is State.PAYING
    t.pass_time(BILLS_AGAIN_S + 10.0)
    assert t.open_now, "the slot stays open"
    assert booked(t.disk)["inserted"] == 0
    t.say(link.CancelPayment())
    t.pass_time(5.0)
    t.say(link.CloseVisit("cancelled"))
    t.pass_time(60.0)
    assert booked(t.disk)["inserted"] == 1000
    assert t.audit() == ()


def test_a_validator_that_stays_silent_is_said_once_and_coins_go_on() -> None:
    t = terminal()
    deaf(t, Header.BILL_EVENTS, times=10_000)
    t.die()
    t.pass_time(4 * BILLS_AGAIN_S)
    t.say(link.OpenVisit("ffeeddccbbaa0099"))
    t.say(link.AcceptCoins("cd" * 32, 300, 1, 300))
    t.hand.drop_coin(100)
    t.pass_time(2.0)
    assert booked(t.disk)["inserted"] == 100
    told = [e for e in t.disk if e.kind == "device.trouble" and e["reason"] == "coin.bill_fault"]
    assert len(told) == 1


def test_one_lost_exchange_in_a_set_up_closes_no_service() -> None:
    t = terminal()
    deaf(t, Header.COIN_ID, times=3)
    t.die()
    assert "terminal.trouble" not in kinds(t)
    assert t.loop.model.accepts
