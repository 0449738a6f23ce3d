"""A software viewer: what four inks look like to an eye and to an infra-red camera.

For looking at a print file, or at a copy of it, before there is a printer and a camera.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from center.antiforgery import colour
from center.antiforgery.colour import Vector
from center.antiforgery.copier import blurred

Picture = NDArray[np.uint8]
_STEPS = 64
"""Colours of a copy are told apart as finely as its scanner's noise allows."""
_LENS_MM = 0.05
_NOISE = 0.6  # of CIELAB, after the mean over one screen dot


def visible_view(inks: Vector) -> Picture:
    """C, M, Y, K from 0 to 1 as sRGB."""
    return _each(inks, lambda recipes: colour.to_srgb(colour.visible(recipes)))


def infrared_view(inks: Vector) -> Picture:
    """The same as a camera at 850 nm shows it, grey."""
    return _each(inks, lambda recipes: np.asarray(np.round(colour.infrared(recipes) * 255), "u1"))


def copy_of(inks: Vector, dpi: int, rng: np.random.Generator) -> Vector:
    """The inks of a colour copy: scanned as the eye sees it, then mixed anew.

    The copier sees colours and not inks, so it mixes both recipes of a pair alike.
    """
    lab = _each(inks, colour.visible)
    sigma = _LENS_MM * dpi / 25.4
    soft = np.stack([blurred(lab[..., n].astype(np.float32), sigma) for n in range(3)], axis=-1)
    noisy = soft + _NOISE * rng.standard_normal(soft.shape)
    rounded = np.round(noisy * _STEPS / 100) * 100 / _STEPS
    return _each(rounded, colour.separated)


def beside(pictures: list[Picture], gap: int = 12) -> Image.Image:
    """Pictures of one height in a row on white."""
    coloured = [Image.fromarray(one).convert("RGB") for one in pictures]
    width = sum(one.width for one in coloured) + gap * (len(coloured) - 1)
    row = Image.new("RGB", (width, max(one.height for one in coloured)), "white")
    left = 0
    for one in coloured:
        row.paste(one, (left, 0))
        left += one.width + gap
    return row


def _each(values: Vector, make: Callable[[Vector], NDArray[Any]]) -> NDArray[Any]:
    """`make` of every colour once: a drawing has few."""
    flat = values.reshape(-1, values.shape[-1])
    kinds, which = np.unique(flat, axis=0, return_inverse=True)
    made = make(kinds)
    return made[which.ravel()].reshape(*values.shape[:-1], *made.shape[1:])
