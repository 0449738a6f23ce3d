"""A daemon in a PID namespace of its own, so that killing it kills all it ever started.

cupsd starts filters and backends that outlive it: after `kill -9` of cupsd 2.4 an orphaned
backend printed its job to the end. As the first process of a PID namespace its death is the
death of everything inside, by the kernel's hand. The same happens when the terminal's own
process dies, by the parent-death signal.

Source: pid_namespaces(7), prctl(2) PR_SET_PDEATHSIG, unshare(1), setpriv(1).
"""

import os
import queue
import select
import signal
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from drivers.errors import DeviceError

_KILL_S: Final = 5.0
"""The kernel empties a namespace in milliseconds; longer means a process stuck in a driver."""


_DEAD: Final = frozenset("ZX")
"""proc(5): states of a process that has ended."""


@dataclass(frozen=True, slots=True)
class ProcessMark:
    """A process, told apart from a later one with the same number by its start time."""

    pid: int
    started: str
    """Field 22 of /proc/PID/stat: clock ticks since boot."""

    @classmethod
    def of(cls, pid: int) -> Self | None:
        """The mark of a running process, or None; a dead one not yet reaped does not run."""
        fields = _stat(pid)
        return cls(pid, fields[19]) if fields and fields[0] not in _DEAD else None

    def kill_and_wait(self) -> None:
        """Kill it if it still runs, and wait for its end (at most 5 s). Never raises."""
        with suppress(OSError):
            handle = os.pidfd_open(self.pid)
            try:
                if ProcessMark.of(self.pid) == self:
                    signal.pidfd_send_signal(handle, signal.SIGKILL)
                    select.select([handle], [], [], _KILL_S)
            finally:
                os.close(handle)


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name in brackets; empty if there is no process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return []
    return text.rpartition(")")[2].split()


class Contained:
    """One run of a daemon in its namespace. `start` once; `kill` ends it for good."""

    def __init__(
        self, command: list[str], environment: dict[str, str], marks: Path, log: Path | None = None
    ) -> None:
        """`marks` is the file in which a later run finds what this one left.

        What the daemon writes to its standard output and error is added to `log`.
        """
        self._command = command
        self._environment = environment
        self._marks = marks
        self._log = log or Path(os.devnull)
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = threading.Event()

    def start(self) -> None:
        """Start it. Raises DeviceError `printer.spooler` where the system does not let us."""
        started: queue.SimpleQueue[OSError | None] = queue.SimpleQueue()
        # The parent-death signal is sent when the *thread* that forked ends, so a thread
        # stays behind for exactly as long as the daemon runs.
        threading.Thread(
            target=self._keep, args=(started,), name="contained-daemon", daemon=True
        ).start()
        error = started.get()
        if error is not None:
            what = f"The spooler cannot be started: {error.strerror}; is util-linux installed?"
            raise DeviceError("printer.spooler", what) from error

    def _keep(self, started: "queue.SimpleQueue[OSError | None]") -> None:
        try:
            with self._log.open("ab") as log:
                self._process = subprocess.Popen(
                    [*_namespace(), *self._command],
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    process_group=0,
                )
        except OSError as error:
            self._ended.set()
            started.put(error)
            return
        started.put(None)
        self._process.wait()
        self._ended.set()

    @property
    def alive(self) -> bool:
        """True while the daemon runs."""
        return self._process is not None and not self._ended.is_set()

    @property
    def pid(self) -> int | None:
        """The daemon itself, as seen from outside its namespace."""
        return None if self._process is None else _only_child(self._process.pid)

    def write_marks(self) -> None:
        """Note the processes for a later run; call once the daemon answers."""
        pids = [self._process.pid, self.pid] if self._process else []
        marks = [mark for pid in pids if pid and (mark := ProcessMark.of(pid))]
        self._marks.write_text("".join(f"{mark.pid} {mark.started}\n" for mark in marks))

    def kill(self) -> None:
        """Kill the daemon and everything it started; all are gone on return. Idempotent."""
        process = self._process
        if process is None:
            return
        # Inside first: the outer process reaps it, and so ends only when all are gone.
        inside = self.pid
        if inside is not None and (mark := ProcessMark.of(inside)):
            mark.kill_and_wait()
        if not self._ended.wait(_KILL_S if inside is not None else 0):
            with suppress(ProcessLookupError):
                process.kill()
            self._ended.wait(_KILL_S)


def kill_leftovers(marks: Path) -> None:
    """End what an earlier run noted in `marks`, and wait for it. Idempotent; never raises."""
    try:
        lines = marks.read_text().split("\n")
    except OSError:
        return
    for line in reversed(lines):  # the daemon before its outer process
        pid, _, started = line.partition(" ")
        if pid.isdigit():
            ProcessMark(int(pid), started).kill_and_wait()
    with suppress(OSError):
        marks.unlink()


def _namespace() -> list[str]:
    """The launcher. An ordinary user makes a user namespace around the PID namespace."""
    as_user = [] if os.geteuid() == 0 else ["--user", "--map-current-user"]
    return [
        *("setpriv", "--pdeathsig", "KILL"),
        *("unshare", *as_user, "--pid", "--fork", "--kill-child=KILL", "--"),
    ]


def _only_child(pid: int) -> int | None:
    """The process that `unshare --fork` waits for."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return None
    return int(children[0]) if children else None
