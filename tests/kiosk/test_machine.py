"""The rule engine: tables that make sense, and steps that change nothing when they fail."""

import enum
from dataclasses import dataclass, replace

import pytest

from kiosk.machine import BadTable, IllegalEvent, Step, Table, mermaid, on, step


class Place(enum.Enum):
    HALL = "hall"
    ROOM = "room"
    CELL = "cell"


@dataclass(frozen=True)
class Walker:
    state: Place
    steps: int = 0


@dataclass(frozen=True)
class Walked:
    far: int


@dataclass(frozen=True)
class Knocked:
    pass


def far(_walker: Walker, event: Walked) -> bool:
    return event.far > 10


def count(walker: Walker, event: Walked) -> Step[Walker, str]:
    return Step(replace(walker, steps=walker.steps + event.far), (f"walked {event.far}",))


def open_up(walker: Walker, _event: Knocked) -> Step[Walker, str]:
    return Step(walker, ("open",))


TABLE = Table(
    (
        on(Place.HALL, Walked, Place.ROOM, count, when=far),
        on(Place.HALL, Walked, None, count),
        on((Place.HALL, Place.ROOM), Knocked, Place.HALL, open_up),
        on(Place.CELL, Knocked, None, open_up),
    )
)


def test_guards_are_tried_in_order_and_the_last_rule_answers() -> None:
    assert step(TABLE, Walker(Place.HALL), Walked(11)) == Step(
        Walker(Place.ROOM, 11), ("walked 11",)
    )
    assert step(TABLE, Walker(Place.HALL), Walked(3)) == Step(Walker(Place.HALL, 3), ("walked 3",))


def test_an_unheard_event_names_its_type_and_nothing_of_its_content() -> None:
    with pytest.raises(IllegalEvent) as caught:
        step(TABLE, Walker(Place.ROOM), Walked(987654))
    assert str(caught.value) == "no rule for Walked in ROOM"


def test_an_action_may_not_change_the_state() -> None:
    def jump(walker: Walker, _event: Knocked) -> Step[Walker, str]:
        return Step(replace(walker, state=Place.CELL))

    with pytest.raises(BadTable, match="jump changed the state"):
        step(Table((on(Place.HALL, Knocked, None, jump),)), Walker(Place.HALL), Knocked())


def test_the_last_rule_must_not_have_a_guard() -> None:
    with pytest.raises(BadTable, match="Walked in HALL: the last rule has a guard"):
        Table((on(Place.HALL, Walked, None, count, when=far),))


def test_no_rule_may_be_hidden_by_one_without_a_guard() -> None:
    with pytest.raises(BadTable, match="hides those after it"):
        Table((on(Place.HALL, Walked, None, count), on(Place.HALL, Walked, None, count)))


def test_reachable_leavable_and_deaf_find_the_cell() -> None:
    assert TABLE.reachable(Place.HALL) == {Place.HALL, Place.ROOM}
    assert TABLE.leavable(Place.HALL) == {Place.HALL, Place.ROOM}
    assert TABLE.leavable(Place.CELL) == {Place.CELL}
    assert TABLE.deaf(Place, (Walked, Knocked)) == (
        (Place.ROOM, Walked),
        (Place.CELL, Walked),
    )
    assert TABLE.heard(Place.HALL) == {Walked, Knocked}


def test_the_drawing_shows_every_rule_with_guard_and_action() -> None:
    drawing = mermaid(TABLE, Place.HALL, "Walk")
    assert "[*] --> HALL" in drawing
    assert "HALL --> ROOM: Walked [far] / count" in drawing
    assert "ROOM --> HALL: Knocked / open_up" in drawing
    assert drawing == mermaid(TABLE, Place.HALL, "Walk")
