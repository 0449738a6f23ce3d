"""The pantograph: equal on the original, legible on a copy, chosen for the engine."""

import functools

import numpy as np
import pytest

from center.antiforgery.copier import (
    MIXED,
    PHOTO,
    TEXT,
    Copier,
    Engine,
    contrast,
    copied,
    legibility,
    printed,
)
from center.antiforgery.dots import MM, Bits
from center.antiforgery.measure import PATCH, READABLE, VISIBLE, look
from center.antiforgery.pantograph import (
    COARSE_PITCHES,
    DEFAULT_CHOICE,
    LETTER_MM,
    Area,
    camouflage,
    tint,
    words,
)


def test_letters_are_at_least_twenty_millimetres_high() -> None:
    rows = np.flatnonzero(words((PATCH.height, PATCH.width)).any(axis=1))
    runs = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
    tallest = max(len(run) for run in runs)
    assert tallest == round(LETTER_MM * MM)
    assert tallest / MM >= 20


def test_only_whole_dots() -> None:
    """Fine dots are 2 x 2, coarse ones 5 x 5 without corners; there is nothing between."""
    sizes = _sizes(tint(Area(0, 0, 900, 700)))
    whole = sizes.count(4) + sizes.count(21)
    # Where the tints meet, two dots may touch or overlap; nothing is smaller than a whole one.
    assert whole > 0.99 * len(sizes)
    assert sizes.count(21) > 100
    assert {size for size in sizes if size < 21} == {4}


def _sizes(inked: Bits) -> list[int]:
    """Dots of each connected spot, by growing from the upper left one."""
    left = inked.copy()
    sizes = []
    for y, x in np.argwhere(inked):
        if not left[y, x]:
            continue
        spot, waiting = 0, [(y, x)]
        left[y, x] = False
        while waiting:
            at_y, at_x = waiting.pop()
            spot += 1
            for near in ((at_y - 1, at_x), (at_y + 1, at_x), (at_y, at_x - 1), (at_y, at_x + 1)):
                inside = 0 <= near[0] < left.shape[0] and 0 <= near[1] < left.shape[1]
                if inside and left[near]:
                    left[near] = False
                    waiting.append(near)
        sizes.append(spot)
    return sizes


def test_the_camouflage_is_cut_out_of_both_tints() -> None:
    shape = (PATCH.height, PATCH.width)
    white = ~tint(PATCH)
    for where in (words(shape), ~words(shape)):
        lines = camouflage(shape) & where
        # Whole dots are kept or left out by their middle, so a line's edge may be cut into.
        assert white[lines].mean() > 0.97
        assert tint(PATCH)[where & ~lines].mean() > 0.07


@functools.cache
def seen(choice: int, gain: float, copier: Copier | None = None) -> tuple[float, float]:
    return look(choice, Engine(gain), copier, seed=11)


def test_on_the_original_word_and_ground_print_equally_dark() -> None:
    found, reads = seen(DEFAULT_CHOICE, 0.0)
    assert abs(found) < 0.004
    assert abs(reads) < READABLE


@pytest.mark.parametrize("gain", [-0.08, 0.04, 0.2, 0.25])
def test_one_of_the_five_choices_fits_every_engine(gain: float) -> None:
    best = min(abs(seen(choice, gain)[0]) for choice in range(1, len(COARSE_PITCHES) + 1))
    assert best < 0.75 * VISIBLE
    assert best <= abs(seen(DEFAULT_CHOICE, gain)[0])


@pytest.mark.parametrize("quarters", [0, 1, 2])
def test_one_of_the_five_fits_engines_whose_dots_grow_by_quarters_of_a_dot(quarters: int) -> None:
    """No spreading and no light caught, only discs around all that is inked: another model."""
    patch = Area(0, 0, 700, 600)
    inside = words((patch.height, patch.width)).repeat(4, axis=0).repeat(4, axis=1)
    found = []
    for choice in range(1, len(COARSE_PITCHES) + 1):
        grown = _grown(tint(patch, choice).repeat(4, axis=0).repeat(4, axis=1), quarters)
        paper = [1 - 0.95 * grown[where].mean() for where in (inside, ~inside)]
        found.append((paper[1] - paper[0]) / paper[1])
    assert found == sorted(found, reverse=True)
    assert min(abs(one) for one in found) < VISIBLE


def _grown(ink: Bits, radius: int) -> Bits:
    grown = ink.copy()
    reach = range(-radius, radius + 1)
    for down, right in ((y, x) for y in reach for x in reach if y * y + x * x <= radius * radius):
        grown |= np.roll(ink, (down, right), (0, 1))
    return grown


def test_an_engine_that_was_not_calibrated_can_show_the_word() -> None:
    """Why the sheet is needed: with much gain the default stands out."""
    assert abs(seen(DEFAULT_CHOICE, 0.16)[0]) > 2 * VISIBLE


@pytest.mark.parametrize("copier", [Copier(TEXT, 600), Copier(MIXED, 300), Copier(MIXED, 600)])
def test_a_copy_shows_the_word(copier: Copier) -> None:
    found, reads = seen(DEFAULT_CHOICE, 0.0, copier)
    assert found > VISIBLE
    assert reads > READABLE


def test_a_copy_in_photo_mode_does_not() -> None:
    """Where the pantograph fails, and is known to."""
    assert seen(DEFAULT_CHOICE, 0.0, Copier(PHOTO, 600))[0] < VISIBLE


def test_the_copier_keeps_a_plain_picture() -> None:
    """The model itself: black stays black, paper stays paper, in every mode."""
    page = np.zeros((240, 240), np.bool_)
    page[60:180, 60:180] = True
    rng = np.random.default_rng(3)
    original = printed(page, Engine(), rng)
    for mode in (TEXT, MIXED, PHOTO):
        copy = copied(original, Copier(mode, 600), rng)
        assert copy[80:160, 80:160].mean() < 0.15
        assert copy[:40].mean() > 0.85
        assert contrast(copy, page) > 0.8
        assert legibility(copy, page, np.ones_like(copy)) > 0.9


def test_gain_makes_dots_grow() -> None:
    page = tint(Area(0, 0, 400, 400))
    means = [
        printed(page, Engine(gain), np.random.default_rng(1)).mean() for gain in (-0.1, 0, 0.1)
    ]
    assert means[0] > means[1] > means[2]
