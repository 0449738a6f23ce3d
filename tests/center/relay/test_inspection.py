"""M8: what a municipality's server may get wrong, and under which name the centre refuses it."""

import hashlib
import io
from dataclasses import dataclass, replace
from typing import Any

import pikepdf
import pytest

from center.antiforgery.keyring import open_keyring
from center.antiforgery.marks import Engraver
from center.clock import FixedClock, utc_seconds
from center.demo import _issuing_servers, _press, _signer
from center.issuing import document
from center.issuing.copies import Order, Press, make_copy
from center.issuing.extract import Extract
from center.issuing.municipality import load as load_municipality
from center.issuing.offers import offers_for
from center.issuing.residents import Resident
from center.issuing.residents import load as load_residents
from center.issuing.sessions import Session
from center.pki.layout import State
from center.relay.delivery import Dispatch
from center.relay.inspection import Expected, IssuingServers, inspect, read_stamp
from center.relay.visits import AuthenticatedVisit, Part
from center.store.store import Store
from center.wire.authentication import card_reference
from center.wire.canonical import decode, encode
from center.wire.kinds import Envelope, digest
from center.wire.messages import (
    Application,
    Delivered,
    Issued,
    IssuedCopy,
    IssueStatement,
    Offers,
)
from center.wire.mixups import may_be_mix_up
from center.wire.signed import Opened, Signer, sign
from crypto.errors import CheckFailed
from crypto.keys import make_visit_keys
from tests.center.conftest import NOON

AT = NOON
NOW = utc_seconds(FixedClock(AT))
VISIT = b"v" * 16
AUTH = b"a" * 32


@dataclass(frozen=True)
class Bench:
    """Keys of a municipality, a visit of 山田花子, and an application for her record."""

    state: State
    press: Press
    servers: IssuingServers
    seal_key: bytes

    @property
    def signer(self) -> Signer:
        return _signer(self.state, "municipality-statement")

    def order(self, applicant: str = "yamada-hanako", drawn: str = "") -> Order:
        """An order of `applicant`; `drawn` is whose record a mixed-up server draws."""
        holder = resident(applicant)
        household = self.press.registration.household(holder)
        refs = {f"ref-{number}": one for number, one in enumerate(household)}
        own = next(ref for ref, one in refs.items() if one is holder)
        identity = self.press.registration.card_of(holder)
        offers = Offers(
            visit=VISIT,
            auth=AUTH,
            municipality="99201",
            municipality_name="見本市",
            certificates=offers_for(load_municipality(), holder, "residence", AT),
            sealed=b"",
            issued=NOW,
        )
        card = card_reference(VISIT, identity)
        session = Session(AUTH, VISIT, "residence", b"", card, holder, refs, offers)
        application = Application(
            application=b"i" * 16,
            attempt=1,
            auth=AUTH,
            offer=session.offer,
            municipality="99201",
            server="main",
            certificate="resident_record",
            kind="self",
            options=(),
            persons=(own,),
            copies=1,
            fee_yen=200,
            at=NOW,
        )
        opened = Opened(application, digest(Application, encode(application)))
        extract = Extract(
            "resident_record", "self", frozenset(), (resident(drawn) if drawn else holder,)
        )
        return Order(opened, session, extract, NOW, AT.date())

    def expected(self, order: Order, at: int = NOW) -> Expected:
        visit = AuthenticatedVisit(
            auth=AUTH,
            visit=VISIT,
            terminal="kiosk-0001",
            calibration="",
            card=order.session.card,
            sign_key=b"",
            seal_key=self.seal_key,
            parts=(Part("main", order.session.offers, order.session.offer, b""),),
        )
        return Expected(visit, order.application, at)

    def inspect(self, order: Order, copy: IssuedCopy, at: int = NOW) -> Opened[IssueStatement]:
        return inspect(self.servers, self.expected(order, at), copy, 1)

    def restated(self, copy: IssuedCopy, /, **bent: Any) -> IssuedCopy:
        """The same copy under a bent statement, properly signed."""
        return replace(copy, statement=sign(replace(statement_of(copy), **bent), self.signer))

    def restamped(self, copy: IssuedCopy, /, **bent: Any) -> IssuedCopy:
        """A document whose stamp says something else, properly signed and stated."""
        order = self.order()
        drawn = document.draw(order.extract, self.press.office, AT.date())
        stamped = document.put_stamp(drawn, replace(read_stamp(copy.pdf), **bent))
        return self.stated(copy, self.press.sign_pdf(stamped, NOW))

    def stated(self, copy: IssuedCopy, pdf: bytes) -> IssuedCopy:
        digested = hashlib.sha256(pdf).digest()
        return replace(
            self.restated(copy, document=digested, length=len(pdf)),
            pdf=pdf,
        )


