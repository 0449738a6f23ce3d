"""What a page may paint, operator by operator, and the text that is visibly on it.

A certificate is dark text and thin lines in one orientation, and filled outlines (the seal) that
touch no text. Nothing can be drawn unseen: no rendering mode, no clipping, no light colour, no
place off the page, no transformation. So the runs that come out are what stands on the paper.
Child process only.

Source: ISO 32000-2 Annex A (operators), 8.4.4, 8.5 (paths), 9.3 and 9.4 (text).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from crypto.errors import CheckFailed
from kiosk.document.glyphs import Face
from kiosk.document.operators import Operand, grammar
from kiosk.document.shapes import A4_PT
from kiosk.document.skeleton import FORBIDDEN

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


def read_page(content: bytes, number: int, faces: Mapping[str, Face]) -> list[Run]:
    """The runs of a certificate's page, in the order they are drawn.

    Raises CheckFailed `document.forbidden_content`, `document.too_complex`.
    """
    state = _Page(number, faces)
    for operator, operands in _GRAMMAR.read(content):
        _ACTS[operator](state, operands)
    if state.pen.saved or state.pen.in_text:
        raise CheckFailed(FORBIDDEN, "a page that does not end as it began")
    for box in state.filled:
        if any(_touch(box, run.box) for run in state.runs):
            raise CheckFailed(FORBIDDEN, "something is painted over text")
    return state.runs


def _touch(one: Corners, other: Corners) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


# --- what each operator of a certificate may do ---------------------------------------------


def _numbers(operands: list[Operand]) -> Numbers:
    """The grammar has seen to it that they are."""
    return tuple(float(one) for one in operands)


def _within(low: float, value: float, high: float) -> None:
    if not low <= value <= high:
        raise CheckFailed(FORBIDDEN, "too large, too small, too light or off the page")


def _nothing(_page: _Page, _operands: list[Operand]) -> None:
    """It changes nothing that counts."""


def _next_line(page: _Page, _operands: list[Operand]) -> None:
    page.pen.at = None


def _save(page: _Page, _operands: list[Operand]) -> None:
    page.pen.saved += 1
    _within(0, page.pen.saved, SAVED_MAX)


def _restore(page: _Page, _operands: list[Operand]) -> None:
    page.pen.saved -= 1
    _within(0, page.pen.saved, SAVED_MAX)


def _transform(_page: _Page, operands: list[Operand]) -> None:
    if _numbers(operands) != _IDENTITY:
        raise CheckFailed(FORBIDDEN, "a certificate is drawn straight")


def _line_width(_page: _Page, operands: list[Operand]) -> None:
    _within(0, _numbers(operands)[0], LINE_PT_MAX)


def _grey(_page: _Page, operands: list[Operand]) -> None:
    _within(DARKEST, _numbers(operands)[0], LIGHTEST)


def _to(page: _Page, operands: list[Operand]) -> None:
    """Any operator whose operands are points; a curve lies among its control points."""
    numbers = _numbers(operands)
    page.pen.points += zip(numbers[::2], numbers[1::2], strict=True)


def _rectangle(page: _Page, operands: list[Operand]) -> None:
    x, y, width, height = _numbers(operands)
    page.pen.points += [(x, y), (x + width, y + height)]


def _drop(page: _Page, _operands: list[Operand]) -> None:
    """Painted as lines, or not at all."""
    page.pen.points.clear()


def _fill(page: _Page, _operands: list[Operand]) -> None:
    if page.pen.points:
        across, up = zip(*page.pen.points, strict=True)
        page.filled.append((min(across), min(up), max(across), max(up)))
    page.pen.points.clear()


def _begin_text(page: _Page, _operands: list[Operand]) -> None:
    """Font and place are chosen anew; a saved state would bring others back at its end."""
    pen = page.pen
    if pen.in_text or pen.saved:
        raise CheckFailed(FORBIDDEN, "text within text, or within a saved state")
    pen.in_text, pen.at, pen.face = True, None, None


def _end_text(page: _Page, _operands: list[Operand]) -> None:
    if not page.pen.in_text:
        raise CheckFailed(FORBIDDEN, "text that ends without having begun")
    page.pen.in_text = False


def _font(page: _Page, operands: list[Operand]) -> None:
    face = page.faces.get(str(operands[0]))
    if face is None:
        raise CheckFailed(FORBIDDEN, "a font that the page does not have")
    page.pen.face = face
    (size,) = _numbers(operands[1:])
    _within(SIZE_PT[0], size, SIZE_PT[1])
    page.pen.size = size


def _place(page: _Page, operands: list[Operand]) -> None:
    numbers = _numbers(operands)
    if numbers[:4] != _IDENTITY[:4]:
        raise CheckFailed(FORBIDDEN, "a certificate's text stands straight")
    _within(0, numbers[4], A4_PT[0])
    _within(0, numbers[5], A4_PT[1])
    page.pen.at = numbers[4], numbers[5]


def _narrow(page: _Page, operands: list[Operand]) -> None:
    (percent,) = _numbers(operands)
    _within(NARROWEST_PERCENT, percent, WIDEST_PERCENT)
    page.pen.narrow = percent / 100


def _show(page: _Page, operands: list[Operand]) -> None:
    pen = page.pen
    if not pen.in_text or pen.face is None or pen.at is None:
        raise CheckFailed(FORBIDDEN, "text without font or place")
    codes = operands[0]
    if not isinstance(codes, bytes) or not codes or not pen.face.texts.keys() >= set(codes):
        raise CheckFailed(FORBIDDEN, "a character that means nothing")
    width = sum(pen.face.widths[code] for code in codes) * pen.size * pen.narrow
    (x, y), pen.at = pen.at, None  # The next string needs a place of its own.
    _within(0, x + width, A4_PT[0])
    text = "".join(pen.face.texts[code] for code in codes)
    page.runs.append(Run(page.number, text, x, y, width, pen.size))


_Act = Callable[[_Page, list[Operand]], None]
_CERTIFICATE: dict[str, tuple[str, _Act]] = {
    "q": ("", _save), "Q": ("", _restore), "cm": ("nnnnnn", _transform), "w": ("n", _line_width),
    "g": ("n", _grey), "G": ("n", _grey),
    "m": ("nn", _to), "l": ("nn", _to), "c": ("nnnnnn", _to), "re": ("nnnn", _rectangle),
    "h": ("", _nothing), "n": ("", _drop), "S": ("", _drop),
    "B*": ("", _fill), "f": ("", _fill), "f*": ("", _fill),
    "BT": ("", _begin_text), "ET": ("", _end_text), "Tf": ("/n", _font), "Tm": ("nnnnnn", _place),
    "Tz": ("n", _narrow), "TL": ("n", _nothing), "Tj": ("(", _show), "T*": ("", _next_line),
}  # fmt: skip
"""Operator -> its operands and what it does."""
_ACTS = {operator: act for operator, (_, act) in _CERTIFICATE.items()}
_GRAMMAR = grammar({operator: operands for operator, (operands, _) in _CERTIFICATE.items()})
