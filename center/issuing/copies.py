"""One copy of a certificate: drawn and stamped from the record, signed for the request.

Statement and stamp say the same thing from two sources on purpose. The statement is made from
what was asked; the stamp from what was drawn, its card found by going from the drawn record to
the registration. Where a server under load mixes two requests, they stop agreeing.
"""

import datetime
import hashlib
from dataclasses import dataclass, field

from center.issuing import document
from center.issuing.extract import Extract, Office
from center.issuing.registration import Registration
from center.issuing.residents import Resident
from center.issuing.sessions import Session
from center.wire.authentication import card_reference
from center.wire.messages import Application, IssuedCopy, IssueStatement, Stamp
from center.wire.signed import Opened, Signer, sign

VALID_S = 600
"""A copy nobody took for ten minutes is not printed any more."""


@dataclass(frozen=True, slots=True)
class Press:
    """What every copy of one municipality needs."""

    office: Office
    registration: Registration = field(repr=False)
    statements: Signer = field(repr=False)
    sign_pdf: document.Sign = field(repr=False)


@dataclass(frozen=True, slots=True)
class Order:
    """One application that was accepted."""

    application: Opened[Application]
    session: Session
    extract: Extract
    at: int
    day: datetime.date


def make_copy(press: Press, order: Order, number: int) -> IssuedCopy:
    """Copy `number` (from 1) of an order. Raises FontError, FormError, CheckFailed."""
    document_id = document.new_document_id()
    drawn = document.draw(order.extract, press.office, order.day)
    stamped = document.put_stamp(drawn, _stamp(press, order, document_id))
    pdf = press.sign_pdf(stamped, order.at)
    statement = _statement(order, number, document_id, pdf)
    return IssuedCopy(statement=sign(statement, press.statements), pdf=pdf)


def _stamp(press: Press, order: Order, document_id: str) -> Stamp:
    drawn = order.extract
    holder = _holder(order.session, drawn)
    return Stamp(
        application=order.application.digest,
        card=card_reference(order.session.visit, press.registration.card_of(holder)),
        certificate=drawn.certificate,
        kind=drawn.kind,
        options=tuple(sorted(drawn.options)),
        persons=_refs(order.session, drawn.persons),
        pages=document.pages(drawn),
        document_id=document_id,
    )


def _holder(session: Session, drawn: Extract) -> Resident:
    """Whose application the drawn record can answer: the applicant if drawn or of its household.

    Somebody else's household has nobody of this session in it; then its first person's card
    goes into the stamp, and the stamp will not fit.
    """
    first = drawn.persons[0]
    return session.applicant if first.household == session.applicant.household else first


def _refs(session: Session, persons: tuple[Resident, ...]) -> tuple[str, ...]:
    """The visit's names for those drawn; "?" for anybody it has no name for."""
    names = {one.id: ref for ref, one in session.refs.items()}
    return tuple(sorted(names.get(one.id, "?") for one in persons))


def _statement(order: Order, number: int, document_id: str, pdf: bytes) -> IssueStatement:
    asked = order.application.message
    return IssueStatement(
        application=order.application.digest,
        auth=asked.auth,
        card=order.session.card,
        municipality=asked.municipality,
        server=asked.server,
        certificate=asked.certificate,
        kind=asked.kind,
        options=asked.options,
        persons=asked.persons,
        copy=number,
        copies=asked.copies,
        fee_yen=asked.fee_yen,
        document=hashlib.sha256(pdf).digest(),
        document_id=document_id,
        length=len(pdf),
        pages=document.pages(order.extract),
        issued=order.at,
        valid_s=VALID_S,
    )
