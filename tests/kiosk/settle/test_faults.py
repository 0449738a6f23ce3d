"""The named faults of money where the runtime has its part: production loop, table, coin worker
and ccTalk driver over the virtual machine, a journal, a turned clock.

The numbers are those of the fault list in `docs/devices/coin.md`.
"""

from pathlib import Path

import pytest

from drivers.clock import VirtualClock
from drivers.coin.contract import Accuracy, CreditCursor, VendorReset
from drivers.coin.tables import Header
from drivers.coin.virtual import (
    BillBuild,
    HopperBuild,
    MachineBuild,
    Nameplate,
    Place,
    four_hoppers,
)
from drivers.coin.virtual.mechanics import AcceptorBuild
from drivers.link.faulty import Direction, Fault, Harm
from drivers.printer.contract import JobState
from kiosk.journal import reader
from kiosk.journal.entries import entry
from kiosk.journal.writer import JournalFile
from kiosk.link import values as link
from kiosk.settle import happened as h
from kiosk.settle.cashier import Deposit, Fill, cash_counts, deposit_of
from kiosk.settle.model import PHASES, Phase, Settlement, State
from tests.fault_plans.terminal import PIECES, Terminal
from tests.kiosk.settle.test_stories import APPLICATION, VISIT
from tests.kiosk.settle.world import booked


def terminal(fee: int = 300, copies: int = 1, **build: object) -> Terminal:
    """A resident is asked to pay."""
    made = Terminal(MachineBuild(bills=BillBuild(), **build) if build else None)  # type: ignore[arg-type]
    made.say(link.OpenVisit(VISIT))
    made.say(link.AcceptCoins(APPLICATION, fee * copies, copies, fee))
    assert made.state is State.PAYING
    return made


def insert(t: Terminal, *coins: int) -> None:
    for yen in coins:
        t.hand.drop_coin(yen)
        t.pass_time(1.0)


def bill(t: Terminal, yen: int = 1000, seconds: float = 3.0) -> None:
    t.hand.insert_bill(yen)
    t.pass_time(seconds)


def back(t: Terminal) -> int:
    """Yen that lie in the tray."""
    return t.machine.truth().yen(Place.TRAY)


def kinds(t: Terminal) -> list[str]:
    return [one.kind for one in t.disk]


def leave(t: Terminal) -> None:
    """The visit's process ends, and everything is settled."""
    t.happen(h.VisitEnded("killed"))
    t.pass_time(30.0)
    assert t.settled()


def test_fault_08_more_events_than_remembered_stop_the_payment_and_make_a_case() -> None:
    t = terminal(copies=3)
    t.clock.advance(0.3)
    for _ in range(7):
        t.hand.drop_coin(100)
    t.clock.advance(0.6)
    t.pass_time(20.0)
    lost = next(one for one in t.disk if one.kind == "coin.lost")
    assert lost.number("at_least") == 2
    assert t.memory.cases
    assert {a for _, a in t.memory.coins.trust} == {Accuracy.INACCURATE}
    assert back(t) == 500, "what is known goes back"
    assert t.audit() == ()


def test_fault_13_another_acceptor_closes_service_and_credits_nothing() -> None:
    t = terminal()
    insert(t, 100)
    t.machine.act(lambda: t.machine.acceptor.swap(999))
    t.pass_time(8.0)
    insert(t, 100)
    leave(t)
    assert booked(t.disk)["inserted"] == 100
    assert t.audit() == ()


def test_fault_14_host_killed_between_credit_and_journal() -> None:
    """The credit was read from the device and not written down: the next start has it again."""
    t = terminal()
    insert(t, 100)
    t.slow_disk = True
    insert(t, 100)
    assert booked(t.disk)["inserted"] == 100
    t.slow_disk = False
    t.die()
    t.pass_time(30.0)
    assert booked(t.disk) == {"inserted": 200, "kept": 0, "returned": 200, "owed": 0}
    assert t.audit() == ()


@pytest.mark.parametrize("swapped", [False, True])
def test_fault_14_host_killed_between_the_very_first_credit_and_the_journal(
    *, swapped: bool
) -> None:
    """No coin of this acceptor was ever written down, and still it is known where to count on."""
    t = Terminal()
    if swapped:
        t.machine.act(lambda: t.machine.acceptor.swap(999))
        t.die()
    t.say(link.OpenVisit(VISIT))
    t.say(link.AcceptCoins(APPLICATION, 300, 1, 300))
    t.slow_disk = True
    insert(t, 100)
    t.slow_disk = False
    t.die()
    t.pass_time(30.0)
    assert booked(t.disk) == {"inserted": 100, "kept": 0, "returned": 100, "owed": 0}
    assert t.audit() == ()


