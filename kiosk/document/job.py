"""What goes to the child process and comes back: a header of plain values, then the bytes.

The parent believes the child nothing but lengths it can bound and names it knows. No wire here.
"""

import base64
import json
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

_LENGTHS = struct.Struct(">IQ")
HEADER_MAX = 1024 * 1024
DOCUMENT_BYTES_MAX = 2 * 1024 * 1024
"""Of a certificate. A household on ten sheets takes about a tenth of it."""
MARKS_BYTES_MAX = 16 * 1024 * 1024
"""Of its marks, which are asked to stay below 600 kB a sheet."""
BYTES_MAX = 2 * (DOCUMENT_BYTES_MAX + MARKS_BYTES_MAX)
"""Of a frame: a document with its marks one way, the sheets made of them the other."""

Read = Callable[[int], bytes]
"""Exactly so many bytes, or an exception."""


class BadFrame(Exception):
    """The other process says what cannot be said."""


@dataclass(frozen=True, slots=True)
class Job:
    """One copy to be checked and composed."""

    document: bytes = field(repr=False)
    marks: bytes = field(repr=False)
    document_id: str
    pages: int
    at: int
    roots: bytes = field(repr=False)
    """PEM bundle of the municipalities' roots."""
    crls: tuple[bytes, ...] = field(repr=False)
    municipality: str
    server: str
    application: bytes
    card: bytes = field(repr=False)
    certificate: str
    kind: str
    options: tuple[str, ...]
    persons: tuple[str, ...]
    names: tuple[tuple[str, str], ...] = field(repr=False)
    applicant: str
    birthday: str = field(repr=False)


_BYTES = ("roots", "application", "card")
_WORDS = ("document_id", "municipality", "server", "certificate", "kind", "applicant", "birthday")
_NUMBERS = ("pages", "at")


def pack_job(job: Job) -> bytes:
    """The frame of a job."""
    header: dict[str, object] = {name: getattr(job, name) for name in (*_WORDS, *_NUMBERS)}
    header |= {name: _text(getattr(job, name)) for name in _BYTES}
    header["crls"] = [_text(crl) for crl in job.crls]
    header["options"], header["persons"] = list(job.options), list(job.persons)
    header["names"] = [list(pair) for pair in job.names]
    header["split"] = len(job.document)
    return pack(header, job.document + job.marks)


def unpack_job(header: dict[str, object], blob: bytes) -> Job:
    """The job of a frame our own parent sent."""
    split = _number(header["split"])
    return Job(
        document=blob[:split],
        marks=blob[split:],
        document_id=str(header["document_id"]),
        pages=_number(header["pages"]),
        at=_number(header["at"]),
        roots=_bytes(header["roots"]),
        crls=tuple(_bytes(crl) for crl in _list(header["crls"])),
        municipality=str(header["municipality"]),
        server=str(header["server"]),
        application=_bytes(header["application"]),
        card=_bytes(header["card"]),
        certificate=str(header["certificate"]),
        kind=str(header["kind"]),
        options=tuple(str(option) for option in _list(header["options"])),
        persons=tuple(str(person) for person in _list(header["persons"])),
        names=tuple((str(pair[0]), str(pair[1])) for pair in map(_list, _list(header["names"]))),
        applicant=str(header["applicant"]),
        birthday=str(header["birthday"]),
    )


def pack(header: dict[str, object], blob: bytes = b"") -> bytes:
    """A frame: two lengths, the header as JSON, the bytes."""
    head = json.dumps(header, sort_keys=True).encode()
    return _LENGTHS.pack(len(head), len(blob)) + head + blob


def unpack(read: Read) -> tuple[dict[str, object], bytes]:
    """The next frame. Raises BadFrame for anything larger or other than a frame."""
    head_length, blob_length = _LENGTHS.unpack(read(_LENGTHS.size))
    if head_length > HEADER_MAX or blob_length > BYTES_MAX:
        raise BadFrame("a frame that is too large")
    try:
        header = json.loads(read(head_length))
    except (ValueError, RecursionError):
        raise BadFrame("a header that is no JSON, or too deep") from None
    if not isinstance(header, dict):
        raise BadFrame("a header that is no object")
    return header, read(blob_length)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(value: object) -> bytes:
    return base64.b64decode(str(value))


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise BadFrame("a list is expected")
    return value


def _number(value: object) -> int:
    if type(value) is not int:
        raise BadFrame("a number is expected")
    return value
