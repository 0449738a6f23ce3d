"""uvicorn's h11 protocol, telling the application who is at the other end of the TLS connection.

No ASGI server hands the peer's certificate on (there is only a draft extension), so it goes into
the connection's state; nothing a client sends can put it there.
"""

import asyncio

from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

PEER = "peer"
"""`request.state.peer`: DER of the client's certificate."""


class PeerProtocol(H11Protocol):
    """One connection. A client without a certificate does not get this far: TLS refuses it."""

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        ssl_object = transport.get_extra_info("ssl_object")
        peer = ssl_object.getpeercert(binary_form=True) if ssl_object else b""
        self.app_state = {**self.app_state, PEER: peer or b""}
