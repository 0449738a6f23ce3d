"""A changer pays by value, once, and says exactly how much."""

import pytest

from drivers.clock import VirtualClock
from drivers.coin.bus import CoinBus
from drivers.coin.changer import Changer, ValueResult, ValueTicket
from drivers.coin.contract import CoinVendorConfig, Evidence
from drivers.coin.framing import Check
from drivers.coin.serial import SerialCoinVendor
from drivers.coin.tables import Header
from drivers.coin.virtual import ChangerBuild, MachineBuild, Place, VirtualCoinMachine
from drivers.coin.virtual.mechanics import Nameplate
from drivers.errors import DeviceError, MisuseError
from drivers.link.faulty import Direction, Fault, FaultPlan, FaultyPort, Harm
from drivers.link.memory import MemoryPort
from tests.drivers.coin.rig import for_header


class Bench:
    """A changer alone on its line, and the oracle."""

    def __init__(self, build: ChangerBuild | None = None) -> None:
        self.clock = VirtualClock()
        self.machine = VirtualCoinMachine(
            self.clock, MachineBuild(hoppers={}, changer=build or ChangerBuild())
        )
        self.plan = FaultPlan()
        self.at: dict[int, object] = {}
        self.changer = self.host()

    def host(self) -> Changer:
        port = FaultyPort(MemoryPort(self.machine.receive, self.clock), self.plan, self.clock)
        bus = CoinBus(lambda: port, self.clock, Check.SIMPLE)
        return Changer(bus, self.clock, 55)

    def pay(self, yen: int) -> ValueResult:
        return self.judged(self.changer.dispense(self.changer.prepare(yen)))

    def judged(self, result: ValueResult) -> ValueResult:
        truth = self.machine.truth()
        assert truth.conserved
        if result.evidence is not Evidence.UNKNOWN:
            assert result.paid_yen == truth.yen(Place.TRAY)
        return result


def test_an_amount_is_paid_and_the_balances_follow() -> None:
    bench = Bench()
    assert bench.changer.identify().line() == "55: Changer, KVM KV-C1, serial 155001"
    result = bench.pay(780)
    assert (result.paid_yen, result.evidence, result.reason) == (780, Evidence.DEVICE_COUNTED, "")
    assert {b.yen: b.pieces for b in bench.changer.balances()} == {
        10: 47, 50: 49, 100: 48, 500: 49,
    }  # fmt: skip
    assert bench.changer.troubles() == ()


def test_what_runs_empty_is_paid_exactly_as_far_as_it_goes() -> None:
    bench = Bench(ChangerBuild(pieces={100: 2, 10: 3}))
    result = bench.pay(500)
    assert (result.paid_yen, result.evidence) == (230, Evidence.DEVICE_COUNTED)
    assert result.reason == "coin.hopper_empty"
    assert bench.changer.troubles() == ("coin.hopper_empty",)


@pytest.mark.parametrize("lost", [False, True])
def test_one_that_thinks_before_it_pays_is_not_told_twice(*, lost: bool) -> None:
    """Idle and with its counters as before it looks as if it had not heard."""
    bench = Bench(ChangerBuild(begins_after_s=0.7))
    if lost:
        pays = for_header(Header.PAY_MONEY_OUT)
        bench.plan.add(Fault(direction=Direction.REPLY, harm=Harm.CUT, when=pays))
    result = bench.pay(500)
    assert (result.paid_yen, result.evidence, result.reason) == (500, Evidence.DEVICE_COUNTED, "")


def test_a_jam_is_told() -> None:
    bench = Bench()
    assert bench.machine.changer
    bench.machine.changer.jammed = True
    result = bench.pay(100)
    assert (result.paid_yen, result.reason) == (0, "coin.hopper_jam")


@pytest.mark.parametrize("harm", [Harm.DROP, Harm.FLIP, Harm.CUT, Harm.DUPLICATE])
@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("offset", range(0, 14, 3))
def test_a_lost_order_is_sent_again_and_a_lost_answer_is_not(
    harm: Harm, direction: Direction, offset: int
) -> None:
    bench = Bench()
    bench.plan.add(
        Fault(
            direction=direction, harm=harm, offset=offset, value=0x21,
            when=for_header(Header.PAY_MONEY_OUT),
        )
    )  # fmt: skip
    result = bench.pay(160)
    assert (result.paid_yen, result.evidence) == (160, Evidence.DEVICE_COUNTED)


