"""A terminal and a card in software: what the tests of the centre hold against it."""

import http.client
import socket
import ssl
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from center.clock import Clock, utc_seconds
from center.pki.layout import State
from center.wire.authentication import METHOD, PROFILE, card_reference
from center.wire.canonical import decode, encode
from center.wire.endpoints import APPLY, AUTHENTICATE, CONTENT_TYPE, OPEN_VISIT
from center.wire.kinds import Envelope, digest
from center.wire.messages import (
    Application,
    Authenticate,
    CardStatement,
    Delivered,
    DeliveredCopies,
    Delivery,
    MergedOffers,
    Offers,
    OpenVisit,
    Refusal,
    SealedOffers,
    VisitOpened,
)
from center.wire.sealed import open_sealed
from center.wire.signed import Opened, Signer, open_signed, sign
from crypto.certificates import find_issuer, identify, parse_pem_bundle
from crypto.challenge import statement_digest
from crypto.keys import VisitKeys, make_visit_keys
from crypto.roles import Role, Trust

M = TypeVar("M")


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes

    @property
    def failure(self) -> str:
        return decode(Refusal, self.body).failure


@dataclass
class Line:
    """An HTTPS connection of one terminal."""

    port: int
    context: ssl.SSLContext
    connection: http.client.HTTPSConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, context=self.context, timeout=20
        )

    def post(self, path: str, body: bytes) -> Answer:
        if getattr(self.connection, "sock", None) is None:
            # Head and body go out as two segments; the second must not wait for an ACK.
            self.connection.connect()
            self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection.request("POST", path, body, {"Content-Type": CONTENT_TYPE})
        answer = self.connection.getresponse()
        return Answer(answer.status, answer.read())

    def close(self) -> None:
        self.connection.close()


def terminal_context(state: State, name: str = "terminal") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_verify_locations(state.trust("centre-tls"))
    context.load_cert_chain(state.certificate(name), state.key(name))
    return context


class SoftwareCard:
    """The key and certificate of a demo card, used as the card uses them."""

    def __init__(self, directory: Path, authorities: tuple[x509.Certificate, ...]) -> None:
        key = load_pem_private_key((directory / "auth-key.pem").read_bytes(), None)
        assert isinstance(key, RSAPrivateKey)
        self.key = key
        self.certificate = x509.load_pem_x509_certificate(
            (directory / "auth-cert.pem").read_bytes()
        )
        self.identity = identify(self.certificate, find_issuer(self.certificate, authorities))

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    def sign(self, sha256: bytes) -> bytes:
        return self.key.sign(sha256, padding.PKCS1v15(), Prehashed(hashes.SHA256()))


class Visit:
    """One resident's way through, step by step; every step may be bent by a test."""

    def __init__(self, state: State, card: str, clock: Clock) -> None:
        self.state = state
        self.clock = clock
        self.keys: VisitKeys = make_visit_keys()
        authorities = parse_pem_bundle(state.trust("jpki-auth").read_bytes())
        self.card = SoftwareCard(state.card(card), authorities)
        self.opened: Opened[VisitOpened]
        self.envelope = b""
        self.auth = b""
        self.offers: Opened[Offers]
        self.sealed: SealedOffers

    def at(self) -> int:
        return utc_seconds(self.clock)

    def open(self, line: Line) -> VisitOpened:
        body = encode(OpenVisit(nonce=b"n" * 32, at=self.at(), calibration="cal-1"))
        answer = line.post(OPEN_VISIT, body)
        assert answer.status == 200, answer.body
        trust = self.trust("centre-statements", Role.CENTRE_STATEMENT)
        self.envelope = answer.body
        self.opened = open_signed(VisitOpened, answer.body, trust, self.at(), "visit.bad_signature")
        return self.opened.message

    def statement(self, **bent: Any) -> CardStatement:
        visit = self.opened.message
        made = CardStatement(
            opened=self.opened.digest,
            visit=visit.visit,
            challenge=visit.challenge,
            terminal=visit.terminal,
            scope="residence",
            card=card_reference(visit.visit, self.card.identity),
            method=METHOD,
            profile=PROFILE,
            sign_key=self.keys.sign_public,
            seal_key=self.keys.seal_public,
            at=self.at(),
        )
        return replace(made, **bent)

    def authentication(self, statement: CardStatement | None = None, **bent: Any) -> bytes:
        body = encode(statement or self.statement())
        made = Authenticate(
            opened=self.envelope,
            statement=body,
            signature=self.card.sign(statement_digest(body)),
            certificate=self.card.der,
        )
        return encode(replace(made, **bent))

    def authenticate(self, line: Line, body: bytes | None = None) -> Answer:
        body = body or self.authentication()
        self.auth = digest(Authenticate, body)
        answer = line.post(AUTHENTICATE, body)
        if answer.status == 200:
            trust = self.trust("municipalities", Role.MUNICIPALITY_STATEMENT)
            part = decode(MergedOffers, answer.body).parts[0]
            self.offers = open_signed(Offers, part, trust, self.at(), "offers.bad_signature")
            self.sealed = open_sealed(
                SealedOffers,
                self.offers.message.sealed,
                self.keys.seal,
                self.opened.message.visit,
                "offers.not_for_us",
            )
        return answer

    def application(self, certificate: str = "resident_record", **bent: Any) -> Application:
        offers = self.offers.message
        offered = next(one for one in offers.certificates if one.id == certificate)
        copies = bent.get("copies", 1)
        made = Application(
            application=b"application-0001",
            attempt=1,
            auth=self.auth,
            offer=self.offers.digest,
            municipality=offers.municipality,
            server=offered.server,
            certificate=certificate,
            kind="self" if offered.kinds else "",
            options=(),
            persons=(self.sealed.applicant,),
            copies=copies,
            fee_yen=offered.fee_yen * copies,
            at=self.at(),
        )
        return replace(made, **bent)

    def apply(self, line: Line, application: Application, keys: VisitKeys | None = None) -> Answer:
        return line.post(APPLY, sign(application, Signer((keys or self.keys).sign)))

    def delivered(self, answer: Answer, application: Application) -> "Received":
        body = encode(application)
        message = decode(Delivered, answer.body)
        trust = self.trust("centre-statements", Role.CENTRE_STATEMENT)
        delivery = open_signed(
            Delivery, message.delivery, trust, self.at(), "delivery.bad_signature"
        )
        copies = open_sealed(
            DeliveredCopies,
            message.sealed,
            self.keys.seal,
            digest(Application, body),
            "delivery.not_for_us",
        )
        return Received(delivery.message, copies, digest(Application, body))

    def trust(self, family: str, role: Role) -> Trust:
        return Trust(role, parse_pem_bundle(self.state.trust(family).read_bytes()))


@dataclass(frozen=True)
class Received:
    delivery: Delivery
    copies: DeliveredCopies
    application: bytes


def body_of(envelope: bytes) -> bytes:
    return decode(Envelope, envelope).body
