"""A whole sheet of dots in, a scan out: what a person would upload."""

import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator, default_rng
from PIL import Image

from center.antiforgery.channel.ageing import TEA, Box, fold, tea, tear
from center.antiforgery.channel.conditions import Condition, printer
from center.antiforgery.channel.fields import blur
from center.antiforgery.channel.printing import rub, toner
from center.antiforgery.compiled import Bits, Grey, Soft, compiled

PRINT_DPI = 600
_MARGIN_MM = 6.0
"""Of the scanner's lid, seen around the sheet."""
_LID = 0.93
_JITTER_MM = (4.0, 25.0)
"""Periods of the paper feed's unevenness."""
_WAVES = 3
_BAND = 64
"""Rows."""


@dataclass(frozen=True, slots=True)
class Scanner:
    """How the sheet was laid down and saved."""

    dpi: int = 300
    quarter_turns: int = 0
    colour: bool = True
    format: str = "JPEG"
    """JPEG, PNG, TIFF or PDF."""
    margin_mm: float = _MARGIN_MM


@dataclass(frozen=True, slots=True)
class _Pose:
    """From a pixel of the scan to a dot of the page: an affine map and the feed's unevenness."""

    matrix: Soft
    shift: Soft
    """Down the scan, pixels by row."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A printed sheet. It may go through several fates: each begins from the same sheet."""

    toner: Soft
    """At 600 dpi, the share of each dot that is covered."""
    luck: dict[str, Any]
    """Where the random numbers went on from after printing."""

    def rng(self) -> Generator:
        """The random numbers of what happens to the sheet next."""
        rng = default_rng()
        rng.bit_generator.state = self.luck
        return rng


def press(ink: Bits, seed: int) -> Pressed:
    """`ink` (whole page, 600 dpi, 1 black) as the engine prints it."""
    rng = default_rng(seed)
    made = toner(ink.astype(np.float32), printer(), rng)
    return Pressed(made, dict(rng.bit_generator.state))


def scan(
    ink: Bits, block: tuple[int, int, int, int], kind: Condition, scanner: Scanner, seed: int
) -> bytes:
    """The file a person uploads: `ink` (whole page, 600 dpi, 1 black) after `kind` happened.

    `block` is top, left, height and width in dots of what a tear is measured by. The same seed
    gives the same file.
    """
    return scan_pressed(press(ink, seed), block, kind, scanner)


def scan_pressed(
    sheet: Pressed, block: tuple[int, int, int, int], kind: Condition, scanner: Scanner
) -> bytes:
    """The same for a sheet that was printed before; the sheet stays as it is."""
    pixels = capture(sheet, block, kind, scanner)
    return save(np.rot90(pixels, scanner.quarter_turns), kind.jpeg_quality, scanner)


def capture(
    pressed: Pressed, block: tuple[int, int, int, int], kind: Condition, scanner: Scanner
) -> Grey:
    """What the scanner saw, before it is turned and saved: height x width x 3 or height x width."""
    engine, rng = printer(), pressed.rng()
    cover = blur(rub(pressed.toner, kind.rubbed, rng), engine.gain_dot)
    pose, shape = _pose(cover.shape, kind, scanner, rng)
    sheet = _sample(cover, pose.matrix, pose.shift, shape, _LID)
    px_mm = scanner.dpi / 25.4
    fold(sheet, kind.creases, px_mm, rng)
    tear(sheet, kind.torn, _on_scan(block, pose), rng)
    stain = tea(shape, kind.stained, px_mm, rng) if kind.stained else None
    lamp = _lamp(shape, rng)
    if stain is None:
        planes = [_lit(sheet, kind, lamp)]
    else:
        planes = [_lit(sheet, kind, lamp, (tint, stain)) for tint in TEA]
    seen = _seen(planes, kind, rng)
    if scanner.colour:
        return np.stack(seen, axis=-1)
    return np.rint(0.299 * seen[0] + 0.587 * seen[1] + 0.114 * seen[2]).astype(np.uint8)


def save(pixels: Grey, quality: int, scanner: Scanner) -> bytes:
    """`pixels` as a file of the scanner's format, with its resolution written into it."""
    file = io.BytesIO()
    options: dict[str, object] = {"dpi": (scanner.dpi, scanner.dpi)}
    if scanner.format == "JPEG":
        options |= {"quality": quality, "subsampling": 2}
    if scanner.format == "PDF":
        options = {"resolution": float(scanner.dpi), "quality": quality}
    if scanner.format == "PNG":
        options["compress_level"] = 1
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, scanner.format, **options)
    return file.getvalue()


def _bands(height: int) -> Iterator[slice]:
    """A page in pieces that stay in the processor's cache from one step to the next."""
    for top in range(0, height, _BAND):
        yield slice(top, min(top + _BAND, height))


def _lamp(shape: tuple[int, int], rng: Generator) -> tuple[Soft, Soft]:
    """A slope over the sheet to one side, by row and by column."""
    side = rng.uniform(0, 2 * math.pi)
    y = np.linspace(-0.5, 0.5, shape[0], dtype=np.float32)[:, None]
    x = np.linspace(-0.5, 0.5, shape[1], dtype=np.float32)[None, :]
    return y * np.float32(math.sin(side)), x * np.float32(math.cos(side))


