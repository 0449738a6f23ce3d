"""What the centre makes sure of before it passes a document on (M8)."""

import hashlib
import io
from dataclasses import dataclass, field
from typing import Protocol

import pikepdf

from center.relay.visits import AuthenticatedVisit
from center.wire.canonical import decode
from center.wire.endpoints import STAMP_KEY
from center.wire.errors import WireError
from center.wire.messages import Application, IssuedCopy, IssueStatement, Stamp
from center.wire.signed import Opened, open_signed
from crypto.errors import CheckFailed
from crypto.pdf_signature import DocumentTrust, check_pdf
from crypto.roles import Trust


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a parser found in a document whose signature holds."""

    names: tuple[str, ...]
    """Municipality and server whose key signed it."""
    stamp: Stamp = field(repr=False)


class Documents(Protocol):
    """Parses documents; `center.workroom.room.Workroom` does so in a process apart."""

    def parse(self, pdf: bytes, at: int) -> Parsed:
        """Who signed `pdf`, and its stamp. Raises CheckFailed `document.bad_signature |
        too_complex`, `trust.list_not_in_force`, `stamp.other_application`."""
        ...


@dataclass(frozen=True, slots=True)
class ParsedHere:
    """`Documents` in this very process: for bytes that are no stranger's."""

    trust: DocumentTrust = field(repr=False)

    def parse(self, pdf: bytes, at: int) -> Parsed:
        """See `Documents.parse`."""
        holder = check_pdf(pdf, self.trust, at, "document.bad_signature")
        return Parsed(holder.names, read_stamp(pdf))


@dataclass(frozen=True, slots=True)
class IssuingServers:
    """Whose statements and documents are believed."""

    statements: Trust
    """Role MUNICIPALITY_STATEMENT."""
    documents: Documents = field(repr=False)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a copy must answer."""

    visit: AuthenticatedVisit
    application: Opened[Application]
    at: int


def inspect(
    servers: IssuingServers, expected: Expected, copy: IssuedCopy, number: int
) -> Opened[IssueStatement]:
    """The statement of copy `number`, once statement, document and stamp agree.

    Raises WireError; CheckFailed `issue.*`, `document.altered | bad_signature`, `stamp.*`.
    """
    at = expected.at
    opened = open_signed(
        IssueStatement, copy.statement, servers.statements, at, "issue.bad_signature"
    )
    statement = opened.message
    asked = expected.application.message
    issuer = (asked.municipality, asked.server)
    if opened.holder is None or opened.holder.names != issuer:
        raise CheckFailed("issue.other_municipality", "another server signed the statement")
    _check_statement(statement, expected, number)
    if (hashlib.sha256(copy.pdf).digest(), len(copy.pdf)) != (statement.document, statement.length):
        raise CheckFailed("document.altered", "the document is not the one that was stated")
    parsed = servers.documents.parse(copy.pdf, at)
    if parsed.names != issuer:
        raise CheckFailed("document.bad_signature", "another server signed the document")
    _check_stamp(parsed.stamp, statement)
    return opened


def read_stamp(pdf: bytes) -> Stamp:
    """The stamp in a document whose signature holds.

    Raises CheckFailed `stamp.other_application` when there is none.
    """
    return stamp_of(stamp_in(pdf))


def stamp_in(pdf: bytes) -> bytes:
    """The stamp's bytes in a document. Raises CheckFailed `stamp.other_application`."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            return document.Root[STAMP_KEY].read_bytes()
    except (pikepdf.PdfError, KeyError, AttributeError, TypeError):
        raise CheckFailed("stamp.other_application", "there is no readable stamp") from None


def stamp_of(data: bytes) -> Stamp:
    """The stamp that `data` is. Raises CheckFailed `stamp.other_application`."""
    try:
        return decode(Stamp, data)
    except WireError:
        raise CheckFailed("stamp.other_application", "there is no readable stamp") from None


def _check_statement(statement: IssueStatement, expected: Expected, number: int) -> None:
    asked = expected.application.message
    demands = (
        ("issue.other_municipality", (statement.municipality, statement.server),
         (asked.municipality, asked.server)),
        ("issue.other_application", statement.application, expected.application.digest),
        ("issue.other_visit", statement.auth, expected.visit.auth),
        ("issue.other_card", statement.card, expected.visit.card),
        ("issue.other_content", _content(statement), _content(asked)),
        ("issue.other_content", (statement.copy, statement.copies), (number, asked.copies)),
        ("issue.fee_differs", statement.fee_yen, asked.fee_yen),
    )  # fmt: skip
    for failure, stated, wanted in demands:
        if stated != wanted:
            raise CheckFailed(failure, "the statement does not answer the application")
    if not statement.issued <= expected.at <= statement.issued + statement.valid_s:
        raise CheckFailed("issue.expired", "the statement is not of now")


def _check_stamp(stamp: Stamp, statement: IssueStatement) -> None:
    demands = (
        ("stamp.other_application", stamp.application, statement.application),
        ("stamp.other_application", stamp.document_id, statement.document_id),
        ("stamp.other_person", (stamp.card, stamp.persons), (statement.card, statement.persons)),
        ("stamp.other_kind", _content(stamp), _content(statement)),
        ("stamp.other_kind", stamp.pages, statement.pages),
    )
    for failure, drawn, stated in demands:
        if drawn != stated:
            raise CheckFailed(failure, "what was drawn is not what was stated")


def _content(
    message: Application | IssueStatement | Stamp,
) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    return message.certificate, message.kind, message.options, message.persons
