"""The coin escrow in the cashier: production loop, table, coin worker and ccTalk driver over the
virtual machine. The same coins come back, or the fee is kept, whatever ends in between.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from drivers.coin.contract import Diverted, Fate
from drivers.coin.tables import Header
from drivers.coin.virtual import EscrowBuild, Place
from drivers.link.faulty import Direction, Fault, Harm
from drivers.printer.contract import JobState
from kiosk.change import Float, acceptable
from kiosk.journal.entries import entry
from kiosk.journal.memory import Memory, carried_over, fold
from kiosk.link import values as link
from kiosk.money import Bill, Yen
from kiosk.settle import happened as h
from kiosk.settle.cashier import Deposit, deposit_of
from kiosk.settle.model import State
from tests.drivers.coin.rig import for_header
from tests.fault_plans.terminal import ESCROW_HOLDS, Terminal, with_bills
from tests.kiosk.settle.test_stories import APPLICATION, VISIT
from tests.kiosk.settle.world import booked

Story = Callable[[Terminal], None]


def terminal(escrow: EscrowBuild | None = None) -> Terminal:
    return Terminal(with_bills(escrow=escrow or EscrowBuild()))


def pay(t: Terminal, *coins: int, copies: int = 1) -> None:
    """A resident is asked for 300 yen a copy, and puts in `coins`."""
    t.say(link.OpenVisit(VISIT))
    t.say(link.AcceptCoins(APPLICATION, 300 * copies, copies, 300))
    for yen in coins:
        t.hand.drop_coin(yen)
        t.pass_time(1.0)


def yen(t: Terminal, place: Place) -> int:
    return t.machine.truth().yen(place)


def results(t: Terminal) -> list[tuple[object, object, object]]:
    return [(e["keep"], e["yen"], e["fate"]) for e in t.disk if e.kind == "escrow.result"]


def print_copy(t: Terminal, number: int = 1, sheets: int = 1) -> None:
    t.say(link.PrintCopy(f"t{number}", number, sheets))
    t.stream(f"t{number}", sheets)


def at_the_flap(t: Terminal, deed: Callable[[], None]) -> None:
    """Do it in the moment in which the escrow is told to move, once."""
    honest = t.vendor.divert

    def meddled(*, keep: bool) -> Diverted:
        t.vendor.divert = honest  # type: ignore[method-assign]
        deed()
        return honest(keep=keep)

    t.vendor.divert = meddled  # type: ignore[method-assign]


def die_in_exchange(t: Terminal, number: int, *, before: bool) -> None:
    """The host ends in the n-th exchange on the line from now, before or after it was heard."""
    t.crash_at_exchange, t.crash_before_line = number, before


# --- stories ------------------------------------------------------------------------------------


def issued(t: Terminal) -> None:
    pay(t, 100, 500)
    print_copy(t)
    t.pass_time(12.0)


def cancelled(t: Terminal) -> None:
    pay(t, 100, 50, 50)
    t.hand.drop_coin(10)
    t.clock.advance(0.1)
    t.say(link.CancelPayment())
    t.pass_time(12.0)


def not_printed(t: Terminal) -> None:
    pay(t, 500)
    t.say(link.PrintCopy("t1", 1, 1))
    t.printer.receive("t1", 1)
    t.printer.abort(JobState.ABORTED)
    t.look()
    t.pass_time(12.0)


def one_of_two(t: Terminal) -> None:
    pay(t, 500, 100, copies=2)
    print_copy(t)
    t.pass_time(2.0)
    t.say(link.CancelPayment())
    t.pass_time(12.0)


def with_a_bill(t: Terminal) -> None:
    pay(t, 100, copies=3)
    t.hand.insert_bill(1000)
    t.pass_time(4.0)
    t.say(link.CancelPayment())
    t.pass_time(12.0)


STORIES: list[tuple[Story, int, tuple[int, int]]] = [
    (issued, 300, (1, 600)),
    (cancelled, 0, (0, 210)),
    (not_printed, 0, (0, 500)),
    (one_of_two, 300, (1, 600)),
    (with_a_bill, 0, (0, 100)),
]
IDS = [story.__name__ for story, _, _ in STORIES]


@pytest.mark.parametrize(("story", "kept", "diverted"), STORIES, ids=IDS)
def test_what_waits_is_kept_for_copies_that_came_and_else_comes_back(
    story: Story, kept: int, diverted: tuple[int, int]
) -> None:
    t = terminal()
    story(t)
    keep, worth = diverted
    assert results(t) == [(keep, worth, "done")]
    assert yen(t, Place.COIN_ESCROW) == 0
    assert yen(t, Place.CASHBOX) == (worth if keep else 0)
    inserted = booked(t.disk)["inserted"]
    assert booked(t.disk) == {
        "inserted": inserted, "kept": kept, "returned": inserted - kept, "owed": 0,
    }  # fmt: skip
    assert yen(t, Place.TRAY) == inserted - kept
    assert t.memory.cases == ()
    assert t.audit() == ()


def test_what_comes_back_through_a_flap_without_a_level_is_a_case_until_staff_looked() -> None:
    """The resident has them, as far as the flap knows; that none stuck nobody sees."""
    t = terminal(EscrowBuild(counts=False))
    cancelled(t)
    assert results(t) == [(0, 210, "done")]
    assert booked(t.disk)["returned"] == yen(t, Place.TRAY) == 210
    (case,) = opened = [e for e in t.disk if e.kind == "case.open"]
    assert (case.word("reason"), case["yen"]) == ("coin.escrow_unknown", 0)
    t.happen(h.VisitEnded("exit"))
    t.pass_time(5.0)
    assert t.loop.model.trouble == "", "it serves on"
    cancelled(t)
    assert [e for e in t.disk if e.kind == "case.open"] == opened, "one case until staff looked"
    t.happen(h.VisitEnded("exit"))
    t.happen(h.CaseClosed(str(case["case"])))
    t.pass_time(5.0)
    cancelled(t)
    assert len([e for e in t.disk if e.kind == "case.open"]) == 2
    assert t.audit() == ()


def test_what_is_kept_through_a_flap_without_a_level_is_no_case() -> None:
    """A coin that stuck would be the machine's either way."""
    t = terminal(EscrowBuild(counts=False))
    issued(t)
    assert results(t) == [(1, 600, "done")]
    assert t.memory.cases == ()


