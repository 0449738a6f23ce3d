"""The cable: passes bytes both ways, and breaks at once when it is cut."""

import socket
import threading
from collections.abc import Iterator

import pytest

from drivers.bench.network import Cable


@pytest.fixture
def echo_server() -> Iterator[tuple[str, int]]:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                end, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=echo, args=(end,), daemon=True).start()

    def echo(end: socket.socket) -> None:
        while data := end.recv(100):
            end.sendall(data)

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def connect(cable: Cable) -> socket.socket:
    return socket.create_connection(("127.0.0.1", cable.port), timeout=5)


def test_passes_both_ways(echo_server: tuple[str, int]) -> None:
    with Cable(echo_server) as cable, connect(cable) as end:
        end.sendall(b"hello")
        assert end.recv(100) == b"hello"


def test_cut_breaks_open_connections_and_refuses_new_ones(echo_server: tuple[str, int]) -> None:
    with Cable(echo_server) as cable, connect(cable) as end:
        end.sendall(b"x")
        assert end.recv(100) == b"x"
        cable.cut()
        assert end.recv(100) == b""
        with connect(cable) as late:
            assert late.recv(100) == b""
        cable.mend()
        with connect(cable) as again:
            again.sendall(b"y")
            assert again.recv(100) == b"y"


def test_a_dead_target_closes_the_near_end(echo_server: tuple[str, int]) -> None:
    with Cable(echo_server) as cable:
        with socket.create_server(("127.0.0.1", 0)) as free:
            dead = free.getsockname()
        cable.point_at(dead)
        with connect(cable) as end:
            assert end.recv(100) == b""
