"""The journal on disk: what is written comes back, what was damaged is seen."""

import errno
import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.clock import VirtualClock
from kiosk.journal.entries import KINDS, Entry, Form, UnknownEntry, entry, noted
from kiosk.journal.reader import JournalDamaged, cut_torn_tail, read
from kiosk.journal.record import GENESIS, encode_record
from kiosk.journal.writer import NAME, InlineJournal, JournalBusy, JournalFile, JournalWriter

AT = "2026-11-20T01:00:00.000+00:00"
ENTRIES = (
    entry("visit.begin", visit="00112233aabbccdd"),
    entry("pay.open", application="ab" * 32, fee_each=300, copies=1),
    entry("coin.in", yen=500, total=500, serial=77, counter=9, accepted_total=-1),
    entry("pay.covered", total=500),
)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[JournalFile]:
    file = JournalFile(tmp_path, reserve_bytes=4096)
    yield file
    file.close()


def lines_of(entries: tuple[Entry, ...]) -> bytes:
    data, previous = b"", GENESIS
    for number, one in enumerate(entries):
        line, previous = encode_record(number, AT, one, previous)
        data += line
    return data


def test_what_is_written_comes_back(journal: JournalFile) -> None:
    journal.write(ENTRIES[:1], AT)
    journal.write(ENTRIES[1:], AT)
    reading = read(journal.path)
    assert [record.entry for record in reading.records] == list(ENTRIES)
    assert [record.number for record in reading.records] == [0, 1, 2, 3]
    assert reading.torn == b""


def test_each_line_is_json_and_names_its_length_and_checksum(journal: JournalFile) -> None:
    journal.write(ENTRIES, AT)
    first = json.loads(journal.path.read_bytes().split(b"\n")[0])
    assert first["body"] == {
        "n": 0,
        "at": AT,
        "kind": "visit.begin",
        "f": {"visit": "00112233aabbccdd"},
    }
    assert set(first) == {"body", "crc", "hash", "len"}


def test_a_second_writer_is_refused_and_told_why(journal: JournalFile) -> None:
    with pytest.raises(JournalBusy, match="end the other supervisor first"):
        JournalFile(journal.path.parent)


@pytest.mark.parametrize("keep", [1, 20, 120])
def test_a_torn_tail_is_moved_aside_and_writing_goes_on(tmp_path: Path, keep: int) -> None:
    whole = lines_of(ENTRIES[:3])
    torn = lines_of(ENTRIES)[len(whole) :][:keep]
    (tmp_path / NAME).write_bytes(whole + torn)
    file = JournalFile(tmp_path, reserve_bytes=4096)
    file.write(ENTRIES[3:], AT)
    file.close()
    assert [r.entry for r in read(tmp_path / NAME).records] == list(ENTRIES)
    assert (tmp_path / f"{NAME}.torn-3").read_bytes() == torn


def test_blocks_the_disk_never_wrote_are_a_torn_tail(tmp_path: Path) -> None:
    whole = lines_of(ENTRIES[:2])
    (tmp_path / NAME).write_bytes(whole + b'{"body"' + bytes(500) + b"\n")
    reading = read(tmp_path / NAME)
    assert len(reading.records) == 2
    assert reading.torn.startswith(b'{"body"')


