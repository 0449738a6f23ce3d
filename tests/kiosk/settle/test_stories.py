"""One story a test: what the supervisor does with yen and paper, good and bad."""

import pytest

from drivers.coin.contract import CoinMaybe, CreditCursor, EventsLost, ReturnLever
from drivers.printer.contract import JobState
from kiosk.change import Float
from kiosk.link import values as link
from kiosk.settle import happened as h
from kiosk.settle.model import State
from kiosk.settle.paper import CANCEL_AGAIN_S
from tests.kiosk.settle.world import VALUES, World, booked

VISIT = "00112233aabbccdd"
APPLICATION = "ab" * 32


@pytest.fixture
def world() -> World:
    return World()


def begin(world: World, copies: int = 1, fee: int = 300) -> None:
    world.say(link.OpenVisit(VISIT))
    world.say(link.AcceptCoins(APPLICATION, fee * copies, copies, fee))


def pay(world: World, *coins: int) -> None:
    for yen in coins:
        assert world.insert(yen), f"{yen} was not let in"


def print_copy(world: World, copy: int = 1, sheets: int = 1) -> str:
    title = f"t{copy}"
    world.say(link.PrintCopy(title, copy, sheets))
    assert world.last(link.PrintGranted) == link.PrintGranted(title)
    world.stream(title, sheets)
    world.print_all()
    return title


def test_a_certificate_is_paid_printed_and_change_given(world: World) -> None:
    begin(world)
    assert world.last(link.CoinsOpen) == link.CoinsOpen((10, 50, 100, 500))
    pay(world, 500)
    assert world.last(link.CoinIn) == link.CoinIn(500, 500, ())
    assert world.last(link.PaymentCovered) == link.PaymentCovered(500)
    assert world.coins.open == frozenset()
    print_copy(world, sheets=2)
    assert world.last(link.CopyPrinted) == link.CopyPrinted("t1", "device_counted")
    assert world.last(link.MoneySettled) == link.MoneySettled(300, 200, 0)
    assert world.coins.customer == 300
    world.take_paper()
    assert world.last(link.PaperTaken) == link.PaperTaken()
    world.say(link.PrintReceipt("ja", "住民票の写し"))
    assert world.last(link.ReceiptOut) == link.ReceiptOut()
    world.say(link.CloseVisit("issued"))
    assert world.last(link.VisitClosed) == link.VisitClosed()
    world.happen(h.VisitEnded("exit"))
    assert world.at(State.IDLE)
    assert booked(world.disk) == {"inserted": 500, "kept": 300, "returned": 200, "owed": 0}
    assert "住民票" not in str(world.disk)


def test_each_coin_is_told_with_what_may_follow(world: World) -> None:
    begin(world)
    pay(world, 100, 50)
    assert world.last(link.CoinIn) == link.CoinIn(50, 150, (10, 50, 100, 500))


def test_cancelling_gives_every_coin_back(world: World) -> None:
    begin(world)
    pay(world, 100, 100)
    world.say(link.CancelPayment())
    assert world.at(State.DRAINING)
    world.time_out(h.Timer.FALL)
    assert world.last(link.CoinsReturned) == link.CoinsReturned(200, 0)
    assert world.coins.customer == 0
    assert world.at(State.VISIT)


def test_a_coin_that_was_still_falling_goes_back_with_the_rest(world: World) -> None:
    begin(world)
    pay(world, 100)
    world.drop(500)
    world.say(link.CancelPayment())
    world.poll()
    assert world.last(link.CoinIn) == link.CoinIn(500, 600, ())
    world.time_out(h.Timer.FALL)
    assert world.last(link.CoinsReturned) == link.CoinsReturned(600, 0)


def test_a_coin_falling_while_the_fee_is_covered_is_change(world: World) -> None:
    begin(world)
    world.drop(500)
    world.coins.insert(100)
    world.poll()
    assert world.last(link.CoinIn) == link.CoinIn(100, 600, ())
    print_copy(world)
    assert world.last(link.MoneySettled) == link.MoneySettled(300, 300, 0)


