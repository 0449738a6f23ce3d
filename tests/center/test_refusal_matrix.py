"""Every key of the PKI at every door: each opens its own and no other.

`tests/crypto/test_roles.py` holds the rule; this holds the places where it must be applied, with
the trust that the shipped programs load.
"""

import contextlib
import http.client
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from center import demo
from center.demo import CENTRE, MUNICIPALITY
from center.issuing import document
from center.issuing.extract import RESIDENT_RECORD, SELF, Extract
from center.issuing.municipality import load as load_municipality
from center.issuing.residents import load as load_residents
from center.pki import description
from center.pki.layout import State
from center.wire.authentication import check_certificate
from center.wire.canonical import encode
from center.wire.endpoints import OPEN_VISIT, TICKET
from center.wire.kinds import Envelope
from center.wire.messages import (
    AuthTicket,
    Delivery,
    IssueStatement,
    Offers,
    OpenVisit,
    VisitOpened,
)
from center.wire.signed import Signer, open_signed, sign
from crypto.certificates import parse_pem_bundle
from crypto.errors import CheckFailed
from crypto.keys import PrivateKey, private_from_pem
from crypto.pdf_signature import DocumentSigner, check_pdf, sign_pdf
from crypto.roles import Role, Trust
from kiosk.center_client import load_trust
from tests.center.conftest import NOON, RunningCentre
from tests.center.software_terminal import Line
from tests.kiosk.centre_at_work import config_for

pytestmark = pytest.mark.daemon

AT = int(NOON.timestamp())
CARD, CARD_FOR_SIGNATURES = "card for authentication", "card for signatures"
OURS = tuple(each.name for each in description.load().certificates)
ROOTS = tuple(each.name for each in description.load().roots)
NAMES = (*OURS, *ROOTS, "jpki-auth-3", "jpki-auth-3-ocsp", CARD, CARD_FOR_SIGNATURES)

_VISIT = VisitOpened(b"v", b"c", b"n", "kiosk-0001", b"k", "east", AT, 300)
_OFFERS = Offers(b"v", b"a", "99201", "", (), b"", AT)
_DELIVERY = Delivery(b"v", "kiosk-0001", b"a", 1, (), AT)
_TICKET = AuthTicket(b"", b"", b"", "99201", AT)
_ISSUE = IssueStatement(
    b"a", b"a", b"c", "99201", "main", "resident_record", "self", (), (), 1, 1, 200,
    b"d", "id", 1, 1, AT, 600,
)  # fmt: skip


@dataclass(frozen=True)
class Pair:
    certificate: Path
    key: Path

    def load(self) -> tuple[PrivateKey, bytes]:
        (one,) = parse_pem_bundle(self.certificate.read_bytes())
        return private_from_pem(self.key.read_bytes()), one.public_bytes(Encoding.DER)


def pair(state: State, name: str) -> Pair:
    files = {CARD: "auth", CARD_FOR_SIGNATURES: "sign"}
    if name in files:
        where = state.card("yamada-hanako")
        return Pair(where / f"{files[name]}-cert.pem", where / f"{files[name]}-key.pem")
    return Pair(state.certificate(name), state.key(name))


def terminals_trust(state: State, role: Role) -> Trust:
    trust = load_trust(config_for(state, ())).statements
    return trust.centres if role is Role.CENTRE_STATEMENT else trust.municipalities


def municipalitys_trust(state: State, role: Role) -> Trust:
    return demo._trust(state, "centre-statements", role)


def centres_trust(state: State, role: Role) -> Trust:
    del role
    return demo._issuing_servers(state).statements


@dataclass(frozen=True)
class Door:
    """Where a statement is believed, and whose."""

    message: object
    holder: str
    trust: Callable[[State, Role], Trust]
    role: Role


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "door",
    [
        Door(_VISIT, "centre-statement", terminals_trust, Role.CENTRE_STATEMENT),
        Door(_DELIVERY, "centre-statement", terminals_trust, Role.CENTRE_STATEMENT),
        Door(_OFFERS, "municipality-statement", terminals_trust, Role.MUNICIPALITY_STATEMENT),
        Door(_ISSUE, "municipality-statement", terminals_trust, Role.MUNICIPALITY_STATEMENT),
        Door(_TICKET, "centre-statement", municipalitys_trust, Role.CENTRE_STATEMENT),
        Door(_ISSUE, "municipality-statement", centres_trust, Role.MUNICIPALITY_STATEMENT),
    ],
    ids=["M2", "M9", "M6", "M8 at the terminal", "M5", "M8 at the centre"],
)
def test_statements(pki_state: State, door: Door, name: str) -> None:
    message = door.message
    key, certificate = pair(pki_state, name).load()
    if isinstance(key, Ed25519PrivateKey):
        envelope = sign(message, Signer(key, certificate))
    else:
        envelope = encode(Envelope(encode(message), bytes(64), certificate))
    trust = door.trust(pki_state, door.role)
    with allowed(name == door.holder, "no.entry"):
        open_signed(type(message), envelope, trust, AT, "no.entry")


@pytest.fixture(scope="module")
def picture(pki_state: State) -> bytes:
    resident = load_residents()[0]
    extract = Extract(RESIDENT_RECORD, SELF, frozenset(), (resident,))
    office = demo._press(pki_state, load_municipality()).office
    return document.draw(extract, office, NOON.date())


@pytest.mark.parametrize("name", NAMES)
def test_documents(pki_state: State, picture: bytes, name: str) -> None:
    key, der = pair(pki_state, name).load()
    (certificate,) = parse_pem_bundle(pair(pki_state, name).certificate.read_bytes())
    assert der
    if not isinstance(key, RSAPrivateKey):
        return  # our signer makes RSA signatures only; check_role refuses the certificate anyway
    signed = sign_pdf(picture, DocumentSigner(key, certificate), AT)
    with allowed(name == "municipality-document", "no.entry"):
        check_pdf(signed, demo._document_trust(pki_state), AT, "no.entry")


@pytest.mark.parametrize("name", NAMES)
def test_cards(pki_state: State, name: str) -> None:
    _, der = pair(pki_state, name).load()
    names = {"certificate.issuer_unknown", "certificate.not_user_authentication"}
    with allowed(name == CARD, *names):
        check_certificate(der, demo._cards(pki_state), AT)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("server", "path", "holders"),
    [(CENTRE, OPEN_VISIT, {"terminal", "terminal-2"}), (MUNICIPALITY, TICKET, {"centre-client"})],
)
def test_tls(centre: RunningCentre, server: str, path: str, holders: set[str], name: str) -> None:
    # A context of its own: OpenSSL keeps one chain for each kind of key.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(centre.state.trust("centre-tls"))
    files = pair(centre.state, name)
    context.load_cert_chain(files.certificate, files.key)
    context.load_verify_locations(centre.state.trust("municipalities-tls"))
    line = Line(centre.ports[server], context)
    body = encode(OpenVisit(nonce=b"", at=1, calibration=""))
    entered = False
    with contextlib.suppress(ssl.SSLError, ConnectionError, http.client.HTTPException):
        failure = line.post(path, body)
        entered = failure.status == 200 or failure.failure.startswith("wire.")
    line.close()
    assert entered is (name in holders)


@contextlib.contextmanager
def allowed(yes: bool, *failures: str) -> Iterator[None]:
    """What is inside passes if it may, and else is refused by one of the names."""
    if yes:
        yield
        return
    with pytest.raises(CheckFailed) as refused:
        yield
    assert refused.value.failure in failures
