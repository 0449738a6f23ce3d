"""Uploads: formats by their first bytes, sizes bounded before anything is unpacked."""

import io
import zlib

import numpy as np
import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from center.antiforgery.scramble.decode import decode, decode_picture
from center.antiforgery.scramble.recovered import Verdict
from center.antiforgery.scramble.upload import NoPicture, TooLarge, pictures
from tests.center.antiforgery.scramble.sheets import KEYS, SIGNERS

pytestmark = pytest.mark.timeout(300)  # the first call compiles, on machines that are shared


def saved(kind: str, mode: str = "RGB", size: tuple[int, int] = (60, 80)) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, 200 if mode in {"L", "I;16"} else None).save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "P"),
     ("PNG", "1"), ("PNG", "I;16"), ("TIFF", "RGB"), ("TIFF", "L"), ("TIFF", "1")],
)  # fmt: skip
def test_every_kind_of_picture(kind: str, mode: str) -> None:
    (grey,) = pictures(saved(kind, mode))
    assert grey.shape == (80, 60)
    assert grey.dtype == np.uint8


def test_pages_of_a_tiff_come_one_by_one() -> None:
    file = io.BytesIO()
    pages = [Image.new("L", (30, 40), level) for level in (10, 20, 30)]
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:])
    assert [int(grey[0, 0]) for grey in pictures(file.getvalue())] == [10, 20, 30]


def test_tea_and_a_red_stamp_are_lighter_than_toner() -> None:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), (205, 30, 40)).save(file, "PNG")
    assert next(pictures(file.getvalue()))[0, 0] == 205


def in_a_pdf(image: Image.Image, claimed_dpi: float) -> bytes:
    file = io.BytesIO()
    image.save(file, "PDF", resolution=claimed_dpi)
    return file.getvalue()


@pytest.mark.parametrize("claimed_dpi", [300, 72, 600])
def test_a_pdf_is_read_pixel_by_pixel_whatever_size_it_claims(claimed_dpi: int) -> None:
    """What writes a scan into a PDF often does not know its resolution, and says 72 or 96."""
    cells = np.random.default_rng(1).integers(0, 2, (1754, 1240), np.uint8)
    fine = np.repeat(np.repeat(cells, 2, axis=0), 2, axis=1)
    (grey,) = pictures(in_a_pdf(Image.fromarray(255 * fine).convert("1"), claimed_dpi))
    assert grey.shape == pytest.approx(fine.shape, abs=1)
    grey = grey[: fine.shape[0], : fine.shape[1]]
    assert np.mean((grey > 128) == fine) > 0.97


def test_a_scan_at_600_dpi_in_a_pdf_is_averaged_like_any_other() -> None:
    """Of lines of a dot, every second one left out would be black or white; their mean is grey."""
    lines = np.tile(np.array([False, True]), (7016, 2480))
    (grey,) = pictures(in_a_pdf(Image.fromarray(lines), 600))
    assert grey.shape == pytest.approx((3508, 2480), abs=1)
    assert np.mean((grey > 60) & (grey < 195)) > 0.99


def test_a_small_image_of_a_drawn_page_does_not_make_it_coarse() -> None:
    """The print file itself: the block is an image of a pixel a cell."""
    (grey,) = pictures(in_a_pdf(Image.new("1", (1240, 1754), 1), 150))
    assert max(grey.shape) >= 3508


def test_a_pdf_page_is_bounded_whatever_it_claims() -> None:
    for size in ((14_400, 14_400), (3, 3)):
        made = pikepdf.new()
        made.add_blank_page(page_size=size)
        file = io.BytesIO()
        made.save(file)
        found = decode(file.getvalue(), KEYS, SIGNERS)[0]
        assert found.verdict in {Verdict.TOO_LARGE, Verdict.NO_BLOCK}


def bomb(width: int, height: int) -> bytes:
    """A PNG of that size whose pixels are a few bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 0, 0, 0, 0])
    data = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_a_bomb_is_told_by_its_label() -> None:
    with pytest.raises(TooLarge):
        next(pictures(bomb(10_000, 9_000)))
    with pytest.raises(NoPicture):
        next(pictures(bomb(60_000, 60_000)))
    assert decode(bomb(10_000, 9_000), KEYS, SIGNERS)[0].verdict is Verdict.TOO_LARGE


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"%PDF-1.7 nothing", b"\xff\xd8\xff\xe0", b"<svg/>"]
)
def test_what_is_no_picture(data: bytes) -> None:
    assert decode(data, KEYS, SIGNERS)[0].verdict is Verdict.NO_PICTURE


@given(st.data())
def test_a_broken_file_is_a_verdict(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([saved("JPEG"), saved("PNG"), saved("TIFF")]))
    spoilt = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        spoilt[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(spoilt[: data.draw(st.integers(0, len(whole)))])
    for found in decode(cut, KEYS, SIGNERS):
        assert found.verdict in {Verdict.NO_PICTURE, Verdict.NO_BLOCK, Verdict.TOO_LARGE}


def test_a_thread_of_pixels_is_no_page() -> None:
    with pytest.raises(TooLarge):
        next(pictures(bomb(10_001, 1)))


@pytest.mark.parametrize("shape", [(1, 1), (1, 10_000), (10_000, 2), (255, 400)])
def test_a_picture_that_is_too_narrow_for_a_block(shape: tuple[int, int]) -> None:
    found = decode_picture(np.full(shape, 255, np.uint8), KEYS, SIGNERS)
    assert found.verdict is Verdict.NO_BLOCK


@pytest.mark.parametrize(
    ("points", "pixels"),
    [(72.0, (3508, 2480)), (300.0, (3508, 2480)), (150.0, (7016, 4960))],
    ids=["a pixel a point", "true to its size", "twice as large as A4"],
)
def test_a_scan_in_a_pdf_is_read_whatever_its_page_is_called(
    points: float, pixels: tuple[int, int]
) -> None:
    """Many programs say a point where they mean a pixel: their A4 is 87 cm wide."""
    file = io.BytesIO()
    Image.new("L", pixels[::-1], 200).save(file, "PDF", resolution=points)
    (grey,) = pictures(file.getvalue())
    assert 3300 <= grey.shape[0] <= 5600
    assert abs(grey.shape[0] / grey.shape[1] - 3508 / 2480) < 0.002


def test_a_page_that_is_a_poster_is_too_large() -> None:
    file = io.BytesIO()
    Image.new("1", (400, 4001)).save(file, "PDF", resolution=28.0)
    with pytest.raises(TooLarge):
        next(pictures(file.getvalue()))
