"""Writing the journal: appended and fsynced on a thread of its own, so that nobody waits.

Whoever appends is told when the entries are on disk; only then may the commands go out that
they announce. A disk that is full is met with a reserve: giving it up makes room to settle
what is open. After a failed fsync nothing more is written: what the kernel then holds in
memory may or may not be on disk, and a second fsync would not tell.
Source: PostgreSQL wiki, "Fsync Errors"; fsync(2), ERRORS.
"""

import errno
import fcntl
import os
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from drivers.clock import Clock
from kiosk.journal.entries import Entry, entry
from kiosk.journal.reader import Reading, cut_torn_tail, read
from kiosk.journal.record import encode_record

NAME = "journal.jsonl"
NEXT_NAME = "journal.next"
RESERVE_BYTES = 262_144
"""Room for some 800 records: a whole visit with every coin, several times over."""


class JournalBusy(Exception):
    """Another process writes this journal."""


class Outcome(Protocol):
    """Called on the writer's thread: "" when the entries are on disk, else a reason's name."""

    def __call__(self, failure: str, /) -> None: ...


@dataclass(frozen=True, slots=True)
class _Batch:
    entries: Sequence[Entry]
    at: str
    done: Outcome


class JournalFile:
    """One journal file, open for appending by this process alone. Not thread-safe.

    Opening takes the lock, verifies the whole file and cuts a torn tail. Raises
    `JournalBusy`, `JournalDamaged`, OSError.
    """

    def __init__(self, directory: Path, reserve_bytes: int = RESERVE_BYTES) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = directory / NAME
        self._reserve = directory / "reserve"
        self._next = directory / NEXT_NAME
        if self._next.exists() and not self.path.exists():
            self._next.rename(self.path)  # A change of files was cut short between two renames.
        self._file = _open(self.path)
        try:
            self._lock()
            self.reading = read(self.path)
            cut_torn_tail(self.path, self.reading)
            self._fill_reserve(reserve_bytes)
            _sync_directory(directory)
        except BaseException:
            os.close(self._file)
            raise
        self._hash, self._number = self.reading.hash, self.reading.next_number
        self._length = self.reading.length

    def write(self, entries: Sequence[Entry], at: str) -> None:
        """Append `entries`, all on disk when it returns. Raises OSError; then use no more,
        unless it was `ENOSPC` and `free_reserve` made room: nothing of `entries` counts then.
        """
        lines: list[bytes] = []
        previous, number = self._hash, self._number
        for one in entries:
            line, previous = encode_record(number, at, one, previous)
            lines.append(line)
            number += 1
        self._append(b"".join(lines))
        self._hash, self._number = previous, number

    def continue_in_new_file(self, carried: Sequence[Entry], at: str) -> Path:
        """Begin a new file that starts with `carried` and is chained to this one; the old path.

        `carried` restates what a fold must know. Both files are on disk when it returns; a
        crash at any point leaves one of them as the journal. Raises OSError.
        """
        old = self.path.with_name(f"journal-{self._number:09d}.jsonl")
        first = entry("journal.continued", file=old.name, records=self._number)
        self._next.unlink(missing_ok=True)
        before, self._file = self._file, _open(self._next)
        self._lock()
        self._length = 0
        self.write((first, *carried), at)
        self.path.rename(old)
        self._next.rename(self.path)
        _sync_directory(self.path.parent)
        os.close(before)
        return old

    def free_reserve(self) -> bool:
        """Give the reserved room to the journal; False when it was given already."""
        try:
            self._reserve.unlink()
        except FileNotFoundError:
            return False
        return True

    def close(self) -> None:
        """Close the file and let go of the lock."""
        os.close(self._file)

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise JournalBusy(
                f"{self.path} is being written by another process; end the other supervisor first"
            ) from None

    def _append(self, data: bytes) -> None:
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(self._file, view) :]
        except OSError:
            # A part may have been written; what follows must not stand behind it.
            os.ftruncate(self._file, self._length)
            raise
        try:
            os.fdatasync(self._file)
        except OSError as error:
            # Even a full disk may hold the records now; writing them again would break the chain.
            raise OSError(errno.EIO, "the journal could not be synced") from error
        self._length += len(data)

    def _fill_reserve(self, size: int) -> None:
        handle = os.open(self._reserve, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(handle, 0, size)
        finally:
            os.close(handle)


def in_use(directory: Path) -> bool:
    """Whether another process writes the journal there. Changes nothing."""
    try:
        file = os.open(directory / NAME, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


class JournalWriter:
    """The thread that writes. `append` never blocks; batches reach the disk in order."""

    def __init__(self, file: JournalFile, clock: Clock) -> None:
        self._file = file
        self._clock = clock
        self._batches: queue.SimpleQueue[_Batch | None] = queue.SimpleQueue()
        self._failure = ""
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    @property
    def reading(self) -> Reading:
        """What the journal held when it was opened."""
        return self._file.reading

    def append(self, entries: Sequence[Entry], done: Outcome) -> None:
        """Queue `entries`; `done` is called once, on the writer's thread.

        `done` hears "" (on disk), `journal.disk_full` (on disk, but only thanks to the
        reserve: settle and take no more), or `journal.failed` (not known to be on disk).
        """
        at = self._clock.utc().isoformat(timespec="milliseconds")
        self._batches.put(_Batch(entries, at, done))

    def close(self) -> None:
        """Write what is queued, then end the thread and close the file. Idempotent."""
        if self._thread.is_alive():
            self._batches.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (batch := self._batches.get()) is not None:
            batch.done(self._write(batch))
        self._file.close()

    def _write(self, batch: _Batch) -> str:
        if self._failure == "journal.failed":
            return self._failure
        try:
            try:
                self._file.write(batch.entries, batch.at)
            except OSError as error:
                if error.errno not in {errno.ENOSPC, errno.EDQUOT} or not self._file.free_reserve():
                    raise
                self._failure = "journal.disk_full"
                self._file.write(batch.entries, batch.at)
        except OSError:
            self._failure = "journal.failed"
        return self._failure


class InlineJournal:
    """The same, in line: on disk when `append` returns. For tools and tests."""

    def __init__(self, file: JournalFile, clock: Clock) -> None:
        self._file = file
        self._clock = clock

    def append(self, entries: Sequence[Entry], done: Callable[[str], None]) -> None:
        """Write `entries` now, then call `done("")`. Raises OSError."""
        self._file.write(entries, self._clock.utc().isoformat(timespec="milliseconds"))
        done("")


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
