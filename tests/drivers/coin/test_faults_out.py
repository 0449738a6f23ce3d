"""Money out: the faults of the check list, each with its number."""

import dataclasses

import pytest

from drivers.coin.contract import DispenseTicket, Evidence
from drivers.coin.framing import Check
from drivers.coin.tables import DispenseAnswer, Header, Key, Quirks
from drivers.coin.virtual import (
    HopperBuild,
    MachineBuild,
    Nameplate,
    Speeds,
    four_hoppers,
)
from drivers.errors import DeviceError, MisuseError, PeerError
from drivers.link.faulty import Direction, Fault, Harm
from tests.drivers.coin.rig import HostKilled, Rig, for_header, header_of

DISPENSE = for_header(Header.DISPENSE)


def rig(hopper: HopperBuild | None = None, check: Check = Check.SIMPLE) -> Rig:
    """A machine whose ¥100 hopper may be of another build."""
    hoppers = four_hoppers()
    if hopper is not None:
        hoppers[100] = hopper
    r = Rig(MachineBuild(hoppers=hoppers, check=check))
    r.vendor.capabilities()
    return r


def build(**changes: object) -> HopperBuild:
    plain = HopperBuild(5, Nameplate("KVM", "KV-H1", 130_005))
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]


def dispenses(r: Rig) -> int:
    return sum(header_of(raw) == Header.DISPENSE for raw in r.requests)


@pytest.mark.parametrize("yen", [10, 50, 100, 500])
@pytest.mark.parametrize("check", list(Check))
def test_a_payout_is_counted_by_the_device(yen: int, check: Check) -> None:
    r = rig(check=check)
    result = r.pay(yen, 3)
    assert (result.paid, result.evidence, result.reason) == (3, Evidence.DEVICE_COUNTED, "")
    assert r.hand.take_tray() == 3 * yen
    r.check()


def test_a_ticket_pays_once_however_often_it_is_given() -> None:
    r = rig()
    ticket = r.vendor.prepare(100, 2)
    first = r.dispense(ticket)
    assert r.dispense(ticket) == first == r.resolve(ticket) == r.resolve(ticket)
    assert dispenses(r) == 1
    r.check()


def test_prepare_moves_nothing() -> None:
    r = rig()
    ticket = r.vendor.prepare(100, 2)
    result = r.resolve(ticket)
    assert (result.paid, result.evidence) == (0, Evidence.NOT_STARTED)
    assert r.paid_truly_yen() == 0


def test_a_hopper_is_closed_between_payouts() -> None:
    r = rig()
    r.pay(100, 1)
    raw = bytes.fromhex("05 04 01 A7") + (130_005).to_bytes(3, "little") + b"\x01"
    r.machine.receive(raw + bytes((-sum(raw) & 0xFF,)))
    r.clock.advance(5.0)
    r.machine.settle()
    assert r.paid_truly_yen() == 100


@pytest.mark.parametrize(("yen", "pieces"), [(100, 0), (100, 256), (1000, 1)])
def test_fault_41_impossible_payouts_are_our_own_mistake(yen: int, pieces: int) -> None:
    r = rig()
    with pytest.raises(MisuseError, match="cannot pay"):
        r.vendor.prepare(yen, pieces)
    assert dispenses(r) == 0


def test_fault_41_the_largest_payout() -> None:
    r = rig(build(pieces=300))
    assert r.pay(100, 255).paid == 255
    r.check()


def test_fault_30_refused_while_a_flag_blocks() -> None:
    r = rig()
    r.machine.hoppers[100].flags.add((1, 4))
    with pytest.raises(PeerError, match=r"coin\.fraud"):
        r.vendor.prepare(100, 1)
    assert dispenses(r) == 0
    assert r.vendor.status().troubles == ("coin.fraud",)


def test_fault_30_refused_at_the_command_itself() -> None:
    r = rig()
    ticket = r.vendor.prepare(100, 1)
    r.machine.hoppers[100].flags.add((1, 4))
    result = r.dispense(ticket)
    assert (result.paid, result.evidence) == (0, Evidence.NOT_STARTED)
    assert result.reason == "coin.fraud"
    assert dispenses(r) == 1
    r.check()


def test_fault_30_a_refusal_that_counts_as_an_event() -> None:
    r = rig(build(quirks=Quirks(counts_refusals=True)))
    r.pay(100, 2)
    ticket = r.vendor.prepare(100, 2)
    r.machine.hoppers[100].flags.add((2, 0))
    result = r.dispense(ticket)
    assert (result.paid, result.evidence) == (0, Evidence.NOT_STARTED)
    r.check()


