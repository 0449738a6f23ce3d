"""Checks 1 to 8 of a delivery, each under its name, on real deliveries bent and signed again."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from center.demo import _signer
from center.wire.canonical import decode, encode
from center.wire.kinds import DOCUMENTS_BYTES, Envelope, digest
from center.wire.messages import (
    Delivered,
    DeliveredCopies,
    DeliveredCopy,
    Delivery,
    IssueStatement,
)
from center.wire.sealed import open_sealed, seal
from center.wire.signed import Signer, sign
from crypto.errors import CheckFailed
from crypto.keys import make_visit_keys
from kiosk.center_visit import CentreVisit
from kiosk.document.expected import Expected, PledgedCopy
from kiosk.document.pledges import check_pledges
from kiosk.session.model import Choice
from tests.kiosk.centre_at_work import NOON, CentreAtWork
from tests.kiosk.document.papers import sha256

pytestmark = pytest.mark.daemon

AT = int(NOON.timestamp())


@dataclass
class Good:
    """A delivery that passes, opened, and the keys to sign it again when it was bent."""

    visit: CentreVisit
    expected: Expected
    delivery: Delivery
    copies: tuple[DeliveredCopy, ...]
    centre: Signer
    municipality: Signer

    def check(self, body: bytes, at: int = AT, **changes: Any) -> tuple[PledgedCopy, ...]:
        expected = replace(self.expected, **changes)
        trust = self.visit._trust.statements
        return check_pledges(body, expected, trust, self.visit._keys.seal, at)

    def forge(
        self,
        copies: tuple[DeliveredCopy, ...] | None = None,
        delivery: dict[str, Any] | None = None,
        centre: Signer | None = None,
    ) -> bytes:
        """The delivery with other copies or fields, everything else made to fit them."""
        made = copies if copies is not None else self.copies
        digests = tuple(
            replace(old, issue=issue_digest(copy), document=sha256(copy.pdf),
                    marks=sha256(copy.marks))
            for old, copy in zip(self.delivery.copies, made, strict=False)
        )  # fmt: skip
        statement = replace(self.delivery, copies=digests, **(delivery or {}))
        sealed = seal(DeliveredCopies(made), self.visit._keys.seal_public, self.expected.digest)
        return encode(Delivered(sign(statement, centre or self.centre), sealed))

    def restated(self, signer: Signer | None = None, **changes: Any) -> bytes:
        """The first copy's issue statement with other fields."""
        said = decode(IssueStatement, decode(Envelope, self.copies[0].statement).body)
        envelope = sign(replace(said, **changes), signer or self.municipality)
        first = replace(self.copies[0], statement=envelope)
        return self.forge((first, *self.copies[1:]))


def issue_digest(copy: DeliveredCopy) -> bytes:
    return digest(IssueStatement, decode(Envelope, copy.statement).body)


@pytest.fixture(scope="module")
def good(running_work: CentreAtWork) -> Good:
    work = running_work
    visit, offers = work.authenticated()
    visit.apply(Choice("resident_record", "self", (), (offers.applicant,), 2, 400))
    bodies: list[bytes] = []
    line, ask = visit._line, visit._line.post

    def keep(path: str, body: bytes) -> bytes:
        bodies.append(ask(path, body))
        return bodies[-1]

    line.post = keep  # type: ignore[method-assign]
    visit.deliver()
    expected = visit.expected()
    delivered = decode(Delivered, bodies[-1])
    delivery = decode(Delivery, decode(Envelope, delivered.delivery).body)
    copies = open_sealed(
        DeliveredCopies, delivered.sealed, visit._keys.seal, expected.digest, "no"
    ).copies
    return Good(
        visit, expected, delivery, copies,
        _signer(work.state, "centre-statement"), _signer(work.state, "municipality-statement"),
    )  # fmt: skip


def failure_of(call: Callable[[], object]) -> str:
    with pytest.raises(CheckFailed) as failed:
        call()
    return failed.value.failure


def test_the_delivery_itself_passes_and_so_does_it_signed_again(good: Good) -> None:
    (one, two) = good.check(good.forge())
    assert one.document == good.copies[0].pdf
    assert one.document_id != two.document_id


class TestDelivery:
    def test_1_too_large(self, good: Good) -> None:
        body = b" " * (2 * DOCUMENTS_BYTES + 1)
        assert failure_of(lambda: good.check(body)) == "delivery.too_large"

    def test_2_not_by_the_centre(self, good: Good) -> None:
        body = good.forge(centre=good.municipality)
        assert failure_of(lambda: good.check(body)) == "delivery.bad_signature"

    @pytest.mark.parametrize(
        ("changes", "failure"),
        [
            ({"visit": b"another visit!!!"}, "delivery.not_for_us"),
            ({"terminal": "kiosk-0002"}, "delivery.not_for_us"),
            ({"application": b"x" * 32}, "delivery.other_application"),
            ({"attempt": 7}, "delivery.stale_attempt"),
        ],
    )
    def test_3_and_4_for_somebody_or_something_else(
        self, good: Good, changes: dict[str, Any], failure: str
    ) -> None:
        body = good.forge(delivery=changes)
        assert failure_of(lambda: good.check(body)) == failure

    def test_sealed_to_another_visit(self, good: Good) -> None:
        other = make_visit_keys().seal_public
        delivered = decode(Delivered, good.forge())
        sealed = seal(DeliveredCopies(good.copies), other, good.expected.digest)
        body = encode(replace(delivered, sealed=sealed))
        assert failure_of(lambda: good.check(body)) == "delivery.not_for_us"

    def test_fewer_copies_than_applied_for(self, good: Good) -> None:
        body = good.forge(good.copies[:1])
        assert failure_of(lambda: good.check(body)) == "issue.other_content"

    def test_one_document_twice(self, good: Good) -> None:
        first = decode(IssueStatement, decode(Envelope, good.copies[0].statement).body)
        again = replace(good.copies[0], statement=sign(replace(first, copy=2), good.municipality))
        both = replace(good.delivery.copies[1], document_id=first.document_id)
        body = good.forge(
            (good.copies[0], again),
        )
        delivered = decode(Delivered, body)
        delivery = decode(Delivery, decode(Envelope, delivered.delivery).body)
        digests = (delivery.copies[0], replace(delivery.copies[1], document_id=both.document_id))
        signed = sign(replace(delivery, copies=digests), good.centre)
        body = encode(replace(delivered, delivery=signed))
        assert failure_of(lambda: good.check(body)) == "document.repeated"


