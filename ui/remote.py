"""The glass from elsewhere: frames go out on a Unix socket, touches come in.

For the demonstration's dock page and for an autopilot. A touch becomes a real SDL finger event,
so that the way of a finger runs unchanged. A production terminal's configuration refuses it.

Wire, both ways: a 32-bit big-endian length, then that many bytes. A frame is two such blocks,
a JSON header and the picture. A message to the glass is one block of JSON:
`{"format": "png"}`, `{"format": "rgb"}` or `{"format": "none"}` (the default is png; none sends
an empty picture, but one for each flip, for who only wants to know when and what),
`{"touch": [x, y]}`, `{"down": [x, y]}`, `{"up": [x, y]}`, `{"key": "5"}`. Coordinates are pixels.
"""

import contextlib
import io
import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

_LENGTH = struct.Struct(">I")
_LONGEST_MESSAGE = 4096
FORMATS = ("png", "rgb", "none")
_WORDS_KEPT = 64


class Finger(Protocol):
    """Where touches go: `ui.window.Window`."""

    size: tuple[int, int]

    def post_finger(self, down_or_up: str, x: float, y: float) -> None:
        """A finger event."""

    def post_key(self, name: str) -> None:
        """A key event; raises KeyError for an unknown name."""

    def wake(self) -> None:
        """End a wait."""


class MessageError(Exception):
    """The other end sent something that is no message of this wire."""


