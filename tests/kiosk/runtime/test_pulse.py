"""The sign of life and its absence, with the time as an argument."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.runtime.pulse import BEATS, LATER_LOOKS, Pulse, Silence

LIMIT_S = 10.0
EVERY_S = LIMIT_S / BEATS


def gaps(wakes: list[float]) -> list[float]:
    """Seconds between beats of a loop that is woken so often, and waits no longer than it may."""
    now_s, given_s = 100.0, list[float]()
    pulse = Pulse(EVERY_S, lambda: given_s.append(now_s))
    for wake_s in wakes:
        pulse.beat(now_s)
        now_s += min(wake_s, pulse.left_s(now_s))
    return [later - earlier for earlier, later in pairwise(given_s)]


def test_the_first_sign_of_life_is_given_at_once() -> None:
    given_s = list[float]()
    Pulse(EVERY_S, lambda: given_s.append(0.0)).beat(7.0)
    assert given_s == [0.0]


def test_one_that_is_woken_just_before_its_time_is_not_a_whole_time_late() -> None:
    assert gaps([4.9, EVERY_S] * 10) == pytest.approx([EVERY_S] * 9)


@given(st.lists(st.floats(0.001, 30.0), min_size=3, max_size=60))
def test_it_comes_in_time_however_often_the_loop_is_woken(wakes: list[float]) -> None:
    assert all(gap == pytest.approx(EVERY_S) for gap in gaps(wakes))


def watched(silence: Silence, now_s: float, seconds: float) -> float:
    """So much time passes, and somebody looks whenever it is due; the time then."""
    end_s = now_s + seconds
    while (next_s := min(end_s, silence.due_s())) > now_s and not silence.over:
        now_s = next_s
        silence.look(now_s)
    return end_s


def test_silence_that_is_watched_is_over_at_its_limit_and_not_before() -> None:
    silence = Silence(LIMIT_S, 100.0)
    now_s = watched(silence, 100.0, LIMIT_S - 0.001)
    assert not silence.over
    watched(silence, now_s, 0.001)
    assert silence.over


def test_nobody_is_woken_to_look_while_no_sign_of_life_is_late() -> None:
    assert Silence(LIMIT_S, 100.0).due_s() > 100.0 + EVERY_S


@pytest.mark.parametrize("before_s", [0.0, 4.9, 5.1, 6.0, 8.0])
def test_a_machine_that_stood_still_says_nothing_about_the_silent(before_s: float) -> None:
    silence = Silence(LIMIT_S, 100.0)
    now_s = watched(silence, 100.0, before_s)
    silence.look(now_s + 3600.0)
    assert not silence.over
    # Whoever was stopped with it has as long again as it would have had.
    left_s = LIMIT_S - max(before_s, 6.0) - LATER_LOOKS * LIMIT_S
    watched(silence, now_s + 3600.0, left_s - 0.01)
    assert not silence.over


@given(st.lists(st.floats(0.0, 5000.0), max_size=40))
def test_it_ends_however_late_everybody_looks(late: list[float]) -> None:
    """No stall makes a silence shorter, and none makes it endless."""
    silence, now_s, heeded_s, looks = Silence(LIMIT_S, 0.0), 0.0, 0.0, 0
    for late_s in [*late, *[0.0] * 20]:
        if silence.over:
            break
        heeded_s += silence.due_s() - now_s
        now_s = silence.due_s() + late_s
        silence.look(now_s)
        looks += 1
    assert silence.over
    assert heeded_s == pytest.approx(LIMIT_S, abs=1e-3)
    assert looks <= 1 + round((1 - 0.6) / LATER_LOOKS)
