"""A real centre, municipality and OCSP responder for the visit's tests, and a card in software."""

import asyncio
import contextlib
import shutil
import tempfile
import threading
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from center.clock import FixedClock
from center.demo import CENTRE, Options, database, prepared
from center.http.server import Servers
from center.pki.layout import State
from center.store.store import Review, Store
from drivers.clock import SystemClock, VirtualClock
from kiosk.center_client import CenterConfig, CentreLine, CentreTrust, load_trust
from kiosk.center_visit import CentreVisit
from kiosk.session import model as m
from tests.center.software_terminal import SoftwareCard

# TLS holds certificates against the machine's own clock, so the tests' noon is today's.
NOON = SystemClock().utc().replace(hour=3, minute=0, second=0, microsecond=0)


@dataclass
class CentreAtWork:
    """The running servers, and two clocks that a test turns: theirs and ours."""

    state: State
    theirs: FixedClock
    ours: VirtualClock
    port: int

    def config(self, *before: str, terminal: str = "terminal") -> CenterConfig:
        return config_for(self.state, (*before, f"https://127.0.0.1:{self.port}"), terminal)

    def trust(self) -> CentreTrust:
        return load_trust(self.config())

    def visit(self, line: CentreLine | None = None) -> CentreVisit:
        return CentreVisit(line or CentreLine(self.config()), self.trust(), self.ours)

    def clear(self) -> None:
        with contextlib.closing(Store(str(database(self.state)))) as store:
            for one in store.suspended():
                store.clear(one.municipality, one.server, "the test", 0)

    def suspensions(self) -> list[str]:
        """For which failures servers are suspended now."""
        with contextlib.closing(Store(str(database(self.state)))) as store:
            return [one.failure for one in store.suspended()]

    def reviews(self, visit: bytes) -> list[Review]:
        """What of a visit is to be looked into."""
        with contextlib.closing(Store(str(database(self.state)))) as store:
            return [one for one in store.reviews() if one.visit == visit]

    def authenticated(self, card: str = "yamada-hanako") -> tuple[CentreVisit, m.Offers]:
        """A visit whose card has signed, and the offers it got."""
        visit, signer = self.visit(), self.card(card)
        visit.open()
        visit.signed(signer.sign(visit.to_sign("residence", signer.der)))
        return visit, visit.offers()

    def card(self, name: str = "yamada-hanako") -> SoftwareCard:
        card = tomllib.loads((self.state.card(name) / "card.toml").read_text())
        # A special card lies beside its resident's and names that one's files.
        directory = (self.state.card(name) / card["auth"]["key"]).parent.resolve()
        return SoftwareCard(directory, self.trust().cards.authorities)


def config_for(state: State, sites: tuple[str, ...], terminal: str = "terminal") -> CenterConfig:
    return CenterConfig(
        sites=sites,
        certificate=str(state.certificate(terminal)),
        key=str(state.key(terminal)),
        tls_roots=str(state.trust("centre-tls")),
        statement_roots=str(state.trust("centre-statements")),
        municipality_roots=str(state.trust("municipalities")),
        municipality_crls=(str(state.crl("municipalities")),),
        card_roots=str(state.trust("jpki-auth")),
        connect_s=3.0,
        answer_s=20.0,
    )


@contextlib.contextmanager
def centre_at_work() -> Iterator[CentreAtWork]:
    root = Path(tempfile.mkdtemp(prefix="k"))
    state, clock = State(root), FixedClock(NOON)
    with prepared(Options(state, clock)) as demo:
        servers = Servers(demo.listeners)
        ready = threading.Event()
        thread = threading.Thread(target=lambda: asyncio.run(servers.serve(ready.set)))
        thread.start()
        assert ready.wait(30)
        try:
            yield CentreAtWork(state, clock, VirtualClock(NOON), demo.ports[CENTRE])
        finally:
            servers.stop()
            thread.join()
    shutil.rmtree(root)
