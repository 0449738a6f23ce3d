"""The world around the supervisor as a value-keeping model: every coin and sheet has a place.

The loop under test is the production one; coins, printer, visit and disk are models that can
be stopped between any two actions. Nothing here sleeps: the world moves when told to.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from drivers.coin.contract import (
    CoinAccepted,
    CreditCursor,
    DispenseResult,
    DispenseTicket,
    Evidence,
)
from drivers.printer.contract import JobProgress, JobState, PrinterStatus, Tray
from kiosk.change import Float
from kiosk.journal.entries import Entry
from kiosk.journal.memory import Memory, fold, remember
from kiosk.journal.reports import Due
from kiosk.link import values as link
from kiosk.runtime.loop import FromVisit, Loop
from kiosk.settle import commands as c
from kiosk.settle import happened as h
from kiosk.settle.model import Limits, Settlement, State
from kiosk.settle.sheets import read_counts

VALUES = (10, 50, 100, 500)
CAPACITY = tuple((value, 200) for value in VALUES)
SERIAL = 4711


class Crash(Exception):
    """The supervisor's process ends here."""


@dataclass
class Vending:
    """The coin machine: where each coin is, and what its counters say."""

    hoppers: dict[int, int] = field(default_factory=lambda: dict.fromkeys(VALUES, 20))
    open: frozenset[int] = frozenset()
    falling: list[int] = field(default_factory=list)
    counter: int = 0
    events: list[CoinAccepted] = field(default_factory=list)
    fetched: int = 0
    customer: int = 0
    """Yen the customers have put in, less what came out to them."""
    dispensed: dict[int, int] = field(default_factory=lambda: dict.fromkeys(VALUES, 0))
    prepared: int = 0
    moved: dict[int, int] = field(default_factory=dict)
    """Number of the order -> pieces that really came out."""
    jammed: set[int] = field(default_factory=set)
    mute: set[int] = field(default_factory=set)

    def insert(self, yen: int) -> bool:
        """A coin at the slot: it falls if it is let in."""
        if yen in self.open:
            self.falling.append(yen)
        return yen in self.open

    def land(self) -> None:
        """Every falling coin arrives and is credited."""
        for yen in self.falling:
            self.customer += yen
            self.hoppers[yen] += 1
            self.counter += 1
            cursor = CreditCursor(SERIAL, self.counter, self.counter)
            self.events.append(CoinAccepted(yen, cursor))
        self.falling.clear()

    def since(self, cursor: CreditCursor | None) -> list[CoinAccepted]:
        """What was credited after `cursor`."""
        known = cursor.counter if cursor else 0
        return [event for event in self.events if event.cursor.counter > known]

    def prepare(self, yen: int, pieces: int) -> DispenseTicket | None:
        """Counters before a payout; None from a hopper that does not answer."""
        if yen in self.mute:
            return None
        self.prepared += 1
        return DispenseTicket(yen, pieces, 3, SERIAL, self.prepared, self.dispensed[yen])

    def dispense(self, ticket: DispenseTicket) -> DispenseResult:
        """Pay out as far as the coins and the mechanics go."""
        stuck = ticket.yen in self.jammed
        paid = 0 if stuck else min(ticket.pieces, self.hoppers[ticket.yen])
        self.hoppers[ticket.yen] -= paid
        self.dispensed[ticket.yen] += paid
        self.moved[ticket.event_counter] = self.moved.get(ticket.event_counter, 0) + paid
        self.customer -= paid * ticket.yen
        return self.resolve(ticket)

    def resolve(self, ticket: DispenseTicket) -> DispenseResult:
        """By the counters; UNKNOWN from a hopper that does not answer."""
        if ticket.yen in self.mute:
            return DispenseResult(ticket, 0, Evidence.UNKNOWN, "coin.lost")
        paid = self.dispensed[ticket.yen] - ticket.total_before
        if ticket.event_counter not in self.moved:
            return DispenseResult(ticket, 0, Evidence.NOT_STARTED)
        short = "" if paid == ticket.pieces else "coin.hopper_empty"
        return DispenseResult(ticket, paid, Evidence.DEVICE_COUNTED, short)