def test_fault_15_host_killed_after_the_journal_and_before_the_screen() -> None:
    """The amount is on disk: the next start gives it back, and says how much."""
    t = terminal()
    insert(t, 100, 50)
    t.told.clear()
    t.die()
    assert t.glasses[-1].settling
    t.pass_time(30.0)
    assert back(t) == 150
    assert t.last(link.CoinsReturned) == link.CoinsReturned(150, 0)
    assert t.settled()
    assert t.audit() == ()


def test_fault_16_a_full_disk_shuts_the_slot_before_the_next_coin() -> None:
    t = terminal()
    insert(t, 100)
    t.happen(h.JournalTrouble("journal.disk_full"))
    insert(t, 100)
    t.pass_time(20.0)
    assert booked(t.disk)["inserted"] == 100
    assert back(t) == 200, "the second one was never let in"
    assert t.audit() == ()


def test_fault_16_after_a_failed_fsync_nothing_more_is_taken_and_nothing_moves() -> None:
    t = terminal()
    insert(t, 100)
    t.happen(h.JournalTrouble("journal.failed"))
    insert(t, 100)
    assert t.state is State.BROKEN
    assert booked(t.disk)["inserted"] == 100
    assert t.machine.truth().taken_yen == 100
    t.die()
    t.pass_time(30.0)
    assert back(t) == 200
    assert t.audit() == ()


@pytest.mark.parametrize("cut", [1, 7, 40])
def test_fault_16_a_torn_last_record_is_found_and_the_coin_asked_for_again(
    cut: int, tmp_path: Path
) -> None:
    """Bytes on a disk: the tail is cut, the acceptor still knows its credit."""
    t = terminal()
    insert(t, 100, 50)
    file = JournalFile(tmp_path, reserve_bytes=4096)
    for one in t.disk:
        file.write([one], "2026-11-21T00:00:00.000Z")
    file.close()
    path = tmp_path / "journal.jsonl"
    path.write_bytes(path.read_bytes()[:-cut])
    reading = reader.read(path)
    assert reading.torn
    t.disk = [record.entry for record in reading.records]
    assert booked(t.disk)["inserted"] == 100
    t.die()
    t.pass_time(30.0)
    assert booked(t.disk)["inserted"] == 150
    assert back(t) == 150
    assert t.audit() == ()


def test_fault_17_a_coin_on_its_way_while_the_slot_shuts_is_credited_and_comes_back() -> None:
    t = terminal()
    insert(t, 100)
    t.hand.drop_coin(50)
    t.say(link.CancelPayment())
    t.pass_time(20.0)
    assert booked(t.disk)["returned"] == 150 == back(t)
    assert t.audit() == ()


@pytest.mark.parametrize("code", [6, 36])
def test_fault_18_a_swallowed_coin_is_a_case_for_staff(code: int) -> None:
    t = terminal()
    t.hand.report_event(code)
    t.pass_time(1.0)
    assert [one.number("code") for one in t.disk if one.kind == "coin.maybe"] == [code]
    assert len(t.memory.cases) == 1
    assert t.state is State.PAYING
    assert t.audit() == ()


def test_fault_19_a_missorted_coin_leaves_the_credit_and_shakes_the_count() -> None:
    t = terminal()
    insert(t, 100)
    t.hand.report_event(39)
    t.pass_time(1.0)
    assert t.state is State.PAYING
    assert booked(t.disk)["inserted"] == 100
    assert {one.accuracy for one in cash_counts(t.loop.model)} == {Accuracy.INACCURATE}
    assert t.memory.coins.sure().stock()[100] == t.memory.coins.stock()[100] - 1
    t.happen(h.StockCounted(100, 40))
    assert t.memory.coins.accuracy(100) is Accuracy.SET
    t.happen(h.StockCounted(100, 40))
    assert t.memory.coins.accuracy(100) is Accuracy.ACCURATE
    assert t.memory.coins.sure().stock()[100] == 40
    assert t.audit() == ()


