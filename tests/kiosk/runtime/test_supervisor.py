"""The whole supervisor: threads, a real journal, real child processes, fake devices."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.clock import SystemClock
from kiosk.change import ChangeConfig
from kiosk.journal.memory import fold
from kiosk.journal.reader import read
from kiosk.journal.writer import NAME, JournalFile, JournalWriter
from kiosk.runtime.coin_worker import CoinWorker
from kiosk.runtime.notify import Notifier
from kiosk.runtime.outbox import Outbox, OutboxWorker
from kiosk.runtime.print_worker import PrintWorker
from kiosk.runtime.processes import VisitProcesses
from kiosk.runtime.small_workers import CardPowerWorker, ReceiptWorker
from kiosk.runtime.spool_worker import SpoolWorker
from kiosk.runtime.supervisor import Crew, CrewLost, Inbox, Stop, Supervisor
from kiosk.settle import commands as c
from kiosk.settle import happened as h
from kiosk.settle.model import Limits, Settlement, State
from tests.kiosk.runtime.fakes import (
    STUB,
    Events,
    FakeReceipt,
    FakeSpooler,
    FakeVendor,
    FakeWatch,
)
from tests.kiosk.settle.world import VALUES

FLOAT = ChangeConfig(opening={str(v): 20 for v in VALUES}).machine(VALUES)


class Terminal:
    """A supervisor on a thread, and everything a test may look at."""

    def __init__(self, place: Path, mood: str) -> None:
        self.place = place
        self.vendor, self.watch = FakeVendor(), FakeWatch()
        self.spooler, self.receipt = FakeSpooler(), FakeReceipt()
        self.heard = Events()
        self.mood = mood
        self.reason = ""
        self.start()

    def start(self) -> None:
        """A new supervisor over the same devices and the same disk."""
        clock, inbox = SystemClock(), Inbox()
        self.inbox = inbox
        put = inbox.put
        self.heard = Events()

        def post(event: object) -> None:
            self.heard.put(event)
            put(event)

        file = JournalFile(self.place, 4096)
        entries = (record.entry for record in file.reading.records)
        model = Settlement(memory=fold(entries, FLOAT), limits=Limits(fall_s=0.05))
        crew = Crew(
            coins=CoinWorker(self.vendor, 0.05, clock, post),
            printer=PrintWorker(self.watch, self.spooler.sheets_made, clock, post),
            spooler=SpoolWorker(self.spooler, post),
            receipt=ReceiptWorker(self.receipt, "見本", clock.utc, post),
            outbox=OutboxWorker(
                Outbox(self.place / "outbox"), lambda _b: None, lambda _o: b"{}", clock, post
            ),
            card=CardPowerWorker(lambda: self.heard.put("card off"), post),
        )
        self.processes = VisitProcesses((*STUB, "--mood", self.mood), post, clock, 30.0)
        journal = JournalWriter(file, clock)
        self.supervisor = Supervisor(model, journal, inbox, crew, self.processes, clock)
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        booted = h.Booted("1", "demo", 0, 0.0)
        try:
            self.reason = self.supervisor.run(booted, Notifier(SystemClock(), {}))
        except CrewLost as lost:
            self.reason = f"lost: {lost}"

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        self.inbox.put(Stop("SIGTERM"))
        self.thread.join(20)
        assert not self.thread.is_alive()

    def reach(self, state: State) -> None:
        """Wait until the table stands there."""
        self.until(lambda: self.supervisor.model.state is state)

    def until(self, fits: Callable[[], bool], timeout_s: float = 20.0) -> None:
        """Wait until `fits`; each event of the inbox is a chance to look."""
        ended = threading.Event()
        deadline = SystemClock().monotonic_s() + timeout_s
        while not fits():
            assert SystemClock().monotonic_s() < deadline, self.kinds()
            ended.wait(0.01)

    def kinds(self) -> list[str]:
        """The kinds of the journal's entries."""
        return [record.entry.kind for record in read(self.place / NAME).records]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    made = Terminal(tmp_path, "pays")
    yield made
    if made.thread.is_alive():
        made.stop()


