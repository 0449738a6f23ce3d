"""IPP's numbers and words. No wire, no clock.

Sources: RFC 8010 (encoding), RFC 8011 (model and semantics), PWG 5100.13 (output tray,
job extensions), PWG 5100.14 (IPP Everywhere), PWG 5102.4 (PWG raster), and the IANA registry
"Internet Printing Protocol (IPP) Registrations".
"""

import enum
from typing import Final


class Operation(enum.IntEnum):
    """RFC 8011 5.4.15 and PWG 5100.13 for the last three: `operations-supported`."""

    PRINT_JOB = 0x0002
    VALIDATE_JOB = 0x0004
    CREATE_JOB = 0x0005
    SEND_DOCUMENT = 0x0006
    CANCEL_JOB = 0x0008
    GET_JOB_ATTRIBUTES = 0x0009
    GET_JOBS = 0x000A
    GET_PRINTER_ATTRIBUTES = 0x000B
    CANCEL_MY_JOBS = 0x0039
    CLOSE_JOB = 0x003B
    IDENTIFY_PRINTER = 0x003C


class ReprintOperation(enum.IntEnum):
    """What prints a document once more that the printer kept. We never ask for it in earnest."""

    RESTART_JOB = 0x000E
    """RFC 8011 4.3.7."""
    REPROCESS_JOB = 0x002C
    """RFC 3998 4.1."""
    RESUBMIT_JOB = 0x003A
    """PWG 5100.7."""


class Status(enum.IntEnum):
    """RFC 8011 appendix B, as far as a printer or we use it."""

    OK = 0x0000
    OK_IGNORED_OR_SUBSTITUTED = 0x0001
    BAD_REQUEST = 0x0400
    NOT_POSSIBLE = 0x0404
    NOT_FOUND = 0x0406
    REQUEST_ENTITY_TOO_LARGE = 0x0408
    DOCUMENT_FORMAT_NOT_SUPPORTED = 0x040A
    ATTRIBUTES_NOT_SUPPORTED = 0x040B
    CHARSET_NOT_SUPPORTED = 0x040D
    DOCUMENT_FORMAT_ERROR = 0x0411
    INTERNAL_ERROR = 0x0500
    OPERATION_NOT_SUPPORTED = 0x0501
    SERVICE_UNAVAILABLE = 0x0502
    VERSION_NOT_SUPPORTED = 0x0503
    NOT_ACCEPTING_JOBS = 0x0506
    BUSY = 0x0507


FIRST_ERROR: Final = 0x0400
"""Status codes from here on are errors (RFC 8011 appendix B.1)."""


class GroupTag(enum.IntEnum):
    """RFC 8010 3.5.1: delimiter tags."""

    OPERATION = 0x01
    JOB = 0x02
    END = 0x03
    PRINTER = 0x04
    UNSUPPORTED = 0x05


class Tag(enum.IntEnum):
    """RFC 8010 3.5.2: value tags."""

    UNSUPPORTED = 0x10
    UNKNOWN = 0x12
    NO_VALUE = 0x13
    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    OCTETS = 0x30
    DATE_TIME = 0x31
    RESOLUTION = 0x32
    RANGE = 0x33
    COLLECTION = 0x34
    TEXT_WITH_LANGUAGE = 0x35
    NAME_WITH_LANGUAGE = 0x36
    END_COLLECTION = 0x37
    TEXT = 0x41
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    URI_SCHEME = 0x46
    CHARSET = 0x47
    LANGUAGE = 0x48
    MIME_TYPE = 0x49
    MEMBER_NAME = 0x4A


FIRST_VALUE_TAG: Final = 0x10
"""Tags below are delimiters, from here on values (RFC 8010 3.5)."""

OUT_OF_BAND: Final = frozenset(range(0x10, 0x20))
"""Tags that stand for a value there is none of (RFC 8010 3.5.2)."""

INTEGERS: Final = frozenset({Tag.INTEGER, Tag.ENUM})
LOCALIZED: Final = frozenset({Tag.TEXT_WITH_LANGUAGE, Tag.NAME_WITH_LANGUAGE})
STRINGS: Final = frozenset(range(0x40, 0x60)) - {Tag.MEMBER_NAME}


class PrinterState(enum.IntEnum):
    """RFC 8011 5.4.11."""

    IDLE = 3
    PROCESSING = 4
    STOPPED = 5


JOB_REASONS: Final[dict[str, str]] = {
    # RFC 8011 5.3.8
    "resources-are-not-ready": "printer.wrong_media",
    "aborted-by-system": "printer.aborted",
    "unsupported-document-format": "printer.aborted",
    "document-format-error": "printer.aborted",
    "unsupported-compression": "printer.aborted",
    "job-canceled-at-device": "printer.aborted",
    "job-completed-with-errors": "printer.unknown_outcome",
    "job-completed-with-warnings": "printer.unknown_outcome",
    "printer-stopped": "printer.stopped",
}

DONE_WELL: Final = "job-completed-successfully"
DONE_BADLY: Final = frozenset({"job-completed-with-errors", "job-completed-with-warnings"})

A4: Final = "iso_a4_210x297mm"
"""PWG 5101.1 name of the only paper we print on."""

TWO_SIDED: Final = "two-sided-long-edge"
PDF: Final = "application/pdf"
PWG_RASTER: Final = "image/pwg-raster"

SHEET_SENSOR: Final = "kiosk-output-sheets-present"
"""Vendor attribute (boolean) of a printer whose output tray has a paper sensor."""

STATUS_ATTRIBUTES: Final = (
    "printer-state",
    "printer-state-reasons",
    "printer-is-accepting-jobs",
    "media-ready",
    "sides-supported",
    "color-supported",
    "print-color-mode-supported",
    "printer-output-tray",
    "printer-impressions-completed",
    "printer-uuid",
    "printer-device-id",
    SHEET_SENSOR,
)

TRAY_ATTRIBUTES: Final = ("printer-output-tray", SHEET_SENSOR)

CAPABILITY_ATTRIBUTES: Final = (
    "sides-supported",
    "color-supported",
    "print-color-mode-supported",
    "media-supported",
    "document-format-supported",
    "pwg-raster-document-type-supported",
    "printer-make-and-model",
    "printer-uuid",
)

JOB_ATTRIBUTES: Final = (
    "job-id",
    "job-name",
    "job-state",
    "job-state-reasons",
    "job-impressions-completed",
    "job-media-sheets-completed",
)

COMPLETED_JOBS_ASKED: Final = 50
"""How many ended jobs are looked through, newest first (RFC 8011 4.2.6.2)."""
