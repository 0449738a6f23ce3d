"""What people upload: stamps, staples, shadows, folds, coffee; and pages that are not the back."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from center.antiforgery.channel.conditions import condition
from center.antiforgery.channel.scanning import Scanner
from center.antiforgery.scramble.block import Sheet
from center.antiforgery.scramble.recovered import Recovered, Strip, Verdict
from tests.center.antiforgery.scramble.sheets import (
    Printed,
    back,
    printed,
    read,
    scanned,
)  # fmt: skip

pytestmark = pytest.mark.timeout(600)  # pages cost seconds of CPU, and machines are shared


def as_png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    return file.getvalue()


def jpeg(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=75)
    return file.getvalue()


@pytest.fixture(scope="module")
def sheet() -> Printed:
    return printed("sparse", 4)


@pytest.mark.slow
def test_a_stamp_a_staple_a_shadow_a_pen_a_fold_and_coffee(sheet: Printed) -> None:
    """All on one sheet: a red seal, black ink over the block, two staples, dark along an edge."""
    rough = condition("aged").but(stained=0.25, creases=3)
    image = Image.open(io.BytesIO(scanned(sheet, rough, 4))).convert("RGB")
    draw = ImageDraw.Draw(image)
    draw.ellipse((900, 900, 1350, 1350), outline=(205, 40, 45), width=22)
    draw.rectangle((1040, 1000, 1210, 1250), fill=(205, 40, 45))
    for x in (300, 620):
        draw.line((x, 330, x + 140, 345), fill=(70, 70, 75), width=14)
        draw.line((x, 344, x + 140, 359), fill=(235, 235, 235), width=6)
    draw.line((400, 2200, 2100, 1700), fill=(20, 20, 90), width=9)
    pixels = np.asarray(image).astype(np.float32)
    shadow = 1 - 0.5 * np.exp(-(((np.arange(pixels.shape[1]) - 2250) / 260.0) ** 2))
    found = read(jpeg(Image.fromarray((pixels * shadow[None, :, None]).astype(np.uint8))))
    assert found.verdict is Verdict.READ
    assert found.picture is not None
    assert np.array_equal(found.picture, sheet.truth(found.dpi))


@pytest.mark.slow
@pytest.mark.parametrize("stretch", [(1.0, 1.02), (0.98, 1.0)])
def test_a_feed_that_runs_fast_or_slow_stretches_one_side(
    sheet: Printed, stretch: tuple[float, float]
) -> None:
    """Of a sheet drawn through, the motor says how long it is, and the lens how wide."""
    askew = condition("aged").but(rotation_deg=3.0)
    image = Image.open(io.BytesIO(scanned(sheet, askew, 4)))
    size = tuple(round(side * factor) for side, factor in zip(image.size, stretch, strict=True))
    found = read(jpeg(image.resize(size, Image.Resampling.BICUBIC)))  # type: ignore[arg-type]
    assert found.verdict is Verdict.READ
    assert found.picture is not None
    assert np.array_equal(found.picture, sheet.truth(found.dpi))


def test_a_front_page_is_no_back(sheet: Printed) -> None:
    assert read(as_png(Image.fromarray(sheet.front.grey(300)))).verdict is Verdict.NO_BLOCK


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_page_of_one_colour(level: int) -> None:
    assert read(as_png(Image.new("L", (1240, 1754), level))).verdict is Verdict.NO_BLOCK


def test_noise_is_no_block() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (1754, 1240)).astype(np.uint8)
    assert read(as_png(Image.fromarray(noise))).verdict is Verdict.NO_BLOCK


def test_a_scan_at_100_dpi_is_too_coarse(sheet: Printed) -> None:
    upload = scanned(sheet, "nominal", 4, Scanner(dpi=100))
    assert read(upload).verdict is Verdict.TOO_COARSE


def test_a_photograph_at_an_angle_is_never_a_wrong_picture(sheet: Printed) -> None:
    """A lens and a slope are outside what the decoder promises; a wrong result would be worse."""
    page = Image.fromarray(255 - 229 * back(sheet.block.cells)[::3, ::3])
    wide, high = page.size
    seen = page.transform(
        (wide, high), Image.Transform.QUAD,
        (-200, -60, 40, high + 90, wide + 260, high - 30, wide - 70, 80), Image.Resampling.BICUBIC,
    )  # fmt: skip
    found = read(jpeg(seen))
    assert found.verdict in {Verdict.NO_BLOCK, Verdict.UNREADABLE, Verdict.TOO_COARSE}
    assert found.picture is None


def patched(one: Printed, other: Printed, rows: slice) -> Recovered:
    """What is read where rows of one's block were replaced by the other's, both undamaged."""
    page, alien = back(one.block.cells), back(other.block.cells)
    page[rows] = alien[rows]
    return read(as_png(Image.fromarray(255 - 220 * page[::2, ::2])))


@pytest.mark.slow
def test_a_transplanted_part_changes_nothing_and_most_of_a_block_is_refused() -> None:
    """Cells of another sheet are errors like any other: what is shown is what was signed."""
    one = printed("sparse", 1)
    other = printed("dense", 2, Sheet("WXYZ-WXYZ-WXYZ-WXYZ", 1, 1, 1_795_000_001, "131016"))
    little = patched(one, other, slice(800, 1700))
    assert little.verdict is Verdict.READ
    assert little.picture is not None
    assert np.array_equal(little.picture, one.truth(little.dpi))
    assert set(little.strips) == {Strip.FINE}
    half = patched(one, other, slice(300 + 2462, 5300))
    assert half.verdict is Verdict.UNREADABLE
    assert half.header is None
