"""The keys, records and machines of a demo state, as a wrong municipality or centre holds them."""

import dataclasses
import datetime
import hashlib
import io
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pikepdf
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from center import demo
from center.antiforgery.marks import compose
from center.antiforgery.reading import DeliveryContext, read_pages
from center.clock import FixedClock, utc_seconds
from center.issuing import document
from center.issuing.copies import Press
from center.issuing.extract import Extract
from center.issuing.municipality import Municipality
from center.issuing.municipality import load as load_municipality
from center.issuing.registration import Link, Registration
from center.issuing.residents import CardState, Resident
from center.issuing.residents import load as load_residents
from center.pki import issue
from center.pki.description import EndEntity
from center.pki.issue import Authority
from center.pki.layout import State
from center.relay.delivery import MarksMaker
from center.relay.inspection import IssuingServers
from center.wire.canonical import decode
from center.wire.kinds import Envelope
from center.wire.messages import Delivered, Delivery, IssuedCopy, IssueStatement, Stamp
from center.wire.signed import Signer, sign
from crypto.keys import private_from_pem
from crypto.pdf_signature import DocumentSigner, sign_pdf
from crypto.roles import Role
from kiosk.center_client import CentreTrust, load_trust
from tests.center.software_terminal import SoftwareCard
from tests.kiosk.centre_at_work import config_for

OTHER = ("99202", "main")
"""A second municipality, under the same roots."""


@dataclass(frozen=True)
class Neighbour:
    """The second municipality's keys."""

    statements: Signer
    documents: DocumentSigner


class Workshop:
    """Made once a process; nothing in it changes."""

    def __init__(self, state: State, at: datetime.datetime) -> None:
        self.state = state
        self.engraver = LightEngraver()
        self.clock = FixedClock(at)
        self.at = utc_seconds(self.clock)
        self.municipality: Municipality = load_municipality()
        self.press: Press = demo._press(state, self.municipality)
        self.servers: IssuingServers = demo._issuing_servers(state)
        self.centre: Signer = demo._signer(state, "centre-statement")
        self.statements: Signer = demo._signer(state, "municipality-statement")
        self.neighbour = _neighbour(state, at)
        self.trust: CentreTrust = load_trust(config_for(state, ()))
        self.residents = {one.id: one for one in load_residents()}
        self.cards = {
            one.id: SoftwareCard(state.card(one.id), self.trust.cards.authorities)
            for one in self.residents.values()
            if one.card is CardState.GOOD
        }

    def household(self, resident: str) -> tuple[Resident, ...]:
        return self.press.registration.household(self.residents[resident])

    def mislinked(self) -> Registration:
        """Every card linked to the next person with another name and birthday."""
        holders = [self.residents[name] for name in sorted(self.cards)]
        links = []
        for place, holder in enumerate(holders):
            turned = holders[place + 1 :] + holders[:place]
            other = next(one for one in turned if one.birthday != holder.birthday)
            links.append(Link(self.cards[holder.id].identity, other.id))
        return Registration(links, self.residents.values())

    def draw(self, extract: Extract) -> bytes:
        """A picture without a stamp."""
        return document.draw(extract, self.press.office, self.clock.utc().date())

    def stamped(self, picture: bytes, stamp: Stamp) -> bytes:
        """A picture with a stamp, under the municipality's signature."""
        return self.press.sign_pdf(document.put_stamp(picture, stamp), self.at)

    def signed_by_neighbour(self, picture: bytes, stamp: Stamp) -> bytes:
        """The same, under the other municipality's signature."""
        return sign_pdf(document.put_stamp(picture, stamp), self.neighbour.documents, self.at)

    def restated(self, copy: IssuedCopy, pdf: bytes | None = None, /, **bent: Any) -> IssuedCopy:
        """`copy` with another document (its digest stated) or other statements, rightly signed."""
        held = copy.pdf if pdf is None else pdf
        fits = {"document": hashlib.sha256(held).digest(), "length": len(held)}
        said = dataclasses.replace(statement_of(copy), **{**fits, **bent})
        return IssuedCopy(statement=sign(said, self.statements), pdf=held)

    @staticmethod
    def delivery_of(body: bytes) -> Delivery:
        return decode(Delivery, decode(Envelope, decode(Delivered, body).delivery).body)


