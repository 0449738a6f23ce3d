"""Frames between the processes: as they were packed, or a BadFrame."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.frames import BODY_MAX, LENGTHS, BadFrame, Read, pack, unpack


def reader(data: bytes) -> Read:
    stream = io.BytesIO(data)

    def read(size: int) -> bytes:
        got = stream.read(size)
        if len(got) < size:
            raise EOFError
        return got

    return read


@given(st.dictionaries(st.text(), st.integers() | st.text()), st.binary(max_size=200))
def test_unpacked_as_packed(header: dict[str, int | str], body: bytes) -> None:
    assert unpack(reader(pack(header, body))) == (header, body)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_frame_or_none(data: bytes) -> None:
    try:
        header, _ = unpack(reader(data))
    except (BadFrame, EOFError):
        return
    assert isinstance(header, dict)


def test_a_header_that_is_too_deep_is_no_frame() -> None:
    deep = b"[" * 100_000
    with pytest.raises(BadFrame):
        unpack(reader(LENGTHS.pack(len(deep), 0) + deep))


def test_a_frame_that_is_too_large_is_not_waited_for() -> None:
    with pytest.raises(BadFrame):
        unpack(reader(LENGTHS.pack(2, BODY_MAX + 1) + b"{}"))