@dataclass(slots=True)
class Frame:
    """One flipped picture. Encoded when somebody asks for it, once for each format."""

    header: Mapping[str, object]
    size: tuple[int, int]
    rgb: bytes = field(repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _png: bytes = field(default=b"", repr=False)

    def encoded(self, form: str) -> bytes:
        """Header and picture, ready for the wire."""
        body = {"rgb": lambda: self.rgb, "none": bytes}.get(form, self._as_png)()
        head = json.dumps({**self.header, "format": form}, ensure_ascii=False).encode()
        return _LENGTH.pack(len(head)) + head + _LENGTH.pack(len(body)) + body

    def _as_png(self) -> bytes:
        with self._lock:
            if not self._png:
                from PIL import Image

                kept = io.BytesIO()
                Image.frombytes("RGB", self.size, self.rgb).save(kept, "PNG", compress_level=1)
                self._png = kept.getvalue()
            return self._png


class RemoteGlass:
    """Listens on a Unix socket until closed. `offer` is called by the main thread only."""

    def __init__(self, path: str, finger: Finger) -> None:
        self._path = Path(path)
        self._finger = finger
        self._frame: Frame | None = None
        self._words: deque[tuple[int, Frame]] = deque(maxlen=_WORDS_KEPT)
        """What was shown of late, without pixels: for who wants to miss nothing."""
        self._serial = 0
        self._news = threading.Condition()
        self._clients: set[_Client] = set()
        self._closed = False
        self.hungry = False
        """Somebody came who has not seen the present picture."""
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(path)
        self._path.chmod(0o600)
        self._listener.listen(4)
        threading.Thread(target=self._accept, name="remote-glass", daemon=True).start()

    @property
    def watched(self) -> bool:
        """Whether anybody wants to know."""
        return bool(self._clients)

    @property
    def pictured(self) -> bool:
        """Whether anybody wants pictures; if not, no pixels need be copied."""
        return any(client.form != "none" for client in tuple(self._clients))

    def offer(self, header: Mapping[str, object], rgb: bytes) -> None:
        """This is on the glass now. Who is slow gets the newest picture only, but every header."""
        with self._news:
            self._serial += 1
            self._frame = Frame(header, self._finger.size, rgb)
            self._words.append((self._serial, Frame(header, self._finger.size, b"")))
            self.hungry = self.pictured and not rgb
            self._news.notify_all()

    def close(self) -> None:
        """Stop listening, drop everybody and the last picture. Idempotent."""
        with self._news:
            self._closed = True
            self._frame = None
            self._words.clear()
            self._news.notify_all()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for client in tuple(self._clients):
            client.drop()
        self._path.unlink(missing_ok=True)

    def before_now(self) -> int:
        """The number before the present picture's: who comes now begins with that picture."""
        with self._news:
            return max(0, self._serial - 1)

    def newer(self, seen: int, form: str) -> tuple[int, Frame] | None:
        """Wait for what is newer than `seen`; None once closed.

        The newest picture, or for the form `none` the next header.
        """
        with self._news:
            self._news.wait_for(
                lambda: self._closed or (self._serial > seen and self._frame is not None)
            )
            if self._closed or self._frame is None:
                return None
            if form == "none":
                return next(word for word in self._words if word[0] > seen)
            return self._serial, self._frame

    def leave(self, client: "_Client") -> None:
        """The client has gone."""
        self._clients.discard(client)

    def obey(self, message: Mapping[str, object]) -> None:
        """Turn a message into events. Raises MessageError."""
        try:
            for word, value in message.items():
                self._obey(word, value)
        except (KeyError, TypeError, ValueError) as error:
            raise MessageError("the message is not one of this wire") from error

    def _obey(self, word: str, value: object) -> None:
        if word == "key":
            self._finger.post_key(str(value))
            return
        x, y = (float(part) for part in value)  # type: ignore[attr-defined]
        for kind in {"touch": ("down", "up"), "down": ("down",), "up": ("up",)}[word]:
            self._finger.post_finger(kind, x, y)

    def _accept(self) -> None:
        while True:
            try:
                wire, _ = self._listener.accept()
            except OSError:
                return
            client = _Client(self, wire)
            self._clients.add(client)
            self.hungry = True
            client.start()
            self._finger.wake()


class _Client:
    """One connection: a thread that reads messages, one that writes pictures."""

    def __init__(self, glass: RemoteGlass, wire: socket.socket) -> None:
        self._glass = glass
        self._wire = wire
        self.form = "png"
        """As the other end asked; until it has asked, it may want pictures."""
        self._form_known = threading.Event()

    def start(self) -> None:
        for work in (self._read, self._write):
            threading.Thread(target=work, name="remote-client", daemon=True).start()

    def drop(self) -> None:
        """End the connection. Idempotent."""
        self._form_known.set()
        with contextlib.suppress(OSError):
            self._wire.shutdown(socket.SHUT_RDWR)
        self._glass.leave(self)

    def _read(self) -> None:
        try:
            while True:
                self._hear(receive_message(self._wire))
        except (OSError, EOFError, MessageError):
            self.drop()

    def _hear(self, message: dict[str, object]) -> None:
        form = message.pop("format", None)
        if form is not None:
            if form not in FORMATS:
                raise MessageError("the format is none of png, rgb, none")
            self.form = str(form)
        self._form_known.set()
        self._glass.obey(message)

    def _write(self) -> None:
        """Sends what is newer than the last sent, as long as there is a glass."""
        seen = self._glass.before_now()
        self._form_known.wait()
        try:
            while (news := self._glass.newer(seen, self.form)) is not None:
                seen, frame = news
                # One without pixels was flipped before this client came; its own is on the way.
                if frame.rgb or self.form == "none":
                    self._wire.sendall(frame.encoded(self.form))
        except OSError:
            pass
        finally:
            self.drop()
            self._wire.close()


def receive_block(wire: socket.socket) -> bytes:
    """One length-prefixed block. Raises EOFError when the other end has gone."""
    (length,) = _LENGTH.unpack(_exactly(wire, _LENGTH.size))
    return _exactly(wire, length)


def receive_message(wire: socket.socket) -> dict[str, object]:
    """One message to the glass. Raises EOFError, MessageError."""
    (length,) = _LENGTH.unpack(_exactly(wire, _LENGTH.size))
    if length > _LONGEST_MESSAGE:
        raise MessageError("the message is too long")
    try:
        message = json.loads(_exactly(wire, length))
    except ValueError as error:
        raise MessageError("the message is not JSON") from error
    if not isinstance(message, dict):
        raise MessageError("the message is not an object")
    return message


def _exactly(wire: socket.socket, length: int) -> bytes:
    kept = bytearray()
    while len(kept) < length:
        part = wire.recv(min(length - len(kept), 1 << 20))
        if not part:
            raise EOFError
        kept += part
    return bytes(kept)


class RemoteViewer:
    """The other end: sees frames, touches. Blocking; one thread."""

    def __init__(self, path: str, form: str = "png", timeout_s: float = 10.0) -> None:
        self._wire = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._wire.settimeout(timeout_s)
        self._wire.connect(path)
        self.send({"format": form})

    def send(self, message: Mapping[str, object]) -> None:
        """Send one message, e.g. `{"touch": [640, 512]}`."""
        data = json.dumps(message).encode()
        self._wire.sendall(_LENGTH.pack(len(data)) + data)

    def frame(self) -> tuple[dict[str, object], bytes]:
        """The next frame: header and picture. Raises TimeoutError, EOFError."""
        header = json.loads(receive_block(self._wire))
        return header, receive_block(self._wire)

    @property
    def peer_pid(self) -> int:
        """The process whose glass this is."""
        credentials = self._wire.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        pid: int = struct.unpack("3i", credentials)[0]
        return pid

    def close(self) -> None:
        """Hang up."""
        self._wire.close()
