"""The virtual device's end of a pseudo terminal: a thread that answers as a line would."""

import os
import pty
import select
import shutil
import tempfile
import threading
import tty
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from drivers.clock import Clock

_CHUNK = 4096
_BITS_PER_BYTE = 10
"""One start bit, eight data bits, one stop bit."""


class FarEnd(Protocol):
    """What sits behind the line."""

    def receive(self, data: bytes) -> bytes:
        """Answer bytes that arrive now; none: say what is to be said without being asked."""
        ...

    def next_due_s(self) -> float | None:
        """Seconds until something happens by itself."""
        ...


class PtyLine:
    """A pseudo terminal under a path that stays the same."""

    def __init__(self, far_end: FarEnd, name: str, clock: Clock, baud: int = 0) -> None:
        """`name` is the file name of the port; `baud` > 0 sends as slowly as a real line."""
        self._far_end = far_end
        self._clock = clock
        self._byte_s = _BITS_PER_BYTE / baud if baud else 0.0
        self._folder = Path(tempfile.mkdtemp(prefix="k"))
        self._link = self._folder / name
        self._lock = threading.Lock()
        self._ends: tuple[int, int] | None = None
        self._closed = False
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK)
        self.plug_in()
        self._thread = threading.Thread(target=self._serve, name=f"{name}-line", daemon=True)
        self._thread.start()

    @property
    def path(self) -> str:
        """Where the driver finds the port."""
        return str(self._link)

    def plug_in(self) -> None:
        """Make the port appear. Idempotent."""
        with self._lock:
            if self._ends is not None:
                return
            near, far = pty.openpty()
            tty.setraw(far)
            os.set_blocking(near, False)
            self._ends = near, far
            self._link.symlink_to(os.ttyname(far))
        self.wake()

    def unplug(self) -> None:
        """Make the port vanish. Idempotent."""
        with self._lock:
            ends, self._ends = self._ends, None
            if ends is None:
                return
            self._link.unlink(missing_ok=True)
            for end in ends:
                os.close(end)
        self.wake()

    def wake(self) -> None:
        """Something changed: look again at what is due."""
        with suppress(OSError):
            os.write(self._wake_write, b".")

    def close(self) -> None:
        """Take everything away and end the thread."""
        self._closed = True
        self.wake()
        self._thread.join()
        self.unplug()
        os.close(self._wake_read)
        os.close(self._wake_write)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _serve(self) -> None:
        while not self._closed:
            ends = self._ends
            near = ends[0] if ends is not None else None
            watched = [self._wake_read] if near is None else [self._wake_read, near]
            try:
                ready, _, _ = select.select(watched, [], [], self._far_end.next_due_s())
            except (OSError, ValueError):
                continue  # unplugged while waiting
            if self._wake_read in ready:
                with suppress(BlockingIOError):
                    os.read(self._wake_read, _CHUNK)
            if near is not None:
                self._answer(near, heard=near in ready)
            else:
                self._far_end.receive(b"")

    def _answer(self, near: int, *, heard: bool) -> None:
        # Under the lock, so that `near` cannot be closed and its number given to another file.
        # Bytes of a port unplugged in the middle are lost, as they would be.
        with self._lock, suppress(OSError):
            if self._ends is None or self._ends[0] != near:
                return
            data = os.read(near, _CHUNK) if heard else b""
            self._pace(len(data))
            reply = self._far_end.receive(data)
            if not self._byte_s:
                os.write(near, reply)
                return
            for byte in reply:
                self._pace(1)
                os.write(near, bytes((byte,)))

    def _pace(self, count: int) -> None:
        if self._byte_s:
            self._clock.sleep(count * self._byte_s)
