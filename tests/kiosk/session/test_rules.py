"""The table as a whole: nothing unreachable, nothing stuck, nothing of value unheard."""

import dataclasses
import typing

import pytest

from kiosk.link import values as link
from kiosk.present import present
from kiosk.session import limits
from kiosk.session import model as m
from kiosk.session.advance import TAPS
from kiosk.session.limits import LIMITS, VisitLimits, Waiting, limit_s
from kiosk.session.model import State
from kiosk.session.rules import RULES, VALUE_EVENTS
from kiosk.session.samples import SAMPLES
from kiosk.session.taps import heard
from tests.kiosk.session.story import offered


def test_every_state_is_reached_from_the_start() -> None:
    assert RULES.reachable(State.START) == set(State)


def test_every_state_can_end() -> None:
    assert RULES.leavable(State.CLOSING) == set(State)


def test_whatever_carries_value_is_heard_in_every_state() -> None:
    assert RULES.deaf(State, VALUE_EVENTS) == ()


def test_everything_the_supervisor_can_say_is_among_the_events_of_value() -> None:
    assert set(typing.get_args(link.ToVisit)) <= set(VALUE_EVENTS)


def test_every_state_has_a_limit_or_says_why_not() -> None:
    assert set(LIMITS) == set(State)
    for state, limit in LIMITS.items():
        stays = limit.waiting is Waiting.STAYS
        assert bool(limit.why) == stays, state
        assert (limit.field in {f.name for f in dataclasses.fields(VisitLimits)}) != stays, state


def test_a_limit_moves_every_state_that_has_one() -> None:
    for state, limit in LIMITS.items():
        rules = RULES.at(state, limits_event())
        moves = any(rule.do.__name__ != "stay" for rule in rules) or any(
            rule.to is not None for rule in rules
        )
        assert moves == (limit.waiting is not Waiting.STAYS), state


def limits_event() -> type[object]:
    from kiosk.session.events import LimitReached

    return LimitReached


@pytest.mark.parametrize("name", SAMPLES)
def test_every_action_a_screen_offers_is_heard(name: str) -> None:
    session = SAMPLES[name]
    for action in offered(present(session)):
        event = heard(action)
        assert event is not None, action
        assert RULES.at(session.state, type(event)), f"{action} in {session.state}"


def test_every_state_has_a_sample() -> None:
    assert {sample.state for sample in SAMPLES.values()} == set(State)
    assert {sample.aside for sample in SAMPLES.values()} == set(m.Aside)


def test_every_tap_the_table_hears_has_an_action_id() -> None:
    ids = {action for sample in SAMPLES.values() for action in offered(present(sample))}
    assert {type(heard(action)) for action in ids} == set(TAPS)


def test_no_screen_that_holds_money_goes_back_or_changes_the_application() -> None:
    for name, session in SAMPLES.items():
        if session.phase in {m.Phase.MONEY_HELD, m.Phase.IRREVOCABLE}:
            assert "back" not in offered(present(session)), name


def test_limits_follow_the_state_and_the_page() -> None:
    config = VisitLimits()
    assert limit_s(SAMPLES["start"], config) is None
    assert limit_s(SAMPLES["print"], config) is None
    assert limit_s(SAMPLES["pin"], config) == config.input_s
    assert limit_s(SAMPLES["certificate"], config) == config.choose_s
    assert limit_s(SAMPLES["check"], config) == config.input_s
    assert limit_s(SAMPLES["warning_time"], config) == limits.WARN_STEP_S
    assert limit_s(SAMPLES["take_paper"], config) == config.beat_s
