"""A changer in the cashier: several values at one address, as the configuration allows it.

Production loop, table, coin worker and ccTalk driver over the virtual machine.
"""

from dataclasses import replace

from typing_extensions import override

from drivers.coin.contract import CoinVendorConfig
from drivers.coin.virtual import ChangerBuild, MachineBuild, Place
from kiosk.change import Float
from kiosk.link import values as link
from tests.fault_plans.terminal import PIECES, Terminal
from tests.kiosk.settle.test_stories import APPLICATION, VISIT
from tests.kiosk.settle.world import booked

VALUES = (10, 50, 100, 500)


class ChangerTerminal(Terminal):
    """A terminal whose only payer is a changer at 55; what is inserted lies in the cash box."""

    def __init__(self) -> None:
        changer = ChangerBuild(pieces=dict.fromkeys(VALUES, PIECES))
        super().__init__(MachineBuild(hoppers={}, changer=changer))

    @override
    def _config(self) -> CoinVendorConfig:
        hoppers = {str(value): 55 for value in VALUES}
        return replace(super()._config(), hoppers=hoppers)

    @override
    def at_first(self) -> Float:
        return replace(super().at_first(), capacity=tuple((value, PIECES) for value in VALUES))

    def pays(self, *coins: int) -> None:
        """A resident is asked for 300 yen."""
        self.say(link.OpenVisit(VISIT))
        self.say(link.AcceptCoins(APPLICATION, 300, 1, 300))
        for yen in coins:
            self.hand.drop_coin(yen)
            self.pass_time(1.0)

    def tray_yen(self) -> int:
        return self.machine.truth().yen(Place.TRAY)


def test_cancelled_it_is_paid_back_by_the_changer() -> None:
    t = ChangerTerminal()
    t.pays(100, 50, 10)
    t.say(link.CancelPayment())
    t.pass_time(30.0)
    assert t.tray_yen() == booked(t.disk)["returned"] == 160
    assert t.audit() == ()


def test_change_comes_from_it_and_the_fee_is_kept() -> None:
    t = ChangerTerminal()
    t.pays(500)
    t.say(link.PrintCopy("t1", 1, 1))
    t.stream("t1", 1)
    t.pass_time(30.0)
    assert booked(t.disk) == {"inserted": 500, "kept": 300, "returned": 200, "owed": 0}
    assert t.tray_yen() == 200
    assert t.audit() == ()


def test_killed_while_it_pays_the_next_start_asks_its_counters() -> None:
    for exchange in range(1, 12):
        t = ChangerTerminal()
        t.pays(100, 50)
        t.say(link.CancelPayment())
        t.pass_time(1.0)
        t.crash_at_exchange = exchange
        t.survive(lambda t=t: t.pass_time(30.0))  # type: ignore[misc]
        t.pass_time(60.0)
        assert t.deaths == 1
        assert t.tray_yen() == booked(t.disk)["returned"] == 150
        assert booked(t.disk)["owed"] == 0
        assert t.audit() == ()
