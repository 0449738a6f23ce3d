"""What an authority issued and revoked, in the text form of OpenSSL's `ca` and `ocsp`.

One line a certificate, six fields parted by tabs: V, R or E; end; revocation time and reason;
serial in hex; file; subject. So `openssl ocsp -index` answers from the same file as ours.

Source: OpenSSL 3.0, apps/include/apps.h (DB_* fields) and openssl-ca(1).
"""

import dataclasses
import datetime
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from center.pki.store import write_file

_TIME = "%y%m%d%H%M%SZ"
_FIELDS = 6


@dataclass(frozen=True, slots=True)
class Entry:
    """One certificate. `revoked` None: it is not."""

    serial: int
    ends: datetime.datetime
    subject: str
    revoked: datetime.datetime | None = None
    reason: str = ""
    """As OpenSSL writes it: "keyCompromise", ..., or ""."""


def entry(certificate: x509.Certificate, revoked: datetime.datetime | None) -> Entry:
    """The line of `certificate`."""
    subject = "".join(f"/{each.rfc4514_string()}" for each in certificate.subject)
    reason = "cessationOfOperation" if revoked else ""
    return Entry(
        certificate.serial_number, certificate.not_valid_after_utc, subject, revoked, reason
    )


def read(path: Path) -> dict[int, Entry]:
    """Entries by serial. Raises ValueError naming the line that cannot be read."""
    lines = path.read_text("utf-8").splitlines()
    entries = (_parse(line, number) for number, line in enumerate(lines, 1) if line)
    return {each.serial: each for each in entries}


def write(path: Path, entries: dict[int, Entry]) -> None:
    """Replace the file in one step."""
    text = "".join(f"{_format(each)}\n" for each in entries.values())
    write_file(path, text.encode())


def merge(path: Path, entries: list[Entry]) -> None:
    """Write `entries`; one that was revoked in the file stays revoked."""
    old = read(path) if path.exists() else {}
    write(path, {each.serial: _still_revoked(each, old.get(each.serial)) for each in entries})


def revoke(path: Path, serial: int, at: datetime.datetime | None) -> None:
    """Revoke `serial` as of `at`, or with None take that back. Raises KeyError."""
    entries = read(path)
    reason = "cessationOfOperation" if at else ""
    entries[serial] = dataclasses.replace(entries[serial], revoked=at, reason=reason)
    write(path, entries)


def _still_revoked(new: Entry, old: Entry | None) -> Entry:
    if old is None or old.revoked is None:
        return new
    return dataclasses.replace(new, revoked=old.revoked, reason=old.reason)


def _format(one: Entry) -> str:
    revoked = ""
    if one.revoked:
        revoked = one.revoked.strftime(_TIME) + (f",{one.reason}" if one.reason else "")
    serial = f"{one.serial:X}"
    return "\t".join((
        "R" if one.revoked else "V",
        one.ends.strftime(_TIME),
        revoked,
        "0" * (len(serial) % 2) + serial,
        "unknown",
        one.subject,
    ))  # fmt: skip


def _parse(line: str, number: int) -> Entry:
    parts = line.split("\t")
    if len(parts) != _FIELDS or parts[0] not in {"V", "R", "E"}:
        raise ValueError(f"index line {number}: six fields, the first V, R or E, are expected")
    try:
        when, _, reason = parts[2].partition(",")
        revoked = _time(when) if parts[0] == "R" else None
        return Entry(int(parts[3], 16), _time(parts[1]), parts[5], revoked, reason)
    except ValueError:
        raise ValueError(f"index line {number}: a time or the serial cannot be read") from None


def _time(text: str) -> datetime.datetime:
    return datetime.datetime.strptime(text, _TIME).replace(tzinfo=datetime.UTC)
