"""The virtual printer's engine: takes jobs, moves paper, and stops when it must.

It knows nothing of IPP messages. One thread moves the paper; everything else may be called
from any thread. What is on paper is on paper, whatever the protocol says of it.
"""

import enum
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from drivers.printer.contract import JobState
from drivers.printer.tables import DONE_WELL, PrinterState
from drivers.printer.virtual_paper import Pair, PaperPath
from drivers.printer.virtual_sheets import DocumentError, Sheet, Side, sides_of

_STOPPING: Final = "processing-to-stop-point"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What kind of printer it is."""

    first_sheet_s: float = 0.05
    """From the document's arrival to the first sheet in the tray."""
    sheet_s: float = 0.05
    """From one sheet to the next."""
    duplex: bool = True
    colour: bool = True
    cmyk: bool = True
    """It takes the inks of a document as they are."""
    paper_capacity: int = 250
    tray_capacity: int = 100
    reprints_jammed: bool = False
    """True: a sheet lost in a jam is printed again by the machine itself."""
    quiet_when_idle: bool = False
    """True: troubles are told only while a job is there, as some real printers do."""
    counts_sheets: bool = True
    """False: it has no `job-media-sheets-completed`."""
    tray_sensor: str = "sensor"
    """"sensor" (vendor attribute), "standard" (PWG 5100.13) or "none"."""
    formats: tuple[str, ...] = ("application/pdf", "image/pwg-raster")
    creates_jobs: bool = True
    """False: job and document come in one request, Print-Job; RFC 8011 leaves all else open."""


@dataclass(slots=True)
class Job:
    """One job inside the printer."""

    title: str
    user: str
    two_sided: bool
    created_s: int
    number: int = 0
    state: JobState = JobState.PENDING
    reasons: tuple[str, ...] = ("job-incoming",)
    impressions: int = 0
    sheets: int = 0
    mime_type: str = ""
    document: bytes | None = field(default=None, repr=False)
    damaged: bool = False
    """A sheet of it was lost."""
    options: tuple[tuple[str, str], ...] = ()
    """Job template attributes as they arrived."""

    @property
    def ended(self) -> bool:
        """True once no paper will move for it any more."""
        return self.state >= JobState.CANCELED


@dataclass(frozen=True, slots=True)
class PrinterNews:
    """Something a bystander could see happen."""

    what: str
    """job, refused, sheet, stopped, goes_on, jammed, ended, taken, power"""
    title: str = ""
    sheet: Sheet | None = None


class _Fed(enum.Enum):
    STACKED = enum.auto()
    LOST = enum.auto()
    ENDED = enum.auto()


