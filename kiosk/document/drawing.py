"""What a page may paint, operator by operator, and the text that is visibly on it.

A certificate is dark text and thin lines in one orientation, and filled outlines (the seal) that
touch no text. Nothing can be drawn unseen: no rendering mode, no clipping, no light colour, no
place off the page, no transformation. So the runs that come out are what stands on the paper.
Child process only.

Source: ISO 32000-2 Annex A (operators), 8.4.4, 8.5 (paths), 9.3 and 9.4 (text).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pikepdf

from crypto.errors import CheckFailed
from kiosk.document.glyphs import Face
from kiosk.document.shapes import A4_PT
from kiosk.document.skeleton import COMPLEX, FORBIDDEN

OPERATORS_MAX = 20_000
"""On one page of a certificate; a household of four takes fifteen hundred."""
SAVED_MAX = 16
SIZE_PT = (4.0, 40.0)
NARROWEST_PERCENT, WIDEST_PERCENT = 50.0, 110.0
LINE_PT_MAX = 3.0
"""A thicker line could cover what it crosses."""
DARKEST, LIGHTEST = 0.0, 0.35
"""Of grey: what is lighter might not be seen."""
_IDENTITY = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_ASCENT, _DESCENT = 0.9, 0.15
"""Of the size: the box of a character above and below its line."""

Numbers = tuple[float, ...]
Corners = tuple[float, float, float, float]
"""Left, low, right, high."""


@dataclass(frozen=True, slots=True)
class Run:
    """One string as it was drawn. Points from the lower left corner."""

    page: int
    text: str = field(repr=False)
    x: float
    y: float
    width: float
    size: float

    @property
    def box(self) -> Corners:
        """Where its characters stand."""
        low, high = self.y - _DESCENT * self.size, self.y + _ASCENT * self.size
        return self.x, low, self.x + self.width, high


@dataclass
class _Pen:
    """The graphics state, as far as certificates have one."""

    face: Face | None = None
    size: float = 0.0
    narrow: float = 1.0
    at: tuple[float, float] | None = None
    in_text: bool = False
    saved: int = 0
    points: list[tuple[float, float]] = field(default_factory=list)


@dataclass
class _Page:
    """One page while it is read."""

    number: int
    faces: Mapping[str, Face]
    runs: list[Run] = field(default_factory=list)
    filled: list[Corners] = field(default_factory=list)
    pen: _Pen = field(default_factory=_Pen)


def read_page(page: Any, number: int, faces: Mapping[str, Face]) -> list[Run]:
    """The runs of a certificate's page, in the order they are drawn.

    Raises CheckFailed `document.forbidden_content`, `document.too_complex`.
    """
    state = _Page(number, faces)
    for operator, operands in _instructions(page.Contents, OPERATORS_MAX):
        count, act = _CERTIFICATE.get(operator, _UNKNOWN)
        if act is None or len(operands) != count:
            raise CheckFailed(FORBIDDEN, "an operator that a certificate does not need")
        act(state, operands)
    if state.pen.saved or state.pen.in_text:
        raise CheckFailed(FORBIDDEN, "a page that does not end as it began")
    for box in state.filled:
        if any(_touch(box, run.box) for run in state.runs):
            raise CheckFailed(FORBIDDEN, "something is painted over text")
    return state.runs


def _instructions(drawn: Any, most: int) -> list[tuple[str, list[Any]]]:
    """Operators and operands; an inline image is one that the table does not allow."""
    found = pikepdf.parse_content_stream(drawn)
    if len(found) > most:
        raise CheckFailed(COMPLEX, "too many operators")
    return [(str(one.operator), list(one.operands)) for one in found]


def _touch(one: Corners, other: Corners) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


# --- what each operator of a certificate may do ---------------------------------------------


def _numbers(operands: list[Any]) -> Numbers:
    if not all(type(one) is int or isinstance(one, Decimal) for one in operands):
        raise CheckFailed(FORBIDDEN, "something in a number's place")
    return tuple(float(one) for one in operands)


def _within(low: float, value: float, high: float) -> None:
    if not low <= value <= high:
        raise CheckFailed(FORBIDDEN, "too large, too small, too light or off the page")


def _nothing(_page: _Page, operands: list[Any]) -> None:
    _numbers(operands)


def _next_line(page: _Page, _operands: list[Any]) -> None:
    page.pen.at = None


def _save(page: _Page, _operands: list[Any]) -> None:
    page.pen.saved += 1
    _within(0, page.pen.saved, SAVED_MAX)


def _restore(page: _Page, _operands: list[Any]) -> None:
    page.pen.saved -= 1
    _within(0, page.pen.saved, SAVED_MAX)


def _transform(_page: _Page, operands: list[Any]) -> None:
    if _numbers(operands) != _IDENTITY:
        raise CheckFailed(FORBIDDEN, "a certificate is drawn straight")


def _line_width(_page: _Page, operands: list[Any]) -> None:
    _within(0, _numbers(operands)[0], LINE_PT_MAX)


def _grey(_page: _Page, operands: list[Any]) -> None:
    _within(DARKEST, _numbers(operands)[0], LIGHTEST)


def _to(page: _Page, operands: list[Any]) -> None:
    """Any operator whose operands are points; a curve lies among its control points."""
    numbers = _numbers(operands)
    page.pen.points += zip(numbers[::2], numbers[1::2], strict=True)


def _rectangle(page: _Page, operands: list[Any]) -> None:
    x, y, width, height = _numbers(operands)
    page.pen.points += [(x, y), (x + width, y + height)]


def _drop(page: _Page, _operands: list[Any]) -> None:
    """Painted as lines, or not at all."""
    page.pen.points.clear()


def _fill(page: _Page, _operands: list[Any]) -> None:
    if page.pen.points:
        across, up = zip(*page.pen.points, strict=True)
        page.filled.append((min(across), min(up), max(across), max(up)))
    page.pen.points.clear()


def _begin_text(page: _Page, _operands: list[Any]) -> None:
    """Font and place are chosen anew; a saved state would bring others back at its end."""
    pen = page.pen
    if pen.in_text or pen.saved:
        raise CheckFailed(FORBIDDEN, "text within text, or within a saved state")
    pen.in_text, pen.at, pen.face = True, None, None


def _end_text(page: _Page, _operands: list[Any]) -> None:
    if not page.pen.in_text:
        raise CheckFailed(FORBIDDEN, "text that ends without having begun")
    page.pen.in_text = False


def _font(page: _Page, operands: list[Any]) -> None:
    page.pen.face = page.faces[str(operands[0])]
    (size,) = _numbers(operands[1:])
    _within(SIZE_PT[0], size, SIZE_PT[1])
    page.pen.size = size


def _place(page: _Page, operands: list[Any]) -> None:
    numbers = _numbers(operands)
    if numbers[:4] != _IDENTITY[:4]:
        raise CheckFailed(FORBIDDEN, "a certificate's text stands straight")
    _within(0, numbers[4], A4_PT[0])
    _within(0, numbers[5], A4_PT[1])
    page.pen.at = numbers[4], numbers[5]


def _narrow(page: _Page, operands: list[Any]) -> None:
    (percent,) = _numbers(operands)
    _within(NARROWEST_PERCENT, percent, WIDEST_PERCENT)
    page.pen.narrow = percent / 100


def _show(page: _Page, operands: list[Any]) -> None:
    pen = page.pen
    if not pen.in_text or pen.face is None or pen.at is None:
        raise CheckFailed(FORBIDDEN, "text without font or place")
    codes = bytes(operands[0])
    if not codes or not pen.face.texts.keys() >= set(codes):
        raise CheckFailed(FORBIDDEN, "a character that means nothing")
    width = sum(pen.face.widths[code] for code in codes) * pen.size * pen.narrow
    (x, y), pen.at = pen.at, None  # The next string needs a place of its own.
    _within(0, x + width, A4_PT[0])
    text = "".join(pen.face.texts[code] for code in codes)
    page.runs.append(Run(page.number, text, x, y, width, pen.size))


_Act = Callable[[_Page, list[Any]], None]
_UNKNOWN: tuple[int, _Act | None] = (0, None)
_CERTIFICATE: dict[str, tuple[int, _Act | None]] = {
    "q": (0, _save), "Q": (0, _restore), "cm": (6, _transform), "w": (1, _line_width),
    "g": (1, _grey), "G": (1, _grey),
    "m": (2, _to), "l": (2, _to), "c": (6, _to), "re": (4, _rectangle), "h": (0, _nothing),
    "n": (0, _drop), "S": (0, _drop), "B*": (0, _fill), "f": (0, _fill), "f*": (0, _fill),
    "BT": (0, _begin_text), "ET": (0, _end_text), "Tf": (2, _font), "Tm": (6, _place),
    "Tz": (1, _narrow), "TL": (1, _nothing), "Tj": (1, _show), "T*": (0, _next_line),
}  # fmt: skip
"""Operator -> number of operands and what it does."""
