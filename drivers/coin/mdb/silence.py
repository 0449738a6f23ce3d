"""How long a peripheral may be silent before it is lost, and when it may be reset. No wire.

A peripheral that is busy inside does not answer; that is allowed for its non-response time, and
the master asks on. Only after that it may be reset. Source: MDB/ICP 4.3 sections 2.4 and 2.5.
"""

from drivers.clock import Clock
from drivers.coin.mdb.tables import NON_RESPONSE_S

_RESET_EVERY_S = 10.0
"""A reset discards what was not told yet: one that was of no use is not repeated at once."""


class Silence:
    """The silence of one peripheral."""

    def __init__(self, address: int, clock: Clock) -> None:
        self._limit_s = NON_RESPONSE_S[address]
        self._clock = clock
        self._heard_s = clock.monotonic_s()
        self._reset_s = float("-inf")

    def broken(self) -> None:
        """It has answered."""
        self._heard_s = self._clock.monotonic_s()

    @property
    def too_long(self) -> bool:
        """It has been silent for longer than its non-response time."""
        return self._clock.monotonic_s() - self._heard_s > self._limit_s

    def may_reset(self) -> bool:
        """True if it may be reset now; counts as done."""
        now_s = self._clock.monotonic_s()
        due = self.too_long and now_s - self._reset_s > _RESET_EVERY_S
        if due:
            self._reset_s = now_s
        return due