def test_the_coins_that_come_back_are_the_same_and_no_hopper_moves() -> None:
    t = terminal()
    before = {value: hopper.pieces for value, hopper in t.machine.hoppers.items()}
    cancelled(t)
    assert t.machine.truth().pieces[Place.TRAY] == {100: 1, 50: 2, 10: 1}
    assert {value: hopper.pieces for value, hopper in t.machine.hoppers.items()} == before
    assert not [e for e in t.disk if e.kind == "payout.intent"]


def test_the_order_waits_for_its_intent_on_disk() -> None:
    t = terminal()
    pay(t, 100)
    t.slow_disk = True
    t.say(link.CancelPayment())
    t.pass_time(10.0)
    assert yen(t, Place.COIN_ESCROW) == 100, "nothing moves before the disk has it"
    t.slow_disk = False
    t.run()
    t.pass_time(10.0)
    assert yen(t, Place.TRAY) == 100
    kinds = [e.kind for e in t.disk]
    assert kinds.index("escrow.intent") < kinds.index("escrow.result")


def test_a_broken_journal_leaves_the_flap_shut() -> None:
    t = terminal()
    pay(t, 100)
    t.happen(h.JournalTrouble("journal.failed"))
    t.pass_time(20.0)
    assert yen(t, Place.COIN_ESCROW) == 100
    t.die()
    t.pass_time(20.0)
    assert yen(t, Place.TRAY) == 100
    assert t.audit() == ()