class TestIssue:
    def test_5_not_by_a_municipality(self, good: Good) -> None:
        body = good.restated(signer=good.centre)
        assert failure_of(lambda: good.check(body)) == "issue.bad_signature"

    @pytest.mark.parametrize(
        ("changes", "failure"),
        [
            ({"municipality": "99202"}, "issue.other_municipality"),
            ({"server": "second"}, "issue.other_municipality"),
            ({"application": b"x" * 32}, "issue.other_application"),
            ({"auth": b"x" * 32}, "issue.other_visit"),
            ({"card": b"x" * 32}, "issue.other_card"),
            ({"certificate": "seal_registration"}, "issue.other_content"),
            ({"kind": "household"}, "issue.other_content"),
            ({"options": ("domicile",)}, "issue.other_content"),
            ({"persons": ("somebody",)}, "issue.other_content"),
            ({"copy": 2}, "issue.other_content"),
            ({"copies": 1}, "issue.other_content"),
            ({"fee_yen": 200}, "issue.fee_differs"),
            ({"issued": AT - 601}, "issue.expired"),
            ({"issued": AT + 600}, "issue.expired"),
            ({"document": b"x" * 32}, "document.altered"),
            ({"length": 1}, "document.altered"),
            ({"document_id": "AAAA"}, "document.altered"),
            ({"pages": 2}, "marks.sheet_count"),
        ],
    )
    def test_5_to_8_states_something_else(
        self, good: Good, changes: dict[str, Any], failure: str
    ) -> None:
        body = good.restated(**changes)
        assert failure_of(lambda: good.check(body)) == failure

    def test_an_old_answer(self, good: Good) -> None:
        body = good.forge()
        assert failure_of(lambda: good.check(body, at=AT + 601)) == "issue.expired"

    def test_another_visit_s_whole_delivery(self, good: Good, running_work: CentreAtWork) -> None:
        other, offers = running_work.authenticated("yamada-taro")
        other.apply(Choice("resident_record", "self", (), (offers.applicant,), 2, 400))
        body = good.forge()
        trust = good.visit._trust.statements
        assert (
            failure_of(lambda: check_pledges(body, other.expected(), trust, other._keys.seal, AT))
            == "delivery.not_for_us"
        )

    def test_another_applicant_s_copies_under_our_delivery(
        self, good: Good, running_work: CentreAtWork
    ) -> None:
        other, offers = running_work.authenticated("silva-maria")
        other.apply(Choice("resident_record", "self", (), (offers.applicant,), 2, 400))
        kept: list[bytes] = []
        ask = other._line.post
        other._line.post = lambda path, body: kept.append(ask(path, body)) or kept[-1]  # type: ignore[method-assign, func-returns-value]
        other.deliver()
        theirs = open_sealed(
            DeliveredCopies, decode(Delivered, kept[-1]).sealed, other._keys.seal,
            other.expected().digest, "no",
        ).copies  # fmt: skip
        body = good.forge(theirs)
        assert failure_of(lambda: good.check(body)) == "issue.other_application"


class TestBytes:
    def test_8_one_altered_byte_of_the_document(self, good: Good) -> None:
        pdf = bytearray(good.copies[0].pdf)
        pdf[len(pdf) // 2] ^= 1
        body = good.forge((replace(good.copies[0], pdf=bytes(pdf)), good.copies[1]))
        assert failure_of(lambda: good.check(body)) == "document.altered"

    def test_8_one_altered_byte_of_the_marks(self, good: Good) -> None:
        marks = bytearray(good.copies[1].marks)
        marks[-10] ^= 1
        digests = good.delivery.copies
        copies = (good.copies[0], replace(good.copies[1], marks=bytes(marks)))
        delivered = decode(Delivered, good.forge(copies))
        signed = sign(replace(good.delivery, copies=digests), good.centre)
        body = encode(replace(delivered, delivery=signed))
        assert failure_of(lambda: good.check(body)) == "marks.altered"

    def test_the_two_documents_exchanged(self, good: Good) -> None:
        one, two = good.copies
        copies = (replace(one, pdf=two.pdf), replace(two, pdf=one.pdf))
        body = good.forge(copies)
        assert failure_of(lambda: good.check(body)) == "document.altered"

    @settings(max_examples=60, deadline=None)
    @given(data=st.data())
    def test_no_bent_byte_anywhere_passes(self, good: Good, data: st.DataObject) -> None:
        body = bytearray(good.forge())
        place = data.draw(st.integers(0, len(body) - 1))
        body[place] ^= data.draw(st.integers(1, 255))
        with pytest.raises(CheckFailed):
            good.check(bytes(body))

    @given(st.binary(max_size=400))
    def test_any_bytes_are_refused_by_a_name(self, good: Good, body: bytes) -> None:
        with pytest.raises(CheckFailed):
            good.check(body)
