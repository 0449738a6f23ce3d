"""The store: once means once, also for two writers, and nothing personal has a column."""

import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from center.store.store import REPEATED_WITHIN_S, Step, Store, Suspension
from center.wire.messages import Application, Outcome
from crypto.errors import CheckFailed


def application(number: int) -> Application:
    return Application(
        application=bytes([number]) * 16,
        attempt=1,
        auth=b"",
        offer=b"",
        municipality="99201",
        server="main",
        certificate="resident_record",
        kind="self",
        options=(),
        persons=("ref",),
        copies=1,
        fee_yen=200,
        at=1,
    )


def outcome(sequence: int, application_digest: bytes) -> Outcome:
    return Outcome(
        visit=b"v",
        sequence=sequence,
        application=application_digest,
        outcome="delivered",
        sheets=1,
        copies_delivered=1,
        kept_yen=200,
        returned_yen=300,
        owed_yen=0,
        failure="",
        at=5,
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "center.sqlite"))


def test_a_challenge_is_spent_once(store: Store) -> None:
    store.use_visit(b"v", b"auth", "k1", 1)
    store.use_visit(b"v", b"auth", "k1", 2)
    with pytest.raises(CheckFailed, match=r"visit\.used"):
        store.use_visit(b"v", b"other", "k1", 3)


