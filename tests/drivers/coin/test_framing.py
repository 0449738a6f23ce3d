"""Frames against the standard's own packets, and against any bytes at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.coin.framing import (
    BadFrame,
    Check,
    Echo,
    EchoStripper,
    Frame,
    FrameParser,
    Silence,
    crc16,
    decode_frame,
    encode_frame,
)

# Packets printed in the standard (Part 2 section 3.27, Part 3 Appendices 11 and 16) and in public
# hopper manuals (Suzo Flow pp. 17 and 20, Money Controls SCH2 p. 59).
SIMPLE_VECTORS = [
    ("02 00 01 FE FF", Frame(2, 1, 254)),
    ("01 00 02 00 FD", Frame(1, 2, 0)),
    ("02 00 01 F2 0B", Frame(2, 1, 242)),
    ("01 03 02 00 4E 61 BC 8F", Frame(1, 2, 0, bytes.fromhex("4E 61 BC"))),
    ("02 00 01 E5 18", Frame(2, 1, 229)),
    (
        "01 0B 02 00 03 05 05 01 05 01 05 00 00 00 00 D9",
        Frame(1, 2, 0, bytes((3, 5, 5, 1, 5, 1, 5, 0, 0, 0, 0))),
    ),
    ("28 00 01 9F 38", Frame(0x28, 1, 159)),
    ("28 01 01 9A 01 3B", Frame(0x28, 1, 154, b"\1")),
    ("01 00 28 00 D7", Frame(1, 0x28, 0)),
    ("03 01 01 A4 A5 B2", Frame(3, 1, 164, b"\xa5")),
    ("01 00 03 00 FC", Frame(1, 3, 0)),
    ("03 09 01 A7 00 00 00 00 00 00 00 00 05 47", Frame(3, 1, 167, bytes(8) + b"\5")),
    ("01 01 03 00 08 F3", Frame(1, 3, 0, b"\x08")),
    ("03 04 01 A7 DF D7 0A 01 90", Frame(3, 1, 167, bytes.fromhex("DF D7 0A 01"))),
    # Part 4 section 5.1: a grounded wire puts a zero in front and makes a broadcast reset.
    ("00 02 01 01 E4 01 17", Frame(0, 1, 1, bytes.fromhex("E4 01"))),
]

# Part 3 Appendix 9 section 7.6.
CRC_VECTORS = [
    ("28 00 01", 0x463F),
    ("01 00 00", 0x3037),
    ("49D5F2", 0xA6B3),
    ("2FBD9D", 0x90B2),
    ("D953D1", 0x7BB5),
    ("70B8D9640415", 0xFB00),
    ("7261B94ED078", 0x93E3),
    ("63FAD19FE619", 0x5BB3),
]


@pytest.mark.parametrize(("raw", "frame"), SIMPLE_VECTORS)
def test_printed_packets_both_ways(raw: str, frame: Frame) -> None:
    assert encode_frame(frame, Check.SIMPLE) == bytes.fromhex(raw)
    assert decode_frame(bytes.fromhex(raw), Check.SIMPLE) == frame


@pytest.mark.parametrize(("data", "crc"), CRC_VECTORS)
def test_printed_crc_values(data: str, crc: int) -> None:
    assert crc16(bytes.fromhex(data)) in {crc, int.from_bytes(crc.to_bytes(2, "little"), "big")}


def test_reset_and_its_answer_with_crc() -> None:
    assert encode_frame(Frame(40, 1, 1), Check.CRC).hex(" ").upper() == "28 00 46 01 3F"
    assert decode_frame(bytes.fromhex("01 00 30 00 37"), Check.CRC) == Frame(1, 0, 0)


def test_the_misprinted_packet_is_an_unfinished_one() -> None:
    """Part 3 Appendix 11 section 4.3, third poll: one data byte is missing in print."""
    parser = FrameParser(Check.SIMPLE)
    raw = bytes.fromhex("01 0B 02 00 00 00 00 00 00 00 00 00 00 00 F2")
    assert parser.feed(raw, 0.0) == []
    assert parser.unfinished
    assert parser.stall(0.050) == []
    assert parser.stall(0.051) == [BadFrame(raw, "unfinished")]
    assert not parser.unfinished


def test_gap_of_49_ms_is_a_frame_and_of_51_ms_is_none() -> None:
    raw = bytes.fromhex("02 00 01 FE FF")
    patient = FrameParser(Check.SIMPLE)
    patient.feed(raw[:3], 0.0)
    assert patient.feed(raw[3:], 0.049) == [Frame(2, 1, 254)]
    strict = FrameParser(Check.SIMPLE)
    strict.feed(raw[:3], 0.0)
    assert strict.feed(raw, 0.051) == [BadFrame(raw[:3], "unfinished"), Frame(2, 1, 254)]


def test_checksum_byte_zero_is_legal() -> None:
    frame = Frame(2, 1, 0xFD)
    raw = encode_frame(frame, Check.SIMPLE)
    assert raw[-1] == 0
    assert decode_frame(raw, Check.SIMPLE) == frame


def test_data_longer_than_a_length_byte_is_refused() -> None:
    with pytest.raises(ValueError, match="255"):
        encode_frame(Frame(2, 1, 1, bytes(256)), Check.SIMPLE)


frames = st.builds(
    Frame,
    st.integers(2, 255),
    st.just(1),
    st.integers(0, 255),
    st.binary(max_size=255),
)


@given(frames, st.sampled_from(Check))
def test_what_is_encoded_is_decoded(frame: Frame, check: Check) -> None:
    assert decode_frame(encode_frame(frame, check), check) == frame


@given(frames, st.sampled_from(Check), st.data())
def test_one_altered_byte_is_never_a_frame_of_its_own_length(
    frame: Frame, check: Check, data: st.DataObject
) -> None:
    raw = bytearray(encode_frame(frame, check))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    assert isinstance(decode_frame(bytes(raw), check), BadFrame)


@given(st.lists(frames, max_size=5), st.sampled_from(Check), st.data())
def test_a_stream_cut_anywhere_gives_the_same_frames(
    sent: list[Frame], check: Check, data: st.DataObject
) -> None:
    raw = b"".join(encode_frame(frame, check) for frame in sent)
    parser = FrameParser(check)
    found: list[Frame | BadFrame] = []
    while raw:
        size = data.draw(st.integers(1, len(raw)))
        found += parser.feed(raw[:size], 0.0)
        raw = raw[size:]
    assert found == sent
    assert not parser.unfinished


@given(st.binary(max_size=600), st.sampled_from(Check))
def test_any_bytes_give_values_and_silence_clears_the_rest(raw: bytes, check: Check) -> None:
    parser = FrameParser(check)
    found = parser.feed(raw, 0.0) + list(parser.stall(1.0))
    assert not parser.unfinished
    sizes = [len(f.raw) if isinstance(f, BadFrame) else 5 + len(f.data) for f in found]
    assert sum(sizes) == len(raw)
    good = Frame(2, 1, 254)
    assert parser.feed(encode_frame(good, check), 2.0) == [good]


REQUEST = bytes.fromhex("02 00 01 FE FF")
REPLY = bytes.fromhex("01 00 02 00 FD")


@given(st.integers(1, 9))
def test_echo_is_learnt_and_taken_away_however_it_is_cut(cut: int) -> None:
    stripper = EchoStripper()
    stripper.start(REQUEST)
    stream = REQUEST + REPLY
    parts = [stripper.feed(stream[:cut]), stripper.feed(stream[cut:])]
    assert b"".join(p for p in parts if isinstance(p, bytes)) == REPLY
    stripper.learn()
    assert stripper.mode is Echo.PRESENT


def test_no_echo_is_learnt_as_well() -> None:
    stripper = EchoStripper()
    stripper.start(REQUEST)
    assert stripper.feed(REPLY) == REPLY
    stripper.learn()
    assert stripper.mode is Echo.ABSENT
    stripper.start(REQUEST)
    assert stripper.feed(REQUEST) == REQUEST


def test_three_silences() -> None:
    fresh = EchoStripper()
    fresh.start(REQUEST)
    assert fresh.silence() is Silence.NOTHING
    fresh.feed(REQUEST)
    assert fresh.silence() is Silence.ECHO_ONLY
    known = EchoStripper(Echo.PRESENT)
    known.start(REQUEST)
    assert known.silence() is Silence.NO_ECHO


def test_an_altered_echo_is_an_error_once_the_line_is_known() -> None:
    stripper = EchoStripper(Echo.PRESENT)
    stripper.start(REQUEST)
    altered = bytes.fromhex("02 00 01 FE FE")
    assert stripper.feed(altered) == BadFrame(altered, "the echo was altered")
