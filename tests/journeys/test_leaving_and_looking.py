"""中止する on every screen that has it; language, size and turns of the form before paying."""

from collections.abc import Callable

import pytest

from tests.journeys.resident import FEE, Resident

pytestmark = pytest.mark.daemon


def _to_wrong_pin(resident: Resident) -> None:
    resident.goes_to_pin()
    resident.types("9999")


def _to_kind(resident: Resident) -> None:
    resident.goes_to_form()
    resident.chooses("resident_record")
    resident.confirms("certificate")


def _to_items(resident: Resident) -> None:
    _to_kind(resident)
    resident.chooses("self")
    resident.confirms("kind")


def _to_members(resident: Resident) -> None:
    _to_kind(resident)
    resident.chooses("part")
    resident.confirms("kind")


def _to_warning(resident: Resident) -> None:
    _to_items(resident)
    resident.switches_on("individual_number")
    resident.confirms("items")


def _to_copies(resident: Resident) -> None:
    _to_items(resident)
    resident.confirms("items")


def _to_check(resident: Resident) -> None:
    resident.goes_to_form()
    resident.fills_in()


def _to_where(resident: Resident) -> None:
    resident.begins()
    resident.puts_down()


def _to_card_there(resident: Resident) -> None:
    resident.finds_a_forgotten_card()
    resident.touch("start")
    resident.touch("service:certificates")


WAYS: dict[str, Callable[[Resident], None]] = {
    "place_card": lambda resident: resident.begins(),
    "card_there": _to_card_there,
    "where": _to_where,
    "pin": lambda resident: resident.goes_to_pin(),
    "pin_wrong": _to_wrong_pin,
    "take_card": lambda resident: resident.proves_herself(),
    "certificate": lambda resident: resident.goes_to_form(),
    "kind": _to_kind,
    "members": _to_members,
    "items": _to_items,
    "warning": _to_warning,
    "copies": _to_copies,
    "check": _to_check,
    "pay": lambda resident: resident.goes_to_pay(),
}


@pytest.mark.parametrize("screen", WAYS)
def test_it_can_be_left_everywhere(resident: Resident, screen: str) -> None:
    WAYS[screen](resident)
    resident.sees(screen)
    resident.touch("end")
    resident.sees_over(screen, "go_on")
    resident.touch("go_on")
    resident.sees(screen)
    resident.leaves()
    resident.nothing_was_charged()
    resident.nothing_is_left()
    assert resident.waits_for("visit.end")["outcome"] == "cancelled"


def test_coins_come_back_when_paying_is_left(resident: Resident) -> None:
    resident.goes_to_pay()
    resident.inserts(100, 50, 10)
    resident.leaves()
    resident.money_is_right(kept=0)
    assert resident.written("pay.cancel")[0]["cause"] == "resident"
    assert not resident.sheets


def test_the_return_lever_is_as_good_as_the_button(resident: Resident) -> None:
    resident.goes_to_pay()
    resident.inserts(100)
    resident.stage.devices.coins.hand.pull_lever()
    resident.sees("returned")
    resident.goes_home()
    resident.money_is_right(kept=0)


@pytest.mark.parametrize("screen", ["place_card", "pin", "certificate", "check"])
def test_language_and_size_may_change_before_paying(resident: Resident, screen: str) -> None:
    WAYS[screen](resident)
    resident.sees(screen)
    resident.touch("tool:language")
    resident.touch("language:zh-Hant")
    resident.sees(screen)
    assert resident.stage.glass.frame.language == "zh-Hant"
    resident.touch("tool:look")
    resident.touch("size:large")
    resident.touch("theme:contrast_yellow")
    resident.touch("close")
    resident.sees(screen)
    resident.leaves()


def test_not_me_ends_it_and_is_written_down(resident: Resident) -> None:
    _to_check(resident)
    resident.touch("deny")
    resident.sees("refused")
    resident.goes_home()
    assert resident.written("visit.failure")[0]["failure"] == "resident.denies"
    resident.nothing_was_charged()


def test_the_individual_number_is_warned_of_and_dropped(resident: Resident) -> None:
    _to_warning(resident)
    resident.sees("warning")
    resident.touch("warning:drop")
    resident.confirms("copies")
    resident.touch("confirm")
    resident.sees("pay")
    resident.inserts(500)
    assert resident.takes_paper() == 1
    resident.money_is_right(kept=FEE)
    resident.goes_home()


def test_the_individual_number_stays_when_it_is_kept(resident: Resident) -> None:
    _to_warning(resident)
    resident.touch("warning:keep")
    resident.sees("copies")
    resident.confirms("copies")
    resident.touch("fix:kind")
    resident.sees("kind")
    resident.chooses("household")
    resident.confirms("kind")
    resident.sees("check", "warning")
    resident.leaves()
