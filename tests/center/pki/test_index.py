"""What was issued and revoked, on one line each: `center.pki.index`."""

import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.pki import index
from center.pki.index import Entry
from tests.center.pki.demo import AT, card_certificate

ENDS = datetime.datetime(2030, 4, 15, 14, 59, 59, tzinfo=datetime.UTC)
TIMES = st.datetimes(
    datetime.datetime(2000, 1, 1), datetime.datetime(2049, 12, 31)  # noqa: DTZ001 - made aware below
).map(lambda each: each.replace(microsecond=0, tzinfo=datetime.UTC))  # fmt: skip


def test_the_line_as_openssl_writes_it(tmp_path: Path) -> None:
    file = tmp_path / "index.txt"
    entries = [
        Entry(0x0705D990, ENDS, "/C=JP/CN=a"),
        Entry(0x7F, ENDS, "/C=JP/CN=b", AT, "keyCompromise"),
    ]
    index.write(file, {each.serial: each for each in entries})
    assert file.read_text() == (
        "V\t300415145959Z\t\t0705D990\tunknown\t/C=JP/CN=a\n"
        "R\t300415145959Z\t261120010000Z,keyCompromise\t7F\tunknown\t/C=JP/CN=b\n"
    )


@given(
    serial=st.integers(1, 2**64), ends=TIMES, revoked=st.none() | TIMES, reason=st.sampled_from(
        ["", "keyCompromise", "superseded"])
)  # fmt: skip
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    serial: int,
    ends: datetime.datetime,
    revoked: datetime.datetime | None,
    reason: str,
) -> None:
    file = tmp_path_factory.mktemp("index") / "index.txt"
    entry = Entry(serial, ends, "/CN=x", revoked, reason if revoked else "")
    index.write(file, {serial: entry})
    assert index.read(file) == {serial: entry}


def test_an_entry_of_a_certificate() -> None:
    card = card_certificate("yamada-taro")
    made = index.entry(card, None)
    assert made.serial == card.serial_number
    assert made.ends == card.not_valid_after_utc
    assert made.subject.startswith("/C=JP/CN=")
    assert index.entry(card, AT).revoked == AT


def test_revoked_and_taken_back(tmp_path: Path) -> None:
    file = tmp_path / "index.txt"
    index.write(file, {5: Entry(5, ENDS, "/CN=x")})
    index.revoke(file, 5, AT)
    assert index.read(file)[5].revoked == AT
    index.revoke(file, 5, None)
    assert index.read(file)[5] == Entry(5, ENDS, "/CN=x")
    with pytest.raises(KeyError):
        index.revoke(file, 6, AT)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("V\t300415145959Z\t\t05\tunknown", "line 1: six fields"),
        ("X\t300415145959Z\t\t05\tunknown\t/CN=x", "line 1: six fields"),
        ("V\tnever\t\t05\tunknown\t/CN=x", "line 1: a time or the serial"),
        ("V\t300415145959Z\t\tfive\tunknown\t/CN=x", "line 1: a time or the serial"),
        ("R\t300415145959Z\t\t05\tunknown\t/CN=x", "line 1: a time or the serial"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, line: str, sentence: str) -> None:
    file = tmp_path / "index.txt"
    file.write_text(line + "\n")
    with pytest.raises(ValueError, match=sentence):
        index.read(file)
