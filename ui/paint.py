"""Pages to pixels with pygame. Whole screens, no dirty rectangles.

pygame draws no smooth corners, so rounded shapes and drawings are made four times too large and
scaled down, then kept. Texts are kept too, and thrown away when a visit ends: one may be a name.
"""

import io
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from ui.boxes import Page, Picture, Rect, Shape, Target, Veil, Words
from ui.lean import pygame
from ui.pictures import ART, Area, Art, Disc, Mark, Slab, Stroke
from ui.theme import Palette, Rgb

_OVERSAMPLE = 4
_TEXTS_KEPT = 400
_TILES_KEPT = 600

_ALIASES: dict[str, str] = {
    "ground_of_art": "surface", "bang": "on_sign", "on_art": "on_paper", "on_accent": "on_brand",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Marks:
    """What the hand does just now: the target it presses, the one the keypad stands on."""

    pressed: Target | None = None
    focus: Target | None = None


class Kept:
    """A cache that drops what was used longest ago."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: OrderedDict[object, pygame.Surface] = OrderedDict()

    def get(self, key: object, make: Callable[[], pygame.Surface]) -> pygame.Surface:
        """The surface of the key, made if it is not there."""
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = make()
            if len(self._kept) > self._limit:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return found

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()

    def __len__(self) -> int:
        return len(self._kept)


class Painter:
    """Paints pages on any surface. One a process; not thread-safe."""

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self._paths = paths
        self._fonts: dict[tuple[str, int], pygame.font.Font] = {}
        self.texts = Kept(_TEXTS_KEPT)
        self._tiles = Kept(_TILES_KEPT)
        pygame.font.init()

    def paint(
        self, surface: pygame.Surface, page: Page, palette: Palette, marks: Marks | None = None
    ) -> None:
        """Paint the whole page."""
        shown = marks or Marks()
        surface.fill(_colour(palette, page.ground))
        for item in page.items:
            match item:
                case Shape():
                    self._shape(surface, item, palette)
                case Words():
                    self._words(surface, item, palette)
                case Picture():
                    self._picture(surface, item, palette)
                case Veil():
                    self._veil(surface, item, palette)
        for target in page.targets:
            self._marks(surface, target, palette, shown)

    def picture(self, page: Page, palette: Palette) -> pygame.Surface:
        """The page on a surface of its own, off screen."""
        surface = pygame.Surface((page.width, page.height), depth=32)
        self.paint(surface, page, palette)
        return surface

    def forget(self) -> None:
        """Drop every text drawn so far."""
        self.texts.clear()

    def font(self, face: str, px: int) -> pygame.font.Font:
        """The font of a face at a size; opened once."""
        key = (face, px)
        if key not in self._fonts:
            self._fonts[key] = pygame.font.Font(str(self._paths[face]), px)
        return self._fonts[key]

    def _words(self, surface: pygame.Surface, words: Words, palette: Palette) -> None:
        x = words.x
        colour = _colour(palette, words.role)
        for run in words.runs:
            font = self.font(run.face, run.px)
            drawn = self.texts.get(
                (run.face, run.px, run.text, colour),
                lambda font=font, run=run: font.render(run.text, True, colour),  # type: ignore[misc]  # noqa: FBT003
            )
            surface.blit(drawn, (x, words.baseline - font.get_ascent()))
            x += run.width

    def _shape(self, surface: pygame.Surface, shape: Shape, palette: Palette) -> None:
        fill = _colour(palette, shape.fill) if shape.fill else None
        edge = _colour(palette, shape.edge) if shape.edge else None
        if shape.radius <= 1 and edge is None:
            if fill is not None:
                surface.fill(fill, _area(shape.rect))
            return
        key = (shape.radius, shape.edge_px, fill, edge)
        tile = self._tiles.get(key, lambda: _corner_tile(shape.radius, shape.edge_px, fill, edge))
        _nine_patch(surface, shape, tile, (fill, edge))

    def _picture(self, surface: pygame.Surface, picture: Picture, palette: Palette) -> None:
        art = ART[picture.name]
        scale = min(picture.rect.w / art.width, picture.rect.h / art.height)
        key = (picture.name, picture.ink, round(scale * 1000), id(palette))
        drawn = self._tiles.get(key, lambda: _draw_art(art, scale, _inks(palette, picture.ink)))
        x, y = picture.rect.middle
        place = (x - drawn.get_width() // 2, y - drawn.get_height() // 2)
        surface.blit(drawn, place, special_flags=pygame.BLEND_PREMULTIPLIED)

    def _veil(self, surface: pygame.Surface, veil: Veil, palette: Palette) -> None:
        dim = pygame.Surface((veil.rect.w, veil.rect.h))
        dim.fill(_colour(palette, "veil"))
        dim.set_alpha(150)
        surface.blit(dim, (veil.rect.x, veil.rect.y))

    def _marks(
        self, surface: pygame.Surface, target: Target, palette: Palette, marks: Marks
    ) -> None:
        ring = target.ring or target.rect
        if target == marks.pressed and not target.quiet:
            dim = pygame.Surface((ring.w, ring.h), pygame.SRCALPHA)
            dim.fill((0, 0, 0, 0))
            pygame.draw.rect(
                dim, (*_colour(palette, "veil"), 70), dim.get_rect(), border_radius=target.radius
            )
            surface.blit(dim, (ring.x, ring.y))
        if target == marks.focus:
            wide = max(4, target.radius // 3)
            around = ring.inset(-wide - 2)
            radius = target.radius + wide + 2
            self._shape(surface, Shape(around, "", "focus", wide, radius), palette)


def png_bytes(surface: pygame.Surface) -> bytes:
    """The picture as PNG."""
    kept = io.BytesIO()
    pygame.image.save(surface, kept, "picture.png")
    return kept.getvalue()


def _colour(palette: Palette, role: str) -> Rgb:
    if role == "veil":
        return palette.veil
    return getattr(palette, role)  # type: ignore[no-any-return]


def _inks(palette: Palette, ink: str) -> Callable[[str], Rgb]:
    """The colours of a drawing; `ink` is the caller's, the rest comes from the palette."""

    def colour(role: str) -> Rgb:
        name = ink if role == "ink" else _ALIASES.get(role, role)
        return _colour(palette, name)

    return colour


def _area(rect: Rect) -> pygame.Rect:
    return pygame.Rect(rect.x, rect.y, rect.w, rect.h)


def _corner_tile(radius: int, edge_px: int, fill: Rgb | None, edge: Rgb | None) -> pygame.Surface:
    """A rounded square with one straight pixel row between its corners, premultiplied."""
    reach = max(radius, edge_px, 1)
    side = 2 * reach + 2
    large = pygame.Surface((side * _OVERSAMPLE, side * _OVERSAMPLE), pygame.SRCALPHA)
    whole = large.get_rect()
    if edge is not None:
        pygame.draw.rect(large, edge, whole, border_radius=radius * _OVERSAMPLE)
    if fill is not None or edge is not None:
        inner = whole.inflate(-2 * edge_px * _OVERSAMPLE, -2 * edge_px * _OVERSAMPLE)
        inside = max(0, radius - edge_px) * _OVERSAMPLE
        colour = (*fill, 255) if fill is not None else (0, 0, 0, 0)
        pygame.draw.rect(large, colour, inner, border_radius=inside)
    return pygame.transform.smoothscale(large.premul_alpha(), (side, side))


def _nine_patch(
    surface: pygame.Surface,
    shape: Shape,
    tile: pygame.Surface,
    colours: tuple[Rgb | None, Rgb | None],
) -> None:
    """Corners from the tile, straight parts filled."""
    rect, reach = shape.rect, tile.get_width() // 2 - 1
    fill, edge = colours
    right, bottom = rect.right - reach, rect.bottom - reach
    far = reach + 2
    for x, from_x in ((rect.x, 0), (right, far)):
        for y, from_y in ((rect.y, 0), (bottom, far)):
            part = pygame.Rect(from_x, from_y, reach, reach)
            surface.blit(tile, (x, y), part, special_flags=pygame.BLEND_PREMULTIPLIED)
    wide, tall = rect.w - 2 * reach, rect.h - 2 * reach
    if fill is not None:
        surface.fill(fill, pygame.Rect(rect.x + reach, rect.y, wide, rect.h))
        surface.fill(fill, pygame.Rect(rect.x, rect.y + reach, rect.w, tall))
    if edge is not None:
        _edges(surface, shape, reach, edge)


def _edges(surface: pygame.Surface, shape: Shape, reach: int, edge: Rgb) -> None:
    rect, thick = shape.rect, shape.edge_px
    dash = 3 * thick if shape.dashed else 0
    for y in (rect.y, rect.bottom - thick):
        for x, length in _strokes(rect.x + reach, rect.w - 2 * reach, dash):
            surface.fill(edge, pygame.Rect(x, y, length, thick))
    for x in (rect.x, rect.right - thick):
        for y, length in _strokes(rect.y + reach, rect.h - 2 * reach, dash):
            surface.fill(edge, pygame.Rect(x, y, thick, length))


def _strokes(start: int, length: int, dash: int) -> list[tuple[int, int]]:
    """One stroke, or dashes with gaps of their own length."""
    if not dash:
        return [(start, length)]
    return [(start + i, min(dash, length - i)) for i in range(0, length, 2 * dash)]


def _draw_art(art: Art, scale: float, colour: Callable[[str], Rgb]) -> pygame.Surface:
    """The drawing, smooth at the edges, premultiplied."""
    size = max(1, round(art.width * scale)), max(1, round(art.height * scale))
    large = pygame.Surface((size[0] * _OVERSAMPLE, size[1] * _OVERSAMPLE), pygame.SRCALPHA)
    factor = scale * _OVERSAMPLE
    for mark in art.marks:
        _draw_mark(large, mark, factor, colour)
    return pygame.transform.smoothscale(large.premul_alpha(), size)


def _draw_mark(
    surface: pygame.Surface, mark: Mark, factor: float, colour: Callable[[str], Rgb]
) -> None:
    match mark:
        case Slab():
            _draw_slab(surface, mark, factor, colour)
        case Disc():
            centre = (mark.x * factor, mark.y * factor)
            if mark.fill:
                pygame.draw.circle(surface, colour(mark.fill), centre, mark.radius * factor)
            if mark.edge:
                width = max(1, round(mark.edge_w * factor))
                radius = mark.radius * factor
                pygame.draw.circle(surface, colour(mark.edge), centre, radius, width)
        case Stroke():
            points = [(x * factor, y * factor) for x, y in mark.points]
            _draw_stroke(surface, colour(mark.colour), points, mark.width * factor)
        case Area():
            points = [(x * factor, y * factor) for x, y in mark.points]
            pygame.draw.polygon(surface, colour(mark.fill), points)


def _draw_slab(
    surface: pygame.Surface, slab: Slab, factor: float, colour: Callable[[str], Rgb]
) -> None:
    left, top = round(slab.x * factor), round(slab.y * factor)
    right, bottom = round((slab.x + slab.w) * factor), round((slab.y + slab.h) * factor)
    rect = pygame.Rect(left, top, right - left, bottom - top)
    radius = round(slab.radius * factor)
    foot = radius if slab.round_foot else 0
    corners = {"border_bottom_left_radius": foot, "border_bottom_right_radius": foot}
    if slab.fill:
        pygame.draw.rect(surface, colour(slab.fill), rect, 0, radius, **corners)
    if slab.edge:
        width = max(1, round(slab.edge_w * factor))
        pygame.draw.rect(surface, colour(slab.edge), rect, width, radius, **corners)


def _draw_stroke(
    surface: pygame.Surface, colour: Rgb, points: list[tuple[float, float]], width: float
) -> None:
    """pygame's own thick lines have slanted ends; a polygon and discs have not."""
    half = width / 2
    for (x1, y1), (x2, y2) in pairwise(points):
        way = pygame.Vector2(x2 - x1, y2 - y1)
        if way.length() > 0:
            side = way.normalize().rotate(90) * half
            corners = [
                (x1 + side.x, y1 + side.y), (x2 + side.x, y2 + side.y),
                (x2 - side.x, y2 - side.y), (x1 - side.x, y1 - side.y),
            ]  # fmt: skip
            pygame.draw.polygon(surface, colour, corners)
    for x, y in points:
        pygame.draw.circle(surface, colour, (x, y), half)
