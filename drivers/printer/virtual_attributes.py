"""What the virtual printer says of itself and its jobs, as IPP attributes.

Source: PWG 5100.14-2020 5 (IPP Everywhere printer attributes), RFC 8011 5.3 and 5.4.
"""

from collections.abc import Iterable
from typing import Final

from drivers.printer.contract import JobState
from drivers.printer.ipp_attributes import (
    collection,
    collections,
    enums,
    flag,
    integers,
    keywords,
    resolutions,
    strings,
)
from drivers.printer.ipp_codec import Attribute, Range, Value
from drivers.printer.tables import A4, PWG_RASTER, SHEET_SENSOR, TWO_SIDED, Operation, Tag
from drivers.printer.virtual_engine import Engine, Job, Machine

_A4_SIZE: Final = (21000, 29700)
"""Hundredths of a millimetre."""

_MARGIN: Final = 423
"""Hundredths of a millimetre; 1/6 inch, what a laser printer cannot reach."""

_BLOCKING_SUFFIX: Final = "-error"
_WARNING_SUFFIX: Final = "-warning"


_IN_PARTS: Final = frozenset({Operation.CREATE_JOB, Operation.SEND_DOCUMENT, Operation.CLOSE_JOB})
"""RFC 8011 4.2.4, 4.3.1; PWG 5100.11: a job first, then its document."""


def operations(machine: Machine) -> tuple[Operation, ...]:
    """What may be asked of it: `operations-supported`."""
    return tuple(one for one in Operation if machine.creates_jobs or one not in _IN_PARTS)


def printer_attributes(engine: Engine, uri: str, up_s: int) -> tuple[Attribute, ...]:
    """Everything `Get-Printer-Attributes` can ask for."""
    return (*_identity(engine.machine, uri, up_s), *_abilities(engine.machine), *_state(engine))


def job_attributes(job: Job, machine: Machine, uri: str, up_s: int) -> tuple[Attribute, ...]:
    """Everything `Get-Job-Attributes` can ask for."""
    sheets = (integers("job-media-sheets-completed", job.sheets),) if machine.counts_sheets else ()
    return (
        integers("job-id", job.number),
        strings(Tag.URI, "job-uri", f"{uri}/{job.number}"),
        strings(Tag.URI, "job-printer-uri", uri),
        integers("job-printer-up-time", up_s),
        strings(Tag.NAME, "job-name", job.title),
        strings(Tag.NAME, "job-originating-user-name", job.user),
        enums("job-state", job.state),
        keywords("job-state-reasons", *job.reasons),
        integers("job-impressions-completed", job.impressions),
        *sheets,
        integers("time-at-creation", job.created_s),
        _since("time-at-processing", job.created_s, present=job.state > JobState.HELD),
        _since("time-at-completed", job.created_s, present=job.ended),
    )


def _since(name: str, second: int, *, present: bool) -> Attribute:
    return integers(name, second) if present else Attribute(name, (Value(Tag.NO_VALUE),))


def _identity(machine: Machine, uri: str, up_s: int) -> Iterable[Attribute]:
    return (
        strings(Tag.CHARSET, "charset-configured", "utf-8"),
        strings(Tag.CHARSET, "charset-supported", "utf-8"),
        strings(Tag.LANGUAGE, "natural-language-configured", "en"),
        strings(Tag.LANGUAGE, "generated-natural-language-supported", "en"),
        keywords("ipp-versions-supported", "1.1", "2.0"),
        strings(Tag.URI, "printer-uri-supported", uri),
        keywords("uri-security-supported", "none"),
        keywords("uri-authentication-supported", "none"),
        strings(Tag.NAME, "printer-name", "virtual"),
        strings(Tag.TEXT, "printer-info", "Virtual certificate printer"),
        strings(Tag.TEXT, "printer-location", ""),
        strings(Tag.TEXT, "printer-make-and-model", "Kiosk Virtual Printer"),
        strings(Tag.TEXT, "printer-device-id", "MFG:Kiosk;MDL:Virtual Printer;CMD:PDF,PWG;"),
        strings(Tag.URI, "printer-uuid", "urn:uuid:6f1a2a8e-6d39-4d5e-9d05-4b494f534b31"),
        strings(Tag.URI, "printer-more-info", uri.replace("ipp://", "http://")),
        integers("printer-up-time", up_s),
        enums("operations-supported", *operations(machine)),
        keywords("compression-supported", "none"),
        keywords("pdl-override-supported", "attempted"),
        flag("multiple-document-jobs-supported", value=False),
        keywords("multiple-operation-time-out-action", "abort-job"),
        integers("multiple-operation-time-out", 60),
        keywords("which-jobs-supported", "completed", "not-completed", "all"),
        keywords("job-creation-attributes-supported", "copies", "media", "media-col", "sides",
                 "print-color-mode", "print-quality", "print-scaling", "printer-resolution"),
        keywords("identify-actions-supported", "display"),
        keywords("identify-actions-default", "display"),
    )  # fmt: skip


