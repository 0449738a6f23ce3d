"""The thread that speaks with the centre, and has the documents checked before they are held.

Orders are carried out one after the other. What belongs to an order nobody waits for any more
(`forget`, or a new visit at the centre) is dropped, documents included.
"""

import contextlib
import logging
import queue
import secrets
import threading
from collections.abc import Callable

from center.wire.mixups import may_be_mix_up
from crypto.errors import CheckFailed
from drivers.clock import Clock
from kiosk.center_client import CentreLine, CentreRefused, CentreTrust
from kiosk.center_visit import CentreVisit, Ended
from kiosk.document.examiner import Examiner
from kiosk.document.expected import Expected, PledgedCopy
from kiosk.document.job import Job
from kiosk.runtime.visit_loop import Post
from kiosk.session import events as ev
from kiosk.session.model import Choice, Copy, Ticket
from kiosk.vault import Vault

_log = logging.getLogger(__name__)

_TITLE_BYTES = 8
TOO_SLOW = "centre.timeout"
"""What an answer is called that came when the resident had been told that none came."""

Door = Callable[[], tuple[CentreLine, CentreTrust]]
"""`kiosk.center_client.CentreDoor` is the one that ships."""


class CentreThread:
    """The centre, for one visit."""

    def __init__(self, door: Door, clock: Clock, vault: Vault) -> None:
        """`door` gives the line and whom to believe; asked once for each visit there."""
        self._door = door
        self._line, self._trust = door()
        self._clock = clock
        self._vault = vault
        self._orders: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._visit = CentreVisit(self._line, self._trust, clock)
        self._examiner: Examiner | None = None
        self._met = ""
        """The first failure this resident met with the centre."""
        self._wanted = 0
        self._lock = threading.Lock()
        self._post: Post = _nobody
        self._calibration: Callable[[], str] = str
        self._thread = threading.Thread(target=self._run, name="centre", daemon=True)

    @property
    def visit(self) -> CentreVisit:
        """The protocol state as it is now; the card's thread signs with it."""
        return self._visit

    def start(self, post: Post, calibration: Callable[[], str] = str) -> None:
        """Begin; answers go to `post`. `calibration` is asked when a visit opens; "" is none."""
        self._post, self._calibration = post, calibration
        self._thread.start()

    def open(self) -> None:
        """Order: a new visit at the centre."""
        self._order(self._open)

    def ask_offers(self) -> None:
        """Order: the card's proof for the municipality's offers."""
        self._order(self._ask_offers)

    def apply(self, choice: Choice) -> None:
        """Order: the application, and everything that is checked before money."""
        self._order(lambda wanted: self._apply(choice, wanted))

    def forget(self) -> None:
        """Nothing that is still under way is wanted any more."""
        with self._lock:
            self._wanted += 1

    def outcome(self, ended: Ended) -> bytes:
        """The outcome for the centre, b"" when there was no visit there."""
        return self._visit.outcome(ended)

    def stop(self) -> None:
        """Kill the child process and end the thread. Idempotent; does not wait for the line."""
        self.forget()
        self._orders.put(None)
        examiner = self._examiner
        if examiner is not None:
            examiner.stop()

    def _order(self, work: Callable[[int], None]) -> None:
        with self._lock:
            self._wanted += 1
            wanted = self._wanted
        self._orders.put(lambda: self._guarded(work, wanted))

    def _run(self) -> None:
        while (order := self._orders.get()) is not None:
            order()

    def _guarded(self, work: Callable[[int], None], wanted: int) -> None:
        try:
            work(wanted)
        except CentreRefused as refused:
            self._met = self._met or refused.failure
            self._answer(wanted, ev.CentreFailed(refused.failure, refused.message))
        except CheckFailed as failed:
            self._met = self._met or failed.failure
            self._answer(wanted, ev.CentreFailed(failed.failure))
            # Wanted or not: a mix-up stops that server for everybody, now and not at the end.
            if may_be_mix_up(failed.failure):
                self._tell_centre(failed.failure)
        except Exception as error:  # noqa: BLE001 - the visit must hear of any defect, and end
            # The type alone: a text or a traceback could quote what was being handled.
            _log.error("an order to the centre failed: %s", type(error).__name__)
            self._answer(wanted, ev.CentreFailed("terminal.defect"))

    def _tell_centre(self, failure: str) -> None:
        """Tell it while the visit goes on. Where that fails, a mix-up is told again at its end,
        by an outcome that the outbox keeps."""
        try:
            self._visit.tell_at_once(failure)
        except CheckFailed as failed:
            _log.warning("the centre was not told of %s: %s", failure, failed.failure)

    def _answer(self, wanted: int, event: object) -> bool:
        with self._lock:
            current = wanted == self._wanted
        if current:
            self._post(event)
        return current

    def _open(self, wanted: int) -> None:
        line, trust = self._door()
        visit = CentreVisit(line, trust, self._clock)
        visit.open(self._calibration())
        self._line, self._trust, self._visit = line, trust, visit
        self._answer(wanted, ev.VisitOpened())

    def _ask_offers(self, wanted: int) -> None:
        if self._examiner is None:
            self._examiner = Examiner()
        self._answer(wanted, ev.OffersArrived(self._visit.offers()))

    def _apply(self, choice: Choice, wanted: int) -> None:
        name = self._visit.apply(choice).hex()
        self._answer(wanted, ev.Applied(name))
        pledged = self._visit.deliver()
        expected = self._visit.expected()
        copies = tuple(self._hold(copy, expected) for copy in pledged)
        ticket = Ticket(name, choice.fee_yen, copies)
        if not self._answer(wanted, ev.DocumentReady(ticket)):
            self._vault.erase()
            self._met = self._met or TOO_SLOW
        elif self._met:
            # An error and then a success is looked into, also where the centre saw no error.
            self._tell_centre(self._met)

    def _hold(self, copy: PledgedCopy, expected: Expected) -> Copy:
        with contextlib.ExitStack() as failed:
            failed.callback(self._vault.erase)
            sheets = self._examine(copy, expected)
            ticket = self._vault.lay_in(sheets)
            failed.pop_all()
        return Copy(ticket, f"kiosk-{secrets.token_hex(_TITLE_BYTES)}", copy.pages)

    def _examine(self, copy: PledgedCopy, expected: Expected) -> bytes:
        if self._examiner is None:
            self._examiner = Examiner()
        return self._examiner.examine(job_for(copy, expected, self._trust, self._clock))


def job_for(copy: PledgedCopy, expected: Expected, trust: CentreTrust, clock: Clock) -> Job:
    """What the child process needs to know of one copy."""
    asked = expected.application
    return Job(
        document=copy.document, marks=copy.marks, document_id=copy.document_id,
        pages=copy.pages, at=int(clock.utc().timestamp()), roots=trust.document_roots,
        crls=trust.document_crls, municipality=asked.municipality, server=asked.server,
        application=expected.digest, card=expected.card, certificate=asked.certificate,
        kind=asked.kind, options=asked.options, persons=asked.persons, names=expected.names,
        applicant=expected.applicant, birthday=expected.birthday,
    )  # fmt: skip


def _nobody(_event: object) -> None:
    """Before the thread has begun there is nobody to tell."""
