"""Nobody touches, nobody takes, nobody comes: on a terminal whose limits are very short."""

from collections.abc import Iterator

import pytest

from tests.journeys.conftest import visiting
from tests.journeys.resident import FEE, Resident
from tests.journeys.terminal import Stage, staged

pytestmark = pytest.mark.daemon

_VISIT = {"wait_card_s": 1.0, "pay_s": 1.0, "warn_s": 2.0, "beat_s": 0.1}
_LIMITS = {"fall_s": 0.2, "attendant_s": 1.0}


@pytest.fixture(scope="module")
def hurried() -> Iterator[Stage]:
    """A terminal that waits for nobody."""
    with staged({"visit": _VISIT, "limits": _LIMITS}) as made:
        yield made


@pytest.fixture
def resident(hurried: Stage) -> Iterator[Resident]:
    """Somebody before it."""
    yield from visiting(hurried)


def test_a_warning_is_extended_by_a_touch_and_then_the_visit_ends(resident: Resident) -> None:
    resident.begins()
    resident.sees_over("place_card", "go_on")
    resident.touch("go_on")
    resident.sees("place_card")
    resident.sees_over("place_card", "go_on")
    resident.sees("end")
    resident.goes_home()
    assert resident.waits_for("visit.end")["outcome"] == "timed_out"
    resident.nothing_was_charged()


def test_coins_come_back_when_nobody_pays_on(resident: Resident) -> None:
    resident.goes_to_pay()
    resident.inserts(100)
    resident.sees_over("pay", "go_on")
    resident.touch("go_on")
    resident.sees("pay")
    resident.inserts(50)
    resident.sees_over("pay", "go_on")
    resident.sees("returned")
    resident.goes_home()
    resident.money_is_right(kept=0)
    assert resident.waits_for("visit.end")["outcome"] == "timed_out"


def test_a_forgotten_card_ends_the_visit_and_is_called_for(resident: Resident) -> None:
    resident.proves_herself()
    resident.sees("leave_card")
    resident.hears_calls(15)
    assert resident.stage.glass.frame.screen == "leave_card"
    resident.takes_card()
    resident.goes_home()
    assert resident.waits_for("visit.end")["outcome"] == "timed_out"
    resident.nothing_is_left()


def test_a_forgotten_certificate_is_called_for_until_it_is_taken(resident: Resident) -> None:
    resident.goes_to_pay()
    resident.inserts(100, 100)
    resident.sees("take_paper")
    resident.hears_calls(15)
    assert resident.stage.glass.frame.screen == "take_paper"
    assert resident.takes_paper() == 1
    resident.goes_home()
    resident.money_is_right(kept=FEE)


def test_a_jam_that_nobody_clears_gives_the_money_back(resident: Resident) -> None:
    resident.goes_to_pay()
    resident.stage.devices.printer.jam()
    resident.inserts(500)
    resident.sees("print_trouble")
    resident.waits_for("print.cancel")
    resident.sees("returned")
    resident.money_is_right(kept=0)
    assert not resident.sheets
    resident.stage.devices.printer.clear_jam()
    resident.goes_on_to("start", "closed")