def _abilities(machine: Machine) -> Iterable[Attribute]:
    sides = ("one-sided", TWO_SIDED, "two-sided-short-edge") if machine.duplex else ("one-sided",)
    modes = ("auto", "monochrome", *(("color",) if machine.colour else ()))
    formats = machine.formats
    return (
        strings(Tag.MIME_TYPE, "document-format-supported", *formats, "application/octet-stream"),
        strings(Tag.MIME_TYPE, "document-format-default", "application/octet-stream"),
        flag("color-supported", value=machine.colour),
        integers("pages-per-minute", _pages_per_minute(machine)),
        integers("pages-per-minute-color", _pages_per_minute(machine) if machine.colour else 0),
        keywords("print-color-mode-supported", *modes),
        keywords("print-color-mode-default", "auto"),
        keywords("sides-supported", *sides),
        keywords("sides-default", "one-sided"),
        Attribute("copies-supported", (Value(Tag.RANGE, Range(1, 1)),)),
        integers("copies-default", 1),
        enums("finishings-supported", 3),
        enums("finishings-default", 3),
        enums("orientation-requested-supported", 3, 4, 5, 6),
        Attribute("orientation-requested-default", (Value(Tag.NO_VALUE),)),
        enums("print-quality-supported", 3, 4, 5),
        enums("print-quality-default", 4),
        keywords("print-scaling-supported", "auto", "auto-fit", "fit", "fill", "none"),
        keywords("print-scaling-default", "auto"),
        keywords("print-rendering-intent-supported", "auto"),
        keywords("print-rendering-intent-default", "auto"),
        keywords("print-content-optimize-supported", "auto"),
        keywords("print-content-optimize-default", "auto"),
        resolutions("printer-resolution-supported", 600),
        resolutions("printer-resolution-default", 600),
        keywords("output-bin-supported", "face-down"),
        keywords("output-bin-default", "face-down"),
        *_media(),
        *(_raster(machine) if PWG_RASTER in formats else ()),
    )


def _pages_per_minute(machine: Machine) -> int:
    return round(60 * (1 + machine.duplex) / max(machine.sheet_s, 0.01))


def _media() -> Iterable[Attribute]:
    width, height = _A4_SIZE
    size = collection(integers("x-dimension", width), integers("y-dimension", height))
    margins = [
        integers(f"media-{edge}-margin", _MARGIN) for edge in ("bottom", "left", "right", "top")
    ]
    a4 = collection(
        collections("media-size", size),
        *margins,
        keywords("media-source", "main"),
        keywords("media-type", "stationery"),
    )
    return (
        keywords("media-supported", A4),
        keywords("media-default", A4),
        collections("media-size-supported", size),
        collections("media-col-database", a4),
        collections("media-col-default", a4),
        collections("media-col-ready", a4),
        keywords("media-col-supported", "media-bottom-margin", "media-left-margin",
                 "media-right-margin", "media-size", "media-source", "media-top-margin",
                 "media-type"),
        *[integers(f"media-{e}-margin-supported", _MARGIN)
          for e in ("bottom", "left", "right", "top")],
        keywords("media-source-supported", "main"),
        keywords("media-type-supported", "stationery"),
    )  # fmt: skip


def _raster(machine: Machine) -> Iterable[Attribute]:
    inks = ("srgb_8", *(("cmyk_8",) if machine.cmyk else ())) if machine.colour else ()
    types = ("black_1", "sgray_8", *inks)
    return (
        resolutions("pwg-raster-document-resolution-supported", 600),
        keywords("pwg-raster-document-sheet-back", "normal"),
        keywords("pwg-raster-document-type-supported", *types),
    )


def _state(engine: Engine) -> Iterable[Attribute]:
    waiting = sum(not job.ended for job in engine.jobs())
    with engine.looking() as path:
        blocking = [word + _BLOCKING_SUFFIX for word in engine.reasons_blocking()]
        warning = [word + _WARNING_SUFFIX for word in path.warnings()]
        return (
            enums("printer-state", engine.state),
            keywords("printer-state-reasons", *(blocking + warning or ["none"])),
            strings(Tag.TEXT, "printer-state-message", ""),
            flag("printer-is-accepting-jobs", value=True),
            integers("queued-job-count", waiting),
            keywords("media-ready", path.media),
            integers("printer-impressions-completed", path.life_impressions),
            *_tray(engine.machine, len(path.tray)),
        )


def _tray(machine: Machine, lying: int) -> Iterable[Attribute]:
    capacity, room = machine.tray_capacity, machine.tray_capacity - lying
    if machine.tray_sensor == "none":
        capacity = room = -2  # RFC 3805: unknown
    text = f"type=unRemovableBin;maxcapacity={capacity};remaining={room};status=0;"
    yield Attribute("printer-output-tray", (Value(Tag.OCTETS, text.encode()),))
    if machine.tray_sensor == "sensor":
        yield flag(SHEET_SENSOR, value=bool(lying))
