"""The supervisor: the long-lived process with the journal, the coins and the printer's eye.

Its loop takes one event at a time from one inbox; devices, disk and children live on threads and
in processes of their own, so that nothing it does waits. It never holds a person's data.
"""

import logging
import queue
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drivers.clock import Clock
from kiosk.journal.entries import Entry, entry
from kiosk.journal.writer import JournalWriter
from kiosk.runtime.loop import FromVisit, Loop
from kiosk.runtime.notify import Notifier
from kiosk.runtime.processes import ChildEnded, ChildSaid, SilentLong, VisitProcesses
from kiosk.runtime.timers import Timers
from kiosk.runtime.worker import Worker, WorkerDied
from kiosk.settle import commands as c
from kiosk.settle import happened as h
from kiosk.settle.model import Settlement, State

_log = logging.getLogger(__name__)

_TICK_S = 8.0
"""The loop feeds the watchdog at least so often; the unit lets it be silent for 20 s."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Somebody asked the process to end."""

    reason: str


@dataclass(frozen=True, slots=True)
class Crew:
    """Who carries out which command on a thread of their own."""

    coins: Worker
    printer: Worker
    spooler: Worker
    receipt: Worker
    outbox: Worker
    card: Worker
    identity: Worker | None = None
    """None where certificate and key are two files, which a technician renews."""

    def all(self) -> tuple[Worker, ...]:
        """Every worker."""
        known = (self.coins, self.printer, self.spooler, self.receipt, self.outbox, self.card)
        return known if self.identity is None else (*known, self.identity)

    def posts(self) -> Mapping[type, Worker]:
        """Command -> the worker that carries it out."""
        return {
            c.ResumeCoins: self.coins,
            c.SetAccept: self.coins,
            c.RouteBill: self.coins,
            c.DivertCoins: self.coins,
            c.Prepare: self.coins,
            c.Dispense: self.coins,
            c.ResolveTicket: self.coins,
            c.AskPrinter: self.printer,
            c.FollowJob: self.printer,
            c.LeaveJob: self.printer,
            c.CountSheets: self.printer,
            c.CancelJob: self.printer,
            c.WatchTray: self.printer,
            c.LeaveTray: self.printer,
            c.ContainSpooler: self.spooler,
            c.ClearSpool: self.spooler,
            c.PrintSlip: self.receipt,
            c.PowerCardOff: self.card,
            c.QueueReport: self.outbox,
            c.DropReport: self.outbox,
            c.ComposeOutcome: self.outbox,
        }


class CrewLost(Exception):
    """A device's thread died. The process ends: the next start settles what this one leaves."""


class Inbox:
    """Where every event arrives, from any thread and from signal handlers."""

    def __init__(self) -> None:
        self._events: queue.SimpleQueue[object] = queue.SimpleQueue()

    def put(self, event: object) -> None:
        """Add an event; never blocks."""
        self._events.put(event)

    def get(self, timeout_s: float) -> object | None:
        """The next event, or None when `timeout_s` passed without one."""
        try:
            return self._events.get(timeout=max(0.0, timeout_s))
        except queue.Empty:
            return None


class Supervisor:
    """The loop with everything around it. Built by `runtime.board`; `run` returns at the end."""

    def __init__(  # noqa: PLR0913, PLR0917 - the one place where everything that serves comes together
        self,
        model: Settlement,
        journal: JournalWriter,
        inbox: Inbox,
        crew: Crew,
        processes: VisitProcesses,
        clock: Clock,
    ) -> None:
        self._clock = clock
        self._journal = journal
        self._inbox = inbox
        self._crew = crew
        self._posts = crew.posts()
        self._processes = processes
        self._timers = Timers()
        self._closers: list[Callable[[], None]] = []
        self._loop = Loop(model, journal, self, inbox.put)

    @property
    def model(self) -> Settlement:
        """What the supervisor knows now."""
        return self._loop.model

    def run(self, booted: h.Booted, notifier: Notifier) -> str:
        """Serve until somebody says `Stop`; why. Everything below it has ended then.

        Raises CrewLost, or what a defect of the table raises: the service manager starts anew.
        """
        last_words: list[Entry] = []
        for worker in self._crew.all():
            worker.start()
        self._inbox.put(booted)
        ready = False
        try:
            while True:
                event = self._inbox.get(self._wait_s())
                if isinstance(event, Stop):
                    last_words.append(entry("terminal.stop", reason="asked"))
                    return event.reason
                self._take(event)
                self._tick()
                notifier.alive()
                # A missing coin machine must not keep the service from starting: the glass says it.
                if not ready and self.model.state is not State.BOOT:
                    ready = True
                    notifier.ready()
        finally:
            notifier.stopping()
            self._close(last_words)

    def at_end(self, close: Callable[[], None]) -> None:
        """Call `close` when the supervisor ends."""
        self._closers.append(close)

    def stop_on_signals(self) -> None:
        """End in order on SIGTERM and SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda n, _frame: self._inbox.put(Stop(signal.Signals(n).name)))

    # --- doer --------------------------------------------------------------------------

    def do(self, command: c.Command, glass: int) -> None:
        """Pass a command to whoever carries it out. Never blocks."""
        match command:
            case c.Tell(value):
                self._processes.say(value, glass)
            case c.HandGlass(first):
                self._processes.hand_glass(first, glass)
            case c.KillVisit(cause):
                self._processes.kill(glass, cause)
            case c.StartTimer(timer, seconds):
                self._timers.start(timer, self._clock.monotonic_s() + seconds)
            case c.StopTimer(timer):
                self._timers.stop(timer)
            case c.GoOn():
                self._inbox.put(h.Proceed())
            case _:
                self._posts[type(command)].order(command)

    # --- loop ----------------------------------------------------------------------------

    def _take(self, event: object) -> None:
        match event:
            case None:
                pass
            case ChildSaid(child, value):
                said = self._processes.heard(child, value)
                if said is not None and child.glass:
                    self._loop.take(FromVisit(said, child.glass))
            case ChildEnded(child, status):
                cause = self._processes.ended(child, status)
                if cause is not None:
                    self._loop.take(h.VisitEnded(cause))
            case SilentLong(child):
                self._processes.judge(child)
            case WorkerDied(name):
                raise CrewLost(name)
            case _:
                self._loop.take(event)

    def _tick(self) -> None:
        for timer in self._timers.take_due(self._clock.monotonic_s()):
            self._loop.take(h.TimerFired(timer))
        self._processes.tick()

    def _wait_s(self) -> float:
        due_s = (self._timers.next_s(), self._processes.next_s())
        now_s = self._clock.monotonic_s()
        return min([_TICK_S, *(each - now_s for each in due_s if each is not None)])

    def _close(self, last_words: list[Entry]) -> None:
        for close in self._closers:
            close()
        self._processes.close()
        for worker in self._crew.all():
            worker.stop()
        if last_words and self._loop.model.state is not State.BROKEN:
            self._journal.append(last_words, lambda _failure: None)
        self._journal.close()