def test_cutting_is_idempotent(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(lines_of(ENTRIES) + b"{")
    assert cut_torn_tail(path, read(path)) == tmp_path / f"{NAME}.torn-4"
    assert cut_torn_tail(path, read(path)) is None
    assert path.read_bytes() == lines_of(ENTRIES)


@given(st.data())
def test_any_cut_of_the_file_is_a_prefix_of_its_records(data: st.DataObject) -> None:
    import tempfile

    whole = lines_of(ENTRIES)
    cut = data.draw(st.integers(0, len(whole)))
    with tempfile.TemporaryDirectory(prefix="k") as directory:
        path = Path(directory) / NAME
        path.write_bytes(whole[:cut])
        reading = read(path)
    found = tuple(record.entry for record in reading.records)
    assert found == ENTRIES[: len(found)]
    assert reading.length + len(reading.torn) == cut
    assert len(found) == whole[:cut].count(b"\n")


@given(st.data())
def test_any_flipped_bit_is_seen(data: st.DataObject) -> None:
    import tempfile

    whole = bytearray(lines_of(ENTRIES))
    position = data.draw(st.integers(0, len(whole) - 2))  # The very last newline only tears.
    whole[position] ^= 1 << data.draw(st.integers(0, 7))
    with tempfile.TemporaryDirectory(prefix="k") as directory:
        path = Path(directory) / NAME
        path.write_bytes(bytes(whole))
        try:
            reading = read(path)
        except JournalDamaged:
            return
    # The flip made a zero byte: the tail from there on is set aside, what precedes it is true.
    assert b"\0" in whole
    found = tuple(record.entry for record in reading.records)
    assert found == ENTRIES[: len(found)]
    assert reading.torn


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_removed_record_is_seen(tmp_path: Path, gone: int) -> None:
    lines = lines_of(ENTRIES).splitlines(keepends=True)
    del lines[gone]
    (tmp_path / NAME).write_bytes(b"".join(lines))
    with pytest.raises(JournalDamaged, match="not chained"):
        read(tmp_path / NAME)


def test_a_damaged_journal_is_not_opened_and_not_touched(tmp_path: Path) -> None:
    damaged = lines_of(ENTRIES).replace(b'"yen":500', b'"yen":100')
    (tmp_path / NAME).write_bytes(damaged)
    with pytest.raises(JournalDamaged, match="record 2 does not have the length and checksum"):
        JournalFile(tmp_path)
    assert (tmp_path / NAME).read_bytes() == damaged


# --- vocabulary --------------------------------------------------------------------------


def test_every_kind_says_what_it_means() -> None:
    for kind in KINDS.values():
        assert kind.meaning.endswith((".", "acceptor.")), kind.id
        assert "." in kind.id


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("nobody", {}),
        ("visit.begin", {}),
        ("visit.begin", {"visit": "00", "name": "x"}),
        ("visit.begin", {"visit": "not hex"}),
        ("visit.end", {"visit": "00", "outcome": "山田 花子", "failure": ""}),
        ("visit.end", {"visit": "00", "outcome": "two words", "failure": ""}),
        ("money.kept", {"yen": -1, "copies": 1}),
        ("money.kept", {"yen": True, "copies": 1}),
        ("money.kept", {"yen": "300", "copies": 1}),
    ],
)
def test_what_does_not_fit_the_table_is_refused_without_quoting_it(
    kind: str, fields: dict[str, str | int]
) -> None:
    with pytest.raises(UnknownEntry) as caught:
        entry(kind, **fields)
    assert "山田" not in str(caught.value)


def test_a_record_from_before_a_field_is_read_and_the_chain_goes_on(tmp_path: Path) -> None:
    """`print.intent` without `machine`, as journals had it before the terminal knew printers
    apart."""
    known = {"title": "a1b2", "copy": 1, "sheets": 2, "life": 40}
    before = Entry("print.intent", tuple(sorted(known.items())))
    (tmp_path / NAME).write_bytes(lines_of((*ENTRIES, before, entry("print.seen", title="a1b2"))))
    records = read(tmp_path / NAME).records
    assert records[-2].entry == entry("print.intent", **known, machine="")
    assert len(records) == len(ENTRIES) + 2
    with pytest.raises(UnknownEntry):
        entry("print.intent", **known)


def test_a_visit_writes_notes_and_only_notes() -> None:
    assert noted("visit.scope", (("scope", "residence"),)) == entry(
        "visit.scope", scope="residence"
    )
    assert noted("money.kept", (("yen", 300), ("copies", 1))) == entry(
        "visit.misnoted", kind="money.kept"
    )
    assert noted("visit.scope", (("scope", "山田"),)) == entry("visit.misnoted", kind="visit.scope")
    assert noted("山田", ()) == entry("visit.misnoted", kind="")


