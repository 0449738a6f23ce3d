"""Requests and replies as values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.coin.framing import Frame
from drivers.coin.protocol import (
    BufferEntry,
    ReplyError,
    coin_yen,
    credit_codes_are_values,
    decode_credits,
    decode_encryption,
    decode_hopper_flags,
    decode_hopper_status,
    decode_number,
    decode_text,
    describe,
    encode_dispense,
    encode_mask,
    request,
    value_of_code,
)
from drivers.coin.quirks import QuirkBook
from drivers.coin.tables import (
    COIN_CODES,
    HOPPER_FLAGS,
    MANNERS,
    STANDARD,
    Header,
    Key,
)
from drivers.reasons import REASONS


@pytest.mark.parametrize(
    ("name", "yen"),
    [
        ("JP010A", 10),
        ("JP050A", 50),
        ("JP100A", 100),
        ("JP500A", 500),
        ("JP500B", 500),
        ("JP1K0A", 1000),
        ("JP2K5A", 2500),
        ("JP10KA", 10_000),
        ("JP1M0A", 1_000_000),
        ("......", None),
        ("------", None),
        ("", None),
    ],
)
def test_coin_names(name: str, yen: int | None) -> None:
    """Part 3 Appendix 3."""
    assert coin_yen(name) == yen


@pytest.mark.parametrize("name", ["GB100A", "TK000A", "JP5m0A", "JP.50A", "JP", "JP１００A"])
def test_coin_names_that_are_no_yen(name: str) -> None:
    with pytest.raises(ReplyError):
        coin_yen(name)


@pytest.mark.parametrize(
    ("code", "value"),
    [(1, 1), (127, 127), (148, 200), (178, 500), (228, 1000), (255, None), (0, None), (128, None)],
)
def test_value_codes(code: int, value: int | None) -> None:
    """Part 3 section 2.2."""
    assert value_of_code(code) == value


def test_serial_number_of_the_standards_example() -> None:
    assert decode_number(bytes.fromhex("4E 61 BC")) == 12_345_678


def test_credit_buffer_of_the_standards_example() -> None:
    buffer = decode_credits(bytes((3, 5, 5, 1, 5, 1, 5, 0, 0, 0, 0)))
    assert buffer.counter == 3
    assert buffer.entries[0] == BufferEntry(5, 5)
    assert buffer.entries[3].is_null


@given(st.binary(max_size=30))
def test_decoders_give_values_or_reply_errors(data: bytes) -> None:
    for decode in (decode_credits, decode_hopper_status, decode_encryption):
        try:
            decode(data)
        except ReplyError:
            continue
    decode_hopper_flags(data)
    decode_text(data)
    decode_number(data)


@given(st.binary(max_size=8))
def test_any_name_is_a_value_or_refused(data: bytes) -> None:
    try:
        coin_yen(decode_text(data))
    except ReplyError:
        return


def test_text_from_a_device_is_printable() -> None:
    assert decode_text(b"SR5i\x00\x1b[31m\xff ") == "SR5i??[31m?"


def test_hopper_flags_by_register_and_bit() -> None:
    flags = decode_hopper_flags(bytes((0b1000_0010, 0, 1)))
    assert [(f.register, f.bit) for f in flags] == [(1, 1), (1, 7), (3, 0)]
    assert decode_hopper_flags(bytes((0b1,)))[0].reason == "coin.hopper_jam"


def test_every_reason_in_the_tables_is_known() -> None:
    assert {flag.reason for flag in HOPPER_FLAGS if flag.reason} <= set(REASONS)


def test_every_coin_code_of_the_standard_is_there() -> None:
    """Part 3 Table 2: 0-40, 128-159, 253-255."""
    assert set(COIN_CODES) == {*range(41), *range(128, 160), 253, 254, 255}


def test_nothing_that_moves_money_is_repeatable() -> None:
    assert not MANNERS[Header.DISPENSE].repeatable
    assert not MANNERS[Header.RESET].repeatable


def test_inhibit_mask() -> None:
    """Part 2 section 3.25: 1 enables."""
    assert encode_mask(frozenset({1, 3, 16})) == bytes((0b101, 0b1000_0000))


def test_option_flags() -> None:
    assert credit_codes_are_values(1)
    assert not credit_codes_are_values(0xFE)


def test_dispense_data_by_profile() -> None:
    """Suzo Flow manual p. 20; SCH2 manual p. 59."""
    serial = bytes.fromhex("DF D7 0A")
    assert encode_dispense(STANDARD, serial, 1) == bytes.fromhex("DF D7 0A 01")
    dummy = QuirkBook().of("MCI", "SCH2-NOENCRYPT-V1")
    assert encode_dispense(dummy, serial, 5) == bytes(8) + b"\5"
    assert dummy.needs_cipher_request


def test_profiles_are_found_by_prefix() -> None:
    assert QuirkBook().of("", "Evolution").key is Key.SERIAL3
    assert not QuirkBook().of("MCI", "sch1").has_total


def test_descriptions() -> None:
    assert describe(request(2, Header.CREDITS)) == "to 2: credits"
    assert describe(Frame(2, 1, 99)) == "to 2: header 99"
    assert describe(Frame(1, 2, 0)) == "reply ACK"
    assert describe(Frame(1, 2, 0, b"\1\2")) == "reply 01 02"
    assert describe(Frame(1, 2, 5)) == "NAK"
    assert describe(Frame(1, 2, 9)) == "header 9"
