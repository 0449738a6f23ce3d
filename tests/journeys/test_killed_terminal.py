"""SIGKILL the supervisor itself: the next start folds the journal, asks the devices, settles."""

from collections.abc import Iterator

import pytest

from tests.journeys.conftest import visiting
from tests.journeys.resident import FEE, SEVEN, Resident
from tests.journeys.terminal import Stage, staged

pytestmark = pytest.mark.daemon


@pytest.fixture(scope="module")
def doomed() -> Iterator[Stage]:
    """A terminal that is killed again and again."""
    with staged() as made:
        yield made


@pytest.fixture
def resident(doomed: Stage) -> Iterator[Resident]:
    """Somebody before it."""
    yield from visiting(doomed)


def _dies_and_comes_back(resident: Resident) -> None:
    """Two processes hang on the dead one, and go with it."""
    resident.stage.crash_terminal()
    resident.stage.terminal.start()
    resident.sees_another_glass()
    resident.waits_for("terminal.start")


def _is_recovered(resident: Resident, *, kept: int, owed: int = 0) -> None:
    resident.waits_for("terminal.recovered", kept=kept, owed=owed)
    resident.money_is_right(kept=kept, owed=owed)
    resident.nothing_is_left()
    resident.sees("apology")
    resident.touch("confirm")
    resident.sees("start")


def test_coins_inside_go_back(resident: Resident) -> None:
    resident.goes_to_pay()
    resident.inserts(100, 50)
    _dies_and_comes_back(resident)
    _is_recovered(resident, kept=0)


def test_a_coin_that_fell_while_nobody_ran_goes_back_too(resident: Resident) -> None:
    resident.goes_to_pay()
    resident.inserts(50)
    resident.stage.drop_coin(100)
    resident.stage.crash_terminal()
    resident.stage.terminal.start()
    resident.sees_another_glass()
    _is_recovered(resident, kept=0)


def test_a_certificate_on_its_way_is_followed_and_paid(resident: Resident) -> None:
    resident.stage.build_printer(first_sheet_s=2.0, sheet_s=2.0)
    resident.card = SEVEN
    resident.goes_to_pay(kind="household")
    resident.inserts(500)
    resident.waits_for("print.seen")
    _dies_and_comes_back(resident)
    _is_recovered(resident, kept=FEE)
    assert len(resident.sheets) == 2
    assert resident.waits_for("print.end")["result"] == "printed"


def test_change_on_its_way_is_counted_by_the_hopper(resident: Resident) -> None:
    resident.stage.devices.coins.speeds.dispense_coin_s = 1.0
    resident.goes_to_pay()
    resident.inserts(500)
    resident.waits_for("payout.intent")
    _dies_and_comes_back(resident)
    resident.stage.devices.coins.speeds.dispense_coin_s = 0.0
    _is_recovered(resident, kept=FEE)
    assert len(resident.sheets) == 1


def test_after_the_books_are_closed_nothing_moves(resident: Resident) -> None:
    resident.goes_to_pay()
    resident.inserts(500)
    resident.sees("take_paper")
    resident.waits_for("money.settled")
    _dies_and_comes_back(resident)
    assert len(resident.written("payout.intent")) == 1
    resident.money_is_right(kept=FEE)
    resident.stage.take_paper()
