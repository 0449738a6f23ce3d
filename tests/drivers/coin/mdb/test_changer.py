"""The changer's good path through the contract, and what it can and cannot be."""

from dataclasses import replace

import pytest

from drivers.coin.contract import CoinAccepted, CoinRefused, Evidence, ReturnLever
from drivers.coin.mdb.virtual import MdbBuild, MdbChangerBuild
from drivers.errors import DeviceError
from tests.drivers.coin.mdb.rig import VALUES, Rig, kinds


@pytest.fixture
def rig() -> Rig:
    return Rig().ready()


def test_it_names_what_it_takes_and_pays(rig: Rig) -> None:
    able = rig.vendor.capabilities()
    assert able.accepts == able.dispenses == VALUES
    assert able.devices == ("8: Changer (MDB level 3), KVM KV-M1, serial 000000080001",)


def test_a_coin_is_credited_once_with_the_tubes_as_its_witness(rig: Rig) -> None:
    before = rig.cursor()
    rig.hand.drop_coin(100)
    events = [e for e in rig.poll(5) if isinstance(e, CoinAccepted)]
    assert [e.yen for e in events] == [100]
    assert events[0].cursor.accepted_total - before.accepted_total == 1 << 16  # third tube
    assert events[0].cursor.counter == before.counter + 1
    rig.check()


def test_change_is_paid_by_the_coin_and_counted_by_the_tubes(rig: Rig) -> None:
    result = rig.pay(50, 7)
    assert (result.paid, result.evidence, result.reason) == (7, Evidence.DEVICE_COUNTED, "")
    assert rig.machine.truth().paid_yen == 350
    rig.check()


def test_more_than_fifteen_coins_are_several_orders(rig: Rig) -> None:
    result = rig.pay(10, 40)
    assert (result.paid, result.evidence) == (40, Evidence.DEVICE_COUNTED)
    orders = [c[:4] for c in rig.commands if c.startswith(b"0D")]
    assert orders == [b"0DF0", b"0DF0", b"0DA0"]
    rig.check()


def test_coins_that_are_not_let_in_come_back(rig: Rig) -> None:
    rig.vendor.accept(frozenset({10}))
    rig.hand.drop_coin(500)
    rig.hand.drop_coin(10)
    assert [e.yen for e in rig.poll(5) if isinstance(e, CoinAccepted)] == [10]
    rig.vendor.accept(frozenset())
    assert not rig.hand.would_be_let_in(10)
    rig.check()


def test_slug_and_lever_are_told(rig: Rig) -> None:
    rig.hand.drop_coin(7)
    rig.hand.pull_lever()
    events = rig.poll(2)
    assert CoinRefused in map(type, events)
    assert ReturnLever in map(type, events)
    rig.check()


def test_a_full_tube_sends_the_coin_to_the_cash_box_and_it_is_credited() -> None:
    build = MdbChangerBuild(pieces={10: 50, 50: 50, 100: 80, 500: 30}, capacity=80)
    rig = Rig(MdbBuild(build)).ready()
    rig.hand.drop_coin(100)
    assert [e.yen for e in rig.poll(5) if isinstance(e, CoinAccepted)] == [100]
    assert rig.vendor.status().full == {100}
    rig.check()


@pytest.mark.parametrize("country", [0x1392, 0x0081, 0x0392])
def test_japan_is_known_by_currency_or_telephone(country: int) -> None:
    rig = Rig(MdbBuild(MdbChangerBuild(country=country)))
    assert rig.vendor.capabilities().accepts == VALUES


@pytest.mark.parametrize(
    ("build", "why"),
    [
        (MdbChangerBuild(country=0x1978), "1978"),
        (MdbChangerBuild(credits=(1, 5, 10, 50), scaling=1, decimals=1), "no amount of yen"),
        (MdbChangerBuild(pieces={10: 5, 50: 5}), "no tube"),
    ],
)
def test_a_changer_that_does_not_fit_is_refused_in_a_sentence(
    build: MdbChangerBuild, why: str
) -> None:
    rig = Rig(MdbBuild(build))
    rig.build = replace(rig.build, changer=MdbChangerBuild())
    with pytest.raises(DeviceError, match=why) as refused:
        rig.restart().capabilities()
    assert refused.value.reason.name == "coin.unknown_device"


def test_level_2_has_no_serial_and_works_all_the_same() -> None:
    rig = Rig(MdbBuild(MdbChangerBuild(level=2))).ready()
    assert not any(c.startswith(b"0F") for c in rig.commands)
    rig.hand.drop_coin(500)
    assert [e.yen for e in rig.poll(5) if isinstance(e, CoinAccepted)] == [500]
    assert rig.pay(100, 4).paid == 4
    rig.check()


def test_another_changer_is_noticed(rig: Rig) -> None:
    cursor = replace(rig.cursor(), serial=4711)
    events = rig.restart().resume(cursor)
    assert kinds(events) == ["VendorTrouble"]
    assert kinds(rig.poll()) == ["CountsMoved"]


class TestByValue:
    """The alternative payout of level 3: the changer chooses the coins."""

    def test_it_is_told_by_the_changer_and_agrees_with_the_tubes(self) -> None:
        rig = Rig(payout="value").ready()
        result = rig.pay(100, 5)
        assert (result.paid, result.evidence) == (5, Evidence.DEVICE_COUNTED)
        assert rig.machine.truth().paid_yen == 500
        assert any(c.startswith(b"0F0232") for c in rig.commands)
        assert any(c.startswith(b"0F03") for c in rig.commands)
        rig.check()

    def test_a_lost_telling_leaves_the_tubes(self) -> None:
        rig = Rig(payout="value").ready()
        ticket = rig.vendor.prepare(100, 2)
        rig.machine.adapter.plan.clear()
        from drivers.coin.mdb.virtual.adapter import Harm, Planned

        lost = Planned(Harm.LINE_LOST, 1, lambda data: data[:2] == b"\x0f\x03")
        rig.machine.adapter.plan.append(lost)
        result = rig.said(rig.vendor.dispense(ticket))
        assert lost.times == 0
        assert (result.paid, result.evidence) == (2, Evidence.DEVICE_COUNTED)
        rig.check()

    def test_a_changer_that_does_not_offer_it_is_refused(self) -> None:
        from drivers.coin.mdb.tables import Feature

        rig = Rig(MdbBuild(MdbChangerBuild(features=Feature(0))), payout="value").ready()
        with pytest.raises(DeviceError, match="offers no payout by value"):
            rig.vendor.prepare(100, 2)
