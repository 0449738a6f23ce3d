"""An MDB machine under the supervisor's own loop, table and worker: wherever the host dies."""

from typing import Any

import pytest
from typing_extensions import override

from drivers.coin.contract import CoinVendorConfig
from drivers.coin.mdb.tables import CHANGER, VALIDATOR
from drivers.coin.mdb.virtual import MdbBillBuild, MdbBuild, MdbChangerBuild, VirtualMdbMachine
from drivers.coin.virtual import Place, Speeds
from kiosk.change import Float
from kiosk.link import values as link
from kiosk.settle.model import State
from tests.fault_plans.terminal import Terminal
from tests.kiosk.settle.test_faults import APPLICATION, VISIT, insert, leave

PIECES = 40


class MdbTerminal(Terminal):
    """As the terminal of the fault plans, with MDB on its line."""

    capacity = 200

    @override
    def _made(self, build: Any, speeds: Speeds | None) -> Any:
        tubes = MdbChangerBuild(pieces=dict(self.coins_at_first), capacity=self.capacity)
        made = MdbBuild(tubes, MdbBillBuild())
        return VirtualMdbMachine(
            self.clock, made, lambda one: self.happened.append(one.what), speeds
        )

    @override
    def _config(self) -> CoinVendorConfig:
        hoppers = {str(yen): CHANGER for yen in self.coins_at_first}
        return CoinVendorConfig(port="memory", protocol="mdb", hoppers=hoppers, bills=VALIDATOR)

    @override
    def at_first(self) -> Float:
        capacity = tuple((yen, self.capacity) for yen in self.coins_at_first)
        return Float(tuple(self.coins_at_first.items()), capacity)


class FullTerminal(MdbTerminal):
    """Its tubes are full: what comes goes to the cash box, where nothing counts it."""

    capacity = PIECES


def paying(kind: type[MdbTerminal] = MdbTerminal, fee: int = 300) -> MdbTerminal:
    made = kind()
    made.say(link.OpenVisit(VISIT))
    made.say(link.AcceptCoins(APPLICATION, fee, 1, fee))
    assert made.state is State.PAYING
    return made


def doubts(t: MdbTerminal) -> list[str]:
    wanted = {"coin.lost", "coin.maybe", "bill.lost", "bill.maybe", "coin.cursor", "bill.cursor"}
    return [e.kind for e in t.disk if e.kind in wanted]


def test_a_payment_is_given_back_and_nothing_is_in_doubt() -> None:
    t = paying()
    insert(t, 100, 100)
    leave(t)
    assert t.audit() == ()
    assert t.machine.truth().yen(Place.TRAY) == 200
    assert not doubts(t)
    assert any(e.kind == "coin.counts" for e in t.disk), "the payout moved the tubes"


def test_a_note_is_given_back_in_coins() -> None:
    t = paying()
    t.hand.insert_bill(1000)
    t.pass_time(6.0)
    leave(t)
    assert t.audit() == ()
    assert t.machine.truth().yen(Place.TRAY) == 1000
    assert not doubts(t)


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("first", range(1, 40, 13))
def test_killed_at_any_exchange_nothing_is_lost_and_nothing_in_doubt(
    first: int, before: bool
) -> None:
    """Coins and a note, and the host dies in its n-th exchange with the adapter from then on."""
    for nth in range(first, first + 13):
        t = paying(fee=1500)
        t.crash_before_line = before
        t.crash_at_exchange = nth
        t.survive(lambda t=t: story(t))  # type: ignore[misc]
        assert t.deaths == 1, nth
        t.pass_time(40.0)
        assert t.settled(), nth
        assert t.audit() == (), nth
        truth = t.machine.truth()
        assert truth.customer_yen == 0, (nth, "all of it came back")
        assert not doubts(t), nth


def story(t: MdbTerminal) -> None:
    insert(t, 100, 500)
    t.hand.insert_bill(1000)
    t.pass_time(3.0)
    insert(t, 50)


def test_killed_with_full_tubes_the_books_say_that_they_do_not_know() -> None:
    t = paying(FullTerminal)
    t.crash_before_line = False
    t.hand.drop_coin(100)
    t.clock.advance(0.5)
    t.crash_at_exchange = 1
    t.survive(lambda: t.pass_time(1.0))
    t.pass_time(40.0)
    assert t.settled()
    assert [e.number("at_least") for e in t.disk if e.kind == "coin.lost"] == [0]
    assert [e["reason"] for e in t.disk if e.kind == "case.open"] == ["coin.events_lost"]
    assert t.machine.truth().count(Place.CASHBOX, 100) == 1


def test_a_refill_while_nobody_pays_is_nobody_s_money() -> None:
    t = paying()
    leave(t)
    t.hand.fill_hopper(100, 5)
    t.die(1.0)
    t.pass_time(10.0)
    assert not [e for e in t.disk if e.kind == "coin.in"]
    assert t.machine.truth().yen(Place.TRAY) == 0
