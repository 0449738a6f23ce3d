"""A real centre with a real municipality and OCSP responder, all over real TLS, once a session."""

import asyncio
import shutil
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from center.clock import FixedClock, SystemClock
from center.demo import CENTRE, Options, database, prepared
from center.http.server import Servers
from center.pki.layout import State
from center.pki.make import make
from center.store.store import Store
from tests.center.software_terminal import Line, Visit, terminal_context

# TLS holds certificates against the machine's own clock, so the tests' noon is today's.
NOON = SystemClock().utc().replace(hour=3, minute=0, second=0, microsecond=0)


@dataclass
class RunningCentre:
    """The servers in a thread, and what a test turns."""

    state: State
    clock: FixedClock
    ports: dict[str, int]

    def line(self, terminal: str = "terminal") -> Line:
        return Line(self.ports[CENTRE], terminal_context(self.state, terminal))

    def visit(self, card: str = "yamada-hanako") -> Visit:
        return Visit(self.state, card, self.clock)

    def store(self) -> Store:
        return Store(str(database(self.state)))


@pytest.fixture(scope="session")
def pki_state() -> Iterator[State]:
    """The demo's PKI and cards, made at `NOON`; making keys takes seconds, so once a session."""
    root = Path(tempfile.mkdtemp(prefix="k"))
    state = State(root)
    make(state, NOON)
    yield state
    shutil.rmtree(root)


@pytest.fixture(scope="session")
def running_centre(pki_state: State) -> Iterator[RunningCentre]:
    state, clock = pki_state, FixedClock(NOON)
    with prepared(Options(state, clock)) as demo:
        servers = Servers(demo.listeners)
        ready = threading.Event()
        thread = threading.Thread(target=lambda: asyncio.run(servers.serve(ready.set)))
        thread.start()
        assert ready.wait(20)
        yield RunningCentre(state, clock, demo.ports)
        servers.stop()
        thread.join()


@pytest.fixture
def centre(running_centre: RunningCentre) -> Iterator[RunningCentre]:
    """The running centre at noon, with nothing suspended or blocked."""
    before = running_centre.clock.utc()
    yield running_centre
    running_centre.clock.advance((before - running_centre.clock.utc()).total_seconds())
    store = running_centre.store()
    for one in store.suspended():
        store.clear(one.municipality, one.server, "the test", 0)
    for terminal in ("kiosk-0001", "kiosk-0002"):
        store.admit(terminal)
    store.close()


@pytest.fixture
def line(centre: RunningCentre) -> Iterator[Line]:
    opened = centre.line()
    yield opened
    opened.close()
