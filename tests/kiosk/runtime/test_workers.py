"""The threads around devices: orders in, events out, failures as data."""

from collections.abc import Callable, Iterator

import pytest

from drivers.clock import SystemClock, VirtualClock
from drivers.coin.contract import VendorTrouble
from drivers.printer.contract import JobState, Tray
from drivers.printer.ledger import SheetCount, Witness
from drivers.receipt.contract import ReceiptStatus
from kiosk.runtime.coin_worker import CoinWorker
from kiosk.runtime.print_worker import PrintWorker
from kiosk.runtime.small_workers import CardPowerWorker, ReceiptWorker
from kiosk.runtime.spool_worker import SpoolWorker
from kiosk.runtime.worker import Worker
from kiosk.settle import commands as c
from kiosk.settle import happened as h
from kiosk.settle.model import Settled
from tests.kiosk.runtime.fakes import Events, FakeReceipt, FakeSpooler, FakeVendor, FakeWatch

Run = Callable[[Worker], None]


@pytest.fixture
def run() -> Iterator[Run]:
    """Starts workers and ends them after the test."""
    started: list[Worker] = []

    def start(worker: Worker) -> None:
        started.append(worker)
        worker.start()

    yield start
    for worker in started:
        worker.stop()


# --- coins -------------------------------------------------------------------------------


def coin_worker(vendor: FakeVendor, events: Events) -> CoinWorker:
    return CoinWorker(vendor, 0.2, SystemClock(), events.put)


def test_coins_are_resumed_polled_and_paid(run: Run) -> None:
    vendor, events = FakeVendor(), Events()
    worker = coin_worker(vendor, events)
    run(worker)
    worker.order(c.ResumeCoins(None))
    resumed = events.wait_kind(h.CoinsResumed)
    assert resumed == h.CoinsResumed(frozenset({10, 50, 100, 500}))
    worker.order(c.SetAccept(frozenset({100})))
    worker.order(c.Prepare(100, 2))
    ready = events.wait_kind(h.PayoutReadied)
    assert isinstance(ready, h.PayoutReadied)
    vendor.machine.insert(100)
    events.wait(lambda e: getattr(e, "yen", 0) == 100 and hasattr(e, "cursor"))
    worker.order(c.Dispense(ready.ticket))
    worker.order(c.ResolveTicket(ready.ticket))
    ended = events.wait_kind(h.PayoutEnded)
    assert isinstance(ended, h.PayoutEnded)
    assert ended.result.paid == 2
    worker.stop()
    assert vendor.closed
    assert [e for e in events.all if isinstance(e, h.PayoutEnded)] == [ended, ended]


def test_a_lost_line_is_said_by_its_reason(run: Run) -> None:
    vendor, events = FakeVendor(), Events()
    vendor.lost = True
    worker = coin_worker(vendor, events)
    run(worker)
    worker.order(c.ResumeCoins(None))
    assert events.wait_kind(h.CoinsNotResumed) == h.CoinsNotResumed("coin.lost")
    worker.order(c.SetAccept(frozenset()))
    assert events.wait_kind(h.AcceptRefused) == h.AcceptRefused("coin.lost")
    worker.order(c.Prepare(10, 1))
    assert events.wait_kind(h.PayoutNotReadied) == h.PayoutNotReadied(10, "coin.lost")


def test_the_machine_is_asked_how_it_is_while_nothing_is_let_in(run: Run) -> None:
    clock, vendor, events = VirtualClock(), FakeVendor(), Events()
    vendor.troubles = ("coin.hopper_empty", "coin.fraud")
    worker = CoinWorker(vendor, 0.2, clock, events.put)
    run(worker)
    worker.order(c.ResumeCoins(None))
    events.wait_kind(h.CoinsResumed)
    assert events.wait_kind(h.TroubleSeen) == h.TroubleSeen("coin", "coin.fraud")
    vendor.troubles = ("coin.hopper_empty",)
    clock.advance(60)
    events.wait(lambda e: e == h.TroubleSeen("coin", "coin.hopper_empty"))
    assert h.HoppersSeen(frozenset(), frozenset()) in events.all


