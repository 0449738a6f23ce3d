"""A line of bytes to one device, whatever carries it: serial port, socket, or memory.

No wire, no clock. A port knows no protocol; who uses it decides what a frame is.
"""

from typing import Protocol


class LinkLost(OSError):
    """The line itself is gone: adapter unplugged, port missing, peer closed. Reopen later."""


class BytePort(Protocol):
    """One end of a line. Used by one thread at a time."""

    def write(self, data: bytes) -> None:
        """Hand over all of `data` in one write, so that no gap opens inside a frame.

        Raises LinkLost. Success says that the bytes left this program, no more.
        """
        ...

    def read(self, within_s: float) -> bytes:
        """What has arrived, waiting at most `within_s` for the first byte; else empty.

        Raises LinkLost.
        """
        ...

    def close(self) -> None:
        """Give the line back. Idempotent, never raises."""
        ...
