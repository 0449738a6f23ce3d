"""The driver and the books together: an emptied or dead hopper is not counted on."""

from kiosk.change import ChangeConfig, acceptable
from kiosk.money import Bill, Yen
from tests.drivers.coin.rig import VALUES, Rig

BOOKS = ChangeConfig(opening={str(value): 50 for value in VALUES}).machine(VALUES)
BILL = Bill(Yen(300), 1)


def taken(rig: Rig) -> frozenset[int]:
    """The coins that would be let in for 300 yen, after asking the machine."""
    status = rig.vendor.status()
    doubted = BOOKS.doubted(status.low, {})
    return acceptable(BILL, 0, BOOKS.less(doubted, status.blocked), VALUES)


def test_a_full_machine_takes_everything() -> None:
    assert taken(Rig().ready()) == VALUES


def test_hoppers_that_were_emptied_behind_our_back_give_no_change() -> None:
    rig = Rig().ready()
    for yen in (10, 50, 100):
        rig.hand.empty_hopper(yen)
    assert rig.vendor.status().low == {10, 50, 100}
    assert taken(rig) == {10, 50, 100}


def test_one_emptied_hopper_is_made_up_by_the_others() -> None:
    rig = Rig().ready()
    rig.hand.empty_hopper(100)
    assert taken(rig) == VALUES