def test_while_the_flap_moves_the_deposit_is_ending() -> None:
    t = terminal()
    pay(t, 100)
    seen: list[tuple[State, Deposit]] = []
    at_the_flap(t, lambda: seen.append((t.state, deposit_of(t.loop.model))))
    t.say(link.CancelPayment())
    t.pass_time(10.0)
    assert seen == [(State.DIVERTING, Deposit.ENDING)]


# --- the process ends at every single point -----------------------------------------------------


def settle(t: Terminal) -> None:
    t.pass_time(20.0)
    if t.state in {State.VISIT, State.LEAVING, State.HELD, State.PAYING}:
        t.happen(h.VisitEnded("exit"))
        t.pass_time(20.0)
    assert t.settled()


def true_in_the_end(t: Terminal) -> None:
    """Everything has its place, nobody was given a coin twice, nothing waits."""
    settle(t)
    assert t.audit() == ()
    books = booked(t.disk)
    delivered = sum(e["result"] == "printed" for e in t.disk if e.kind == "print.end")
    assert books["kept"] == 300 * delivered
    assert books["owed"] == 0
    assert yen(t, Place.TRAY) == books["returned"]
    assert yen(t, Place.COIN_ESCROW) == 0
    assert t.disk_remembers() == t.memory


def last_part(story: Story, counted: str) -> range:
    """The points of a story from shortly before the escrow's intent to its end."""
    t = terminal()
    moment: list[int] = []
    honest = t.append

    def noting(entries, done):  # type: ignore[no-untyped-def]
        if any(one.kind == "escrow.intent" for one in entries):
            moment.append(getattr(t, counted))
        honest(entries, done)

    t.append = noting  # type: ignore[method-assign]
    story(t)
    return range(max(1, moment[0] - 6), getattr(t, counted) + 1)


@pytest.mark.parametrize("story", [issued, cancelled], ids=["kept", "given back"])
def test_ended_at_any_action_around_the_flap_it_is_settled_by_the_next_start(story: Story) -> None:
    points = last_part(story, "actions")
    assert len(points) > 15
    for point in points:
        t = terminal()
        t.crash_at = point
        t.survive(lambda t=t: story(t))  # type: ignore[misc]
        true_in_the_end(t)


@pytest.mark.parametrize("before", [True, False], ids=["before the device heard", "after"])
@pytest.mark.parametrize("story", [issued, cancelled], ids=["kept", "given back"])
def test_ended_in_any_exchange_of_the_flap_it_is_settled_by_the_next_start(
    story: Story, before: bool
) -> None:
    """Every question on the line from the status before the order to a second after it."""
    for exchange in range(1, 13):
        t = terminal()
        at_the_flap(t, partial(die_in_exchange, t, exchange, before=before))
        t.survive(lambda t=t: story(t))  # type: ignore[misc]
        assert t.deaths == 1, exchange
        true_in_the_end(t)


def test_dead_for_long_the_coins_are_kept_for_their_owner() -> None:
    t = terminal()
    pay(t, 100, 500)
    t.crash_at = t.actions
    t.crashed(lambda: t.say(link.CancelPayment()))
    t.crash_at = None
    t.boot(quiet_s=9999.0)
    t.pass_time(20.0)
    assert yen(t, Place.TRAY) == 0
    assert yen(t, Place.CASHBOX) == 600
    assert booked(t.disk) == {"inserted": 600, "kept": 0, "returned": 0, "owed": 600}
    assert t.audit() == ()


def test_dead_for_long_in_the_midst_of_giving_back_is_unknown_and_a_case() -> None:
    t = terminal()
    pay(t, 100, 50)
    at_the_flap(t, partial(die_in_exchange, t, 2, before=False))
    t.say(link.CancelPayment())
    assert t.crashed(lambda: t.pass_time(10.0))
    t.crash_at = None
    t.boot(quiet_s=9999.0)
    t.pass_time(20.0)
    assert results(t)[0] == (0, 150, "unknown")
    assert booked(t.disk)["owed"] == 150
    assert [e.word("reason") for e in t.disk if e.kind == "money.owed"] == ["coin.escrow_unknown"]
    assert t.audit() == ()


