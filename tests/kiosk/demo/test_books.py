"""Logbook and journal as the dock page reads them."""

import json
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.clock import VirtualClock
from kiosk.demo.journal_tail import JournalTail, read_lines
from kiosk.demo.logbook import Logbook


def _record(number: int, kind: str, **fields: object) -> str:
    body = {"at": "2026-11-21T01:02:03.456+00:00", "f": fields, "kind": kind, "n": number}
    return json.dumps({"body": body, "crc": "0", "hash": "0", "len": 1}) + "\n"


def test_lines_are_numbered_timed_and_told() -> None:
    clock = VirtualClock()
    logbook = Logbook(clock)
    told: list[tuple[str, object]] = []
    end = logbook.subscribe(lambda event, data: told.append((event, data)))
    logbook.write("hand", "one")
    clock.advance(1.5)
    logbook.write("card", "two")
    end()
    logbook.write("card", "three")
    assert told == [
        ("log", [{"n": 1, "at": 0.0, "who": "hand", "what": "one"}]),
        ("log", [{"n": 2, "at": 1.5, "who": "card", "what": "two"}]),
    ]
    assert [line["n"] for line in logbook.newest(2)] == [2, 3]
    assert [thing.what for thing in logbook.since(1.0)] == ["two", "three"]


def test_a_record_in_words() -> None:
    (line,) = read_lines(_record(3, "visit.begin", visit="0123456789abcdef"))
    assert (line.n, line.at, line.kind) == (3, "10:02:03.456", "visit.begin")
    assert line.meaning == "A resident began."
    assert line.fields == (("visit", "01234567…"),)


@pytest.mark.parametrize("text", ["{", "[]", '{"body": 1}', '{"body": {"kind": "x"}}', "ö"])
def test_what_is_no_record_is_said_to_be_none(text: str) -> None:
    (line,) = read_lines(text)
    assert (line.n, line.kind) == (-1, "unreadable")


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory of the journal's."""
    with tempfile.TemporaryDirectory(prefix="k") as made:
        yield Path(made)


def test_the_tail_follows_from_before_the_file_is_there(place: Path) -> None:
    logbook = Logbook(VirtualClock())
    told: list[int] = []
    news = threading.Condition()

    def hear(event: str, lines: list[dict[str, int]]) -> None:
        with news:
            told.extend(line["n"] for line in lines if event == "journal")
            news.notify_all()

    def heard(count: int) -> bool:
        with news:
            return news.wait_for(lambda: len(told) >= count, 10)

    logbook.subscribe(hear)
    tail = JournalTail(place / "journal.jsonl", logbook)
    try:
        assert tail.text() == ""
        with tail.path.open("a", encoding="utf-8") as file:
            file.write(
                _record(0, "visit.begin", visit="ab") + _record(1, "visit.step", state="pin")
            )
            file.write(_record(2, "visit.end")[:20])
            file.flush()
            assert heard(2)
            assert (tail.count, tail.state) == (2, "pin")
            file.write(_record(2, "visit.end")[20:])
        assert heard(3)
        assert (told, tail.state) == ([0, 1, 2], "")
        assert [line["kind"] for line in tail.newest(2)] == ["visit.step", "visit.end"]
    finally:
        tail.close()
