"""Bills on MDB: held, routed, credited when stacked; and what the stacker knows."""

import pytest

from drivers.coin.contract import (
    BillHeld,
    BillReturned,
    CoinAccepted,
    CoinEvent,
    CoinMaybe,
    CoinRefused,
    Taker,
    VendorReset,
    VendorTrouble,
)
from drivers.coin.mdb.adapter import decode_answer, encode_command
from drivers.coin.mdb.framing import Sign
from drivers.coin.mdb.tables import Validator
from drivers.coin.mdb.virtual import MdbBillBuild, MdbBuild
from drivers.coin.mdb.virtual.adapter import Harm
from drivers.coin.virtual import Place
from drivers.errors import DeviceError, MisuseError
from tests.drivers.coin.mdb.rig import NOTES, VALUES, Rig, kinds


@pytest.fixture
def rig() -> Rig:
    return Rig(MdbBuild(bills=MdbBillBuild())).ready()


def stacked(events: tuple[CoinEvent, ...]) -> list[int]:
    return [e.yen for e in events if isinstance(e, CoinAccepted) and e.cursor.taker is Taker.BILL]


def test_it_names_the_notes_it_takes(rig: Rig) -> None:
    able = rig.vendor.capabilities()
    assert able.bills == NOTES
    assert able.accepts == VALUES | NOTES
    assert able.devices[1].startswith("48: Bill validator (MDB level 1), KVM")


@pytest.mark.parametrize("yen", sorted(NOTES))
def test_a_bill_is_credited_when_it_is_stacked_and_not_before(rig: Rig, yen: int) -> None:
    rig.hand.insert_bill(yen)
    held = rig.poll(8)
    assert [e.yen for e in held if isinstance(e, BillHeld)] == [yen]
    assert not stacked(held)
    rig.vendor.route(stack=True)
    assert stacked(rig.poll(8)) == [yen]
    rig.check()


def test_a_bill_that_is_not_wanted_goes_back(rig: Rig) -> None:
    rig.hand.insert_bill(1000)
    rig.poll(8)
    rig.vendor.route(stack=False)
    assert BillReturned in map(type, rig.poll(8))
    assert rig.machine.truth().customer_yen == 0
    rig.check()


def test_bills_that_are_not_let_in_are_refused(rig: Rig) -> None:
    rig.vendor.accept(frozenset({1000}))
    rig.hand.insert_bill(10000)
    rig.hand.insert_bill(3)
    assert [type(e) for e in rig.poll(3)] == [CoinRefused, CoinRefused]
    rig.check()


def test_without_a_validator_nothing_is_routed() -> None:
    with pytest.raises(MisuseError):
        Rig().ready().vendor.route(stack=True)


def test_one_without_escrow_is_refused() -> None:
    rig = Rig(MdbBuild(bills=MdbBillBuild(escrow=False)))
    with pytest.raises(DeviceError, match="no escrow"):
        rig.vendor.capabilities()


class TestTheHostDies:
    """Between any two things; its next life knows the bill by the stacker and its own cursor."""

    def test_with_a_bill_in_escrow_which_goes_back(self, rig: Rig) -> None:
        rig.hand.insert_bill(5000)
        rig.poll(8)
        events = rig.die_and_resume() + rig.poll(8)
        assert not stacked(events)
        assert rig.machine.truth().count(Place.TRAY, 5000) == 1
        rig.check()

    def test_before_it_heard_of_the_bill_in_escrow(self, rig: Rig) -> None:
        rig.hand.insert_bill(5000)
        rig.clock.advance(2.0)
        events = rig.die_and_resume() + rig.poll(8)
        assert BillHeld not in map(type, events)
        assert rig.machine.truth().count(Place.TRAY, 5000) == 1
        rig.check()

    @pytest.mark.parametrize("waits_s", [0.1, 5.0])
    def test_while_it_is_being_stacked(self, rig: Rig, waits_s: float) -> None:
        rig.hand.insert_bill(2000)
        rig.poll(8)
        rig.vendor.route(stack=True)
        rig.clock.advance(waits_s)
        events = rig.die_and_resume() + rig.poll(10)
        assert stacked(events) == [2000]
        rig.check()

    def test_between_the_acknowledgement_and_the_journal(self, rig: Rig) -> None:
        rig.hand.insert_bill(10000)
        rig.poll(8)
        rig.vendor.route(stack=True)
        rig.clock.advance(5.0)
        assert stacked(rig.vendor.poll()) == [10000]  # heard, and never written down
        assert stacked(rig.die_and_resume()) == [10000]
        rig.check()


