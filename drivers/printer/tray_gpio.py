"""A sheet sensor on two lines of a GPIO chip: an antivalent light barrier in the output tray.

One line alone cannot do: a cut wire, a sensor without power and an empty tray look the same on
it. An antivalent sensor has two outputs, one active while sheets lie there and one while none do;
each line is pulled to its inactive level, so that whatever is cut or dark leaves both inactive,
which is no answer and never an empty tray.

A sheet that lay there between two looks is not missed: the kernel keeps the edge.

Source: Linux GPIO character device, uAPI v2 (GPIO_V2_GET_LINE, bias, debounce, edge detection),
through libgpiod's own Python package. The only home of gpiod, beside its virtual twin.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final, Protocol

from gpiod import LineSettings, request_lines
from gpiod.edge_event import EdgeEvent
from gpiod.line import Bias, Direction, Edge, Value

from drivers.clock import Clock
from drivers.errors import PeerError, SilenceError
from drivers.printer.contract import PrinterConfig, Tray

CONSUMER: Final = "kiosk-tray"
"""What `gpioinfo` says of who has the lines."""
_DEBOUNCE: Final = timedelta(milliseconds=5)
_CHANGE_S: Final = 0.2
"""The two outputs may change one after the other; longer than this they do not disagree."""
_LOOK_S: Final = 0.01
_NAME: Final = "printer.tray_sensor"


class Lines(Protocol):
    """What is used of `gpiod.LineRequest`. Each raises OSError when the chip is gone."""

    def get_values(self, lines: Sequence[int | str] | None = None) -> list[Value]:
        """The lines' levels now, in that order."""
        ...

    def wait_edge_events(self, timeout: float | None = None) -> bool:
        """Whether an edge is waiting to be read."""
        ...

    def read_edge_events(self, max_events: int | None = None) -> list[EdgeEvent]:
        """The edges since the last reading."""
        ...

    def release(self) -> None:
        """Give the lines back."""
        ...


RequestLines = Callable[[str, dict[str, LineSettings]], Lines]
"""The chip's path, and each line's settings. Raises OSError, ValueError."""


class GpioTraySensor:
    """A `TraySensor`. Belongs to one thread; asks for its lines again by itself."""

    def __init__(
        self, config: PrinterConfig, clock: Clock, request: RequestLines | None = None
    ) -> None:
        """`request` replaces the kernel's chip at `config.tray_port`. Opens nothing yet."""
        self._port = config.tray_port
        self._names = config.tray_lines
        self._active_low = config.tray_active_low
        self._clock = clock
        self._request = request or _request
        self._lines: Lines | None = None
        self._lain = False

    def look(self) -> Tray:
        """See `TraySensor.look`."""
        try:
            sheets = self._sees_sheets()
        except (OSError, ValueError) as error:
            self.close()
            what = f"The lines {' and '.join(self._names)} of {self._port} cannot be read: {error}"
            raise SilenceError(_NAME, what) from error
        lain, self._lain = self._lain, False
        return Tray.SHEETS if sheets or lain else Tray.EMPTY

    def close(self) -> None:
        """See `TraySensor.close`."""
        lines, self._lines = self._lines, None
        if lines is not None:
            lines.release()

    def _sees_sheets(self) -> bool:
        """What both outputs say. Raises PeerError where they say the same."""
        lines = self._requested()
        while lines.wait_edge_events(0.0):
            lines.read_edge_events()
            self._lain = True
        until_s = self._clock.monotonic_s() + _CHANGE_S
        while True:
            sheets, empty = (value is Value.ACTIVE for value in lines.get_values(self._names))
            if sheets != empty:
                return sheets
            if self._clock.monotonic_s() >= until_s:
                both = "active (a short circuit)" if sheets else "inactive (a wire, or no power)"
                raise PeerError(_NAME, f"Both outputs of the tray's sensor are {both}.")
            self._clock.sleep(_LOOK_S)

    def _requested(self) -> Lines:
        if self._lines is None:
            sheets, empty = self._names
            self._lines = self._request(
                self._port, {sheets: self._settings(Edge.RISING), empty: self._settings(Edge.NONE)}
            )
        return self._lines

    def _settings(self, edge: Edge) -> LineSettings:
        """An input that falls to its inactive level where nothing drives it."""
        return LineSettings(
            direction=Direction.INPUT,
            edge_detection=edge,
            bias=Bias.PULL_UP if self._active_low else Bias.PULL_DOWN,
            active_low=self._active_low,
            debounce_period=_DEBOUNCE,
        )


def _request(path: str, settings: dict[str, LineSettings]) -> Lines:
    return request_lines(path, config=dict(settings.items()), consumer=CONSUMER)