def test_fault_20_the_return_lever_asks_the_visit_to_give_back() -> None:
    t = terminal()
    insert(t, 100)
    t.hand.pull_lever()
    t.pass_time(1.0)
    assert t.last(link.ReturnAsked)
    assert t.audit() == ()


def test_fault_23_manipulation_shuts_the_slot_and_is_kept() -> None:
    t = terminal()
    insert(t, 100)
    t.hand.report_event(20)
    t.pass_time(1.0)
    insert(t, 500)
    assert booked(t.disk)["inserted"] == 100
    troubles = [one.word("reason") for one in t.disk if one.kind == "device.trouble"]
    assert "coin.fraud" in troubles
    assert any(one.kind == "coin.maybe" for one in t.disk)
    assert t.audit() == ()


def test_fault_24_a_bill_in_escrow_when_the_host_dies_goes_back() -> None:
    t = terminal()
    t.hand.insert_bill(1000)
    t.clock.advance(1.1)
    t.die()
    t.pass_time(10.0)
    assert booked(t.disk)["inserted"] == 0
    assert back(t) == 1000
    assert t.audit() == ()


def test_fault_24_a_bill_whose_order_was_written_and_never_sent_goes_back() -> None:
    t = terminal()
    t.plan.add(
        Fault(
            direction=Direction.REQUEST,
            harm=Harm.CUT,
            when=lambda raw: len(raw) > 3 and raw[3] == Header.ROUTE_BILL,
        )
    )
    bill(t, seconds=1.5)
    assert kinds(t)[-1] == "bill.route"
    t.die()
    t.pass_time(10.0)
    assert back(t) == 1000
    assert booked(t.disk)["inserted"] == 0
    assert t.audit() == ()


def test_fault_24_a_bill_being_stacked_when_the_host_dies_is_credited_once() -> None:
    t = terminal()
    bill(t, seconds=1.5)
    assert t.loop.model.bill_moving
    t.die(dark_s=3.0)
    t.pass_time(40.0)
    assert booked(t.disk)["inserted"] == 1000
    assert back(t) == 1000, "in coins"
    assert t.audit() == ()


def test_fault_27_a_bill_stacked_in_the_dark_is_a_case() -> None:
    t = terminal()
    bill(t, seconds=1.7)
    t.hand.power_cycle()
    t.pass_time(20.0)
    assert t.machine.truth().yen(Place.STACKER) == 1000
    assert booked(t.disk)["inserted"] == 0
    assert "bill.lost" in kinds(t)
    assert t.memory.cases
    assert t.audit() == ()


def test_fault_27_without_an_accept_counter_the_reset_is_a_case_and_coins_go_on() -> None:
    t = Terminal(MachineBuild(bills=BillBuild(has_accept_counter=False)))
    t.say(link.OpenVisit(VISIT))
    t.say(link.AcceptCoins(APPLICATION, 300, 1, 300))
    bill(t, seconds=1.7)
    assert t.loop.model.bill_moving
    t.hand.power_cycle()
    t.pass_time(5.0)
    assert t.memory.cases
    insert(t, 100, 100, 100)
    assert t.state is State.HELD, "the slot is open again"
    assert t.audit() == ()


def test_a_reset_of_the_acceptor_does_not_open_the_slot_beside_a_moving_bill() -> None:
    t = terminal()
    bill(t, seconds=1.5)
    t.happen(VendorReset(CreditCursor(120_001, 0)))
    assert t.loop.model.bill_moving
    assert not t.loop.model.open_coins


@pytest.mark.parametrize("event", [7, 15])
def test_fault_28_a_bill_stuck_in_the_stacker_is_a_case_and_coins_go_on(event: int) -> None:
    t = terminal()
    t.hand.insert_bill(1000)
    t.pass_time(1.3)
    t.hand.jam_bills(event)
    t.pass_time(4.0)
    assert "bill.maybe" in kinds(t)
    assert len(t.memory.cases) == 1
    insert(t, 100, 100, 100)
    assert t.state is State.HELD
    assert t.audit() == ()


def test_fault_28_a_full_stacker_ends_bills_and_coins_go_on() -> None:
    t = Terminal(MachineBuild(bills=BillBuild(capacity=1)))
    t.say(link.OpenVisit(VISIT))
    t.say(link.AcceptCoins(APPLICATION, 1200, 4, 300))
    bill(t, seconds=5.0)
    bill(t, seconds=5.0)
    insert(t, 100, 100)
    assert booked(t.disk)["inserted"] == 1200
    assert t.state is State.HELD
    assert t.audit() == ()


