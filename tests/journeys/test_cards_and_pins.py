"""Cards that cannot be used, PINs that are wrong, cards that are pulled or left behind."""

import pytest

from tests.journeys.resident import Resident

pytestmark = pytest.mark.daemon

WRONG = "9999"


def _ends_refused(resident: Resident) -> None:
    """Say that it was read; take the card if it still lies there."""
    resident.sees("refused")
    resident.takes_card()
    resident.goes_home()
    resident.nothing_was_charged()
    resident.nothing_is_left()
    assert resident.waits_for("visit.end")["outcome"] == "refused"


def _refuses_pin(resident: Resident, pin: str) -> None:
    resident.types(pin)
    resident.sees("pin_wrong")
    resident.touch("retry")


def test_two_wrong_pins_are_counted_and_the_third_is_right(resident: Resident) -> None:
    resident.goes_to_pin()
    _refuses_pin(resident, WRONG)
    _refuses_pin(resident, WRONG)
    resident.types(resident.stage.pin_of(resident.card))
    resident.sees("take_card")
    attempts = [(it["result"], it["tries_left"]) for it in resident.written("visit.attempt")]
    assert attempts == [("wrong", 2), ("wrong", 1), ("right", 3)]
    resident.takes_card()
    resident.sees("certificate")
    resident.leaves()


def test_the_third_wrong_pin_blocks_the_card(resident: Resident) -> None:
    resident.goes_to_pin()
    _refuses_pin(resident, WRONG)
    _refuses_pin(resident, WRONG)
    resident.types(WRONG)
    _ends_refused(resident)
    attempts = [(it["result"], it["tries_left"]) for it in resident.written("visit.attempt")]
    assert attempts[-1] == ("blocked", 0)


def test_no_pin_is_asked_of_a_blocked_card(resident: Resident) -> None:
    resident.begins()
    resident.puts_down("blocked")
    _ends_refused(resident)
    assert resident.written("visit.failure")[0]["failure"] == "card.pin.blocked"
    assert not resident.written("visit.attempt")


@pytest.mark.parametrize(
    ("card", "failure"), [("juki", "card.kind.juki"), ("other", "card.kind.unsupported")]
)
def test_what_is_no_my_number_card_is_refused(resident: Resident, card: str, failure: str) -> None:
    resident.begins()
    resident.puts_down(card)
    _ends_refused(resident)
    assert resident.written("visit.failure")[0]["failure"] == failure


@pytest.mark.parametrize(
    ("card", "pin_of", "failure"),
    [
        ("revoked", "tsujimoto-megumi", "certificate.revoked"),
        ("unknown", "yoshida-tsubasa", "resident.unknown"),
    ],
)
def test_a_card_the_service_does_not_honour(
    resident: Resident, card: str, pin_of: str, failure: str
) -> None:
    resident.card = card
    resident.goes_to_pin()
    resident.types(resident.stage.pin_of(pin_of))
    _ends_refused(resident)
    assert resident.written("visit.failure")[-1]["failure"] == failure
    assert not resident.written("visit.offers")


def test_an_expired_card_is_told_before_its_pin_is_asked(resident: Resident) -> None:
    resident.begins()
    resident.puts_down("expired")
    _ends_refused(resident)
    assert resident.written("visit.failure")[0]["failure"] == "certificate.expired"
    assert not resident.written("visit.attempt")


def test_another_card_may_follow_one_that_is_none(resident: Resident) -> None:
    resident.begins()
    resident.puts_down("other")
    resident.sees("refused")
    resident.takes_card()
    resident.touch("retry")
    resident.sees("place_card")
    resident.puts_down()
    resident.touch("scope:residence")
    resident.sees("pin")
    resident.leaves()


def test_a_card_that_lay_there_before_must_be_taken_first(resident: Resident) -> None:
    resident.finds_a_forgotten_card()
    resident.touch("start")
    resident.touch("service:certificates")
    resident.sees("card_there")
    resident.takes_card()
    resident.sees("place_card")
    assert not resident.written("visit.card")
    resident.leaves()


def test_a_card_pulled_before_the_pin_costs_nothing(resident: Resident) -> None:
    resident.goes_to_pin()
    resident.takes_card()
    resident.sees("place_card")
    resident.puts_down()
    resident.touch("scope:residence")
    resident.types(resident.stage.pin_of(resident.card))
    resident.sees("take_card")
    resident.takes_card()
    resident.sees("certificate")
    resident.leaves()


@pytest.mark.parametrize("apdu", [1, 3, 5])
def test_a_card_pulled_while_it_is_read_may_be_put_down_again(
    resident: Resident, apdu: int
) -> None:
    resident.goes_to_pin()
    resident.stage.devices.slot.pull_at(apdu)
    resident.types(resident.stage.pin_of(resident.card))
    resident.sees("place_card")
    resident.takes_card()
    resident.puts_down()
    resident.touch("scope:residence")
    resident.types(resident.stage.pin_of(resident.card))
    resident.sees("take_card")
    resident.takes_card()
    resident.sees("certificate")
    assert resident.written("visit.attempt")[-1]["result"] == "right"
    resident.leaves()
    resident.nothing_was_charged()


def test_the_place_of_the_family_register_is_not_served_here(resident: Resident) -> None:
    resident.begins()
    resident.puts_down()
    resident.touch("scope:domicile")
    resident.sees("not_served")
    resident.touch("confirm")
    resident.sees("where")
    resident.leaves()