class Engine:
    """Jobs, the paper path, and the thread that prints. `start` and `stop` bracket it."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._path = PaperPath(machine.paper_capacity, machine.tray_capacity)
        self._condition = threading.Condition()
        self._observers: list[Callable[[PrinterNews], None]] = []
        self._news: list[PrinterNews] = []
        self._thread: threading.Thread | None = None
        self._closing = False
        self._next_number = 1
        self._jobs: list[Job] = []
        self._current: Job | None = None

    # --- running ---------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to move paper."""
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="virtual-printer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stand still for good; a sheet on its way stays inside. Idempotent."""
        with self.touching():
            self._closing = True
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def observe(self, observer: Callable[[PrinterNews], None]) -> None:
        """Call `observer` with all news, from whatever thread made it, without a lock held."""
        self._observers.append(observer)

    def wait_until(self, holds: Callable[[], bool], limit_s: float) -> bool:
        """Block until `holds()`; it is asked again at every change. False after `limit_s`."""
        with self._condition:
            return self._condition.wait_for(holds, limit_s)

    @contextmanager
    def touching(self, *news: PrinterNews) -> Iterator[PaperPath]:
        """Lend out the paper path under the lock; after its release bystanders hear `news`."""
        with self._condition:
            yield self._path
            self._condition.notify_all()
            heard, self._news = [*self._news, *news], []
        for item in heard:
            for observer in tuple(self._observers):
                observer(item)

    def tell(self, news: PrinterNews) -> None:
        """Tell bystanders something that moved nothing."""
        with self.touching(news):
            pass

    @contextmanager
    def looking(self) -> Iterator[PaperPath]:
        """Lend out the paper path under the lock, to be read only."""
        with self._condition:
            yield self._path

    # --- state -----------------------------------------------------------------------------

    @property
    def state(self) -> PrinterState:
        """RFC 8011 5.4.11."""
        with self._condition:
            if self.reasons_blocking():
                return PrinterState.STOPPED
            return PrinterState.PROCESSING if self._current else PrinterState.IDLE

    def reasons_blocking(self) -> tuple[str, ...]:
        """Why no sheet can be fed now, as keywords; a quiet printer tells only with a job."""
        with self._condition:
            if self.machine.quiet_when_idle and self._current is None:
                return ()
            return self._path.blocked()

    # --- jobs, as the protocol sees them -----------------------------------------------------

    def create_job(self, job: Job) -> Job:
        """Take a new job in; it waits for its document."""
        with self.touching(PrinterNews("job", job.title)):
            job.number = self._next_number
            self._next_number += 1
            self._jobs.append(job)
        return job

    def give_document(self, job: Job, document: bytes, mime_type: str) -> None:
        """The document of `job` is complete: it may be printed."""
        with self.touching():
            if not job.ended:
                job.document, job.mime_type, job.reasons = document, mime_type, ("job-queued",)

    def interrupt(self, job: Job) -> None:
        """The document broke off on the way: nothing of it is printed."""
        with self.touching():
            if not job.ended:
                self._end(job, JobState.ABORTED, "aborted-by-system", "submission-interrupted")

    def cancel(self, number: int) -> bool:
        """Cancel that job; a sheet on its way still comes out. False if there is none."""
        with self.touching():
            job = self.job(number)
            if job is None or job.ended:
                return False
            if job is self._current:
                job.reasons = (_STOPPING,)
            else:
                self._end(job, JobState.CANCELED, "job-canceled-by-user")
            return True

    def jobs(self) -> tuple[Job, ...]:
        """Every job remembered, oldest first."""
        with self._condition:
            return tuple(self._jobs)

    def job(self, number: int) -> Job | None:
        """The job of that number."""
        return next((job for job in self.jobs() if job.number == number), None)

    def forget(self) -> None:
        """Power was lost: jobs and their history are gone; a sheet on its way is stuck."""
        with self.touching(PrinterNews("power")) as path:
            path.lose_power()
            for job in self._jobs:
                if not job.ended:
                    self._end(job, JobState.ABORTED, "aborted-by-system")
            self._jobs, self._current = [], None

    # --- the thread --------------------------------------------------------------------------

    def _run(self) -> None:
        while (job := self._await_job()) is not None:
            try:
                colour = self.machine.colour
                sides = sides_of(job.document or b"", job.mime_type, colour=colour)
            except DocumentError:
                self._conclude(job, JobState.ABORTED, "document-format-error")
            else:
                self._print(job, self._pairs(job, sides))

    def _await_job(self) -> Job | None:
        with self._condition:
            self._condition.wait_for(lambda: self._closing or self._next_job() is not None)
            job = self._next_job()
            if self._closing or job is None:
                return None
            self._current = job
            job.state, job.reasons = JobState.PROCESSING, ("job-interpreting",)
            return job

    def _next_job(self) -> Job | None:
        return next((j for j in self._jobs if not j.ended and j.document is not None), None)

    def _pairs(self, job: Job, sides: Sequence[Side]) -> list[Pair]:
        if not (job.two_sided and self.machine.duplex):
            return [(side, None) for side in sides]
        backs: list[Side | None] = [*sides[1::2], None]
        return list(zip(sides[::2], backs, strict=False))

    def _print(self, job: Job, pairs: Sequence[Pair]) -> None:
        wait_s = self.machine.first_sheet_s
        for pair in pairs:
            fed = self._feed(job, pair, wait_s)
            if fed is _Fed.LOST:
                fed = self._recover(job, pair, wait_s)
            if fed is _Fed.ENDED:
                return
            wait_s = self.machine.sheet_s
        if not self._gives_up(job):
            word = "job-completed-with-errors" if job.damaged else DONE_WELL
            self._conclude(job, JobState.COMPLETED, word)

    def _recover(self, job: Job, pair: Pair, wait_s: float) -> _Fed:
        """After a jam: wait for a hand; then print the sheet again, or go on without it."""
        fed = _Fed.LOST
        while fed is _Fed.LOST and self.machine.reprints_jammed:
            fed = self._feed(job, pair, wait_s, again=True)
        if fed is not _Fed.LOST:
            return fed
        job.damaged = True
        return _Fed.LOST if self._await_clear(job) else _Fed.ENDED

    def _feed(self, job: Job, pair: Pair, wait_s: float, *, again: bool = False) -> _Fed:
        """Move one sheet. `again`: its front was counted before it was lost."""
        if not self._await_clear(job):
            return _Fed.ENDED
        self._pull_in(job)
        sides = [side for side in pair if side is not None]
        for side in sides:
            if not self._travel(job, wait_s / len(sides)):
                return _Fed.ENDED
            front = side is pair[0]
            if self._mark(job, counts=not (again and front), may_jam=front):
                return _Fed.LOST
        self._stack(job, pair)
        return _Fed.STACKED

    def _await_clear(self, job: Job) -> bool:
        """Wait until a sheet can be fed for `job`. False if the job has ended."""
        self._show_blocked(job)
        with self._condition:
            self._condition.wait_for(
                lambda: self._closing or job.ended or self._stops(job) or not self._path.blocked()
            )
            halted = self._closing or job.ended
        return not halted and not self._gives_up(job)

    def _show_blocked(self, job: Job) -> None:
        with self.touching() as path:
            if path.blocked() and not job.ended and not self._stops(job):
                job.state, job.reasons = JobState.STOPPED, ("printer-stopped",)
                self._news.append(PrinterNews("stopped", job.title))

    def _stops(self, job: Job) -> bool:
        return _STOPPING in job.reasons or self._path.until_abort == 0

    def _gives_up(self, job: Job) -> bool:
        if _STOPPING in job.reasons:
            self._conclude(job, JobState.CANCELED, "job-canceled-by-user")
            return True
        if self._path.until_abort == 0:
            self._path.until_abort = None
            self._conclude(job, JobState.ABORTED, "aborted-by-system")
            return True
        return False

    def _pull_in(self, job: Job) -> None:
        with self.touching() as path:
            path.pull_in()
            if not self._stops(job):
                job.state, job.reasons = JobState.PROCESSING, ("job-printing",)

    def _travel(self, job: Job, seconds: float) -> bool:
        """Let the sheet move; a cancel does not stop it, only loss of power does."""
        with self._condition:
            return not self._condition.wait_for(lambda: self._closing or job.ended, seconds)

    def _mark(self, job: Job, *, counts: bool, may_jam: bool) -> bool:
        """Put toner on one side; True if the sheet then jams and is destroyed."""
        with self.touching() as path:
            job.impressions += counts
            path.life_impressions += 1
            if not (may_jam and path.jams_here()):
                return False
            self._news.append(PrinterNews("jammed", job.title))
            return True

    def _stack(self, job: Job, pair: Pair) -> None:
        with self.touching() as path:
            sheet = path.stack(job.title, pair)
            job.sheets += 1
            self._news.append(PrinterNews("sheet", job.title, sheet))

    def _conclude(self, job: Job, state: JobState, *reasons: str) -> None:
        with self.touching():
            if not job.ended:
                self._end(job, state, *reasons)
            if self._current is job:
                self._current = None

    def _end(self, job: Job, state: JobState, *reasons: str) -> None:
        job.state, job.reasons, job.document = state, reasons, None
        self._news.append(PrinterNews("ended", job.title))