def test_fault_29_an_unknown_bill_that_was_stacked_is_a_case() -> None:
    t = terminal()
    t.hand.report_bill_event(21)
    t.pass_time(1.0)
    assert "bill.maybe" in kinds(t)
    assert t.memory.cases
    assert t.audit() == ()


def test_fault_34_a_hopper_that_runs_empty_is_made_up_from_others_then_owed() -> None:
    t = terminal(copies=3)
    insert(t, 500, 100)
    t.hand.empty_hopper(500)
    t.hand.empty_hopper(100, keep=2)
    t.say(link.CancelPayment())
    t.pass_time(60.0)
    assert booked(t.disk)["returned"] == 600 == back(t)
    assert [a for v, a in t.memory.coins.trust if v == 500] == [Accuracy.UNKNOWN]
    assert t.audit() == ()


def test_fault_35_a_jammed_hopper_is_out_of_use_until_staff_has_counted_it() -> None:
    t = terminal(copies=3)
    insert(t, 500)
    t.hand.jam_hopper(500)
    t.say(link.CancelPayment())
    t.pass_time(60.0)
    assert back(t) == 500, "in smaller coins"
    assert t.memory.coins.sure().stock()[500] == 0
    t.happen(h.StockCounted(500, PIECES))
    assert t.memory.coins.sure().stock()[500] == PIECES
    assert t.audit() == ()


def test_fault_36_power_lost_in_a_payout_pays_the_rest_and_never_twice() -> None:
    t = terminal(copies=3)
    insert(t, 100, 100, 100, 100)
    payout = {"waits": True}

    def cut() -> None:
        if any(slave.total for slave in t.machine.hoppers.values()) and payout.pop("waits", 0):
            t.hand.power_cycle()

    t.at_exchange = [(count, cut) for count in range(1, 200)]
    t.say(link.CancelPayment())
    t.pass_time(60.0)
    assert not payout
    assert booked(t.disk)["returned"] + booked(t.disk)["owed"] == 400
    assert back(t) == booked(t.disk)["returned"] == 400
    assert t.audit() == ()


@pytest.mark.parametrize("exchange", range(1, 60, 4))
@pytest.mark.parametrize("before", [True, False])
def test_fault_37_the_host_dies_anywhere_in_a_payout(exchange: int, before: bool) -> None:
    t = terminal(copies=3)
    insert(t, 100, 100)
    t.say(link.CancelPayment())
    t.crash_at_exchange, t.crash_before_line = exchange, before
    t.survive(lambda: t.pass_time(20.0))
    t.pass_time(60.0)
    assert t.settled()
    assert back(t) == 200
    assert t.audit() == ()


def test_fault_38_a_coin_too_many_is_the_house_s_loss_and_written_down() -> None:
    wrong = HopperBuild(5, Nameplate("KVM", "KV-H1", 130_005), PIECES, overpays=1)
    t = terminal(hoppers={**four_hoppers(PIECES), 100: wrong})
    insert(t, 100)
    t.say(link.CancelPayment())
    t.pass_time(20.0)
    result = next(one for one in t.disk if one.kind == "payout.result")
    assert (result.number("paid"), result.number("over")) == (1, 1)
    assert booked(t.disk)["returned"] == 100
    assert back(t) == 200
    assert t.memory.coins.stock()[100] == PIECES + 1 - 2
    assert t.audit() == ()


def test_fault_42_what_could_not_be_changed_is_said_and_refused_before_it_is_taken() -> None:
    t = Terminal()
    for yen in (10, 50, 100):
        t.hand.empty_hopper(yen)
        t.happen(h.StockCounted(yen, 0))
    t.say(link.OpenVisit(VISIT))
    t.say(link.AskChange(300))
    state = t.last(link.ChangeState)
    assert state == link.ChangeState(300, (10, 50, 100), exact_only=True)
    t.say(link.AcceptCoins(APPLICATION, 300, 1, 300))
    insert(t, 500)
    bill(t)
    assert booked(t.disk)["inserted"] == 0
    assert back(t) == 1500, "neither the coin nor the bill was let in"
    insert(t, 100, 100, 100)
    assert t.state is State.HELD
    assert t.audit() == ()


