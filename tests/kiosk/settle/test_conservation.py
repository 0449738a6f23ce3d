"""Under any order of events, any death and any crash: no yen and no sheet is lost.

A resident, the devices, time and two processes do what they like; the model of the world
knows where each coin is. What the books say must be what is true, except what they
themselves call owed.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from drivers.printer.contract import JobState
from kiosk.link import values as link
from kiosk.settle import happened as h
from kiosk.settle.model import Settled, State
from tests.kiosk.settle.test_stories import APPLICATION, VISIT
from tests.kiosk.settle.world import (
    VALUES,
    World,
    assert_the_books_are_true,
    assert_the_journal_is_the_memory,
    assert_the_papers_are_true,
)

FEES = (0, 200, 300, 450)
Step = Callable[[Any, st.DataObject], None]


class Terminal(RuleBasedStateMachine):
    """One supervisor, many visits. Four events in five carry a visit on, one disturbs it:
    an even draw would seldom get as far as the printer."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.titles = 0

    @rule(data=st.data())
    def goes_on(self, data: st.DataObject) -> None:
        """What a resident, a machine and time do when nothing goes wrong."""
        step = self._NEXT.get(self.world.state, Terminal._time)
        step(self, data)

    @rule(data=st.data())
    def and_on(self, data: st.DataObject) -> None:
        """As `goes_on`, so that it is drawn more often."""
        self.goes_on(data)

    @rule(data=st.data())
    def disturbed(self, data: st.DataObject) -> None:
        """One of everything that may happen at the wrong time."""
        data.draw(st.sampled_from(self._DISTURBANCES))(self, data)

    @rule(actions=st.integers(1, 45), data=st.data())
    def crashes_on_the_way(self, actions: int, data: st.DataObject) -> None:
        """The supervisor ends after so many actions, in the midst of what goes on."""
        self.world.crash_at = self.world.actions + actions
        if self.world.crashed(lambda: self.goes_on(data)):
            self.world.boot()
        self.world.crash_at = None

    # --- how it goes on --------------------------------------------------------------------

    def _open(self, _data: st.DataObject) -> None:
        self.world.printer.tray = 0
        self.world.say(link.OpenVisit(VISIT))

    def _order(self, data: st.DataObject) -> None:
        if self.world.loop.model.settled.bill.copies:
            self.world.loop.model = replace(self.world.loop.model, settled=Settled())
            self.world.say(link.CloseVisit("issued"))
            return
        fee, copies = data.draw(st.sampled_from(FEES)), data.draw(st.integers(1, 3))
        self.world.say(link.AcceptCoins(APPLICATION, fee * copies, copies, fee))

    def _insert(self, data: st.DataObject) -> None:
        if not self.world.coins.open:
            self.world.say(link.CancelPayment())
            return
        coin = data.draw(st.sampled_from(sorted(self.world.coins.open)))
        self.world.drop(coin)
        if data.draw(st.integers(0, 3)):
            self.world.poll()

    def _print(self, data: st.DataObject) -> None:
        self.titles += 1
        sheets = data.draw(st.integers(1, 2))
        copy = self.world.memory.delivered + 1
        self.world.say(link.PrintCopy(f"t{self.titles}", copy, sheets))

    def _watch(self, _data: st.DataObject) -> None:
        world, job = self.world, self.world.memory.job
        assert job
        if world.loop.model.alive and not job.streamed:
            world.stream(job.title, job.sheets)
        elif world.printer.print_sheet() or job.seen:
            world.look()
        else:
            world.time_out(h.Timer.JOB)

    def _time(self, _data: st.DataObject) -> None:
        self.world.poll()
        self.world.look()
        for timer in list(self.world.timers):
            self.world.time_out(timer)

    def _leave(self, _data: st.DataObject) -> None:
        self.world.happen(h.VisitEnded("exit"))

    _NEXT: ClassVar[dict[State, Step]] = {
        State.IDLE: _open,
        State.VISIT: _order,
        State.PAYING: _insert,
        State.HELD: _print,
        State.PRINTING: _watch,
        State.LEAVING: _leave,
    }

    # --- what may happen at the wrong time --------------------------------------------------

    def _cancel(self, _data: st.DataObject) -> None:
        self.world.say(link.CancelPayment())

    def _close(self, _data: st.DataObject) -> None:
        self.world.say(link.CloseVisit("cancelled"))

    def _die(self, _data: st.DataObject) -> None:
        self.world.happen(h.VisitEnded("killed"))

    def _spooler_breaks(self, _data: st.DataObject) -> None:
        if self.world.memory.job and self.world.loop.model.alive:
            self.world.say(link.CopyNotStreamed(self.world.memory.job.title, "printer.spooler"))

    def _job_ends_early(self, data: st.DataObject) -> None:
        ends = (JobState.ABORTED, JobState.CANCELED, JobState.COMPLETED)
        self.world.printer.abort(data.draw(st.sampled_from(ends)))
        self.world.look()

    def _history_lost(self, _data: st.DataObject) -> None:
        self.world.printer.forget()

    def _printer_state(self, data: st.DataObject) -> None:
        reason = data.draw(st.sampled_from(["", "printer.jam", "printer.paper_out"]))
        self.world.printer.troubles = (reason,) if reason else ()
        self.world.look()

    def _printer_line(self, data: st.DataObject) -> None:
        self.world.printer.offline = data.draw(st.booleans())
        self.world.look()

    def _hopper_jams(self, data: st.DataObject) -> None:
        self.world.coins.jammed = data.draw(st.sets(st.sampled_from(VALUES)))

    def _hopper_robbed(self, data: st.DataObject) -> None:
        self.world.coins.hoppers[data.draw(st.sampled_from(VALUES))] = 0

    def _hopper_mute(self, data: st.DataObject) -> None:
        self.world.coins.mute = data.draw(st.sets(st.sampled_from(VALUES), max_size=1))

    def _time_runs_out(self, data: st.DataObject) -> None:
        self.world.time_out(data.draw(st.sampled_from(list(h.Timer))))

    def _supervisor_dies(self, data: st.DataObject) -> None:
        self.world.boot(quiet_s=data.draw(st.sampled_from([0.0, 9999.0])))

    _DISTURBANCES: ClassVar[list[Step]] = [
        _cancel,
        _close,
        _die,
        _spooler_breaks,
        _job_ends_early,
        _history_lost,
        _printer_state,
        _printer_line,
        _hopper_jams,
        _hopper_robbed,
        _hopper_mute,
        _time_runs_out,
        _supervisor_dies,
    ]

    # --- what must hold --------------------------------------------------------------------

    @invariant()
    def the_journal_alone_tells_the_same(self) -> None:
        assert_the_journal_is_the_memory(self.world)

    @invariant()
    def the_books_are_what_is_true(self) -> None:
        assert_the_books_are_true(self.world)

    @invariant()
    def the_journal_says_of_paper_what_is_true_or_unknown(self) -> None:
        assert_the_papers_are_true(self.world)

    @invariant()
    def no_copy_is_let_through_twice(self) -> None:
        titles = [e["title"] for e in self.world.disk if e.kind == "print.intent"]
        assert len(titles) == len(set(titles))

    @invariant()
    def no_coin_is_let_in_without_a_bill(self) -> None:
        assert not self.world.coins.open or self.world.at(State.PAYING)

    def teardown(self) -> None:
        """Devices are mended, time passes: everything is settled, and open to the next."""
        world = self.world
        world.printer.troubles, world.printer.offline = (), False
        world.coins.jammed, world.coins.mute = set(), set()
        world.print_all()
        if not world.at(State.IDLE):
            world.happen(h.VisitEnded("exit"))
        world.settle()
        world.print_all()
        world.settle()
        assert world.memory.ledger.held == 0
        assert world.memory.job is None
        assert world.memory.ticket is None


Terminal.TestCase.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
TestTerminal = Terminal.TestCase
