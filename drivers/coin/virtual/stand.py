"""What every virtual coin machine is, whatever its line speaks: a box with coins in it, a lock, and
a pseudo terminal.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol, Self

from drivers.clock import Clock
from drivers.coin.virtual.ledger import Ledger, Truth
from drivers.coin.virtual.mechanics import Speeds
from drivers.link.pty_line import PtyLine

if TYPE_CHECKING:
    from drivers.coin.virtual.hand import Hand


class CoinMouth(Protocol):
    """Where coins go in."""

    fault: int

    @property
    def polled_s(self) -> float: ...

    def drop(self, yen: int) -> None: ...
    def takes(self, yen: int) -> bool: ...
    def pull_lever(self) -> None: ...
    def push(self, a: int, b: int) -> None: ...


class BillMouth(Protocol):
    """Where bills go in."""

    def insert(self, yen: int) -> None: ...
    def pull_back(self) -> None: ...
    def jam_next(self, code: int) -> None: ...
    def clear(self) -> None: ...
    def take_stacker(self) -> None: ...
    def put_stacker(self) -> None: ...
    def push(self, a: int, b: int) -> None: ...


class CoinStore(Protocol):
    """A hopper or tube."""

    jammed: bool

    @property
    def pieces(self) -> int: ...
    def jam(self) -> None: ...
    def unjam(self) -> None: ...


class Flap(Protocol):
    """A coin escrow's."""

    stuck: bool

    def stick(self) -> None: ...
    def free(self) -> None: ...


class Moving(Protocol):
    """A device of the machine, as far as power and time go."""

    now_s: float

    def settle(self) -> None: ...
    def next_due_s(self) -> float | None: ...
    def switch_off(self) -> None: ...
    def switch_on(self) -> None: ...


class CoinStand(ABC):
    """A machine. Thread-safe: the line and the hand may belong to two threads."""

    plenty = 300
    """Pieces that surely fit into an empty hopper, and are many."""
    speeds: Speeds
    hand: "Hand"
    acceptor: CoinMouth
    hoppers: Mapping[int, CoinStore]
    bills: BillMouth | None = None
    escrow: Flap | None = None

    def __init__(self, clock: Clock, paced_baud: int) -> None:
        self._clock = clock
        self._paced_baud = paced_baud
        self._lock = threading.RLock()
        self._line: PtyLine | None = None
        self.cable_cut = False
        """True: what the host sends reaches no device."""
        self.ledger = Ledger()

    @abstractmethod
    def receive(self, data: bytes) -> bytes:
        """What comes back when `data` arrives now."""

    @abstractmethod
    def slaves(self) -> Iterator[Moving]:
        """All devices on the line."""

    def serve_pty(self) -> str:
        """Put the machine on a pseudo terminal and answer from a thread.

        Returns a path that stays the same when the adapter is unplugged and plugged in again.
        """
        with self._lock:
            if self._line is None:
                self._line = PtyLine(self, "coin", self._clock, self._paced_baud)
            return self._line.path

    def unplug(self) -> None:
        """Pull the adapter out: the port vanishes. Idempotent."""
        if self._line is not None:
            self._line.unplug()

    def plug_in(self) -> None:
        """Put the adapter back: another port, the same path. Idempotent."""
        if self._line is not None:
            self._line.plug_in()

    def close(self) -> None:
        """Take the pseudo terminal away and end its thread. Idempotent."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def settle(self) -> None:
        """Let everything happen that is due by now."""
        with self._lock:
            now_s = self._clock.monotonic_s()
            for slave in self.slaves():
                slave.now_s = now_s
            for slave in self.slaves():
                slave.settle()

    def next_due_s(self) -> float | None:
        """Seconds until something happens by itself; None if nothing moves."""
        with self._lock:
            due = [*(slave.next_due_s() for slave in self.slaves()), self._line_due_s()]
            times = [time for time in due if time is not None]
            return max(0.0, min(times) - self._clock.monotonic_s()) if times else None

    def act(self, deed: Callable[[], None]) -> None:
        """Do something to the machine, with all that was due before and is due at once."""
        with self._lock:
            self.settle()
            deed()
            self.settle()
        if self._line is not None:
            self._line.wake()

    def truth(self) -> Truth:
        """Where each coin is now."""
        with self._lock:
            self.settle()
            return self.ledger.truth()

    def _line_due_s(self) -> float | None:
        """When the line itself has something to say; None: never by itself."""
        return None