def test_no_form_lets_running_text_through() -> None:
    assert {f.form for k in KINDS.values() for f in k.fields.values()} == set(Form)
    with pytest.raises(UnknownEntry):
        entry("device.trouble", reason="Hanako Yamada")


# --- the writer's thread -----------------------------------------------------------------


class Told:
    """Collects what `append` reports and lets a test wait for it."""

    def __init__(self) -> None:
        self.failures: list[str] = []
        self._came = threading.Semaphore(0)

    def __call__(self, failure: str, /) -> None:
        self.failures.append(failure)
        self._came.release()

    def wait(self, count: int = 1) -> None:
        for _ in range(count):
            assert self._came.acquire(timeout=10)


def test_the_writer_tells_when_it_is_on_disk(journal: JournalFile) -> None:
    writer, told = JournalWriter(journal, VirtualClock()), Told()
    on_disk: list[int] = []

    def look(failure: str, /) -> None:
        on_disk.append(len(read(journal.path).records))
        told(failure)

    for one in ENTRIES:
        writer.append([one], look)
    told.wait(4)
    assert told.failures == [""] * 4
    assert on_disk == [1, 2, 3, 4]


def test_append_does_not_wait_for_the_disk(
    journal: JournalFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = threading.Event()
    real = os.fdatasync

    def slow(handle: int) -> None:
        assert disk.wait(10)
        real(handle)

    monkeypatch.setattr(os, "fdatasync", slow)
    writer, told = JournalWriter(journal, VirtualClock()), Told()
    writer.append(ENTRIES, told)  # Returns although the disk stands still.
    assert told.failures == []
    disk.set()
    told.wait()
    assert told.failures == [""]


def failing(error: int, times: int, real: Callable[..., int]) -> Callable[..., int]:
    left = [times]

    def call(*args: object) -> int:
        if left[0]:
            left[0] -= 1
            raise OSError(error, os.strerror(error))
        return real(*args)

    return call


def test_a_full_disk_gives_up_the_reserve_and_says_so(
    journal: JournalFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, told = JournalWriter(journal, VirtualClock()), Told()
    monkeypatch.setattr(os, "write", failing(errno.ENOSPC, 1, os.write))
    writer.append(ENTRIES, told)
    writer.append(ENTRIES[:1], told)
    told.wait(2)
    assert told.failures == ["journal.disk_full"] * 2
    assert not (journal.path.parent / "reserve").exists()
    assert len(read(journal.path).records) == 5


def test_a_disk_full_for_good_fails_and_leaves_no_half_record(
    journal: JournalFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, told = JournalWriter(journal, VirtualClock()), Told()
    writer.append(ENTRIES[:1], told)
    told.wait()
    monkeypatch.setattr(os, "write", failing(errno.ENOSPC, 9, os.write))
    writer.append(ENTRIES[1:], told)
    told.wait()
    assert told.failures == ["", "journal.failed"]
    assert len(read(journal.path).records) == 1
    assert read(journal.path).torn == b""


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
def test_after_a_failed_fsync_nothing_more_is_claimed(
    journal: JournalFile, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    monkeypatch.setattr(os, "fdatasync", failing(error, 1, lambda *_: 0))
    writer, told = JournalWriter(journal, VirtualClock()), Told()
    writer.append(ENTRIES[:1], told)
    writer.append(ENTRIES[1:], told)
    told.wait(2)
    assert told.failures == ["journal.failed"] * 2
    assert len(read(journal.path).records) <= 1


def test_closing_writes_what_is_queued(tmp_path: Path) -> None:
    writer, told = JournalWriter(JournalFile(tmp_path, 4096), VirtualClock()), Told()
    writer.append(ENTRIES, told)
    writer.close()
    writer.close()
    assert told.failures == [""]
    assert JournalWriter(JournalFile(tmp_path, 4096), VirtualClock()).reading.next_number == 4


def test_in_line_it_is_on_disk_when_append_returns(journal: JournalFile) -> None:
    told = Told()
    InlineJournal(journal, VirtualClock()).append(ENTRIES, told)
    assert told.failures == [""]
    assert len(read(journal.path).records) == 4
