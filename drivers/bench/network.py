"""The cable between two programs: a TCP relay on loopback that can be cut or slowed.

What passes is not looked at (TLS stays end to end), so the production client runs unchanged.
"""

import selectors
import socket
import threading
from contextlib import suppress
from typing import Self

from drivers.clock import Clock, SystemClock

_CHUNK = 65536


class Cable:
    """Relays `127.0.0.1:<port>` to `target`. Thread-safe; one thread a connection."""

    def __init__(self, target: tuple[str, int], clock: Clock | None = None) -> None:
        self._target = target
        self._clock = clock or SystemClock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._cut = False
        self._closed = False
        self.delay_s = 0.0
        """Added before every chunk, in both directions."""
        threading.Thread(target=self._accept, name="cable", daemon=True).start()

    @property
    def port(self) -> int:
        """The port to connect to."""
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def is_cut(self) -> bool:
        """True while every connection is refused at once."""
        return self._cut

    def cut(self) -> None:
        """Break every connection and refuse new ones. Idempotent."""
        self._cut = True
        self._drop_all()

    def mend(self) -> None:
        """Let connections through again. Idempotent."""
        self._cut = False

    def point_at(self, target: tuple[str, int]) -> None:
        """Lead new connections to another target; open ones are broken."""
        self._target = target
        self._drop_all()

    def close(self) -> None:
        """Stop for good. Idempotent."""
        self._closed = True
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._drop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _accept(self) -> None:
        while not self._closed:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=(near,), daemon=True).start()

    def _relay(self, near: socket.socket) -> None:
        if self._cut:
            near.close()
            return
        try:
            far = socket.create_connection(self._target, timeout=5)
        except OSError:
            near.close()
            return
        self._keep(near, far)
        try:
            self._pump(near, far)
        finally:
            self._let_go(near, far)

    def _pump(self, near: socket.socket, far: socket.socket) -> None:
        other = {near: far, far: near}
        with selectors.DefaultSelector() as selector, suppress(OSError, ValueError):
            for end in other:
                end.settimeout(None)
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(end, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    source = key.fileobj
                    assert isinstance(source, socket.socket)  # noqa: S101 - for the type checker
                    data = source.recv(_CHUNK)
                    if not data or self._cut:
                        return
                    if self.delay_s:
                        self._clock.sleep(self.delay_s)
                    other[source].sendall(data)

    def _keep(self, *ends: socket.socket) -> None:
        with self._lock:
            self._open.update(ends)

    def _let_go(self, *ends: socket.socket) -> None:
        with self._lock:
            self._open.difference_update(ends)
        for end in ends:
            with suppress(OSError):
                end.close()

    def _drop_all(self) -> None:
        with self._lock:
            ends = tuple(self._open)
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
