"""Curves as operators of a page's content, in DeviceCMYK and nothing else.

Few operators on purpose: paths, fills, strokes, clips and process colours are all a mark needs,
and the terminal admits no more.

Source: ISO 32000-2 8.4 (graphics state), 8.5 (paths), 8.6.4.4 (DeviceCMYK).
"""

import math
from collections.abc import Iterable

from center.antiforgery.colour import CMYK
from center.antiforgery.letters import outline

Point = tuple[float, float]
_QUARTER = 0.5522847498  # of the radius: a Bezier curve's handle for a quarter of a circle


def colour(cmyk: CMYK) -> str:
    """Fill with it from here on."""
    return "{:.4f} {:.4f} {:.4f} {:.4f} k\n".format(*cmyk)


def pen(cmyk: CMYK, width_pt: float) -> str:
    """Stroke with it from here on."""
    return "{:.4f} {:.4f} {:.4f} {:.4f} K {:.3f} w\n".format(*cmyk, width_pt)


def moved(point: Point) -> str:
    """Begin a path there."""
    return "{:.3f} {:.3f} m\n".format(*point)


def lined(points: Iterable[Point]) -> str:
    """Straight on to each of them."""
    return "".join("{:.3f} {:.3f} l\n".format(*point) for point in points)


def curved(first: Point, second: Point, end: Point) -> str:
    """A Bezier curve."""
    return "{:.3f} {:.3f} {:.3f} {:.3f} {:.3f} {:.3f} c\n".format(*first, *second, *end)


def circle(middle: Point, radius: float, *, backwards: bool = False) -> str:
    """A closed circle; `backwards` cuts a hole into one around it."""
    x, y = middle
    turn = -1 if backwards else 1
    handle = radius * _QUARTER
    path = moved((x + radius, y))
    for quarter in range(4):
        begin, end = (turn * (quarter + step) * math.pi / 2 for step in (0, 1))
        a = (x + radius * math.cos(begin), y + radius * math.sin(begin))
        b = (x + radius * math.cos(end), y + radius * math.sin(end))
        path += curved(
            (a[0] - turn * handle * math.sin(begin), a[1] + turn * handle * math.cos(begin)),
            (b[0] + turn * handle * math.sin(end), b[1] - turn * handle * math.cos(end)),
            b,
        )
    return path + "h\n"


def polyline(points: Iterable[Point]) -> str:
    """An open line through them."""
    first, *rest = points
    return moved(first) + lined(rest)


def character(text: str, middle: Point, size: float) -> str:
    """The outline of one character, its body's middle at `middle`."""
    glyph = outline(text)
    xs = [x for _, points in glyph for x, _ in points]
    ys = [y for _, points in glyph for _, y in points]
    shift = ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)

    def at(point: Point) -> Point:
        return (
            middle[0] + (point[0] - shift[0]) * size,
            middle[1] + (point[1] - shift[1]) * size,
        )

    path, here = "", (0.0, 0.0)
    for name, points in glyph:
        if name == "moveTo":
            here = points[0]
            path += moved(at(here))
        elif name == "lineTo":
            here = points[0]
            path += lined([at(here)])
        elif name == "qCurveTo":
            for control, end in _quadratics(points):
                path += curved(at(_towards(here, control)), at(_towards(end, control)), at(end))
                here = end
        else:
            path += "h\n"
    return path


def _quadratics(points: tuple[Point, ...]) -> Iterable[tuple[Point, Point]]:
    """TrueType's curves: between two handles lies an end that is not written down."""
    *controls, last = points
    for number, control in enumerate(controls):
        if number + 1 < len(controls):
            after = controls[number + 1]
            yield control, ((control[0] + after[0]) / 2, (control[1] + after[1]) / 2)
        else:
            yield control, last


def _towards(end: Point, control: Point) -> Point:
    """The cubic handle of a quadratic one."""
    return end[0] + 2 / 3 * (control[0] - end[0]), end[1] + 2 / 3 * (control[1] - end[1])
