"""A fixed part of MDB's streams, and proof that it can fail."""

from pathlib import Path

import pytest

from drivers.coin.mdb.adapter import LineReader, encode_answer
from drivers.coin.mdb.coin_taker import MdbCoinTaker
from drivers.coin.mdb.ear import Ear
from drivers.coin.mdb.framing import Sign
from tests.byte_streams.__main__ import main
from tests.byte_streams.mdb import (
    MISPLACED,
    ON_THE_BUS,
    Deed,
    driver_survives,
    lines_keep_every_byte,
    run_codec,
    run_driver,
    whole_lines,
)
from tests.byte_streams.streams import STREAMS_A_RUN
from tests.fault_plans.__main__ import read

NOTHING = [b""] * STREAMS_A_RUN
NOW_AND_THEN = [2, 0, 1] * (STREAMS_A_RUN // 3)


def test_the_first_streams_into_the_codec() -> None:
    assert run_codec(1, 50) == 50 * STREAMS_A_RUN


def test_the_first_streams_into_the_driver() -> None:
    streams, beside_a_lie = run_driver(1, 20)
    assert streams == 20 * STREAMS_A_RUN
    assert beside_a_lie < streams / 2, "most of them must be judged"


@pytest.mark.parametrize("deed", [*MISPLACED, *ON_THE_BUS], ids=str)
def test_what_becomes_of_a_line_or_of_the_bus_takes_no_yen_away(deed: Deed) -> None:
    assert not driver_survives(NOTHING, [deed] * STREAMS_A_RUN, NOW_AND_THEN)


def test_the_protocols_share_a_file_and_go_on_each_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.byte_streams.__main__.EXAMPLES", 1)
    out = tmp_path / "streams.jsonl"
    for protocol in ("cctalk", "mdb", "mdb"):
        assert main(["--protocol", protocol, "--streams", "24", "--out", str(out)]) == 0
    assert [line["protocol"] for line in read(out)] == ["cctalk", "mdb"]


def test_a_line_is_recognised_by_the_second_reading() -> None:
    said = encode_answer(b"\x51\x00")
    assert whole_lines(b"?\r\n" + said + b"RT\r\n") == [said.strip(), b"RT"]
    assert not whole_lines(said[:-1])
    assert not whole_lines(said.replace(b"R:51", b"R:53"))
    assert whole_lines(encode_answer(Sign.ACK)) == [b"R:00"]


def test_a_reader_that_loses_a_byte_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = LineReader.feed
    monkeypatch.setattr(LineReader, "feed", lambda self, data: honest(self, data[1:]))
    with pytest.raises(AssertionError):
        lines_keep_every_byte([b"R:0000\n"])


def test_a_driver_that_believes_a_bent_line_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Coins by lines whose check is wrong: without looking at it they would be credits."""
    bent = encode_answer(b"\x42\x00" * 4).replace(b"\n", b"")[:-2] + b"00\n"
    assert not driver_survives([bent] * STREAMS_A_RUN, ["stream"] * STREAMS_A_RUN, NOW_AND_THEN)
    monkeypatch.setattr("drivers.coin.mdb.adapter.decode_block", lambda raw: raw[:-1])
    with pytest.raises(AssertionError):
        driver_survives([bent] * STREAMS_A_RUN, ["stream"] * STREAMS_A_RUN, NOW_AND_THEN)


def _by_the_clock_alone(self: MdbCoinTaker) -> bool:
    return self._clock.monotonic_s() - self._open_s <= 3.0


@pytest.mark.parametrize(
    ("kind", "name", "wrong"),
    [
        (MdbCoinTaker, "_may_have_come", _by_the_clock_alone),
        (Ear, "missed", property(lambda _: False, lambda _self, _value: None)),
    ],
)
def test_a_driver_that_forgets_what_it_missed_is_found_out(
    monkeypatch: pytest.MonkeyPatch, kind: type, name: str, wrong: object
) -> None:
    monkeypatch.setattr(kind, name, wrong, raising=False)
    with pytest.raises(AssertionError):
        driver_survives(NOTHING, ["lost"] * STREAMS_A_RUN, NOW_AND_THEN)
