"""uvicorn's h11 protocol, telling the application who is at the other end of the TLS connection.

No ASGI server hands the peer's certificate on (there is only a draft extension), so it goes into
the connection's state; nothing a client sends can put it there. uvicorn waits for a request's head
for ever; here whoever begins one and does not end it is shown out.
"""

import asyncio

from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

PEER = "peer"
"""`request.state.peer`: DER of the client's certificate."""
HEAD_S = 15.0
"""How often a connection is looked at: one that owes a head at two looks in a row is closed."""


class PeerProtocol(H11Protocol):
    """One connection. A client without a certificate does not get this far: TLS refuses it."""

    _looked_at: RequestResponseCycle | None = None
    """The latest request at the last look."""
    _owing = False
    _next_look: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        most = self.config.limit_concurrency
        if most is not None and len(self.connections) >= most:
            transport.abort()
            return
        ssl_object = transport.get_extra_info("ssl_object")
        peer = ssl_object.getpeercert(binary_form=True) if ssl_object else b""
        self.app_state = {**self.app_state, PEER: peer or b""}
        self._next_look = self.loop.call_later(HEAD_S, self._look)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._next_look is not None:
            self._next_look.cancel()

    def _look(self) -> None:
        """Close the connection if it has owed the head of one and the same request since before."""
        latest: RequestResponseCycle | None = self.cycle  # None before the first, whatever it says
        done = latest is None or latest.response_complete
        # One that is idle between two requests has uvicorn's own timer.
        owing = done and self.timeout_keep_alive_task is None
        if owing and self._owing and self._looked_at is latest:
            self.transport.abort()
            return
        self._owing, self._looked_at = owing, latest
        self._next_look = self.loop.call_later(HEAD_S, self._look)