@dataclass
class Printer:
    """The device: its jobs, its tray, its engine's counter."""

    jobs: dict[str, JobProgress] = field(default_factory=dict)
    came: dict[str, int] = field(default_factory=dict)
    """Title -> sheets that really lie in the tray or in a hand."""
    planned: dict[str, int] = field(default_factory=dict)
    tray: int = 0
    life: int = 0
    troubles: tuple[str, ...] = ()
    offline: bool = False
    counts: bool = True
    """False: an engine without a counter of its own."""
    machine: str = "0a0a0a0a"
    seen: Tray = Tray.EMPTY
    """What the tray's sensor saw since the copy began."""
    spooled: int = -1
    warnings: tuple[str, ...] = ()
    obeys: bool = True
    """False: it refuses a cancel."""

    def receive(self, title: str, sheets: int) -> None:
        """The spooler's bytes arrive."""
        self.jobs[title] = JobProgress(title, JobState.PROCESSING, 0, 0)
        self.planned[title] = sheets

    def print_sheet(self) -> bool:
        """One sheet of the job under way comes out."""
        for title, job in self.jobs.items():
            if not job.ended and not self.troubles and not self.offline:
                self.tray += 1
                self.seen = Tray.SHEETS
                self.came[title] = self.came.get(title, 0) + 1
                self.life += 2
                sheets = job.sheets + 1
                done = sheets == self.planned[title]
                state = JobState.COMPLETED if done else JobState.PROCESSING
                self.jobs[title] = JobProgress(title, state, 2 * sheets, sheets)
                return True
        return False

    def abort(self, state: JobState = JobState.ABORTED) -> None:
        """The job under way is given up."""
        for title, job in self.jobs.items():
            if not job.ended:
                self.jobs[title] = replace(job, state=state)

    def forget(self) -> None:
        """It was switched off and on: its jobs and their history are gone."""
        self.jobs.clear()

    def status(self) -> PrinterStatus:
        """What it says of itself."""
        held = tuple(title for title, job in self.jobs.items() if not job.ended)
        troubles = ("printer.offline",) if self.offline else self.troubles
        tray = Tray.SHEETS if self.tray else Tray.EMPTY
        life = self.life if self.counts and not self.offline else -1
        machine = "" if self.offline else self.machine
        return PrinterStatus(troubles, self.warnings, held, tray, life, machine)

    def follow(self, title: str) -> JobProgress:
        """Its own word on a job."""
        job = self.jobs.get(title, JobProgress(title, JobState.UNSEEN, 0, -1))
        return job if job.ended else replace(job, troubles=self.troubles)