def test_an_application_is_accepted_once_even_by_two_at_a_time(store: Store) -> None:
    told: list[str] = []
    numbers = iter(range(8))

    def accept() -> None:
        try:
            store.accept(application(1), bytes([next(numbers)]), "k1", 1)
            told.append("accepted")
        except CheckFailed as refused:
            told.append(refused.failure)

    threads = [threading.Thread(target=accept) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["accepted"] + ["application.replayed"] * 7


def test_the_very_same_application_passes_until_it_was_delivered(store: Store) -> None:
    store.accept(application(1), b"d", "k1", 1)
    store.accept(application(1), b"d", "k1", 2)
    for _ in range(2):
        store.note_delivered(b"d", 3)
    with pytest.raises(CheckFailed, match=r"application\.replayed"):
        store.accept(application(1), b"d", "k1", 4)


def test_two_processes_see_each_others_writes(store: Store, tmp_path: Path) -> None:
    other = Store(str(tmp_path / "center.sqlite"))
    other.suspend(Suspension("99201", "main", "stamp.other_person", 7))
    assert store.suspended() == (Suspension("99201", "main", "stamp.other_person", 7),)
    assert store.clear("99201", "main", "A. Clerk", 8)
    assert other.suspended() == ()
    assert not other.clear("99201", "main", "A. Clerk", 9)
    other.close()


def test_a_second_suspension_keeps_the_first_ones_reason(store: Store) -> None:
    store.suspend(Suspension("99201", "main", "stamp.other_person", 7))
    store.suspend(Suspension("99201", "main", "document.altered", 8))
    assert [one.failure for one in store.suspended()] == ["stamp.other_person"]
    store.clear("99201", "main", "A. Clerk", 9)
    store.suspend(Suspension("99201", "main", "document.altered", 10))
    assert [one.since for one in store.suspended()] == [10]


def test_documents_are_remembered_for_a_day_all_or_none(store: Store) -> None:
    store.note_documents([b"1", b"2"], 100)
    with pytest.raises(CheckFailed, match=r"document\.repeated"):
        store.note_documents([b"3", b"2"], 100 + REPEATED_WITHIN_S)
    store.note_documents([b"3"], 100 + REPEATED_WITHIN_S)
    store.note_documents([b"2"], 101 + REPEATED_WITHIN_S)


def test_one_delivery_of_one_document_twice_is_refused(store: Store) -> None:
    with pytest.raises(CheckFailed, match=r"document\.repeated"):
        store.note_documents([b"1", b"1"], 100)
    store.note_documents([b"1"], 100)


def test_outcomes_are_idempotent_and_never_rewritten(store: Store) -> None:
    store.accept(application(1), b"digest", "k1", 1)
    store.record("k1", outcome(1, b"digest"))
    store.record("k1", outcome(1, b"digest"))
    with pytest.raises(CheckFailed, match=r"outcome\.differs"):
        store.record("k2", outcome(1, b"digest"))
    (line,) = store.statistics()
    assert (line.terminal, line.visits, line.copies, line.kept_yen) == ("k1", 1, 1, 200)


def test_the_last_word_on_an_application_counts(store: Store) -> None:
    """At once, at the end, and by the supervisor under another name of the visit."""
    store.accept(application(1), b"digest", "k1", 1)
    early = replace(outcome(0, b"digest"), copies_delivered=0, kept_yen=0, failure="text.other")
    late = replace(outcome(2, b"digest"), visit=b"ours", copies_delivered=0, kept_yen=0)
    store.record("k1", early)
    store.record("k1", outcome(1, b"digest"))
    (line,) = store.statistics()
    assert (line.visits, line.copies, line.kept_yen) == (1, 1, 200)
    store.record("k1", late)
    (line,) = store.statistics()
    assert (line.visits, line.copies, line.kept_yen) == (1, 0, 0)
    # Another terminal has no word on it.
    store.record("k2", replace(outcome(9, b"digest"), visit=b"theirs"))
    (line,) = store.statistics()
    assert (line.visits, line.copies, line.kept_yen) == (1, 0, 0)


def test_only_ones_own_application_names_a_server(store: Store) -> None:
    store.accept(application(1), b"digest", "k1", 1)
    assert store.server_of(b"digest", "k1") == ("99201", "main")
    assert store.server_of(b"digest", "k2") is None
    assert store.server_of(b"", "k1") is None


def test_terminals_are_blocked_and_admitted(store: Store) -> None:
    store.block("k1", "A. Clerk", 1)
    store.block("k1", "B. Clerk", 2)
    assert store.blocked("k1")
    assert not store.blocked("k2")
    assert store.admit("k1")
    assert not store.admit("k1")


def test_a_failed_write_leaves_nothing(store: Store, tmp_path: Path) -> None:
    with pytest.raises(sqlite3.Error):
        store.note_documents([b"1", "no bytes"], 100)  # type: ignore[list-item]
    store.note_documents([b"1"], 100)


def test_no_column_could_hold_a_person_or_a_document(store: Store, tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "center.sqlite")
    tables = [
        row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type='table'")
    ]
    columns = {
        row[1] for table in tables for row in database.execute(f"PRAGMA table_info({table})")
    }
    database.close()
    assert not columns & {"name", "address", "birth", "serial", "certificate_der", "pdf", "persons"}
    assert store.suspended() == ()


class TestReviews:
    """An error, then a success: somebody has to look."""

    TRIED = Step(b"v" * 16, "authenticate", "kiosk-0001")
    DONE = Step(b"v" * 16, "apply", "kiosk-0001", "99201", "main")

    def test_a_success_alone_is_none(self, store: Store) -> None:
        assert not store.note_success(self.DONE, 10)
        assert store.reviews() == ()

    def test_a_failure_alone_is_none(self, store: Store) -> None:
        store.note_failure(self.TRIED, "jpki.unavailable", 5)
        assert store.reviews() == ()

    def test_both_are_one_event_with_the_first_failure(self, store: Store) -> None:
        store.note_failure(self.TRIED, "jpki.unavailable", 5)
        store.note_failure(self.DONE, "municipality.unreachable", 6)
        assert store.note_success(self.DONE, 10)
        assert not store.note_success(self.DONE, 11), "counted once"
        (event,) = store.reviews()
        assert (event.failed_step, event.failure, event.failed_at) == (
            "authenticate",
            "jpki.unavailable",
            5,
        )
        assert (event.step, event.at, event.municipality, event.server) == (
            "apply",
            10,
            "99201",
            "main",
        )

    def test_another_visits_failure_does_not_count(self, store: Store) -> None:
        store.note_failure(self.TRIED, "jpki.unavailable", 5)
        assert not store.note_success(replace(self.DONE, visit=b"w" * 16), 10)

    def test_it_is_open_until_a_named_person_looked(self, store: Store) -> None:
        store.note_failure(self.TRIED, "jpki.unavailable", 5)
        store.note_success(self.DONE, 10)
        number = store.reviews()[0].number
        assert store.reviewed(number, "A. Clerk", 20)
        assert not store.reviewed(number, "A. Clerk", 21)
        assert store.reviews() == ()

    def test_an_old_failure_is_forgotten(self, store: Store) -> None:
        store.note_failure(self.TRIED, "jpki.unavailable", 5)
        store.note_failure(replace(self.TRIED, visit=b"w" * 16), "centre.failed", 10**6)
        assert not store.note_success(self.DONE, 10**6)
