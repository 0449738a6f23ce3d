"""The virtual printer's network side: HTTP/1.1 as CUPS speaks it, and its failures.

Source: RFC 8010 4 (IPP over HTTP), RFC 9112 7.1 (chunked), RFC 9110 10.1.1 (Expect).
"""

import socket
import socketserver
import sys
import threading
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any, Final, Protocol

from drivers.errors import PeerError
from drivers.printer.ipp_codec import Message, decode_message, encode_message

_DOCUMENT_BYTES: Final = 256 * 1024 * 1024
_PIECE: Final = 65536


class Answerer(Protocol):
    """What stands behind the wire."""

    def answer(self, asked: Message) -> Message:
        """The response to a request that came in whole."""
        ...

    def broken_off(self, asked: Message) -> None:
        """A request whose attributes came, but whose document broke off."""
        ...


class _Gate:
    """Where requests can be held up."""

    def __init__(self) -> None:
        self.speaks = threading.Event()
        self.speaks.set()
        self.reads = threading.Event()
        self.reads.set()
        self.choke_at: int | None = None
        self.choking = threading.Event()


class IppListener:
    """Listens on 127.0.0.1; can vanish or fall silent, and come back on the same port."""

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._server: _Server | None = None
        self._gate = _Gate()
        # Bound but never listening: it keeps the port ours while the printer is "off".
        self._claim = socket.socket()
        self._claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._claim.bind(("127.0.0.1", 0))
        self.port: int = self._claim.getsockname()[1]

    def listen(self) -> None:
        """Answer requests. Idempotent."""
        if self._server is None:
            self._server = _Server(("127.0.0.1", self.port), self._handler())
            threading.Thread(
                target=self._server.serve_forever, args=(0.05,), name="virtual-ipp", daemon=True
            ).start()

    def vanish(self) -> None:
        """Refuse connections from now on and break the open ones. Idempotent."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()
        self._break_connections()

    def hang(self, *, silent: bool) -> None:
        """`silent`: take requests but do not answer; else answer again, also the old ones."""
        (self._gate.speaks.clear if silent else self._gate.speaks.set)()

    def choke(self, after_bytes: int | None) -> None:
        """Stop reading a request after so many bytes; None reads on."""
        self._gate.choke_at = after_bytes
        self._gate.choking.clear()
        (self._gate.reads.set if after_bytes is None else self._gate.reads.clear)()

    def await_choking(self, limit_s: float) -> bool:
        """Block until a request is held up by `choke`."""
        return self._gate.choking.wait(limit_s)

    def close(self) -> None:
        """Stop for good. Idempotent."""
        self.hang(silent=False)
        self.choke(None)
        self.vanish()
        self._claim.close()

    def _break_connections(self) -> None:
        with self._lock:
            connections, self._open = self._open, set()
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        listener = self

        class Handler(_IppHandler):
            answerer = listener._answerer
            gate = listener._gate

            def setup(self) -> None:
                super().setup()
                listener.register(self.connection)

        return Handler

    def register(self, connection: socket.socket) -> None:
        """Remember an open connection, to break it when the printer vanishes."""
        with self._lock:
            self._open = {known for known in self._open if known.fileno() >= 0}
            self._open.add(connection)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is daily life for a printer; anything else is a defect."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _BrokenOff(Exception):
    """The request's body ended too early."""

    def __init__(self, received: bytes) -> None:
        self.received = received
        super().__init__("body broken off")


class _IppHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    answerer: Answerer
    gate: "_Gate"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        try:
            body = self._body()
        except _BrokenOff as broken:
            self.close_connection = True
            with suppress(PeerError):
                self.answerer.broken_off(decode_message(broken.received))
            return
        self.gate.speaks.wait()
        try:
            answer = self.answerer.answer(decode_message(body))
        except PeerError:
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        self._reply(encode_message(answer))

    def _reply(self, octets: bytes) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "application/ipp")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return self._chunks()
        received = bytearray()
        self._collect(received, int(self.headers.get("Content-Length", "0")))
        return bytes(received)

    def _chunks(self) -> bytes:
        received = bytearray()
        while True:
            line = self.rfile.readline(100)
            try:
                length = int(line.split(b";")[0], 16)
            except ValueError as error:
                raise _BrokenOff(bytes(received)) from error
            self._collect(received, length)
            self.rfile.readline(100)
            if length == 0:
                return bytes(received)

    def _collect(self, received: bytearray, length: int) -> None:
        while length > 0:
            if self.gate.choke_at is not None and len(received) >= self.gate.choke_at:
                self.gate.choking.set()
                self.gate.reads.wait()
            piece = self.rfile.read(min(length, _PIECE))
            if not piece or len(received) > _DOCUMENT_BYTES:
                raise _BrokenOff(bytes(received))
            received += piece
            length -= len(piece)

    def log_message(self, *_: Any) -> None:
        """Say nothing: a printer has no console."""
