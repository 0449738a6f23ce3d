"""The dock's server: loopback only, every answer with its status, events as they come."""

import http.client
import json
from collections.abc import Iterator

import pytest

from drivers.clock import SystemClock
from kiosk.demo.dock import DockServer
from tests.kiosk.demo.fakes import FakeStage


@pytest.fixture
def stage() -> FakeStage:
    """Behind the dock."""
    return FakeStage()


@pytest.fixture
def dock(stage: FakeStage) -> Iterator[DockServer]:
    """A dock that serves."""
    made = DockServer(stage)
    yield made
    made.close()


Answer = tuple[int, str, bytes]


def _ask(dock: DockServer, method: str, path: str, body: str = "", **headers: str) -> Answer:
    port = int(dock.address.rstrip("/").rsplit(":", 1)[1])
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        line.request(method, path, body or None, headers)
        answer = line.getresponse()
        return answer.status, answer.headers.get("content-type", ""), answer.read()
    finally:
        line.close()


@pytest.mark.parametrize(("path", "kind"), [("/", "text/html"), ("/dock.css", "text/css"),
                                            ("/dock.js", "text/javascript")])  # fmt: skip
def test_the_page_and_its_parts(dock: DockServer, path: str, kind: str) -> None:
    status, said, body = _ask(dock, "GET", path)
    assert (status, said.partition(";")[0]) == (200, kind)
    assert body


def test_it_listens_on_loopback_only(dock: DockServer) -> None:
    assert dock.address.startswith("http://127.0.0.1:")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
def test_another_name_for_this_machine_is_refused(
    dock: DockServer, stage: FakeStage, host: str
) -> None:
    assert _ask(dock, "GET", "/state", Host=host)[0] == 403
    assert _ask(dock, "POST", "/do/pull_card", "{}", Host=host)[0] == 404
    assert stage.done == []


def test_another_sites_page_cannot_work_the_devices(dock: DockServer, stage: FakeStage) -> None:
    for origin in ("https://evil.example", "null", "http://localhost:1"):
        assert _ask(dock, "POST", "/do/pull_card", "{}", Origin=origin)[0] == 404
    assert stage.done == []
    own = dock.address.rstrip("/")
    assert _ask(dock, "POST", "/do/pull_card", "{}", Origin=own)[0] == 204
    assert stage.done == [("pull_card", {})]


def test_a_hand_gets_its_arguments(dock: DockServer, stage: FakeStage) -> None:
    assert _ask(dock, "POST", "/do/drop_coin", '{"yen": 500}') == (204, "text/plain", b"")
    assert stage.done == [("drop_coin", {"yen": 500})]


@pytest.mark.parametrize(
    ("trouble", "status", "said"),
    [
        (KeyError("wave"), 404, b"there is no 'wave'"),
        (ValueError("there is no card 'x'"), 400, b"there is no card 'x'"),
        (TypeError("missing yen"), 400, b"missing yen"),
        (RuntimeError("The centre did not start."), 503, b"The centre did not start."),
    ],
)
def test_what_goes_wrong_is_said(
    dock: DockServer, stage: FakeStage, trouble: Exception, status: int, said: bytes
) -> None:
    stage.trouble = trouble
    assert _ask(dock, "POST", "/do/x")[::2] == (status, said)


@pytest.mark.parametrize("body", ["[1]", "{", '"x"', "x" * 5000])
def test_arguments_that_are_none_are_refused(dock: DockServer, stage: FakeStage, body: str) -> None:
    assert _ask(dock, "POST", "/do/x", body)[0] == 400
    assert stage.done == []


def test_elsewhere_is_nothing_to_do(dock: DockServer) -> None:
    assert _ask(dock, "POST", "/state")[0] == 404
    assert _ask(dock, "GET", "/nowhere")[0] == 404


def test_pictures_come_small_and_large(dock: DockServer) -> None:
    assert _ask(dock, "GET", "/sheet/1.png") == (200, "image/png", b"small")
    assert _ask(dock, "GET", "/sheet/1.png?large=1")[2] == b"large"
    assert _ask(dock, "GET", "/sheet/2.png")[0] == 404


def _await(holds: object) -> None:
    """Until the server's thread has done it, ten seconds at most."""
    clock = SystemClock()
    until_s = clock.monotonic_s() + 10
    assert callable(holds)
    while not holds():
        assert clock.monotonic_s() < until_s
        clock.sleep(0.005)


def test_events_begin_with_how_things_stand_and_what_was(
    dock: DockServer, stage: FakeStage
) -> None:
    port = int(dock.address.rstrip("/").rsplit(":", 1)[1])
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    line.request("GET", "/events")
    answer = line.getresponse()

    def event() -> tuple[str, object]:
        name = answer.readline().decode().removeprefix("event: ").strip()
        data = json.loads(answer.readline().decode().removeprefix("data: "))
        answer.readline()
        return name, data

    assert event() == ("state", {"screen": "start"})
    assert event() == ("log", [{"n": 1, "what": "began"}])
    for listener in stage.listeners:
        listener("frame", {"serial": 7})
    assert event() == ("frame", {"serial": 7})
    answer.close()
    line.close()
    _await(lambda: not stage.listeners)


def test_closing_ends_the_listening_pages(stage: FakeStage) -> None:
    dock = DockServer(stage)
    port = int(dock.address.rstrip("/").rsplit(":", 1)[1])
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    line.request("GET", "/events")
    answer = line.getresponse()
    _await(lambda: stage.listeners)
    dock.close()
    _await(lambda: not stage.listeners)
    answer.close()
    line.close()
