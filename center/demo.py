"""Centre, municipality and OCSP responder, put together from a demo state directory."""

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from center.antiforgery.keyring import open_keyring
from center.clock import Clock
from center.http.server import LOOPBACK, Listener, bind, port_of
from center.http.tls import client_context, server_context
from center.issuing.app import issuing_app
from center.issuing.copies import Press
from center.issuing.municipality import Municipality, round_the_clock
from center.issuing.municipality import load as load_municipality
from center.issuing.registration import Link, Registration
from center.issuing.residents import CardState
from center.issuing.residents import load as load_residents
from center.issuing.server import IssuingServer, IssuingTrust
from center.pki import description as pki_description
from center.pki.cards import issued_cards
from center.pki.issue import Authority
from center.pki.layout import State
from center.pki.make import make as make_pki
from center.relay.app import Desk, centre_app
from center.relay.centre import Centre, Partners, Site
from center.relay.delivery import Dispatch
from center.relay.identities import Identities
from center.relay.inspection import IssuingServers, ParsedHere
from center.relay.municipalities import ExpectedServer, HttpIssuingService, Route, Routes
from center.relay.terminals import Terminals
from center.store.store import Store
from center.validity.client import OcspClient
from center.validity.responder import Responder, authorities
from center.warmup import warm_press, warm_room
from center.wire.authentication import CardPolicy
from center.wire.signed import Signer
from center.workroom.room import Workroom
from crypto.certificates import parse_pem_bundle
from crypto.keys import private_from_pem
from crypto.pdf_signature import DocumentSigner, DocumentTrust, sign_pdf
from crypto.roles import Role, Trust

CENTRE, MUNICIPALITY, OCSP = "centre", "municipality", "ocsp"
SITE = "east"
SERVES: dict[str, tuple[str, ...]] = {
    "all": (CENTRE, MUNICIPALITY, OCSP),
    "centre": (CENTRE, OCSP),
    "municipality": (MUNICIPALITY,),
}
"""What one process serves. Apart, as in the field, they use two cores instead of one."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the demo may turn."""

    state: State
    clock: Clock
    delay_s: float = 0.0
    all_hours: bool = False
    """The municipality is open round the clock."""
    serve: str = "all"
    """Which of `SERVES` this process is."""
    municipality_port: int = 0
    """Where the municipality listens, if it is a process of its own."""
    documents_at_once: int = 2
    """Processes that parse and mark documents; one for each core that is to be used."""


@dataclass(frozen=True, slots=True)
class Demo:
    """The servers, not yet running."""

    listeners: tuple[Listener, ...]
    ports: dict[str, int]
    """By `CENTRE`, `MUNICIPALITY` and `OCSP`, of those that are served here."""


def database(state: State) -> Path:
    """The centre's database."""
    return state.root / "center.sqlite"


@contextlib.contextmanager
def prepared(options: Options) -> Iterator[Demo]:
    """Everything but the running. Database and connections are closed at the end.

    Makes the PKI where it is missing; draws and signs one sheet of everything, so that the
    first resident waits no longer than the second.
    """
    state, clock = options.state, options.clock
    make_pki(state, clock.utc())
    municipality = load_municipality()
    if options.all_hours:
        municipality = round_the_clock(municipality)
    press = _press(state, municipality)
    bound = {name: bind() for name in SERVES[options.serve]}
    ports = {name: port_of(one) for name, one in bound.items()}
    listeners: list[Listener] = []
    with contextlib.ExitStack() as stack:
        papers = warm_press(press, clock)
        if MUNICIPALITY in bound:
            what = (municipality, press)
            listeners.append(_municipality_listener(options, what, bound[MUNICIPALITY]))
        if OCSP in bound:
            responder = Responder(authorities(state, pki_description.load()), clock)
            listeners.append(Listener(responder, bound[OCSP]))
        if CENTRE in bound:
            store = stack.enter_context(contextlib.closing(Store(str(database(state)))))
            partners = _partners(options, municipality, ports, stack)
            room = stack.enter_context(
                contextlib.closing(_workroom(state, options.documents_at_once))
            )
            room.begin()
            warm_room(room, papers, clock)
            centre = _centre(options, partners, room, store)
            listeners.append(_centre_listener(options, (centre, store), bound[CENTRE]))
        yield Demo(tuple(listeners), ports)