@pytest.mark.parametrize("harm", [Harm.CUT, Harm.FLIP, Harm.DROP])
def test_fault_31_the_answer_is_lost_and_nothing_is_paid_twice(harm: Harm) -> None:
    r = rig()
    r.faults(Fault(direction=Direction.REPLY, harm=harm, offset=11, when=DISPENSE))
    result = r.pay(100, 4)
    assert (result.paid, result.evidence) == (4, Evidence.DEVICE_COUNTED)
    assert dispenses(r) == 1
    assert r.plan.struck == 1
    r.check()


def test_fault_32_the_command_is_lost_and_sent_again_once_that_is_proven() -> None:
    r = rig()
    r.faults(Fault(direction=Direction.REQUEST, harm=Harm.FLIP, offset=5, when=DISPENSE))
    result = r.pay(100, 4)
    assert (result.paid, result.evidence) == (4, Evidence.DEVICE_COUNTED)
    assert dispenses(r) == 2
    r.check()


def test_fault_32_a_command_that_never_arrives_was_not_started() -> None:
    r = rig()
    r.faults(Fault(direction=Direction.REQUEST, harm=Harm.FLIP, offset=5, when=DISPENSE, times=9))
    result = r.pay(100, 4)
    assert (result.paid, result.evidence) == (0, Evidence.NOT_STARTED)
    assert dispenses(r) == 3
    r.check()


@pytest.mark.parametrize("answer", list(DispenseAnswer))
def test_fault_33_the_answer_to_the_command_decides_nothing(answer: DispenseAnswer) -> None:
    r = rig(build(quirks=Quirks(answer=answer)))
    assert r.pay(100, 2).paid == 2
    assert r.pay(100, 1).paid == 1
    r.check()


def test_fault_33_an_order_that_was_answered_is_not_sent_again_though_the_counters_are_late() -> (
    None
):
    r = Rig(speeds=Speeds(dispense_coin_s=1.0))
    r.vendor.capabilities()
    ticket = r.vendor.prepare(100, 2)
    hopper = r.machine.hoppers[100]
    status = hopper._commands[Header.HOPPER_STATUS]
    before, ordered_s = status(b""), r.clock.monotonic_s()
    hopper._commands[Header.HOPPER_STATUS] = lambda data: (
        status(data) if r.clock.monotonic_s() > ordered_s + 0.7 else before
    )
    result = r.dispense(ticket)
    assert (result.paid, result.evidence) == (2, Evidence.DEVICE_COUNTED)
    assert dispenses(r) == 1
    r.check()


@pytest.mark.parametrize("stock", [0, 1, 3])
def test_fault_34_a_hopper_that_runs_empty_tells_what_it_paid(stock: int) -> None:
    r = rig(build(pieces=stock))
    result = r.pay(100, 4)
    assert (result.paid, result.evidence) == (stock, Evidence.DEVICE_COUNTED)
    assert result.reason == "coin.hopper_empty"
    assert "coin.hopper_empty" in r.vendor.status().troubles
    r.hand.fill_hopper(100, 50)
    assert r.vendor.status().troubles == ()
    assert r.pay(100, 4 - stock).paid == 4 - stock
    r.check()


def test_fault_35_a_jam_tells_what_was_paid_and_clears_after_help() -> None:
    r = rig()
    ticket = r.vendor.prepare(100, 5)
    hopper = r.machine.hoppers[100]
    original = hopper.settle

    def jam_after_two() -> None:
        original()
        if hopper.total == 2:
            hopper.settle = original  # type: ignore[method-assign]
            hopper.jam()

    hopper.settle = jam_after_two  # type: ignore[method-assign]
    result = r.dispense(ticket)
    assert (result.paid, result.reason) == (2, "coin.hopper_jam")
    assert result.evidence is Evidence.DEVICE_COUNTED
    assert "coin.hopper_jam" in r.vendor.status().troubles
    r.hand.unjam_hopper(100)
    assert r.pay(100, 3).paid == 3
    r.check()


def test_fault_36_power_lost_while_paying_is_settled_by_the_dispense_count() -> None:
    r = rig()
    r.pay(100, 1)
    ticket = r.vendor.prepare(100, 10)
    hopper = r.machine.hoppers[100]
    original = hopper.settle

    def lose_power() -> None:
        original()
        if hopper.total == 4:
            hopper.settle = original  # type: ignore[method-assign]
            hopper.switch_off()
            hopper.switch_on()

    hopper.settle = lose_power  # type: ignore[method-assign]
    result = r.dispense(ticket)
    assert (result.paid, result.evidence) == (3, Evidence.DEVICE_COUNTED)
    assert dispenses(r) == 2
    assert r.pay(100, 7).paid == 7
    r.check()


