"""Outside the hours: of the terminal, and of the municipality alone."""

from collections.abc import Iterator

import pytest

from tests.journeys.conftest import visiting
from tests.journeys.resident import Resident
from tests.journeys.terminal import Stage, staged

pytestmark = pytest.mark.daemon


@pytest.fixture(scope="module")
def early() -> Iterator[Stage]:
    """A terminal whose clock a story sets."""
    with staged() as made:
        yield made


@pytest.fixture
def resident(early: Stage) -> Iterator[Resident]:
    """Somebody before it."""
    yield from visiting(early)


def test_before_the_hours_the_terminal_and_then_the_municipality_are_closed(
    resident: Resident,
) -> None:
    stage = resident.stage
    stage.kill_centre()
    stage.set_clock("05:30")
    resident.sees("hours")
    assert not resident.written("visit.begin")

    stage.sections["terminal"] = {"hours": ""}
    stage.restart_terminal()
    resident.sees("start")
    resident.goes_to_pin()
    resident.types(stage.pin_of(resident.card))
    frame = resident.sees("refused", "take_card")
    if frame.screen == "take_card":
        resident.takes_card()
    frame = resident.sees("refused", "certificate")
    open_now = [it for it in frame.actions if it.id.startswith("option:") and it.enabled]
    assert not open_now
    resident.leaves()
    resident.nothing_was_charged()
