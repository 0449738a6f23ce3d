"""The dock page: the live screen and a hand for every virtual device, on loopback.

Plain HTTP and server-sent events from the standard library: one page, one reader.
"""

import json
import queue
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from typing import Any, Protocol
from urllib.parse import urlsplit

_BODY_LIMIT = 4096
_NO_CONTENT = 204
_LOCAL_HOSTS = ("127.0.0.1", "localhost")
_FILES = {
    "/": ("dock.html", "text/html; charset=utf-8"),
    "/dock.css": ("dock.css", "text/css; charset=utf-8"),
    "/dock.js": ("dock.js", "text/javascript; charset=utf-8"),
}


class Stage(Protocol):
    """What the dock shows and works; `kiosk.demo.stage.DemoStage` is the one that ships."""

    def state(self) -> Mapping[str, Any]:
        """Everything the page shows, as JSON values."""
        ...

    def do(self, name: str, arguments: Mapping[str, Any]) -> None:
        """Work a device.

        Raises KeyError for a hand there is none of, ValueError or TypeError for what it is given,
        RuntimeError when a part of the demo did not come back.
        """
        ...

    def picture(self, kind: str, name: str) -> bytes | None:
        """PNG of the frame, a sheet or a slip."""
        ...

    def history(self) -> Mapping[str, Any]:
        """Event name -> what a page that has just been opened must hear of it."""
        ...

    def subscribe(self, listener: Callable[[str, Any], None]) -> Callable[[], None]:
        """Call `listener(event, data)` at every change; returns the way to end it."""
        ...


class DockServer:
    """Serves the page on `127.0.0.1:<port>` from its own threads until `close`."""

    def __init__(self, stage: Stage, port: int = 0) -> None:
        """Raises OSError when `port` cannot be had."""
        self._stopped = threading.Event()
        handler = type("Handler", (_Handler,), {"stage": stage, "stopped": self._stopped})
        self._server = _Server(("127.0.0.1", port), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """The page's address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def close(self) -> None:
        """End every connection. Idempotent."""
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: Any
    ) -> None:
        """A page that was closed in the middle of an answer is nothing to speak of."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    stage: Stage
    stopped: threading.Event
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if not self._from_here():
            self._refuse(403, "loopback only")
        elif path in _FILES:
            name, kind = _FILES[path]
            self._answer(200, kind, resources.files("kiosk.demo").joinpath(name).read_bytes())
        elif path == "/events":
            self._events()
        elif path == "/state":
            self._answer(200, "application/json", json.dumps(self.stage.state()).encode())
        else:
            self._picture(path)

    def do_POST(self) -> None:
        name = self.path.removeprefix("/do/")
        if not self._from_here() or name == self.path:
            self._refuse(404, "no such thing")
            return
        arguments = self._arguments()
        if arguments is None:
            self._refuse(400, "the hand's arguments are one small JSON object")
            return
        try:
            self.stage.do(name, arguments)
        except KeyError as unknown:
            self._refuse(404, f"there is no {unknown}")
        except (ValueError, TypeError) as problem:
            self._refuse(400, str(problem))
        except (RuntimeError, OSError) as problem:
            self._refuse(503, str(problem))
        else:
            self._answer(204, "text/plain", b"")

    def _arguments(self) -> Mapping[str, Any] | None:
        """What was sent, or None if it is too long, no JSON or no object."""
        length = self.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > _BODY_LIMIT:
            self.close_connection = True
            return None
        try:
            given = json.loads(self.rfile.read(int(length)) or b"{}")
        except ValueError:
            return None
        return given if isinstance(given, dict) else None

    def _refuse(self, status: int, why: str) -> None:
        self._answer(status, "text/plain; charset=utf-8", why.encode())

    def _from_here(self) -> bool:
        """Refuse names that are not this machine's (DNS rebinding), and every other page."""
        host = self.headers.get("host", "")
        origin = self.headers.get("origin")
        return host.rsplit(":", 1)[0] in _LOCAL_HOSTS and origin in (None, f"http://{host}")

    def _picture(self, path: str) -> None:
        kind, _, name = path.strip("/").removesuffix(".png").partition("/")
        large = "large" in (urlsplit(self.path).query or "")
        picture = self.stage.picture(kind, f"{name}@large" if large else name)
        if picture is None:
            self._refuse(404, "no such picture")
        else:
            self._answer(200, "image/png", picture)

    def _events(self) -> None:
        inbox: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        end = self.stage.subscribe(lambda event, data: inbox.put((event, data)))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("cache-control", "no-store")
        self.send_header("connection", "close")
        self.end_headers()
        try:
            self._send("state", self.stage.state())
            for event, lines in self.stage.history().items():
                self._send(event, lines)
            while not self.stopped.is_set():
                self._forward(inbox)
        except OSError:
            pass  # the page was closed
        finally:
            end()
            self.close_connection = True

    def _forward(self, inbox: "queue.SimpleQueue[tuple[str, Any]]") -> None:
        try:
            self._send(*inbox.get(timeout=1.0))
        except queue.Empty:
            self._send("state", self.stage.state())

    def _send(self, event: str, data: object) -> None:
        self.wfile.write(f"event: {event}\ndata: {json.dumps(data)}\n\n".encode())
        self.wfile.flush()

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        if status != _NO_CONTENT:
            self.send_header("content-length", str(len(body)))
        self.send_header("cache-control", "no-store")
        self.end_headers()
        if status != _NO_CONTENT:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Keep the console for what matters."""