def statement_of(copy: IssuedCopy) -> IssueStatement:
    """What a copy's statement says."""
    return decode(IssueStatement, decode(Envelope, copy.statement).body)


def _neighbour(state: State, at: datetime.datetime) -> Neighbour:
    root = Authority(
        demo._certificate(state, "municipalities"),
        private_from_pem(state.key("municipalities").read_bytes()),
    )
    valid = issue.validity(at, 30)
    made = {}
    for role, kind in (
        (Role.MUNICIPALITY_STATEMENT, "ed25519"),
        (Role.MUNICIPALITY_DOCUMENT, "rsa-2048"),
    ):
        key = issue.make_key(kind)
        what = EndEntity("neighbour", "municipalities", role, OTHER, kind)
        made[role] = key, issue.issue_ours(what, key, root, valid)
    statement_key, statement = made[Role.MUNICIPALITY_STATEMENT]
    document_key, certificate = made[Role.MUNICIPALITY_DOCUMENT]
    assert isinstance(statement_key, Ed25519PrivateKey)
    assert isinstance(document_key, RSAPrivateKey)
    return Neighbour(
        Signer(statement_key, statement.public_bytes(Encoding.DER)),
        DocumentSigner(document_key, certificate),
    )


class LightEngraver:
    """Marks with all their words and without scramble images, which take most of the time.

    What a block may hold is proven with the marks themselves; here are ten thousand answers.
    """

    def expect(self, calibration: str) -> None:
        pass

    def make(self, pdf: bytes, context: DeliveryContext) -> bytes:
        del pdf
        return compose(context, [None] * context.pages)

    def read_back(self, marks: bytes, pdf: bytes, context: DeliveryContext) -> None:
        read_pages(marks, pdf, context)


def _of_another_document(engraver: MarksMaker, pdf: bytes, context: DeliveryContext) -> bytes:
    return engraver.make(pdf, dataclasses.replace(context, document_id=document.new_document_id()))


def _of_another_sheet(engraver: MarksMaker, pdf: bytes, context: DeliveryContext) -> bytes:
    """As many sheets, counted from a larger certificate."""
    larger = engraver.make(pdf, dataclasses.replace(context, pages=context.pages + 1))
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(larger)) as marks:
        del marks.pages[:2]
        marks.save(made)
    return made.getvalue()


_WRONG_MARKS: dict[str, Callable[[MarksMaker, bytes, DeliveryContext], bytes]] = {
    "another document": _of_another_document,
    "another sheet": _of_another_sheet,
}


@dataclass(frozen=True)
class WrongEngraver:
    """A machine that draws what it should not, before one that looks."""

    right: MarksMaker
    which: str

    def expect(self, calibration: str) -> None:
        self.right.expect(calibration)

    def make(self, pdf: bytes, context: DeliveryContext) -> bytes:
        return _WRONG_MARKS[self.which](self.right, pdf, context)

    def read_back(self, marks: bytes, pdf: bytes, context: DeliveryContext) -> None:
        self.right.read_back(marks, pdf, context)


class PrintBuffer:
    """The vendor's buffer of 2023: one slot, a lock, and a lock that is released by force.

    Who waits longer than `patience_s` breaks the lock and goes on, so that two may be inside:
    the picture that is taken out may be the one somebody else just put in.
    """

    def __init__(self, patience_s: float, drawing_s: float) -> None:
        self._patience_s = patience_s
        self._drawing_s = drawing_s
        self._lock = threading.Lock()
        self._slot: IssuedCopy | None = None
        self._pause = threading.Event()

    def through(self, mine: IssuedCopy) -> IssuedCopy:
        """Put `mine` in, wait for the "printer", take out whatever lies there then."""
        held = self._lock.acquire(timeout=self._patience_s)
        self._slot = mine
        self._pause.wait(self._drawing_s)
        taken = self._slot
        if held:
            self._lock.release()
        assert taken is not None
        return taken
