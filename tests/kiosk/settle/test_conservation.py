"""Under any order of events, any death and any crash: no yen and no sheet is lost.

A resident, the devices, time and two processes do what they like; the model of the world
knows where each coin is. What the books say must be what is true, except what they
themselves call owed.
"""

from typing import ClassVar

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from drivers.printer.contract import JobState
from kiosk.journal.memory import fold
from kiosk.link import values as link
from kiosk.settle import happened as h
from kiosk.settle.model import State
from tests.kiosk.settle.test_stories import APPLICATION, VISIT
from tests.kiosk.settle.world import CAPACITY, VALUES, World, booked


class Terminal(RuleBasedStateMachine):
    """One supervisor, many visits, anything may happen."""

    fees: ClassVar = st.sampled_from([0, 200, 300, 450])

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.titles = 0

    # --- the resident and the visit -------------------------------------------------------

    @precondition(lambda self: self.world.at(State.IDLE))
    @rule()
    def opens(self) -> None:
        self.world.say(link.OpenVisit(VISIT))

    @precondition(lambda self: self.world.at(State.VISIT))
    @rule(fee=fees, copies=st.integers(1, 3))
    def asks_for_coins(self, fee: int, copies: int) -> None:
        self.world.say(link.AcceptCoins(APPLICATION, fee * copies, copies, fee))

    @precondition(lambda self: self.world.coins.open)
    @rule(data=st.data())
    def inserts(self, data: st.DataObject) -> None:
        self.world.insert(data.draw(st.sampled_from(sorted(self.world.coins.open))))

    @precondition(lambda self: self.world.coins.open and not self.world.coins.falling)
    @rule(data=st.data())
    def drops_late(self, data: st.DataObject) -> None:
        self.world.drop(data.draw(st.sampled_from(sorted(self.world.coins.open))))

    @rule()
    def lands(self) -> None:
        self.world.poll()

    @rule()
    def cancels(self) -> None:
        self.world.say(link.CancelPayment())

    @precondition(lambda self: self.world.at(State.HELD))
    @rule(sheets=st.integers(1, 3))
    def prints(self, sheets: int) -> None:
        self.titles += 1
        copy = self.world.memory.delivered + 1
        title = f"t{self.titles}"
        self.world.say(link.PrintCopy(title, copy, sheets))

    @precondition(lambda self: self.world.at(State.PRINTING) and self.world.loop.model.alive)
    @rule(arrives=st.booleans())
    def streams(self, arrives: bool) -> None:
        job = self.world.memory.job
        assert job
        if arrives and job.title not in self.world.printer.jobs:
            self.world.stream(job.title, job.sheets)
        elif not job.streamed:
            self.world.say(link.CopyNotStreamed(job.title, "printer.spooler"))

    @rule()
    def closes(self) -> None:
        self.world.say(link.CloseVisit("cancelled"))

    @rule(cause=st.sampled_from(["exit", "killed"]))
    def dies(self, cause: str) -> None:
        self.world.happen(h.VisitEnded(cause))

    @rule()
    def takes_paper(self) -> None:
        self.world.take_paper()

    # --- devices and time ------------------------------------------------------------------

    @rule()
    def sheet(self) -> None:
        self.world.printer.print_sheet()

    @rule()
    def looks(self) -> None:
        self.world.look()

    @rule(state=st.sampled_from([JobState.ABORTED, JobState.CANCELED, JobState.COMPLETED]))
    def job_ends_early(self, state: JobState) -> None:
        self.world.printer.abort(state)

    @rule(reason=st.sampled_from(["", "printer.jam", "printer.paper_out"]))
    def printer_state(self, reason: str) -> None:
        self.world.printer.troubles = (reason,) if reason else ()

    @rule(offline=st.booleans())
    def printer_line(self, offline: bool) -> None:
        self.world.printer.offline = offline

    @rule(yen=st.sampled_from(VALUES), jammed=st.booleans())
    def hopper(self, yen: int, jammed: bool) -> None:
        (self.world.coins.jammed.add if jammed else self.world.coins.jammed.discard)(yen)

    @rule(yen=st.sampled_from(VALUES))
    def hopper_robbed(self, yen: int) -> None:
        self.world.coins.hoppers[yen] = 0

    @rule(timer=st.sampled_from(list(h.Timer)))
    def time_runs_out(self, timer: h.Timer) -> None:
        self.world.time_out(timer)

    @rule()
    def supervisor_dies(self) -> None:
        self.world.boot()

    @rule(actions=st.integers(1, 12))
    def supervisor_dies_within(self, actions: int) -> None:
        """The next events run into the end of the process after so many actions."""
        self.world.crash_at = self.world.actions + actions
        if self.world.crashed(self._everything_at_once):
            self.world.boot()
        self.world.crash_at = None

    def _everything_at_once(self) -> None:
        world = self.world
        world.poll()
        world.look()
        for timer in list(world.timers):
            world.time_out(timer)
        world.happen(h.VisitEnded("killed"))

    # --- what must hold --------------------------------------------------------------------

    @invariant()
    def the_journal_alone_tells_the_same(self) -> None:
        from kiosk.change import Float

        start = Float(tuple(self.world.coins_at_first.items()), CAPACITY)
        assert fold(self.world.disk, start) == self.world.memory

    @invariant()
    def money_is_conserved(self) -> None:
        books = booked(self.world.disk)
        held = self.world.memory.ledger.held
        assert books["inserted"] == sum(books[k] for k in ("kept", "returned", "owed")) + held

    @invariant()
    def the_books_are_what_is_true(self) -> None:
        """What customers have in the machine = kept + owed + held, but for a coin the acceptor
        has and nobody polled yet, and a payout whose result is not in yet."""
        world, books = self.world, booked(self.world.disk)
        unpolled = sum(e.yen for e in world.coins.since(world.memory.cursor))
        paying = world.memory.ticket
        out = 0
        if paying:
            out = (world.coins.dispensed[paying.yen] - paying.total_before) * paying.yen
        held = world.memory.ledger.held
        assert world.coins.customer == books["kept"] + books["owed"] + held + unpolled - out

    @invariant()
    def nothing_is_kept_for_a_copy_that_did_not_come(self) -> None:
        whole = sum(
            job.sheets == self.world.printer.planned[title]
            for title, job in self.world.printer.jobs.items()
        )
        delivered = sum(e["result"] == "printed" for e in self.world.disk if e.kind == "print.end")
        assert delivered <= whole

    @invariant()
    def no_coin_is_let_in_without_a_bill(self) -> None:
        assert not self.world.coins.open or self.world.at(State.PAYING)

    def teardown(self) -> None:
        """Devices are mended, time passes: everything is settled, and open to the next."""
        world = self.world
        world.printer.troubles, world.printer.offline = (), False
        world.coins.jammed.clear()
        world.print_all()
        if not world.at(State.IDLE):
            world.happen(h.VisitEnded("exit"))
        world.settle()
        world.print_all()
        world.settle()
        assert world.memory.ledger.held == 0
        assert world.memory.job is None
        assert world.memory.ticket is None


Terminal.TestCase.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
TestTerminal = Terminal.TestCase
