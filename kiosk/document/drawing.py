"""What a page may paint, operator by operator, and the text that is visibly on it.

A certificate is dark text and thin lines in one orientation, and filled outlines (the seal). All
text is large enough to be read, keeps away from the edges that an engine cannot print on, and
touches neither other text nor anything painted. Nothing can be drawn unseen: no rendering mode, no
clipping, no light colour, no transformation. So the runs that come out are what stands on the
paper. Each operator stands only where the standard has it, or what it does would depend on who
reads: no state is saved within text, and a path goes on until it is painted. Child process only.

Source: ISO 32000-2 Annex A (operators), 8.2 figure 9 (where each may stand), 8.4.4, 8.5 (paths),
9.3 and 9.4 (text).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from crypto.errors import CheckFailed
from kiosk.document.glyphs import Face
from kiosk.document.operators import Operand, grammar
from kiosk.document.paths import Corners, Path, Point, check_apart, whole
from kiosk.document.shapes import A4_PT
from kiosk.document.skeleton import FORBIDDEN

SAVED_MAX = 16
SIZE_PT = (6.0, 40.0)
"""Smaller print cannot be read by everybody who has to."""
EDGE_PT = 14.0
"""No text nearer to an edge: engines leave some 4.2 mm white, and nobody would see it."""
NARROWEST_PERCENT, WIDEST_PERCENT = 50.0, 110.0
LINE_PT_MAX = 3.0
"""A thicker line is no line."""
DARKEST, LIGHTEST = 0.0, 0.35
"""Of grey: what is lighter might not be seen."""
_IDENTITY = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

Numbers = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One string as it was drawn. Points from the lower left corner."""

    page: int
    text: str = field(repr=False)
    x: float
    y: float
    width: float
    size: float
    box: Corners
    """Where its characters stand, and all of their ink."""


class _Mode(Enum):
    """What kind of instruction may come."""

    PAGE = "page"
    PATH = "path"
    TEXT = "text"


@dataclass
class _Pen:
    """The graphics state, as far as certificates have one."""

    face: Face | None = None
    size: float = 0.0
    narrow: float | None = 1.0
    """None: of the text before, which no renderer may be trusted to remember."""
    at: Point | None = None
    after: Point | None = None
    """Where a string ended that another font may go on with."""
    line: float = 1.0
    saved: list[float] = field(default_factory=list)
    """Line widths; no other state is changed while one is saved."""
    path: Path = field(default_factory=Path)


@dataclass
class _Page:
    """One page while it is read."""

    number: int
    faces: Mapping[str, Face]
    mode: _Mode = _Mode.PAGE
    runs: list[Run] = field(default_factory=list)
    painted: list[Corners] = field(default_factory=list)
    pen: _Pen = field(default_factory=_Pen)


def read_page(content: bytes, number: int, faces: Mapping[str, Face]) -> list[Run]:
    """The runs of a certificate's page, in the order they are drawn.

    Raises CheckFailed `document.forbidden_content`, `document.too_complex`.
    """
    page = _Page(number, faces)
    for operator, operands in _GRAMMAR.read(content):
        where, then, act = _ACTS[operator]
        if page.mode not in where:
            raise CheckFailed(FORBIDDEN, "an instruction where none of its kind may stand")
        act(page, operands)
        page.mode = then or page.mode
    if page.pen.saved or page.mode is not _Mode.PAGE:
        raise CheckFailed(FORBIDDEN, "a page that does not end as it began")
    check_apart([run.box for run in page.runs], page.painted)
    return page.runs


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
    page.pen.at = page.pen.after = None


def _save(page: _Page, _operands: list[Operand]) -> None:
    page.pen.saved.append(page.pen.line)
    _within(0, len(page.pen.saved), SAVED_MAX)


def _restore(page: _Page, _operands: list[Operand]) -> None:
    if not page.pen.saved:
        raise CheckFailed(FORBIDDEN, "a state that was not saved")
    page.pen.line = page.pen.saved.pop()


def _transform(_page: _Page, operands: list[Operand]) -> None:
    if _numbers(operands) != _IDENTITY:
        raise CheckFailed(FORBIDDEN, "a certificate is drawn straight")


def _line_width(page: _Page, operands: list[Operand]) -> None:
    (width,) = _numbers(operands)
    _within(0, width, LINE_PT_MAX)
    page.pen.line = width


def _grey(_page: _Page, operands: list[Operand]) -> None:
    _within(DARKEST, _numbers(operands)[0], LIGHTEST)


def _move(page: _Page, operands: list[Operand]) -> None:
    x, y = _numbers(operands)
    page.pen.path.move((x, y))


def _go(page: _Page, operands: list[Operand]) -> None:
    numbers = _numbers(operands)
    page.pen.path.go(*zip(numbers[::2], numbers[1::2], strict=True))


def _rectangle(page: _Page, operands: list[Operand]) -> None:
    x, y, width, height = _numbers(operands)
    page.pen.path.rectangle(x, y, width, height)


def _close(page: _Page, _operands: list[Operand]) -> None:
    page.pen.path.close()


def _drop(page: _Page, _operands: list[Operand]) -> None:
    page.pen.path = Path()


def _stroke(page: _Page, _operands: list[Operand]) -> None:
    page.painted += page.pen.path.stroked(page.pen.line)
    page.pen.path = Path()


def _fill(page: _Page, _operands: list[Operand]) -> None:
    page.painted += page.pen.path.filled(page.pen.line)
    page.pen.path = Path()


