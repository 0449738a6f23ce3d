"""The supervisor's loop: one event, one step, journal, then the commands. It never waits.

Commands leave in the order of the steps. What a step writes is on disk before anything of
that step, or of a later one, goes out; only giving the glass away, ending a process and
unpowering a card do not wait, for they move neither yen nor paper. No wire, no clock.
"""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from kiosk.journal.entries import Entry, UnknownEntry
from kiosk.link import values as link
from kiosk.machine import step
from kiosk.money import MoneyError
from kiosk.settle import commands as c
from kiosk.settle.happened import JournalTrouble
from kiosk.settle.model import Settlement
from kiosk.settle.rules import TABLE

_log = logging.getLogger(__name__)

_AT_ONCE = (c.HandGlass, c.KillVisit, c.PowerCardOff)


class Journal(Protocol):
    """Where entries go; `done` is told when they are on disk, from any thread."""

    def append(self, entries: Sequence[Entry], done: Callable[[str], None]) -> None: ...


class Doer(Protocol):
    """Carries commands out without blocking; answers come back as events.

    `glass` counts the processes that had the glass: what was meant for one that is gone is
    not said to its successor.
    """

    def do(self, command: c.Command, glass: int) -> None: ...


@dataclass(slots=True)
class _Batch:
    commands: tuple[c.Command, ...]
    glass: int
    ready: bool
    failure: str = field(default="")


@dataclass(frozen=True, slots=True)
class Durable:
    """The journal answered for a batch; goes through the inbox like every event."""

    batch: _Batch = field(repr=False)
    failure: str


@dataclass(frozen=True, slots=True)
class FromVisit:
    """A value the process with the glass said."""

    value: link.ToSupervisor = field(repr=False)
    glass: int


class Loop:
    """Steps the table. All methods but `post` belong to one thread."""

    def __init__(
        self, model: Settlement, journal: Journal, doer: Doer, post: Callable[[object], None]
    ) -> None:
        """`post` puts an event into the inbox, from any thread."""
        self.model = model
        self.glass = 0
        self._journal = journal
        self._doer = doer
        self._post = post
        self._waiting: deque[_Batch] = deque()
        self._journal_said = ""

    @property
    def idle(self) -> bool:
        """True when nothing waits for the disk."""
        return not self._waiting

    def take(self, event: object) -> None:
        """Handle one event of the inbox.

        A visit that says what cannot be is ended, and nothing changes. Any other event that
        fits no rule is a defect of this program and raises: a start-up mends what it left.
        """
        match event:
            case Durable(batch, failure):
                self._durable(batch, failure)
            case FromVisit(value, glass):
                if glass == self.glass:
                    self._hear_visit(value)
            case _:
                self._step(event)

    def _hear_visit(self, value: link.ToSupervisor) -> None:
        try:
            self._step(value)
        except (UnknownEntry, MoneyError) as error:
            _log.error("the visit sent an impossible %s: %s", type(value).__name__, error)
            self._doer.do(c.KillVisit("misuse"), self.glass)

    def _step(self, event: object) -> None:
        before = self.model.state
        done = step(TABLE, self.model, event)
        self.model = done.model
        if before is not self.model.state:
            _log.debug("%s: %s -> %s", type(event).__name__, before.name, self.model.state.name)
        self._submit(done.commands)

    def _submit(self, commands: Sequence[c.Command]) -> None:
        for command in commands:
            if isinstance(command, _AT_ONCE):
                self.glass += isinstance(command, c.HandGlass)
                self._doer.do(command, self.glass)
        entries = [command.entry for command in commands if isinstance(command, c.Write)]
        rest = tuple(x for x in commands if not isinstance(x, (*_AT_ONCE, c.Write)))
        batch = _Batch(rest, self.glass, ready=not entries)
        self._waiting.append(batch)
        if entries:
            self._journal.append(entries, lambda failure: self._post(Durable(batch, failure)))
        self._release()

    def _durable(self, batch: _Batch, failure: str) -> None:
        batch.ready, batch.failure = True, failure
        self._release()
        if failure and failure != self._journal_said:
            self._journal_said = failure
            self._step(JournalTrouble(failure))

    def _release(self) -> None:
        while self._waiting and self._waiting[0].ready:
            batch = self._waiting.popleft()
            for command in batch.commands:
                if batch.failure == "journal.failed" and not c.allowed_without_journal(command):
                    continue
                self._doer.do(command, batch.glass)