class World:
    """A supervisor among its devices. `crash_after` actions it is ended, wherever it stands."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.coins = Vending()
        self.printer = Printer()
        self.limits = limits or Limits()
        self.disk: list[Entry] = []
        self.told: list[link.ToVisit] = []
        self.glasses: list[link.TakeGlass] = []
        self.slips = 0
        self.composed: list[Due] = []
        self.outbox: dict[str, bytes] = {}
        """Digest -> report, in files: they outlive the process."""
        self.sent: set[str] = set()
        """Of those: the centre has them."""
        self.centre: list[bytes] = []
        self.killed: list[str] = []
        self.actions = 0
        self.crash_at: int | None = None
        self.slow_disk = False
        self.slow_coins = False
        self.asked = c.ResumeCoins(None)
        self._spooled: dict[str, int] = {}
        self.boot()

    # --- the process ----------------------------------------------------------------------

    def boot(self, quiet_s: float = 0.0, crash_after: int | None = None) -> None:
        """Start the supervisor from nothing but the journal."""
        self.crash_at = crash_after and self.actions + crash_after
        self.inbox: deque[object] = deque()
        self.queued: deque[tuple[list[Entry], Callable[[str], None]]] = deque()
        self.timers: dict[h.Timer, float] = {}
        self.following = ""
        self.watching_tray = False
        self.coins.open = frozenset()
        self.coins.fetched = len(self.coins.events)
        self._spooled.clear()
        memory = fold(self.disk, self.at_first())
        model = Settlement(memory=memory, limits=self.limits)
        self.loop = Loop(model, self, self, self.inbox.append)
        self.inbox.append(h.Booted("1", "demo", 0, quiet_s, frozenset(self.outbox)))
        self.inbox.extend(h.ReportSent(digest) for digest in sorted(self.sent))
        self.run()

    coins_at_first: dict[int, int] = dict.fromkeys(VALUES, 20)

    def at_first(self) -> Float:
        """The float as the journal begins with it."""
        return Float(tuple(self.coins_at_first.items()), CAPACITY)

    def run(self) -> None:
        """Handle everything in the inbox, and what follows from it. The disk is the slowest."""
        while self.inbox or (self.queued and not self.slow_disk):
            if self.inbox:
                self.loop.take(self.inbox.popleft())
            else:
                self._disk_writes()
            ledger = self.loop.model.memory.ledger
            assert ledger.inserted == ledger.kept + ledger.returned + ledger.held + ledger.owed

    def crashed(self, action: Callable[[], None]) -> bool:
        """Run `action`; True if the supervisor ended in it."""
        try:
            action()
        except Crash:
            return True
        return False

    def _breathe(self) -> None:
        self.actions += 1
        if self.crash_at is not None and self.actions >= self.crash_at:
            raise Crash

    # --- journal ---------------------------------------------------------------------------

    def append(self, entries: Sequence[Entry], done: Callable[[str], None]) -> None:
        """What a loop that does not wait for the disk may rely on: nothing yet."""
        self.queued.append((list(entries), done))

    def _disk_writes(self) -> None:
        """One batch, entry by entry: a crash may leave a part of it."""
        entries, done = self.queued.popleft()
        for one in entries:
            self._breathe()
            self.disk.append(one)
        self._breathe()
        done("")

    def disk_catches_up(self) -> None:
        """A slow disk has written everything."""
        self.slow_disk = False
        self.run()
        self.slow_disk = True

    # --- doers -----------------------------------------------------------------------------

    def do(self, command: c.Command, glass: int) -> None:
        """Carry one command out, at once."""
        self._breathe()
        answer = self._DOERS.get(type(command))
        if answer is not None:
            answer(self, command, glass)
        self._breathe()

    def _tell(self, command: c.Tell, glass: int) -> None:
        if glass == self.loop.glass:
            self.told.append(command.value)

    def _resume(self, command: c.ResumeCoins, _glass: int) -> None:
        self.asked = command
        if not self.slow_coins:
            self.coins_answer()

    def coins_answer(self) -> None:
        """The coin machine has been set up."""
        command = self.asked
        self.coins.open = frozenset()
        self.inbox.extend(self.coins.since(command.cursor))
        self.coins.fetched = len(self.coins.events)
        self.inbox.append(h.CoinsResumed(frozenset(VALUES)))

    def _accept(self, command: c.SetAccept, _glass: int) -> None:
        self.coins.open = command.values

    def _prepare(self, command: c.Prepare, _glass: int) -> None:
        ticket = self.coins.prepare(command.yen, command.pieces)
        if ticket is None:
            self.inbox.append(h.PayoutNotReadied(command.yen, "coin.lost"))
        else:
            self.inbox.append(h.PayoutReadied(ticket))

    def _dispense(self, command: c.Dispense, _glass: int) -> None:
        intents = [e for e in self.disk if e.kind == "payout.intent"]
        assert intents, "coins go out only after their intent is on disk"
        assert intents[-1].number("total_before") == command.ticket.total_before
        result = self.coins.dispense(command.ticket)
        self._breathe()
        self.inbox.append(h.PayoutEnded(result))

    def _resolve(self, command: c.ResolveTicket, _glass: int) -> None:
        self.inbox.append(h.PayoutEnded(self.coins.resolve(command.ticket)))

    def _ask_printer(self, _command: c.AskPrinter, _glass: int) -> None:
        self.inbox.append(h.PrinterSeen(self.printer.status()))

    def _follow(self, command: c.FollowJob, _glass: int) -> None:
        self.following = command.title
        self.printer.seen = Tray.EMPTY

    def _count(self, command: c.CountSheets, _glass: int) -> None:
        self.following = ""
        printer = self.printer
        count = read_counts(command, printer.status(), printer.spooled, printer.seen)
        self.inbox.append(h.SheetsCounted(command.title, count))

    def _leave_job(self, _command: c.LeaveJob, _glass: int) -> None:
        self.following = ""

    def _cancel(self, command: c.CancelJob, _glass: int) -> None:
        if self.printer.obeys and not self.printer.offline:
            self.printer.abort(JobState.CANCELED)
        else:
            self.inbox.append(h.CancelNotTaken(command.title))

    def _contain(self, command: c.ContainSpooler, _glass: int) -> None:
        self._spooled.clear()
        self.inbox.append(h.SpoolerContained(command.reason))

    def _watch_tray(self, _command: c.WatchTray, _glass: int) -> None:
        self.watching_tray = True

    def _leave_tray(self, _command: c.LeaveTray, _glass: int) -> None:
        self.watching_tray = False

    def _slip(self, _command: c.PrintSlip, _glass: int) -> None:
        self.slips += 1
        self.inbox.append(h.SlipPrinted(""))

    def _hand(self, command: c.HandGlass, _glass: int) -> None:
        self.glasses.append(command.first)

    def _kill(self, command: c.KillVisit, _glass: int) -> None:
        self.killed.append(command.cause)
        self.inbox.append(h.VisitEnded(command.cause))

    def _start_timer(self, command: c.StartTimer, _glass: int) -> None:
        self.timers[command.timer] = command.seconds

    def _stop_timer(self, command: c.StopTimer, _glass: int) -> None:
        self.timers.pop(command.timer, None)

    def _go_on(self, _command: c.GoOn, _glass: int) -> None:
        self.inbox.append(h.Proceed())

    def _compose(self, command: c.ComposeOutcome, _glass: int) -> None:
        self.composed.append(command.due)
        body = command.due.visit.encode()
        self.inbox.append(h.OutcomeComposed(command.due.visit, body))

    def _queue(self, command: c.QueueReport, _glass: int) -> None:
        self.outbox[command.digest] = command.body

    def centre_answers(self) -> None:
        """The centre takes every report that is kept."""
        for digest, body in list(self.outbox.items()):
            if digest not in self.sent:
                self._breathe()
                self.centre.append(body)
                self.sent.add(digest)
                self._breathe()
                self.happen(h.ReportSent(digest))

    def _drop(self, command: c.DropReport, _glass: int) -> None:
        self.sent.discard(command.digest)
        self.outbox.pop(command.digest, None)

    _DOERS: dict[type, Callable[..., None]] = {  # noqa: RUF012 - a table, never changed
        c.Tell: _tell,
        c.ResumeCoins: _resume,
        c.SetAccept: _accept,
        c.Prepare: _prepare,
        c.Dispense: _dispense,
        c.ResolveTicket: _resolve,
        c.AskPrinter: _ask_printer,
        c.FollowJob: _follow,
        c.LeaveJob: _leave_job,
        c.CountSheets: _count,
        c.CancelJob: _cancel,
        c.ContainSpooler: _contain,
        c.WatchTray: _watch_tray,
        c.LeaveTray: _leave_tray,
        c.PrintSlip: _slip,
        c.HandGlass: _hand,
        c.KillVisit: _kill,
        c.StartTimer: _start_timer,
        c.StopTimer: _stop_timer,
        c.GoOn: _go_on,
        c.ComposeOutcome: _compose,
        c.QueueReport: _queue,
        c.DropReport: _drop,
    }

    # --- what happens --------------------------------------------------------------------

    def say(self, value: link.ToSupervisor) -> None:
        """The visit says something."""
        self.inbox.append(FromVisit(value, self.loop.glass))
        self.run()

    def happen(self, event: object) -> None:
        """A device or a person does something."""
        self.inbox.append(event)
        self.run()

    def insert(self, yen: int) -> bool:
        """A coin is inserted, falls and is polled."""
        taken = self.drop(yen)
        self.poll()
        return taken

    def drop(self, yen: int) -> bool:
        """A coin is inserted and still falls."""
        return self.coins.insert(yen)

    def poll(self) -> None:
        """Falling coins land, and the coin worker asks."""
        self.coins.land()
        new = self.coins.events[self.coins.fetched :]
        self.coins.fetched = len(self.coins.events)
        self.inbox.extend(new)
        self.run()

    def stream(self, title: str, sheets: int = 1) -> None:
        """The visit hands the copy over and the device receives it."""
        self.printer.receive(title, sheets)
        self.say(link.CopyStreamed(title))
        self.look()

    def look(self) -> None:
        """The printer worker asks about the job it follows."""
        if not self.following:
            return
        if self.printer.offline:
            self.inbox.append(h.JobOutOfSight(self.following, "printer.offline"))
        else:
            self.inbox.append(h.JobSeen(self.printer.follow(self.following)))
        self.run()

    def print_all(self) -> None:
        """Every sheet of the job comes out, watched."""
        while self.printer.print_sheet():
            self.look()
        self.look()

    def time_out(self, timer: h.Timer) -> None:
        """That timer's time is over, if it runs."""
        if self.timers.pop(timer, None) is not None:
            self.happen(h.TimerFired(timer))

    def take_paper(self) -> None:
        """A hand empties the tray."""
        self.printer.tray = 0
        if self.watching_tray:
            self.watching_tray = False
            self.happen(h.PaperGone(sensor=True))

    # --- what is true ----------------------------------------------------------------------

    @property
    def state(self) -> State:
        """Where the supervisor stands."""
        return self.loop.model.state

    def at(self, *states: State) -> bool:
        """Whether it stands at one of these."""
        return self.state in states

    @property
    def memory(self) -> Memory:
        """What the supervisor knows."""
        return self.loop.model.memory

    def last(self, kind: type) -> object:
        """The last value of that kind the visit was told."""
        return next(value for value in reversed(self.told) if isinstance(value, kind))

    def settle(self) -> None:
        """Let time pass until nothing is open any more."""
        for _ in range(60):
            self.poll()
            self.look()
            for timer in list(self.timers):
                if timer is not h.Timer.LEAVE:
                    self.time_out(timer)
            if (
                self.state in {State.IDLE, State.VISIT, State.LEAVING}
                and not self.memory.ledger.held
            ):
                return
        raise AssertionError(f"not settled: {self.state}")