def _lit(
    sheet: Soft,
    kind: Condition,
    lamp: tuple[Soft, Soft],
    stain: tuple[float, Soft] | None = None,
) -> Soft:
    """The light that comes back from `sheet` (1 paper, 0 toner); `stain` is tint and strength."""
    engine = printer()
    low = engine.paper - (engine.paper - engine.black) * kind.contrast
    made = np.empty_like(sheet)
    for band in _bands(len(sheet)):
        light = (low + (engine.paper - low) * sheet[band]) / 255
        if stain is not None:
            light *= np.power(np.float32(stain[0]), stain[1][band])
        shade = 1 - np.float32(kind.shading) * (lamp[0][band] + lamp[1] + np.float32(0.5))
        np.multiply(light, shade, out=made[band])
    return made


def _seen(planes: Sequence[Soft], kind: Condition, rng: Generator) -> list[Grey]:
    """The three colours of the sensor. One plane stands for all of them: only noise differs."""
    focused = [blur(plane, kind.blur_px) for plane in planes]
    return [_noisy(focused[colour % len(focused)], kind, rng) for colour in range(3)]


def _noisy(focused: Soft, kind: Condition, rng: Generator) -> Grey:
    """Tone curve, noise, eight bits."""
    made = np.empty(focused.shape, np.uint8)
    for band in _bands(len(focused)):
        value = np.power(np.clip(focused[band], 0, 1), np.float32(1 / kind.gamma)) * 255
        value += rng.standard_normal(value.shape, np.float32) * np.float32(kind.noise)
        made[band] = np.clip(np.rint(value), 0, 255)
    return made


def _pose(
    page: tuple[int, ...], kind: Condition, scanner: Scanner, rng: Generator
) -> tuple[_Pose, tuple[int, int]]:
    step = PRINT_DPI / scanner.dpi / (1 + rng.uniform(-kind.scale, kind.scale))
    angle = math.radians(rng.uniform(-kind.rotation_deg, kind.rotation_deg))
    margin = scanner.margin_mm / 25.4 * scanner.dpi
    height = round(page[0] / PRINT_DPI * scanner.dpi + 2 * margin)
    width = round(page[1] / PRINT_DPI * scanner.dpi + 2 * margin)
    off_y, off_x = rng.uniform(-0.4, 0.4, 2) * margin
    cos, sin = step * math.cos(angle), step * math.sin(angle)
    centre_y, centre_x = height / 2 + off_y, width / 2 + off_x
    matrix = np.array(
        [
            [cos, sin, page[0] / 2 - cos * centre_y - sin * centre_x],
            [-sin, cos, page[1] / 2 + sin * centre_y - cos * centre_x],
        ],
        np.float32,
    )
    return _Pose(matrix, _jitter(height, kind.jitter_px, scanner.dpi, rng)), (height, width)


def _jitter(height: int, amplitude_px: float, dpi: int, rng: Generator) -> Soft:
    """A few sine waves of periods between a gear's tooth and a roller's turn."""
    y = np.arange(height) / dpi * 25.4
    made = np.zeros(height)
    for _ in range(_WAVES):
        period = math.exp(rng.uniform(math.log(_JITTER_MM[0]), math.log(_JITTER_MM[1])))
        made += np.sin(2 * math.pi * (y / period + rng.uniform()))
    # Of the size of one sine wave of this amplitude.
    return (made * amplitude_px / math.sqrt(_WAVES)).astype(np.float32)


@compiled
def _sample(cover: Soft, matrix: Soft, shift: Soft, shape: tuple[int, int], lid: float) -> Soft:
    """The share of white paper in each pixel, four samples a pixel; `lid` beside the sheet."""
    rows, columns = cover.shape
    height, width = shape
    one = np.float32(1)
    made = np.full((height, width), lid, np.float32)
    for y in range(height):
        for x in range(width):
            total = 0.0
            for part in range(4):
                v = y + shift[y] + (0.25 if part > 1 else -0.25)
                u = x + (0.25 if part % 2 else -0.25)
                dot_y = matrix[0, 0] * v + matrix[0, 1] * u + matrix[0, 2]
                dot_x = matrix[1, 0] * v + matrix[1, 1] * u + matrix[1, 2]
                if dot_y < 0 or dot_x < 0 or dot_y >= rows - 1 or dot_x >= columns - 1:
                    total += lid
                    continue
                top, left = int(dot_y), int(dot_x)
                below, right = dot_y - top, dot_x - left
                total += (
                    (one - cover[top, left]) * (1 - below) * (1 - right)
                    + (one - cover[top, left + 1]) * (1 - below) * right
                    + (one - cover[top + 1, left]) * below * (1 - right)
                    + (one - cover[top + 1, left + 1]) * below * right
                )
            made[y, x] = total / 4
    return made


def _on_scan(block: tuple[int, int, int, int], pose: _Pose) -> Box:
    """Where the block lies on the scan, upright."""
    inverse = np.linalg.inv(pose.matrix[:, :2].astype(np.float64))
    top, left, height, width = block
    corners = np.array(
        [[top + dy, left + dx] for dy in (0, height) for dx in (0, width)], np.float64
    )
    seen = (corners - pose.matrix[:, 2]) @ inverse.T
    low, high = seen.min(axis=0), seen.max(axis=0)
    y, x = (max(0, int(one)) for one in low)
    return Box(y, x, int(high[0]) - y, int(high[1]) - x)
