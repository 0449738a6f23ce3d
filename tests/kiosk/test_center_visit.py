"""The visit's side of M1 to M10 against a real centre, and against answers that are not for us."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Self

import pytest

from center.http.tls import server_context
from center.pki.layout import State
from center.wire import endpoints
from center.wire.canonical import decode, encode
from center.wire.kinds import Envelope
from center.wire.messages import MergedOffers, Offers, Outcome, VisitOpened
from center.wire.signed import Signer, sign
from crypto.errors import CheckFailed
from drivers.bench.network import Cable
from kiosk.center_client import CentreLine
from kiosk.center_visit import CentreVisit, Ended
from kiosk.session.model import Choice
from tests.kiosk.centre_at_work import CentreAtWork

pytestmark = pytest.mark.daemon

CHOICE = Choice("resident_record", "self", (), (), 1, 200)


class Bent(CentreLine):
    """The line, with the answer of one path bent on its way."""

    def __init__(self, work: CentreAtWork, path: str, bend: Callable[[bytes], bytes]) -> None:
        super().__init__(work.config())
        self._path = path
        self._bend = bend

    def post(self, path: str, body: bytes) -> bytes:
        answer = super().post(path, body)
        return self._bend(answer) if path == self._path else answer


def signer_of(state: State, name: str) -> Signer:
    from center.demo import _signer

    return _signer(state, name)


def resigned(work: CentreAtWork, kind: type, by: str, **changes: Any) -> Callable[[bytes], bytes]:
    """The same statement with other fields, signed again by `by`."""

    def bend(answer: bytes) -> bytes:
        said = decode(kind, decode(Envelope, answer).body)
        return sign(replace(said, **changes), signer_of(work.state, by))

    return bend


def part(bend: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """The one server's part of M6, bent."""

    def bent(answer: bytes) -> bytes:
        (mine,) = decode(MergedOffers, answer).parts
        return encode(MergedOffers((bend(mine),)))

    return bent


def failure_of(call: Callable[[], object]) -> str:
    with pytest.raises(CheckFailed) as failed:
        call()
    return failed.value.failure


class TestOpening:
    def test_the_visit_is_ours(self, work: CentreAtWork) -> None:
        visit = work.visit()
        visit.open("cal-1")
        assert len(visit._need_opened().message.visit) == 16

    @pytest.mark.parametrize(
        ("changes", "failure"),
        [
            ({"nonce": b"x" * 32}, "visit.not_for_us"),
            ({"terminal": "kiosk-0002"}, "visit.not_for_us"),
            ({"terminal_key": b"x" * 32}, "visit.not_for_us"),
            ({"issued": 1}, "clock.skewed"),
        ],
    )
    def test_an_answer_that_is_not(
        self, work: CentreAtWork, changes: dict[str, Any], failure: str
    ) -> None:
        bend = resigned(work, VisitOpened, "centre-statement", **changes)
        visit = work.visit(Bent(work, endpoints.OPEN_VISIT, bend))
        assert failure_of(visit.open) == failure

    def test_signed_by_somebody_else(self, work: CentreAtWork) -> None:
        bend = resigned(work, VisitOpened, "municipality-statement")
        visit = work.visit(Bent(work, endpoints.OPEN_VISIT, bend))
        assert failure_of(visit.open) == "visit.bad_signature"

    def test_a_clock_that_is_off(self, work: CentreAtWork) -> None:
        work.ours.advance(121)
        assert failure_of(work.visit().open) == "clock.skewed"

    def test_an_old_challenge_is_fetched_again_before_the_card_signs(
        self, work: CentreAtWork
    ) -> None:
        visit = work.visit()
        visit.open()
        first = visit._need_opened().digest
        visit.ensure_fresh()
        assert visit._need_opened().digest == first
        work.ours.advance(121)
        work.theirs.advance(121)
        visit.ensure_fresh()
        assert visit._need_opened().digest != first


