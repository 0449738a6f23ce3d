"""A thread around what blocks: one a device. Orders go in, events come out, nothing is shared."""

import logging
import queue
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

_log = logging.getLogger(__name__)

Post = Callable[[object], None]


@dataclass(frozen=True, slots=True)
class WorkerDied:
    """A defect of this program ended a device's thread: nobody looks after the device any more."""

    name: str


class Worker(ABC):
    """A thread that carries out orders one after the other and looks around in between."""

    def __init__(self, name: str, post: Post) -> None:
        self._post = post
        self._orders: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def order(self, order: object) -> None:
        """Queue an order; never blocks."""
        self._orders.put(order)

    def stop(self, patience_s: float = 5.0) -> None:
        """Finish what was ordered, close, and end; give up waiting after `patience_s`."""
        if self._thread.is_alive():
            self._orders.put(None)
            self._thread.join(patience_s)

    @abstractmethod
    def _do(self, order: object) -> None:
        """Carry out one order. May block as long as the device's contract allows."""

    def _idle(self) -> None:  # noqa: B027 - a worker that only takes orders looks at nothing
        """Look around; called when no order came for `_idle_s`."""

    def _close(self) -> None:  # noqa: B027 - not every worker holds something
        """Let go of the device."""

    @property
    def _idle_s(self) -> float | None:
        """How long to wait for an order before looking around; None waits for ever."""
        return None

    def _run(self) -> None:
        try:
            self._serve()
        except Exception:  # noqa: BLE001 - whatever it was, the device must not be left alone silently
            _log.exception("the thread %s died", self._thread.name)
            self._post(WorkerDied(self._thread.name))

    def _serve(self) -> None:
        while True:
            try:
                order = self._orders.get(timeout=self._idle_s)
            except queue.Empty:
                self._idle()
                continue
            if order is None:
                self._close()
                return
            self._do(order)