def test_the_host_dies_and_the_ticket_tells() -> None:
    bench = Bench()
    ticket = bench.changer.prepare(260)
    assert bench.host().resolve(ticket).evidence is Evidence.NOT_STARTED
    bench.judged(bench.changer.dispense(ticket))
    for _ in range(2):
        again = bench.judged(bench.host().resolve(ticket))
        assert (again.paid_yen, again.evidence) == (260, Evidence.DEVICE_COUNTED)
    assert bench.judged(bench.host().dispense(ticket)).paid_yen == 260, "a ticket pays once"


def test_power_lost_while_paying_is_settled_by_the_total() -> None:
    bench = Bench()
    ticket = bench.changer.prepare(1000)
    order = bytes((55, 4, 1, 125)) + (1000).to_bytes(4, "little")
    bench.machine.receive(order + bytes((-sum(order) & 0xFF,)))
    bench.clock.advance(0.25)
    bench.machine.hand.power_cycle()
    result = bench.judged(bench.host().resolve(ticket))
    assert (result.paid_yen, result.evidence) == (500, Evidence.DEVICE_COUNTED)


def test_the_total_wraps() -> None:
    bench = Bench()
    assert bench.machine.changer
    bench.machine.changer.paid_total_yen = (1 << 32) - 100
    assert bench.pay(160).paid_yen == 160


def test_another_changer_pays_nothing() -> None:
    bench = Bench()
    ticket = bench.changer.prepare(100)
    assert bench.machine.changer
    bench.machine.changer.plate = Nameplate("KVM", "KV-C1", 9)
    assert bench.changer.dispense(ticket).evidence is Evidence.UNKNOWN
    assert bench.machine.truth().yen(Place.TRAY) == 0


def test_a_counter_that_moved_further_is_not_believed() -> None:
    bench = Bench()
    bench.pay(100)
    stale = ValueTicket(100, 55, 155_001, 200, 0)
    assert bench.changer.resolve(stale).evidence is Evidence.UNKNOWN


@pytest.mark.parametrize("yen", [0, -10])
def test_no_amount_is_no_order(yen: int) -> None:
    with pytest.raises(MisuseError):
        Bench().changer.prepare(yen)


def test_a_cut_line_is_unknown() -> None:
    bench = Bench()
    ticket = bench.changer.prepare(100)
    bench.machine.hand.cut_cable()
    assert bench.changer.dispense(ticket).evidence is Evidence.UNKNOWN
    with pytest.raises(DeviceError):
        bench.changer.balances()


# --- behind the vendor's contract -----------------------------------------------------------------


def vendor_of(bench: Bench) -> SerialCoinVendor:
    port = FaultyPort(MemoryPort(bench.machine.receive, bench.clock), bench.plan, bench.clock)
    config = CoinVendorConfig(port="memory", hoppers=dict.fromkeys(("10", "50", "100", "500"), 55))
    return SerialCoinVendor(config, bench.clock, port)


def test_several_values_at_one_address_are_a_changer() -> None:
    bench = Bench()
    able = vendor_of(bench).capabilities()
    assert able.dispenses == {10, 50, 100, 500}
    assert [line.partition(",")[0] for line in able.devices] == ["2: Coin Acceptor", "55: Changer"]


def test_the_vendor_pays_from_it_and_resolves_its_tickets() -> None:
    bench = Bench()
    vendor = vendor_of(bench)
    ticket = vendor.prepare(100, 3)
    result = vendor.dispense(ticket)
    assert (result.paid, result.evidence) == (3, Evidence.DEVICE_COUNTED)
    assert vendor_of(bench).resolve(ticket) == result
    assert bench.machine.truth().yen(Place.TRAY) == 300
    assert vendor.status().troubles == ()


def test_an_amount_that_is_no_whole_pieces_is_unknown() -> None:
    bench = Bench(ChangerBuild(pieces={500: 0, 100: 1, 50: 1, 10: 0}))
    result = vendor_of(bench).dispense(vendor_of(bench).prepare(100, 3))
    assert result.evidence is Evidence.UNKNOWN
    assert bench.machine.truth().yen(Place.TRAY) == 150
    assert vendor_of(bench).status().blocked == {10, 50, 100, 500}


def test_a_value_the_changer_does_not_hold_is_refused() -> None:
    bench = Bench(ChangerBuild(pieces={10: 5, 100: 5}))
    with pytest.raises(DeviceError, match="no hopper of ¥50,"):
        vendor_of(bench).capabilities()


def test_two_values_at_a_hopper_s_address_are_refused() -> None:
    machine = VirtualCoinMachine(VirtualClock(), MachineBuild())
    config = CoinVendorConfig(port="memory", hoppers={"10": 3, "50": 3})
    clock = VirtualClock()
    vendor = SerialCoinVendor(config, clock, MemoryPort(machine.receive, clock))
    with pytest.raises(DeviceError, match="is a 'Payout', not a Changer"):
        vendor.capabilities()
