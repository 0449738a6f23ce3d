"""Fifty applications at once: half of them meet a municipality or a centre that is wrong.

All run in threads of their own through the terminal's own code (`kiosk.center_visit`,
`kiosk.document`) and the shipped centre and municipality. Both wait until everybody's right
answer lies there, and only then hand answers out: so each mistake has the others' real answers
of the same moment to mix up.
"""

import contextlib
import contextvars
import dataclasses
import itertools
import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random  # noqa: TID251  # seeded, so that a batch can be repeated

from typing_extensions import override

from center import demo
from center.antiforgery.reading import DeliveryContext
from center.issuing import orders
from center.issuing.copies import Order
from center.issuing.server import IssuingServer, application_of
from center.relay.delivery import Dispatch, Ready, pack, ready_copy
from center.relay.inspection import Expected as Asked
from center.store.store import Store, Suspension
from center.wire.canonical import decode, encode
from center.wire.endpoints import AUTHENTICATE, OPEN_VISIT
from center.wire.kinds import Envelope, digest
from center.wire.messages import (
    Application,
    Issued,
    IssuedCopy,
    IssueStatement,
    MergedOffers,
    Offers,
    OpenVisit,
    SealedOffers,
)
from center.wire.sealed import open_sealed, seal
from center.wire.signed import Opened, sign
from crypto.errors import CheckFailed
from drivers.clock import VirtualClock
from kiosk.center_client import CentreLine
from kiosk.center_visit import CentreVisit
from kiosk.document.examiner import Examiner
from kiosk.document.job import Job
from kiosk.runtime.visit_centre import job_for
from kiosk.session import model as m
from tests.center.assembly import Assembly, Parts, assemble, issuing_server
from tests.mutants.cases import DeliveryCase, IssueCase, Outcome, Raw
from tests.mutants.meeting import Meeting
from tests.mutants.runs import Run, choose, verdict
from tests.mutants.workshop import PrintBuffer, Workshop, WrongEngraver

DENIES = "resident.denies"
_PATIENCE_S, _DRAWING_S = 0.004, 0.01

_Delivered = tuple[Asked, tuple[Ready, ...], bytes]
current: contextvars.ContextVar[Run] = contextvars.ContextVar("current")


@dataclass
class Forgiving(Store):
    """Notes what would be suspended, and goes on: the proof is about all of the others too."""

    def __init__(self) -> None:
        super().__init__(":memory:")
        self.would_suspend: list[str] = []

    @override
    def suspend(self, suspension: Suspension) -> None:
        self.would_suspend.append(suspension.failure)


@dataclass
class Municipality:
    """The issuing server as the centre meets it: right for some, wrong for others."""

    workshop: Workshop
    right: IssuingServer
    mislinked: IssuingServer
    meeting: Meeting[Raw]
    buffer: PrintBuffer
    earlier: dict[str, tuple[IssuedCopy, ...]]

    def offer(self, ticket: bytes) -> bytes:
        mutant = current.get().mutant
        server = self.mislinked if mutant and mutant.offers.startswith("mislinked") else self.right
        return server.offer(ticket)

    def issue(self, body: bytes) -> bytes:
        run = current.get()
        raw = self._raw(body, decode(Issued, self.right.issue(body)).copies)
        everybody = self.meeting.meet(run.number, raw)
        copies = self._answer(run, raw, everybody)
        return encode(Issued(copies=copies))

    def _answer(self, run: Run, raw: Raw, everybody: dict[int, Raw]) -> tuple[IssuedCopy, ...]:
        mutant = run.mutant
        if mutant is not None and mutant.race:
            taken = self.buffer.through(raw.copies[0])
            run.outcome.mixed = taken is not raw.copies[0]
            pages = _pages(taken)
            return (self.workshop.restated(raw.copies[0], taken.pdf, pages=pages),)
        if mutant is None or mutant.issue is None:
            return raw.copies
        others = tuple(one for number, one in sorted(everybody.items()) if number != run.number)
        earlier = self.earlier[run.resident]
        return mutant.issue(IssueCase(self.workshop, raw, others, earlier, run.rng))

    def _raw(self, body: bytes, copies: tuple[IssuedCopy, ...]) -> Raw:
        application = application_of(body)
        session = self.right._sessions.find(application.auth)
        order = Order(
            application=Opened(application, digest(Application, encode(application))),
            session=session,
            extract=orders.extract_of(application, session),
            at=self.workshop.at,
            day=self.workshop.clock.utc().date(),
        )
        return Raw(order, copies)


def _pages(copy: IssuedCopy) -> int:
    return decode(IssueStatement, decode(Envelope, copy.statement).body).pages


