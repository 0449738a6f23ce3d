"""Setting up a coin machine on a line, or a host, that is too busy: go on, and forget nothing."""

import pytest

from drivers.coin.contract import VendorReset
from drivers.coin.tables import Header
from drivers.errors import DeviceError
from drivers.link.faulty import Direction, Fault, Harm
from tests.drivers.coin.rig import VALUES, Rig, for_header

ACCEPTOR, LAST_HOPPER = 2, 6


def silent(address: int, header: Header, times: int = 3) -> Fault:
    """The answers to this question are lost, its repetitions included."""
    return Fault(
        direction=Direction.REPLY,
        harm=Harm.CUT,
        when=lambda raw: raw[0] == address and for_header(header)(raw),
        times=times,
    )


def exchanges(rig: Rig) -> int:
    """How many requests there were since the last time."""
    count = len(rig.requests)
    rig.requests.clear()
    return count


def test_a_set_up_that_broke_off_is_gone_on_with() -> None:
    r = Rig()
    r.vendor.capabilities()
    whole = exchanges(r)
    r.restart()
    r.faults(silent(LAST_HOPPER, Header.SIMPLE_POLL), silent(LAST_HOPPER, Header.ENCRYPTION, 1))
    with pytest.raises(DeviceError):
        r.vendor.capabilities()
    exchanges(r)
    assert r.vendor.capabilities().accepts == VALUES
    assert exchanges(r) < whole / 3, "only the last one is asked who it is"


def test_once_set_up_everybody_is_asked_anew() -> None:
    r = Rig()
    r.vendor.capabilities()
    whole = exchanges(r)
    r.vendor.resume(None)
    exchanges(r)
    r.vendor.capabilities()
    assert exchanges(r) == whole


def test_a_device_that_was_changed_meanwhile_is_not_taken_for_the_one_before() -> None:
    r = Rig()
    r.faults(silent(LAST_HOPPER, Header.SIMPLE_POLL), silent(LAST_HOPPER, Header.ENCRYPTION, 1))
    with pytest.raises(DeviceError):
        r.vendor.capabilities()
    r.machine.act(lambda: r.machine.acceptor.swap(999))
    assert "serial 999" in r.vendor.capabilities().devices[0]


def test_one_of_which_only_the_name_is_known_is_not_known() -> None:
    """Coins of an acceptor whose table was not read would be credited as nothing."""
    r = Rig()
    r.faults(silent(ACCEPTOR, Header.COIN_ID))
    with pytest.raises(DeviceError):
        r.vendor.capabilities()
    r.vendor.resume(None)
    r.vendor.accept(VALUES)
    r.hand.drop_coin(100)
    r.poll(10)
    assert r.credited_yen == 100
    r.check()


@pytest.mark.parametrize("header", [Header.CREDITS, Header.INHIBITS, Header.ACCEPT_COUNTER])
def test_a_reset_that_was_seen_is_told_though_the_set_up_broke_off(header: Header) -> None:
    """The set-up wipes the only trace of a reset before the first event: inhibits as nobody
    leaves them. What the broken attempt has seen, the next one tells."""
    r = Rig().ready()
    before = r.vendor._acceptor.cursor
    r.hand.power_cycle()
    r.clock.advance(1.0)
    r.restart()
    r.vendor.capabilities()
    shut = [0]

    def after_shutting(raw: bytes) -> bool:
        shut[0] += for_header(Header.SET_MASTER_INHIBIT)(raw)
        return shut[0] > 0 and for_header(header)(raw)

    r.faults(Fault(direction=Direction.REPLY, harm=Harm.CUT, when=after_shutting, times=3))
    with pytest.raises(DeviceError):
        r.vendor.resume(before)
    assert [type(event) for event in r.vendor.resume(before)] == [VendorReset]
    assert r.vendor.resume(before) == (), "it is told once"
