"""The motorised coin escrow: all coins are kept, or all come back, or it is said to be unknown."""

import pytest

from drivers.clock import VirtualClock
from drivers.coin.bus import CoinBus
from drivers.coin.contract import CoinVendorConfig, Diverted, Fate
from drivers.coin.escrow import CoinEscrow, Divert, decode_escrow_status
from drivers.coin.framing import Check
from drivers.coin.protocol import ReplyError
from drivers.coin.serial import SerialCoinVendor
from drivers.coin.tables import ESCROW_FAULTS, Header
from drivers.coin.virtual import EscrowBuild, MachineBuild, Place, VirtualCoinMachine
from drivers.coin.virtual.mechanics import Nameplate
from drivers.errors import DeviceError, MisuseError
from drivers.link.faulty import Direction, Fault, FaultPlan, FaultyPort, Harm
from drivers.link.memory import MemoryPort
from tests.drivers.coin.rig import HOPPERS, for_header


class Bench:
    """An acceptor over an escrow; 600 yen lie in it."""

    def __init__(self, build: EscrowBuild | None = None) -> None:
        self.clock = VirtualClock()
        self.machine = VirtualCoinMachine(self.clock, MachineBuild(escrow=build or EscrowBuild()))
        self.plan = FaultPlan()
        self.port = port = FaultyPort(
            MemoryPort(self.machine.receive, self.clock), self.plan, self.clock
        )
        config = CoinVendorConfig(port="memory", hoppers=HOPPERS)
        vendor = SerialCoinVendor(config, self.clock, port)
        vendor.capabilities()
        vendor.resume(None)
        vendor.accept(frozenset({100, 500}))
        for yen in (100, 500):
            self.machine.hand.drop_coin(yen)
            self.clock.advance(0.4)
            vendor.poll()
        self.bus = CoinBus(lambda: port, self.clock, Check.SIMPLE)
        self.escrow = CoinEscrow(self.bus, self.clock, 160)

    def yen(self, place: Place) -> int:
        return self.machine.truth().yen(place)


@pytest.mark.parametrize(
    ("divert", "place"), [(Divert.ACCEPT, Place.CASHBOX), (Divert.RETURN, Place.TRAY)]
)
def test_all_coins_go_one_way(divert: Divert, place: Place) -> None:
    bench = Bench()
    assert bench.escrow.identify().line() == "160: Escrow, KVM KV-E1, serial 160001"
    assert bench.yen(Place.COIN_ESCROW) == 600
    assert bench.escrow.operate(divert) == Diverted(divert is Divert.ACCEPT, Fate.DONE)
    assert bench.yen(place) == 600
    assert bench.machine.truth().conserved
    assert bench.escrow.status().level == 0


@pytest.mark.parametrize("divert", Divert)
def test_one_that_never_showed_its_coins_does_not_show_that_it_is_empty(divert: Divert) -> None:
    """With a high-level sensor only, full or not."""
    for capacity in (60, 2):
        bench = Bench(EscrowBuild(counts=False, capacity=capacity))
        assert bench.escrow.status().level == (255 if capacity == 2 else 0)
        said = bench.escrow.operate(divert)
        assert said == Diverted(divert is Divert.ACCEPT, Fate.DONE, shown=False)


def test_one_that_showed_a_coin_once_would_show_one_that_is_left() -> None:
    bench = Bench()
    for _ in range(2):
        assert bench.escrow.operate(Divert.RETURN).shown


def test_a_stuck_flap_is_said_and_nothing_is_claimed() -> None:
    bench = Bench()
    bench.machine.hand.jam_flap()
    said = bench.escrow.operate(Divert.RETURN)
    assert said == Diverted(False, Fate.UNKNOWN, "coin.escrow_fault")
    assert bench.escrow.status().what == "the return flap did not open from home"
    again = bench.escrow.operate(Divert.RETURN)
    assert again.fate is Fate.NOT_STARTED, "it has a fault and is left"
    assert bench.yen(Place.COIN_ESCROW) == 600
    bench.machine.hand.clear_escrow()
    assert bench.escrow.operate(Divert.RETURN).fate is Fate.DONE


@pytest.mark.parametrize("counts", [True, False], ids=["counting", "high level only"])
@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("divert", Divert)
def test_an_order_or_answer_that_is_lost_is_given_again_the_same_way(
    direction: Direction, divert: Divert, counts: bool
) -> None:
    """What has left cannot leave twice, so the same order does no harm."""
    bench = Bench(EscrowBuild(counts=counts))
    bench.plan.add(
        Fault(direction=direction, harm=Harm.CUT, when=for_header(Header.OPERATE_ESCROW))
    )
    assert bench.escrow.operate(divert).fate is Fate.DONE
    assert bench.plan.struck == 1
    place = Place.CASHBOX if divert is Divert.ACCEPT else Place.TRAY
    assert bench.yen(place) == 600


