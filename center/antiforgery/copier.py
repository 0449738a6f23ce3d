"""A model of a laser printer and of copiers, to see on paper what was drawn in dots.

It is a simulation: toner that spreads, an edge that is rough, light that is caught below a dot,
a scanner's lens and noise, and the three ways in which copiers treat what they scanned. It ranks
patterns; a calibration sheet on the real engine decides.

Source: the stages follow Solanki et al., Print and Scan Resilient Data Hiding (2006); error
diffusion as in Floyd and Steinberg (1976); the modes are those of office copiers' panels.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from center.antiforgery.dots import DPI, Bits

Plane = NDArray[np.float32]
"""Reflectance, 0 black to 1 paper."""

_TONER_SIGMA = 0.75
"""Dots of 600 dpi over which toner spreads before it is fused."""
_OPTICAL_SIGMA = 0.9
"""Dots of 600 dpi over which light wanders inside the paper."""
_EDGE_NOISE = 0.06
_DUST = 1e-3
"""Where no toner came to lie, noise makes none."""
_BLACK = 0.05
_PAPER = 0.93
_STEEPNESS = 9.0
_EYE_DOTS = 12.0
"""What an eye at reading distance takes together: half a millimetre."""

TEXT, MIXED, PHOTO = "text", "mixed", "photo"


@dataclass(frozen=True, slots=True)
class Engine:
    """How one printer prints. `gain` lowers the edge threshold: dots grow (or shrink, below 0)."""

    gain: float = 0.0


@dataclass(frozen=True, slots=True)
class Copier:
    """A copier: what it was told to copy, and its scanner's resolution."""

    mode: str
    dpi: int
    stretch: float = 0.0
    """How much larger the copy comes out, as a share; real ones are off by some thousandths."""


def printed(ink: Bits, engine: Engine, rng: np.random.Generator) -> Plane:
    """The reflectance of a 600 dpi bitmap after printing, at 600 dpi."""
    spread = blurred(ink.astype(np.float32), _TONER_SIGMA)
    threshold = 0.5 - engine.gain + _EDGE_NOISE * rng.standard_normal(ink.shape, np.float32)
    fused = 1 / (1 + np.exp(-_STEEPNESS * (spread - threshold)))
    fused *= spread > _DUST
    caught: Plane = blurred(fused.astype(np.float32), _OPTICAL_SIGMA)
    reflectance: Plane = _PAPER - (_PAPER - _BLACK) * np.clip(caught, 0, 1)
    return reflectance


def copied(page: Plane, copier: Copier, rng: np.random.Generator) -> Plane:
    """`page` as a copy of it looks, at 600 dpi."""
    scan = scanned(_stretched(page, copier.stretch), copier.dpi, rng)
    tone = np.clip((scan - _BLACK) / (_PAPER - _BLACK), 0, 1)
    return printed(_MODES[copier.mode](tone.astype(np.float32)), Engine(), rng)


def scanned(page: Plane, dpi: int, rng: np.random.Generator) -> Plane:
    """What a scanner of `dpi` sees, brought to 600 dpi."""
    dots = DPI / dpi
    lens = blurred(page, 0.55 * dots)
    height, width = page.shape
    size = (round(width / dots), round(height / dots))
    seen = Image.fromarray(lens).resize(size, Image.Resampling.BICUBIC)
    noisy = np.asarray(seen) + 0.01 * rng.standard_normal((size[1], size[0]), np.float32)
    back = Image.fromarray(noisy.astype(np.float32)).resize(
        (width, height), Image.Resampling.BICUBIC
    )
    return np.asarray(back, np.float32)


def _stretched(page: Plane, share: float) -> Plane:
    if not share:
        return page
    height, width = page.shape
    middle = (width / 2, height / 2)
    kept = 1 / (1 + share)
    moved = Image.fromarray(page).transform(
        (width, height),
        Image.Transform.AFFINE,
        (kept, 0, middle[0] * (1 - kept), 0, kept, middle[1] * (1 - kept)),
        Image.Resampling.BICUBIC,
        fillcolor=_PAPER,
    )
    return np.asarray(moved, np.float32)


def seen(page: Plane) -> Plane:
    """`page` as an eye takes it in."""
    return blurred(page, _EYE_DOTS)


def contrast(page: Plane, letters: Bits) -> float:
    """How much darker the letters are than the ground, as a share of the ground."""
    inner = page[letters].mean()
    ground = page[~letters].mean()
    return float((ground - inner) / ground)


def legibility(page: Plane, letters: Bits, without: Plane) -> float:
    """How well the eye's picture follows the letters: from -1 over 0 (nothing) to 1.

    `without` is the same page without letters, whose pattern an eye is used to. From 0.4 on the
    word is read easily.
    """
    darkness = seen(without) - seen(page)
    wanted = seen(letters.astype(np.float32))
    return float(np.corrcoef(darkness.ravel(), wanted.ravel())[0, 1])


def _text(tone: Plane) -> Bits:
    """Sharpened, the ground removed, black or white."""
    sharp = tone + 1.2 * (tone - blurred(tone, 2.0))
    return np.asarray(sharp < _LEVEL)


def _mixed(tone: Plane) -> Bits:
    """The ground removed, then error diffusion."""
    sharp = tone + 0.6 * (tone - blurred(tone, 2.0))
    levels = np.clip((sharp - 0.06) / (0.88 - 0.06), 0, 1)
    picture = Image.fromarray((levels * 255).astype(np.uint8))
    return ~np.asarray(picture.convert("1", dither=Image.Dither.FLOYDSTEINBERG), np.bool_)


def _photo(tone: Plane) -> Bits:
    """A screen of 106 lines per inch, nothing removed."""
    height, width = tone.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    turn = 2 * np.pi * 106 / DPI
    across, down = (x + y) / np.sqrt(2), (x - y) / np.sqrt(2)
    screen = (np.cos(turn * across) + np.cos(turn * down)) / 4 + 0.5
    # The share of the screen below a level is the level: every tone keeps its mean.
    rank = np.searchsorted(np.sort(screen.ravel()[::97]), screen) / (screen.size // 97 + 1)
    return np.asarray(tone < rank)


_LEVEL = 0.5
_MODES = {TEXT: _text, MIXED: _mixed, PHOTO: _photo}


def blurred(plane: Plane, sigma: float) -> Plane:
    """A Gaussian of `sigma` dots, borders repeated."""
    reach = max(1, round(3 * sigma))
    at = np.arange(-reach, reach + 1)
    kernel = np.exp(-(at**2) / (2 * sigma**2)).astype(np.float32)
    kernel /= kernel.sum()
    for axis in (0, 1):
        pad = [(reach, reach) if axis == one else (0, 0) for one in (0, 1)]
        wide = np.pad(plane, pad, mode="edge")
        length = plane.shape[axis]
        plane = np.zeros_like(plane)
        for step, weight in enumerate(kernel):
            part = wide[step : step + length] if axis == 0 else wide[:, step : step + length]
            plane += weight * part
    return plane
