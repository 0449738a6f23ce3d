"""A terminal is what its TLS certificate says, at every request, whatever it says itself."""

import datetime
import http.client
import shutil
import ssl
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from center import demo
from center.demo import CENTRE
from center.pki import issue
from center.pki.description import EndEntity
from center.pki.issue import Authority, Validity
from center.wire.canonical import encode
from center.wire.endpoints import AUTHENTICATE, OPEN_VISIT
from center.wire.messages import OpenVisit
from crypto.keys import PrivateKey, private_from_pem, private_to_pem
from crypto.roles import Role
from tests.center.conftest import RunningCentre
from tests.center.software_terminal import Answer, Line

pytestmark = pytest.mark.daemon

BODY = encode(OpenVisit(nonce=b"", at=1, calibration=""))
REFUSED = (ssl.SSLError, ConnectionError, http.client.HTTPException)
DAYS = datetime.timedelta(days=1)


@dataclass
class Forge:
    """Certificates of any role, under any root, for any time."""

    centre: RunningCentre
    directory: Path

    def root(self, name: str) -> Authority:
        state = self.centre.state
        key = private_from_pem(state.key(name).read_bytes())
        return Authority(demo._certificate(state, name), key)

    def foreign(self) -> Authority:
        """An authority of the right name and the wrong key."""
        at = self.centre.clock.utc()
        subject = demo._certificate(self.centre.state, "terminals").subject
        return issue.make_authority(
            subject, issue.make_key("p-256"), Validity(at - DAYS, at + 9 * DAYS)
        )

    def line(
        self,
        issuer: Authority,
        role: Role = Role.TERMINAL,
        names: tuple[str, ...] = ("kiosk-0001",),
        age: datetime.timedelta = datetime.timedelta(0),
    ) -> Line:
        at = self.centre.clock.utc() - age
        key: PrivateKey = issue.make_key("p-256")
        what = EndEntity("t", "terminals", role, names, "p-256")
        made = issue.issue_ours(what, key, issuer, Validity(at - DAYS, at + 9 * DAYS))
        file = self.directory / "pair.pem"
        file.write_bytes(made.public_bytes(Encoding.PEM) + private_to_pem(key))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.centre.state.trust("centre-tls"))
        context.load_cert_chain(file)
        return Line(self.centre.ports[CENTRE], context)


@pytest.fixture
def forge(centre: RunningCentre) -> Iterator[Forge]:
    directory = Path(tempfile.mkdtemp(prefix="k"))
    yield Forge(centre, directory)
    shutil.rmtree(directory)


def answer_of(line: Line) -> Answer | None:
    """The answer, or None where TLS did not let it come to one."""
    try:
        return line.post(OPEN_VISIT, BODY)
    except REFUSED:
        return None
    finally:
        line.close()


def test_the_forge_makes_good_ones_too(forge: Forge) -> None:
    answer = answer_of(forge.line(forge.root("terminals")))
    assert answer is not None
    assert answer.status == 200


def test_a_foreign_authority_of_the_same_name(forge: Forge) -> None:
    assert answer_of(forge.line(forge.foreign())) is None


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.TERMINAL])
def test_another_role_even_under_the_terminals_root(forge: Forge, role: Role) -> None:
    names = ("99201", "main") if role.value.startswith("municipality") else ("kiosk-0001",)
    answer = answer_of(forge.line(forge.root("terminals"), role, names))
    assert answer is None or answer.failure == "terminal.not_admitted"


@pytest.mark.parametrize("names", [(), ("",), ("kiosk-0001", "kiosk-0002")])
def test_a_certificate_that_names_no_one_terminal(forge: Forge, names: tuple[str, ...]) -> None:
    answer = answer_of(forge.line(forge.root("terminals"), names=names))
    assert answer is not None
    assert answer.failure == "terminal.not_admitted"


def test_out_of_date(forge: Forge) -> None:
    assert answer_of(forge.line(forge.root("terminals"), age=20 * DAYS)) is None


def test_blocked_by_name_whichever_key_it_comes_with(forge: Forge) -> None:
    """A renewed key does not outlive a block: the terminal is blocked, not one key of it."""
    store = forge.centre.store()
    store.block("kiosk-0001", "A. Clerk", 0)
    store.close()
    for _ in range(2):
        answer = answer_of(forge.line(forge.root("terminals")))
        assert answer is not None
        assert answer.failure == "terminal.not_admitted"


def _header(line: Line, body: bytes) -> Answer:
    names = ("X-Client-Cert", "X-SSL-Client-S-DN", "X-Forwarded-For", "X-Terminal", "Forwarded")
    headers = dict.fromkeys(names, "tag:kiosk.example,2026:terminal/kiosk-0001")
    line.post(OPEN_VISIT, BODY)
    line.connection.request("POST", AUTHENTICATE, body, headers)
    answer = line.connection.getresponse()
    return Answer(answer.status, answer.read())


def _query(line: Line, body: bytes) -> Answer:
    return line.post(f"{AUTHENTICATE}?terminal=kiosk-0001", body)


def _plainly(line: Line, body: bytes) -> Answer:
    return line.post(AUTHENTICATE, body)


@pytest.mark.parametrize("speaks", [_plainly, _header, _query])
def test_one_terminal_speaks_as_another(
    centre: RunningCentre, line: Line, speaks: Callable[[Line, bytes], Answer]
) -> None:
    """B holds A's whole visit, signed by the card, and is not A."""
    visit = centre.visit()
    visit.open(line)
    body = visit.authentication()
    other = centre.line("terminal-2")
    assert speaks(other, body).failure == "visit.other_terminal"
    other.close()


def test_another_key_of_the_same_terminal_is_not_the_one_that_opened_the_visit(
    centre: RunningCentre, line: Line, forge: Forge
) -> None:
    visit = centre.visit()
    visit.open(line)
    renewed = forge.line(forge.root("terminals"))
    assert visit.authenticate(renewed).failure == "visit.other_terminal"
    renewed.close()


def test_no_ticket_lets_anybody_back_in(centre: RunningCentre, line: Line) -> None:
    """No session is offered, so none can be kept and shown again after a block."""
    assert line.post(OPEN_VISIT, BODY).status == 200
    sock = line.connection.sock
    assert isinstance(sock, ssl.SSLSocket)
    kept = sock.session
    line.close()
    second = centre.line()
    assert kept is None or not kept.has_ticket
    assert second.post(OPEN_VISIT, BODY).status == 200
    again = second.connection.sock
    assert isinstance(again, ssl.SSLSocket)
    assert not again.session_reused
    second.close()
