"""Reading the journal back: every record checked, a torn tail seen and cut.

A line that was never finished (no newline, or zeros where the disk had not yet written) is a
torn tail: its commands were never released, so cutting it loses nothing. Any other damage is
not mended: the terminal does not open for service on a journal it cannot trust.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from kiosk.journal.record import GENESIS, DamagedRecord, Record, decode_record


class JournalDamaged(Exception):
    """The journal was changed or damaged at `line`; it was not touched."""

    def __init__(self, path: Path, line: int, why: str) -> None:
        self.line = line
        super().__init__(
            f"{path.name}: record {line} {why}. Keep the file, settle what is open by hand "
            f"(kiosk journal show), and start with a new journal directory."
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole journal file: its records, and the bytes of a torn tail."""

    records: tuple[Record, ...]
    torn: bytes
    length: int
    """Bytes of the whole records."""

    @property
    def hash(self) -> bytes:
        """What the next record is chained to."""
        return self.records[-1].hash if self.records else GENESIS

    @property
    def next_number(self) -> int:
        """The number of the next record."""
        return self.records[-1].number + 1 if self.records else 0


def read(path: Path) -> Reading:
    """Every record of the file, checked, and the torn tail if there is one.

    A missing file is an empty journal. Raises `JournalDamaged` and OSError. Changes nothing.
    """
    data = path.read_bytes() if path.exists() else b""
    whole, torn = _split_tail(data)
    records: list[Record] = []
    previous, number = GENESIS, 0
    for index, line in enumerate(whole.split(b"\n")[:-1]):
        try:
            record = _decode(line, index, number, previous)
        except DamagedRecord as error:
            raise JournalDamaged(path, index, str(error)) from None
        records.append(record)
        previous, number = record.hash, record.number + 1
    return Reading(tuple(records), torn, len(whole))


def earlier_file(path: Path, reading: Reading) -> Path | None:
    """The file that `reading` of `path` goes on from, checked to end where it says; or None.

    Raises `JournalDamaged` when that file is missing, damaged or not the one.
    """
    first = reading.records[0] if reading.records else None
    if first is None or first.entry.kind != "journal.continued":
        return None
    earlier = path.with_name(first.entry.word("file"))
    if not earlier.exists():
        raise JournalDamaged(path, first.number, f"goes on from {earlier.name}, which is missing")
    before = read(earlier)
    line = path.read_bytes().split(b"\n", 1)[0]
    try:
        decode_record(line, before.next_number, before.hash)
    except DamagedRecord as error:
        raise JournalDamaged(path, first.number, f"{error} ({earlier.name})") from None
    return earlier


def cut_torn_tail(path: Path, reading: Reading) -> Path | None:
    """Move the torn tail of `path` into a file beside it; its path, or None if nothing is torn.

    The tail is on disk before the journal is shortened. Raises OSError. Idempotent.
    """
    if not reading.torn:
        return None
    side = path.with_name(f"{path.name}.torn-{reading.next_number}")
    with side.open("wb") as file:
        file.write(reading.torn)
        file.flush()
        os.fsync(file.fileno())
    with path.open("rb+") as file:
        file.truncate(reading.length)
        os.fsync(file.fileno())
    return side


def _split_tail(data: bytes) -> tuple[bytes, bytes]:
    end = data.rfind(b"\n") + 1
    zero = data.find(b"\0")
    if 0 <= zero < end:
        # Blocks the disk never wrote read as zeros; the last line that ends before them counts.
        end = data.rfind(b"\n", 0, zero) + 1
    return data[:end], data[end:]


def _decode(line: bytes, index: int, number: int, previous: bytes) -> Record:
    if index:
        return decode_record(line, number, previous)
    first = decode_record(line, None, None)
    if first.entry.kind == "journal.continued":
        return first
    return decode_record(line, 0, GENESIS)
