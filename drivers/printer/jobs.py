"""What the device's answers mean for the kiosk. No wire, no clock.

Sources: RFC 8011 5.3 (job), 5.4.11 to 5.4.13 (printer), PWG 5100.13 (printer-output-tray).
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Self

from drivers.printer.contract import (
    JobProgress,
    JobState,
    PrinterCapabilities,
    PrinterStatus,
    Tray,
)
from drivers.printer.ipp_codec import Group
from drivers.printer.state_reasons import weigh
from drivers.printer.tables import (
    A4,
    DONE_BADLY,
    DONE_WELL,
    JOB_REASONS,
    PDF,
    SHEET_SENSOR,
    TWO_SIDED,
    PrinterState,
)

_SPOOLERS_NUMBER: Final = re.compile(r"\A\d+ - ")
"""CUPS' ipp backend puts its own job's number before the title where it hands over by Print-Job,
the one way that RFC 8011 4.2.1 requires of every printer. No title of ours looks like that."""

_JOB_STATES: Final = frozenset(int(state) for state in JobState) - {JobState.UNSEEN}


@dataclass(frozen=True, slots=True)
class JobRecord:
    """One job as the device describes it."""

    number: int
    title: str
    """As it was handed to the spooler."""
    state: JobState
    """COMPLETED only if the device also says `job-completed-successfully`."""
    reasons: tuple[str, ...]
    impressions: int
    sheets: int

    @classmethod
    def of(cls, group: Group) -> Self:
        """Read a job attributes group; what the device leaves out reads as nothing done."""
        reasons = group.texts("job-state-reasons")
        return cls(
            number=group.integer("job-id", 0),
            title=_SPOOLERS_NUMBER.sub("", group.text("job-name")),
            state=_job_state(group.integer("job-state", 0), reasons),
            reasons=reasons,
            impressions=max(0, group.integer("job-impressions-completed", 0)),
            sheets=max(-1, group.integer("job-media-sheets-completed", -1)),
        )


def _job_state(number: int, reasons: Sequence[str]) -> JobState:
    """State 9 is worth what its reason says; until the reason has come, the job still runs.

    `ippeveprinter` was seen at state 9 with `processing-to-stop-point` left from before.
    """
    if number not in _JOB_STATES:
        return JobState.PENDING
    if number != JobState.COMPLETED or DONE_WELL in reasons:
        return JobState(number)
    return JobState.ABORTED if DONE_BADLY & set(reasons) else JobState.PROCESSING


_LIVELIEST: Final = (
    JobState.PROCESSING,
    JobState.STOPPED,
    JobState.PENDING,
    JobState.HELD,
    JobState.COMPLETED,
    JobState.ABORTED,
    JobState.CANCELED,
)


def job_progress(
    title: str, records: Iterable[JobRecord], before: JobProgress | None, blocked_by: Sequence[str]
) -> JobProgress:
    """Sum up all jobs of one title: a spooler that tried twice left two.

    The job runs while any of them runs; sides and sheets are added, and never fall below
    what was seen `before`, even if the device was switched off and forgot. `blocked_by` are
    the printer's own troubles, which count while a job has not ended.
    """
    found = [record for record in records if record.title == title]
    state = next((s for s in _LIVELIEST if any(r.state == s for r in found)), JobState.UNSEEN)
    ended = JobProgress(title, state, 0, 0).ended
    own = () if state == JobState.COMPLETED else _job_troubles(found)
    sheets = -1 if any(r.sheets < 0 for r in found) else sum(r.sheets for r in found)
    return JobProgress(
        title=title,
        state=state,
        impressions=max(sum(r.impressions for r in found), before.impressions if before else 0),
        sheets=max(sheets if found else -1, before.sheets if before else -1),
        troubles=_most_telling([*own, *(() if ended or not found else blocked_by)]),
    )


def _job_troubles(records: Iterable[JobRecord]) -> list[str]:
    return [JOB_REASONS[word] for r in records for word in r.reasons if word in JOB_REASONS]


def _most_telling(troubles: Iterable[str]) -> tuple[str, ...]:
    """Without repetition, and without "it has stopped" where something says why."""
    named = tuple(dict.fromkeys(troubles))
    return tuple(t for t in named if t != "printer.stopped") or named


def printer_troubles(group: Group) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What keeps the printer from printing, and what will soon: names of `drivers.reasons`.

    What each word means stands in `drivers.printer.state_reasons`. A printer that has stopped
    or takes no jobs without saying why has stopped.
    """
    stopped = group.integer("printer-state") == PrinterState.STOPPED
    weighed = [weigh(word, stopped=stopped) for word in group.texts("printer-state-reasons")]
    troubles = [trouble for trouble, _ in weighed if trouble]
    warnings = [warning for _, warning in weighed if warning]
    if (stopped and not troubles) or group.boolean("printer-is-accepting-jobs") is False:
        troubles.append("printer.stopped")
    troubles.extend(_unfit(group))
    return _most_telling(troubles), tuple(dict.fromkeys(warnings))


