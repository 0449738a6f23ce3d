"""Fault plans: read strictly, carried out in order, given up when told."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from drivers.clock import SystemClock
from kiosk.demo.fault_plan import (
    BadPlan,
    Course,
    FaultPlan,
    PlanRunner,
    Step,
    find_plan,
    read_plan,
    ready_made,
)
from kiosk.demo.hands import HANDS
from kiosk.demo.plain_words import coin_words, printer_words

LIMIT_S = 20.0


def plan(*steps: Step) -> FaultPlan:
    return FaultPlan("p", "It goes wrong.", steps)


# --- reading --------------------------------------------------------------------------------------


def test_every_ready_made_plan_is_one_and_names_hands_there_are() -> None:
    plans = ready_made(HANDS)
    assert len(plans) >= 8
    for each in plans:
        assert each.what.endswith(".")
        assert each.steps
    assert find_plan("coin-line-cut", HANDS) in plans


def test_the_words_ready_made_plans_wait_for_are_words_devices_say() -> None:
    said = [
        coin_words(what, 10, "hopper")
        for what in (
            *("coin_dropped", "coin_credited", "coin_paid", "coin_returned"),
            *("escrow_turns", "escrow_stuck"),
        )
    ] + [printer_words(what) for what in ("job", "jammed", "sheet")]
    said += ["sign a digest with the card's key: done", "read from byte 0: 256 bytes"]
    for each in ready_made(HANDS):
        for step in each.steps:
            assert not step.says or any(step.says in line for line in said), (each.name, step.says)


def test_a_plan_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('what = "x."\n[[step]]\ndo = "pull_card"\nafter_s = 1.5\n')
    assert find_plan(str(path), HANDS).steps == (Step("pull_card", after_s=1.5),)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "what"),
        ("what = 1\nstep = []", "what"),
        ('what = "x"\nstep = 3', "what"),
        ('what = "x"\nmore = 1\nstep = []', "what"),
        ("[", "p:"),
        ('what = "x"\n[[step]]\nafter_s = 1', "do"),
        ('what = "x"\n[[step]]\ndo = "fly"', "no hand 'fly'"),
        ('what = "x"\n[[step]]\ndo = "run_plan"', "no hand"),
        ('what = "x"\n[[step]]\ndo = "pull_card"\nafter_s = -1', "between"),
        ('what = "x"\n[[step]]\ndo = "pull_card"\nafter_s = true', "seconds"),
        ('what = "x"\n[[step]]\ndo = "pull_card"\nafter_s = nan', "between"),
        ('what = "x"\n[[step]]\ndo = "pull_card"\nwith = 3', "table"),
        ('what = "x"\n[[step]]\ndo = "pull_card"\nwhen = "x"', "may have"),
    ],
)
def test_what_is_no_plan_is_refused_in_a_sentence(text: str, why: str) -> None:
    with pytest.raises(BadPlan, match=why):
        read_plan("p", text, HANDS)


def test_a_name_there_is_none_of_lists_those_there_are() -> None:
    with pytest.raises(BadPlan, match="coin-line-cut"):
        find_plan("nowhere", HANDS)


# --- the course -----------------------------------------------------------------------------------


def test_a_step_waits_for_its_words_then_for_its_time() -> None:
    course = Course(plan(Step("a", who="coins", says="counted", after_s=2.0)), 0.0)
    assert (course.take(9.0), course.wait_s(9.0)) == (None, None)
    course.heard("card", "counted", 10.0)
    course.heard("coins", "dropped", 10.0)
    assert course.wait_s(10.0) is None
    course.heard("coins", "is counted", 10.0)
    assert course.wait_s(10.5) == 1.5
    course.heard("coins", "is counted", 11.9)
    assert course.take(11.9) is None, "hearing it again does not begin the wait anew"
    assert course.take(12.0) == Step("a", who="coins", says="counted", after_s=2.0)
    assert course.over
    assert course.take(12.0) is None


def test_steps_without_a_wait_are_due_at_once_one_after_another() -> None:
    course = Course(plan(Step("a"), Step("b", after_s=1.0), Step("c")), 0.0)
    done = [course.take(0.0), course.take(0.0), course.take(1.0), course.take(1.0)]
    assert [step.do if step else None for step in done] == ["a", None, "b", "c"]


def test_what_was_said_before_a_steps_turn_does_not_count() -> None:
    course = Course(plan(Step("a", after_s=5.0), Step("b", who="coins")), 0.0)
    course.heard("coins", "counted", 1.0)
    course.take(5.0)
    assert course.wait_s(6.0) is None


# --- carried out ----------------------------------------------------------------------------------


class Stage:
    def __init__(self) -> None:
        self.done: list[tuple[str, Mapping[str, Any]]] = []
        self.told: list[str] = []
        self.did = threading.Semaphore(0)
        self.runner = PlanRunner(self.do, SystemClock(), self.told.append)

    def do(self, name: str, arguments: Mapping[str, Any]) -> None:
        self.done.append((name, arguments))
        self.did.release()
        if name == "bad":
            raise ValueError("no such coin")

    def wait(self, count: int) -> None:
        for _ in range(count):
            assert self.did.acquire(timeout=LIMIT_S)


def test_a_plan_is_carried_out_and_ends() -> None:
    stage = Stage()
    stage.runner.start(plan(Step("a", {"yen": 10}), Step("b", who="coins", says="counted")))
    stage.wait(1)
    assert stage.runner.running == "p"
    while not stage.did.acquire(timeout=0.01):
        stage.runner.heard("coins", "is counted")
    assert stage.done == [("a", {"yen": 10}), ("b", {})]
    for thread in threading.enumerate():
        if thread.name == "fault-plan":
            thread.join(LIMIT_S)
    assert stage.runner.running == ""
    assert "It goes wrong." in stage.told[0]


def test_a_hand_that_cannot_is_told_and_the_plan_goes_on() -> None:
    stage = Stage()
    stage.runner.start(plan(Step("bad"), Step("b")))
    stage.wait(2)
    assert [name for name, _ in stage.done] == ["bad", "b"]
    assert any("bad could not be done (no such coin)" in line for line in stage.told)


def test_a_plan_given_up_does_nothing_more() -> None:
    stage = Stage()
    stage.runner.start(plan(Step("a"), Step("b", after_s=3600.0)))
    stage.wait(1)
    stage.runner.stop()
    stage.runner.stop()
    for thread in threading.enumerate():
        if thread.name == "fault-plan":
            thread.join(LIMIT_S)
            assert not thread.is_alive()
    assert [name for name, _ in stage.done] == ["a"]


def test_a_new_plan_takes_the_place_of_the_old_one() -> None:
    stage = Stage()
    stage.runner.start(plan(Step("old", after_s=3600.0)))
    stage.runner.start(FaultPlan("q", "Other.", (Step("new"),)))
    stage.wait(1)
    assert [name for name, _ in stage.done] == ["new"]
