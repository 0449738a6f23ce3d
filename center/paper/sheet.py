"""Drawing on one A4 sheet in millimetres from its upper left corner."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics

from center.paper.font import NAME, font
from center.paper.plain import HEIGHT_PT, new_canvas

THIN_PT = 0.35
FRAME_PT = 0.9
_NARROWEST = 0.62  # of a character's width (長体), before a line is broken instead
_PADDING_MM = 1.2
_LINES_APART = 0.4  # of a place's height, where a value takes two lines
_SMALLEST_PT = 6.0  # terminals refuse smaller print
_LABEL_PT = 6.8
_BASELINE = 0.36  # of the size, from the middle of a line down to its baseline


class FormError(Exception):
    """A value does not fit its place on the form; never says which value."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: left, top, width and height in millimetres."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Cell:
    """One labelled field of a form's row; widths in millimetres."""

    label: str
    label_mm: float
    value: str
    value_mm: float
    above: str = ""
    """A reading, small above the value."""
    size_pt: float = 10.0
    centred: bool = False


class Sheets:
    """A document of A4 sheets, drawn one after the other; every text is remembered."""

    def __init__(self) -> None:
        self._file = io.BytesIO()
        self.canvas: Any = new_canvas(self._file)

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Millimetres from the upper left corner as the canvas's own points."""
        return x * mm, HEIGHT_PT - y * mm

    def frame(self, box: Box, width_pt: float = FRAME_PT) -> None:
        """A rectangle's outline."""
        x, y = self.point(box.x, box.y + box.height)
        self.canvas.setLineWidth(width_pt)
        self.canvas.rect(x, y, box.width * mm, box.height * mm)

    def line(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """A thin line."""
        self.canvas.setLineWidth(THIN_PT)
        self.canvas.line(*self.point(*start), *self.point(*end))

    def text(self, x: float, y: float, text: str, size_pt: float) -> None:
        """`text` from x, its middle at height y."""
        self._draw(x * mm, y, font().typeset(text), size_pt)

    def centred(self, x: float, y: float, text: str, size_pt: float) -> None:
        """`text` around x."""
        typeset = font().typeset(text)
        left = x * mm - pdfmetrics.stringWidth(typeset, NAME, size_pt) / 2
        self._draw(left, y, typeset, size_pt)

    def right(self, x: float, y: float, text: str, size_pt: float) -> None:
        """`text` up to x."""
        typeset = font().typeset(text)
        self._draw(x * mm - pdfmetrics.stringWidth(typeset, NAME, size_pt), y, typeset, size_pt)

    def row(self, x: float, y: float, height: float, cells: Sequence[Cell]) -> None:
        """A row of labelled fields, thin lines between them and below it."""
        start = x
        for cell in cells:
            self._fitted(Box(x, y, cell.label_mm, height), cell.label, _LABEL_PT, centred=True)
            value = Box(x + cell.label_mm, y, cell.value_mm, height)
            if cell.above:
                reading = Box(value.x, y + 0.4, value.width, height * 0.36)
                self._fitted(reading, cell.above, _LABEL_PT, centred=cell.centred)
                value = Box(value.x, y + height * 0.34, value.width, height * 0.62)
            self._fitted(value, cell.value, cell.size_pt, centred=cell.centred)
            self.line((x + cell.label_mm, y), (x + cell.label_mm, y + height))
            x += cell.label_mm + cell.value_mm
            if cell is not cells[-1]:
                self.line((x, y), (x, y + height))
        self.line((start, y + height), (x, y + height))

    def next(self) -> None:
        """The sheet is done; what follows is drawn on another one."""
        self.canvas.showPage()

    def finish(self) -> bytes:
        """The PDF. Nothing can be drawn afterwards."""
        self.canvas.save()
        return self._file.getvalue()

    def _fitted(self, box: Box, text: str, size_pt: float, *, centred: bool) -> None:
        """`text` in one line, narrowed if it must be; then in two lines; or FormError."""
        room = (box.width - 2 * _PADDING_MM) * mm
        typeset = font().typeset(text)
        wide = pdfmetrics.stringWidth(typeset, NAME, size_pt)
        if wide * _NARROWEST <= room:
            narrow = min(1.0, room / wide) if wide else 1.0
            indent = (room - wide * narrow) / 2 if centred else 0.0
            left = (box.x + _PADDING_MM) * mm + indent
            self._draw(left, box.y + box.height / 2, typeset, size_pt, narrow)
            return
        # As high as the lines are apart: neither touches the other.
        small = min(size_pt * 0.8, box.height * mm * _LINES_APART * 0.95)
        half = _half(typeset)
        widest = max(pdfmetrics.stringWidth(part, NAME, small) for part in half)
        if widest * _NARROWEST > room or small < _SMALLEST_PT:
            raise FormError("A value is too long for its place on the form.")
        for number, part in enumerate(half):
            y = box.y + box.height * (0.3 + _LINES_APART * number)
            self._draw((box.x + _PADDING_MM) * mm, y, part, small, min(1.0, room / widest))

    def _draw(self, x_pt: float, y: float, typeset: str, size_pt: float, narrow: float = 1) -> None:
        middle = HEIGHT_PT - y * mm
        line = self.canvas.beginText(x_pt, middle - size_pt * _BASELINE)
        line.setFont(NAME, size_pt)
        line.setHorizScale(narrow * 100)
        line.textOut(typeset)
        self.canvas.drawText(line)


def _half(text: str) -> tuple[str, str]:
    """Two lines, broken at the space nearest to the middle if there is one."""
    middle = len(text) // 2
    spaces = [at for at, character in enumerate(text) if character in " 　"]
    if not spaces:
        return text[:middle], text[middle:]
    at = min(spaces, key=lambda place: abs(place - middle))
    return text[:at], text[at + 1 :]