# --- the flap, the line -------------------------------------------------------------------------


def test_a_flap_that_sticks_closes_service_until_it_is_cleared_and_emptied() -> None:
    t = terminal()
    pay(t, 100, 50)
    t.hand.jam_flap()
    t.say(link.CancelPayment())
    t.pass_time(20.0)
    assert results(t) == [(0, 150, "unknown")]
    assert booked(t.disk)["owed"] == 150
    assert t.loop.model.trouble == "coin.escrow_fault"
    t.happen(h.VisitEnded("exit"))
    t.say(link.OpenVisit(VISIT))
    assert t.last(link.VisitRefused) == link.VisitRefused("coin.escrow_fault")
    t.hand.clear_escrow()
    t.pass_time(20.0)
    assert t.loop.model.trouble == ""
    assert results(t)[-1] == (1, 150, "done")
    assert yen(t, Place.CASHBOX) == 150, "the case says whose it is"
    assert t.audit() == ()
    pay(t, 100)
    assert t.state is State.PAYING


def test_a_flap_known_to_be_faulty_is_left_and_the_hoppers_pay() -> None:
    t = terminal()
    pay(t, 50, 500)
    assert t.machine.escrow
    t.machine.escrow.fault = 31
    t.say(link.CancelPayment())
    t.pass_time(20.0)
    assert results(t) == [(0, 550, "not_started")]
    assert yen(t, Place.TRAY) == 550
    assert yen(t, Place.COIN_ESCROW) == 550, "these are the machine's now"
    assert booked(t.disk)["owed"] == 0
    t.happen(h.VisitEnded("exit"))
    t.die()
    t.pass_time(10.0)
    assert t.loop.model.trouble == "coin.escrow_fault", "a new start knows it too"
    t.hand.clear_escrow()
    t.pass_time(10.0)
    assert yen(t, Place.CASHBOX) == 550
    assert yen(t, Place.TRAY) == 550, "nobody is paid twice"
    assert t.loop.model.trouble == ""
    assert t.audit() == ()


@pytest.mark.parametrize("counts", [True, False], ids=["counting", "high level only"])
@pytest.mark.parametrize("direction", Direction)
def test_a_lost_order_or_answer_costs_nothing_but_time(direction: Direction, counts: bool) -> None:
    t = terminal(EscrowBuild(counts=counts))
    t.plan.add(Fault(direction=direction, harm=Harm.CUT, when=for_header(Header.OPERATE_ESCROW)))
    cancelled(t)
    assert t.plan.struck == 1
    assert results(t) == [(0, 210, "done")]
    assert yen(t, Place.TRAY) == 210
    assert t.audit() == ()


def drop_past_the_gate(t: Terminal) -> None:
    """A coin comes in although the slot was shut a while ago."""
    acceptor = t.machine.acceptor
    acceptor._master, acceptor._mask, acceptor._polled_s = True, 0xFFFF, t.clock.monotonic_s()
    t.hand.drop_coin(50)


def test_a_coin_that_falls_while_the_flap_is_open_goes_where_the_others_go() -> None:
    for fall_s in (0.0, 0.5, 1.2, 1.6):
        t = terminal()
        pay(t, 100)
        t.machine.speeds.fall_time_s = fall_s
        at_the_flap(t, partial(drop_past_the_gate, t))
        t.say(link.CancelPayment())
        t.pass_time(15.0)
        t.happen(h.VisitEnded("exit"))
        t.pass_time(15.0)
        assert booked(t.disk)["inserted"] == 150
        assert yen(t, Place.TRAY) == 150
        assert t.memory.cases == ()
        assert t.audit() == ()


def _says_it_gave_back(t: Terminal) -> None:
    t.vendor.divert = lambda *, keep: Diverted(keep, Fate.DONE)  # type: ignore[method-assign]


