"""PWG raster: pages by the letter of PWG 5102.4."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.printer.pwg_raster import RasterError, read_pages


def header(width: int, height: int, bits: int, space: int) -> bytes:
    page = bytearray(1796)
    page[:10] = b"PwgRaster\0"
    struct.pack_into(">I", page, 272, 1)
    struct.pack_into(">II", page, 276, 600, 600)
    struct.pack_into(">II", page, 372, width, height)
    struct.pack_into(">IIII", page, 388, bits, (width * bits + 7) // 8, 0, space)
    return bytes(page)


def test_runs_literals_and_repeated_lines() -> None:
    """4.4: 3 equal lines of: two black, one red, one blue pixel, then white to the end."""
    line = bytes.fromhex("02  01 000000  ff ff0000 0000ff  80")
    (page,) = read_pages(b"RaS2" + header(6, 3, 24, 19) + line)
    assert (page.mode, page.dpi, page.duplex) == ("RGB", 600, True)
    row = bytes.fromhex("000000 000000 ff0000 0000ff ffffff ffffff")
    assert page.bitmap() == row * 3


def test_white_is_no_ink_in_the_black_space() -> None:
    (page,) = read_pages(b"RaS2" + header(16, 1, 1, 3) + bytes.fromhex("00 00 f0 80"))
    assert page.bitmap() == b"\xf0\x00"
    assert page.subtractive


def test_two_pages() -> None:
    page = header(2, 1, 8, 18) + bytes.fromhex("00 01 7f")
    assert [p.bitmap() for p in read_pages(b"RaS2" + page + page)] == [b"\x7f\x7f"] * 2


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param(b"%PDF", id="another format"),
        pytest.param(b"RaS2" + b"\0" * 1796, id="no page header"),
        pytest.param(b"RaS2" + header(2, 1, 8, 18)[:100], id="half a header"),
        pytest.param(b"RaS2" + header(2, 1, 8, 18), id="no bitmap"),
        pytest.param(b"RaS2" + header(9, 1, 8, 18) + bytes.fromhex("00 f9 01"), id="half a line"),
        pytest.param(b"RaS2" + header(2, 1, 16, 18), id="unknown pixel"),
        pytest.param(b"RaS2" + header(2, 2**31, 8, 18), id="too high"),
    ],
)
def test_broken_streams(stream: bytes) -> None:
    with pytest.raises(RasterError):
        list(read_pages(stream))


@given(st.binary(max_size=60))
def test_any_bitmap_is_a_page_or_an_error(packed: bytes) -> None:
    try:
        for page in read_pages(b"RaS2" + header(7, 3, 24, 19) + packed):
            assert len(page.bitmap()) == 7 * 3 * 3
    except RasterError:
        pass
