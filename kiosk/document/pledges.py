"""What a delivery's signed statements say, before any parser sees a document. Pure.

The order is part of the check: size, who delivers, to whom, for what; who issued, for whom, what;
and only then whether the bytes are those that were signed for. Every failure has its own name.
"""

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from center.wire.canonical import decode
from center.wire.errors import TOO_LARGE, WireError
from center.wire.messages import (
    CopyDigest,
    Delivered,
    DeliveredCopies,
    DeliveredCopy,
    Delivery,
    IssueStatement,
)
from center.wire.sealed import open_sealed
from center.wire.signed import Opened, open_signed
from crypto.errors import CheckFailed
from kiosk.document.expected import Expected, PledgedCopy, StatementTrust

SKEW_S = 120
"""How far the issuing server's clock may be ahead of ours."""


def check_pledges(
    body: bytes, expected: Expected, trust: StatementTrust, seal_key: X25519PrivateKey, at: int
) -> tuple[PledgedCopy, ...]:
    """The copies of delivery `body` (M9), each exactly as it was signed for.

    Raises CheckFailed `delivery.*`, `issue.*`, `document.altered`, `document.repeated`,
    `marks.altered`; WireError for what is no delivery at all.
    """
    delivered = _decode(body)
    delivery = open_signed(
        Delivery, delivered.delivery, trust.centres, at, "delivery.bad_signature"
    ).message
    _check_addressee(delivery, expected)
    copies = open_sealed(
        DeliveredCopies, delivered.sealed, seal_key, expected.digest, "delivery.not_for_us"
    ).copies
    wanted = expected.application.copies
    if not len(copies) == len(delivery.copies) == wanted:
        raise CheckFailed("issue.other_content", "the number of copies differs")
    pairs = zip(delivery.copies, copies, strict=True)
    pledged = tuple(
        _check_copy(number, digest, copy, _Judge(expected, trust, at))
        for number, (digest, copy) in enumerate(pairs, start=1)
    )
    if len({copy.document_id for copy in pledged}) != wanted:
        raise CheckFailed("document.repeated", "two copies have one number")
    return pledged


def _decode(body: bytes) -> Delivered:
    try:
        return decode(Delivered, body)
    except WireError as error:
        if error.failure == TOO_LARGE:
            raise CheckFailed("delivery.too_large", "more than a delivery may have") from None
        raise


def _check_addressee(delivery: Delivery, expected: Expected) -> None:
    if (delivery.visit, delivery.terminal) != (expected.visit, expected.terminal):
        raise CheckFailed("delivery.not_for_us", "it is for another visit or terminal")
    if delivery.application != expected.digest:
        raise CheckFailed("delivery.other_application", "it answers another application")
    if delivery.attempt != expected.application.attempt:
        raise CheckFailed("delivery.stale_attempt", "it answers another attempt")


class _Judge:
    """What one statement is held against."""

    def __init__(self, expected: Expected, trust: StatementTrust, at: int) -> None:
        self.expected = expected
        self.trust = trust
        self.at = at

    def open(self, envelope: bytes) -> Opened[IssueStatement]:
        """The statement, signed by the server that was applied to."""
        asked = self.expected.application
        opened = open_signed(
            IssueStatement, envelope, self.trust.municipalities, self.at, "issue.bad_signature"
        )
        said = opened.message
        names = opened.holder.names if opened.holder else ()
        if not names == (said.municipality, said.server) == (asked.municipality, asked.server):
            raise CheckFailed("issue.other_municipality", "another server issued it")
        return opened

    def compare(self, said: IssueStatement, number: int) -> None:
        """Application, visit, card, content, fee and time, in this order."""
        asked = self.expected.application
        content = (said.certificate, said.kind, said.options, said.persons, said.copy, said.copies)
        wanted = (asked.certificate, asked.kind, asked.options, asked.persons, number, asked.copies)
        ends = said.issued + said.valid_s
        demands = (
            (said.application == self.expected.digest, "issue.other_application"),
            (said.auth == asked.auth, "issue.other_visit"),
            (said.card == self.expected.card, "issue.other_card"),
            (content == wanted, "issue.other_content"),
            (said.fee_yen == asked.fee_yen, "issue.fee_differs"),
            (said.issued - SKEW_S <= self.at <= ends, "issue.expired"),
        )
        for holds, failure in demands:
            if not holds:
                raise CheckFailed(failure, f"copy {number}")


def _check_copy(number: int, digest: CopyDigest, copy: DeliveredCopy, judge: _Judge) -> PledgedCopy:
    opened = judge.open(copy.statement)
    said = opened.message
    judge.compare(said, number)
    found = hashlib.sha256(copy.pdf).digest()
    unaltered = (
        hmac.compare_digest(found, said.document)
        and hmac.compare_digest(found, digest.document)
        and len(copy.pdf) == said.length
        and digest.issue == opened.digest
        and digest.document_id == said.document_id
    )
    if not unaltered:
        raise CheckFailed("document.altered", f"copy {number} is not what was signed for")
    if not hmac.compare_digest(hashlib.sha256(copy.marks).digest(), digest.marks):
        raise CheckFailed("marks.altered", f"copy {number}")
    if digest.sheets != said.pages:
        raise CheckFailed("marks.sheet_count", f"copy {number}")
    return PledgedCopy(copy.pdf, copy.marks, said.document_id, said.pages)
