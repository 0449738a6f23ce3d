"""Files that follow one another, and the commands that read them."""

from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.change import Float
from kiosk.journal.entries import Entry, entry
from kiosk.journal.memory import Memory, carried_over, fold, remember
from kiosk.journal.reader import JournalDamaged, earlier_file, read
from kiosk.journal.writer import NAME, NEXT_NAME, JournalFile

AT = "2026-11-20T01:00:00.000+00:00"
CURSOR = {"serial": 77, "counter": 9, "accepted_total": -1}
TRANSACTION = (
    entry("visit.begin", visit="00112233aabbccdd"),
    entry("pay.open", application="ab" * 32, fee_each=300, copies=1),
    entry("coin.in", yen=500, total=500, **CURSOR),
    entry("money.kept", yen=300, copies=1),
    entry("payout.intent", yen=100, pieces=2, address=5, serial=1, event_counter=3, total_before=7),
    entry(
        "payout.result", yen=100, pieces=2, paid=1, over=0, evidence="device_counted",
        reason="coin.hopper_empty",
    ),
    entry("money.owed", yen=100, case="00112233-1", reason="coin.change_short"),
    entry("money.settled", inserted=500, kept=300, returned=100, owed=100),
    entry("visit.end", visit="00112233aabbccdd", outcome="issued", failure=""),
)  # fmt: skip
START = Float(((100, 5), (500, 2)), ((100, 50), (500, 50)))


def written(place: Path, *entries: Entry) -> JournalFile:
    file = JournalFile(place, 4096)
    file.write(entries, AT)
    return file


def test_a_new_file_knows_what_the_old_one_knew(tmp_path: Path) -> None:
    file = written(tmp_path, *TRANSACTION)
    memory = fold(TRANSACTION, START)
    assert not memory.unfinished
    old = file.continue_in_new_file(carried_over(memory), AT)
    file.write([entry("terminal.stop", reason="asked")], AT)
    file.close()
    reading = read(tmp_path / NAME)
    again = fold((r.entry for r in reading.records), START)
    assert again.coins == memory.coins
    assert again.cursor == memory.cursor
    assert again.cases == memory.cases == (("00112233-1", 100),)
    assert reading.records[0].number == len(TRANSACTION)
    assert earlier_file(tmp_path / NAME, reading) == old
    assert earlier_file(old, read(old)) is None


def test_the_new_file_is_locked_too(tmp_path: Path) -> None:
    from kiosk.journal.writer import JournalBusy

    file = written(tmp_path, *TRANSACTION)
    file.continue_in_new_file((), AT)
    with pytest.raises(JournalBusy):
        JournalFile(tmp_path, 4096)
    file.close()


def test_a_change_of_files_cut_short_is_finished_by_the_next_start(tmp_path: Path) -> None:
    file = written(tmp_path, *TRANSACTION)
    file.continue_in_new_file((), AT)
    file.close()
    (tmp_path / NAME).rename(tmp_path / NEXT_NAME)  # As between the two renames.
    again = JournalFile(tmp_path, 4096)
    assert again.reading.records[0].entry.kind == "journal.continued"
    again.close()


def test_a_missing_or_foreign_earlier_file_is_seen(tmp_path: Path) -> None:
    file = written(tmp_path, *TRANSACTION)
    old = file.continue_in_new_file((), AT)
    file.close()
    reading = read(tmp_path / NAME)
    kept = old.read_bytes()
    old.write_bytes(b"".join(kept.splitlines(keepends=True)[:-1]))
    with pytest.raises(JournalDamaged, match=r"not chained|has number"):
        earlier_file(tmp_path / NAME, reading)
    old.unlink()
    with pytest.raises(JournalDamaged, match="which is missing"):
        earlier_file(tmp_path / NAME, reading)


def test_the_memory_follows_every_kind_that_moves_something() -> None:
    memory = Memory(coins=START)
    seen = []
    for one in TRANSACTION:
        memory = remember(memory, one)
        seen.append((memory.ledger.held, memory.unfinished))
    assert seen == [
        (0, True), (0, True), (500, True), (200, True), (200, True), (100, True), (0, True),
        (0, True), (0, False),
    ]  # fmt: skip
    assert memory.coins.stock() == {100: 4, 500: 3}


# --- kiosk journal -----------------------------------------------------------------------


def test_verify_follows_the_chain_through_all_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, *TRANSACTION)
    file.continue_in_new_file((), AT)
    file.close()
    assert main(["journal", "verify", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "journal-000000009.jsonl: 9 records" in said
    assert "1 records, unbroken chain" in said


def test_show_prints_a_line_a_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path, *TRANSACTION).close()
    assert main(["journal", "show", str(tmp_path / NAME)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 9
    assert "coin.in" in lines[2]
    assert "total=500" in lines[2]


def test_audit_draws_up_books_that_balance(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, *TRANSACTION).close()
    assert main(["journal", "audit", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "inserted   ¥      500" in said
    assert "coins out  ¥100 x 1" in said
    assert "case 00112233-1: ¥100 open" in said
    assert said.endswith("the books balance\n")


def test_audit_counts_bills_and_names_who_collected_what(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cursor = {"serial": 140_001, "counter": 2, "accepted_total": 1}
    moves = (
        entry("bill.in", yen=1000, total=1000, **cursor),
        entry("payout.result", yen=500, pieces=2, paid=2, over=1, evidence="device_counted",
              reason=""),
        entry("stock.counted", yen=500, pieces=7, expected=-1),
        entry("exchange.begin", staff="staff-7"),
        entry("stock.counted", yen=500, pieces=20, expected=100),
        entry("exchange.collected", yen=1000, pieces=0, expected=1),
        entry("exchange.collected", yen=500, pieces=3, expected=3),
        entry("exchange.end", staff="staff-7", hoppers=0),
    )  # fmt: skip
    written(tmp_path, *moves).close()
    assert main(["journal", "audit", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "bills in   ¥1000 x 1" in said
    assert "coins out  ¥500 x 3\noverpaid   ¥500 x 1\n" in said
    assert "counted    ¥500 x 7, not known before\n" in said
    assert "counted    ¥500 x 20 by staff-7, -80 to the books\n" in said
    assert "collected  ¥1000 x 0 by staff-7, -1 to the books" in said
    assert "collected  ¥500 x 3 by staff-7\n" in said
    assert said.endswith("the books balance\n")


def test_audit_says_when_they_do_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    short = [one for one in TRANSACTION if one.kind not in {"money.owed", "money.settled"}]
    lost = entry("money.settled", inserted=500, kept=300, returned=100, owed=0)
    written(tmp_path, *short, lost).close()
    assert main(["journal", "audit", str(tmp_path)]) == 1
    assert "THE BOOKS DO NOT BALANCE" in capsys.readouterr().out


def test_a_torn_tail_is_told_and_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, *TRANSACTION).close()
    with (tmp_path / NAME).open("ab") as file:
        file.write(b'{"body"')
    assert main(["journal", "verify", str(tmp_path)]) == 0
    assert "7 bytes of a torn tail" in capsys.readouterr().out
    assert (tmp_path / NAME).read_bytes().endswith(b'{"body"')


def test_damage_and_absence_are_sentences(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["journal", "show", str(tmp_path)]) == 1
    assert "there is no journal here" in capsys.readouterr().err
    (tmp_path / NAME).write_bytes(b"nonsense\n")
    assert main(["journal", "show", str(tmp_path)]) == 1
    assert "record 0 is not a record. Keep the file" in capsys.readouterr().err
