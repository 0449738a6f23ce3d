"""The parent's end of the child process that parses documents.

Started when the card was authenticated, so that it is ready when the documents come; killed with
the visit. What it says is believed no further than a length that is bounded and a name of the
table of failures, of the classes it may judge: a parser that was taken over cannot write words
of its own into the journal or to the centre.
"""

import socket
import subprocess
import sys
import threading
from types import TracebackType

from crypto.errors import LIST_NOT_IN_FORCE, CheckFailed
from kiosk.document.confinement import Confinement
from kiosk.document.job import (
    DOCUMENT_BYTES_MAX,
    MARKS_BYTES_MAX,
    BadFrame,
    Job,
    pack_job,
    unpack,
)
from kiosk.session.failures import FAILURES

JOB_S = 10.0
"""For one copy; a real one takes a few tenths of a second."""
START_S = 20.0
_CLASSES = ("document.", "stamp.", "text.", "marks.")
_MAY_SAY = frozenset(name for name in FAILURES if name.startswith(_CLASSES)) | {LIST_NOT_IN_FORCE}
UNFIT = "terminal.examiner"
"""The terminal's own fault: no document is to blame, and no municipality is stopped for it."""


class ChildUnfit(Exception):
    """The child process cannot examine anything on this machine; the sentence says why."""


class Examiner:
    """One child process. One thread examines; `stop` may come from any."""

    def __init__(
        self,
        job_s: float = JOB_S,
        program: tuple[str, ...] = ("-m", "kiosk.document.child"),
        words: tuple[str, ...] = (),
    ) -> None:
        """`program` and `words`: what the child is; another one only where it is tested."""
        self._job_s = job_s
        self._ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, *program, str(theirs.fileno()), *words],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._ready = False
        self._lock = threading.Lock()
        self._confinement = Confinement(network=False, calls=False)

    @property
    def pid(self) -> int:
        """Of the child."""
        return self._process.pid

    def confinement(self) -> Confinement:
        """How far the child is confined; waits until it is ready.

        Raises ChildUnfit with a sentence when it cannot work here.
        """
        with self._lock:
            try:
                self._wait_ready()
            except (OSError, EOFError, BadFrame):
                self.stop()
                raise ChildUnfit("the process that examines documents did not begin") from None
        return self._confinement

    def examine(self, job: Job) -> bytes:
        """The sheets of one copy, checked.

        Raises CheckFailed: what the child found; `document.too_complex` when it died of the job
        or took too long, and it is gone then; `terminal.examiner` when there was no child fit to
        begin, so that the document is not to blame.
        """
        if len(job.document) > DOCUMENT_BYTES_MAX or len(job.marks) > MARKS_BYTES_MAX:
            raise CheckFailed("document.too_complex", "larger than such a file can be")
        with self._lock:
            self._demand_fit()
            header, sheets = self._answer(job)
        if header.get("ok") == 1 and sheets:
            return sheets
        failure = str(header.get("failure"))
        if failure not in _MAY_SAY:
            raise CheckFailed("document.too_complex", "the child process says nothing of use")
        raise CheckFailed(failure)

    def _demand_fit(self) -> None:
        try:
            self._wait_ready()
        except (OSError, EOFError, BadFrame, ChildUnfit):
            self.stop()
            raise CheckFailed(UNFIT, "it did not begin") from None
        if self.ended() is not None:
            raise CheckFailed(UNFIT, "it is gone")
        if not self._confinement.enough:
            raise CheckFailed(UNFIT, "the kernel grants it neither filter nor namespace")

    def _answer(self, job: Job) -> tuple[dict[str, object], bytes]:
        try:
            self._ours.settimeout(self._job_s)
            self._ours.sendall(pack_job(job))
            return unpack(self._read)
        except (OSError, EOFError, BadFrame) as error:
            self.stop()
            raise CheckFailed(
                "document.too_complex", f"the child process failed ({type(error).__name__})"
            ) from None

    def ended(self) -> int | None:
        """How the child ended: its status, minus a signal's number, None while it runs."""
        return self._process.poll()

    def stop(self) -> None:
        """Kill the child and wait for it. Idempotent."""
        self._process.kill()
        self._process.wait()
        self._ours.close()

    def _wait_ready(self) -> None:
        if self._ready:
            return
        self._ours.settimeout(START_S)
        header, _ = unpack(self._read)
        if header.get("ready") != 1:
            self.stop()
            raise ChildUnfit(str(header.get("trouble", "it said nothing")))
        self._confinement = Confinement(
            network=header.get("network") == 1, calls=header.get("calls") == 1
        )
        self._ready = True

    def _read(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            part = self._ours.recv(min(size - len(data), 1 << 20))
            if not part:
                raise EOFError
            data += part
        return bytes(data)

    def __enter__(self) -> "Examiner":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
