"""The centre's clock: the one place of this package that reads the time."""

import datetime
import time
from typing import Protocol

JST = datetime.timezone(datetime.timedelta(hours=9), "JST")


class Clock(Protocol):
    """Time as an argument, so that tests can turn it."""

    def utc(self) -> datetime.datetime:
        """Wall-clock time, timezone-aware, UTC."""
        ...


class SystemClock:
    """The machine's clock, shifted by `offset_s` (the demo's "set the clock")."""

    def __init__(self, offset_s: float = 0.0) -> None:
        self._offset = datetime.timedelta(seconds=offset_s)

    def utc(self) -> datetime.datetime:
        return datetime.datetime.now(datetime.UTC) + self._offset  # noqa: TID251  # the one place


class FixedClock:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime.datetime) -> None:
        self._at = at

    def utc(self) -> datetime.datetime:
        return self._at

    def advance(self, seconds: float) -> None:
        """Move it on, or back."""
        self._at += datetime.timedelta(seconds=seconds)


def utc_seconds(clock: Clock) -> int:
    """Now, as the wire writes times."""
    return int(clock.utc().timestamp())


def japan_time(clock: Clock) -> datetime.datetime:
    """Now, in Japan."""
    return clock.utc().astimezone(JST)


def stopwatch() -> float:
    """Seconds since an arbitrary start, for measuring how long something took."""
    return time.monotonic()  # noqa: TID251  # the one place