class TestTheTellingIsLost:
    def test_stacked_and_not_heard_on_our_side(self, rig: Rig) -> None:
        rig.hand.insert_bill(1000)
        rig.poll(8)
        rig.vendor.route(stack=True)
        rig.clock.advance(3.0)
        rig.harm(Harm.LINE_DAMAGED, command=Validator.POLL, only_data=True)
        assert stacked(rig.poll(4)) == [1000]
        assert rig.machine.adapter.struck == 1
        rig.check()

    def test_stacked_and_told_twice(self, rig: Rig) -> None:
        rig.hand.insert_bill(1000)
        rig.poll(8)
        rig.vendor.route(stack=True)
        rig.clock.advance(3.0)
        rig.harm(Harm.ACK_LOST, command=Validator.POLL)
        assert stacked(rig.poll(4)) == [1000]
        assert rig.machine.adapter.struck == 1
        rig.check()

    def test_the_order_to_stack_is_not_sent_twice(self, rig: Rig) -> None:
        rig.hand.insert_bill(1000)
        rig.poll(8)
        rig.harm(Harm.ANSWER_LOST, command=Validator.ESCROW)
        rig.vendor.route(stack=True)
        assert stacked(rig.poll(8)) == [1000]
        assert len([c for c in rig.commands if c.startswith(b"3501")]) == 1
        rig.check()


def test_reset_with_a_bill_in_escrow(rig: Rig) -> None:
    rig.hand.insert_bill(5000)
    rig.poll(8)
    rig.hand.power_cycle()
    events = rig.poll(8)
    assert VendorReset in map(type, events)
    assert not stacked(events)
    assert rig.machine.truth().count(Place.TRAY, 5000) == 1
    rig.hand.take_tray()
    rig.hand.insert_bill(1000)
    assert BillHeld in map(type, rig.poll(8)), "it lets bills in again"
    rig.check()


def test_reset_while_a_bill_is_being_stacked_is_credited_by_the_stacker(rig: Rig) -> None:
    rig.hand.insert_bill(5000)
    rig.poll(8)
    rig.vendor.route(stack=True)
    rig.clock.advance(0.3)
    rig.hand.power_cycle()
    events = rig.poll(8)
    assert VendorReset in map(type, events)
    assert stacked(events) == [5000]
    rig.check()


@pytest.mark.parametrize("code", [6, 7])
def test_a_jam_stops_the_bills_and_not_the_coins(rig: Rig, code: int) -> None:
    rig.hand.jam_bills(code)
    rig.hand.insert_bill(1000)
    rig.poll(8)
    rig.vendor.route(stack=True)
    rig.poll(8)
    assert [e.reason for e in rig.events if isinstance(e, VendorTrouble)] == ["coin.bill_fault"]
    assert (CoinMaybe in map(type, rig.events)) == (code == 7), "inside, and not credited"
    assert rig.vendor.status().troubles == ("coin.bill_fault",)
    rig.hand.drop_coin(100)
    assert "CoinAccepted" in kinds(rig.poll(4))
    rig.check()


def test_a_validator_that_is_away_is_said_once_and_found_again(rig: Rig) -> None:
    assert rig.machine.bills is not None
    rig.machine.bills.switch_off()
    away = rig.poll(60)
    assert [e.reason for e in away if isinstance(e, VendorTrouble)] == ["coin.bill_fault"]
    rig.machine.bills.switch_on()
    assert VendorReset in map(type, rig.poll(10))
    rig.hand.insert_bill(1000)
    assert BillHeld in map(type, rig.poll(8))
    rig.check()


def test_staff_empties_the_stacker_and_it_is_no_loss(rig: Rig) -> None:
    rig.hand.insert_bill(1000)
    rig.poll(8)
    rig.vendor.route(stack=True)
    rig.poll(8)
    rig.vendor.accept(frozenset())
    rig.hand.take_stacker()
    rig.hand.empty_stacker()
    rig.hand.put_stacker()
    rig.vendor.status()
    rig.poll(2)
    assert rig.cursor(Taker.BILL).accepted_total == 0
    assert "EventsLost" not in kinds(rig.die_and_resume())


def test_an_acknowledgement_is_for_whoever_was_asked_last(rig: Rig) -> None:
    """Both hear it: the validator's own was lost, the changer's must not make it forget."""
    assert rig.machine.bills
    rig.vendor.accept(frozenset())
    rig.poll()
    rig.machine.bills.tell(0x21)
    rig.harm(Harm.ACK_LOST, command=0x33)
    first = rig.machine.receive(encode_command(b"\x33"))
    assert decode_answer(first.strip()) == b"\x21"
    rig.machine.changer.tell(0x21)
    assert decode_answer(rig.machine.receive(encode_command(b"\x0b")).strip()) == b"\x21"
    assert decode_answer(rig.machine.receive(encode_command(b"\x33")).strip()) == b"\x21"
    assert decode_answer(rig.machine.receive(encode_command(b"\x33")).strip()) is Sign.ACK