def test_a_coin_after_everything_was_settled_is_given_back_when_the_visit_ends(
    world: World,
) -> None:
    begin(world)
    world.drop(100)
    world.say(link.CancelPayment())
    world.time_out(h.Timer.FALL)
    assert world.last(link.CoinsReturned) == link.CoinsReturned(0, 0)
    world.poll()
    world.say(link.CloseVisit("cancelled"))
    world.settle()
    assert world.coins.customer == 0


def test_a_coin_nobody_asked_for_goes_back(world: World) -> None:
    world.coins.open = frozenset({100})
    world.insert(100)
    assert world.at(State.DRAINING)
    world.time_out(h.Timer.FALL)
    assert world.at(State.IDLE)
    assert world.coins.customer == 0


def test_what_the_hoppers_cannot_change_is_not_let_in(world: World) -> None:
    for yen in (10, 50, 100):
        world.happen(h.StockCounted(yen, 0))
    world.say(link.OpenVisit(VISIT))
    world.say(link.AskChange(300))
    answer = link.ChangeState(300, (10, 50, 100), exact_only=True)
    assert world.last(link.ChangeState) == answer
    world.say(link.AcceptCoins(APPLICATION, 300, 1, 300))
    assert not world.insert(500)


def test_change_is_not_counted_on_from_a_hopper_that_doubts_itself(world: World) -> None:
    world.say(link.OpenVisit(VISIT))
    small, none = frozenset({10, 50, 100}), frozenset[int]()
    world.happen(h.HoppersSeen(small, none))  # Low: what drops in can be paid out again.
    world.say(link.AskChange(300))
    exact = link.ChangeState(300, (10, 50, 100), exact_only=True)
    assert world.last(link.ChangeState) == exact
    world.happen(h.HoppersSeen(none, small))
    world.say(link.AskChange(300))
    assert world.last(link.ChangeState) == link.ChangeState(300, ())
    world.happen(h.HoppersSeen(none, none))
    world.say(link.AskChange(300))
    assert world.last(link.ChangeState) == link.ChangeState(300, (10, 50, 100, 500))


def test_a_hopper_that_runs_empty_is_made_up_from_others(world: World) -> None:
    begin(world)
    pay(world, 500)
    world.coins.hoppers[100] = 1
    print_copy(world)
    assert world.last(link.MoneySettled) == link.MoneySettled(300, 200, 0)
    assert world.coins.customer == 300
    assert world.memory.coins.stock()[100] == 0


def test_what_no_hopper_can_pay_is_owed_under_a_case(world: World) -> None:
    begin(world)
    pay(world, 500)
    world.coins.jammed = {10, 50, 100}
    print_copy(world)
    settled = world.last(link.MoneySettled)
    assert settled == link.MoneySettled(300, 0, 200, f"{VISIT[:8]}-1")
    assert world.memory.cases == ((f"{VISIT[:8]}-1", 200),)


def test_a_payout_nobody_can_tell_is_owed_and_not_paid_twice(world: World) -> None:
    begin(world)
    pay(world, 100, 100)
    world.say(link.CancelPayment())
    dispense = world.coins.dispense

    def silent(ticket: object) -> object:
        world.coins.mute = {100}
        return dispense(ticket)  # type: ignore[arg-type]

    world.coins.dispense = silent  # type: ignore[method-assign,assignment]
    world.time_out(h.Timer.FALL)
    assert world.last(link.CoinsReturned) == link.CoinsReturned(0, 200, f"{VISIT[:8]}-1")
    assert world.coins.customer == 0  # They did come out; staff will find out.


def test_a_hopper_that_does_not_answer_is_left_alone(world: World) -> None:
    begin(world)
    pay(world, 100, 100)
    world.coins.mute = {100}
    world.say(link.CancelPayment())
    world.time_out(h.Timer.FALL)
    assert world.last(link.CoinsReturned) == link.CoinsReturned(200, 0)
    assert "payout.failed" in [e.kind for e in world.disk]


def test_two_copies_are_printed_one_after_the_other(world: World) -> None:
    begin(world, copies=2)
    pay(world, 500, 100)
    print_copy(world, 1)
    assert world.at(State.HELD)
    print_copy(world, 2)
    assert world.last(link.MoneySettled) == link.MoneySettled(600, 0, 0)


