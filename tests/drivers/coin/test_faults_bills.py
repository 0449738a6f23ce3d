"""Bills: escrow, routing, and everything that can happen to a bill on its way."""

from collections.abc import Iterable

import pytest

from drivers.coin.contract import (
    BillHeld,
    BillReturned,
    CoinEvent,
    CoinMaybe,
    CoinRefused,
    CreditCursor,
    EventsLost,
    Taker,
    VendorReset,
    VendorTrouble,
)
from drivers.coin.framing import Check
from drivers.coin.tables import BILL_CODES, BillFate, Header
from drivers.coin.virtual import BillBuild, MachineBuild, Nameplate, Place
from drivers.coin.virtual.bills import Motion
from drivers.errors import DeviceError, MisuseError
from drivers.link.faulty import Direction, Fault, Harm
from tests.drivers.coin.rig import VALUES, Rig, for_header

BILLS = frozenset({1000, 2000, 5000, 10000})


def rig(bills: BillBuild | None = None, **more: object) -> Rig:
    made = MachineBuild(bills=bills or BillBuild(), **more)  # type: ignore[arg-type]
    return Rig(made).ready(VALUES | BILLS)


def kinds(events: Iterable[CoinEvent]) -> list[str]:
    return [type(event).__name__ for event in events]


def held(r: Rig, yen: int = 1000) -> BillHeld:
    """A bill is put in and waits in escrow."""
    r.hand.insert_bill(yen)
    found = [event for event in r.poll(7) if isinstance(event, BillHeld)]
    assert [event.yen for event in found] == [yen]
    return found[0]


def bill_cursor(r: Rig) -> CreditCursor:
    """The cursor of the last event of the bill validator."""
    cursors = [getattr(event, "cursor", None) for event in reversed(r.events)]
    return next(c for c in cursors if c is not None and c.taker is Taker.BILL)


@pytest.mark.parametrize("check", Check)
@pytest.mark.parametrize("yen", sorted(BILLS))
def test_a_bill_is_credited_when_it_is_stacked_and_not_before(yen: int, check: Check) -> None:
    r = rig(check=check)
    held(r, yen)
    assert r.credited_yen == 0
    assert r.machine.truth().yen(Place.BILL_ESCROW) == yen
    r.vendor.route(stack=True)
    assert kinds(r.poll(8)) == ["CoinAccepted"]
    assert r.credited_yen == yen == r.machine.truth().yen(Place.STACKER)
    r.check()


def test_a_bill_given_back_was_never_credited() -> None:
    r = rig()
    held(r, 5000)
    r.vendor.route(stack=False)
    assert kinds(r.poll(8)) == ["BillReturned"]
    assert r.machine.truth().yen(Place.TRAY) == 5000
    r.check()


def test_only_the_bills_that_are_asked_for_are_let_in() -> None:
    r = Rig(MachineBuild(bills=BillBuild())).ready({1000})
    r.hand.insert_bill(10000)
    assert [e.code for e in r.poll(3) if isinstance(e, CoinRefused)] == [4]
    held(r, 1000)
    r.check()


def test_bills_are_let_in_after_a_long_rest_with_few_polls() -> None:
    r = rig()
    r.vendor.accept(frozenset())
    for _ in range(3):
        r.clock.advance(10.0)
        r.poll()
    r.clock.advance(10.0)
    r.vendor.accept(VALUES | BILLS)
    assert r.vendor.status().accepting == VALUES | BILLS
    held(r, 1000)
    r.check()


def test_both_issues_of_a_bill_are_one_value() -> None:
    r = rig(BillBuild(bills=("JP0001A", "JP0001B")))
    assert r.vendor.capabilities().bills == {1000}
    assert r.machine.bills
    mask = r.machine.bills.answer(Header.INHIBITS, b"")
    assert mask
    assert mask.data[0] == 0b11


@pytest.mark.parametrize(
    ("factor", "decimals", "names"),
    [
        (1000, 0, ("JP0001A", "JP0010A")),
        (100, 0, ("JP0010A", "JP0100A")),
        (10, 0, ("JP0100A", "JP1000A")),
        (1, 0, ("JP1000A",)),
        # The European habit of two decimals: whole yen all the same.
        (100, 2, ("JP1000A",)),
        (10000, 2, ("JP0010A", "JP0100A")),
    ],
)
def test_scaling_factors_make_whole_yen(factor: int, decimals: int, names: tuple[str, ...]) -> None:
    r = rig(BillBuild(factor=factor, decimals=decimals, bills=names))
    assert r.vendor.capabilities().bills == {1000, 10000} if len(names) > 1 else {1000}
    held(r, 1000)
    r.vendor.route(stack=True)
    r.poll(8)
    assert r.credited_yen == 1000
    r.check()


