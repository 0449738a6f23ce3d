"""Whole journeys: every program is the real one, and stands in the world where it will stand."""

from collections.abc import Iterator

import pytest

from drivers.clock import SystemClock
from kiosk.demo.autopilot import Autopilot, Wishes
from tests.journeys.resident import Resident
from tests.journeys.terminal import Stage, staged


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """The terminal that the stories share; each leaves it as it found it."""
    with staged() as made:
        yield made


@pytest.fixture
def resident(stage: Stage) -> Iterator[Resident]:
    """Somebody before the first picture. Whatever became of them, the next one finds it again."""
    yield from visiting(stage)


def visiting(stage: Stage) -> Iterator[Resident]:
    """A resident on that stage, and afterwards everything put back."""
    stage.ready()
    yield Resident(stage)
    stage.put_back()
    stage.ready()


def pilot(stage: Stage, **wishes: object) -> Autopilot:
    """An autopilot with these wishes and the PIN of its card."""
    made = Wishes(deaf_s=0.0, **wishes)  # type: ignore[arg-type]
    if "pin" not in wishes:
        card = made.card
        made = Wishes(deaf_s=0.0, pin=lambda: stage.pin_of(card), **wishes)  # type: ignore[arg-type]
    return Autopilot(stage.glass, stage, made, SystemClock())