def _begin_text(page: _Page, _operands: list[Operand]) -> None:
    """Font, place and width are chosen anew; a saved state would bring others back at its end."""
    pen = page.pen
    if pen.saved:
        raise CheckFailed(FORBIDDEN, "text within a saved state")
    pen.at, pen.after, pen.face = None, None, None
    pen.narrow = 1.0 if pen.narrow == 1.0 else None


def _font(page: _Page, operands: list[Operand]) -> None:
    """Behind a string, the rest of it in another font: a font has no more than 256 characters."""
    pen = page.pen
    face = page.faces.get(str(operands[0]))
    if face is None:
        raise CheckFailed(FORBIDDEN, "a font that the page does not have")
    (size,) = _numbers(operands[1:])
    _within(SIZE_PT[0], size, SIZE_PT[1])
    if pen.after is not None and (face is pen.face or size != pen.size):
        raise CheckFailed(FORBIDDEN, "text without font or place")
    pen.at = pen.after or pen.at
    pen.face, pen.size = face, size


def _place(page: _Page, operands: list[Operand]) -> None:
    numbers = _numbers(operands)
    if numbers[:4] != _IDENTITY[:4]:
        raise CheckFailed(FORBIDDEN, "a certificate's text stands straight")
    page.pen.at, page.pen.after = (numbers[4], numbers[5]), None


def _narrow(page: _Page, operands: list[Operand]) -> None:
    (percent,) = _numbers(operands)
    _within(NARROWEST_PERCENT, percent, WIDEST_PERCENT)
    if page.pen.after is not None:
        raise CheckFailed(FORBIDDEN, "a string that changes on its way")
    page.pen.narrow = percent / 100


def _show(page: _Page, operands: list[Operand]) -> None:
    pen = page.pen
    if pen.face is None or pen.at is None or pen.narrow is None:
        raise CheckFailed(FORBIDDEN, "text without font or place")
    codes = operands[0]
    if not isinstance(codes, bytes) or not codes or not pen.face.texts.keys() >= set(codes):
        raise CheckFailed(FORBIDDEN, "a character that means nothing")
    x, y = pen.at
    ends, box = _set(codes, pen.face, pen.at, (pen.size * pen.narrow, pen.size))
    _within(EDGE_PT, box[0], box[2])
    _within(box[0], box[2], A4_PT[0] - EDGE_PT)
    _within(EDGE_PT, box[1], box[3])
    _within(box[1], box[3], A4_PT[1] - EDGE_PT)
    text = "".join(pen.face.texts[code] for code in codes)
    run = Run(page.number, text, x, y, ends - x, pen.size, box)
    if pen.after is not None:
        run = _joined(page.runs.pop(), run)
    page.runs.append(run)
    pen.at, pen.after = None, (ends, y)  # The next string needs a place of its own.


def _set(codes: bytes, face: Face, at: Point, scale: Point) -> tuple[float, Corners]:
    """Where a string ends, and its box: of each character the room it takes, and its ink."""
    (x, y), (across, up) = at, scale
    boxes = []
    for code in codes:
        ends = x + face.widths[code] * across
        left, low, right, high = face.inks[code]
        boxes.append((
            min(x, x + left * across), y + low * up, max(ends, x + right * across), y + high * up
        ))  # fmt: skip
        x = ends
    return x, whole(boxes)


def _joined(one: Run, rest: Run) -> Run:
    return replace(
        one, text=one.text + rest.text, width=one.width + rest.width,
        box=whole((one.box, rest.box)),
    )  # fmt: skip


_Act = Callable[[_Page, list[Operand]], None]
_ON, _IN, _TEXT = (_Mode.PAGE,), (_Mode.PATH,), (_Mode.TEXT,)
_PATHS = (_Mode.PAGE, _Mode.PATH)
_CERTIFICATE: dict[str, tuple[str, tuple[_Mode, ...], _Mode | None, _Act]] = {
    "q": ("", _ON, None, _save), "Q": ("", _ON, None, _restore),
    "cm": ("nnnnnn", _ON, None, _transform), "w": ("n", _ON, None, _line_width),
    "g": ("n", _ON, None, _grey), "G": ("n", _ON, None, _grey),
    "m": ("nn", _PATHS, _Mode.PATH, _move), "re": ("nnnn", _PATHS, _Mode.PATH, _rectangle),
    "l": ("nn", _IN, None, _go), "c": ("nnnnnn", _IN, None, _go), "h": ("", _IN, None, _close),
    "n": ("", _PATHS, _Mode.PAGE, _drop), "S": ("", _IN, _Mode.PAGE, _stroke),
    "B*": ("", _IN, _Mode.PAGE, _fill), "f": ("", _IN, _Mode.PAGE, _fill),
    "f*": ("", _IN, _Mode.PAGE, _fill),
    "BT": ("", _ON, _Mode.TEXT, _begin_text), "ET": ("", _TEXT, _Mode.PAGE, _nothing),
    "Tf": ("/n", _TEXT, None, _font), "Tm": ("nnnnnn", _TEXT, None, _place),
    "Tz": ("n", _TEXT, None, _narrow), "TL": ("n", _TEXT, None, _nothing),
    "Tj": ("(", _TEXT, None, _show), "T*": ("", _TEXT, None, _next_line),
}  # fmt: skip
"""Operator -> its operands, where it may stand, what may stand behind it (None: the same as
before), and what it does. `n` without a path is what reportlab begins each one with."""
_ACTS = {operator: row[1:] for operator, row in _CERTIFICATE.items()}
_GRAMMAR = grammar({operator: row[0] for operator, row in _CERTIFICATE.items()})
