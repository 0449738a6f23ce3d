"""`VirtualGpioTray`: an antivalent sheet sensor on a GPIO chip, as libgpiod shows it.

Stands where `gpiod.request_lines` would: this needs no kernel with GPIO chips. What it is asked is
held to the kernel's rules: lines are inputs, are there, and belong to one program at a time.
"""

import errno
import os
from collections.abc import Mapping, Sequence

from gpiod import LineSettings
from gpiod.edge_event import EdgeEvent
from gpiod.line import Bias, Direction, Edge, Value

_INACTIVE_BIAS = {True: Bias.PULL_UP, False: Bias.PULL_DOWN}
_RISING = EdgeEvent.Type.RISING_EDGE.value


class VirtualGpioTray:
    """Sees what `put` and `take` do. `sheets` and `empty` are the names of its chip's lines."""

    def __init__(self, sheets: str = "tray-sheets", empty: str = "tray-empty") -> None:
        self.names = (sheets, empty)
        self._lying = False
        self._held: _Held | None = None
        self.cut: set[str] = set()
        """Lines whose wire is cut."""
        self.mute = False
        """True: the sensor has no power."""
        self.shorted = False
        """True: both outputs touch the supply."""
        self.unplugged = False
        """True: the whole chip (a USB one, say) is gone."""

    def put(self) -> None:
        """A sheet falls into the tray."""
        before, self._lying = self.level(self.names[0]), True
        if self._held is not None and self.level(self.names[0]) and not before:
            self._held.edge()

    def take(self) -> None:
        """A hand empties the tray."""
        self._lying = False

    def level(self, name: str) -> bool:
        """Whether that line is active."""
        if self.shorted:
            return name not in self.cut
        return name not in self.cut and not self.mute and (name == self.names[0]) == self._lying

    def request(self, _path: str, settings: Mapping[str, LineSettings]) -> "_Held":
        """As `gpiod.request_lines`. Raises OSError, ValueError."""
        self.check_there()
        if self._held is not None:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        for name, wanted in settings.items():
            if name not in self.names:
                raise ValueError(f"cannot map {name} to offset")
            if wanted.direction is not Direction.INPUT:
                raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
            if wanted.bias is not _INACTIVE_BIAS[wanted.active_low]:
                raise ValueError("a cut wire would float to its active level")
        edges = {name for name, wanted in settings.items() if wanted.edge_detection is Edge.RISING}
        self._held = _Held(self, edges)
        return self._held

    def check_there(self) -> None:
        """Raises OSError once the chip is gone."""
        if self.unplugged:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))

    def let_go(self) -> None:
        """The program has given the lines back."""
        self._held = None


class _Held:
    """The lines while a program has them."""

    def __init__(self, tray: VirtualGpioTray, edges: set[str]) -> None:
        self._tray = tray
        self._edges = edges
        self._events: list[EdgeEvent] = []

    def edge(self) -> None:
        """The sheets' line has become active."""
        if self._tray.names[0] in self._edges:
            number = len(self._events) + 1
            self._events.append(EdgeEvent(_RISING, 0, 0, number, number))

    def get_values(self, lines: Sequence[int | str] | None = None) -> list[Value]:
        """As `LineRequest.get_values`."""
        self._tray.check_there()
        wanted = self._tray.names if lines is None else lines
        return [Value.ACTIVE if self._tray.level(str(n)) else Value.INACTIVE for n in wanted]

    def wait_edge_events(self, timeout: float | None = None) -> bool:  # noqa: ARG002 - the library's name
        """As `LineRequest.wait_edge_events`, without waiting."""
        self._tray.check_there()
        return bool(self._events)

    def read_edge_events(self, max_events: int | None = None) -> list[EdgeEvent]:
        """As `LineRequest.read_edge_events`."""
        read = self._events[:max_events]
        del self._events[:max_events]
        return read

    def release(self) -> None:
        """As `LineRequest.release`."""
        self._tray.let_go()
