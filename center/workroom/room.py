"""The parent's end of the processes that parse and mark documents."""

import base64
import contextlib
import os
import queue
import socket
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from center.antiforgery.reading import DeliveryContext
from center.cell import reader_of
from center.frames import BadFrame, pack, unpack
from center.relay.inspection import Parsed, stamp_of
from center.wire.calibration import Calibration, read_calibration
from crypto.errors import LIST_NOT_IN_FORCE, CheckFailed
from crypto.pdf_signature import DocumentTrust

TOO_COMPLEX = "document.too_complex"
UNFIT = "centre.failed"
START_S = 120.0
JOB_S = 60.0
"""A net below the limits of CPU that a child has of its own."""
WAIT_S = 20.0
"""For a child that is idle; a terminal waits no longer either."""
_ONE_CORE = {"OPENBLAS_NUM_THREADS": "1"}
"""A child has one core and limits of CPU: on a busy machine a second thread of numpy's library only
spins for the first, and reading a sheet back took four times as much."""
ENOUGH = 500
"""Jobs after which a child is replaced: nothing grows for ever."""
_MAY_SAY = frozenset(
    {"document.bad_signature", "stamp.other_application", "marks.read_back"}
    | {TOO_COMPLEX, LIST_NOT_IN_FORCE}
)


class _Child:
    """One process. One thread at a time."""

    def __init__(self, trust: DocumentTrust, keys: Path) -> None:
        self._line, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "center.workroom.child", str(theirs.fileno()), str(keys)],
                pass_fds=(theirs.fileno(),),
                env={**os.environ, **_ONE_CORE},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.served = 0
        self._read = reader_of(self._line)
        self._line.settimeout(START_S)
        crls = [base64.b64encode(one).decode() for one in trust.crls]
        roots = b"".join(root.public_bytes(Encoding.PEM) for root in trust.roots)
        self._line.sendall(pack({"crls": crls}, roots))

    @property
    def pid(self) -> int:
        return self._process.pid

    def await_ready(self) -> None:
        """Raises OSError, EOFError, BadFrame."""
        header, _ = unpack(self._read)
        if header.get("ready") != 1:
            raise BadFrame("it is not ready")
        self._line.settimeout(JOB_S)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, header: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        """Raises OSError, EOFError, BadFrame."""
        self.served += 1
        self._line.sendall(pack(header, body))
        return unpack(self._read)

    def expect(self, kind: str) -> None:
        """It draws what sheets for such an engine share. Raises OSError, EOFError, BadFrame."""
        self.ask({"do": "expect", "calibration": kind}, b"")

    def end(self) -> None:
        """Kill it and wait for it. Idempotent."""
        self._process.kill()
        self._process.wait()
        self._line.close()


class Workroom:
    """At most `size` processes that parse documents, draw marks and read them back. Thread-safe.

    One is always there; the others begin when somebody finds none idle. It is a `Documents` and
    a `MarksMaker`. A job that its process does not survive fails with `document.too_complex`;
    with `centre.failed` when no process is to be had.
    """

    def __init__(self, trust: DocumentTrust, keys: Path, size: int = 2) -> None:
        """Starts nothing yet."""
        self._trust = trust
        self._keys = keys
        self._size = size
        self._idle: queue.SimpleQueue[_Child] = queue.SimpleQueue()
        self._all: set[_Child] = set()
        self._starting = 0
        self._expected = {str(Calibration()): None}
        """Calibrations of all kinds of engines that were ever named; a dozen at most. What an
        uncalibrated one needs, a process has drawn before it is ready."""
        self._lock = threading.Lock()
        self._ended = False

    @property
    def pids(self) -> set[int]:
        """Of all processes there are now."""
        with self._lock:
            return {child.pid for child in self._all}

    def begin(self) -> None:
        """Start the first, and wait for it. Raises CheckFailed `centre.failed` after its time."""
        self._idle.put(self._take(START_S))

    def parse(self, pdf: bytes, at: int) -> Parsed:
        """See `Documents.parse`."""
        header, stamp = self._do({"do": "parse", "at": at}, pdf)
        names = tuple(str(name) for name in header.get("names", ()))
        return Parsed(names, stamp_of(stamp))

    def expect(self, calibration: str) -> None:
        """See `MarksMaker.expect`. Returns at once: those that are idle now are told beside, and
        every later one before its first job."""
        engine = read_calibration(calibration)
        kind = str(Calibration(engine.choice, engine.cmyk))
        with self._lock:
            if kind in self._expected or self._ended:
                return
            self._expected[kind] = None
        threading.Thread(target=self._tell, args=(kind,), name="workroom", daemon=True).start()

    def make(self, pdf: bytes, context: DeliveryContext) -> bytes:
        """See `MarksMaker.make`."""
        return self._do({"do": "make", "context": asdict(context)}, pdf)[1]

    def read_back(self, marks: bytes, pdf: bytes, context: DeliveryContext) -> None:
        """See `MarksMaker.read_back`."""
        header = {"do": "read_back", "context": asdict(context), "split": len(pdf)}
        self._do(header, pdf + marks)

    def close(self) -> None:
        """Kill every process and wait for it. Idempotent."""
        with self._lock:
            self._ended = True
            children, self._all = self._all, set()
        for child in children:
            child.end()

    def _do(self, header: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        child = self._take(WAIT_S)
        try:
            said, given = child.ask(header, body)
        except (OSError, EOFError, BadFrame):
            self._replace(child)
            raise CheckFailed(TOO_COMPLEX, "its process did not survive it") from None
        if child.served >= ENOUGH:
            self._replace(child)
        else:
            self._idle.put(child)
        failure = str(said.get("failure", ""))
        if failure:
            raise CheckFailed(failure if failure in _MAY_SAY else TOO_COMPLEX)
        return said, given

    def _tell(self, kind: str) -> None:
        """One after the other, so that a job finds another one idle."""
        for _ in range(self._size):
            with contextlib.suppress(queue.Empty):
                child = self._idle.get_nowait()
                try:
                    child.expect(kind)
                except (OSError, EOFError, BadFrame):
                    self._replace(child)
                else:
                    self._idle.put(child)

    def _take(self, limit_s: float) -> _Child:
        """One that is alive: no document is to blame for a process that died idle."""
        while not (child := self._next(limit_s)).alive:
            self._drop(child)
        return child

    def _next(self, limit_s: float) -> _Child:
        with contextlib.suppress(queue.Empty):
            return self._idle.get_nowait()
        self._start_one()
        try:
            return self._idle.get(timeout=limit_s)
        except queue.Empty:
            raise CheckFailed(UNFIT, "no process for documents is to be had") from None

    def _replace(self, child: _Child) -> None:
        self._drop(child)
        self._start_one()

    def _drop(self, child: _Child) -> None:
        child.end()
        with self._lock:
            self._all.discard(child)

    def _start_one(self) -> None:
        """Beside, since whoever asks may get another one sooner; none if all are there."""
        with self._lock:
            if len(self._all) + self._starting >= self._size:
                return
            self._starting += 1
        threading.Thread(target=self._add, name="workroom", daemon=True).start()

    def _add(self) -> None:
        with self._lock:
            self._starting -= 1
            if self._ended:
                return
            child = _Child(self._trust, self._keys)
            self._all.add(child)
        with contextlib.suppress(OSError, EOFError, BadFrame):
            child.await_ready()
            for kind in tuple(self._expected):
                child.expect(kind)
            self._idle.put(child)
            return
        self._drop(child)
