"""The loop: entries before acts, order kept, nothing waits for the disk."""

from collections.abc import Callable, Sequence

import pytest

from kiosk.journal.entries import Entry
from kiosk.link import values as link
from kiosk.machine import IllegalEvent
from kiosk.runtime.loop import FromVisit, Loop
from kiosk.settle import commands as c
from kiosk.settle import happened as h
from kiosk.settle.model import Settlement, State

VISIT = "00112233aabbccdd"


class Bench:
    """A loop with a disk that answers when told to."""

    def __init__(self, state: State = State.IDLE) -> None:
        self.events: list[object] = []
        self.done: list[tuple[str, object]] = []
        self.waiting: list[tuple[list[Entry], Callable[[str], None]]] = []
        self.loop = Loop(Settlement(state=state), self, self, self.events.append)

    def append(self, entries: Sequence[Entry], done: Callable[[str], None]) -> None:
        self.waiting.append((list(entries), done))

    def do(self, command: c.Command, glass: int) -> None:
        self.done.append((type(command).__name__, glass))

    def disk(self, failure: str = "") -> None:
        _, done = self.waiting.pop(0)
        done(failure)
        while self.events:
            self.loop.take(self.events.pop(0))

    @property
    def names(self) -> list[str]:
        return [str(name) for name, _ in self.done]


def test_commands_wait_for_their_entries_and_for_those_before_them() -> None:
    bench = Bench()
    bench.loop.take(FromVisit(link.OpenVisit(VISIT), 0))
    bench.loop.take(FromVisit(link.AskChange(300), 0))  # Writes nothing, but comes after.
    assert bench.names == []
    assert not bench.loop.idle
    bench.disk()
    assert bench.names == ["LeaveTray", "AskPrinter", "Tell", "Tell"]
    assert bench.loop.idle


def test_the_glass_does_not_wait() -> None:
    bench = Bench(State.VISIT)
    bench.loop.model = Settlement(state=State.VISIT, alive=True)
    bench.loop.take(h.VisitEnded("killed"))
    assert bench.names == ["HandGlass", "PowerCardOff"]
    assert bench.loop.glass == 1


def test_words_of_a_process_that_lost_the_glass_are_not_heard() -> None:
    bench = Bench()
    bench.loop.take(h.VisitEnded("exit"))
    bench.loop.take(FromVisit(link.OpenVisit(VISIT), 0))
    assert bench.loop.model.state is State.IDLE


def test_a_journal_that_fails_stops_what_moves_money_and_lets_the_rest_go() -> None:
    bench = Bench()
    bench.loop.take(FromVisit(link.OpenVisit(VISIT), 0))
    bench.disk("journal.failed")
    assert bench.loop.model.state is State.BROKEN
    assert bench.names == ["LeaveTray", "AskPrinter", "SetAccept", "Tell", "Tell"]


def test_no_intent_that_was_not_written_is_acted_on() -> None:
    bench = Bench()
    bench.loop.model = Settlement(state=State.SETTLING)
    bench.loop.take(h.Proceed())  # Nothing to settle: IDLE, without an entry.
    bench.loop.take(FromVisit(link.OpenVisit(VISIT), 0))
    bench.disk("journal.failed")
    assert "GoOn" not in bench.names


def test_a_full_disk_is_told_once_and_what_was_written_counts() -> None:
    bench = Bench()
    bench.loop.take(FromVisit(link.OpenVisit(VISIT), 0))
    bench.disk("journal.disk_full")
    assert "AskPrinter" in bench.names
    assert bench.loop.model.trouble == "journal.disk_full"
    said = bench.names.count("SetAccept")
    bench.loop.take(FromVisit(link.Note("visit.card_taken"), 0))
    bench.disk("journal.disk_full")
    assert bench.names.count("SetAccept") == said


def test_an_impossible_value_of_the_visit_ends_the_visit_and_changes_nothing() -> None:
    bench = Bench()
    before = bench.loop.model
    bench.loop.take(FromVisit(link.OpenVisit("not hexadecimal"), 0))
    assert bench.names == ["KillVisit"]
    assert bench.loop.model == before


def test_an_event_no_table_knows_is_a_defect_and_raises() -> None:
    with pytest.raises(IllegalEvent):
        Bench().loop.take(object())


def test_events_do_not_show_what_they_carry() -> None:
    assert "glass" in repr(FromVisit(link.Report(b"secret"), 1))
    assert "secret" not in repr(FromVisit(link.Report(b"secret"), 1))