def _keeps_what_it_should_give_back(t: Terminal) -> None:
    honest = t.vendor.divert
    t.vendor.divert = lambda *, keep: replace(  # type: ignore[method-assign]
        honest(keep=True), keep=keep
    )


def _gives_back_unsaid(t: Terminal) -> None:
    honest = t.vendor.divert
    t.vendor.divert = lambda *, keep: replace(  # type: ignore[method-assign]
        honest(keep=keep), fate=Fate.NOT_STARTED
    )


@pytest.mark.parametrize(
    ("sabotage", "said"),
    [
        (_says_it_gave_back, "210 yen are said to be paid and are still inside"),
        (_keeps_what_it_should_give_back, "210 yen are said to be paid and are still inside"),
        (_gives_back_unsaid, "210 yen came out unsaid, 0 are declared in doubt"),
    ],
)
def test_an_escrow_that_lies_is_found_out_by_the_oracle(
    sabotage: Callable[[Terminal], None], said: str
) -> None:
    t = terminal()
    sabotage(t)
    cancelled(t)
    assert t.audit() == (said,)


# --- what may be let in -------------------------------------------------------------------------


def test_the_slot_is_shut_before_the_escrow_is_full() -> None:
    t = terminal()
    t.say(link.OpenVisit(VISIT))
    t.say(link.AcceptCoins(APPLICATION, 900, 3, 300))
    for _ in range(ESCROW_HOLDS + 5):
        t.hand.drop_coin(10)
        t.pass_time(0.6)
    assert ESCROW_HOLDS - 1 <= sum(n for _, n in t.memory.coins.waiting) <= ESCROW_HOLDS
    assert not t.open_now & {10, 50, 100, 500}, "a bill would not lie in it"
    t.say(link.CancelPayment())
    t.pass_time(15.0)
    assert yen(t, Place.TRAY) == 10 * (ESCROW_HOLDS + 5)
    assert t.audit() == ()


def test_with_empty_hoppers_exact_money_is_taken_and_no_change_is_promised() -> None:
    """Without an escrow a coin that came in could go out again; here it waits for its verdict."""
    bill = Bill(Yen(300), 1)
    empty = Float(tuple((v, 0) for v in (10, 50, 100, 500)), ((10, 9), (50, 9), (100, 9), (500, 9)))
    held = Float(empty.pieces, empty.capacity, escrow=9)
    assert acceptable(bill, 0, held, (10, 50, 100, 500)) == {10, 50, 100}
    two_in = held.taken_in(100).taken_in(100)
    assert two_in.waiting_yen == 200
    assert acceptable(bill, 200, two_in, (10, 50, 100, 500)) == {10, 50}
    one_left = Float(empty.pieces, empty.capacity, escrow=1)
    assert acceptable(bill, 0, one_left, (10, 50, 100)) == frozenset()


def test_staff_fills_no_hopper_through_the_slot() -> None:
    t = terminal()
    t.pass_time(1.0)
    t.happen(h.ExchangeBegun("s1"))
    t.pass_time(1.0)
    assert t.open_now == frozenset()


# --- the books ----------------------------------------------------------------------------------


def test_what_a_failed_escrow_holds_is_carried_into_the_next_file() -> None:
    t = terminal()
    pay(t, 500)
    t.hand.jam_flap()
    t.say(link.CancelPayment())
    t.pass_time(20.0)
    t.happen(h.VisitEnded("exit"))
    t.pass_time(5.0)
    before = t.memory
    assert not before.unfinished
    after = fold(carried_over(before), t.at_first())
    assert after.coins.waiting == before.coins.waiting == ((500, 1),)
    assert after.flap_doubted


def test_an_order_without_an_end_is_unfinished() -> None:
    begun = fold([entry("escrow.intent", keep=1, yen=0)], Memory().coins)
    assert begun.diverting == "keep"
    assert begun.unfinished
