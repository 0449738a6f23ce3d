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
    since_s = 0.0
    """When it was made, by the loop's clock."""
    _next_look: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.since_s = self.loop.time()
        most = self.config.limit_concurrency
        if most is not None and len(self.connections) >= most and self._makes_way() is self:
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

    @property
    def idle(self) -> bool:
        """Whether no request is under way: none was ever whole, or the latest is answered."""
        latest: RequestResponseCycle | None = self.cycle  # None before the first, whatever it says
        return latest is None or latest.response_complete

    def _makes_way(self) -> "PeerProtocol":
        """Close the connection that has been here longest and has nothing under way, or this one.

        Whoever fills the place with silence keeps nobody out.
        """
        others = (one for one in self.connections if isinstance(one, PeerProtocol))
        silent = (one for one in others if one.idle and one is not self)
        leaves = min(silent, key=lambda one: one.since_s, default=self)
        # Of a crowd that comes at once each must find another one to take the place of.
        self.connections.discard(leaves)
        leaves.transport.abort()
        return leaves

    def _look(self) -> None:
        """Close the connection if it has owed the head of one and the same request since before."""
        # One that is idle between two requests has uvicorn's own timer.
        owing = self.idle and self.timeout_keep_alive_task is None
        if owing and self._owing and self._looked_at is self.cycle:
            self.transport.abort()
            return
        self._owing, self._looked_at = owing, self.cycle
        self._next_look = self.loop.call_later(HEAD_S, self._look)
