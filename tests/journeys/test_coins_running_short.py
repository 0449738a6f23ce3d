"""Few coins in the hoppers: what cannot be given back is not taken, and that is said before."""

from collections.abc import Iterator

import pytest

from tests.journeys.conftest import visiting
from tests.journeys.resident import FEE, Resident
from tests.journeys.terminal import Stage, staged

pytestmark = pytest.mark.daemon


@pytest.fixture(scope="module")
def poor() -> Iterator[Stage]:
    """A terminal with two coins of 100 yen and hardly anything else."""
    with staged(coins={10: 4, 50: 1, 100: 2, 500: 0}) as made:
        yield made


@pytest.fixture
def resident(poor: Stage) -> Iterator[Resident]:
    """Somebody before it."""
    yield from visiting(poor)


def _goes_to_change(resident: Resident) -> None:
    resident.goes_to_form()
    resident.fills_in()
    resident.touch("confirm")
    resident.sees("change")


def test_a_coin_without_change_is_announced_and_refused(resident: Resident) -> None:
    _goes_to_change(resident)
    assert not resident.written("pay.open")
    resident.touch("confirm")
    resident.sees("pay")
    resident.stage.lets_in(100)
    resident.stage.drop_coin(500)
    resident.inserts(100)
    assert resident.paid_yen == 100
    resident.inserts(100)
    assert resident.takes_paper() == 1
    resident.goes_home()
    resident.money_is_right(kept=FEE)


def test_it_may_be_left_when_change_is_short(resident: Resident) -> None:
    _goes_to_change(resident)
    resident.leaves()
    resident.nothing_was_charged()


def test_a_visit_killed_when_change_is_short(resident: Resident) -> None:
    _goes_to_change(resident)
    resident.stage.kill_visit()
    resident.sees_another_glass()
    assert resident.waits_for("visit.end")["outcome"] == "failed"
    resident.nothing_was_charged()
    resident.nothing_is_left()