@dataclass(frozen=True)
class Deliveries(Dispatch):
    """The centre's last step: it looks or not, it is right or wrong."""

    workshop: Workshop = field(kw_only=True)
    meeting: Meeting[_Delivered] = field(kw_only=True)
    rightly_issued: frozenset[int] = field(kw_only=True)
    """Runs whose municipality is right: a centre that mixes up takes from these alone, so that
    what it hands out is wrong in one way and not in two."""

    @override
    def deliver(self, expected: Asked, body: bytes) -> bytes:
        run = current.get()
        mutant = run.mutant
        ready = self._ready(run, expected, body)
        right = pack(expected, ready, self.signer)
        everybody = self.meeting.meet(run.number, (expected, ready, right))
        if mutant is None or mutant.deliver is None:
            return right
        others = tuple(
            one
            for number, one in sorted(everybody.items())
            if number != run.number and number in self.rightly_issued
        )
        case = DeliveryCase(self.workshop, expected, ready, right, others, run.rng)
        return mutant.deliver(case)

    def _ready(self, run: Run, expected: Asked, body: bytes) -> tuple[Ready, ...]:
        if run.outcome.careful:
            which = run.mutant.marks if run.mutant else ""
            engraver = WrongEngraver(self.engraver, which) if which else self.engraver
            return Dispatch(self.servers, self.store, self.signer, engraver).prepare(expected, body)
        return tuple(self._unseen(copy) for copy in decode(Issued, body).copies)

    def _unseen(self, copy: IssuedCopy) -> Ready:
        """A centre that does not look: whatever comes gets its marks and goes on."""
        body = decode(Envelope, copy.statement).body
        said = decode(IssueStatement, body)
        marks = self.engraver.make(copy.pdf, DeliveryContext(said.document_id, said.pages))
        return ready_copy(copy, Opened(said, digest(IssueStatement, body)), marks)


class Line(CentreLine):
    """The terminal's line, into the assembly; a wrong centre bends what comes back."""

    def __init__(self, batch: "Batch", run: Run) -> None:
        self._batch = batch
        self._run = run

    @override
    def post(self, path: str, body: bytes) -> bytes:
        try:
            answer = self._batch.assembly.post(path, body)
        except CheckFailed:
            self._run.outcome.refused_by = "centre"
            raise
        mutant = self._run.mutant
        if path == OPEN_VISIT and mutant is not None and mutant.visit:
            return VISITS[mutant.visit](self._batch, body, answer)
        if path == AUTHENTICATE:
            (mine,) = decode(MergedOffers, answer).parts
            everybody = self._batch.offers.meet(self._run.number, mine)
            if mutant is not None and mutant.offers in OFFERS:
                others = [one for who, one in sorted(everybody.items()) if who != self._run.number]
                bent = OFFERS[mutant.offers](self._batch, mine, self._run.rng.choice(others))
                return encode(MergedOffers((bent,)))
        return answer


def _of(envelope: bytes) -> Offers:
    return decode(Offers, decode(Envelope, envelope).body)


def _crossed(_batch: "Batch", _mine: bytes, other: bytes) -> bytes:
    return other


def _sealed_part(batch: "Batch", mine: bytes, other: bytes) -> bytes:
    bent = dataclasses.replace(_of(mine), sealed=_of(other).sealed)
    return sign(bent, batch.workshop.statements)


def _neighbour(batch: "Batch", mine: bytes, _other: bytes) -> bytes:
    return sign(_of(mine), batch.workshop.neighbour.statements)


def _stated_birthday(batch: "Batch", mine: bytes, _other: bytes) -> bytes:
    """The mislinked server says that the birthday rule applies, as it believes."""
    run = current.get()
    return batch.restate_personal(run, mine, validity_basis="birthday")


OFFERS: dict[str, Callable[["Batch", bytes, bytes], bytes]] = {
    "crossed": _crossed,
    "sealed part crossed": _sealed_part,
    "neighbour": _neighbour,
    "mislinked": _stated_birthday,
}


def _other_terminal(batch: "Batch", body: bytes, _answer: bytes) -> bytes:
    return batch.assembly.post(OPEN_VISIT, body, "terminal-2")


def _replayed_visit(batch: "Batch", body: bytes, _answer: bytes) -> bytes:
    del body
    return batch.earlier_visit


VISITS: dict[str, Callable[["Batch", bytes, bytes], bytes]] = {
    "other terminal": _other_terminal,
    "replayed": _replayed_visit,
}