def test_fault_43_refilling_and_collection_are_counted_signed_and_compared() -> None:
    """Exchange: coins through the slot, a count by hand, the box with one coin too few."""
    acceptor = AcceptorBuild()
    t = Terminal(MachineBuild(acceptor=acceptor, bills=BillBuild()))
    t.say(link.OpenVisit(VISIT))
    t.say(link.AcceptCoins(APPLICATION, 300, 1, 300))
    bill(t, seconds=5.0)
    leave(t)
    assert t.memory.coins.box == ((1000, 1),)
    t.hand.take_tray()
    t.happen(h.ExchangeBegun("staff-7"))
    assert t.state is State.EXCHANGE
    assert deposit_of(t.loop.model) is Deposit.EXCHANGE
    t.say(link.OpenVisit(VISIT))
    assert t.last(link.VisitRefused) == link.VisitRefused("terminal.exchange")
    before = t.memory.coins.stock()[50]
    insert(t, 50, 50)
    t.pass_time(1.0)
    assert t.memory.coins.stock()[50] == before + 2
    assert t.memory.ledger.inserted == 0, "staff's coins are nobody's to be given back"
    t.hand.fill_hopper(100, 20)
    t.happen(h.StockCounted(100, 60))
    t.hand.empty_stacker()
    t.happen(h.BoxCollected(1000, 0))
    record = next(one for one in t.disk if one.kind == "exchange.collected")
    assert (record.number("pieces"), record.number("expected")) == (0, 1)
    t.die()
    t.pass_time(5.0)
    assert t.state is State.EXCHANGE, "a new start goes on where staff was"
    t.happen(h.ExchangeEnded("staff-7"))
    assert t.state is State.IDLE
    end = t.disk[-1] if t.disk[-1].kind == "exchange.end" else t.disk[-2]
    assert end.word("staff") == "staff-7"
    assert end.number("hoppers") == sum(v * n for v, n in t.memory.coins.pieces)
    t.say(link.OpenVisit(VISIT))
    assert t.state is State.VISIT
    assert t.audit() == ()


def test_fault_44_a_cut_cable_keeps_the_session_and_its_money() -> None:
    t = terminal()
    insert(t, 100)
    t.hand.cut_cable()
    t.pass_time(5.0)
    assert t.memory.ledger.held == 100
    assert t.last(link.DeviceTrouble) == link.DeviceTrouble("coin.lost")
    t.say(link.CancelPayment())
    t.hand.restore_cable()
    t.pass_time(60.0)
    assert booked(t.disk)["returned"] + booked(t.disk)["owed"] == 100
    assert t.audit() == ()


def test_fault_45_a_port_that_comes_back_is_verified_before_anything_moves() -> None:
    t = terminal()
    insert(t, 100)
    t.unplugged = True
    t.pass_time(2.0)
    t.machine.act(lambda: t.machine.hoppers[100].__setattr__("plate", Nameplate("X", "Y", 5)))
    t.unplugged = False
    t.say(link.CancelPayment())
    t.pass_time(60.0)
    assert t.machine.hoppers[100].total == 0, "a hopper nobody knows pays nothing"
    assert booked(t.disk)["returned"] == 100 == back(t), "the others do"
    assert t.audit() == ()


def test_fault_48_the_order_of_the_journal_is_its_numbers_whatever_the_clock_says(
    tmp_path: Path,
) -> None:
    """The clock jumps back a year between two records, and forward again."""
    file = JournalFile(tmp_path, reserve_bytes=4096)
    stamps = ("2026-11-21T01:00:00.000Z", "2025-01-01T00:00:00.000Z", "2031-05-05T05:05:05.000Z")
    for number, at in enumerate(stamps):
        file.write([entry("pay.covered", total=number)], at)
    file.close()
    reading = reader.read(tmp_path / "journal.jsonl")
    assert [record.entry.number("total") for record in reading.records] == [0, 1, 2]
    assert [record.number for record in reading.records] == sorted(
        record.number for record in reading.records
    )


def test_fault_48_a_wall_clock_that_jumps_moves_no_limit() -> None:
    t = terminal()
    insert(t, 100)
    t.clock._utc += VirtualClock().utc() - t.clock.utc().replace(year=2020)
    insert(t, 100, 100)
    assert t.state is State.HELD
    assert t.audit() == ()


