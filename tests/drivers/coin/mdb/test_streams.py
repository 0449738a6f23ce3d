"""Hypothesis on all that takes bytes: values, or our own errors; never a hang or a credit."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.clock import VirtualClock
from drivers.coin.contract import CoinAccepted, CoinVendorConfig
from drivers.coin.mdb import protocol
from drivers.coin.mdb.adapter import (
    MAX_LINE,
    LineReader,
    Unclear,
    decode_answer,
    decode_command,
    encode_answer,
    encode_command,
)
from drivers.coin.mdb.framing import (
    Answer,
    CommandParser,
    Heard,
    Sign,
    answer_words,
    command_words,
    decode_block,
    encode_block,
    read_answer,
)
from drivers.coin.mdb.tables import MAX_BLOCK, MODE_BIT, NAK, RET
from drivers.coin.mdb.vendor import MdbCoinVendor
from drivers.coin.mdb.words import answer_words as say
from drivers.coin.mdb.words import meaning
from drivers.errors import DeviceError
from drivers.link.memory import MemoryPort
from tests.drivers.coin.mdb.rig import HOPPERS, VALUES

blocks = st.binary(min_size=1, max_size=MAX_BLOCK - 1)
answers = blocks | st.sampled_from([Sign.ACK, Sign.NAK, Sign.SILENCE, Sign.DAMAGED])
words = st.lists(st.integers(0, 0x1FF), max_size=40).map(tuple)


def test_blocks_of_the_standard_s_own_kind() -> None:
    """RESET and POLL of a changer, and an answer, as public adapters document them."""
    assert encode_block(b"\x08") == b"\x08\x08"
    assert encode_block(bytes.fromhex("34ffffffff")).hex() == "34ffffffff30"
    assert command_words(b"\x0b") == (0x10B, 0x0B)
    assert answer_words(bytes.fromhex("5100")) == (0x51, 0x00, 0x151)
    assert encode_command(b"\x0b") == b"0B0B\n"


@given(blocks)
def test_a_block_comes_out_as_it_went_in(data: bytes) -> None:
    assert decode_block(encode_block(data)) == data
    assert CommandParser().feed(command_words(data)) == (Heard(data),)


@given(answers)
def test_an_answer_comes_out_as_it_went_in(answer: Answer) -> None:
    heard = Sign.SILENCE if answer is Sign.DAMAGED else answer
    assert read_answer(answer_words(answer)) == heard
    assert decode_answer(encode_answer(answer).rstrip(b"\n")) == answer


@given(blocks, st.data())
def test_one_turned_bit_is_never_taken_for_another_answer(data: bytes, draw: st.DataObject) -> None:
    said = list(answer_words(data))
    at = draw.draw(st.integers(0, len(said) - 1))
    said[at] ^= 1 << draw.draw(st.integers(0, 8))
    assert read_answer(said) in {Sign.DAMAGED, Sign.ACK, Sign.NAK} or len(said) < 2


@given(words)
def test_any_words_are_an_answer_or_none(heard: tuple[int, ...]) -> None:
    answer = read_answer(heard)
    assert isinstance(answer, Sign) or answer_words(answer) == heard


@given(words)
def test_any_words_are_commands_or_none(heard: tuple[int, ...]) -> None:
    for each in CommandParser().feed(heard):
        assert each.single or decode_block(encode_block(each.data)) == each.data


def test_a_mode_bit_begins_anew() -> None:
    half = command_words(b"\x0c\x00\xff\x00\xff")[:3]
    assert CommandParser().feed((*half, *command_words(b"\x0b"))) == (Heard(b"\x0b"),)
    assert CommandParser().feed((RET, NAK)) == (Heard(b"\xaa", True), Heard(b"\xff", True))
    assert read_answer((0x51, 0x00 | MODE_BIT, 0x51)) is Sign.DAMAGED


@given(st.binary(max_size=300), st.integers(1, 40))
def test_any_bytes_are_lines_of_bounded_length_however_they_are_cut(raw: bytes, cut: int) -> None:
    whole, reader = LineReader(), LineReader()
    pieces = [raw[at : at + cut] for at in range(0, len(raw), cut)]
    lines = [line for piece in pieces for line in reader.feed(piece)]
    if all(len(line) <= MAX_LINE for line in raw.split(b"\n")):
        assert lines == whole.feed(raw)
    for line in lines:
        with contextlib.suppress(Unclear):
            decode_answer(line)
        decode_command(line)
        meaning(line)


@pytest.mark.parametrize(
    "decode",
    [
        protocol.decode_setup,
        protocol.decode_bill_setup,
        protocol.decode_plate,
        protocol.decode_tubes,
        protocol.decode_stacker,
        protocol.decode_activity,
        protocol.decode_bill_activity,
    ],
)
@given(data=st.binary(max_size=40))
def test_any_data_is_a_value_or_a_reply_error(decode: Any, data: bytes) -> None:
    try:
        value = decode(data)
    except protocol.ReplyError:
        return
    if hasattr(value, "values"):
        with contextlib.suppress(protocol.ReplyError):
            value.values()


@given(st.binary(min_size=1, max_size=3), blocks)
def test_every_answer_has_words(command: bytes, data: bytes) -> None:
    assert say(command, data)


@given(st.lists(st.binary(max_size=60) | answers.map(encode_answer), max_size=30))
def test_a_line_of_anything_neither_hangs_nor_credits_what_was_not_told(said: list[bytes]) -> None:
    """Whatever an adapter says instead of its answers, the driver ends, and raises our errors."""
    clock, rest = VirtualClock(), iter(said)
    port = MemoryPort(lambda written: next(rest, b"RT\n") if written else b"", clock)
    config = CoinVendorConfig(port="m", protocol="mdb", hoppers=HOPPERS, bills=0x30)
    vendor = MdbCoinVendor(config, clock, open_port=port.reopen)
    for step in (vendor.capabilities, lambda: vendor.resume(None), lambda: vendor.accept(VALUES)):
        with contextlib.suppress(DeviceError):
            step()
    events = [event for _ in range(3) for event in vendor.poll()]
    assert len([e for e in events if isinstance(e, CoinAccepted)]) <= len(said) * 8
    vendor.status()
    vendor.close()
