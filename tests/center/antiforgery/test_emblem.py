"""The emblem: a blossom for the eye, 証 for an infra-red camera, nothing hidden on a copy."""

import functools
import io
from typing import Any

import numpy as np
import pikepdf
import pytest
from numpy.typing import NDArray

from center.antiforgery import colour
from center.antiforgery.back import EMBLEM_PT, emblem_room
from center.antiforgery.copier import MIXED, PHOTO, TEXT, Copier
from center.antiforgery.emblem import HIDDEN, RADIUS, blossom, emblem
from center.antiforgery.measure import ScreenSeen, pairs, screen_seen
from center.antiforgery.screen import PERIOD, hidden, screen
from center.antiforgery.views import copy_of, infrared_view, visible_view
from tests.center.antiforgery.renderers import ghostscript_inks

DPI = 150
Inks = NDArray[Any]


def drawn(content: bytes) -> bytes:
    pdf = pikepdf.new()
    left, low, right, high = emblem_room()
    pdf.add_blank_page(page_size=(right - left, high - low))
    pdf.pages[0].MediaBox = pikepdf.Array(emblem_room())
    pdf.pages[0].Contents = pikepdf.Stream(pdf, content)
    made = io.BytesIO()
    pdf.save(made)
    return made.getvalue()


@pytest.fixture(scope="module")
def inks() -> Inks:
    return ghostscript_inks(drawn(emblem(*EMBLEM_PT)), 0, DPI) / 255.0


def places(shape: tuple[int, int]) -> tuple[Inks, Inks]:
    """Where the ring lies, and the ground between it and the edge; by radius in points."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    away = np.hypot(x - shape[1] / 2, y - shape[0] / 2) * 72 / DPI
    return (away > 42) & (away < 46), (away > 49) & (away < RADIUS - 3)


@functools.cache
def screen_on(copier: Copier | None) -> ScreenSeen:
    """What is seen of the line screen there."""
    return screen_seen(copier, seed=4)


class TestPair:
    def test_both_recipes_are_one_colour_to_an_eye(self) -> None:
        for pair in pairs():
            assert pair.visible < 0.05
            assert pair.drifted[0] < 1.0
            assert pair.drifted[1] < 2.0

    def test_and_two_to_a_camera(self) -> None:
        for pair in pairs():
            assert pair.infrared > 0.2
            assert abs(pair.copied) < 0.01

    def test_black_is_where_the_service_s_own_mark_has_it(self) -> None:
        assert {recipe[3] for recipe in HIDDEN.values()} == {0.30}
        for pair in pairs():
            assert pair.partner[3] == 0

    def test_a_colour_that_needs_black_has_no_partner(self) -> None:
        with pytest.raises(ValueError, match="No recipe"):
            colour.without_black((0.9, 0.9, 0.9, 1.0))

    def test_the_model_knows_paper_and_solids(self) -> None:
        solids = {(0, 0, 0, 0): (95, 0, -2), (1, 0, 0, 0): (55, -37, -50), (0, 0, 0, 1): (16, 0, 0)}
        for recipe, lab in solids.items():
            assert colour.visible(recipe) == pytest.approx(lab, abs=0.01)  # type: ignore[arg-type]

    def test_screen_colours(self) -> None:
        assert tuple(colour.to_srgb(np.array([100.0, 0, 0]))) == (255, 255, 255)
        assert tuple(colour.to_srgb(np.array([0.0, 0, 0]))) == (0, 0, 0)


class TestViews:
    def test_the_eye_sees_no_ring(self, inks: Inks) -> None:
        """Each colour printed with black is there without it too, in the bytes of the file."""
        kinds = np.unique(inks.reshape(-1, 4), axis=0)
        with_black, bare = kinds[kinds[:, 3] > 0], kinds[kinds[:, 3] == 0]
        assert len(with_black) == len(HIDDEN)
        for recipe in with_black:
            apart = np.linalg.norm(colour.visible(bare) - colour.visible(recipe), axis=-1)
            assert apart.min() < 1.0

    def test_the_camera_does(self, inks: Inks) -> None:
        ring, around = places(inks.shape[:2])
        heat = infrared_view(inks) / 255.0
        assert 1 - heat[ring].mean() / heat[around].mean() > 0.2

    def test_the_blossom_vanishes_under_the_camera(self, inks: Inks) -> None:
        outside = places(inks.shape[:2])[1]
        seen, heat = visible_view(inks).astype(float).mean(axis=-1), infrared_view(inks)
        assert seen[outside].std() > 15
        assert heat[outside].std() < 6

    def test_a_copy_has_the_blossom_and_nothing_hidden(self, inks: Inks) -> None:
        copy = copy_of(inks, DPI, np.random.default_rng(5))
        ring, around = places(inks.shape[:2])
        heat = infrared_view(copy) / 255.0
        assert abs(1 - heat[ring].mean() / heat[around].mean()) < 0.06
        assert visible_view(copy).astype(float).mean(axis=-1)[around].std() > 12


class TestDrawing:
    def test_process_colours_and_paths_only(self) -> None:
        allowed = {"q", "Q", "cm", "m", "l", "c", "h", "f", "S", "W", "n", "k", "K", "w"}
        for content in (emblem(*EMBLEM_PT), blossom(*EMBLEM_PT)):
            with pikepdf.open(io.BytesIO(drawn(content))) as pdf:
                used = {str(one.operator) for one in pikepdf.parse_content_stream(pdf.pages[0])}
            assert used <= allowed

    def test_only_the_hidden_part_has_black(self, inks: Inks) -> None:
        y, x = np.mgrid[0 : inks.shape[0], 0 : inks.shape[1]]
        away = np.hypot(x - inks.shape[1] / 2, y - inks.shape[0] / 2) * 72 / DPI
        assert inks[..., 3][away > 48].max() == 0
        assert inks[..., 3].max() == pytest.approx(0.30, abs=0.01)
        assert not (ghostscript_inks(drawn(blossom(*EMBLEM_PT)), 0, DPI)[..., 3]).any()


class TestLineScreen:
    def test_a_line_screen_of_150_to_the_inch(self) -> None:
        assert PERIOD * 150 == 600
        lines = screen()
        character = hidden(len(lines))
        around = ~character & screen()
        # The same share of black inside and outside: an eye sees one grey.
        y, x = np.mgrid[0 : len(lines), 0 : len(lines)]
        ground = np.hypot(x - len(lines) / 2, y - len(lines) / 2) < len(lines) / 2 - 30
        inside = lines[character].mean()
        assert around.any()
        assert inside == pytest.approx(lines[ground & ~character].mean(), rel=0.01)

    def test_seen_under_the_grating_and_not_without(self) -> None:
        original = screen_on(None)
        assert abs(original.naked) < 0.005
        assert abs(original.viewer) > 0.1

    @pytest.mark.parametrize("mode", [TEXT, MIXED])
    def test_most_of_it_is_lost_on_a_copy_of_another_size(self, mode: str) -> None:
        """Copies come out larger or smaller by some thousandths; then the grating fits no more."""
        original = abs(screen_on(None).viewer)
        assert abs(screen_on(Copier(mode, 600, 0.004)).viewer) < original / 4

    def test_a_copy_of_the_very_size_keeps_it(self) -> None:
        """Why this variant only stands in: said on the page that explains it."""
        original = abs(screen_on(None).viewer)
        assert abs(screen_on(Copier(TEXT, 600)).viewer) > original / 2
        assert abs(screen_on(Copier(PHOTO, 600)).viewer) > original / 4
