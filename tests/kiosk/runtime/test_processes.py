"""Visit and spare as real processes: taking over, dying, hanging, being stillborn."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.clock import VirtualClock
from kiosk.link import values as link
from kiosk.runtime.processes import (
    BIRTH_S,
    Child,
    ChildEnded,
    ChildSaid,
    SilentLong,
    VisitProcesses,
)
from kiosk.runtime.spawn import UNFIT, spawn, visit_command
from tests.kiosk.runtime.fakes import STUB, Events

BEAT_LIMIT_S = 10.0


class Family:
    """Processes, their words, and the loop's part of handling them."""

    def __init__(self, *mood: str) -> None:
        self.clock = VirtualClock()
        self.events = Events()
        command = (*STUB, *(("--mood", *mood) if mood else ()))
        self.processes = VisitProcesses(command, self.events.put, self.clock, BEAT_LIMIT_S)

    def said(self, child: Child | None, kind: type) -> link.ToSupervisor:
        """Wait until `child` said something of that kind; signs of life are noted."""

        def fits(event: object) -> bool:
            return (
                isinstance(event, ChildSaid)
                and event.child is child
                and isinstance(event.value, kind)
            )

        event = self.events.wait(fits)
        assert isinstance(event, ChildSaid)
        self.processes.heard(event.child, event.value)
        return event.value

    def pass_s(self, seconds: float) -> None:
        """Time passes, and the loop wakes whenever it has to look."""
        end_s = self.clock.monotonic_s() + seconds
        while (left_s := end_s - self.clock.monotonic_s()) > 1e-6:
            due_s = self.processes.next_s()
            wait_s = left_s if due_s is None else due_s - self.clock.monotonic_s()
            self.clock.advance(min(left_s, wait_s))
            self.processes.tick()

    def accused(self) -> list[Child]:
        """Whom the inbox is told to judge."""
        return [event.child for event in self.events.all if isinstance(event, SilentLong)]

    def ended(self, child: Child | None) -> str | None:
        """Wait until `child` is gone; what it means."""
        event = self.events.wait(lambda e: isinstance(e, ChildEnded) and e.child is child)
        assert isinstance(event, ChildEnded)
        return self.processes.ended(event.child, event.status)


@pytest.fixture
def family() -> Iterator[Family]:
    made = Family()
    yield made
    made.processes.close()


def alive(child: Child | None) -> bool:
    assert child
    return child.process.poll() is None


def test_the_spare_takes_the_glass_and_another_spare_comes(family: Family) -> None:
    family.processes.start_spare()
    spare = family.processes.spare
    family.said(spare, link.SpareReady)
    family.processes.hand_glass(link.TakeGlass(apology="visit.died"), 1)
    assert family.processes.current is spare
    assert family.processes.spare is not spare
    note = family.said(spare, link.Note)
    assert note == link.Note("visit.step", (("state", "visit.died"),))
    family.said(family.processes.spare, link.SpareReady)


def test_the_glass_can_be_handed_before_any_process_exists(family: Family) -> None:
    family.processes.hand_glass(link.TakeGlass(), 1)
    current = family.processes.current
    assert current
    family.said(current, link.Note)
    assert current.glass == 1


@pytest.mark.parametrize(("how", "cause"), [(signal.SIGKILL, "killed"), (signal.SIGSEGV, "killed")])
def test_a_death_is_heard_at_once(family: Family, how: signal.Signals, cause: str) -> None:
    family.processes.hand_glass(link.TakeGlass(), 1)
    current = family.processes.current
    assert current
    family.said(current, link.SpareReady)
    os.kill(current.process.pid, how)
    assert family.ended(current) == cause
    assert family.processes.current is None


def test_a_visit_that_may_end_ends_by_itself(family: Family) -> None:
    family.processes.hand_glass(link.TakeGlass(), 1)
    current = family.processes.current
    family.said(current, link.Note)
    family.processes.say(link.VisitClosed(), 1)
    assert family.ended(current) == "exit"


def test_what_is_meant_for_another_glass_is_not_said(family: Family) -> None:
    family.processes.hand_glass(link.TakeGlass(), 2)
    current = family.processes.current
    family.said(current, link.Note)
    family.processes.say(link.VisitClosed(), 1)
    family.processes.kill(1, "misuse")
    assert alive(current)


def beaten(family: Family) -> Child:
    """A visit that has given its first sign of life just now."""
    family.processes.hand_glass(link.TakeGlass(), 1)
    current = family.processes.current
    family.said(current, link.GlassBeat)
    assert current
    return current


def test_a_glass_that_stands_still_is_taken_away(family: Family) -> None:
    current = beaten(family)
    family.pass_s(BEAT_LIMIT_S - 0.1)
    assert alive(current)
    assert not family.accused()
    family.pass_s(0.1)
    assert family.processes.next_s() is None
    for child in family.accused():
        family.processes.judge(child)
    assert family.ended(current) == "silent"


