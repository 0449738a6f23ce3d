"""Figures of the marks on the model of printing and copying: how much is seen, before and after."""

import functools
from dataclasses import dataclass

import numpy as np

from center.antiforgery import colour, screen
from center.antiforgery.copier import (
    MIXED,
    PHOTO,
    TEXT,
    Copier,
    Engine,
    Plane,
    blurred,
    contrast,
    copied,
    legibility,
    printed,
    seen,
)
from center.antiforgery.dots import Bits
from center.antiforgery.emblem import HIDDEN
from center.antiforgery.pantograph import FINE, FINE_PITCH, Area, camouflage, set_dots, tint, words

PATCH = Area(0, 0, 1500, 700)
"""A word and its surroundings."""
VISIBLE = 0.02
"""Contrast from which a solid area stands out."""
READABLE = 0.4
COPIERS = tuple(Copier(mode, dpi) for mode in (TEXT, MIXED, PHOTO) for dpi in (300, 600, 1200))


def look(choice: int, engine: Engine, copier: Copier | None, seed: int) -> tuple[float, float]:
    """Contrast and legibility of the word, on the original or on a copy."""
    letters = words((PATCH.height, PATCH.width))
    page = on_paper(tint(PATCH, choice), engine, copier, seed)
    return contrast(page, letters), legibility(page, letters, _without(engine, copier, seed + 1))


@functools.lru_cache(maxsize=4)
def _without(engine: Engine, copier: Copier | None, seed: int) -> Plane:
    """The ground alone: the same for every choice."""
    plain = np.zeros((PATCH.height, PATCH.width), np.bool_)
    set_dots(plain, ~camouflage(plain.shape), FINE_PITCH, FINE)
    return on_paper(plain, engine, copier, seed)


def on_paper(ink: Bits, engine: Engine, copier: Copier | None, seed: int) -> Plane:
    """`ink` printed, and copied where there is a copier."""
    rng = np.random.default_rng(seed)
    page = printed(ink, engine, rng)
    return page if copier is None else copied(page, copier, rng)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two recipes of one colour."""

    name: str
    black: colour.CMYK
    partner: colour.CMYK
    visible: float
    """CIE 1976 difference where the engine prints as it should."""
    drifted: tuple[float, float]
    """Mean difference where cyan, magenta and yellow each are off by 2 and by 5 per cent."""
    infrared: float
    """Contrast to an infra-red camera."""
    copied: float
    """What of it is left on a colour copy."""


def pairs() -> tuple[Pair, ...]:
    """The colours of the emblem."""
    return tuple(_pair(part, recipe) for part, recipe in HIDDEN.items())


def _pair(name: str, black: colour.CMYK) -> Pair:
    partner = colour.without_black(black)
    both = colour.visible(np.array([black, partner]))
    copy = colour.infrared(colour.separated(both))
    return Pair(
        name,
        black,
        partner,
        colour.difference(black, partner),
        (_drift(black, partner, 0.02), _drift(black, partner, 0.05)),
        _contrast(*colour.infrared(np.array([black, partner]))),
        _contrast(*copy),
    )


def _contrast(dark: float, light: float) -> float:
    return float((light - dark) / light)


def _drift(black: colour.CMYK, partner: colour.CMYK, share: float) -> float:
    """Both recipes on an engine whose colours are off, over every sign of the three."""
    signs = np.array(np.meshgrid(*[(-1, 1)] * 3)).reshape(3, -1).T * share
    factors = np.concatenate([1 + signs, np.ones((len(signs), 1))], axis=1)
    one, other = (colour.visible(np.array(recipe) * factors) for recipe in (black, partner))
    return float(np.linalg.norm(one - other, axis=-1).mean())


@dataclass(frozen=True, slots=True)
class ScreenSeen:
    """What of the line screen's hidden character is seen, as contrast."""

    naked: float
    viewer: float


def screen_seen(copier: Copier | None, seed: int, lines: Bits | None = None) -> ScreenSeen:
    """The line screen to an eye and under its grating, on the original or on a copy.

    `lines` are the dots of a print file, if not those that are meant.
    """
    page = on_paper(screen.screen() if lines is None else lines, Engine(), copier, seed)
    return screen_contrast(page, screen_under(page))


def screen_under(page: Plane) -> Plane:
    """`page` under the grating, laid so that most is seen."""
    under = [
        blurred(np.where(screen.grating(page.shape, shift), 0, page).astype(np.float32), 4.0)
        for shift in range(screen.PERIOD)
    ]
    return max(under, key=lambda one: abs(screen_contrast(page, one).viewer))


def screen_contrast(page: Plane, under: Plane) -> ScreenSeen:
    """What of the character is seen on a page, and on the same page under the grating."""
    size = len(page)
    y, x = np.mgrid[0:size, 0:size]
    ground = np.hypot(x - size / 2, y - size / 2) < size / 2 - 30
    character = screen.hidden(size)
    around = ground & ~character
    return ScreenSeen(_apart(seen(page), character, around), _apart(under, character, around))


def _apart(page: Plane, character: Bits, around: Bits) -> float:
    ground = page[around].mean()
    return float((ground - page[character].mean()) / ground)