class TestTheCard:
    def test_what_is_signed_is_our_statement_and_names_this_visit(self, work: CentreAtWork) -> None:
        card = work.card()
        one, two = work.visit(), work.visit()
        one.open()
        two.open()
        assert one.to_sign("residence", card.der) != two.to_sign("residence", card.der)
        assert one._card != two._card  # not linkable

    def test_another_key_s_signature(self, work: CentreAtWork) -> None:
        visit, card, other = work.visit(), work.card(), work.card("yamada-taro")
        visit.open()
        digest = visit.to_sign("residence", card.der)
        wrong = other.sign(digest)
        assert failure_of(lambda: visit.signed(wrong)) == "card.signature.invalid"

    @pytest.mark.parametrize(
        ("card", "failure"),
        [("expired", "certificate.expired"), ("revoked", ""), ("yamada-hanako", "")],
    )
    def test_what_can_be_seen_before_a_pin(
        self, work: CentreAtWork, card: str, failure: str
    ) -> None:
        visit = work.visit()
        der = work.card(card).der
        if failure:
            assert failure_of(lambda: visit.check_card(der)) == failure
        else:
            visit.check_card(der)

    @pytest.mark.parametrize(
        ("card", "failure"),
        [("revoked", "certificate.revoked"), ("unknown", "resident.unknown")],
    )
    def test_what_only_the_others_know(self, work: CentreAtWork, card: str, failure: str) -> None:
        assert failure_of(lambda: work.authenticated(card)) == failure


class TestOffers:
    def test_everything_the_form_needs(self, work: CentreAtWork) -> None:
        _, offers = work.authenticated()
        assert (offers.municipality, offers.code) == ("見本市", "99201")
        record = offers.offer("resident_record")
        assert record is not None
        assert [item.id for item in record.items if item.warns] == ["individual_number"]
        assert offers.name(offers.applicant) == "山田　花子"

    @pytest.mark.parametrize(
        ("changes", "failure"),
        [
            ({"visit": b"another visit!!!"}, "offers.other_visit"),
            ({"auth": b"x" * 32}, "offers.other_visit"),
            ({"municipality": "99999"}, "offers.other_municipality"),
            ({"sealed": b"x" * 200}, "offers.not_for_us"),
            ({"issued": 1}, "application.stale"),
        ],
    )
    def test_offers_that_are_not_ours(
        self, work: CentreAtWork, changes: dict[str, Any], failure: str
    ) -> None:
        visit = self.bent(work, part(resigned(work, Offers, "municipality-statement", **changes)))
        assert failure_of(visit.offers) == failure

    def test_signed_by_the_centre(self, work: CentreAtWork) -> None:
        visit = self.bent(work, part(resigned(work, Offers, "centre-statement")))
        assert failure_of(visit.offers) == "offers.bad_signature"

    def bent(self, work: CentreAtWork, bend: Callable[[bytes], bytes]) -> CentreVisit:
        visit, card = work.visit(Bent(work, endpoints.AUTHENTICATE, bend)), work.card()
        visit.open()
        visit.signed(card.sign(visit.to_sign("residence", card.der)))
        return visit


class TestApplying:
    def test_the_good_way(self, work: CentreAtWork) -> None:
        visit, offers = work.authenticated()
        name = visit.apply(replace(CHOICE, persons=(offers.applicant,)))
        (copy,) = visit.deliver()
        assert copy.document.startswith(b"%PDF-")
        outcome = decode(Outcome, visit.outcome(Ended("issued", "", 1, 1, 200, 0, 0)))
        assert (outcome.application, outcome.sequence) == (name, 1)

    def test_once_more_the_same_documents_come_and_nothing_is_issued_twice(
        self, work: CentreAtWork
    ) -> None:
        visit, offers = work.authenticated()
        choice = replace(CHOICE, persons=(offers.applicant,), copies=2, fee_yen=400)
        name = visit.apply(choice)
        first = visit.deliver()
        assert visit.apply(choice) == name
        assert visit.deliver() == first

    @pytest.mark.parametrize("failure", ["centre.timeout", "centre.unreachable"])
    def test_an_answer_that_was_lost_on_its_way_is_fetched_by_asking_again(
        self, work: CentreAtWork, failure: str
    ) -> None:
        visit, offers = work.authenticated()
        choice = replace(CHOICE, persons=(offers.applicant,))
        visit.apply(choice)
        whole = visit._line

        def lost(_answer: bytes) -> bytes:
            raise CheckFailed(failure)

        visit._line = Bent(work, endpoints.APPLY, lost)
        assert failure_of(visit.deliver) == failure
        visit._line = whole
        visit.apply(choice)
        (copy,) = visit.deliver()
        assert copy.document.startswith(b"%PDF-")

    def test_another_choice_is_another_application(self, work: CentreAtWork) -> None:
        visit, offers = work.authenticated()
        choice = replace(CHOICE, persons=(offers.applicant,))
        name = visit.apply(choice)
        assert visit.apply(replace(choice, copies=2, fee_yen=400)) != name
        assert len(visit.deliver()) == 2

    def test_a_fee_that_was_not_offered(self, work: CentreAtWork) -> None:
        visit, offers = work.authenticated()
        visit.apply(replace(CHOICE, persons=(offers.applicant,), fee_yen=1))
        assert failure_of(visit.deliver) == "application.other_offer"

    def test_nothing_was_offered_or_applied_for(self, work: CentreAtWork) -> None:
        visit = work.visit()
        assert failure_of(lambda: visit.apply(CHOICE)) == "application.other_offer"
        assert failure_of(visit.deliver) == "application.other_offer"
        assert visit.outcome(Ended("cancelled", "", 0, 0, 0, 0, 0)) == b""

    def test_the_outcome_is_taken(self, work: CentreAtWork) -> None:
        visit, _ = work.authenticated()
        body = visit.outcome(Ended("cancelled", "", 0, 0, 0, 0, 0))
        line = CentreLine(work.config())
        assert line.post(endpoints.OUTCOME, body) == b""
        assert line.post(endpoints.OUTCOME, body) == b""