@pytest.mark.parametrize("before_s", [0.0, 4.9, 8.0])
def test_a_supervisor_that_overslept_accuses_nobody(family: Family, before_s: float) -> None:
    """The machine stood still, or gave the supervisor no processor: nobody listened."""
    beaten(family)
    family.pass_s(before_s)
    family.clock.advance(300.0)
    family.processes.tick()
    assert not family.accused()


def test_a_sign_of_life_that_waits_in_the_inbox_is_heard_before_the_judgement(
    family: Family,
) -> None:
    current = beaten(family)
    family.pass_s(BEAT_LIMIT_S)
    assert family.accused() == [current]
    family.processes.heard(current, link.GlassBeat())
    family.processes.judge(current)
    assert alive(current)
    assert family.processes.next_s() is not None, "it is listened for again"


def test_a_process_that_never_shows_anything_does_not_keep_the_glass(family: Family) -> None:
    family.processes.hand_glass(link.TakeGlass(), 1)
    current = family.processes.current
    family.pass_s(BIRTH_S - 1.0)
    assert not family.accused(), "it may still be loading"
    family.pass_s(1.0)
    assert family.accused() == [current]
    assert current
    family.processes.judge(current)
    assert family.ended(current) == "silent"


def test_a_visit_that_does_not_read_is_ended(family: Family) -> None:
    family.processes.hand_glass(link.TakeGlass(), 1)
    current = family.processes.current
    assert current
    family.said(current, link.Note)
    os.kill(current.process.pid, signal.SIGSTOP)
    for _ in range(40):
        family.processes.say(link.ServiceState("x" * 30000), 1)
    assert family.ended(current) == "silent"


def test_a_dead_spare_is_replaced_after_a_pause(family: Family) -> None:
    family.processes.start_spare()
    spare = family.processes.spare
    assert spare
    family.said(spare, link.SpareReady)
    spare.process.kill()
    assert family.ended(spare) is None
    family.processes.tick()
    assert family.processes.spare is None
    assert family.processes.next_s() == family.clock.monotonic_s() + 1.0
    family.clock.advance(1.1)
    family.processes.tick()
    assert family.processes.spare is not None


def test_stillborn_spares_are_started_ever_more_seldom_and_the_glass_waits() -> None:
    family = Family("stillborn")
    try:
        family.processes.hand_glass(link.TakeGlass(), 1)
        child = family.processes.current
        assert family.ended(child) == "killed"
        pauses = []
        for _ in range(3):
            spare = family.processes.spare
            assert spare
            assert family.ended(spare) is None
            assert family.processes._respawn_s is not None
            pauses.append(round(family.processes._respawn_s - family.clock.monotonic_s(), 1))
            family.clock.advance(pauses[-1])
            family.processes.tick()
        assert pauses == [1.0, 2.0, 4.0]
    finally:
        family.processes.close()


def test_closing_leaves_no_process(family: Family) -> None:
    family.processes.hand_glass(link.TakeGlass(), 1)
    children = [family.processes.current, family.processes.spare]
    family.processes.close()
    family.processes.close()
    assert not any(alive(child) for child in children)


def test_the_real_visit_is_a_module_of_this_program() -> None:
    command = visit_command("/etc/kiosk/firmware.toml")
    assert command[1:] == ("-m", "kiosk.runtime.visit", "--config", "/etc/kiosk/firmware.toml")


def test_a_process_that_was_started_before_is_the_first_spare() -> None:
    family = Family()
    first = spawn(STUB)
    processes = VisitProcesses(STUB, family.events.put, family.clock, BEAT_LIMIT_S, first)
    processes.hand_glass(link.TakeGlass(), 1)
    assert processes.current
    assert processes.current.process is first.process
    assert processes.spare
    assert processes.spare.process is not first.process
    family.said(processes.current, link.Note)
    processes.close()
    first.end()


def test_one_that_was_never_needed_is_ended() -> None:
    first = spawn(STUB)
    VisitProcesses(STUB, Events().put, VirtualClock(), BEAT_LIMIT_S, first).close()
    assert first.process.returncode is not None
    first.end()


def test_a_command_that_is_not_there_leaves_no_socket() -> None:
    with pytest.raises(FileNotFoundError):
        spawn(["/nowhere/python"])


def test_a_visit_with_an_unfit_configuration_says_so_by_its_status(tmp_path: Path) -> None:
    unfit = tmp_path / "firmware.toml"
    unfit.write_text("[nonsense]\n")
    first = spawn(visit_command(str(unfit)))
    assert first.process.wait(30) == UNFIT
    first.end()
