"""Timers by name, one of each. No wire; the time is an argument."""

from kiosk.settle.happened import Timer


class Timers:
    """When which timer is due. Belongs to one thread."""

    def __init__(self) -> None:
        self._due_s: dict[Timer, float] = {}

    def start(self, timer: Timer, at_s: float) -> None:
        """Let `timer` be due at `at_s`; one that ran is forgotten."""
        self._due_s[timer] = at_s

    def stop(self, timer: Timer) -> None:
        """Forget it. Idempotent."""
        self._due_s.pop(timer, None)

    def take_due(self, now_s: float) -> tuple[Timer, ...]:
        """The timers due by `now_s`, the earliest first; they are forgotten."""
        due = sorted((at, timer) for timer, at in self._due_s.items() if at <= now_s)
        for _, timer in due:
            del self._due_s[timer]
        return tuple(timer for _, timer in due)

    def next_s(self) -> float | None:
        """When the next one is due; None if none runs."""
        return min(self._due_s.values(), default=None)
