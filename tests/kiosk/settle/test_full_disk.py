"""Fault 16 with the real journal: its thread and file, and an operating system that says no."""

import errno
import os
import queue
from collections.abc import Callable
from pathlib import Path

import pytest
from typing_extensions import override

from drivers.clock import VirtualClock
from kiosk.journal import reader
from kiosk.journal.writer import JournalFile, JournalWriter
from kiosk.link import values as link
from kiosk.settle.model import State
from tests.fault_plans.terminal import Terminal
from tests.kiosk.settle.test_faults import back, insert
from tests.kiosk.settle.test_stories import APPLICATION, VISIT
from tests.kiosk.settle.world import booked

_PATIENCE_S = 20.0


class OnDisk(Terminal):
    """A terminal whose journal is the production one; what it knows after a death is the file."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.writer = self._opened()
        super().__init__()
        self.say(link.OpenVisit(VISIT))
        self.say(link.AcceptCoins(APPLICATION, 900, 3, 300))

    def _opened(self) -> JournalWriter:
        return JournalWriter(JournalFile(self.directory, reserve_bytes=4096), VirtualClock())

    @override
    def _disk_writes(self) -> None:
        entries, done = self.queued.popleft()
        said: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.writer.append(entries, said.put)
        failure = said.get(timeout=_PATIENCE_S)
        self.disk += entries if failure != "journal.failed" else []
        done(failure)

    @override
    def die(self, dark_s: float = 0.5) -> None:
        self.writer.close()
        reading = reader.read(self.directory / "journal.jsonl")
        self.disk = [record.entry for record in reading.records]
        self.writer = self._opened()
        super().die(dark_s)


def refuses_once(call: Callable[..., object], error: int) -> Callable[..., object]:
    """`call`, but for the first time."""
    left = [OSError(error, os.strerror(error))]

    def called(*args: object) -> object:
        if left:
            raise left.pop()
        return call(*args)

    return called


def test_fault_16_a_disk_that_is_full_takes_the_last_coin_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    t = OnDisk(tmp_path)
    insert(t, 100)
    monkeypatch.setattr(os, "write", refuses_once(os.write, errno.ENOSPC))
    insert(t, 100, 100)
    assert t.loop.model.trouble == "journal.disk_full"
    t.pass_time(20.0)
    assert booked(t.disk) == {"inserted": 200, "kept": 0, "returned": 200, "owed": 0}
    assert back(t) == 300, "the third coin was never let in"
    assert t.audit() == ()
    t.writer.close()


@pytest.mark.parametrize("call", ["write", "fdatasync"])
def test_fault_16_a_disk_that_fails_loses_no_coin(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the record of the second coin reached the disk nobody knows: the next start does."""
    t = OnDisk(tmp_path)
    insert(t, 100)
    with monkeypatch.context() as broken:
        broken.setattr(os, call, refuses_once(getattr(os, call), errno.EIO))
        insert(t, 100, 100)
    assert t.state is State.BROKEN
    assert t.machine.truth().taken_yen == 200, "the third coin was never let in"
    t.die()
    t.pass_time(30.0)
    assert booked(t.disk) == {"inserted": 200, "kept": 0, "returned": 200, "owed": 0}
    assert back(t) == 300
    assert t.audit() == ()
    t.writer.close()
