"""The same terminal with a coin machine that speaks MDB: nothing above the driver knows."""

from collections.abc import Iterator

import pytest

from tests.journeys.conftest import visiting
from tests.journeys.resident import FEE, Resident
from tests.journeys.terminal import Stage, staged

pytestmark = pytest.mark.daemon


@pytest.fixture(scope="module")
def mdb_stage() -> Iterator[Stage]:
    """A terminal whose changer and bill validator are behind an MDB adapter."""
    with staged(coin_machine="mdb") as made:
        yield made


@pytest.fixture
def resident(mdb_stage: Stage) -> Iterator[Resident]:
    yield from visiting(mdb_stage)


def test_a_note_is_stacked_and_the_change_comes_in_coins(resident: Resident) -> None:
    resident.goes_to_pay()
    resident.stage.lets_in(100)
    resident.stage.devices.coins.hand.insert_bill(1000)
    resident.waits_for("bill.in", yen=1000)
    assert resident.takes_paper() == 1
    resident.money_is_right(kept=FEE)
    assert resident.written("money.settled")[0]["returned"] == 1000 - FEE
    resident.goes_home()
    resident.nothing_is_left()


def test_a_coin_that_came_while_the_terminal_was_dead_is_given_back(resident: Resident) -> None:
    """The changer keeps taking what it was told to take; its next master hears of it, once."""
    resident.goes_to_pay()
    resident.inserts(50)
    resident.stage.crash_terminal()
    resident.stage.devices.coins.hand.drop_coin(50)
    resident.stage.restart_terminal()
    settled = resident.waits_for("terminal.recovered")
    assert settled["returned"] == 100
    resident.money_is_right(kept=0)
    resident.starts_over()
