"""A fixed part of the million, and proof that it can fail."""

from pathlib import Path

import pytest

from drivers.coin.framing import Check, Frame, FrameParser, encode_frame
from tests.byte_streams.__main__ import main
from tests.byte_streams.streams import (
    STREAMS_A_RUN,
    codec_keeps_every_byte,
    driver_survives,
    run_codec,
    run_driver,
    sums_up,
)
from tests.fault_plans.__main__ import read

GAPS = [0.0] * STREAMS_A_RUN


def test_the_first_streams_into_the_codec() -> None:
    assert run_codec(1, 50) == 50 * STREAMS_A_RUN


def test_the_first_streams_into_the_driver() -> None:
    streams, beside_a_lie = run_driver(1, 30)
    assert streams == 30 * STREAMS_A_RUN
    assert beside_a_lie < streams / 2, "most of them must be judged"


def test_a_run_goes_on_where_it_was_broken_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.byte_streams.__main__.EXAMPLES", 2)
    out = tmp_path / "streams.jsonl"
    for _ in range(2):
        assert main(["--streams", "90", "--out", str(out)]) == 0
        assert len(read(out)) == 2


def test_a_frame_is_recognised_by_the_second_reading() -> None:
    raw = encode_frame(Frame(1, 2, 0, bytes(11)), Check.SIMPLE)
    assert sums_up(b"\x07" + raw)
    assert not sums_up(raw[:-1])


def test_a_codec_that_loses_a_byte_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = FrameParser.feed
    monkeypatch.setattr(FrameParser, "feed", lambda self, data, now: honest(self, data[1:], now))
    with pytest.raises(AssertionError):
        codec_keeps_every_byte([b"\x01\x00\x02\x00\xfd"] * STREAMS_A_RUN, GAPS, Check.SIMPLE)


def test_a_driver_that_believes_a_broken_answer_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Checksums are not looked at: the bent answer is taken for credits."""
    lie = encode_frame(Frame(1, 2, 0, bytes((200, 4, 1, 4, 1, 4, 1, 4, 1, 4, 1))), Check.SIMPLE)
    bent = lie[:-1] + bytes((lie[-1] ^ 0x10,))
    assert not driver_survives([bent] * STREAMS_A_RUN, GAPS, bills=False)

    def believes(raw: bytes, _check: Check) -> Frame:
        return Frame(raw[0], raw[2], raw[3], raw[4:-1])

    monkeypatch.setattr("drivers.coin.framing.decode_frame", believes)
    with pytest.raises(AssertionError):
        driver_survives([bent] * STREAMS_A_RUN, GAPS, bills=False)
