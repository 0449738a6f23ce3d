"""One record of the journal as a line of bytes, chained to the one before. No wire, no clock.

`{"body":{...},"crc":"...","hash":"...","len":N}`: the body is canonical JSON of N bytes with
that CRC-32; the hash is SHA-256 over the previous record's hash and the body. Length and CRC
tell a torn or damaged line; the hash tells a record that was changed, removed or put in.
"""

import hashlib
import json
import zlib
from dataclasses import dataclass

from kiosk.journal.entries import Entry, UnknownEntry, entry_of_record

GENESIS = bytes(32)
"""What the first record of a journal is chained to."""


class DamagedRecord(Exception):
    """A line that is not a whole, true record; says which of its marks failed."""


@dataclass(frozen=True, slots=True)
class Record:
    """An entry in its place: number, time (UTC, ISO 8601, milliseconds), hash."""

    number: int
    at: str
    entry: Entry
    hash: bytes


def encode_record(number: int, at: str, what: Entry, previous: bytes) -> tuple[bytes, bytes]:
    """The line (with its newline) and the hash the next record is chained to."""
    body = _canonical({"n": number, "at": at, "kind": what.kind, "f": dict(what.fields)})
    digest = hashlib.sha256(previous + body).digest()
    return _line(body, digest), digest


def decode_record(line: bytes, number: int | None, previous: bytes | None) -> Record:
    """The record of a line without its newline, number `number`, chained to `previous`.

    None trusts what the line says (the first line of a file that continues another).
    Raises `DamagedRecord`.
    """
    try:
        parts = json.loads(line)
        body, digest = _canonical(parts["body"]), bytes.fromhex(parts["hash"])
        found, at, kind, fields = (parts["body"][name] for name in ("n", "at", "kind", "f"))
    except (ValueError, KeyError, TypeError):
        raise DamagedRecord("is not a record") from None
    if _line(body, digest) != line + b"\n":
        raise DamagedRecord("does not have the length and checksum it claims")
    if previous is not None and hashlib.sha256(previous + body).digest() != digest:
        raise DamagedRecord("is not chained to the record before it")
    if number is not None and found != number:
        raise DamagedRecord(f"has number {found} where {number} is due")
    try:
        return Record(found, at, entry_of_record(kind, fields), digest)
    except (UnknownEntry, TypeError) as error:
        raise DamagedRecord(f"is not in the vocabulary: {error}") from None


def _canonical(body: object) -> bytes:
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()


def _line(body: bytes, digest: bytes) -> bytes:
    return b'{"body":%s,"crc":"%08x","hash":"%s","len":%d}\n' % (
        body,
        zlib.crc32(body),
        digest.hex().encode(),
        len(body),
    )
