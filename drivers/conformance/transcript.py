"""What passed on a line during one case: when, which way, which bytes, what they mean.

Kept whole and in order, so that a case can be judged again from it (`kiosk-drivers replay`).
Bytes a recorder's `secret` recognises are replaced before they are stored.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn, Self

from drivers.clock import Clock
from drivers.link.port import BytePort, LinkLost

OUTWARD, INWARD, NOTE = "->", "<-", "--"


@dataclass(frozen=True, slots=True)
class Passage:
    """One write, one read, or a note of something done by hand."""

    at_s: float
    """By the bench's clock: exact, so that a case played again takes the same time."""
    way: str
    data: bytes = b""
    means: str = ""
    hidden: int = 0
    """How many bytes were blanked; `data` is empty then."""

    def text(self, zero_s: float = 0.0) -> str:
        """One line as a technician reads it, in seconds since `zero_s`."""
        shown = f"[{self.hidden} bytes hidden]" if self.hidden else self.data.hex(" ").upper()
        return f"{self.at_s - zero_s:9.4f} {self.way} {shown}  {self.means}".rstrip()

    def as_json(self) -> list[Any]:
        """Compact form for a file."""
        return [self.at_s, self.way, self.data.hex(), self.means, self.hidden]

    @classmethod
    def from_json(cls, stored: list[Any]) -> Self:
        """The inverse of `as_json`. Raises ValueError or TypeError for anything else."""
        at_s, way, data, means, hidden = stored
        if way not in {OUTWARD, INWARD, NOTE}:
            raise ValueError(f"{way!r} is no direction")
        return cls(float(at_s), str(way), bytes.fromhex(data), str(means), int(hidden))


def no_meaning(_: bytes) -> str:
    """Say nothing about the bytes."""
    return ""


def nothing_secret(_: bytes) -> bool:
    """All bytes may be kept."""
    return False


def as_it_is(text: str) -> str:
    """Nothing in the words needs to be blanked."""
    return text


class Recorder:
    """Collects the passages of the case that runs. Belongs to one thread."""

    def __init__(
        self,
        clock: Clock,
        meaning: Callable[[bytes], str] = no_meaning,
        secret: Callable[[bytes], bool] = nothing_secret,
        hushed: Callable[[str], str] = as_it_is,
    ) -> None:
        """`secret` says which bytes, `hushed` blanks which words may not be kept."""
        self._clock = clock
        self._meaning = meaning
        self._secret = secret
        self.hushed = hushed
        self._passages: list[Passage] = []

    def begin(self) -> None:
        """Forget what was."""
        self._passages = []

    def sent(self, data: bytes) -> None:
        """These bytes left us."""
        self._keep(OUTWARD, data)

    def received(self, data: bytes) -> None:
        """These bytes came."""
        self._keep(INWARD, data)

    def note(self, text: str) -> None:
        """Something was done that is not on the line."""
        self._passages.append(Passage(self._now_s(), NOTE, means=self.hushed(text)))

    def passages(self) -> tuple[Passage, ...]:
        """Since `begin`, oldest first."""
        return tuple(self._passages)

    def _now_s(self) -> float:
        return self._clock.monotonic_s()

    def _keep(self, way: str, data: bytes) -> None:
        if self._secret(data):
            self._passages.append(Passage(self._now_s(), way, hidden=len(data)))
        else:
            self._passages.append(Passage(self._now_s(), way, data, self._meaning(data)))


class RecordedPort:
    """A `BytePort` whose traffic is kept by a recorder."""

    def __init__(self, port: BytePort, recorder: Recorder) -> None:
        self._port = port
        self._recorder = recorder

    def write(self, data: bytes) -> None:
        self._recorder.sent(data)
        self._port.write(data)

    def read(self, within_s: float) -> bytes:
        data = self._port.read(within_s)
        if data:
            self._recorder.received(data)
        return data

    def close(self) -> None:
        self._port.close()


class Departed(LinkLost):
    """Our side now says something else than when the transcript was recorded."""


class PlayedClock:
    """Time as it was when a case was recorded. Moves with the passages, and with waiting."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.departed = ""
        """Where our side first said something else than then."""
        self.ahead: Callable[[], float | None] = lambda: None
        """When the next passage was recorded, if any is left."""

    def monotonic_s(self) -> float:
        return self.now_s

    def utc(self) -> Any:
        """No case asks for the date; a driver that does is given none. Raises Departed."""
        raise Departed("a replayed driver asked for the date")

    def sleep(self, seconds: float) -> None:
        """As long as it took then, for what a real clock loses between a sleep and a look."""
        self.now_s += seconds
        ahead = self.ahead()
        if ahead is not None and self.now_s < ahead < self.now_s + _LOST_S:
            self.now_s = ahead


_LOST_S = 0.05


class PlayedPort:
    """The far end of a recorded case: takes the same writes, gives the same answers."""

    def __init__(self, passages: tuple[Passage, ...], clock: PlayedClock) -> None:
        if any(p.hidden for p in passages):
            raise ValueError("bytes of this case were blanked; it cannot be played again")
        self._left = [p for p in passages if p.way != NOTE]
        self._clock = clock
        clock.now_s = passages[0].at_s if passages else 0.0
        clock.ahead = lambda: self._left[0].at_s if self._left else None

    def write(self, data: bytes) -> None:
        """Raises Departed where the recording has another write here."""
        while self._left and self._left[0].way == INWARD:
            self._left.pop(0)  # came too late for anybody to read then, too
        if not self._left:
            self._depart(f"after the end of the recording: {data.hex(' ')}")
        recorded = self._left.pop(0)
        if recorded.data != data:
            self._depart(f"{data.hex(' ')} instead of {recorded.data.hex(' ')}")
        self._clock.now_s = max(self._clock.now_s, recorded.at_s)

    def read(self, within_s: float) -> bytes:
        if self._left and self._left[0].way == INWARD:
            came = self._left.pop(0)
            self._clock.now_s = max(self._clock.now_s, came.at_s)
            return came.data
        self._clock.sleep(within_s)
        return b""

    def close(self) -> None:
        """Nothing to give back."""

    def _depart(self, how: str) -> NoReturn:
        self._clock.departed = self._clock.departed or how
        raise Departed(how)