def test_a_killed_visit_gets_its_coins_back_and_the_spare_serves(terminal: Terminal) -> None:
    terminal.reach(State.PAYING)
    terminal.until(lambda: 100 in terminal.vendor.machine.open)
    terminal.vendor.machine.insert(100)
    terminal.until(lambda: terminal.supervisor.model.memory.ledger.inserted == 100)
    dead = terminal.processes.current
    assert dead
    os.kill(dead.process.pid, signal.SIGKILL)
    terminal.until(lambda: "money.settled" in terminal.kinds())
    assert terminal.vendor.machine.customer == 0
    terminal.heard.wait(lambda e: e == "card off")
    terminal.until(lambda: terminal.processes.current not in {None, dead})


def test_whoever_touches_the_glass_before_the_coin_machine_is_there_is_served(
    terminal: Terminal,
) -> None:
    terminal.reach(State.PAYING)
    terminal.stop()
    terminal.vendor.set_up.clear()
    terminal.start()
    terminal.until(lambda: terminal.supervisor.model.opening is not None)
    assert terminal.supervisor.model.state is State.ASK_COINS
    terminal.vendor.set_up.set()
    terminal.reach(State.PAYING)
    assert "visit.refused" not in terminal.kinds()


def test_an_orderly_end_leaves_no_process_and_a_closed_journal(terminal: Terminal) -> None:
    terminal.reach(State.PAYING)
    children = [terminal.processes.current, terminal.processes.spare]
    terminal.stop()
    assert terminal.reason == "SIGTERM"
    assert all(child and child.process.poll() is not None for child in children)
    assert terminal.kinds()[-1] == "terminal.stop"
    assert terminal.vendor.closed
    assert terminal.spooler.contained >= 1
    JournalFile(terminal.place, 4096).close()


def test_the_next_start_settles_what_the_last_one_left(terminal: Terminal) -> None:
    terminal.reach(State.PAYING)
    terminal.until(lambda: 500 in terminal.vendor.machine.open)
    terminal.vendor.machine.insert(500)
    terminal.until(lambda: terminal.supervisor.model.memory.ledger.inserted == 500)
    terminal.stop()
    assert terminal.vendor.machine.customer == 500
    terminal.mood = "waits"
    terminal.start()
    terminal.until(lambda: "terminal.recovered" in terminal.kinds())
    assert terminal.vendor.machine.customer == 0
    terminal.reach(State.IDLE)


def test_a_device_nobody_looks_after_ends_the_terminal_and_the_next_start_pays_back(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A defect on a worker's thread, while money is in."""
    terminal.reach(State.PAYING)
    terminal.until(lambda: 500 in terminal.vendor.machine.open)
    terminal.vendor.machine.insert(500)
    terminal.until(lambda: terminal.supervisor.model.memory.ledger.inserted == 500)

    def defect() -> None:
        raise UnicodeError("nobody thought of it")

    with monkeypatch.context() as patch:
        patch.setattr(terminal.watch, "status", defect)
        terminal.supervisor.do(c.AskPrinter(), 0)
        terminal.thread.join(20)
    assert terminal.reason == "lost: printer"
    assert "terminal.stop" not in terminal.kinds(), "it did not end in order"
    terminal.mood = "waits"
    terminal.start()
    terminal.until(lambda: "terminal.recovered" in terminal.kinds())
    assert terminal.vendor.machine.customer == 0


def test_a_coin_machine_that_is_missing_is_looked_for(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "waits")
    try:
        terminal.reach(State.IDLE)
        terminal.vendor.lost = True
        terminal.inbox.put(h.CoinsNotResumed("coin.lost"))
        terminal.until(lambda: terminal.supervisor.model.trouble == "coin.lost")
        terminal.vendor.lost = False
        terminal.inbox.put(h.TimerFired(h.Timer.COINS))
        terminal.until(lambda: terminal.supervisor.model.trouble == "")
    finally:
        terminal.stop()
