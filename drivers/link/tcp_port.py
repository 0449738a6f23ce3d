"""A device behind a TCP port (network receipt printers, serial device servers)."""

import select
import socket
from contextlib import suppress

from drivers.link.port import LinkLost

_CHUNK = 4096
_LIMIT_S = 5.0


class TcpPort:
    """A `BytePort` over one TCP connection."""

    def __init__(self, host: str, port: int) -> None:
        """Connect. Raises LinkLost."""
        try:
            self._socket = socket.create_connection((host, port), timeout=_LIMIT_S)
        except OSError as error:
            raise LinkLost(f"cannot reach {host}:{port}: {error}") from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def write(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise LinkLost(f"the connection takes no data: {error}") from error

    def read(self, within_s: float) -> bytes:
        try:
            ready, _, _ = select.select([self._socket], [], [], within_s)
            if not ready:
                return b""
            data = self._socket.recv(_CHUNK)
        except (OSError, ValueError) as error:
            raise LinkLost(f"the connection is gone: {error}") from error
        if not data:
            raise LinkLost("the device closed the connection")
        return data

    def close(self) -> None:
        with suppress(OSError):
            self._socket.close()