def resident(name: str) -> Resident:
    return next(one for one in load_residents() if one.id == name)


def statement_of(copy: IssuedCopy) -> IssueStatement:
    return decode(IssueStatement, decode(Envelope, copy.statement).body)


@pytest.fixture(scope="module")
def bench(pki_state: State) -> Bench:
    press = _press(pki_state, load_municipality())
    return Bench(pki_state, press, _issuing_servers(pki_state), make_visit_keys().seal_public)


@pytest.fixture(scope="module")
def good(bench: Bench) -> IssuedCopy:
    return make_copy(bench.press, bench.order(), 1)


def test_a_right_copy_passes(bench: Bench, good: IssuedCopy) -> None:
    assert bench.inspect(bench.order(), good).message == statement_of(good)


@pytest.mark.parametrize(
    ("bent", "failure"),
    [
        ({"municipality": "99202"}, "issue.other_municipality"),
        ({"server": "tax"}, "issue.other_municipality"),
        ({"application": b"x" * 32}, "issue.other_application"),
        ({"auth": b"x" * 32}, "issue.other_visit"),
        ({"card": b"x" * 32}, "issue.other_card"),
        ({"certificate": "seal_registration"}, "issue.other_content"),
        ({"kind": "household"}, "issue.other_content"),
        ({"options": ("domicile",)}, "issue.other_content"),
        ({"persons": ("ref-0",)}, "issue.other_content"),
        ({"copy": 2}, "issue.other_content"),
        ({"copies": 2}, "issue.other_content"),
        ({"fee_yen": 300}, "issue.fee_differs"),
        ({"issued": NOW - 601}, "issue.expired"),
        ({"issued": NOW + 1}, "issue.expired"),
        ({"document": b"x" * 32}, "document.altered"),
        ({"length": 1}, "document.altered"),
        ({"document_id": "XXXX"}, "stamp.other_application"),
        ({"pages": 2}, "stamp.other_kind"),
    ],
)
def test_bent_statements(
    bench: Bench, good: IssuedCopy, bent: dict[str, Any], failure: str
) -> None:
    with pytest.raises(CheckFailed) as caught:
        bench.inspect(bench.order(), bench.restated(good, **bent))
    assert caught.value.failure == failure


@pytest.mark.parametrize(
    ("bent", "failure"),
    [
        ({"application": b"x" * 32}, "stamp.other_application"),
        ({"document_id": "XXXX"}, "stamp.other_application"),
        ({"card": b"x" * 32}, "stamp.other_person"),
        ({"persons": ("ref-0",)}, "stamp.other_person"),
        ({"certificate": "seal_registration"}, "stamp.other_kind"),
        ({"kind": "household"}, "stamp.other_kind"),
        ({"options": ("domicile",)}, "stamp.other_kind"),
        ({"pages": 3}, "stamp.other_kind"),
    ],
)
def test_bent_stamps(bench: Bench, good: IssuedCopy, bent: dict[str, Any], failure: str) -> None:
    with pytest.raises(CheckFailed) as caught:
        bench.inspect(bench.order(), bench.restamped(good, **bent))
    assert caught.value.failure == failure


@pytest.mark.parametrize("drawn", ["yamada-taro", "watanabe-kenji"])
def test_a_record_swapped_before_drawing(bench: Bench, drawn: str) -> None:
    """As happened to a vendor in 2023: the request was right, the picture was another's."""
    mixed_up = make_copy(bench.press, bench.order(drawn=drawn), 1)
    with pytest.raises(CheckFailed) as caught:
        bench.inspect(bench.order(), mixed_up)
    assert caught.value.failure == "stamp.other_person"
    assert may_be_mix_up(caught.value.failure)


