"""`IppPrinterWatch`: asks the printer itself what it printed.

The spooler's word is no evidence: CUPS 2.4 counts a job's sides while its filter runs, and
calls a job completed whose document the device refused. So the device is asked, and a job is
known there by its title, since the numbers of a spooler start again after its death.

Source: RFC 8011 4.2.5, 4.2.6, 4.3.3, 4.3.4 (Get-Printer-Attributes, Get-Jobs, Cancel-Job,
Get-Job-Attributes).
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from drivers.clock import Clock
from drivers.errors import DeviceError, PeerError
from drivers.printer.contract import (
    JobProgress,
    JobState,
    PrinterCapabilities,
    PrinterConfig,
    PrinterStatus,
    Tray,
    TraySensor,
)
from drivers.printer.ipp_attributes import integers, keywords
from drivers.printer.ipp_codec import Attribute, Group, Message
from drivers.printer.ipp_http import IppAddress, IppConversation
from drivers.printer.jobs import (
    JobRecord,
    job_progress,
    output_tray,
    printer_capabilities,
    printer_status,
    printer_troubles,
)
from drivers.printer.tables import (
    CAPABILITY_ATTRIBUTES,
    COMPLETED_JOBS_ASKED,
    FIRST_ERROR,
    JOB_ATTRIBUTES,
    STATUS_ATTRIBUTES,
    TRAY_ATTRIBUTES,
    GroupTag,
    Operation,
    Status,
)

_log = logging.getLogger(__name__)

_LIMIT_S: Final = 3.0
"""The contract's limit for one question."""

_TITLES_REMEMBERED: Final = 64

_ENDED_ALREADY: Final = frozenset({Status.NOT_POSSIBLE, Status.NOT_FOUND})
"""Answers to Cancel-Job after which nothing of the job is left to cancel."""


class IppPrinterWatch:
    """A `PrinterWatch` for any IPP printer (1.1 and up). Thread-safe; keeps no connection."""

    def __init__(
        self, config: PrinterConfig, clock: Clock, sensor: TraySensor | None = None
    ) -> None:
        """`sensor` sees the output tray instead of the printer itself.

        Raises DeviceError `printer.not_ipp`. Nothing is asked yet.
        """
        self._address = IppAddress.parse(config.device_uri)
        self._by_ipp = config.tray == "ipp"
        self._sensor = sensor
        self._clock = clock
        self._seen: OrderedDict[str, JobProgress] = OrderedDict()
        self._seen_lock = threading.Lock()

    def capabilities(self) -> PrinterCapabilities:
        """See `PrinterWatch.capabilities`."""
        with self._conversation() as printer:
            group = _printer(printer, CAPABILITY_ATTRIBUTES)
        return printer_capabilities(group, self._address.uri)

    def status(self) -> PrinterStatus:
        """See `PrinterWatch.status`."""
        try:
            with self._conversation() as printer:
                group = _printer(printer, STATUS_ATTRIBUTES)
                held = [record.title for record in _jobs(printer, "not-completed")]
        except DeviceError as error:
            return PrinterStatus((error.reason.name,), (), (), Tray.UNKNOWN)
        status = printer_status(group, held, sensor=self._by_ipp)
        return status if self._sensor is None else _seen_by(self._sensor, status)

    def look_at_tray(self) -> Tray:
        """See `PrinterWatch.look_at_tray`."""
        if self._sensor is not None:
            return self._sensor.look()
        if not self._by_ipp:
            return Tray.UNKNOWN
        with self._conversation() as printer:
            return output_tray(_printer(printer, TRAY_ATTRIBUTES))

    def follow(self, title: str) -> JobProgress:
        """See `PrinterWatch.follow`."""
        with self._conversation() as printer:
            # A job only ever moves from the first list to the second, so in this order none
            # is missed between the two questions.
            listed = [*_jobs(printer, "not-completed"), *_jobs(printer, "completed")]
            numbers = {record.number for record in listed if record.title == title}
            records = [r for number in sorted(numbers) if (r := _job(printer, number))]
            troubles, _ = printer_troubles(_printer(printer, STATUS_ATTRIBUTES))
        return self._remember(title, records, troubles)

    def cancel(self, title: str) -> bool:
        """See `PrinterWatch.cancel`."""
        return self._cancel(lambda record: record.title == title)

    def cancel_all(self) -> bool:
        """See `PrinterWatch.cancel_all`."""
        return self._cancel(lambda _: True)

    def _conversation(self) -> IppConversation:
        return IppConversation(self._address, self._clock, _LIMIT_S)

    def _cancel(self, chosen: Callable[[JobRecord], bool]) -> bool:
        try:
            with self._conversation() as printer:
                held = [r.number for r in _jobs(printer, "not-completed") if chosen(r)]
                # All of them are asked, even after one that was refused.
                taken = [_cancelled(printer, number) for number in held]
        except DeviceError as error:
            _log.warning("the printer could not be asked to cancel: %s", error.reason.name)
            return False
        return all(taken)

    def _remember(
        self, title: str, records: Iterable[JobRecord], troubles: tuple[str, ...]
    ) -> JobProgress:
        with self._seen_lock:
            progress = job_progress(title, records, self._seen.get(title), troubles)
            if progress.state != JobState.UNSEEN:
                self._seen[title] = progress
                self._seen.move_to_end(title)
            while len(self._seen) > _TITLES_REMEMBERED:
                self._seen.popitem(last=False)
            return progress