class TestTheLine:
    def test_the_other_site_when_the_preferred_one_is_gone(self, work: CentreAtWork) -> None:
        visit = work.visit(CentreLine(work.config(f"https://127.0.0.1:{deaf_port()}")))
        visit.open()

    def test_no_site_at_all(self, work: CentreAtWork) -> None:
        config = replace(work.config(), sites=(f"https://127.0.0.1:{deaf_port()}",))
        visit = work.visit(CentreLine(config))
        assert failure_of(visit.open) == "centre.unreachable"

    def test_a_site_that_accepts_and_never_answers(self, work: CentreAtWork) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            config = replace(work.config(), sites=(f"https://127.0.0.1:{port}",), connect_s=0.5)
            visit = work.visit(CentreLine(config))
            assert failure_of(visit.open) == "centre.unreachable"

    def test_a_server_under_another_root(self, work: CentreAtWork) -> None:
        config = replace(work.config(), tls_roots=str(work.state.trust("terminals")))
        assert failure_of(work.visit(CentreLine(config)).open) == "centre.tls"

    def test_a_certificate_the_centre_does_not_admit(self, work: CentreAtWork) -> None:
        config = work.config(terminal="clerk")
        assert failure_of(work.visit(CentreLine(config)).open) == "centre.tls"

    def test_a_line_that_breaks_under_a_request(self, work: CentreAtWork) -> None:
        with BreakingSite(work) as site:
            config = replace(work.config(), sites=(f"https://127.0.0.1:{site.port}",))
            assert failure_of(work.visit(CentreLine(config)).open) == "centre.unreachable"

    def test_a_relay_that_lost_the_centre_is_not_distrusted(self, work: CentreAtWork) -> None:
        with Cable(("127.0.0.1", deaf_port())) as cable:
            config = replace(work.config(), sites=(f"https://127.0.0.1:{cable.port}",))
            cable.cut()
            assert failure_of(work.visit(CentreLine(config)).open) == "centre.unreachable"

    def test_nothing_older_than_tls_1_3(self, work: CentreAtWork) -> None:
        assert CentreLine(work.config())._context.minimum_version is ssl.TLSVersion.TLSv1_3

    def test_nonsense_is_refused_by_name(self, work: CentreAtWork) -> None:
        line = CentreLine(work.config())
        assert failure_of(lambda: line.post(endpoints.OPEN_VISIT, b"{}")).startswith("wire.")


def test_what_a_visit_holds_has_no_text_form(work: CentreAtWork) -> None:
    visit, offers = work.authenticated()
    visit.apply(replace(CHOICE, persons=(offers.applicant,)))
    for value in (offers, visit.expected(), visit._held):
        assert "山田" not in repr(value)
        assert "1103" not in repr(value)


class BreakingSite:
    """Carries the handshake to the real centre, and breaks as soon as more is said."""

    def __init__(self, work: CentreAtWork) -> None:
        self._work = work
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = self._server.accept()
                threading.Thread(target=self._carry, args=(line,), daemon=True).start()

    def _carry(self, line: socket.socket) -> None:
        state = self._work.state
        context = server_context(
            state.certificate("centre-server"), state.key("centre-server"),
            state.trust("terminals"),
        )  # fmt: skip
        with contextlib.suppress(OSError), context.wrap_socket(line, server_side=True) as tls:
            tls.recv(1)


def deaf_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