@pytest.mark.parametrize(
    ("factor", "decimals", "name"),
    [
        (1, 2, "JP1050A"),
        (1, 0, "JP0010A"),
        (100, 2, "JP0010A"),
        (1, 0, "GB1000A"),
        (1, 0, "JP1K00A"),
    ],
)
def test_what_is_no_japanese_note_is_never_let_in(factor: int, decimals: int, name: str) -> None:
    """A fraction of a yen; ten yen on paper, which is a wrong scale; another country."""
    wrong = BillBuild(factor=factor, decimals=decimals, bills=(name,))
    with pytest.raises(DeviceError, match="names no Japanese note"):
        Rig(MachineBuild(bills=wrong)).vendor.capabilities()


def test_a_validator_without_japanese_bills_is_refused_in_a_sentence() -> None:
    r = Rig(MachineBuild(bills=BillBuild(factor=0)))
    with pytest.raises(DeviceError, match="knows no Japanese bills"):
        r.vendor.capabilities()


def test_the_category_of_the_standards_own_example_is_taken_too() -> None:
    r = rig(BillBuild(category="Bill Acceptor"))
    assert any(line.startswith("40: Bill Validator") for line in r.vendor.capabilities().devices)


def test_an_encrypted_validator_is_refused_in_a_sentence() -> None:
    r = Rig(MachineBuild(bills=BillBuild(plate=Nameplate("KVM", "B", 1, encryption=(1, 0)))))
    with pytest.raises(DeviceError, match="encrypt"):
        r.vendor.capabilities()


def test_there_is_nothing_to_route_without_a_validator() -> None:
    with pytest.raises(MisuseError):
        Rig().ready().vendor.route(stack=True)


def test_fault_22_a_validator_that_shut_itself_is_opened_again() -> None:
    r = rig()
    r.clock.advance(6.0)
    assert "CoinAccepted" not in kinds(r.poll(2))
    held(r)
    r.check()


@pytest.mark.parametrize("dark", [False, True])
def test_fault_24_a_bill_in_escrow_when_the_host_dies_goes_back(dark: bool) -> None:
    """It is the resident's: nothing was credited, so nothing is."""
    r = rig()
    before = held(r).cursor
    if dark:
        r.clock.advance(35.0)
        assert r.machine.truth().yen(Place.TRAY) == 1000, "the validator returns it by itself"
    r.restart()
    r.vendor.capabilities()
    events = r.take(r.vendor.resume(None, before)) + r.poll(8)
    assert "BillHeld" not in kinds(events)
    assert kinds(events).count("BillReturned") == 1
    assert r.credited_yen == 0
    assert r.machine.truth().yen(Place.TRAY) == 1000
    r.check()


def test_fault_24_a_bill_on_its_way_to_the_stacker_when_the_host_dies_is_credited_once() -> None:
    r = rig()
    before = held(r).cursor
    r.vendor.route(stack=True)
    r.clock.advance(3.0)
    for _ in range(2):
        r.restart()
        r.vendor.capabilities()
        assert kinds(r.vendor.resume(None, before)) == ["CountsMoved", "CoinAccepted"]
    r.take(r.vendor.resume(None, before))
    r.check()


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("stack", [True, False])
def test_fault_25_a_lost_order_or_answer_is_not_sent_again(
    direction: Direction, stack: bool
) -> None:
    """Only the event says what became of the bill; without one, its own time gives it back."""
    r = rig()
    held(r)
    when = for_header(Header.ROUTE_BILL)
    r.faults(Fault(direction=direction, harm=Harm.CUT, when=when))
    sent = len(r.requests)
    r.vendor.route(stack=stack)
    assert r.plan.struck == 1
    orders = [raw for raw in r.requests[sent:] if len(raw) > 3 and raw[3] == Header.ROUTE_BILL]
    assert len(orders) == (1 if direction is Direction.REPLY else 0)
    r.poll(180)
    stacked = stack and direction is Direction.REPLY
    assert r.credited_yen == (1000 if stacked else 0)
    assert ("BillReturned" in kinds(r.events)) is not stacked
    r.check()