def booked(entries: Sequence[Entry]) -> dict[str, int]:
    """The books of a whole journal: what came in, what is kept, given back, owed."""

    def total(kind: str) -> int:
        return sum(e.number("yen") for e in entries if e.kind == kind)

    returned = sum(e.number("yen") * e.number("paid") for e in entries if e.kind == "payout.result")
    returned += sum(e.number("yen") for e in entries if came_back(e))
    return {
        "inserted": total("coin.in") + total("bill.in"),
        "kept": total("money.kept"),
        "returned": returned,
        "owed": total("money.owed"),
    }


def came_back(what: Entry) -> bool:
    """The coin escrow gave back all that lay in it."""
    return what.kind == "escrow.result" and what["fate"] == "done" and not what["keep"]


def payouts(entries: Sequence[Entry]) -> list[tuple[DispenseTicket, Entry | None]]:
    """Every payout begun, with its result as far as the journal has it."""
    found: list[tuple[DispenseTicket, Entry | None]] = []
    for one in entries:
        if one.kind == "payout.intent":
            ticket = remember(Memory(), one).ticket
            assert ticket
            found.append((ticket, None))
        elif one.kind == "payout.result":
            found[-1] = (found[-1][0], one)
    return found


def assert_the_journal_is_the_memory(world: World) -> None:
    """What the journal alone tells is what the supervisor knows."""
    assert fold(world.disk, world.at_first()) == world.memory