def test_partial_print_keeps_the_fee_of_what_was_delivered(world: World) -> None:
    begin(world, copies=3)
    pay(world, 500, 500)
    print_copy(world, 1)
    world.say(link.PrintCopy("t2", 2, 1))
    world.stream("t2")
    world.printer.abort()
    world.look()
    assert world.last(link.CopyFailed) == link.CopyFailed("t2", 0, "printer.aborted")
    assert world.last(link.MoneySettled) == link.MoneySettled(300, 700, 0)


@pytest.mark.parametrize("reason", ["printer.paper_out", "printer.jam"])
def test_a_standing_job_is_waited_for_and_goes_on(world: World, reason: str) -> None:
    begin(world)
    pay(world, 500)
    world.say(link.PrintCopy("t1", 1, 2))
    world.stream("t1", 2)
    world.printer.print_sheet()
    world.printer.troubles = (reason,)
    world.look()
    assert world.last(link.SheetsOut) == link.SheetsOut("t1", 1)
    assert world.last(link.PrinterWaits) == link.PrinterWaits("t1", reason)
    assert world.timers[h.Timer.JOB] == world.limits.attendant_s
    world.printer.troubles = ()
    world.look()
    assert world.last(link.PrinterWaits) == link.PrinterWaits("t1", "")
    world.print_all()
    assert world.last(link.CopyPrinted) == link.CopyPrinted("t1", "device_counted")


def test_a_job_that_stands_too_long_is_cancelled_and_its_fee_returned(world: World) -> None:
    begin(world)
    pay(world, 500)
    world.say(link.PrintCopy("t1", 1, 2))
    world.stream("t1", 2)
    world.printer.troubles = ("printer.jam",)
    world.look()
    world.time_out(h.Timer.JOB)
    assert world.at(State.STOPPING)
    world.look()
    assert world.last(link.CopyFailed) == link.CopyFailed("t1", 0, "printer.jam")
    assert world.last(link.MoneySettled) == link.MoneySettled(0, 500, 0)


def test_a_printer_that_vanishes_mid_job_leaves_a_case(world: World) -> None:
    begin(world)
    pay(world, 100, 100, 100)
    world.say(link.PrintCopy("t1", 1, 1))
    world.stream("t1")
    world.printer.offline = True
    world.look()
    assert world.last(link.PrinterWaits) == link.PrinterWaits("t1", "printer.offline")
    world.time_out(h.Timer.JOB)
    world.time_out(h.Timer.JOB)
    failed = link.CopyFailed("t1", 0, "printer.unknown_outcome", known=False)
    assert world.last(link.CopyFailed) == failed
    assert world.last(link.MoneySettled) == link.MoneySettled(0, 0, 300, f"{VISIT[:8]}-1")


def test_a_job_the_device_still_holds_may_yet_be_printed(world: World) -> None:
    """Not one side has moved, but a refund would be a certificate for nothing later."""
    begin(world)
    pay(world, 100, 100, 100)
    world.say(link.PrintCopy("t1", 1, 1))
    world.stream("t1")
    world.printer.troubles, world.printer.obeys = ("printer.jam",), False
    world.look()
    world.time_out(h.Timer.JOB)
    world.time_out(h.Timer.JOB)
    failed = link.CopyFailed("t1", 0, "printer.unknown_outcome", known=False)
    assert world.last(link.CopyFailed) == failed
    assert world.last(link.MoneySettled) == link.MoneySettled(0, 0, 300, f"{VISIT[:8]}-1")


def stopped(world: World) -> None:
    """A copy stands still for too long, and the device refuses to cancel it."""
    begin(world)
    pay(world, 100, 100, 100)
    world.say(link.PrintCopy("t1", 1, 1))
    world.stream("t1")
    world.printer.troubles, world.printer.obeys = ("printer.jam",), False
    world.look()
    world.time_out(h.Timer.JOB)
    assert world.at(State.STOPPING)


