"""The processes under the supervisor: the one that has the glass, and the warm spare.

Every resident gets a process of their own. Its death is seen at once, by its process id; the
spare is told to take the glass, and the next spare is started.
"""

import logging
import subprocess
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from drivers.clock import Clock
from kiosk.link import values as link
from kiosk.link.wire import LinkError, SupervisorEnd, supervisor_end
from kiosk.runtime.pulse import Silence
from kiosk.runtime.spawn import UNFIT, Spawned, spawn

_log = logging.getLogger(__name__)

_LINKLESS_S = 2.0
"""A visit closes its link as its last act but one."""
_RESPAWN_S = 0.5
_RESPAWN_LONGEST_S = 30.0
"""A spare that cannot even start is started again, ever more seldom."""
BIRTH_S = 120.0
"""A process that is handed the glass while it still loads needs half a minute on a starved
machine; one that has given no sign of life by then never will."""


@dataclass(slots=True, eq=False)
class Child:
    """A visit process, spare or with the glass."""

    process: subprocess.Popen[bytes] = field(repr=False)
    end: SupervisorEnd = field(repr=False)
    glass: int = 0
    """Which glass it has; 0 is none yet."""
    ready: bool = False
    silence: Silence | None = None
    """None where no sign of life is waited for."""
    cause: str = ""
    """Why we ended it."""


@dataclass(frozen=True, slots=True)
class ChildSaid:
    """A value came from a child."""

    child: Child = field(repr=False)
    value: link.ToSupervisor = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChildEnded:
    """A child's process is gone."""

    child: Child = field(repr=False)
    status: int


@dataclass(frozen=True, slots=True)
class SilentLong:
    """A child seems to stand still. Goes through the inbox, after all that came before it."""

    child: Child = field(repr=False)


