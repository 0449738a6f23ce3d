"""From what the municipality issued to what the terminal gets (M8 to M9)."""

import hashlib
from dataclasses import dataclass, field

from center.antiforgery.marks import DeliveryContext, make_marks
from center.antiforgery.reading import read_back
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
)
from center.wire.sealed import seal
from center.wire.signed import Signer, sign
from crypto.errors import CheckFailed


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Makes deliveries. Thread-safe."""

    servers: IssuingServers
    store: Store
    signer: Signer = field(repr=False)

    def deliver(self, expected: Expected, body: bytes) -> bytes:
        """M9 for the M8 in `body`, after every check.

        Raises WireError; CheckFailed as `inspect`, `document.repeated`, `marks.read_back`.
        """
        issued = decode(Issued, body)
        asked = expected.application.message
        if len(issued.copies) != asked.copies:
            raise CheckFailed("issue.other_content", "not as many copies as were asked for")
        ready = [self._copy(expected, copy, number) for number, copy in enumerate(issued.copies, 1)]
        self.store.note_documents([digest.document for _, digest in ready], expected.at)
        delivery = Delivery(
            visit=expected.visit.visit,
            terminal=expected.visit.terminal,
            application=expected.application.digest,
            attempt=asked.attempt,
            copies=tuple(digest for _, digest in ready),
            issued=expected.at,
        )
        sealed = seal(
            DeliveredCopies(copies=tuple(copy for copy, _ in ready)),
            expected.visit.seal_key,
            expected.application.digest,
        )
        return encode(Delivered(delivery=sign(delivery, self.signer), sealed=sealed))

    def _copy(
        self, expected: Expected, copy: IssuedCopy, number: int
    ) -> tuple[DeliveredCopy, CopyDigest]:
        statement = inspect(self.servers, expected, copy, number)
        context = DeliveryContext(
            document_id=statement.message.document_id,
            pages=statement.message.pages,
            calibration=expected.visit.calibration,
        )
        marks = make_marks(copy.pdf, context)
        read_back(marks, copy.pdf, context)
        return (
            DeliveredCopy(statement=copy.statement, pdf=copy.pdf, marks=marks),
            CopyDigest(
                issue=statement.digest,
                document=statement.message.document,
                marks=hashlib.sha256(marks).digest(),
                document_id=context.document_id,
                sheets=context.pages,
            ),
        )