def test_fault_36_power_lost_before_the_first_coin_pays_only_once() -> None:
    r = rig()
    ticket = r.vendor.prepare(100, 2)
    r.hand.power_cycle()
    r.clock.advance(1.0)
    result = r.dispense(ticket)
    assert result.paid * 100 == r.paid_truly_yen()
    r.check()


def test_fault_37_the_host_dies_after_the_command_and_resolves_it_later() -> None:
    r = rig()
    ticket = r.vendor.prepare(100, 6)
    kill_when_dispensing(r)
    with pytest.raises(HostKilled):
        r.vendor.dispense(ticket)
    r.restart()
    result = r.resolve(ticket)
    assert (result.paid, result.evidence) == (6, Evidence.DEVICE_COUNTED)
    assert dispenses(r) == 1
    r.check()


def test_fault_37_the_host_dies_before_the_command() -> None:
    r = rig()
    ticket = r.vendor.prepare(100, 6)
    r.restart()
    result = r.resolve(ticket)
    assert (result.paid, result.evidence) == (0, Evidence.NOT_STARTED)
    assert r.dispense(ticket).paid == 6
    r.check()


def kill_when_dispensing(r: Rig) -> None:
    original = r.memory.read

    def read(within_s: float) -> bytes:
        if r.requests and header_of(r.requests[-1]) == Header.DISPENSE:
            r.memory.read = original  # type: ignore[method-assign]
            raise HostKilled
        return original(within_s)

    r.memory.read = read  # type: ignore[method-assign]


def test_fault_38_a_coin_too_many_is_told() -> None:
    r = rig(build(overpays=1))
    result = r.pay(100, 3)
    assert (result.paid, result.evidence) == (4, Evidence.DEVICE_COUNTED)
    assert result.reason == "coin.hopper_fault"
    r.check()


def test_fault_38_a_coin_that_falls_after_the_stop_is_counted() -> None:
    r = rig(build(pieces=50))
    hopper = r.machine.hoppers[100]
    ticket = r.vendor.prepare(100, 3)
    r.hand.jam_hopper(100)
    original = hopper.settle
    stopped_s: list[float] = []

    def let_one_slip() -> None:
        original()
        if "hopper_jammed" in r.seen and len(stopped_s) < 2:
            stopped_s.append(r.clock.monotonic_s())
            if stopped_s[-1] > stopped_s[0] + 0.2:
                hopper.slip_one()
            else:
                del stopped_s[1:]

    hopper.settle = let_one_slip  # type: ignore[method-assign]
    result = r.dispense(ticket)
    assert (result.paid, result.evidence) == (1, Evidence.DEVICE_COUNTED)
    assert result.reason == "coin.hopper_jam"
    r.check()


def test_fault_39_a_hopper_without_a_dispense_count_rests_on_its_status() -> None:
    plate = Nameplate("Money Controls", "SCH1", 130_005)
    r = rig(build(plate=plate, quirks=Quirks(has_total=False, registers=1)))
    assert r.vendor.prepare(100, 1).total_before == -1
    result = r.pay(100, 3)
    assert (result.paid, result.evidence) == (3, Evidence.DEVICE_COUNTED)
    r.check()


def test_fault_39_a_dispense_count_that_goes_backwards_is_not_believed() -> None:
    r = rig()
    r.pay(100, 5)
    ticket = r.vendor.prepare(100, 3)
    r.machine.hoppers[100].total -= 4
    result = r.vendor.dispense(ticket)
    assert result.evidence is Evidence.DEVICE_COUNTED
    assert result.paid == 3


def test_fault_39_the_dispense_count_wraps() -> None:
    r = rig()
    r.machine.hoppers[100].total = (1 << 24) - 2
    result = r.vendor.dispense(r.vendor.prepare(100, 5))
    assert (result.paid, result.evidence) == (5, Evidence.DEVICE_COUNTED)


def test_fault_39_a_damaged_memory_makes_the_count_unknown() -> None:
    r = rig()
    ticket = r.vendor.prepare(100, 3)
    r.machine.hoppers[100].flags.add((2, 6))
    result = r.dispense(ticket)
    assert result.evidence is not Evidence.DEVICE_COUNTED
    r.check()


def test_fault_40_one_hopper_at_a_time() -> None:
    r = rig()
    running: list[int] = []
    original = r.machine.receive

    def watch(data: bytes) -> bytes:
        reply = original(data)
        running.append(sum(h.next_due_s() is not None for h in r.machine.hoppers.values()))
        return reply

    r.machine.receive = watch  # type: ignore[method-assign]
    r.pay(100, 4)
    r.pay(10, 4)
    assert max(running) == 1
    r.check()


