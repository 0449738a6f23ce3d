"""The bill validator beside the coins, on either line: what fails there is tried again."""

import pytest

from drivers.coin.bills_beside import BillsBeside
from drivers.coin.contract import VendorTrouble
from drivers.coin.mdb.tables import Validator
from drivers.coin.mdb.virtual import MdbBillBuild, MdbBuild
from drivers.coin.mdb.virtual.adapter import Harm as MdbHarm
from drivers.coin.tables import Header
from drivers.coin.virtual import BillBuild, MachineBuild
from drivers.errors import MisuseError, SilenceError
from drivers.link.faulty import Direction, Fault, Harm
from tests.drivers.coin.mdb.rig import Rig as MdbRig
from tests.drivers.coin.rig import Rig

COINS, NOTE = frozenset({10, 50, 100, 500}), 1000
VALIDATOR = 40


def inhibits_of_the_validator(raw: bytes) -> bool:
    return len(raw) > 3 and (raw[0], raw[3]) == (VALIDATOR, Header.SET_INHIBITS)


def deaf_rig() -> Rig:
    """A ccTalk machine whose validator does not hear three times what it is to let in."""
    rig = Rig(MachineBuild(bills=BillBuild())).ready()
    rig.vendor.accept(frozenset())
    rig.plan.add(
        Fault(direction=Direction.REQUEST, harm=Harm.CUT, when=inhibits_of_the_validator, times=3)
    )
    return rig


def deaf_mdb_rig() -> MdbRig:
    """The same of MDB."""
    rig = MdbRig(MdbBuild(bills=MdbBillBuild())).ready()
    rig.vendor.accept(frozenset())
    rig.harm(MdbHarm.LINE_LOST, 3, Validator.BILL_TYPE)
    return rig


@pytest.mark.parametrize("make", [deaf_rig, deaf_mdb_rig], ids=["cctalk", "mdb"])
def test_one_that_did_not_hear_is_opened_by_the_next_poll(make: type[Rig]) -> None:
    rig = make()
    rig.vendor.accept(COINS | {NOTE})
    assert rig.vendor.status().accepting == COINS, "coins are let in all the same"
    rig.poll(2)
    assert rig.vendor.status().accepting == COINS | {NOTE}
    rig.hand.insert_bill(NOTE)
    rig.poll(10)
    assert NOTE in {getattr(event, "yen", 0) for event in rig.events}, "it is held"


@pytest.mark.parametrize("make", [deaf_rig, deaf_mdb_rig], ids=["cctalk", "mdb"])
def test_what_it_did_not_hear_is_forgotten_when_it_is_told_something_else(make: type[Rig]) -> None:
    rig = make()
    rig.vendor.accept(COINS | {NOTE})
    rig.vendor.accept(COINS)
    rig.poll(3)
    assert rig.vendor.status().accepting == COINS


def test_without_one_nothing_is_let_in_and_nothing_routed() -> None:
    none = BillsBeside(None)
    none.accept(frozenset({NOTE}))
    assert (none.accepting, none.polled, none.resume(None)) == (frozenset(), False, ())
    with pytest.raises(MisuseError):
        none.route(stack=True)


def test_that_it_is_away_is_said_once() -> None:
    beside, gone = BillsBeside(None), SilenceError("coin.lost", "nothing came back")
    assert beside.not_heard(gone) == (VendorTrouble("coin.bill_fault", "nothing came back"),)
    assert beside.not_heard(gone) == ()
    beside.heard()
    assert len(beside.not_heard(gone)) == 1