def _partners(
    options: Options,
    municipality: Municipality,
    ports: dict[str, int],
    stack: contextlib.ExitStack,
) -> Partners:
    port = ports.get(MUNICIPALITY, options.municipality_port)
    service = stack.enter_context(contextlib.closing(_service(options, municipality, port)))
    url = f"http://{LOOPBACK}:{ports[OCSP]}/"
    validity = stack.enter_context(contextlib.closing(OcspClient(url, options.clock)))
    routes = Routes((Route(municipality.code, municipality.server, service),))
    return Partners(cards=_cards(options.state), validity=validity, routes=routes)


def _centre(options: Options, partners: Partners, room: Workroom, store: Store) -> Centre:
    state = options.state
    signer = _signer(state, "centre-statement")
    site = Site(SITE, signer, _trust(state, "centre-statements", Role.CENTRE_STATEMENT))
    servers = IssuingServers(_issuing_servers(state).statements, room)
    dispatch = Dispatch(servers, store, signer, room)
    return Centre(site, partners, dispatch, store, options.clock)


def _workroom(state: State, size: int) -> Workroom:
    open_keyring(state.scramble)  # The first keys are made by one process, before several read.
    return Workroom(_document_trust(state), state.scramble, size)


def _centre_listener(
    options: Options, what: tuple[Centre, Store], bound: socket.socket
) -> Listener:
    state, (centre, store) = options.state, what
    desk = Desk(
        centre,
        Terminals(_roots(state, "terminals"), store),
        Identities(_terminal_authority(state), options.clock),
    )
    return Listener(
        centre_app(desk, options.clock, options.delay_s),
        bound,
        server_context(
            state.certificate("centre-server"), state.key("centre-server"), state.trust("terminals")
        ),
    )


def _terminal_authority(state: State) -> Authority:
    """The key that certifies terminals' next keys; a real centre keeps it in hardware."""
    key = private_from_pem(state.key("terminals").read_bytes())
    return Authority(_certificate(state, "terminals"), key)


def _municipality_listener(
    options: Options, what: tuple[Municipality, Press], bound: socket.socket
) -> Listener:
    state, clock = options.state, options.clock
    municipality, press = what
    centres = _trust(state, "centre-statements", Role.CENTRE_STATEMENT)
    server = IssuingServer(municipality, press, IssuingTrust(centres, _cards(state)), clock)
    return Listener(
        issuing_app(server, _roots(state, "centre-tls"), clock),
        bound,
        server_context(
            state.certificate("municipality-server"),
            state.key("municipality-server"),
            state.trust("centre-tls"),
        ),
    )


def _service(options: Options, municipality: Municipality, port: int) -> HttpIssuingService:
    state = options.state
    context = client_context(
        state.certificate("centre-client"),
        state.key("centre-client"),
        state.trust("municipalities-tls"),
    )
    trust = _trust(state, "municipalities-tls", Role.MUNICIPALITY_TLS)
    expected = ExpectedServer(trust, (municipality.code, municipality.server))
    return HttpIssuingService(f"https://{LOOPBACK}:{port}", context, expected, options.clock)


def _press(state: State, municipality: Municipality) -> Press:
    residents = load_residents()
    links = [
        Link(card.identity, card.resident)
        for card in issued_cards(state, pki_description.load(), residents)
        if card.state is not CardState.UNKNOWN
    ]
    key = private_from_pem(state.key("municipality-document").read_bytes())
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("documents are signed with RSA")
    signer = DocumentSigner(key, _certificate(state, "municipality-document"))
    return Press(
        office=municipality.office,
        registration=Registration(links, residents),
        statements=_signer(state, "municipality-statement"),
        sign_pdf=lambda pdf, at: sign_pdf(pdf, signer, at),
    )


def _issuing_servers(state: State) -> IssuingServers:
    roots = _roots(state, "municipalities")
    return IssuingServers(
        statements=Trust(Role.MUNICIPALITY_STATEMENT, roots),
        documents=ParsedHere(_document_trust(state)),
    )


def _document_trust(state: State) -> DocumentTrust:
    roots = _roots(state, "municipalities")
    return DocumentTrust(roots, (state.crl("municipalities").read_bytes(),))


def _cards(state: State) -> CardPolicy:
    return CardPolicy(_roots(state, "jpki-auth"))


def _trust(state: State, family: str, role: Role) -> Trust:
    return Trust(role, _roots(state, family))


def _roots(state: State, family: str) -> tuple[x509.Certificate, ...]:
    return parse_pem_bundle(state.trust(family).read_bytes())


def _certificate(state: State, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(state.certificate(name).read_bytes())


def _signer(state: State, name: str) -> Signer:
    key = private_from_pem(state.key(name).read_bytes())
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError("statements are signed with Ed25519")
    return Signer(key, _certificate(state, name).public_bytes(Encoding.DER))
