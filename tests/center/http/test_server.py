"""Servers end in good order: what was begun is answered, then nobody listens any more."""

import http.client
import threading

import pytest

from center.http.app import Endpoint, make_app
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