def test_fault_25_a_bill_that_is_out_again_is_not_told_as_held() -> None:
    """An order to stack it would stack the one that has come after it."""
    r = rig()
    assert r.machine.bills
    for a, b in ((1, 1), (0, 1), (7, 1)):
        r.machine.act(lambda a=a, b=b: r.machine.bills and r.machine.bills.push(a, b))  # type: ignore[misc]
    events = r.poll(1)
    assert kinds(events) == ["BillReturned", "BillHeld"]
    assert [event.yen for event in events if isinstance(event, BillHeld)] == [10000]


@pytest.mark.parametrize("answer", [254, 255])
@pytest.mark.parametrize("moves", [True, False])
def test_fault_26_a_route_that_is_denied_credits_nothing_until_the_event(
    answer: int, moves: bool
) -> None:
    r = rig(BillBuild(route_answer=answer))
    held(r)
    if not moves:
        r.hand.take_stacker()
    r.vendor.route(stack=True)
    assert r.credited_yen == 0
    r.poll(180)
    assert r.credited_yen == (1000 if moves else 0)
    r.check()


def test_fault_27_a_bill_stacked_while_power_failed_is_missed_by_the_accept_counter() -> None:
    r = rig()
    held(r)
    r.vendor.route(stack=True)
    r.clock.advance(0.3)
    r.hand.power_cycle()
    events = r.poll(6)
    assert {"VendorReset", "EventsLost"} <= set(kinds(events))
    lost = next(event for event in events if isinstance(event, EventsLost))
    assert (lost.at_least, lost.cursor.taker) == (1, Taker.BILL)
    assert r.credited_yen == 0
    assert r.machine.truth().yen(Place.STACKER) == 1000, "a person finds what is declared unknown"
    assert not BILLS & r.vendor.status().accepting


def test_fault_27_without_an_accept_counter_the_reset_itself_is_the_warning() -> None:
    r = rig(BillBuild(has_accept_counter=False))
    held(r)
    r.vendor.route(stack=True)
    r.clock.advance(0.3)
    r.hand.power_cycle()
    resets = [event for event in r.poll(6) if isinstance(event, VendorReset)]
    assert Taker.BILL in {event.cursor.taker for event in resets}
    assert r.credited_yen == 0


@pytest.mark.parametrize("code", [7, 15, 16])
def test_fault_28_a_bill_that_sticks_out_of_reach_is_declared_unknown(code: int) -> None:
    r = rig()
    if code == 16:
        r.hand.jam_bills(code)
        r.hand.insert_bill(1000)
    else:
        held(r)
        r.hand.jam_bills(code)
        r.vendor.route(stack=True)
    events = r.poll(8)
    assert [e.code for e in events if isinstance(e, CoinMaybe)] == [code]
    assert "coin.bill_fault" in r.vendor.status().troubles
    assert r.credited_yen == 0
    r.hand.drop_coin(100)
    r.poll(4)
    assert r.credited_yen == 100, "coins go on"
    r.check()


def test_fault_28_a_bill_within_reach_of_the_resident_is_none_of_ours() -> None:
    r = rig()
    r.hand.jam_bills(6)
    r.hand.insert_bill(1000)
    events = r.poll(8)
    assert kinds(events) == ["VendorTrouble"]
    assert not BILLS & r.vendor.status().accepting
    r.hand.clear_bills()
    r.poll(8)
    assert r.vendor.status().accepting >= BILLS
    held(r)
    r.check()


def test_fault_28_a_full_stacker_stops_bills_and_only_bills() -> None:
    r = rig(BillBuild(capacity=1))
    held(r)
    r.vendor.route(stack=True)
    events = r.poll(8)
    assert kinds(events) == ["CoinAccepted", "VendorTrouble"]
    r.hand.insert_bill(1000)
    r.hand.drop_coin(500)
    r.poll(4)
    assert r.credited_yen == 1500
    r.check()


def test_fault_21_a_stacker_taken_out_stops_bills_until_it_is_back() -> None:
    r = rig()
    r.hand.take_stacker()
    assert [e.reason for e in r.poll(6) if isinstance(e, VendorTrouble)] == ["coin.bill_fault"]
    assert not BILLS & r.vendor.status().accepting
    r.hand.put_stacker()
    r.poll(8)
    assert r.vendor.status().accepting >= BILLS


def test_fault_29_an_unknown_bill_that_was_stacked_is_a_case() -> None:
    r = rig()
    r.hand.report_bill_event(21)
    assert [e.code for e in r.poll(1) if isinstance(e, CoinMaybe)] == [21]


def test_fault_29_a_coupon_is_no_money() -> None:
    r = rig()
    assert r.machine.bills
    for b in (1, 0):
        r.machine.act(lambda b=b: r.machine.bills and r.machine.bills.push(255, b))  # type: ignore[misc]
    r.hand.report_bill_event(20)
    assert kinds(r.poll(1)) == ["CoinRefused"] * 3
    assert r.credited_yen == 0