@pytest.mark.parametrize("end", [JobState.ABORTED, JobState.CANCELED])
def test_fault_49_a_print_that_fails_after_payment_is_refunded_exactly_once(end: JobState) -> None:
    t = terminal()
    insert(t, 500)
    t.say(link.PrintCopy("t1", 1, 1))
    t.printer.troubles = ("printer.jam",)
    t.stream("t1", 1)
    t.printer.abort(end)
    t.look()
    t.pass_time(30.0)
    for _ in range(2):
        t.die()
        t.pass_time(30.0)
    assert booked(t.disk) == {"inserted": 500, "kept": 0, "returned": 500, "owed": 0}
    assert back(t) == 500
    assert t.audit() == ()


def test_fault_50_a_debt_whose_owner_left_stays_until_staff_closes_it() -> None:
    t = terminal(copies=3)
    insert(t, 500)
    for yen in (10, 50, 100, 500):
        t.hand.empty_hopper(yen)
    leave(t)
    t.pass_time(120.0)
    assert booked(t.disk)["owed"] == 500
    (case, yen), *others = t.memory.cases
    assert (yen, others) == (500, [])
    for _ in range(3):
        t.die(dark_s=100_000.0)
        t.pass_time(20.0)
    assert t.memory.cases == ((case, 500),), "never zeroed by itself"
    assert t.slips == 1, "it is said on paper"
    t.happen(h.CaseClosed(case))
    assert t.memory.cases == ()
    assert t.audit() == ()


def test_a_bill_is_stacked_only_while_all_of_it_can_be_given_back_in_coins() -> None:
    t = terminal()
    bill(t, seconds=1.5)
    assert deposit_of(t.loop.model) is Deposit.PAUSED
    t.hand.drop_coin(100)
    t.pass_time(3.0)
    assert back(t) == 100, "the slot is shut while a bill is stacked"
    assert t.state is State.HELD
    assert deposit_of(t.loop.model) is Deposit.FIXED
    assert booked(t.disk)["inserted"] == 1000
    t.say(link.PrintCopy("t1", 1, 1))
    t.stream("t1", 1)
    t.pass_time(30.0)
    assert booked(t.disk)["returned"] == 700
    assert back(t) == 800
    assert t.audit() == ()


def test_a_bill_nobody_asked_for_goes_back() -> None:
    t = terminal()
    t.hand.insert_bill(1000)
    t.pass_time(0.4)
    t.say(link.CancelPayment())
    t.pass_time(10.0)
    assert booked(t.disk)["inserted"] == 0
    assert back(t) == 1000
    assert "bill.back" in kinds(t)
    assert t.audit() == ()


def test_cancelling_while_a_bill_is_stacked_waits_for_it_and_gives_it_back() -> None:
    t = terminal()
    bill(t, seconds=1.5)
    t.say(link.CancelPayment())
    t.pass_time(30.0)
    assert booked(t.disk) == {"inserted": 1000, "kept": 0, "returned": 1000, "owed": 0}
    assert t.audit() == ()


def test_money_at_stake_is_never_called_no_deposit() -> None:
    """Before the coin machine was asked, and when nothing can be written, nobody can say."""
    for state in set(State) - {State.BOOT, State.ASK_COINS, State.BROKEN}:
        free = PHASES[state] is Phase.FREE and state is not State.EXCHANGE
        assert (deposit_of(Settlement(state=state)) is Deposit.NONE) is free, state


def test_each_hopper_s_fill_is_said_in_one_word() -> None:
    t = Terminal()
    t.happen(h.StockCounted(10, 0))
    t.happen(h.StockCounted(50, 400))
    t.happen(h.HoppersSeen(frozenset({100}), frozenset({500}), frozenset({50})))
    assert [one.fill for one in cash_counts(t.loop.model)] == [
        Fill.EMPTY, Fill.FULL, Fill.NEAR_EMPTY, Fill.JAM,
    ]  # fmt: skip
    t.happen(h.StockCounted(50, 399))
    t.happen(h.HoppersSeen(frozenset(), frozenset()))
    assert [one.fill for one in cash_counts(t.loop.model)][1:] == [
        Fill.NEAR_FULL, Fill.OK, Fill.OK,
    ]  # fmt: skip
