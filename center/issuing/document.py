"""From an extract to the bytes that are signed: drawn, stamped, signed.

The stamp says whom the record that was drawn belongs to; it stands in the catalogue, under the
document's own signature, where whoever checks the document compares it with the application.
"""

import datetime
import secrets
from collections.abc import Callable

from center.issuing import resident_record, seal_registration
from center.issuing.extract import RESIDENT_RECORD, SEAL_REGISTRATION, Extract, Office
from center.paper.plain import DRAWING, rewrite
from center.wire.canonical import encode
from center.wire.endpoints import STAMP_KEY
from center.wire.messages import Stamp

Draw = Callable[[Extract, Office, datetime.date], bytes]
Sign = Callable[[bytes, int], bytes]
"""(PDF, now in UTC seconds) -> the same, signed."""

_FORMS: dict[str, tuple[Draw, Callable[[Extract], int]]] = {
    RESIDENT_RECORD: (resident_record.draw, resident_record.pages),
    SEAL_REGISTRATION: (seal_registration.draw, seal_registration.pages),
}
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_GROUPS, _GROUP = 4, 4


def new_document_id() -> str:
    """Eighty random bits in four groups of four, without the letters one misreads."""
    return "-".join(
        "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS)
    )


def pages(extract: Extract) -> int:
    """How many sheets it takes. Raises KeyError for a certificate without a form."""
    return _FORMS[extract.certificate][1](extract)


def draw(extract: Extract, office: Office, day: datetime.date) -> bytes:
    """The unsigned PDF. Thread-safe. Raises FontError, FormError, KeyError."""
    with DRAWING:
        return _FORMS[extract.certificate][0](extract, office, day)


def put_stamp(pdf: bytes, stamp: Stamp) -> bytes:
    """`pdf` with its stamp in the catalogue, and nothing there that has no use on paper."""
    return rewrite(pdf, {STAMP_KEY: encode(stamp)})
