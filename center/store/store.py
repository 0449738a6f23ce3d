"""The centre's database: SQLite with a write-ahead log, one writer, whole transactions."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from importlib import resources
from typing import Any

from center.wire.messages import Application, Outcome
from crypto.errors import CheckFailed

REPEATED_WITHIN_S = 24 * 3600
TROUBLE_KEPT_S = 24 * 3600
"""Longer than any visit: what failed is forgotten when nothing of it can succeed any more."""
_BUSY_MS = 5000


@dataclass(frozen=True, slots=True)
class Suspension:
    """A municipality's server that gets no applications until a named person clears it."""

    municipality: str
    server: str
    failure: str
    since: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a visit at the centre, where it got far enough to be known as such."""

    visit: bytes
    name: str
    """"authenticate", "apply" or "outcome"."""
    terminal: str
    municipality: str = ""
    server: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """Something succeeded after something of the same visit had failed.

    That is how the mix-ups of 2023 began: a request that failed under load, and its repetition
    that was answered with somebody else's picture. So a named person looks at each.
    """

    number: int
    visit: bytes
    terminal: str
    municipality: str
    server: str
    failed_step: str
    failure: str
    failed_at: int
    step: str
    at: int


@dataclass(frozen=True, slots=True)
class Issues:
    """One line of the statistics: what one terminal delivered of one certificate."""

    municipality: str
    terminal: str
    certificate: str
    visits: int
    copies: int
    kept_yen: int


class Store:
    """Thread-safe. Every method is one transaction; a read sees every finished write."""

    def __init__(self, path: str) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        schema = resources.files(__package__).joinpath("schema.sql").read_text("utf-8")
        self._database.executescript(schema)

    def close(self) -> None:
        """Nothing may be asked afterwards. Idempotent."""
        with self._lock:
            self._database.close()

    def use_visit(self, visit: bytes, auth: bytes, terminal: str, at: int) -> None:
        """Spend a visit's challenge. The same authentication again is a retransmission.

        Raises CheckFailed `visit.used` for another one.
        """
        with self._transaction() as database:
            database.execute(
                "INSERT OR IGNORE INTO visit_used VALUES (?, ?, ?, ?)", (visit, auth, terminal, at)
            )
            row = database.execute("SELECT auth FROM visit_used WHERE visit = ?", (visit,))
            if row.fetchone()[0] != auth:
                raise CheckFailed("visit.used", "its challenge was signed before")

    def terminal_of(self, visit: bytes) -> str | None:
        """Which terminal authenticated a card in this visit; None while none has."""
        rows = self._read("SELECT terminal FROM visit_used WHERE visit = ?", (visit,))
        return rows[0][0] if rows else None

    def accept(self, application: Application, digest: bytes, terminal: str, at: int) -> None:
        """Note an application. The very same one again passes until it was delivered.

        Raises CheckFailed `application.replayed` for another one of its id, and once
        `note_delivered` was told of it.
        """
        row = (
            application.application,
            digest,
            terminal,
            application.municipality,
            application.server,
            application.certificate,
            application.copies,
            application.fee_yen,
            at,
        )
        with self._transaction() as database:
            done = database.execute(
                "INSERT OR IGNORE INTO application VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row
            )
            if done.rowcount == 0:
                _check_same(database, application.application, digest)

    def note_delivered(self, digest: bytes, at: int) -> None:
        """The answer to D(M7) `digest` is made. Idempotent."""
        with self._transaction() as database:
            database.execute(
                "INSERT OR IGNORE INTO application_delivered VALUES (?, ?)", (digest, at)
            )

    def note_documents(self, digests: Sequence[bytes], at: int) -> None:
        """Note delivered documents, all or none.

        Raises CheckFailed `document.repeated` if one of them was delivered within a day.
        """
        with self._transaction() as database:
            database.execute("DELETE FROM document_seen WHERE at < ?", (at - REPEATED_WITHIN_S,))
            for digest in digests:
                done = database.execute(
                    "INSERT OR IGNORE INTO document_seen VALUES (?, ?)", (digest, at)
                )
                if done.rowcount == 0:
                    raise CheckFailed("document.repeated", "it was delivered before")

    def record(self, terminal: str, outcome: Outcome) -> None:
        """Keep a report. The same report again changes nothing.

        Raises CheckFailed `outcome.differs` if (visit, sequence) already says something else.
        """
        row = (
            outcome.visit,
            outcome.sequence,
            terminal,
            outcome.application,
            outcome.outcome,
            outcome.sheets,
            outcome.copies_delivered,
            outcome.kept_yen,
            outcome.returned_yen,
            outcome.owed_yen,
            outcome.failure,
            outcome.at,
        )
        with self._transaction() as database:
            database.execute(
                "INSERT OR IGNORE INTO outcome VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row
            )
            kept = database.execute(
                "SELECT * FROM outcome WHERE visit = ? AND sequence = ?", row[:2]
            )
            if kept.fetchone() != row:
                raise CheckFailed("outcome.differs", "that number was reported otherwise")

    def told(self, visit: bytes, failure: str) -> bool:
        """Whether a report of this visit has named this failure."""
        return bool(
            self._read("SELECT 1 FROM outcome WHERE visit = ? AND failure = ?", (visit, failure))
        )

    def server_of(self, application: bytes, terminal: str) -> tuple[str, str] | None:
        """(municipality, server) that D(M7) of this terminal went to, or None."""
        rows = self._read(
            "SELECT municipality, server FROM application WHERE digest = ? AND terminal = ?",
            (application, terminal),
        )
        return (rows[0][0], rows[0][1]) if rows else None

    def suspend(self, suspension: Suspension) -> None:
        """Send it no more applications. Idempotent while it is suspended."""
        with self._transaction() as database:
            database.execute(
                "INSERT OR IGNORE INTO suspension (municipality, server, failure, since) "
                "VALUES (?, ?, ?, ?)",
                astuple(suspension),
            )

    def suspended(self) -> tuple[Suspension, ...]:
        """All that are suspended now, oldest first."""
        rows = self._read(
            "SELECT municipality, server, failure, since FROM suspension "
            "WHERE cleared_at IS NULL ORDER BY number"
        )
        return tuple(Suspension(*row) for row in rows)

    def clear(self, municipality: str, server: str, by: str, at: int) -> bool:
        """End a suspension in the name of a person; False if there was none."""
        with self._transaction() as database:
            done = database.execute(
                "UPDATE suspension SET cleared_at = ?, cleared_by = ? "
                "WHERE municipality = ? AND server = ? AND cleared_at IS NULL",
                (at, by, municipality, server),
            )
            return done.rowcount > 0

    def note_failure(self, step: Step, failure: str, at: int) -> None:
        """Remember that `step` failed; the first failure of a visit stands for all."""
        with self._transaction() as database:
            database.execute("DELETE FROM trouble WHERE at < ?", (at - TROUBLE_KEPT_S,))
            database.execute(
                "INSERT OR IGNORE INTO trouble VALUES (?, ?, ?, ?)",
                (step.visit, step.name, failure, at),
            )

    def note_success(self, step: Step, at: int) -> bool:
        """Whether `step` succeeded after a failure of its visit; raises a review event then."""
        if not self._read("SELECT 1 FROM trouble WHERE visit = ?", (step.visit,)):
            return False
        with self._transaction() as database:
            done = database.execute(
                "INSERT INTO review (visit, terminal, municipality, server, failed_step, failure, "
                "failed_at, step, at) SELECT visit, ?, ?, ?, step, failure, at, ?, ? "
                "FROM trouble WHERE visit = ?",
                (step.terminal, step.municipality, step.server, step.name, at, step.visit),
            )
            database.execute("DELETE FROM trouble WHERE visit = ?", (step.visit,))
            return done.rowcount > 0

    def reviews(self) -> tuple[Review, ...]:
        """The events nobody has looked into yet, oldest first."""
        rows = self._read(
            "SELECT number, visit, terminal, municipality, server, failed_step, failure, "
            "failed_at, step, at FROM review WHERE reviewed_at IS NULL ORDER BY number"
        )
        return tuple(Review(*row) for row in rows)

    def reviewed(self, number: int, by: str, at: int) -> bool:
        """Note that a person looked into an event; False if it is none that is open."""
        with self._transaction() as database:
            done = database.execute(
                "UPDATE review SET reviewed_at = ?, reviewed_by = ? "
                "WHERE number = ? AND reviewed_at IS NULL",
                (at, by, number),
            )
            return done.rowcount > 0

    def block(self, terminal: str, by: str, at: int) -> None:
        """Admit a terminal no more, from its next request on. Idempotent."""
        with self._transaction() as database:
            database.execute(
                "INSERT OR IGNORE INTO terminal_blocked VALUES (?, ?, ?)", (terminal, at, by)
            )

    def admit(self, terminal: str) -> bool:
        """Admit a blocked terminal again; False if it was not blocked."""
        with self._transaction() as database:
            done = database.execute("DELETE FROM terminal_blocked WHERE terminal = ?", (terminal,))
            return done.rowcount > 0

    def blocked(self, terminal: str) -> bool:
        """Whether the terminal is refused."""
        return bool(self._read("SELECT 1 FROM terminal_blocked WHERE terminal = ?", (terminal,)))

    def heard_of(self, terminal: str) -> bool:
        """Whether the terminal ever applied for a certificate."""
        return bool(self._read("SELECT 1 FROM application WHERE terminal = ?", (terminal,)))

    def statistics(self) -> tuple[Issues, ...]:
        """What was delivered, by municipality, terminal and certificate.

        The last word on an application counts: a visit may be reported at once and at its
        end, and once more by the supervisor if it died.
        """
        rows = self._read(
            "SELECT a.municipality, a.terminal, a.certificate, COUNT(DISTINCT o.visit), "
            "SUM(o.copies_delivered), SUM(o.kept_yen) "
            "FROM outcome o JOIN application a "
            "ON a.digest = o.application AND a.terminal = o.terminal "
            "WHERE o.sequence = (SELECT MAX(sequence) FROM outcome "
            "WHERE application = o.application AND terminal = o.terminal) "
            "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
        )
        return tuple(Issues(*row) for row in rows)

    def _read(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._database.execute(sql, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")


def _check_same(database: sqlite3.Connection, number: bytes, digest: bytes) -> None:
    """The application of that id is this one, and its answer was never made."""
    row = database.execute("SELECT digest FROM application WHERE id = ?", (number,)).fetchone()
    if row is None or row[0] != digest:
        raise CheckFailed("application.replayed", "another one of that number was accepted")
    done = database.execute("SELECT 1 FROM application_delivered WHERE digest = ?", (digest,))
    if done.fetchone() is not None:
        raise CheckFailed("application.replayed", "it was delivered before")
