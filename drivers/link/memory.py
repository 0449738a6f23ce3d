"""A line without a wire: the far end answers in the same call. For fast tests.

Time passes only while somebody waits for bytes that do not come, so that with a virtual
clock every run is the same and nothing sleeps.
"""

from collections.abc import Callable

from drivers.clock import Clock
from drivers.link.port import LinkLost

FarEnd = Callable[[bytes], bytes]
"""Takes what was written, gives what comes back at once (empty: silence)."""


class MemoryPort:
    """A `BytePort` whose far end is a function."""

    def __init__(self, far_end: FarEnd, clock: Clock) -> None:
        self._far_end = far_end
        self._clock = clock
        self._arrived = bytearray()
        self._closed = False
        self._held = False
        self.unplugged = False
        """True makes every use raise LinkLost, like an adapter pulled out."""

    def write(self, data: bytes) -> None:
        self._check()
        self._arrived += self._far_end(data)

    def read(self, within_s: float) -> bytes:
        self._check()
        if not self._arrived:
            self._clock.sleep(within_s)
            self._arrived += self._far_end(b"")
        data = bytes(self._arrived)
        self._arrived.clear()
        return data

    def close(self) -> None:
        self._closed = True
        self._arrived.clear()

    def reopen(self) -> "MemoryPort":
        """The same line, opened again after `close`."""
        self._closed = False
        return self

    def open_alone(self) -> "OneUser":
        """The line as a real port gives it: to one user at a time. Raises LinkLost."""
        if self._held:
            raise LinkLost("the memory line is open already")
        self._held = True
        self.reopen()
        return OneUser(self)

    def let_go(self) -> None:
        """Its one user has closed it."""
        self._held = False
        self.close()

    def inject(self, data: bytes) -> None:
        """Bytes that arrive without having been asked for."""
        self._arrived += data

    def _check(self) -> None:
        if self._closed or self.unplugged:
            raise LinkLost("the memory line is closed")


class OneUser:
    """A `BytePort` on a memory line that nobody else can open meanwhile."""

    def __init__(self, line: MemoryPort) -> None:
        self._line: MemoryPort | None = line

    def write(self, data: bytes) -> None:
        self._open().write(data)

    def read(self, within_s: float) -> bytes:
        return self._open().read(within_s)

    def close(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.let_go()

    def _open(self) -> MemoryPort:
        if self._line is None:
            raise LinkLost("this user has closed the memory line")
        return self._line