def uncounted(_title: str) -> int:
    return -1


def test_a_machine_in_trouble_is_looked_at_at_once_and_until_it_is_well() -> None:
    clock, vendor, events = VirtualClock(), FakeVendor(), Events()
    vendor.poll_every_s = 5.0
    worker = CoinWorker(vendor, 0.2, clock, events.put)
    worker._do(c.ResumeCoins(None))
    assert worker._idle_s == 5.0
    vendor.said = (VendorTrouble("coin.lost"),)
    vendor.troubles = ("coin.lost",)
    worker._idle()
    assert events.all[-1] == h.TroubleSeen("coin", "coin.lost")
    assert worker._idle_s == 2.0
    vendor.troubles = ()
    clock.advance(2.0)
    worker._idle()
    assert events.all[-1] == h.TroubleSeen("coin", "")
    assert worker._idle_s == 5.0


# --- printer ---------------------------------------------------------------------------


def test_a_job_is_followed_until_it_is_left(run: Run) -> None:
    watch, events = FakeWatch(), Events()
    worker = PrintWorker(watch, uncounted, SystemClock(), events.put)
    run(worker)
    worker.order(c.AskPrinter())
    events.wait_kind(h.PrinterSeen)
    worker.order(c.FollowJob("t1"))
    watch.printer.receive("t1", 1)
    watch.printer.print_sheet()

    def completed(event: object) -> bool:
        return isinstance(event, h.JobSeen) and event.progress.state is JobState.COMPLETED

    events.wait(completed)
    watch.printer.offline = True
    lost = events.wait_kind(h.JobOutOfSight)
    assert lost == h.JobOutOfSight("t1", "printer.offline")
    worker.order(c.LeaveJob())
    worker.order(c.CancelJob("t1"))
    worker.stop()
    assert watch.cancelled == ["t1"]


def test_a_cancel_that_was_not_taken_is_said() -> None:
    watch, events = FakeWatch(), Events()
    worker = PrintWorker(watch, uncounted, VirtualClock(), events.put)
    worker._do(c.CancelJob("t1"))
    assert events.all == []
    watch.printer.obeys = False
    worker._do(c.CancelJob("t1"))
    assert events.all == [h.CancelNotTaken("t1")]


def test_an_empty_tray_is_said_once(run: Run) -> None:
    watch, events = FakeWatch(), Events()
    watch.printer.tray = 1
    worker = PrintWorker(watch, uncounted, SystemClock(), events.put)
    run(worker)
    worker.order(c.WatchTray())
    worker.order(c.AskPrinter())
    events.wait_kind(h.PrinterSeen)
    assert not [e for e in events.all if isinstance(e, h.PaperGone)]
    watch.printer.tray = 0
    assert events.wait_kind(h.PaperGone) == h.PaperGone(sensor=True)
    worker.order(c.LeaveTray())


def test_a_printer_that_does_not_answer_is_not_an_empty_tray() -> None:
    clock, watch, events = VirtualClock(), FakeWatch(), Events()
    worker = PrintWorker(watch, uncounted, clock, events.put)
    watch.printer.tray, watch.printer.offline = 1, True
    worker._do(c.WatchTray())
    worker._idle()
    assert events.all == []
    watch.printer.offline = False
    worker._idle()
    assert events.all == [], "the sheet still lies there"
    watch.printer.tray = 0
    worker._idle()
    assert events.all == [h.PaperGone(sensor=True)]


def test_a_tray_that_stays_dark_is_given_up_and_said_to_be_unknown() -> None:
    clock, watch, events = VirtualClock(), FakeWatch(), Events()
    worker = PrintWorker(watch, uncounted, clock, events.put)
    watch.printer.tray, watch.printer.offline = 1, True
    worker._do(c.WatchTray())
    worker._idle()
    clock.advance(29)
    worker._idle()
    assert events.all == []
    clock.advance(2)
    worker._idle()
    assert events.all == [h.PaperGone(sensor=False)]