def test_a_picture_swapped_after_drawing(bench: Bench, good: IssuedCopy) -> None:
    others = make_copy(bench.press, bench.order("watanabe-kenji"), 1)
    with pytest.raises(CheckFailed) as caught:
        bench.inspect(bench.order(), replace(good, pdf=others.pdf))
    assert caught.value.failure == "document.altered"
    with pytest.raises(CheckFailed) as caught:
        bench.inspect(bench.order(), bench.stated(good, others.pdf))
    assert caught.value.failure == "stamp.other_application"


def test_one_altered_byte(bench: Bench, good: IssuedCopy) -> None:
    middle = len(good.pdf) // 2
    altered = good.pdf[:middle] + bytes([good.pdf[middle] ^ 1]) + good.pdf[middle + 1 :]
    for copy, failure in (
        (replace(good, pdf=altered), "document.altered"),
        (bench.stated(good, altered), "document.bad_signature"),
    ):
        with pytest.raises(CheckFailed) as caught:
            bench.inspect(bench.order(), copy)
        assert caught.value.failure == failure


def test_a_document_without_a_stamp(bench: Bench, good: IssuedCopy) -> None:
    order = bench.order()
    drawn = document.draw(order.extract, bench.press.office, AT.date())
    bare = bench.press.sign_pdf(drawn, NOW)
    with pytest.raises(CheckFailed) as caught:
        bench.inspect(order, bench.stated(good, bare))
    assert caught.value.failure == "stamp.other_application"


def test_a_statement_by_the_centre(bench: Bench, good: IssuedCopy) -> None:
    by_centre = sign(statement_of(good), _signer(bench.state, "centre-statement"))
    with pytest.raises(CheckFailed) as caught:
        bench.inspect(bench.order(), replace(good, statement=by_centre))
    assert caught.value.failure == "issue.bad_signature"


def dispatch(bench: Bench, store: Store) -> Dispatch:
    engraver = Engraver(open_keyring(bench.state.scramble))
    return Dispatch(bench.servers, store, _signer(bench.state, "centre-statement"), engraver)


def test_the_same_document_is_not_delivered_twice_within_a_day(
    bench: Bench, good: IssuedCopy
) -> None:
    store = Store(":memory:")
    sender, order = dispatch(bench, store), bench.order()
    body = encode(Issued(copies=(good,)))
    first = sender.deliver(bench.expected(order), body)
    assert decode(Delivered, first).delivery
    with pytest.raises(CheckFailed) as caught:
        sender.deliver(bench.expected(order), body)
    assert caught.value.failure == "document.repeated"
    store.close()


@pytest.mark.parametrize("copies", [0, 2])
def test_more_or_fewer_copies_than_asked_for(bench: Bench, good: IssuedCopy, copies: int) -> None:
    store = Store(":memory:")
    with pytest.raises(CheckFailed) as caught:
        dispatch(bench, store).deliver(
            bench.expected(bench.order()), encode(Issued(copies=(good,) * copies))
        )
    assert caught.value.failure == "issue.other_content"
    store.close()


def test_the_signed_document_is_one_revision_with_nothing_around_it(good: IssuedCopy) -> None:
    assert good.pdf.startswith(b"%PDF-")
    assert good.pdf.rstrip().endswith(b"%%EOF")
    assert good.pdf.count(b"%%EOF") == 1
    with pikepdf.open(io.BytesIO(good.pdf)) as opened:
        assert set(opened.docinfo.keys()) <= {"/ModDate", "/Producer"}
        assert "/Outlines" not in opened.Root


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        ("issue.other_card", True),
        ("document.repeated", True),
        ("stamp.other_person", True),
        ("text.discloses_more", True),
        ("marks.altered", True),
        ("issue.expired", False),
        ("printer.jam", False),
        ("", False),
    ],
)
def test_which_failures_suspend(failure: str, expected: bool) -> None:
    assert may_be_mix_up(failure) is expected


def test_ids_of_documents_are_many(bench: Bench) -> None:
    made = {document.new_document_id() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(one) == 19 for one in made)
