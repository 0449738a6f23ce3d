"""The thread that renews the terminal's TLS key when its time has come, between two visits.

A visit under way is not touched by a switch: it holds its pair in memory to its end, and the
next one reads the files anew (`kiosk.center_client.CentreDoor`).
"""

import logging
from collections.abc import Callable

from crypto.errors import CheckFailed
from drivers.clock import Clock
from kiosk.identity import DISK, Renewed
from kiosk.runtime.worker import Post, Worker
from kiosk.settle import happened as h

_log = logging.getLogger(__name__)

FIRST_PAUSE_S = 60.0
LONGEST_PAUSE_S = 3600.0
"""Between two attempts that came to nothing; a third of a certificate's life is ten days."""
QUIET_PAUSE_S = 10.0
"""Until it is looked again whether somebody is still being served."""
LONGEST_SLEEP_S = 6 * 3600.0
"""A clock that is set right while the terminal runs must not hide that a renewal is due."""

Renew = Callable[[], Renewed]
Quiet = Callable[[], bool]


class IdentityWorker(Worker):
    """Looks when it is due; takes no orders."""

    def __init__(self, renew: Renew, quiet: Quiet, clock: Clock, post: Post) -> None:
        """`renew` is `Identity.renew`; `quiet` says whether nobody is being served."""
        super().__init__("identity", post)
        self._renew = renew
        self._quiet = quiet
        self._clock = clock
        self._pause_s = FIRST_PAUSE_S
        self._next_s = clock.monotonic_s()

    @property
    def _idle_s(self) -> float | None:
        return max(0.0, self._next_s - self._clock.monotonic_s())

    def _do(self, order: object) -> None:
        raise TypeError(f"not an order for the identity: {type(order).__name__}")

    def _idle(self) -> None:
        if not self._quiet():
            self._wait(QUIET_PAUSE_S)
            return
        try:
            renewed = self._renew()
        except CheckFailed as failed:
            self._failed(failed.failure)
        except OSError as error:
            _log.warning("the terminal's certificate could not be written: %s", error.strerror)
            self._failed(DISK)
        else:
            self._pause_s = FIRST_PAUSE_S
            left_s = renewed.look_again - self._clock.utc().timestamp()
            self._wait(min(LONGEST_SLEEP_S, max(FIRST_PAUSE_S, left_s)))
            self._post(h.IdentitySeen("", switched=renewed.switched))

    def _failed(self, failure: str) -> None:
        self._wait(self._pause_s)
        self._pause_s = min(LONGEST_PAUSE_S, self._pause_s * 2)
        self._post(h.IdentitySeen(failure))

    def _wait(self, pause_s: float) -> None:
        self._next_s = self._clock.monotonic_s() + pause_s
