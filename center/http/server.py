"""Several uvicorn servers in one event loop, ended together."""

import asyncio
import contextlib
import logging
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import uvicorn
from typing_extensions import override

from center.http.protocol import PeerProtocol

LOOPBACK = "127.0.0.1"
_KEEP_ALIVE_S = 120
_SHUTDOWN_S = 5
_HEAD_BYTES = 16 * 1024
_AT_A_TIME = 128
"""Connections accepted in one go. asyncio takes as many as its backlog says before the first is
looked at; with uvicorn's 2,048 a crowd would use up the process's files, and the log with it."""
_TAKES_MS = 30_000
"""Who takes nothing of an answer for so long is let go of by the kernel."""

log = logging.getLogger("center.http")


def bind(port: int = 0) -> socket.socket:
    """A listening socket on loopback; port 0 takes a free one.

    Made with its protocol named: asyncio sets TCP_NODELAY only on such sockets, and without it
    every answer waits some 40 ms for the peer's delayed acknowledgement.
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _TAKES_MS)
    bound.bind((LOOPBACK, port))
    bound.listen(_AT_A_TIME)
    return bound


def port_of(bound: socket.socket) -> int:
    """The port a socket listens on."""
    port: int = bound.getsockname()[1]
    return port


@dataclass(frozen=True, slots=True)
class Listener:
    """An ASGI application, the socket it listens on, and its TLS (None: plain)."""

    app: Any
    bound: socket.socket
    context: ssl.SSLContext | None = None
    connections: int | None = None
    """At most so many at once; for one more, one that has nothing under way is closed."""


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs the loop."""

    @contextlib.contextmanager
    @override
    def capture_signals(self) -> Iterator[None]:
        yield


class Servers:
    """The listeners' servers."""

    def __init__(self, listeners: Sequence[Listener]) -> None:
        self._sockets = [one.bound for one in listeners]
        self._servers = [_Server(_config(one)) for one in listeners]

    def stop(self) -> None:
        """End them all: open requests are answered first. Thread-safe, idempotent."""
        for server in self._servers:
            server.should_exit = True

    async def serve(self, ready: Callable[[], None] = lambda: None) -> None:
        """Run until `stop`. `ready` is called when all of them answer."""
        running: list[Awaitable[None]] = [
            asyncio.create_task(server.serve(sockets=[bound]))
            for server, bound in zip(self._servers, self._sockets, strict=True)
        ]
        waiting = asyncio.create_task(self._announce(ready))
        try:
            await asyncio.gather(*running)
        finally:
            waiting.cancel()
            for bound in self._sockets:
                bound.close()

    async def _announce(self, ready: Callable[[], None]) -> None:
        while not all(server.started for server in self._servers):
            await asyncio.sleep(0.005)
        ready()


class ServersThread:
    """The same in a thread of its own, for whoever has something else to do."""

    def __init__(self, listeners: Sequence[Listener]) -> None:
        self.servers = Servers(listeners)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="center", daemon=True)
        self._thread.start()
        self._ready.wait()

    def close(self) -> None:
        """End them and wait. Idempotent."""
        self.servers.stop()
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self.servers.serve(self._ready.set))
        finally:
            self._ready.set()


def _config(listener: Listener) -> uvicorn.Config:
    context = listener.context
    return uvicorn.Config(
        listener.app,
        http=PeerProtocol,
        ws="none",
        lifespan="off",
        ssl_context_factory=(lambda _config, _default: context) if context else None,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_SHUTDOWN_S,
        h11_max_incomplete_event_size=_HEAD_BYTES,
        backlog=_AT_A_TIME,
        # One more than there may be: that one is closed before uvicorn would answer it.
        limit_concurrency=listener.connections and listener.connections + 1,
    )