class Batch:
    """Runs at once. `earlier` is what each resident was rightly given before."""

    def __init__(
        self,
        workshop: Workshop,
        servers: tuple[IssuingServer, IssuingServer],
        runs: list[Run],
        earlier: dict[str, tuple[IssuedCopy, ...]],
    ) -> None:
        self.workshop = workshop
        self.runs = runs
        self.offers: Meeting[bytes] = Meeting(len(runs))
        self.issues: Meeting[Raw] = Meeting(len(runs))
        self.deliveries: Meeting[_Delivered] = Meeting(len(runs))
        self.store = Forgiving()
        self._clock = VirtualClock(workshop.clock.utc())
        self._visits: dict[int, CentreVisit] = {}
        municipality = Municipality(
            workshop, *servers, self.issues, PrintBuffer(_PATIENCE_S, _DRAWING_S), earlier
        )
        dispatch = Deliveries(
            demo._issuing_servers(workshop.state), self.store, workshop.centre, workshop.engraver,
            workshop=workshop, meeting=self.deliveries,
            rightly_issued=frozenset(
                run.number for run in runs if run.mutant is None or not run.mutant.by_municipality
            ),
        )  # fmt: skip
        parts = Parts(service=municipality, dispatch=dispatch, press=workshop.press)
        self.assembly: Assembly = assemble(workshop.state, workshop.clock, self.store, parts)
        self.earlier_visit = self._open_once()

    def _open_once(self) -> bytes:
        asked = OpenVisit(nonce=secrets.token_bytes(32), at=self.workshop.at, calibration="")
        return self.assembly.post(OPEN_VISIT, encode(asked))

    def restate_personal(self, run: Run, envelope: bytes, **bent: str) -> bytes:
        """The same offers with another personal part, sealed and signed again."""
        visit = self._visits[run.number]
        offers, keys = _of(envelope), visit._keys
        personal = open_sealed(SealedOffers, offers.sealed, keys.seal, offers.visit, "bent")
        sealed = seal(dataclasses.replace(personal, **bent), keys.seal_public, offers.visit)  # type: ignore[arg-type]
        return sign(dataclasses.replace(offers, sealed=sealed), self.workshop.statements)

    def go(self, examiners: "Examiners") -> list[Outcome]:
        """All at once, to the end. A thread's own defect is raised here."""
        with ThreadPoolExecutor(len(self.runs)) as pool:
            done = [pool.submit(self._one, run, examiners) for run in self.runs]
            for each in done:
                each.result()
        self.store.close()
        return [run.outcome for run in self.runs]

    def issued(self) -> dict[str, tuple[IssuedCopy, ...]]:
        """What each resident's municipality rightly answered."""
        return {run.resident: self.issues.of(run.number).copies for run in self.runs}

    def _one(self, run: Run, examiners: "Examiners") -> None:
        current.set(run)
        try:
            self._live(run, examiners)
        except CheckFailed as refused:
            run.outcome.failure = refused.failure
            who = "resident" if refused.failure == DENIES else "terminal"
            run.outcome.refused_by = run.outcome.refused_by or who
        finally:
            for meeting in (self.offers, self.issues, self.deliveries):
                meeting.leave(run.number)
        run.outcome.verdict = verdict(run)

    def _live(self, run: Run, examiners: "Examiners") -> None:
        """What the terminal does from the touch to the sheets in its vault, before money."""
        visit = CentreVisit(Line(self, run), self.workshop.trust, self._clock)
        self._visits[run.number] = visit
        card = self.workshop.cards[run.resident]
        visit.open()
        visit.signed(card.sign(visit.to_sign("residence", card.der)))
        offers = visit.offers()
        self._look_at_name(run, offers)
        run.choice = choose(run, offers)
        visit.apply(run.choice)
        pledged = visit.deliver()
        expected = visit.expected()
        for copy in pledged:
            job = job_for(copy, expected, self.workshop.trust, self._clock)
            if not examiners.examine(job):
                raise AssertionError("no sheets and no failure")

    def _look_at_name(self, run: Run, offers: m.Offers) -> None:
        """The check screen shows the name; whoever reads another one says so."""
        if offers.name(offers.applicant) != self.workshop.residents[run.resident].name:
            raise CheckFailed(DENIES, "the name on the screen is another person's")


class Examiners:
    """A few child processes, as each terminal has one."""

    def __init__(self, count: int) -> None:
        self._all = [Examiner(job_s=120.0) for _ in range(count)]
        self._turn = itertools.cycle(self._all)
        self._lock = threading.Lock()

    def examine(self, job: Job) -> bytes:
        with self._lock:
            one = next(self._turn)
        return one.examine(job)

    def stop(self) -> None:
        for one in self._all:
            one.stop()


def earlier_answers(
    workshop: Workshop, both: tuple[IssuingServer, IssuingServer], children: Examiners
) -> dict[str, tuple[IssuedCopy, ...]]:
    """A right visit of every resident: what a replay has to replay."""
    runs = [
        Run(number, name, None, Random(number), Outcome("right", careful=True, mixed=False))  # noqa: S311  # repeatable
        for number, name in enumerate(sorted(workshop.cards))
    ]
    batch = Batch(workshop, both, runs, {})
    failed = [outcome.verdict for outcome in batch.go(children) if outcome.verdict]
    if failed:
        raise AssertionError(failed)
    return batch.issued()


@contextlib.contextmanager
def examiners(count: int) -> Iterator[Examiners]:
    made = Examiners(count)
    try:
        yield made
    finally:
        made.stop()


def servers(workshop: Workshop) -> tuple[IssuingServer, IssuingServer]:
    """The right server, and one whose links are all wrong and whose birthday rule is off."""
    parts = Parts(press=workshop.press)
    careless = Parts(
        press=dataclasses.replace(workshop.press, registration=workshop.mislinked()),
        municipality=dataclasses.replace(workshop.municipality, birthday_rule=False),
    )
    return (
        issuing_server(workshop.state, workshop.clock, parts),
        issuing_server(workshop.state, workshop.clock, careless),
    )