def test_fault_29_a_bill_type_we_never_heard_of() -> None:
    r = rig()
    assert r.machine.bills
    r.machine.act(lambda: r.machine.bills and r.machine.bills.push(9, 1))  # type: ignore[arg-type, return-value]
    assert [e.yen for e in r.poll(1) if isinstance(e, BillHeld)] == [0]
    r.machine.act(lambda: r.machine.bills and r.machine.bills.push(9, 0))  # type: ignore[arg-type, return-value]
    assert [e.code for e in r.poll(1) if isinstance(e, CoinMaybe)] == [9]


@pytest.mark.parametrize("result", [2, 21, 255])
def test_fault_29_a_result_the_standard_does_not_know_is_no_credit(result: int) -> None:
    """Part 3 Table 7 knows stacked (0) and held (1) beside a bill type, and nothing else."""
    r = rig()
    assert r.machine.bills
    r.machine.act(lambda: r.machine.bills and r.machine.bills.push(1, result))  # type: ignore[arg-type, return-value]
    assert kinds(r.poll(1)) == ["CoinMaybe"]
    assert r.credited_yen == 0


@pytest.mark.parametrize("code", sorted(BILL_CODES))
def test_every_code_of_table_7_has_its_consequence(code: int) -> None:
    r = rig()
    r.hand.report_bill_event(code)
    events = r.poll(1)
    fate = BILL_CODES[code].fate
    assert any(isinstance(e, CoinMaybe) for e in events) is (
        fate in {BillFate.LOST, BillFate.MAYBE, BillFate.FRAUD}
    )
    troubles = {e.reason for e in events if isinstance(e, VendorTrouble)}
    expected = {BillFate.FAULT: {"coin.bill_fault"}, BillFate.LOST: {"coin.bill_fault"}}
    assert troubles == expected.get(fate, {"coin.fraud"} if fate is BillFate.FRAUD else set())
    assert any(isinstance(e, BillReturned) for e in events) is (fate is BillFate.RETURNED)
    assert r.credited_yen == 0


@pytest.mark.parametrize("when", [Motion.DRAWING, Motion.HELD, Motion.STACKING, Motion.RETURNING])
@pytest.mark.parametrize("deed", ["power_cycle", "pull_bill", "cut_cable"])
def test_whatever_happens_to_a_bill_on_its_way_nothing_is_credited_twice(
    when: Motion, deed: str
) -> None:
    r = rig()
    r.hand.insert_bill(2000)
    if when is not Motion.DRAWING:
        r.poll(7)
        if when is not Motion.HELD:
            r.vendor.route(stack=when is Motion.STACKING)
    assert r.machine.bills
    assert r.machine.bills.motion is when
    getattr(r.hand, deed)()
    r.poll(10)
    r.hand.restore_cable()
    r.poll(180)
    lost = any(isinstance(e, EventsLost | CoinMaybe) for e in r.events)
    truth = r.machine.truth()
    assert truth.conserved
    assert r.credited_yen in {0, 2000}
    assert r.credited_yen == truth.yen(Place.STACKER) or lost
    if r.credited_yen:
        assert truth.yen(Place.STACKER) == 2000


def test_fault_13_another_validator_at_the_same_address() -> None:
    r = rig()
    held(r)
    assert r.machine.bills
    r.vendor.route(stack=False)
    r.poll(8)
    r.machine.act(lambda: r.machine.bills and r.machine.bills.swap(999))  # type: ignore[arg-type, return-value]
    r.poll(40)
    assert "coin.unknown_device" in {e.reason for e in r.events if isinstance(e, VendorTrouble)}
    assert not BILLS & r.vendor.status().accepting
    assert r.vendor.status().accepting >= VALUES


def test_fault_44_without_its_validator_the_machine_takes_coins() -> None:
    r = rig()
    assert r.machine.bills
    r.machine.act(lambda: r.machine.bills and r.machine.bills.switch_off())  # type: ignore[arg-type, return-value]
    assert [e.reason for e in r.poll(3) if isinstance(e, VendorTrouble)] == ["coin.bill_fault"]
    r.hand.drop_coin(100)
    r.poll(4)
    assert r.credited_yen == 100
    r.machine.act(lambda: r.machine.bills and r.machine.bills.switch_on())  # type: ignore[arg-type, return-value]
    r.poll(10)
    held(r)
    r.check()
