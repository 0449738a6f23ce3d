"""A sheet sensor on a serial line: a light barrier in the output tray with a small board.

Printers of the office kind do not see their output tray. Any board that answers one byte does:
asked `?`, it says `S` (sheets lie there), `E` (empty), or `L` (empty now, but sheets lay there
since it was last asked), at 9600 bit/s, 8N1, within 0.2 s. It is asked rather than listened to,
so that a cut wire is silence and never an empty tray; two wires that touch give the question
back, which is no answer.
"""

from collections.abc import Callable
from typing import Final

from drivers.clock import Clock
from drivers.errors import PeerError, SilenceError
from drivers.link.port import BytePort, LinkLost
from drivers.printer.contract import Tray

ASK: Final = b"?"
ANSWERS: Final = {b"S": Tray.SHEETS, b"L": Tray.SHEETS, b"E": Tray.EMPTY}
_ANSWER_S: Final = 0.2
_NAME: Final = "printer.tray_sensor"

OpenPort = Callable[[], BytePort]


class SerialTraySensor:
    """A `TraySensor`. Belongs to one thread; finds its line again by itself."""

    def __init__(self, path: str, clock: Clock, open_port: OpenPort | None = None) -> None:
        """`open_port` replaces the serial port at `path`. Opens nothing yet."""
        self._clock = clock
        self._open_port = open_port or (lambda: _open(path))
        self._port: BytePort | None = None

    def look(self) -> Tray:
        """See `TraySensor.look`."""
        try:
            answer = self._asked()
        except LinkLost as lost:
            self.close()
            raise SilenceError(_NAME, str(lost)) from lost
        if answer not in ANSWERS:
            raise PeerError(_NAME, f"The sensor's board answers {len(answer)} unknown bytes.")
        return ANSWERS[answer]

    def close(self) -> None:
        """See `TraySensor.close`."""
        if self._port is not None:
            self._port.close()
            self._port = None

    def _asked(self) -> bytes:
        """One question, one answer; what came too late for an earlier question is not it."""
        if self._port is None:
            self._port = self._open_port()
        while self._port.read(0.0):
            pass
        self._port.write(ASK)
        until_s = self._clock.monotonic_s() + _ANSWER_S
        while (left_s := until_s - self._clock.monotonic_s()) > 0:
            if answer := self._port.read(left_s):
                return answer
        raise SilenceError(_NAME, "The sensor's board does not answer.")


def _open(path: str) -> BytePort:
    from drivers.link.serial_port import SerialLine, SerialPort

    return SerialPort(SerialLine(path=path))
