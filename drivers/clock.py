"""The one place that reads a clock or sleeps; everything else is handed a `Clock`."""

import datetime
import threading
import time
from typing import Protocol


class Clock(Protocol):
    """Time as an argument, so that tests can turn it."""

    def monotonic_s(self) -> float:
        """Seconds since an arbitrary start; never goes back."""
        ...

    def utc(self) -> datetime.datetime:
        """Wall-clock time, timezone-aware, UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Block for `seconds` (>= 0)."""
        ...


class SystemClock:
    """The machine's clock, optionally shifted (the demo's "set the clock")."""

    def __init__(self, offset_s: float = 0.0) -> None:
        self.offset_s = offset_s

    def monotonic_s(self) -> float:
        return time.monotonic()  # noqa: TID251

    def utc(self) -> datetime.datetime:
        now = datetime.datetime.now(datetime.UTC)  # noqa: TID251
        return now + datetime.timedelta(seconds=self.offset_s)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)  # noqa: TID251


class VirtualClock:
    """A clock that moves only when told to; `sleep` moves it. Thread-safe."""

    def __init__(self, start: datetime.datetime | None = None) -> None:
        self._utc = start or datetime.datetime(2026, 11, 20, 1, 0, tzinfo=datetime.UTC)
        self._monotonic = 1000.0
        self._lock = threading.Lock()

    def monotonic_s(self) -> float:
        return self._monotonic

    def utc(self) -> datetime.datetime:
        return self._utc

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move both readings forward by `seconds`."""
        with self._lock:
            self._monotonic += seconds
            self._utc += datetime.timedelta(seconds=seconds)
