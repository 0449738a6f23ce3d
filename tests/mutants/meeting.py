"""A place where threads wait until everybody who may still come has come."""

import threading
from typing import Generic, TypeVar

T = TypeVar("T")
PATIENCE_S = 300.0


class Meeting(Generic[T]):
    """For a known number of threads, each of which comes or leaves, once."""

    def __init__(self, parties: int) -> None:
        self._parties = parties
        self._brought: dict[int, T] = {}
        self._left: set[int] = set()
        self._changed = threading.Condition()

    def meet(self, who: int, what: T) -> dict[int, T]:
        """Bring `what`, wait for the others, and see what everybody brought.

        Raises TimeoutError when somebody neither comes nor leaves.
        """
        with self._changed:
            self._brought[who] = what
            self._changed.notify_all()
            if not self._changed.wait_for(self._complete, PATIENCE_S):
                raise TimeoutError("somebody neither came nor left")
            return dict(self._brought)

    def leave(self, who: int) -> None:
        """Come no more. Idempotent; nothing after having come."""
        with self._changed:
            if who not in self._brought:
                self._left.add(who)
                self._changed.notify_all()

    def of(self, who: int) -> T:
        """What `who` brought. Raises KeyError."""
        with self._changed:
            return self._brought[who]

    def _complete(self) -> bool:
        return len(self._brought) + len(self._left) >= self._parties
