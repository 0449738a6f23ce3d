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
    """One write, or all that came back until the next."""

    at_s: float
    outward: bool
    shown: str
    meaning: str

    def text(self) -> str:
        """The line as a technician reads it: time, direction, hex, meaning."""
        arrow = "->" if self.outward else "<-"
        return f"{self.at_s:10.3f} {arrow} {self.shown}  {self.meaning}".rstrip()


@dataclass(slots=True)
class _Passage:
    at_s: float
    outward: bool
    data: bytes


def no_meaning(_: bytes) -> str:
    """Say nothing about the bytes."""
    return ""


def nothing_secret(_: bytes) -> bool:
    """All bytes may be shown."""
    return False


class Tap:
    """The last `keep` passages of a line. Read from any thread."""

    def __init__(
        self,
        meaning: Callable[[bytes], str] = no_meaning,
        secret: Callable[[bytes], bool] = nothing_secret,
        keep: int = 500,
    ) -> None:
        self._meaning = meaning
        self._secret = secret
        self._passages: deque[_Passage] = deque(maxlen=keep)

    def record(self, at_s: float, data: bytes, *, outward: bool) -> None:
        """Add bytes; what comes back in pieces is put together again."""
        last = self._passages[-1] if self._passages else None
        if last is not None and not outward and not last.outward:
            last.data += data
        else:
            self._passages.append(_Passage(at_s, outward, data))

    def lines(self) -> tuple[TapLine, ...]:
        """The transcript, oldest first."""
        return tuple(self._line(passage) for passage in tuple(self._passages))

    def _line(self, passage: _Passage) -> TapLine:
        if self._secret(passage.data):
            hidden = f"[{len(passage.data)} bytes hidden]"
            return TapLine(passage.at_s, passage.outward, hidden, "")
        shown = passage.data.hex(" ").upper()
        return TapLine(passage.at_s, passage.outward, shown, self._meaning(passage.data))


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
