"""The line screen of a print file to an eye and under its grating, and on two copies of it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from center.antiforgery.back import emblem_screen
from center.antiforgery.copier import MIXED, TEXT, Copier, Engine, seen
from center.antiforgery.dots import DPI, Bits
from center.antiforgery.inks import inks_of
from center.antiforgery.measure import on_paper, screen_contrast, screen_under
from center.antiforgery.screen import screen
from center.antiforgery.views import beside

_BLACK = 0.95
_SET, _STRAY = 0.95, 0.1
"""Shares of the screen's dots that are black, and of the others: a renderer may differ in a few."""
_SEED = 20261121
_SEEN: tuple[tuple[str, Copier | None], ...] = (
    ("print", None),
    ("copy", Copier(TEXT, 600)),
    ("larger-copy", Copier(MIXED, 600, 0.004)),
)


@dataclass(frozen=True, slots=True)
class Lines:
    """How much the hidden character differs from its ground, as a share of the ground."""

    on: str
    naked: float
    grating: float


def dots_of(pdf: bytes, page: int) -> Bits | None:
    """The black dots where the line screen lies; None where there is none. Raises NoInks."""
    at, meant = emblem_screen(), screen()
    part = slice(at.top, at.top + at.height), slice(at.left, at.left + at.width)
    black: Bits = inks_of(pdf, page, DPI, part)[..., 3] > _BLACK
    there = black.shape == meant.shape and black[meant].mean() > _SET
    return black if there and black[~meant].mean() < _STRAY else None


def view_screen(pdf: bytes, page: int, out: Path) -> tuple[Lines, ...]:
    """Write the pictures of one page into `out`, which exists. Empty where there is no screen.

    Raises NoInks.
    """
    dots = dots_of(pdf, page)
    if dots is None:
        return ()
    found, pictures = [], []
    for name, copier in _SEEN:
        paper = on_paper(dots, Engine(), copier, _SEED)
        under = screen_under(paper)
        contrast = screen_contrast(paper, under)
        found.append(Lines(name, contrast.naked, contrast.viewer))
        for who, plane in (("eye", seen(paper)), ("grating", under)):
            picture = np.asarray(np.clip(plane * 255, 0, 255), np.uint8)
            Image.fromarray(picture).save(out / f"page-{page + 1}-{name}-{who}.png")
            pictures.append(picture)
    beside(pictures).save(out / f"page-{page + 1}.png")
    return tuple(found)
