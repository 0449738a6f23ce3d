"""From what the municipality issued to what the terminal gets (M8 to M9)."""

import hashlib
from dataclasses import dataclass, field
from typing import Protocol

from center.antiforgery.reading import DeliveryContext
from center.relay.inspection import Expected, IssuingServers, inspect
from center.store.store import Store
from center.wire.canonical import decode, encode
from center.wire.messages import (
    CopyDigest,
    Delivered,
    DeliveredCopies,
    DeliveredCopy,
    Delivery,
    Issued,
    IssuedCopy,
    IssueStatement,
)
from center.wire.sealed import seal
from center.wire.signed import Opened, Signer, sign
from crypto.errors import CheckFailed

Ready = tuple[DeliveredCopy, CopyDigest]
"""A copy as it is delivered, and what the centre signs of it."""


class MarksMaker(Protocol):
    """Draws marks and makes sure of them; `center.antiforgery.marks.Engraver` is the one."""

    def expect(self, calibration: str) -> None:
        """Sheets of such a printer will be asked for. For speed alone: nothing depends on it."""
        ...

    def make(self, pdf: bytes, context: DeliveryContext) -> bytes:
        """The marks for `pdf`. Raises CheckFailed `marks.read_back`."""
        ...

    def read_back(self, marks: bytes, pdf: bytes, context: DeliveryContext) -> None:
        """Make sure that they are. Raises CheckFailed `marks.read_back`."""
        ...


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Makes deliveries. Thread-safe."""

    servers: IssuingServers
    store: Store
    signer: Signer = field(repr=False)
    engraver: MarksMaker
    """What draws the marks; whatever it draws is read back before anybody signs for it."""

    def deliver(self, expected: Expected, body: bytes) -> bytes:
        """M9 for the M8 in `body`, after every check.

        Raises WireError; CheckFailed as `inspect`, `document.repeated`, `marks.read_back`.
        """
        return pack(expected, self.prepare(expected, body), self.signer)

    def prepare(self, expected: Expected, body: bytes) -> tuple[Ready, ...]:
        """The copies of the M8 in `body`, checked, marked and noted. Raises as `deliver`."""
        issued = decode(Issued, body)
        if len(issued.copies) != expected.application.message.copies:
            raise CheckFailed("issue.other_content", "not as many copies as were asked for")
        ready = tuple(
            self._copy(expected, copy, number) for number, copy in enumerate(issued.copies, 1)
        )
        self.store.note_documents([digest.document for _, digest in ready], expected.at)
        return ready

    def _copy(self, expected: Expected, copy: IssuedCopy, number: int) -> Ready:
        statement = inspect(self.servers, expected, copy, number)
        context = DeliveryContext(
            document_id=statement.message.document_id,
            pages=statement.message.pages,
            calibration=expected.visit.calibration,
            issued=statement.message.issued,
            municipality=statement.message.municipality,
        )
        marks = self.engraver.make(copy.pdf, context)
        self.engraver.read_back(marks, copy.pdf, context)
        return ready_copy(copy, statement, marks)


def ready_copy(copy: IssuedCopy, statement: Opened[IssueStatement], marks: bytes) -> Ready:
    """A copy with its marks, and the digests of both under the number its statement gives it."""
    said = statement.message
    return (
        DeliveredCopy(statement=copy.statement, pdf=copy.pdf, marks=marks),
        CopyDigest(
            issue=statement.digest,
            document=said.document,
            marks=hashlib.sha256(marks).digest(),
            document_id=said.document_id,
            sheets=said.pages,
        ),
    )


def pack(expected: Expected, ready: tuple[Ready, ...], signer: Signer) -> bytes:
    """M9: the signed statement about `ready`, and the copies sealed to the visit."""
    delivery = Delivery(
        visit=expected.visit.visit,
        terminal=expected.visit.terminal,
        application=expected.application.digest,
        attempt=expected.application.message.attempt,
        copies=tuple(digest for _, digest in ready),
        issued=expected.at,
    )
    sealed = seal(
        DeliveredCopies(copies=tuple(copy for copy, _ in ready)),
        expected.visit.seal_key,
        expected.application.digest,
    )
    return encode(Delivered(delivery=sign(delivery, signer), sealed=sealed))
