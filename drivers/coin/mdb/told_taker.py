"""What both takers of an MDB line are: told of events once, and told what to let in. No wire.

What it heard waits until it is taken, so that a failure later in the same call loses nothing.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

from drivers.coin.contract import CoinEvent, CreditCursor
from drivers.coin.mdb.ear import Ear
from drivers.coin.mdb.protocol import Activity
from drivers.errors import DeviceError, MisuseError


class Peripheral(Protocol):
    """What a taker needs of its device."""

    @property
    def values(self) -> Mapping[int, int]: ...
    def poll(self, tries: int) -> bytes: ...
    def let_in(self, values: frozenset[int]) -> None: ...


class ToldTaker:
    """The part of a taker that is the same for coins and bills."""

    not_ready = "coin.acceptor_fault"
    """The reason where it is asked to take before `resume`."""

    def __init__(self, device: Peripheral, decode: Callable[[bytes], tuple[Activity, ...]]) -> None:
        self._device = device
        self._ear = Ear(device.poll, decode)
        self._wanted: frozenset[int] = frozenset()
        self._unset = True
        """It is not known to let in what is wanted."""
        self._waiting: list[CoinEvent] = []
        self._resuming: CreditCursor | None = None
        """Where a `resume` that failed had begun."""
        self.swapped = False
        """Another device answers than the one whose credits we follow; `resume` accepts it."""

    @property
    def is_set_up(self) -> bool:
        """True after the first `resume`."""
        raise NotImplementedError

    @property
    def accepting(self) -> frozenset[int]:
        """Face values that are let in now, as far as the device has confirmed it."""
        return frozenset() if self._unset else self._wanted

    @property
    def values(self) -> frozenset[int]:
        """Face values it can recognise."""
        return frozenset(self._device.values.values())

    def accept(self, values: frozenset[int]) -> None:
        """Let in exactly `values`; on failure nothing, as soon as the line allows it."""
        if not self.is_set_up:
            raise MisuseError(self.not_ready, "accept was called before resume")
        self._wanted = values & self.values
        try:
            self._apply()
        except DeviceError:
            self._wanted = frozenset()
            raise

    def was_silent(self) -> None:
        """The line was away: count what it holds before all is well again."""
        self._ear.missed = True

    def take_waiting(self) -> tuple[CoinEvent, ...]:
        """What was heard and not given out yet, oldest first; once."""
        waiting, self._waiting = self._waiting, []
        return tuple(waiting)

    def _apply(self) -> None:
        self._unset = True
        self._device.let_in(self._wanted)
        self._unset = False
