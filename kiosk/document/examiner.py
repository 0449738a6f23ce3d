"""The parent's end of the child process that parses documents.

Started when the card was authenticated, so that it is ready when the documents come; killed with
the visit. What it says is believed no further than a length that is bounded and a name that
begins with one of the classes it may judge.
"""

import socket
import subprocess
import sys
import threading
from types import TracebackType

from crypto.errors import CheckFailed
from kiosk.document.job import BadFrame, Job, pack_job, unpack

JOB_S = 10.0
"""For one copy; a real one takes a few tenths of a second."""
START_S = 20.0
_CLASSES = ("document.", "stamp.", "text.", "marks.")


class Examiner:
    """One child process. One thread examines; `stop` may come from any."""

    def __init__(self, job_s: float = JOB_S) -> None:
        self._job_s = job_s
        self._ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "kiosk.document.child", str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._ready = False
        self._lock = threading.Lock()
        self.networkless = False
        """True once the child said that it has left the network."""

    @property
    def pid(self) -> int:
        """Of the child."""
        return self._process.pid

    def examine(self, job: Job) -> bytes:
        """The sheets of one copy, checked.

        Raises CheckFailed: what the child found, or `document.too_complex` when it died or
        took too long; it is gone then, and every later job fails the same way.
        """
        with self._lock:
            try:
                self._wait_ready()
                self._ours.settimeout(self._job_s)
                self._ours.sendall(pack_job(job))
                header, sheets = unpack(self._read)
            except (OSError, EOFError, BadFrame) as error:
                self.stop()
                raise CheckFailed(
                    "document.too_complex", f"the child process failed ({type(error).__name__})"
                ) from None
        if header.get("ok") == 1 and sheets:
            return sheets
        failure = str(header.get("failure", ""))
        if not failure.startswith(_CLASSES):
            raise CheckFailed("document.too_complex", "the child process says nothing of use")
        raise CheckFailed(failure)

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
            raise BadFrame("the child process did not begin")
        self.networkless = header.get("network") == "none"
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
