"""The virtual printer's answers to IPP requests. No wire: a message in, a message out.

Source: RFC 8011 4 (operations), PWG 5100.14 4 (what IPP Everywhere asks for).
"""

from collections.abc import Callable, Iterable
from typing import Final

from drivers.clock import Clock
from drivers.printer.ipp_attributes import preamble
from drivers.printer.ipp_codec import Attribute, Group, Message, Value
from drivers.printer.tables import GroupTag, Operation, Status
from drivers.printer.virtual_attributes import job_attributes, operations, printer_attributes
from drivers.printer.virtual_engine import Engine, Job, PrinterNews

_SNIFFED: Final = {b"%PDF": "application/pdf", b"RaS2": "image/pwg-raster"}
_UNTYPED: Final = frozenset({"", "application/octet-stream"})
_EMPTYING: Final = frozenset({"all", "printer-description", "job-template", "job-description"})
_VERSIONS: Final = frozenset({1, 2})


class _Refused(Exception):
    """The request is answered with this status."""

    def __init__(self, status: Status) -> None:
        self.status = status
        super().__init__(status.name)


class PrinterService:
    """Answers requests out of an `Engine`. Thread-safe."""

    def __init__(self, engine: Engine, uri: str, clock: Clock) -> None:
        self._engine = engine
        self._uri = uri
        self._clock = clock
        self._born_s = clock.monotonic_s()
        self.busy = False
        """True: every new job is refused with server-error-busy."""
        self.refuses_documents = False
        """True: documents are refused as broken, after they have been received."""
        handlers: dict[Operation, Callable[[Message], Iterable[Group]]] = {
            Operation.PRINT_JOB: self._print_job,
            Operation.VALIDATE_JOB: self._validate_job,
            Operation.CREATE_JOB: self._create_job,
            Operation.SEND_DOCUMENT: self._send_document,
            Operation.CLOSE_JOB: self._close_job,
            Operation.CANCEL_JOB: self._cancel_job,
            Operation.CANCEL_MY_JOBS: self._cancel_my_jobs,
            Operation.GET_JOB_ATTRIBUTES: self._get_job_attributes,
            Operation.GET_JOBS: self._get_jobs,
            Operation.GET_PRINTER_ATTRIBUTES: self._get_printer_attributes,
            Operation.IDENTIFY_PRINTER: self._identify_printer,
        }
        self._operations: dict[int, Callable[[Message], Iterable[Group]]] = {
            code: handlers[code] for code in operations(engine.machine)
        }

    def answer(self, asked: Message) -> Message:
        """The response to one request; a refused one carries its status and nothing else."""
        try:
            _check(asked)
            handler = self._operations.get(asked.code, _unsupported)
            status, groups = Status.OK, tuple(handler(asked))
        except _Refused as refused:
            status, groups = refused.status, ()
        version = asked.version if asked.version[0] in _VERSIONS else (2, 0)
        operation = Group(GroupTag.OPERATION, preamble())
        return Message(status, asked.request_id, (operation, *groups), version=version)

    def broken_off(self, asked: Message) -> None:
        """The connection broke while the document of `asked` was coming in."""
        if asked.code == Operation.SEND_DOCUMENT:
            number = asked.group(GroupTag.OPERATION).integer("job-id")
            job = self._engine.job(number)
            if job is not None:
                self._engine.interrupt(job)

    @property
    def _up_s(self) -> int:
        return int(self._clock.monotonic_s() - self._born_s) + 1

    # --- making jobs -------------------------------------------------------------------------

    def _print_job(self, asked: Message) -> Iterable[Group]:
        mime_type = self._mime_type(asked)
        job = self._new_job(asked)
        self._receive(job, asked.data, mime_type)
        return [self._brief(job)]

    def _validate_job(self, asked: Message) -> Iterable[Group]:
        self._accepting()
        self._mime_type(asked)
        return []

    def _create_job(self, asked: Message) -> Iterable[Group]:
        return [self._brief(self._new_job(asked))]

    def _send_document(self, asked: Message) -> Iterable[Group]:
        job = self._job(asked)
        if asked.group(GroupTag.OPERATION).boolean("last-document") is None:
            raise _Refused(Status.BAD_REQUEST)
        if job.document is not None or job.ended:
            raise _Refused(Status.NOT_POSSIBLE)
        self._receive(job, asked.data, self._mime_type(asked))
        return [self._brief(job)]

    def _close_job(self, asked: Message) -> Iterable[Group]:
        job = self._job(asked)
        if job.document is None and not job.ended:
            self._engine.interrupt(job)
        return []

    def _accepting(self) -> None:
        if self.busy:
            self._engine.tell(PrinterNews("refused"))
            raise _Refused(Status.BUSY)

    def _new_job(self, asked: Message) -> Job:
        self._accepting()
        operation, template = asked.group(GroupTag.OPERATION), asked.group(GroupTag.JOB)
        options = tuple((a.name, _shown(a.values)) for a in template.attributes)
        job = Job(
            title=operation.text("job-name") or "untitled",
            user=operation.text("requesting-user-name") or "anonymous",
            two_sided=template.text("sides").startswith("two-sided"),
            created_s=self._up_s,
            options=options,
        )
        return self._engine.create_job(job)

    def _receive(self, job: Job, document: bytes, mime_type: str) -> None:
        if self.refuses_documents:
            self._engine.interrupt(job)
            raise _Refused(Status.DOCUMENT_FORMAT_ERROR)
        self._engine.give_document(job, document, mime_type)

    def _mime_type(self, asked: Message) -> str:
        said = asked.group(GroupTag.OPERATION).text("document-format")
        found = _SNIFFED.get(asked.data[:4], "") if said in _UNTYPED else said
        if found and found not in self._engine.machine.formats:
            raise _Refused(Status.DOCUMENT_FORMAT_NOT_SUPPORTED)
        return found

    # --- asking and cancelling ---------------------------------------------------------------

    def _cancel_job(self, asked: Message) -> Iterable[Group]:
        if not self._engine.cancel(self._job(asked).number):
            raise _Refused(Status.NOT_POSSIBLE)
        return []

    def _cancel_my_jobs(self, asked: Message) -> Iterable[Group]:
        user = asked.group(GroupTag.OPERATION).text("requesting-user-name")
        for job in self._engine.jobs():
            if job.user == user:
                self._engine.cancel(job.number)
        return []

    def _get_job_attributes(self, asked: Message) -> Iterable[Group]:
        return [self._described(self._job(asked), _wanted(asked))]

    def _get_jobs(self, asked: Message) -> Iterable[Group]:
        operation = asked.group(GroupTag.OPERATION)
        chosen = _WHICH.get(operation.text("which-jobs") or "not-completed")
        if chosen is None:
            raise _Refused(Status.ATTRIBUTES_NOT_SUPPORTED)
        user = operation.text("requesting-user-name")
        mine = operation.boolean("my-jobs") is True
        jobs = [j for j in self._engine.jobs() if chosen(j) and (not mine or j.user == user)]
        if operation.text("which-jobs") == "completed":
            jobs.reverse()  # newest first, RFC 8011 4.2.6.2
        limit = operation.integer("limit", len(jobs))
        asks = bool(operation.values("requested-attributes"))
        wanted = _wanted(asked) if asks else frozenset({"job-id", "job-uri"})
        return [self._described(job, wanted) for job in jobs[:limit]]

    def _get_printer_attributes(self, asked: Message) -> Iterable[Group]:
        everything = printer_attributes(self._engine, self._uri, self._up_s)
        return [Group(GroupTag.PRINTER, _only(everything, _wanted(asked)))]

    def _identify_printer(self, _asked: Message) -> Iterable[Group]:
        return []

    def _job(self, asked: Message) -> Job:
        operation = asked.group(GroupTag.OPERATION)
        number = operation.integer("job-id")
        if number < 0:
            tail = operation.text("job-uri").rpartition("/")[2]
            number = int(tail) if tail.isdigit() else -1
        job = self._engine.job(number)
        if job is None:
            raise _Refused(Status.NOT_FOUND)
        return job

    def _brief(self, job: Job) -> Group:
        return self._described(
            job, frozenset({"job-id", "job-uri", "job-state", "job-state-reasons"})
        )

    def _described(self, job: Job, wanted: frozenset[str]) -> Group:
        everything = job_attributes(job, self._engine.machine, self._uri, self._up_s)
        return Group(GroupTag.JOB, _only(everything, wanted))