def _unfit(group: Group) -> Iterable[str]:
    """What is wrong with the paper or with the machine itself."""
    ready = group.texts("media-ready")
    if ready and A4 not in ready:
        yield "printer.wrong_media"
    if not _two_sided(group):
        yield "printer.not_duplex"
    if not _colour(group):
        yield "printer.not_colour"


def _two_sided(group: Group) -> bool:
    return TWO_SIDED in group.texts("sides-supported")


def _colour(group: Group) -> bool:
    modes = group.texts("print-color-mode-supported")
    return "color" in modes if modes else group.boolean("color-supported") is True


def printer_status(group: Group, titles: Iterable[str], *, sensor: bool) -> PrinterStatus:
    """The printer's state; `titles` are the jobs it holds, `sensor` whether to ask the tray."""
    troubles, warnings = printer_troubles(group)
    return PrinterStatus(
        troubles=troubles,
        warnings=warnings,
        jobs=tuple(titles),
        tray=output_tray(group) if sensor else Tray.UNKNOWN,
        life_impressions=group.integer("printer-impressions-completed"),
        machine=_machine(group),
    )


def _machine(group: Group) -> str:
    """A digest of what tells one printer from another: PWG 5100.13 printer-uuid, and the IEEE
    1284 device id, which holds the serial number where the maker gives one."""
    named = (group.text("printer-uuid"), group.text("printer-device-id"))
    return hashlib.sha256("|".join(named).encode()).hexdigest()[:8] if any(named) else ""


def output_tray(group: Group) -> Tray:
    """Whether sheets lie in the tray: its own sensor, else PWG 5100.13 `printer-output-tray`."""
    present = group.boolean(SHEET_SENSOR)
    if present is not None:
        return Tray.SHEETS if present else Tray.EMPTY
    states = [_tray_by_room(octets) for octets in group.octets("printer-output-tray")]
    for state in (Tray.SHEETS, Tray.UNKNOWN, Tray.EMPTY):
        if state in states:
            return state
    return Tray.UNKNOWN


def _tray_by_room(octets: bytes) -> Tray:
    """`type=…;maxcapacity=100;remaining=98;…`; negative numbers mean "unknown" (RFC 3805)."""
    pairs = (p.partition("=") for p in octets.decode("ascii", "replace").split(";"))
    keys = {key.strip(): value.strip() for key, _, value in pairs}
    try:
        capacity, room = int(keys["maxcapacity"]), int(keys["remaining"])
    except (KeyError, ValueError):
        return Tray.UNKNOWN
    if capacity <= 0 or room < 0:
        return Tray.UNKNOWN
    return Tray.EMPTY if room >= capacity else Tray.SHEETS


def printer_capabilities(group: Group, device_uri: str) -> PrinterCapabilities:
    """What the printer says it can do."""
    return PrinterCapabilities(
        duplex=_two_sided(group),
        colour=_colour(group),
        a4=A4 in group.texts("media-supported"),
        pdf=PDF in group.texts("document-format-supported"),
        cmyk="cmyk_8" in group.texts("pwg-raster-document-type-supported"),
        maker=group.text("printer-make-and-model"),
        device_uri=device_uri,
        identity=group.text("printer-uuid") or device_uri,
    )