def test_an_order_that_never_arrives_leaves_the_coins_where_they_are() -> None:
    bench = Bench()
    lost = Fault(
        direction=Direction.REQUEST,
        harm=Harm.CUT,
        when=for_header(Header.OPERATE_ESCROW),
        times=99,
    )
    bench.plan.add(lost)
    said = bench.escrow.operate(Divert.RETURN)
    assert said == Diverted(False, Fate.NOT_STARTED, "coin.escrow_fault")
    assert bench.plan.struck == 3
    assert bench.yen(Place.COIN_ESCROW) == 600


def test_an_order_still_being_carried_out_is_waited_for() -> None:
    """As after the host's death: the flap is open when the next host asks."""
    bench = Bench()
    bench.bus.ask(160, Header.OPERATE_ESCROW, bytes((Divert.RETURN,)))
    assert bench.escrow.operate(Divert.RETURN).fate is Fate.DONE
    assert bench.yen(Place.TRAY) == 600


def test_power_lost_in_the_midst_costs_time_and_no_coin() -> None:
    bench = Bench()
    honest, cut = bench.machine.receive, [True]

    def dark(data: bytes) -> bytes:
        answer = honest(data)
        if len(data) > 3 and data[3] == Header.OPERATE_ESCROW and cut:
            cut.clear()
            bench.machine.hand.power_cycle()
        return answer

    port = MemoryPort(dark, bench.clock)
    escrow = CoinEscrow(CoinBus(lambda: port, bench.clock, Check.SIMPLE), bench.clock, 160)
    assert escrow.operate(Divert.RETURN).fate is Fate.DONE
    assert not cut
    assert bench.yen(Place.TRAY) == 600


def test_power_lost_for_good_in_the_midst_is_unknown() -> None:
    bench = Bench()
    honest = bench.machine.receive

    def dark(data: bytes) -> bytes:
        answer = honest(data)
        if len(data) > 3 and data[3] == Header.OPERATE_ESCROW:
            bench.machine.hand.switch_off()
        return answer

    port = MemoryPort(dark, bench.clock)
    escrow = CoinEscrow(CoinBus(lambda: port, bench.clock, Check.SIMPLE), bench.clock, 160)
    assert escrow.operate(Divert.RETURN) == Diverted(False, Fate.UNKNOWN, "coin.lost")
    assert bench.yen(Place.COIN_ESCROW) == 600


def test_a_coin_through_a_dark_acceptor_lies_in_the_escrow_too() -> None:
    bench = Bench()
    bench.machine.hand.drop_coin(100)
    bench.machine.hand.switch_off()
    bench.clock.advance(1.0)
    assert bench.yen(Place.COIN_ESCROW) == 700


def test_the_vendor_says_that_it_has_one_and_how_it_is() -> None:
    bench = Bench()
    config = CoinVendorConfig(port="memory", hoppers=HOPPERS, escrow=160)
    vendor = SerialCoinVendor(config, bench.clock, bench.port)
    able = vendor.capabilities()
    assert able.escrow
    assert "160: Escrow, KVM KV-E1, serial 160001" in able.devices
    assert vendor.status().troubles == ()
    bench.machine.hand.jam_flap()
    assert vendor.divert(keep=True).fate is Fate.UNKNOWN
    assert vendor.status().troubles == ("coin.escrow_fault",)
    bench.machine.hand.clear_escrow()
    assert vendor.divert(keep=True) == Diverted(True, Fate.DONE)
    bench.machine.hand.cut_cable()
    assert vendor.divert(keep=True) == Diverted(True, Fate.NOT_STARTED, "coin.lost")
    assert vendor.status().troubles == ("coin.lost",)


def test_a_vendor_without_one_is_not_asked_to_empty_it() -> None:
    bench = Bench()
    vendor = SerialCoinVendor(
        CoinVendorConfig(port="memory", hoppers=HOPPERS), bench.clock, bench.port
    )
    assert not vendor.capabilities().escrow
    with pytest.raises(MisuseError):
        vendor.divert(keep=False)


def test_a_line_that_was_cut_before_has_carried_no_order() -> None:
    bench = Bench()
    bench.machine.hand.cut_cable()
    assert bench.escrow.operate(Divert.ACCEPT) == Diverted(True, Fate.NOT_STARTED, "coin.lost")
    with pytest.raises(DeviceError):
        bench.escrow.status()


def test_encryption_is_refused_in_a_sentence() -> None:
    bench = Bench(EscrowBuild(plate=Nameplate("KVM", "E", 1, encryption=(0, 101))))
    with pytest.raises(DeviceError, match="encrypt"):
        bench.escrow.identify()


@pytest.mark.parametrize("code", sorted(ESCROW_FAULTS))
def test_every_fault_code_has_words_and_a_reason(code: int) -> None:
    status = decode_escrow_status(bytes((2 if code else 0, 0, code)))
    assert status.what == ESCROW_FAULTS[code]
    assert bool(status.reason) is bool(code)


def test_a_status_has_three_bytes() -> None:
    with pytest.raises(ReplyError):
        decode_escrow_status(b"\0\0")
