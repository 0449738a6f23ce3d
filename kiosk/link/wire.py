"""How the values of `kiosk.link.values` cross the socket between visit and supervisor.

A frame is a length (4 bytes, big-endian) and canonical JSON: `{"name": ..., "value": {...}}`,
sorted keys, no spaces, integers, strings, booleans and lists; bytes as base64url.
What does not decode to exactly one known value raises: the two ends trust one another as
little as two machines would.
"""

import base64
import binascii
import json
import select
import socket
import struct
import threading
import types
import typing
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import fields
from typing import Any, Generic, TypeVar

from kiosk.link import values

FRAME_MAX = 65536
"""Bytes of one body; the largest real value is a report of about 500."""
_LENGTH = struct.Struct(">I")
_SEND_PATIENCE_MS = 250
"""The peer's buffer holds hundreds of frames; one that stays full means the peer is dead."""

In = TypeVar("In")
Out = TypeVar("Out")


class LinkError(Exception):
    """The other end is gone, or says what cannot be said on this link."""


def encode(value: object) -> bytes:
    """Canonical bytes of one value. Raises `LinkError` if it is too large."""
    body = {f.name: _plain(getattr(value, f.name)) for f in fields(value)}  # type: ignore[arg-type]
    message = {"name": type(value).__name__, "value": body}
    data = json.dumps(message, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    if len(data) > FRAME_MAX:
        raise LinkError(f"{type(value).__name__} is larger than {FRAME_MAX} bytes")
    return data


def decode(data: bytes, known: Iterable[type[In]]) -> In:
    """The value of `data`, one of the types `known`. Raises `LinkError` for anything else:
    unknown name, missing, unknown or repeated field, wrong type, not canonical."""
    try:
        message = json.loads(data, object_pairs_hook=_no_duplicates)
        kind = {t.__name__: t for t in known}[message["name"]]
        value = _build(kind, message["value"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        # Only the error's kind is told on: its text could quote the data.
        raise LinkError(f"not a value of this link ({type(error).__name__})") from None
    if encode(value) != data:
        raise LinkError(f"{kind.__name__} is not canonical")
    return value


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return base64.urlsafe_b64encode(value).decode()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("repeated field")
    return found


def _build(kind: type[In], body: dict[str, object]) -> In:
    hints = typing.get_type_hints(kind)
    if set(body) != set(hints):
        raise ValueError("fields differ")
    return kind(**{name: _typed(hints[name], body[name]) for name in hints})


def _typed(hint: Any, value: object) -> object:
    origin = typing.get_origin(hint)
    if origin is tuple:
        return _typed_tuple(typing.get_args(hint), value)
    if origin in {types.UnionType, typing.Union}:
        hint = type(value) if type(value) in typing.get_args(hint) else None
    if hint is bytes and type(value) is str:
        return _bytes(value)
    if type(value) is not hint:
        raise TypeError("wrong type")
    return value


def _typed_tuple(args: tuple[Any, ...], value: object) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise TypeError("wrong type")
    hints = (args[0],) * len(value) if args[-1] is Ellipsis else args
    return tuple(_typed(hint, item) for hint, item in zip(hints, value, strict=True))


def _bytes(value: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(value)
    except binascii.Error:
        raise ValueError("not base64url") from None


class LinkEnd(Generic[Out, In]):
    """One end of the socket: sends `Out`, receives `In`. Sending is thread-safe."""

    def __init__(
        self, sock: socket.socket, sends: tuple[type[Out], ...], receives: tuple[type[In], ...]
    ) -> None:
        sock.settimeout(0)
        self._sock = sock
        self._sends = sends
        self._receives = receives
        self._lock = threading.Lock()
        self._buffer = bytearray()

    def fileno(self) -> int:
        """For `select`; readable when a value, or the end, may be there."""
        return self._sock.fileno()

    def send(self, value: Out) -> None:
        """Hand one value to the kernel. Never waits longer than a quarter of a second.

        Raises `LinkError` when the other end is gone or has stopped reading.
        """
        if type(value) not in self._sends:
            raise LinkError(f"{type(value).__name__} does not go this way")
        body = encode(value)
        view = memoryview(_LENGTH.pack(len(body)) + body)
        with self._lock:
            while view:
                view = view[self._send_some(view) :]

    def _send_some(self, view: memoryview) -> int:
        try:
            return self._sock.send(view, socket.MSG_NOSIGNAL)
        except BlockingIOError:
            if not self._wait(select.POLLOUT, _SEND_PATIENCE_MS):
                raise LinkError("the other end has stopped reading") from None
            return 0
        except OSError as error:
            raise LinkError(f"the other end is gone ({error.strerror})") from None

    def receive(self, timeout_s: float | None = None) -> In | None:
        """The next value, or None when `timeout_s` passed without one (None waits for ever).

        One thread receives. Raises `LinkError` at the end of the stream, at a broken frame,
        and for a value that does not come this way.
        """
        timeout_ms = None if timeout_s is None else max(0, int(timeout_s * 1000))
        while (frame := self._take()) is None:
            if not self._wait(select.POLLIN, timeout_ms):
                return None
            self._fill()
        return decode(frame, self._receives)

    def _take(self) -> bytes | None:
        if len(self._buffer) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._buffer)
        if length > FRAME_MAX:
            raise LinkError("frame too long")
        end = _LENGTH.size + length
        if len(self._buffer) < end:
            return None
        frame = bytes(self._buffer[_LENGTH.size : end])
        del self._buffer[:end]
        return frame

    def _fill(self) -> None:
        try:
            data = self._sock.recv(FRAME_MAX)
        except BlockingIOError:
            return
        except OSError as error:
            raise LinkError(f"the other end is gone ({error.strerror})") from None
        if not data:
            raise LinkError("the other end is gone")
        self._buffer += data

    def _wait(self, event: int, timeout_ms: int | None) -> bool:
        poll = select.poll()
        try:
            poll.register(self._sock, event)
        except ValueError:
            raise LinkError("this end was closed") from None
        return bool(poll.poll(timeout_ms))

    def listen(self, heard: Callable[[In], None], ended: Callable[[str], None]) -> None:
        """Read on a thread of its own: `heard(value)` for each, then once `ended(why)`."""

        def read() -> None:
            try:
                while True:
                    value = self.receive()
                    if value is not None:
                        heard(value)
            except LinkError as error:
                ended(str(error))

        threading.Thread(target=read, name="link", daemon=True).start()

    def close(self) -> None:
        """Close this end; the other sees the end of the stream. Idempotent."""
        with suppress(OSError):  # The other end may have been quicker.
            self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()


_TO_SUPERVISOR: tuple[type[values.ToSupervisor], ...] = typing.get_args(values.ToSupervisor)
_TO_VISIT: tuple[type[values.ToVisit], ...] = typing.get_args(values.ToVisit)

SupervisorEnd = LinkEnd[values.ToVisit, values.ToSupervisor]
VisitEnd = LinkEnd[values.ToSupervisor, values.ToVisit]


def supervisor_end(sock: socket.socket) -> SupervisorEnd:
    """The supervisor's end: sends `ToVisit`, receives `ToSupervisor`."""
    return LinkEnd(sock, _TO_VISIT, _TO_SUPERVISOR)


def visit_end(sock: socket.socket) -> VisitEnd:
    """The visit's end: sends `ToSupervisor`, receives `ToVisit`."""
    return LinkEnd(sock, _TO_SUPERVISOR, _TO_VISIT)