def count_order(watch: FakeWatch) -> c.CountSheets:
    return c.CountSheets(
        title="t1",
        claim=SheetCount(expected=1, whole=True, sheets=1, sides=2),
        life=watch.printer.life,
        machine=watch.printer.machine,
        believes=(Tray.SHEETS, Tray.EMPTY),
        within_s=6.0,
    )


def test_a_counter_that_lags_behind_is_waited_for() -> None:
    """The job is over before the sheet is out: counter and tray follow."""
    clock, watch, events = VirtualClock(), FakeWatch(), Events()
    worker = PrintWorker(watch, lambda _title: 1, clock, events.put)
    worker._do(c.FollowJob("t1"))
    worker._do(count_order(watch))
    worker._idle()
    assert not [e for e in events.all if isinstance(e, h.SheetsCounted)]
    watch.printer.receive("t1", 1)
    watch.printer.print_sheet()
    worker._idle()
    counted = events.all[-1]
    assert isinstance(counted, h.SheetsCounted)
    assert counted.count.contradictions == ()
    assert (counted.count.engine, counted.count.spooled) == (2, 1)
    worker._idle()
    assert events.all[-1] == h.TroubleSeen("printer", ""), "it is over"


def test_a_printer_out_of_reach_at_the_count_is_asked_again() -> None:
    """Its counter was read before the copy: that it says nothing now is no agreement."""
    clock, watch, events = VirtualClock(), FakeWatch(), Events()
    order = count_order(watch)
    worker = PrintWorker(watch, uncounted, clock, events.put)
    worker._do(c.FollowJob("t1"))
    watch.printer.receive("t1", 1)
    watch.printer.print_sheet()
    watch.printer.life += 2
    worker._idle()
    watch.printer.offline = True
    worker._do(order)
    assert not [e for e in events.all if isinstance(e, h.SheetsCounted)]
    watch.printer.offline = False
    worker._idle()
    clock.advance(7)
    worker._idle()
    counted = events.all[-1]
    assert isinstance(counted, h.SheetsCounted)
    assert counted.count.contradictions == (Witness.ENGINE,)


def test_a_contradiction_that_stays_is_told_in_the_end() -> None:
    clock, watch, events = VirtualClock(), FakeWatch(), Events()
    worker = PrintWorker(watch, uncounted, clock, events.put)
    worker._do(c.FollowJob("t1"))
    worker._idle()
    worker._do(count_order(watch))
    clock.advance(7)
    worker._idle()
    counted = events.all[-1]
    assert isinstance(counted, h.SheetsCounted)
    assert counted.count.contradictions == (Witness.ENGINE, Witness.TRAY)


def test_a_sheet_that_a_quick_hand_took_was_seen() -> None:
    clock, watch, events = VirtualClock(), FakeWatch(), Events()
    order = count_order(watch)
    worker = PrintWorker(watch, uncounted, clock, events.put)
    worker._do(c.FollowJob("t1"))
    watch.printer.receive("t1", 1)
    watch.printer.print_sheet()
    worker._idle()
    watch.printer.tray = 0
    worker._do(order)
    counted = events.all[-1]
    assert isinstance(counted, h.SheetsCounted)
    assert counted.count.tray is Tray.SHEETS


def test_a_printer_in_trouble_is_looked_at_oftener_than_a_healthy_one() -> None:
    watch = FakeWatch()
    worker = PrintWorker(watch, uncounted, SystemClock(), Events().put)
    worker._idle()
    healthy_s = worker._idle_s
    watch.printer.troubles = ("printer.paper_out",)
    worker._idle()
    assert worker._idle_s < healthy_s
    watch.printer.troubles = ()
    worker._idle()
    assert worker._idle_s == healthy_s


def test_an_order_for_somebody_else_is_a_defect() -> None:
    with pytest.raises(TypeError, match="not an order for the printer: SetAccept"):
        PrintWorker(FakeWatch(), uncounted, SystemClock(), print)._do(c.SetAccept(frozenset()))
    with pytest.raises(TypeError, match="not an order for the coin machine: LeaveJob"):
        coin_worker(FakeVendor(), Events())._do(c.LeaveJob())


# --- spooler -----------------------------------------------------------------------------