def test_a_cancel_that_was_not_taken_is_said_again_until_it_is(world: World) -> None:
    stopped(world)
    world.look()
    limit_s = world.timers[h.Timer.JOB]
    for _ in range(3):
        assert world.timers[h.Timer.CANCEL] == CANCEL_AGAIN_S
        world.time_out(h.Timer.CANCEL)
        world.look()
        assert world.at(State.STOPPING)
    assert world.timers[h.Timer.JOB] == limit_s, "the time it is given grows no longer by it"
    kinds = [one.kind for one in world.disk]
    assert (kinds.count("print.cancel"), kinds.count("print.uncancelled")) == (1, 1)
    world.printer.obeys = True
    world.time_out(h.Timer.CANCEL)
    world.look()
    world.look()
    assert world.last(link.MoneySettled) == link.MoneySettled(0, 300, 0)
    assert h.Timer.CANCEL not in world.timers


def test_a_printer_that_was_off_when_it_was_told_is_told_when_it_is_back(world: World) -> None:
    stopped(world)
    world.printer.offline, world.printer.obeys = True, True
    for _ in range(3):
        world.time_out(h.Timer.CANCEL)
        world.look()
    assert h.Timer.CANCEL not in world.timers, "nobody is asked who cannot hear"
    world.printer.offline = False
    world.look()
    world.look()
    assert world.last(link.MoneySettled) == link.MoneySettled(0, 300, 0)


def test_a_printer_that_never_takes_a_cancel_is_given_up_in_time(world: World) -> None:
    stopped(world)
    world.time_out(h.Timer.CANCEL)
    world.time_out(h.Timer.JOB)
    assert world.last(link.MoneySettled) == link.MoneySettled(0, 0, 300, f"{VISIT[:8]}-1")
    assert h.Timer.CANCEL not in world.timers, "nobody is asked about it any more"


def test_an_answer_about_a_copy_that_is_over_changes_nothing(world: World) -> None:
    stopped(world)
    before = len(world.disk)
    world.happen(h.CancelNotTaken("t0"))
    assert len(world.disk) == before


def test_paid_money_does_not_wait_longer_because_the_disk_is_full(world: World) -> None:
    begin(world)
    pay(world, 100, 100, 100)
    waits_s = world.timers[h.Timer.PAY]
    world.happen(h.JournalTrouble("journal.disk_full"))
    assert world.timers[h.Timer.PAY] == waits_s


def test_a_job_the_device_never_had_printed_nothing(world: World) -> None:
    begin(world)
    pay(world, 100, 100, 100)
    world.say(link.PrintCopy("t1", 1, 1))
    world.say(link.CopyNotStreamed("t1", "printer.spooler"))
    assert world.at(State.STOPPING)
    world.look()
    assert world.at(State.STOPPING), "its request may still be on the way"
    world.time_out(h.Timer.CANCEL)
    world.look()
    assert world.last(link.CopyFailed) == link.CopyFailed("t1", 0, "printer.spooler")
    assert world.last(link.MoneySettled) == link.MoneySettled(0, 300, 0)


def test_a_job_the_device_lists_late_is_cancelled_and_its_sheet_not_given_away(
    world: World,
) -> None:
    """What had left the spooler when it was destroyed becomes a job a moment later."""
    begin(world)
    pay(world, 100, 100, 100)
    world.say(link.PrintCopy("t1", 1, 1))
    world.say(link.CopyNotStreamed("t1", "printer.spooler"))
    world.look()
    world.printer.receive("t1", 1)
    world.time_out(h.Timer.CANCEL)
    world.look()
    assert world.printer.jobs["t1"].state is JobState.CANCELED
    world.look()
    assert not world.printer.print_sheet()
    assert world.last(link.CopyFailed) == link.CopyFailed("t1", 0, "printer.aborted")
    assert world.last(link.MoneySettled) == link.MoneySettled(0, 300, 0)