class VisitProcesses:
    """Starts, hands the glass, watches. All methods belong to the loop's thread."""

    def __init__(
        self,
        command: Sequence[str],
        post: Callable[[object], None],
        clock: Clock,
        beat_limit_s: float,
        first: Spawned | None = None,
    ) -> None:
        """`command` starts a child; `--link-fd N` is appended. `first` was started with it."""
        self._command = tuple(command)
        self._post = post
        self._clock = clock
        self._beat_limit_s = beat_limit_s
        self._first = first
        self._current: Child | None = None
        self._spare: Child | None = None
        self._failures = 0
        self._respawn_s: float | None = None
        self._handing: tuple[link.TakeGlass, int] | None = None

    @property
    def current(self) -> Child | None:
        """The child that has the glass."""
        return self._current

    @property
    def spare(self) -> Child | None:
        """The child that would take it."""
        return self._spare

    def start_spare(self) -> None:
        """Make sure there is a spare."""
        if self._spare is None:
            self._respawn_s = None
            self._spare = self._spawn()
        if self._handing is not None:
            first, glass = self._handing
            self.hand_glass(first, glass)

    def hand_glass(self, first: link.TakeGlass, glass: int) -> None:
        """The spare is the visit now, and the next spare is started.

        A spare that is still warming up takes the glass as soon as it can.
        """
        spare, self._spare = self._spare, None
        self._handing = (first, glass)
        if spare is not None:
            try:
                spare.end.send(first)
            except LinkError:
                # It is dying; its end will be heard, and the next spare is handed the glass.
                return
            self._handing = None
            spare.glass = glass
            spare.silence = Silence(BIRTH_S, self._clock.monotonic_s())
            self._retire()
            self._current = spare
        self.start_spare()

    def say(self, value: link.ToVisit, glass: int) -> None:
        """Say it to the child that has `glass`; to nobody if that is gone."""
        child = self._current
        if child is None or child.glass != glass:
            return
        try:
            child.end.send(value)
        except LinkError as error:
            _log.warning("the visit does not hear: %s", error)
            self.kill(glass, "silent")

    def kill(self, glass: int, cause: str) -> None:
        """End the child that has `glass`, at once. Its end is heard like any other."""
        child = self._current
        if child is not None and child.glass == glass:
            child.cause = child.cause or cause
            child.process.kill()

    def heard(self, child: Child, value: link.ToSupervisor) -> link.ToSupervisor | None:
        """Take note of signs of life; anything else is for the table, and returned."""
        match value:
            case link.SpareReady():
                child.ready = True
                _log.info("the spare is ready: process %d", child.process.pid)
                self._failures = 0
            case link.GlassBeat():
                child.silence = Silence(self._beat_limit_s, self._clock.monotonic_s())
            case _:
                return value
        return None

    def ended(self, child: Child, status: int) -> str | None:
        """A child is gone: why, if it was the one with the glass; None if it was a spare."""
        child.end.close()
        if child is self._current:
            self._current = None
            if status:
                _log.warning("the visit ended with status %d %s", status, child.cause)
            return child.cause or ("exit" if status == 0 else "killed")
        if child is self._spare or self._handing is not None:
            self._spare = None if child is self._spare else self._spare
            self._failures += 1
            pause_s = min(_RESPAWN_LONGEST_S, _RESPAWN_S * 2**self._failures)
            self._respawn_s = self._clock.monotonic_s() + pause_s
            why = ": the configuration is unfit, see `kiosk check`" if status == UNFIT else ""
            _log.warning("a spare ended with status %d%s; the next in %.1f s", status, why, pause_s)
        return None

    def tick(self) -> None:
        """Start a spare that is due; ask the inbox about a glass that stands still."""
        now_s = self._clock.monotonic_s()
        if self._respawn_s is not None and now_s >= self._respawn_s:
            self.start_spare()
        child = self._current
        if child is None or child.silence is None or child.silence.over:
            return
        if child.silence.look(now_s):
            self._post(SilentLong(child))

    def judge(self, child: Child) -> None:
        """End a child that seemed to stand still, unless it has said something meanwhile."""
        if child.silence is not None and child.silence.over:
            self.kill(child.glass, "silent")

    def next_s(self) -> float | None:
        """When `tick` may have something to do, in monotonic seconds; None if not by itself."""
        due_s = (self._respawn_s, self._silence_due_s())
        return min((each for each in due_s if each is not None), default=None)

    def _silence_due_s(self) -> float | None:
        """When the glass has to be looked at, unless it says something."""
        silence = self._current.silence if self._current else None
        return None if silence is None or silence.over else silence.due_s()

    def close(self, patience_s: float = 2.0) -> None:
        """End every child: their links end, then SIGTERM, then SIGKILL. Idempotent."""
        first, self._first = self._first, None
        if first is not None:
            first.end()
        children = [child for child in (self._current, self._spare) if child]
        self._current = self._spare = None
        for child in children:
            child.end.close()
            child.process.terminate()
        for child in children:
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(patience_s)
            child.process.kill()
            child.process.wait()

    def _retire(self) -> None:
        """The child that had the glass must not outlive its turn."""
        if self._current is not None:
            self._current.process.kill()

    def _spawn(self) -> Child:
        first, self._first = self._first, None
        spawned = first or spawn(self._command)
        child = Child(spawned.process, supervisor_end(spawned.ours))
        child.end.listen(
            lambda value: self._post(ChildSaid(child, value)),
            lambda why: self._link_ended(child, why),
        )
        threading.Thread(target=self._wait, args=(child,), name="child", daemon=True).start()
        return child

    def _wait(self, child: Child) -> None:
        self._post(ChildEnded(child, child.process.wait()))

    @staticmethod
    def _link_ended(child: Child, why: str) -> None:
        # A process without its link is of no use, however alive it is.
        _log.debug("link of process %d: %s", child.process.pid, why)
        try:
            child.process.wait(_LINKLESS_S)
        except subprocess.TimeoutExpired:
            child.process.kill()
