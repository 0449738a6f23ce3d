"""Where lines and fills leave ink, as boxes, and whether any of it lies on text. Pure.

A box never says less than what is painted: a curve lies among its control points, a line reaches
half its width to each side, and a corner as far as its miter does. So boxes that are apart mean
ink that is apart, for every renderer.

Source: ISO 32000-2 8.4.3.5 (miter limit), 8.5.2 (path construction), 8.5.3 (painting).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from crypto.errors import CheckFailed
from kiosk.document.skeleton import COMPLEX, FORBIDDEN

Point = tuple[float, float]
Corners = tuple[float, float, float, float]
"""Left, low, right, high."""

PAINTED_MAX = 4000
"""Lines and fills of a page; a household's sheet with its seal and tally mark has three hundred."""
_THINNEST_PT = 0.5
"""A width of 0 is the thinnest line the device has."""
_MITER_LIMIT = 10.0
"""Nothing here can choose another one than the default."""
_BLUNT = 2**0.5
"""Of a corner that turns by a right angle or less."""


@dataclass
class Path:
    """A path while it is built."""

    boxes: list[Corners] = field(default_factory=list)
    sharp: bool = False
    """Whether it turns by more than a right angle anywhere."""
    _begun: Point = (0.0, 0.0)
    _here: Point = (0.0, 0.0)
    _way: Point | None = None
    _first_way: Point | None = None

    def move(self, to: Point) -> None:
        """Begin a part of its own."""
        self._begun = self._here = to
        self._way = self._first_way = None

    def go(self, *points: Point) -> None:
        """A line to one point, or a curve by its control points to the last."""
        self.boxes.append(around((self._here, *points)))
        for point in points:
            self._turn((point[0] - self._here[0], point[1] - self._here[1]))
            self._here = point

    def close(self) -> None:
        """Back to where this part began."""
        if self._here != self._begun:
            self.go(self._begun)
        if self._first_way is not None:
            self._turn(self._first_way)

    def rectangle(self, x: float, y: float, width: float, height: float) -> None:
        """Four sides."""
        self.move((x, y))
        for corner in ((x + width, y), (x + width, y + height), (x, y + height), (x, y)):
            self.boxes.append(around((self._here, corner)))
            self._here = corner

    def stroked(self, width: float) -> list[Corners]:
        """What its lines cover, line by line."""
        width = max(width, _THINNEST_PT)
        reach = width / 2 * (_MITER_LIMIT if self.sharp else _BLUNT)
        return [
            (left - reach, low - reach, right + reach, high + reach)
            for left, low, right, high in self.boxes
        ]

    def filled(self, width: float) -> list[Corners]:
        """What it covers when it is filled and its lines are drawn as well."""
        return [whole(self.stroked(width))] if self.boxes else []

    def _turn(self, way: Point) -> None:
        if way == (0.0, 0.0):
            return
        if self._way is not None:
            self.sharp |= self._way[0] * way[0] + self._way[1] * way[1] < 0
        self._first_way = self._first_way or way
        self._way = way


def around(points: Iterable[Point]) -> Corners:
    """The box around points."""
    across, up = zip(*points, strict=True)
    return min(across), min(up), max(across), max(up)


def whole(boxes: Iterable[Corners]) -> Corners:
    """The box around boxes."""
    left, low, right, high = zip(*boxes, strict=True)
    return min(left), min(low), max(right), max(high)


def touch(one: Corners, other: Corners) -> bool:
    """Whether two boxes share more than an edge."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def check_apart(texts: Sequence[Corners], painted: Sequence[Corners]) -> None:
    """No text touches other text, and nothing painted touches any.

    Raises CheckFailed `document.forbidden_content`, `document.too_complex`.
    """
    if len(painted) > PAINTED_MAX:
        raise CheckFailed(COMPLEX, "too many lines and fills")
    if any(touch(box, text) for text in texts for box in painted):
        raise CheckFailed(FORBIDDEN, "something is painted over text")
    upwards = sorted(texts, key=lambda box: box[1])
    for at, box in enumerate(upwards):
        for other in upwards[at + 1 :]:
            if other[1] >= box[3]:
                break
            if touch(box, other):
                raise CheckFailed(FORBIDDEN, "text that touches other text")
