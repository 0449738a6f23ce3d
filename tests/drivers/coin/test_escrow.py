"""The motorised coin escrow: all coins are kept, or all come back, or it is said to be unknown."""

import pytest

from drivers.clock import VirtualClock
from drivers.coin.bus import CoinBus
from drivers.coin.contract import CoinVendorConfig
from drivers.coin.escrow import CoinEscrow, Divert, Fate, decode_escrow_status
from drivers.coin.framing import Check
from drivers.coin.protocol import ReplyError
from drivers.coin.serial import SerialCoinVendor
from drivers.coin.tables import ESCROW_FAULTS, Header
from drivers.coin.virtual import EscrowBuild, MachineBuild, Place, VirtualCoinMachine
from drivers.coin.virtual.mechanics import Nameplate
from drivers.errors import DeviceError
from drivers.link.faulty import Direction, Fault, FaultPlan, FaultyPort, Harm
from drivers.link.memory import MemoryPort
from tests.drivers.coin.rig import HOPPERS, for_header


class Bench:
    """An acceptor over an escrow; 600 yen lie in it."""

    def __init__(self, build: EscrowBuild | None = None) -> None:
        self.clock = VirtualClock()
        self.machine = VirtualCoinMachine(self.clock, MachineBuild(escrow=build or EscrowBuild()))
        self.plan = FaultPlan()
        port = FaultyPort(MemoryPort(self.machine.receive, self.clock), self.plan, self.clock)
        config = CoinVendorConfig(port="memory", hoppers=HOPPERS)
        vendor = SerialCoinVendor(config, self.clock, port)
        vendor.capabilities()
        vendor.resume(None)
        vendor.accept(frozenset({100, 500}))
        for yen in (100, 500):
            self.machine.hand.drop_coin(yen)
            self.clock.advance(0.4)
            vendor.poll()
        self.escrow = CoinEscrow(CoinBus(lambda: port, self.clock, Check.SIMPLE), self.clock, 160)

    def yen(self, place: Place) -> int:
        return self.machine.truth().yen(place)


@pytest.mark.parametrize(
    ("divert", "place"), [(Divert.ACCEPT, Place.CASHBOX), (Divert.RETURN, Place.TRAY)]
)
def test_all_coins_go_one_way(divert: Divert, place: Place) -> None:
    bench = Bench()
    assert bench.escrow.identify().line() == "160: Escrow, KVM KV-E1, serial 160001"
    assert bench.yen(Place.COIN_ESCROW) == 600
    assert bench.escrow.operate(divert) is Fate.DONE
    assert bench.yen(place) == 600
    assert bench.machine.truth().conserved
    assert bench.escrow.status().level == 0


def test_a_stuck_flap_is_said_and_nothing_is_claimed() -> None:
    bench = Bench()
    assert bench.machine.escrow
    bench.machine.escrow.stuck = True
    assert bench.escrow.operate(Divert.RETURN) is Fate.UNKNOWN
    assert bench.escrow.status().what == "the return flap did not open from home"
    assert bench.escrow.operate(Divert.RETURN) is Fate.NOT_STARTED, "it has a fault and is left"
    assert bench.yen(Place.COIN_ESCROW) == 600


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("divert", Divert)
def test_an_order_or_answer_that_is_lost_is_not_sent_again(
    direction: Direction, divert: Divert
) -> None:
    bench = Bench()
    bench.plan.add(
        Fault(direction=direction, harm=Harm.CUT, when=for_header(Header.OPERATE_ESCROW))
    )
    fate = bench.escrow.operate(divert)
    moved = bench.yen(Place.COIN_ESCROW) == 0
    assert fate is (Fate.DONE if moved else Fate.NOT_STARTED)
    assert moved is (direction is Direction.REPLY)


def test_power_lost_in_the_midst_is_unknown() -> None:
    bench = Bench()
    honest = bench.machine.receive
    bench.plan.add(Fault(direction=Direction.REQUEST, harm=Harm.DELAY, offset=9))

    def dark(data: bytes) -> bytes:
        answer = honest(data)
        if len(data) > 3 and data[3] == Header.OPERATE_ESCROW:
            bench.machine.hand.power_cycle()
        return answer

    port = MemoryPort(dark, bench.clock)
    escrow = CoinEscrow(CoinBus(lambda: port, bench.clock, Check.SIMPLE), bench.clock, 160)
    assert escrow.operate(Divert.RETURN) is Fate.UNKNOWN
    assert bench.yen(Place.COIN_ESCROW) == 600


def test_a_line_that_is_cut_is_unknown() -> None:
    bench = Bench()
    bench.machine.hand.cut_cable()
    assert bench.escrow.operate(Divert.ACCEPT) is Fate.UNKNOWN
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