def test_fault_13_a_swapped_hopper_is_not_asked_to_pay() -> None:
    r = rig()
    r.machine.hoppers[100].plate = Nameplate("KVM", "KV-H1", 4711)
    with pytest.raises(DeviceError, match="unknown_device"):
        r.vendor.prepare(100, 1)
    ticket = DispenseTicket(100, 1, 5, 130_005, 0, 0)
    assert r.vendor.resolve(ticket).evidence is Evidence.UNKNOWN
    assert r.vendor.resolve(ticket).reason == "coin.unknown_device"
    assert r.vendor.dispense(ticket).evidence is Evidence.UNKNOWN
    assert dispenses(r) == 0


def test_a_hopper_with_other_coins_than_configured_is_refused() -> None:
    r = Rig(MachineBuild(hoppers=four_hoppers() | {100: build(coin_name="JP500A")}))
    with pytest.raises(PeerError, match="holds ¥500, the configuration says ¥100"):
        r.vendor.capabilities()


@pytest.mark.parametrize("name", ["", "------", "\0\0\0\0\0\0"])
def test_a_hopper_that_does_not_know_its_coin_is_believed_to_hold_it(name: str) -> None:
    r = rig(build(coin_name=name))
    assert r.pay(100, 1).paid == 1


def test_a_hopper_that_wants_its_key_asked_for_first() -> None:
    """Money Controls SCH2 without encryption."""
    quirks = Quirks(Key.ANY8, needs_cipher_request=True, registers=2)
    plate = Nameplate("Money Controls", "SCH2-NOENCRYPT", 130_005)
    r = rig(build(plate=plate, quirks=quirks))
    assert r.pay(100, 3).paid == 3
    r.check()


def test_fault_44_the_cable_is_cut_while_paying_and_the_truth_is_found_later() -> None:
    r = rig()
    ticket = r.vendor.prepare(100, 3)
    original = r.memory.write

    def cut_after(data: bytes) -> None:
        original(data)
        if header_of(data) == Header.DISPENSE:
            r.hand.cut_cable()

    r.memory.write = cut_after  # type: ignore[method-assign]
    result = r.dispense(ticket)
    assert (result.evidence, result.reason) == (Evidence.UNKNOWN, "coin.lost")
    r.hand.restore_cable()
    r.memory.write = original  # type: ignore[method-assign]
    result = r.resolve(ticket)
    assert (result.paid, result.evidence) == (3, Evidence.DEVICE_COUNTED)
    assert dispenses(r) == 1
    r.check()


def test_a_hopper_that_never_stops_is_given_up_as_unknown() -> None:
    r = Rig(speeds=Speeds(dispense_coin_s=1_000.0))
    r.vendor.capabilities()
    result = r.pay(100, 1)
    assert (result.evidence, result.reason) == (Evidence.UNKNOWN, "coin.hopper_fault")


def test_a_hopper_that_still_pays_is_not_readied() -> None:
    r = Rig(speeds=Speeds(dispense_coin_s=5.0))
    r.vendor.capabilities()
    ticket = r.vendor.prepare(100, 2)
    kill_when_dispensing(r)
    with pytest.raises(HostKilled):
        r.vendor.dispense(ticket)
    r.restart()
    with pytest.raises(PeerError, match="still paying out"):
        r.vendor.prepare(100, 1)
    assert r.resolve(ticket).paid == 2
    r.check()


def test_a_hopper_with_foreign_coins_is_refused() -> None:
    r = Rig(MachineBuild(hoppers=four_hoppers() | {100: build(coin_name="GB100A")}))
    with pytest.raises(PeerError, match="'GB100A' is not Japanese"):
        r.vendor.capabilities()


def test_a_hopper_without_level_sensors_is_empty_when_it_says_so() -> None:
    r = rig(build(pieces=0, low_level=0))
    r.pay(100, 1)
    assert r.vendor.status().troubles == (), "its sensor says that there are coins"
    del r.machine.hoppers[100]._commands[Header.LEVEL]
    assert r.vendor.status().troubles == ("coin.hopper_empty",)


def test_a_ticket_for_a_hopper_that_is_not_configured_is_unknown() -> None:
    r = rig()
    ticket = DispenseTicket(1000, 1, 9, 1, 0, 0)
    assert r.vendor.dispense(ticket).reason == "coin.unknown_device"
    assert r.vendor.resolve(ticket).evidence is Evidence.UNKNOWN
