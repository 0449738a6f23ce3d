"""An error and then a success is looked into; a mix-up stops what other terminals wait for."""

import contextlib
import logging
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from center.clock import FixedClock
from center.pki.description import load as load_description
from center.pki.layout import State
from center.relay.municipalities import UNREACHABLE
from center.store.store import Store, Suspension
from center.validity.client import OcspClient
from center.validity.responder import Responder, authorities
from center.wire.canonical import encode
from center.wire.messages import Outcome
from crypto.errors import CheckFailed
from crypto.ocsp import Question
from tests.center.assembly import Assembly, LocalValidity, Parts, assemble
from tests.center.conftest import NOON
from tests.center.software_terminal import Answer, Visit


@dataclass
class Local:
    """The software terminal's line, straight into the assembly."""

    assembly: Assembly
    terminal: str = "terminal"

    def post(self, path: str, body: bytes) -> Answer:
        return Answer(200, self.assembly.post(path, body, self.terminal))


@dataclass
class Faulty:
    """A part that fails as often as it is told to, and then works."""

    work: Callable[..., bytes]
    failures: list[CheckFailed] = field(default_factory=list)
    before: Callable[[], None] = lambda: None

    def __call__(self, *arguments: object) -> bytes:
        self.before()
        if self.failures:
            raise self.failures.pop(0)
        return self.work(*arguments)


@dataclass
class Service:
    offer: Faulty
    issue: Faulty


@dataclass
class Validity:
    check: Faulty


@dataclass
class Bench:
    store: Store
    clock: FixedClock
    assembly: Assembly
    service: Service
    validity: Validity

    def visit(self, card: str = "yamada-hanako") -> Visit:
        made = Visit(self.assembly.state, card, self.clock)
        made.open(self.line())  # type: ignore[arg-type]
        return made

    def line(self, terminal: str = "terminal") -> Local:
        return Local(self.assembly, terminal)

    def authenticated(self) -> Visit:
        visit = self.visit()
        visit.authenticate(self.line())  # type: ignore[arg-type]
        return visit

    def apply(self, visit: Visit, number: int = 1) -> Answer:
        application = visit.application(application=bytes([number]) * 16)
        return visit.apply(self.line(), application)  # type: ignore[arg-type]

    def events(self) -> list[tuple[str, str, str]]:
        return [(one.failed_step, one.failure, one.step) for one in self.store.reviews()]


@pytest.fixture
def bench(pki_state: State) -> Iterator[Bench]:
    clock = FixedClock(NOON)
    with contextlib.closing(Store(":memory:")) as store:
        plain = assemble(pki_state, clock, store)
        service = Service(Faulty(plain.issuing.offer), Faulty(plain.issuing.issue))
        partners = plain.centre._partners
        assert isinstance(partners.validity, LocalValidity)
        validity = Validity(Faulty(partners.validity.check))
        parts = Parts(validity=validity, service=service)
        yield Bench(store, clock, assemble(pki_state, clock, store, parts), service, validity)


def failure_of(call: Callable[[], object]) -> str:
    with pytest.raises(CheckFailed) as failed:
        call()
    return failed.value.failure


class TestErrorThenSuccess:
    def test_a_visit_without_trouble_raises_nothing(self, bench: Bench) -> None:
        assert bench.apply(bench.authenticated()).status == 200
        assert bench.events() == []

    def test_the_municipality_failed_and_then_issued(
        self, bench: Bench, caplog: pytest.LogCaptureFixture
    ) -> None:
        visit = bench.authenticated()
        bench.service.issue.failures = [CheckFailed(UNREACHABLE)]
        assert failure_of(lambda: bench.apply(visit, 1)) == UNREACHABLE
        with caplog.at_level(logging.WARNING, "center.relay"):
            assert bench.apply(visit, 2).status == 200
        assert bench.events() == [("apply", UNREACHABLE, "apply")]
        assert caplog.messages == ["review: apply succeeded after a failure (kiosk-0001)"]

    def test_a_municipality_whose_answer_was_lost_makes_nothing_twice(self, bench: Bench) -> None:
        """It issued and the centre did not hear it: the same M7 gets the same documents."""
        visit = bench.authenticated()
        issue, heard = bench.service.issue.work, []

        def lost_once(body: bytes) -> bytes:
            heard.append(issue(body))
            if len(heard) == 1:
                raise CheckFailed(UNREACHABLE)
            return heard[-1]

        bench.service.issue.work = lost_once
        application = visit.application(application=b"1" * 16)
        line = bench.line()
        assert failure_of(lambda: visit.apply(line, application)) == UNREACHABLE  # type: ignore[arg-type]
        assert visit.apply(line, application).status == 200  # type: ignore[arg-type]
        assert heard[0] == heard[1]
        assert bench.events() == [("apply", UNREACHABLE, "apply")]

    def test_the_responder_failed_and_then_answered(self, bench: Bench) -> None:
        visit = bench.visit()
        body = visit.authentication()
        bench.validity.check.failures = [CheckFailed("jpki.unavailable")]
        line = bench.line()
        assert failure_of(lambda: visit.authenticate(line, body)) == "jpki.unavailable"  # type: ignore[arg-type]
        visit.authenticate(line, body)  # type: ignore[arg-type]
        assert bench.events() == [("authenticate", "jpki.unavailable", "authenticate")]

    def test_a_defect_counts_as_a_failure(self, bench: Bench) -> None:
        visit = bench.authenticated()
        bench.service.issue.failures = [ZeroDivisionError()]  # type: ignore[list-item]
        with pytest.raises(ZeroDivisionError):
            bench.apply(visit, 1)
        bench.apply(visit, 2)
        assert bench.events() == [("apply", "centre.failed", "apply")]

    def test_the_terminal_reported_a_failure_and_then_a_delivery(self, bench: Bench) -> None:
        visit = bench.authenticated()
        for sequence, failure, copies in ((1, "printer.jam", 0), (2, "", 1)):
            bench.line().post(
                "/v1/outcomes",
                encode(
                    Outcome(
                        visit=visit.opened.message.visit,
                        sequence=sequence,
                        application=b"",
                        outcome="delivered",
                        sheets=copies,
                        copies_delivered=copies,
                        kept_yen=200 * copies,
                        returned_yen=0,
                        owed_yen=0,
                        failure=failure,
                        at=visit.at(),
                    )
                ),
            )
        assert bench.events() == [("outcome", "printer.jam", "outcome")]

    def test_two_visits_are_two_stories(self, bench: Bench) -> None:
        first = bench.authenticated()
        bench.service.issue.failures = [CheckFailed(UNREACHABLE)]
        assert failure_of(lambda: bench.apply(first, 1)) == UNREACHABLE
        assert bench.apply(bench.authenticated(), 2).status == 200
        assert bench.events() == []


