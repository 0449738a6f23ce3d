"""Servers end in good order: what was begun is answered, then nobody listens any more."""

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterator

import pytest

from center.http import protocol
from center.http.app import Endpoint, Handler, make_app
from center.http.server import Listener, ServersThread, bind, port_of
from center.wire.messages import OpenVisit

pytestmark = pytest.mark.daemon


def test_an_answer_under_way_is_finished() -> None:
    begun, release = threading.Event(), threading.Event()

    def slow(_peer: bytes, received: bytes) -> bytes:
        begun.set()
        release.wait(10)
        return received

    bound = bind()
    port = port_of(bound)
    app = make_app("test", (Endpoint("/x", OpenVisit, OpenVisit, "Test.", slow),))
    servers = ServersThread((Listener(app, bound),))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", "/x", b"body")
    assert begun.wait(10)
    servers.servers.stop()
    release.set()
    assert connection.getresponse().read() == b"body"
    connection.close()
    servers.close()
    servers.close()
    with pytest.raises(ConnectionRefusedError):
        http.client.HTTPConnection("127.0.0.1", port, timeout=10).connect()


HEAD = b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"


@contextlib.contextmanager
def serving(handler: Handler, connections: int | None = None) -> Iterator[int]:
    bound = bind()
    app = make_app("test", (Endpoint("/x", OpenVisit, OpenVisit, "Test.", handler),))
    servers = ServersThread((Listener(app, bound, connections=connections),))
    try:
        yield port_of(bound)
    finally:
        servers.close()


def echo(_peer: bytes, received: bytes) -> bytes:
    return received


def dial(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30)


def closed(line: socket.socket) -> bool:
    try:
        return line.recv(1) == b""
    except ConnectionResetError:
        return True


def test_half_a_head_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither on a new connection, nor on one that had an answer before."""
    monkeypatch.setattr(protocol, "HEAD_S", 0.05)
    with serving(echo) as port, dial(port) as silent, dial(port) as half, dial(port) as again:
        half.sendall(HEAD)
        again.sendall(HEAD + b"\r\nbody")
        answered = b""
        while not answered.endswith(b"body"):
            answered += again.recv(4096)
        again.sendall(HEAD)
        assert closed(silent)
        assert closed(half)
        assert closed(again)


def test_a_slow_body_and_a_slow_answer_are_no_half_heads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_S", 0.01)
    looks, enough = [], threading.Event()
    look = protocol.PeerProtocol._look

    def counted(connection: protocol.PeerProtocol) -> None:
        look(connection)
        looks.append(connection)
        if len(looks) > 5:
            enough.set()

    def slow(_peer: bytes, received: bytes) -> bytes:
        looks.clear()
        enough.clear()
        assert enough.wait(20)
        return received

    monkeypatch.setattr(protocol.PeerProtocol, "_look", counted)
    with serving(slow) as port, dial(port) as line:
        line.sendall(HEAD + b"\r\nbo")
        assert enough.wait(20)
        line.sendall(b"dy")
        answered = b""
        while not answered.endswith(b"body"):
            answered += line.recv(4096)


def test_a_crowd_that_says_nothing_keeps_nobody_out() -> None:
    with serving(echo, connections=2) as port, dial(port) as first, dial(port) as second:
        second.sendall(HEAD + b"\r\nbody")
        assert second.recv(4096).startswith(b"HTTP/1.1 200")
        with dial(port) as third:
            third.sendall(HEAD + b"\r\nbody")
            assert third.recv(4096).startswith(b"HTTP/1.1 200")
        assert closed(first), "it was here longest, and silent"


def test_of_a_crowd_that_comes_at_once_no_more_stay_than_may() -> None:
    with serving(echo, connections=2) as port, contextlib.ExitStack() as crowd:
        lines = [crowd.enter_context(dial(port)) for _ in range(30)]
        with dial(port) as last:
            last.sendall(HEAD + b"\r\nbody")
            assert last.recv(4096).startswith(b"HTTP/1.1 200")
            assert all(closed(line) for line in lines[:-1])


def test_where_all_are_at_work_a_newcomer_is_closed() -> None:
    begun, release = threading.Semaphore(0), threading.Event()

    def slow(_peer: bytes, received: bytes) -> bytes:
        begun.release()
        assert release.wait(20)
        return received

    with serving(slow, connections=2) as port, dial(port) as first, dial(port) as second:
        for line in (first, second):
            line.sendall(HEAD + b"\r\nbody")
            assert begun.acquire(timeout=20)
        with dial(port) as third:
            assert closed(third)
        release.set()
        for line in (first, second):
            assert line.recv(4096).startswith(b"HTTP/1.1 200")
