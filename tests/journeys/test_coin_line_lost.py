"""The coin machine's cable is cut while money is in it, and comes back."""

from collections.abc import Iterator

import pytest

from tests.journeys.conftest import visiting
from tests.journeys.resident import FEE, Resident
from tests.journeys.terminal import Stage, staged

pytestmark = pytest.mark.daemon


@pytest.fixture(scope="module")
def torn() -> Iterator[Stage]:
    """A terminal whose coin machine is cut off."""
    with staged() as made:
        yield made


@pytest.fixture
def resident(torn: Stage) -> Iterator[Resident]:
    """Somebody before it."""
    yield from visiting(torn)


def test_money_in_a_machine_that_cannot_be_reached_is_accounted_for(resident: Resident) -> None:
    hand = resident.stage.devices.coins.hand
    resident.goes_to_pay()
    resident.inserts(100)
    hand.cut_cable()
    resident.waits_for("pay.cancel")
    hand.restore_cable()
    books = resident.waits_for("money.settled")
    assert books["kept"] == 0
    assert books["returned"] + books["owed"] == 100
    resident.money_is_right(kept=0, owed=books["owed"])
    assert bool(books["owed"]) == bool(resident.written("case.open"))
    resident.goes_home()


def test_an_adapter_pulled_out_and_put_back_serves_again(resident: Resident) -> None:
    hand = resident.stage.devices.coins.hand
    hand.unplug()
    resident.sees("closed")
    hand.plug_in()
    resident.sees("start")
    resident.goes_to_pay()
    resident.inserts(100, 50, 50)
    assert resident.takes_paper() == 1
    resident.goes_home()
    resident.money_is_right(kept=FEE)