def test_a_printer_that_is_not_clear_is_not_given_a_copy(world: World) -> None:
    begin(world)
    pay(world, 500)
    world.printer.troubles = ("printer.paper_out",)
    world.say(link.PrintCopy("t1", 1, 1))
    assert world.last(link.PrintRefused) == link.PrintRefused("t1", "printer.paper_out")
    assert world.at(State.HELD)
    world.printer.troubles = ()
    print_copy(world)
    assert world.last(link.MoneySettled) == link.MoneySettled(300, 200, 0)


@pytest.mark.parametrize(
    ("tray", "job", "reason"),
    [(1, False, "printer.tray_not_empty"), (0, True, "printer.busy")],
)
def test_no_visit_begins_with_something_in_the_printer(
    world: World, tray: int, job: bool, reason: str
) -> None:
    world.printer.tray = tray
    if job:
        world.printer.receive("foreign", 1)
    world.say(link.OpenVisit(VISIT))
    assert world.last(link.VisitRefused) == link.VisitRefused(reason)
    assert world.at(State.IDLE)


def test_service_closes_and_opens_with_its_devices(world: World) -> None:
    world.happen(h.TroubleSeen("printer", "printer.paper_out"))
    assert world.last(link.ServiceState) == link.ServiceState("printer.paper_out")
    world.say(link.OpenVisit(VISIT))
    assert world.last(link.VisitRefused) == link.VisitRefused("printer.paper_out")
    world.happen(h.TroubleSeen("printer", ""))
    assert world.last(link.ServiceState) == link.ServiceState("")
    world.happen(h.TroubleSeen("coin", "coin.hopper_empty"))
    assert world.last(link.ServiceState) == link.ServiceState("")


def test_a_warning_is_journaled_once_and_refuses_nobody(world: World) -> None:
    for reasons in (("printer.toner_low",), ("printer.toner_low",), (), ("printer.toner_low",)):
        world.happen(h.DeviceWarned("printer", reasons))
    world.happen(h.DeviceWarned("receipt", ("receipt.near_end",)))
    told = [entry.word("reason") for entry in world.disk if entry.kind == "device.warning"]
    assert told == ["printer.toner_low", "printer.toner_low", "receipt.near_end"]
    assert world.loop.model.warnings == ("printer.toner_low", "receipt.near_end")
    world.say(link.OpenVisit(VISIT))
    assert world.last(link.VisitGranted) == link.VisitGranted()


def test_the_lever_asks_the_visit(world: World) -> None:
    begin(world)
    world.happen(ReturnLever(CreditCursor(1, 1)))
    assert world.last(link.ReturnAsked) == link.ReturnAsked()


def test_the_printer_is_asked_before_money_is_taken(world: World) -> None:
    world.say(link.OpenVisit(VISIT))
    world.printer.troubles = ("printer.paper_out",)
    world.say(link.AskChange(300))
    assert world.last(link.ServiceState) == link.ServiceState("printer.paper_out")
    world.say(link.CloseVisit("refused"))
    world.happen(h.VisitEnded("exit"))
    world.say(link.OpenVisit(VISIT))
    assert world.last(link.VisitRefused) == link.VisitRefused("printer.paper_out")


def test_what_drops_into_a_low_hopper_is_counted_on(world: World) -> None:
    world.happen(h.HoppersSeen(frozenset(VALUES), frozenset()))
    begin(world)
    assert world.last(link.CoinsOpen) == link.CoinsOpen((10, 50, 100))
    pay(world, 100, 100)
    world.happen(h.HoppersSeen(frozenset(VALUES), frozenset()))
    pay(world, 100)
    assert world.last(link.PaymentCovered) == link.PaymentCovered(300)


def test_a_low_hopper_that_pays_is_doubted_no_less(world: World) -> None:
    books = Float(((100, 5),), ((100, 200),))
    doubted = books.doubted(frozenset({100}), {})
    filled = books.taken_in(100).taken_in(100)
    assert filled.less(doubted, frozenset()).stock() == {100: 2}
    assert filled.paid_out(100, 2).less(doubted, frozenset()).stock() == {100: 0}
    empty = filled.paid_out(100, 7)
    assert empty.doubted(frozenset({100}), doubted) == {100: 0}
    assert not empty.doubted(frozenset(), doubted)


