"""The sign of life of the glass: when it is given, and when its absence means death.

Both halves are here, so that they cannot drift apart: `Pulse` lives in the visit's process,
`Silence` in the supervisor's. No wire; the time is an argument.
"""

from collections.abc import Callable

BEATS = 2
"""Signs of life in the silence the supervisor bears; each wakes both processes."""
FIRST_LOOK = 0.6
"""Of the silence borne: before, a beat is not even late, and nobody need be woken to look."""
LATER_LOOKS = 0.1
"""Of the silence borne: a stall of the machine counts as no more than that."""


class Pulse:
    """Gives a sign of life every `every_s` seconds, however often it is woken in between."""

    def __init__(self, every_s: float, give: Callable[[], None]) -> None:
        """The first one is due at once."""
        self._every_s = every_s
        self._give = give
        self._due_s: float | None = None

    def left_s(self, now_s: float) -> float:
        """How long the next one may still be waited for; 0.0 when it is due.

        Whoever waits longer, because it was woken by something else a moment before, gives it
        up to a whole `every_s` too late.
        """
        return 0.0 if self._due_s is None else max(0.0, self._due_s - now_s)

    def beat(self, now_s: float) -> None:
        """Give it if it is due."""
        if not self.left_s(now_s):
            self._due_s = now_s + self._every_s
            self._give()


class Silence:
    """How long somebody has said nothing, over the time in which somebody listened.

    A machine that stood still, or a listener that got no processor, finds on waking that much
    time has passed and that nothing was heard, and neither says anything about the other. So time
    counts only as far as `due_s` had asked to be looked at: whoever looks in time counts all of
    it, and whoever comes late counts none of what he was late.
    """

    def __init__(self, limit_s: float, now_s: float) -> None:
        """It begins now; `over` after `limit_s` of it."""
        self._limit_s = limit_s
        self._counted_s = 0.0
        self._looked_s = now_s

    def due_s(self) -> float:
        """When to look next at the latest, in monotonic seconds."""
        return self._looked_s + self._step_s()

    def look(self, now_s: float) -> bool:
        """Count what has passed since the last look; whether it is `over` now."""
        self._counted_s += min(now_s - self._looked_s, self._step_s())
        self._looked_s = now_s
        return self.over

    @property
    def over(self) -> bool:
        """It lasted too long."""
        # A sum of small steps may miss the limit by its rounding alone.
        return self._counted_s >= self._limit_s - 1e-6

    def _step_s(self) -> float:
        wanted_s = FIRST_LOOK * self._limit_s - self._counted_s
        return min(max(wanted_s, LATER_LOOKS * self._limit_s), self._limit_s - self._counted_s)
