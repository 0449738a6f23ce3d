"""What everybody did, in order, for the dock page and the report. Nothing personal goes in."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from drivers.clock import Clock
from kiosk.demo.report import DidThing

Listener = Callable[[str, Any], None]

_KEPT = 5000
"""Older lines are dropped: a demo may run for days."""


class Logbook:
    """Collects from any thread; tells listeners (event name, JSON data) at once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started_s = clock.monotonic_s()
        self._lock = threading.Lock()
        self._things: list[DidThing] = []
        self._number = 0
        self._listeners: list[Listener] = []

    def now_s(self) -> float:
        """Seconds since the logbook was opened."""
        return self._clock.monotonic_s() - self._started_s

    def write(self, who: str, what: str) -> None:
        """Something happened now."""
        with self._lock:
            self._number += 1
            thing = DidThing(self.now_s(), who, what, self._number)
            self._things.append(thing)
            del self._things[:-_KEPT]
        self.tell("log", [line_of(thing)])

    def since(self, at_s: float) -> tuple[DidThing, ...]:
        """What happened from `at_s` on."""
        with self._lock:
            return tuple(thing for thing in self._things if thing.at_s >= at_s)

    def newest(self, count: int) -> list[Mapping[str, Any]]:
        """The last lines as the listeners heard them, oldest first."""
        with self._lock:
            return [line_of(thing) for thing in self._things[-count:]]

    def tell(self, event: str, data: object) -> None:
        """Tell every listener."""
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener(event, data)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` from now on, from other threads; returns the way to end it."""
        with self._lock:
            self._listeners.append(listener)

        def end() -> None:
            with self._lock:
                self._listeners.remove(listener)

        return end


def line_of(thing: DidThing) -> Mapping[str, Any]:
    """A line for a listener; `n` tells it which ones it has already."""
    return {"n": thing.number, "at": round(thing.at_s, 3), "who": thing.who, "what": thing.what}