def test_the_spooler_is_started_contained_and_started_again(run: Run) -> None:
    spooler, events = FakeSpooler(), Events()
    worker = SpoolWorker(spooler, events.put)
    run(worker)
    assert events.wait_kind(h.TroubleSeen) == h.TroubleSeen("spooler", "")
    worker.order(c.ContainSpooler("visit.died"))
    assert events.wait_kind(h.SpoolerContained) == h.SpoolerContained("visit.died")
    worker.stop()
    assert spooler.contained == 2
    assert not spooler.running


def test_a_document_that_stays_in_the_spool_is_destroyed_with_it() -> None:
    """The printer's answer was lost: cupsd keeps the document for a minute, though it is out."""
    spooler, events = FakeSpooler(), Events()
    worker = SpoolWorker(spooler, events.put)
    worker._do(c.GoOn())
    at_rest_s, spooler.held = worker._idle_s, 1
    worker._idle()
    assert spooler.held == 1, "a copy may be under way"
    worker._do(c.ClearSpool())
    assert worker._idle_s < at_rest_s
    worker._idle()
    assert (spooler.held, spooler.running) == (0, True)
    assert h.SpoolerContained("printer.spooler") in events.all
    spooler.held = 1
    worker._idle()
    assert spooler.held == 1, "the next resident's"


def test_a_spooler_that_died_is_contained_said_and_replaced(run: Run) -> None:
    spooler, events = FakeSpooler(), Events()
    worker = SpoolWorker(spooler, events.put)
    run(worker)
    events.wait_kind(h.TroubleSeen)
    spooler.running = False
    died = events.wait_kind(h.SpoolerContained)
    assert died == h.SpoolerContained("printer.spooler", unexpected=True)
    events.wait(lambda _e: spooler.running)


def test_a_spooler_that_does_not_start_closes_service(run: Run) -> None:
    spooler, events = FakeSpooler(), Events()
    spooler.fails = True
    run(SpoolWorker(spooler, events.put))
    assert events.wait_kind(h.TroubleSeen) == h.TroubleSeen("spooler", "printer.spooler")


# --- receipt, card ------------------------------------------------------------------------


def test_the_receipt_comes_or_says_why_not(run: Run) -> None:
    printer, events = FakeReceipt(), Events()
    worker = ReceiptWorker(printer, "見本市役所", VirtualClock().utc, events.put)
    run(worker)
    worker.order(c.PrintSlip(Settled(), "ja", "住民票の写し"))
    assert events.wait_kind(h.SlipPrinted) == h.SlipPrinted("")
    printer.reason = "receipt.paper_out"
    worker.order(c.PrintSlip(Settled(), "ja", "住民票の写し"))
    events.wait(lambda e: e == h.SlipPrinted("receipt.paper_out"))
    assert [slip.title for slip in printer.slips] == ["領収書"]


def test_what_will_soon_be_needed_is_said_when_it_changes() -> None:
    watch, events = FakeWatch(), Events()
    worker = PrintWorker(watch, uncounted, VirtualClock(), events.put)
    worker._idle()
    watch.printer.warnings = ("printer.toner_low",)
    worker._idle()
    worker._do(c.AskPrinter())
    watch.printer.warnings = ()
    worker._idle()
    warned = [event for event in events.all if isinstance(event, h.DeviceWarned)]
    assert [event.reasons for event in warned] == [("printer.toner_low",), ()]


def test_a_roll_near_its_end_is_said_before_the_first_slip(run: Run) -> None:
    printer, events = FakeReceipt(), Events()
    printer.now = ReceiptStatus((), near_end=True)
    run(ReceiptWorker(printer, "見本市役所", VirtualClock().utc, events.put))
    said = events.wait_kind(h.DeviceWarned)
    assert said == h.DeviceWarned("receipt", ("receipt.near_end",))


def test_a_dead_visits_card_loses_its_power(run: Run) -> None:
    events = Events()
    worker = CardPowerWorker(lambda: events.put("off"), events.put)
    run(worker)
    worker.order(c.PowerCardOff())
    assert events.wait(lambda e: e == "off")
