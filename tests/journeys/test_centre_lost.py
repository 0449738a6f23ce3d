"""The line to the centre is cut, or slow, at each of the three moments when it is needed."""

import pytest

from tests.journeys.resident import FEE, Resident

pytestmark = pytest.mark.daemon


def _refused_for(resident: Resident, failure: str) -> None:
    resident.sees("refused")
    assert resident.written("visit.failure")[-1]["failure"] == failure
    resident.takes_card()


def test_a_line_cut_before_the_card_heals_by_itself(resident: Resident) -> None:
    resident.stage.cable.cut()
    resident.asks_to_be_served()
    _refused_for(resident, "centre.unreachable")
    resident.stage.cable.mend()
    resident.touch("retry")
    resident.sees("place_card")
    resident.puts_down()
    resident.touch("scope:residence")
    resident.types(resident.stage.pin_of(resident.card))
    resident.sees("take_card")
    resident.takes_card()
    resident.sees("certificate")
    resident.leaves()
    resident.nothing_was_charged()


def test_a_line_cut_before_the_offers_charges_nothing(resident: Resident) -> None:
    resident.goes_to_pin()
    resident.stage.cable.cut()
    resident.types(resident.stage.pin_of(resident.card))
    _refused_for(resident, "centre.unreachable")
    resident.goes_home()
    resident.nothing_was_charged()
    resident.nothing_is_left()


def test_a_line_cut_at_the_application_can_be_tried_again(resident: Resident) -> None:
    resident.goes_to_form()
    resident.fills_in()
    resident.stage.cable.cut()
    resident.touch("confirm")
    _refused_for(resident, "centre.unreachable")
    assert not resident.written("pay.open")
    resident.stage.cable.mend()
    resident.touch("retry")
    resident.sees("pay")
    resident.inserts(500)
    assert resident.takes_paper() == 1
    resident.money_is_right(kept=FEE)
    resident.goes_home()


def test_an_outcome_waits_for_the_line(resident: Resident) -> None:
    resident.goes_to_pay()
    resident.stage.cable.cut()
    resident.inserts(500)
    assert resident.takes_paper() == 1
    resident.goes_home()
    resident.waits_for("report.queued")
    # An earlier resident's report may still go out; this one's cannot.
    mine = resident.written("report.queued")[-1]
    assert mine not in resident.written("report.sent")
    resident.stage.cable.mend()
    resident.stage.until(
        lambda: mine in resident.written("report.sent"), "the outcome went out", 60.0
    )


def test_a_slow_line_only_takes_longer(resident: Resident) -> None:
    resident.stage.cable.delay_s = 0.15
    resident.goes_to_pay()
    resident.inserts(500)
    assert resident.takes_paper() == 1
    resident.money_is_right(kept=FEE)
    resident.goes_home()


def test_a_centre_that_does_not_answer_can_be_left(resident: Resident) -> None:
    resident.goes_to_form()
    resident.fills_in()
    with resident.stage.held(resident.stage.centre.pid):
        resident.touch("confirm")
        resident.sees("fetch")
        resident.leaves()
    resident.nothing_was_charged()
    assert resident.waits_for("visit.end")["outcome"] == "cancelled"
