"""The visit's loop: one event, one step, the commands, the screen. One thread; it never waits.

The clock is handed in; waiting is the glass's. What a resident types never comes here: a digit
goes to the PIN pad and the session hears that one was typed.
"""

import datetime
import logging
from collections.abc import Callable
from typing import Protocol

from drivers.clock import Clock
from kiosk.machine import IllegalEvent
from kiosk.present import present
from kiosk.runtime.pulse import Pulse
from kiosk.runtime.visit_pin import PinPad
from kiosk.session import events as ev
from kiosk.session.advance import advance
from kiosk.session.commands import Command, Exit
from kiosk.session.limits import VisitLimits, limit_s
from kiosk.session.model import Session
from kiosk.session.taps import heard
from ui.model import Look, Screen

_log = logging.getLogger(__name__)

JST = datetime.timezone(datetime.timedelta(hours=9), "JST")
BEAT_S = 1.0
_DIGIT = "digit:"


class Surface(Protocol):
    """Where screens go: `ui.glass.Glass`."""

    def show(self, screen: Screen, look: Look) -> None:
        """Put a screen on the glass."""
        ...


class Doer(Protocol):
    """Carries commands out without blocking; answers come back as events."""

    def do(self, command: Command) -> None:
        """Begin `command`."""
        ...


class Hours:
    """The service hours of this terminal, Japan time: "HH:MM-HH:MM", "" for always."""

    def __init__(self, hours: str) -> None:
        """Raises ValueError for anything but "" or HH:MM-HH:MM."""
        self._begin, self._end = datetime.time.min, datetime.time.max
        if hours:
            begin, end = hours.split("-")
            self._begin = datetime.time.fromisoformat(begin)
            self._end = datetime.time.fromisoformat(end)

    def open_at(self, utc: datetime.datetime) -> bool:
        """Whether the terminal serves at that moment."""
        return self._begin <= utc.astimezone(JST).time() < self._end


class VisitLoop:
    """Steps the session. Everything here belongs to one thread."""

    def __init__(
        self, session: Session, surface: Surface, doer: Doer, pad: PinPad, pace: "Pace"
    ) -> None:
        self.session = session
        self.done = False
        """True once everything is said and the process may end."""
        self._surface = surface
        self._doer = doer
        self._pad = pad
        self._pace = pace
        self._serial = session.serial
        self._deadline_s: float | None = None
        self._restart()

    def show(self) -> None:
        """Put the session's screen on the glass."""
        self._surface.show(present(self.session), self.session.look)

    def tap(self, action: str) -> None:
        """Something on the glass was pressed. What nobody offers is not heard."""
        event = heard(action)
        if event is None:
            return
        typed = self.session.typed
        self.handle(event)
        if self.session.typed > typed:
            # What the session did not count, as an answer to the warning, the card must not get.
            self._pad.add(action.removeprefix(_DIGIT))

    def handle(self, event: object) -> None:
        """One step: the next session, its commands, its screen."""
        try:
            step = advance(self.session, event)
        except IllegalEvent as illegal:
            # A finger that was faster than the screen: nothing changes. Types only are named.
            _log.info("%s", illegal)
            return
        self.session = step.model
        for command in step.commands:
            if isinstance(command, Exit):
                self.done = True
            else:
                self._doer.do(command)
        if self.session.serial != self._serial:
            self._restart()
        self.show()

    def wait_s(self) -> float:
        """How long nothing happens by itself."""
        now_s = self._pace.clock.monotonic_s()
        beat_s = self._pace.pulse.left_s(now_s)
        if self._deadline_s is None:
            return beat_s
        return max(0.0, min(self._deadline_s - now_s, beat_s))

    def tick(self) -> None:
        """Say what time has brought: a limit, the end of the service hours, the sign of life."""
        pace = self._pace
        open_now = pace.hours.open_at(pace.clock.utc())
        if open_now != self.session.open_now:
            self.handle(ev.HoursChanged(open_now))
        if self._deadline_s is not None and pace.clock.monotonic_s() >= self._deadline_s:
            self._deadline_s = None
            self.handle(ev.LimitReached(self.session.serial))
        pace.pulse.beat(pace.clock.monotonic_s())

    def _restart(self) -> None:
        self._serial = self.session.serial
        limit = limit_s(self.session, self._pace.limits)
        now_s = self._pace.clock.monotonic_s()
        self._deadline_s = None if limit is None else now_s + limit


class Pace:
    """Clock, limits and hours of a visit, and its sign of life."""

    def __init__(
        self, clock: Clock, limits: VisitLimits, hours: Hours, pulse: Pulse | None = None
    ) -> None:
        """Without `pulse` nobody listens for one; the loop is woken as for one all the same."""
        self.clock = clock
        self.limits = limits
        self.hours = hours
        self.pulse = pulse or Pulse(BEAT_S, lambda: None)


Post = Callable[[object], None]
"""Puts an event into the visit's inbox, from any thread."""