def _seen_by(sensor: TraySensor, status: PrinterStatus) -> PrinterStatus:
    try:
        return replace(status, tray=sensor.look())
    except DeviceError as error:
        return replace(status, troubles=(*status.troubles, error.reason.name))


def _accepted(answer: Message) -> Message:
    if answer.code >= FIRST_ERROR:
        what = f"The printer refuses a question with IPP status 0x{answer.code:04x}."
        raise PeerError("printer.offline", what)
    return answer


def _printer(printer: IppConversation, wanted: tuple[str, ...]) -> Group:
    asked = keywords("requested-attributes", *wanted)
    answer = _accepted(printer.ask(Operation.GET_PRINTER_ATTRIBUTES, asked))
    return answer.group(GroupTag.PRINTER)


def _jobs(printer: IppConversation, which: str) -> list[JobRecord]:
    asked: list[Attribute] = [keywords("which-jobs", which)]
    if which == "completed":
        asked.append(integers("limit", COMPLETED_JOBS_ASKED))
    asked.append(keywords("requested-attributes", *JOB_ATTRIBUTES))
    answer = printer.ask(Operation.GET_JOBS, *asked)
    if answer.code == Status.NOT_FOUND:  # what some printers say of an empty list
        return []
    return [JobRecord.of(group) for group in _accepted(answer).all_groups(GroupTag.JOB)]


def _cancelled(printer: IppConversation, number: int) -> bool:
    """Whether that job is being cancelled, or has ended already.

    A job that has ended or is being stopped is answered with client-error-not-possible, one that
    the printer has forgotten with client-error-not-found (RFC 8011 4.3.3, B.1.4.5).
    """
    answer = printer.ask(Operation.CANCEL_JOB, integers("job-id", number))
    taken = answer.code < FIRST_ERROR or answer.code in _ENDED_ALREADY
    if not taken:
        _log.warning("the printer does not cancel job %d: IPP status 0x%04x", number, answer.code)
    return taken


def _job(printer: IppConversation, number: int) -> JobRecord | None:
    asked = (integers("job-id", number), keywords("requested-attributes", *JOB_ATTRIBUTES))
    answer = printer.ask(Operation.GET_JOB_ATTRIBUTES, *asked)
    if answer.code == Status.NOT_FOUND:  # it left the printer's history meanwhile
        return None
    return JobRecord.of(_accepted(answer).group(GroupTag.JOB))
