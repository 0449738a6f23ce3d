"""The report: a verdict that can be no, everything escaped, old pictures gone; and its searches."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.demo.memory import holds_mark
from kiosk.demo.report import DidThing, Proof, SeenScreen, SheetPicture, VisitRecord, write_report
from kiosk.demo.report_page import page
from kiosk.demo.residue import find_residue, marks_of


def _record(*proofs: Proof, screen: str = "start") -> VisitRecord:
    return VisitRecord(
        title="a <visit>", screens=(SeenScreen(1.0, screen, b"png"),),
        things=(DidThing(0.5, "coins", "<b>¥500</b>"),), proofs=proofs, money=(("kept", 1200),),
        documents=(("sheet-1", b"%PDF"),), sheets=(SheetPicture("sheet-1-front", "sheet-1", b"p"),),
        receipt=b"slip", journal='{"body": {"n": 0}}\nrubbish<i>\n', timings=(("all", 1.25),),
    )  # fmt: skip


YES, NO, DARK = Proof("it came", True), Proof("it went", False, "why"), Proof("seen", None, "dark")


def test_it_passes_only_if_all_that_was_looked_for_holds() -> None:
    assert _record(YES).passed
    assert _record(YES, DARK).passed
    assert not _record(YES, NO).passed
    assert not _record(DARK).passed
    assert not _record().passed


def test_the_page_says_what_does_not_hold_and_what_nobody_saw() -> None:
    said = page(_record(YES, NO, DARK))
    assert "Does not hold: it went." in said
    assert "not looked" in said
    assert "Everything holds" not in said
    assert "Everything holds." in page(_record(YES, DARK))


def test_every_text_is_escaped() -> None:
    said = page(_record(YES))
    assert "<visit>" not in said
    assert "&lt;visit&gt;" in said
    assert "<b>¥500" not in said
    assert "rubbish<i>" not in said
    assert "¥1,200" in said


def test_the_pictures_of_the_last_report_are_gone(tmp_path: Path) -> None:
    write_report(_record(YES, screen="old"), tmp_path, "old")
    report = write_report(_record(YES, screen="new"), tmp_path, "new")
    assert report.read_text() == "new"
    names = sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file())
    assert names == [
        "journal.jsonl", "receipt.png", "report.html", "screens/01-new.png",
        "sheets/sheet-1-front.png", "sheets/sheet-1.pdf",
    ]  # fmt: skip


CARD = """[card]
kind = "my_number"
[person]
name = "試作　人子"
address = "見本県見本市1-2"
individual_number = "123456789018"
"""


@pytest.fixture
def marks(tmp_path: Path) -> tuple[str, ...]:
    """Of an invented resident."""
    card = tmp_path / "card.toml"
    card.write_text(CARD, encoding="utf-8")
    return marks_of(card)


def test_the_marks_of_a_card(marks: tuple[str, ...]) -> None:
    assert set(marks) == {"試作　人子", "試作", "見本県見本市1-2", "123456789018"}
    assert marks_of(None) == ()


@pytest.mark.parametrize("code", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le"])
def test_a_mark_is_found_in_every_encoding_and_across_chunks(
    tmp_path: Path, marks: tuple[str, ...], code: str
) -> None:
    place = tmp_path / "files"
    place.mkdir()
    (place / "clean").write_bytes(b"nothing")
    (place / "dirty").write_bytes(b"x" * ((1 << 20) - 3) + "見本県見本市1-2".encode(code))
    assert find_residue([place], marks) == ["dirty"]


_HOLDER = """import sys
kept = sys.stdin.buffer.readline()
print("kept", flush=True)
sys.stdin.buffer.readline()
"""


@pytest.fixture
def holder() -> Iterator[subprocess.Popen[bytes]]:
    """A process that keeps the line it is told."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    )
    yield process
    process.kill()
    process.communicate()


def test_a_mark_is_found_in_a_living_process(holder: subprocess.Popen[bytes]) -> None:
    assert holder.stdin is not None
    assert holder.stdout is not None
    mark = "zyx" + "wvu" * 400
    assert not holds_mark(holder.pid, (mark,))
    holder.stdin.write(mark.encode() + b"\n")
    assert holder.stdout.readline() == b"kept\n"
    assert holds_mark(holder.pid, (mark,))


def test_a_process_that_is_gone_cannot_be_looked_into(holder: subprocess.Popen[bytes]) -> None:
    holder.kill()
    holder.wait()
    with pytest.raises(OSError, match=str(holder.pid)):
        holds_mark(holder.pid, ("x",))
