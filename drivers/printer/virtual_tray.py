"""`VirtualTrayBoard`: the sheet sensor's board at the far end of a serial line."""

import threading
from typing import Self

from drivers.clock import Clock, SystemClock
from drivers.link.pty_line import PtyLine
from drivers.printer.tray_serial import ASK


class VirtualTrayBoard:
    """Sees what `put` and `take` do, and remembers a sheet that lay there for a moment."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._line: PtyLine | None = None
        self._lying = self._lain = False
        self.mute = False
        """True: it has no power, and answers nothing."""
        self.shorted = False
        """True: the two wires touch, and what is asked comes back."""

    def put(self) -> None:
        """A sheet falls into the tray."""
        with self._lock:
            self._lying = self._lain = True

    def take(self) -> None:
        """A hand empties the tray."""
        with self._lock:
            self._lying = False

    def receive(self, data: bytes) -> bytes:
        """What comes back when `data` arrives now."""
        if self.shorted:
            return data
        with self._lock:
            if self.mute:
                return b""
            return b"".join(self._answer() for byte in data if byte == ASK[0])

    def next_due_s(self) -> float | None:
        """Nothing happens by itself."""
        return None

    def serve_pty(self) -> str:
        """Put the board on a pseudo terminal; returns its path, which stays the same."""
        if self._line is None:
            self._line = PtyLine(self, "tray", self._clock)
        return self._line.path

    @property
    def line(self) -> PtyLine:
        """Its cable, to be pulled out. Only after `serve_pty`."""
        assert self._line is not None  # noqa: S101 - said above
        return self._line

    def close(self) -> None:
        """Take the pseudo terminal away. Idempotent."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _answer(self) -> bytes:
        lain, self._lain = self._lain, self._lying
        if self._lying:
            return b"S"
        return b"L" if lain else b"E"