class TestSuspension:
    def test_a_document_that_is_being_drawn_when_a_mix_up_shows_is_not_delivered(
        self, bench: Bench
    ) -> None:
        visit = bench.authenticated()
        mix_up = Suspension("99201", "main", "text.other_person", 1)
        bench.service.issue.before = lambda: bench.store.suspend(mix_up)
        assert failure_of(lambda: bench.apply(visit)) == "suspended"

    def test_nothing_is_retried_after_a_mix_up_by_anybody(self, bench: Bench) -> None:
        """The municipality's bytes are bent on their way: its server is out at once, for all."""
        first, waiting = bench.authenticated(), bench.authenticated()
        issue = bench.service.issue.work
        bench.service.issue.work = lambda body: issue(body).replace(b"JVBERi", b"JVBERj", 1)
        assert failure_of(lambda: bench.apply(first, 1)) == "document.altered"
        bench.service.issue.work = issue
        for number, visit in ((2, first), (3, waiting)):
            assert failure_of(lambda n=number, v=visit: bench.apply(v, n)) == "suspended"  # type: ignore[misc]
        newcomer = bench.visit()
        assert failure_of(lambda: newcomer.authenticate(bench.line())) == "suspended"  # type: ignore[arg-type]
        bench.store.clear("99201", "main", "A. Clerk", 0)
        assert bench.apply(waiting, 4).status == 200
        assert [event[1] for event in bench.events()] == ["suspended"]


class TestOutageOfTheResponder:
    """Ours and theirs are told apart, and neither lets anybody in."""

    def test_slow(self, bench: Bench) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
            assert self.failure(bench, url) == "jpki.unavailable"

    def test_unreachable(self, bench: Bench) -> None:
        with socket.create_server(("127.0.0.1", 0)) as gone:
            url = f"http://127.0.0.1:{gone.getsockname()[1]}/"
        assert self.failure(bench, url) == "jpki.unavailable"

    def test_an_answer_to_another_question(self, bench: Bench) -> None:
        check = bench.validity.check.work
        bench.validity.check.work = lambda q: check(replace(q, nonce=b"n" * 32))
        visit = bench.visit()
        # The centre's own client would have refused it; the municipality does so by itself.
        assert failure_of(lambda: visit.authenticate(bench.line())) == "jpki.response_invalid"  # type: ignore[arg-type]

    def test_a_certificate_the_responder_never_heard_of(self, bench: Bench, tmp_path: Path) -> None:
        """Good by its signature, and still nobody is let in."""
        empty = tmp_path / "index.txt"
        empty.touch()
        known = authorities(bench.assembly.state, load_description())
        responder = Responder(tuple(replace(one, index=empty) for one in known), bench.clock)
        bench.validity.check.work = LocalValidity(responder, bench.clock).check
        visit = bench.visit()
        assert failure_of(lambda: visit.authenticate(bench.line())) == "certificate.status_unknown"  # type: ignore[arg-type]

    def failure(self, bench: Bench, url: str) -> str:
        with contextlib.closing(OcspClient(url, bench.clock, timeout_s=0.3)) as client:

            def check(question: Question) -> bytes:
                return client.check(question)

            bench.validity.check.work = check
            visit = bench.visit()
            return failure_of(lambda: visit.authenticate(bench.line()))  # type: ignore[arg-type]
