"""A transcript of a line: when, which way, which bytes, what they mean.

"Show me the bytes" is the first thing a technician asks for. The transcript is a ring in
memory, never a file by itself; what `secret` recognises is shown as its length only.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from drivers.clock import Clock
from drivers.link.port import BytePort


@dataclass(frozen=True, slots=True)
class TapLine:
    """One write, or what one read brought."""

    at_s: float
    outward: bool
    shown: str
    meaning: str

    def text(self) -> str:
        """The line as a technician reads it: hex, then the meaning."""
        arrow = "->" if self.outward else "<-"
        return f"{self.at_s:10.3f} {arrow} {self.shown}  {self.meaning}".rstrip()


def no_meaning(_: bytes) -> str:
    """Say nothing about the bytes."""
    return ""


def nothing_secret(_: bytes) -> bool:
    """All bytes may be shown."""
    return False


class Tap:
    """The last `keep` lines of a transcript."""

    def __init__(
        self,
        meaning: Callable[[bytes], str] = no_meaning,
        secret: Callable[[bytes], bool] = nothing_secret,
        keep: int = 500,
    ) -> None:
        self._meaning = meaning
        self._secret = secret
        self._lines: deque[TapLine] = deque(maxlen=keep)

    def record(self, at_s: float, data: bytes, *, outward: bool) -> None:
        """Add one line."""
        hidden = self._secret(data)
        shown = f"[{len(data)} bytes hidden]" if hidden else data.hex(" ").upper()
        meaning = "" if hidden else self._meaning(data)
        self._lines.append(TapLine(at_s, outward, shown, meaning))

    def lines(self) -> tuple[TapLine, ...]:
        """The transcript, oldest first."""
        return tuple(self._lines)


class TappedPort:
    """A `BytePort` that writes down what passes."""

    def __init__(self, port: BytePort, tap: Tap, clock: Clock) -> None:
        self._port = port
        self._tap = tap
        self._clock = clock

    def write(self, data: bytes) -> None:
        self._tap.record(self._clock.monotonic_s(), data, outward=True)
        self._port.write(data)

    def read(self, within_s: float) -> bytes:
        data = self._port.read(within_s)
        if data:
            self._tap.record(self._clock.monotonic_s(), data, outward=False)
        return data

    def close(self) -> None:
        self._port.close()