def assert_the_books_are_true(world: World) -> None:
    """What customers have in the machine = kept + owed + held, but for a coin the acceptor has
    and nobody polled yet, and a payout whose end is not known (yet)."""
    books, held = booked(world.disk), world.memory.ledger.held
    assert books["inserted"] == books["kept"] + books["returned"] + books["owed"] + held
    unpolled = sum(e.yen for e in world.coins.since(world.memory.cursor))
    out = 0
    for ticket, result in payouts(world.disk):
        moved = world.coins.moved.get(ticket.event_counter, 0)
        if result is None or result["evidence"] == "unknown":
            out += moved * ticket.yen
        else:
            assert moved == result.number("paid") + result.number("over")
            assert result.number("over") == 0, "no coin comes out that was not meant to"
    expected = books["kept"] + books["owed"] + held + unpolled - out
    assert world.coins.customer == expected


def assert_the_papers_are_true(world: World) -> None:
    """A copy is called printed when all of it came, failed when the sheets that came are few
    and known; anything else is called unknown."""
    printer = world.printer
    for end in (e for e in world.disk if e.kind == "print.end"):
        title, sheets = end.word("title"), end.number("sheets")
        came, planned = printer.came.get(title, 0), printer.planned.get(title, 1)
        truth = {"printed": came == planned, "failed": came == sheets < planned}
        assert truth.get(end.word("result"), True)
