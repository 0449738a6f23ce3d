"""A serial port of the operating system. The only home of pyserial."""

import os
import select
from contextlib import suppress
from dataclasses import dataclass, field

import serial

from drivers.link.port import LinkLost

_CHUNK = 4096
_WRITE_LIMIT_S = 5.0
"""A line that takes nothing for so long is as good as cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialLine:
    """How the line is driven: 8 data bits, no parity, 1 stop bit always."""

    path: str
    baud: int = 9600
    rts_cts: bool = field(default=False)
    """Hardware flow control, for devices with less memory than we send at once."""


class SerialPort:
    """A `BytePort` over a tty (a real one, a USB adapter, a pty)."""

    def __init__(self, line: SerialLine) -> None:
        """Open `line.path` for ourselves alone. Raises LinkLost."""
        try:
            self._tty = serial.Serial(
                line.path,
                baudrate=line.baud,
                rtscts=line.rts_cts,
                timeout=0,
                write_timeout=_WRITE_LIMIT_S,
                exclusive=True,
            )
            self._tty.reset_input_buffer()
        except (OSError, serial.SerialException, ValueError) as error:
            raise LinkLost(f"cannot open {line.path}: {error}") from error

    def write(self, data: bytes) -> None:
        try:
            self._tty.write(data)
        except (OSError, serial.SerialException) as error:
            raise LinkLost(f"the serial port takes no data: {error}") from error

    def read(self, within_s: float) -> bytes:
        try:
            ready, _, _ = select.select([self._tty.fileno()], [], [], within_s)
            if not ready:
                return b""
            # Past pyserial's own read, which would ask the system twice more for each piece.
            data = os.read(self._tty.fileno(), _CHUNK)
        except BlockingIOError:
            return b""
        except (OSError, serial.SerialException, ValueError, TypeError) as error:
            # pyserial lets its file descriptor become None or -1 when the port is closed.
            raise LinkLost(f"the serial port is gone: {error}") from error
        if not data:
            raise LinkLost("the serial port is gone: it is readable and has nothing")
        return data

    def close(self) -> None:
        with suppress(OSError, serial.SerialException):
            self._tty.close()
