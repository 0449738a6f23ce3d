"""What can happen between the first coin and the sheet in the hand."""

import pytest

from tests.journeys.resident import FEE, SEVEN, Resident

pytestmark = pytest.mark.daemon


def _goes_to_pay_for_two_sheets(resident: Resident) -> None:
    resident.card = SEVEN
    resident.goes_to_pay(kind="household")


def test_a_coin_still_falling_when_it_is_cancelled_comes_back(resident: Resident) -> None:
    resident.stage.devices.coins.speeds.fall_time_s = 0.2
    resident.goes_to_pay()
    resident.inserts(50)
    resident.touch("end")
    resident.sees_over("pay", "end:yes")
    resident.stage.drop_coin(100)
    resident.touch("end:yes")
    resident.sees("returned")
    resident.goes_home()
    resident.stage.until(lambda: len(resident.written("coin.in")) == 2, "the coin is counted")
    resident.money_is_right(kept=0)


def test_a_coin_still_falling_when_the_fee_is_in_comes_back_as_change(resident: Resident) -> None:
    resident.stage.devices.coins.speeds.fall_time_s = 0.2
    resident.goes_to_pay()
    for _ in range(3):
        resident.stage.drop_coin(100)
    assert resident.takes_paper() == 1
    resident.goes_home()
    resident.money_is_right(kept=FEE)
    assert resident.written("money.settled")[0]["returned"] == 100


def test_no_paper_before_paying_is_said_before_money_is_taken(resident: Resident) -> None:
    resident.goes_to_form()
    resident.stage.devices.printer.load_paper(0)
    # The check asks for change, and whoever asks for change has the printer asked.
    resident.fills_in()
    resident.waits_for("terminal.trouble", reason="printer.paper_out")
    resident.touch("confirm")
    resident.sees("refused")
    assert not resident.written("visit.applied")
    resident.goes_on_to("closed")
    resident.stage.devices.printer.load_paper(250)
    resident.sees("start")
    resident.nothing_was_charged()


def test_a_cover_opened_while_paying_gives_the_coins_back(resident: Resident) -> None:
    resident.goes_to_pay()
    resident.inserts(100)
    resident.stage.devices.printer.open_cover()
    resident.sees("returned")
    resident.stage.devices.printer.close_cover()
    resident.money_is_right(kept=0)
    assert not resident.sheets
    resident.goes_on_to("start", "closed")


def test_paper_that_ends_inside_a_certificate_is_waited_for(resident: Resident) -> None:
    _goes_to_pay_for_two_sheets(resident)
    resident.stage.devices.printer.load_paper(1)
    resident.inserts(500)
    resident.sees("print_trouble")
    assert len(resident.sheets) == 1
    resident.stage.devices.printer.load_paper(250)
    assert resident.takes_paper() == 2
    resident.money_is_right(kept=FEE)
    resident.goes_home()


def test_a_jam_is_cleared_and_the_printer_prints_the_sheet_again(resident: Resident) -> None:
    resident.stage.build_printer(reprints_jammed=True)
    _goes_to_pay_for_two_sheets(resident)
    resident.stage.devices.printer.jam(after_sheets=1)
    resident.inserts(100, 100)
    resident.sees("print_trouble")
    resident.stage.devices.printer.clear_jam()
    assert resident.takes_paper() == 2
    resident.money_is_right(kept=FEE)
    resident.goes_home()


def test_a_sheet_lost_in_a_jam_is_counted_as_lost(resident: Resident) -> None:
    _goes_to_pay_for_two_sheets(resident)
    resident.stage.devices.printer.jam(after_sheets=1)
    resident.inserts(500)
    resident.sees("print_trouble")
    resident.stage.devices.printer.clear_jam()
    assert resident.takes_paper() == 1
    end = resident.waits_for("print.end")
    assert (end["result"], end["sheets"]) == ("failed", 1)
    resident.money_is_right(kept=0)
    resident.goes_home()
    assert resident.waits_for("visit.end")["outcome"] == "failed"


def test_a_sheet_that_is_counted_and_not_in_the_tray_is_a_case(resident: Resident) -> None:
    """The printer says completed, and the sensor never saw paper: no success, no second print."""
    _goes_to_pay_for_two_sheets(resident)
    printer = resident.stage.devices.printer
    printer.lead_astray(2)
    before = len(printer.jobs)
    resident.inserts(500)
    counted = resident.waits_for("print.count")
    assert (counted["sheets"], counted["tray"], counted["against"]) == (2, "empty", "tray")
    end = resident.waits_for("print.end")
    assert (end["result"], end["reason"]) == ("unknown", "printer.counts_differ")
    owed = resident.waits_for("money.owed")
    assert owed["reason"] == "printer.unknown_outcome"
    resident.waits_for("money.settled")
    assert len(printer.jobs) == before + 1, "nothing is printed again"


def test_of_two_copies_the_one_that_came_is_paid(resident: Resident) -> None:
    resident.stage.build_printer(first_sheet_s=0.8)
    resident.goes_to_pay(copies=2)
    resident.inserts(500)
    resident.waits_for("print.end", result="printed")
    resident.stage.devices.printer.abort()
    assert resident.takes_paper() == 1
    resident.money_is_right(kept=FEE)
    resident.goes_home()
    assert resident.waits_for("visit.end")["outcome"] == "issued_partly"


def test_saying_that_the_paper_was_taken_is_not_taking_it(resident: Resident) -> None:
    resident.goes_to_pay()
    resident.inserts(500)
    resident.sees("take_paper")
    resident.touch("taken")
    resident.sees("take_paper")
    assert not resident.written("paper.taken")
    resident.stage.take_paper()
    resident.sees("receipt", "finish")
    resident.goes_home()
    resident.money_is_right(kept=FEE)


def test_a_receipt_that_does_not_come_troubles_nobody(resident: Resident) -> None:
    resident.stage.devices.receipt.hand.use_up_roll()
    resident.goes_to_pay()
    resident.inserts(500)
    assert resident.takes_paper() == 1
    resident.goes_home()
    resident.waits_for("receipt.failed")
    resident.money_is_right(kept=FEE)
    assert resident.slips == 0
    assert resident.waits_for("visit.end")["outcome"] == "issued"