_WHICH: Final[dict[str, Callable[[Job], bool]]] = {
    "completed": lambda job: job.ended,
    "not-completed": lambda job: not job.ended,
    "all": lambda _: True,
}


def _shown(values: tuple[Value, ...]) -> str:
    """Values as a person reads them; collections in braces."""
    return ",".join(
        "{" + " ".join(f"{member.name}={_shown(member.values)}" for member in members) + "}"
        if (members := value.members())
        else str(value.data)
        for value in values
    )


def _unsupported(_asked: Message) -> Iterable[Group]:
    raise _Refused(Status.OPERATION_NOT_SUPPORTED)


def _check(asked: Message) -> None:
    """RFC 8011 4.1.4, 4.1.7 and 4.1.8: what every request must carry."""
    if asked.version[0] not in _VERSIONS:
        raise _Refused(Status.VERSION_NOT_SUPPORTED)
    names = [attribute.name for attribute in asked.group(GroupTag.OPERATION).attributes]
    if names[:2] != [attribute.name for attribute in preamble()] or asked.request_id <= 0:
        raise _Refused(Status.BAD_REQUEST)
    operation = asked.group(GroupTag.OPERATION)
    if operation.text("attributes-charset").lower() not in {"utf-8", "us-ascii"}:
        raise _Refused(Status.CHARSET_NOT_SUPPORTED)
    if not operation.text("printer-uri") and not operation.text("job-uri"):
        raise _Refused(Status.BAD_REQUEST)


def _wanted(asked: Message) -> frozenset[str]:
    """The names asked for; empty means all."""
    names = frozenset(asked.group(GroupTag.OPERATION).texts("requested-attributes"))
    return frozenset() if names & _EMPTYING else names


def _only(attributes: tuple[Attribute, ...], wanted: frozenset[str]) -> tuple[Attribute, ...]:
    return tuple(a for a in attributes if not wanted or a.name in wanted)