def test_a_swallowed_coin_is_a_case_and_credits_nothing(world: World) -> None:
    begin(world)
    world.happen(CoinMaybe(17, CreditCursor(1, 3)))
    assert world.memory.ledger.inserted == 0
    assert len(world.memory.cases) == 1


def test_lost_events_stop_the_payment_and_return_what_is_known(world: World) -> None:
    begin(world)
    pay(world, 100)
    world.happen(EventsLost(2, CreditCursor(1, 9)))
    assert world.coins.open == frozenset()
    world.time_out(h.Timer.FALL)
    assert world.coins.customer == 0


def test_money_does_not_wait_for_ever(world: World) -> None:
    begin(world)
    pay(world, 100)
    world.time_out(h.Timer.PAY)
    world.time_out(h.Timer.FALL)
    assert world.last(link.CoinsReturned) == link.CoinsReturned(100, 0)


def test_a_visit_that_closes_with_money_inside_gets_it_out_first(world: World) -> None:
    begin(world)
    pay(world, 100)
    world.say(link.CloseVisit("timed_out"))
    world.time_out(h.Timer.FALL)
    assert world.told[-2:] == [link.CoinsReturned(100, 0), link.VisitClosed()]
    assert world.at(State.LEAVING)


def test_a_free_certificate_needs_no_coin(world: World) -> None:
    begin(world, fee=0)
    assert world.last(link.PaymentCovered) == link.PaymentCovered(0)
    print_copy(world)
    assert world.last(link.MoneySettled) == link.MoneySettled(0, 0, 0)


@pytest.mark.parametrize(
    "nonsense",
    [
        link.AcceptCoins(APPLICATION, 301, 1, 300),
        link.AcceptCoins("山田", 300, 1, 300),
        link.AcceptCoins(APPLICATION, -300, 1, -300),
        link.PrintCopy("t9", 1, 1),
    ],
)
def test_a_visit_that_talks_nonsense_is_ended(world: World, nonsense: link.ToSupervisor) -> None:
    world.say(link.OpenVisit(VISIT))
    if isinstance(nonsense, link.PrintCopy):
        world.say(link.AcceptCoins(APPLICATION, 300, 1, 300))
    world.say(nonsense)
    assert world.killed == ["misuse"]
    world.settle()
    assert world.at(State.IDLE)


def test_a_full_disk_lets_nothing_in_and_settles(world: World) -> None:
    begin(world)
    pay(world, 100)
    world.happen(h.JournalTrouble("journal.disk_full"))
    assert world.coins.open == frozenset()
    world.time_out(h.Timer.FALL)
    assert world.last(link.CoinsReturned) == link.CoinsReturned(100, 0)
    world.say(link.AskChange(300))
    assert world.last(link.ChangeState) == link.ChangeState(300, ())


@pytest.mark.parametrize("fee", [0, 300])
def test_a_journal_that_breaks_while_it_prints_lets_the_visit_end(world: World, fee: int) -> None:
    """Also where nothing was to be paid and so nothing is held."""
    begin(world, fee=fee)
    pay(world, *([100] * (fee // 100)))
    world.say(link.PrintCopy("t1", 1, 1))
    world.stream("t1")
    world.happen(h.JournalTrouble("journal.failed"))
    assert world.at(State.BROKEN)
    assert world.last(link.CoinsReturned).case == "journal"
    world.printer.print_sheet()
    world.take_paper()
    assert world.last(link.PaperTaken) == link.PaperTaken()


def test_without_a_journal_nothing_moves(world: World) -> None:
    begin(world)
    pay(world, 100)
    world.happen(h.JournalTrouble("journal.failed"))
    assert world.at(State.BROKEN)
    assert world.last(link.CoinsReturned) == link.CoinsReturned(0, 100, "journal")
    world.say(link.CloseVisit("failed"))
    world.happen(h.VisitEnded("exit"))
    assert world.glasses[-1].trouble == "journal.failed"
    world.say(link.OpenVisit(VISIT))
    assert world.last(link.VisitRefused) == link.VisitRefused("journal.failed")
    world.boot()
    world.settle()
    assert world.coins.customer == 0
