"""The sheet the printer cases print, and what one reads off it. No wire, no clock.

Front: a black frame 10 mm from every edge. Back: one bar across the top, in magenta ink. Both have
a row of squares from the left, one on the first sheet, two on the second. Whoever holds the sheets
can tell front from back, top from bottom, left from right, colour from grey, which back belongs to
which front, and with a ruler whether they were scaled.
"""

from itertools import pairwise
from typing import Final

from PIL import Image

from drivers.printer.virtual_sheets import Side

FRAME_TENTHS: Final = 1900
"""Outer width of the frame: 210 mm less twice 10 mm, in tenths of a millimetre."""
_DPI: Final = 100
_TENTHS_PER_INCH: Final = 254
_DARK: Final = 128
_PAPER: Final = 240
"""Dots from this grey on are paper."""
_COLOURED: Final = 60
"""Saturation of 255; magenta toner has some 160, grey has none."""
_INKED_SHARE: Final = 0.002
_POINTS_PER_MM: Final = 72 / 25.4
_WIDTH_MM, _HEIGHT_MM = 210.0, 297.0
_FRONT_ROW_MM, _BACK_ROW_MM = 259, 239
"""Where the rows of squares stand, from the lower edge."""
_LEFT_MM, _STEP_MM, _SQUARE_MM = 20, 20, 12
_OFF_MM = 4
"""A row begins at the left, also if the page was made to fit."""


def trial_sheets(sheets: int) -> bytes:
    """A PDF of `sheets` sheets, two pages each. A certificate's inks, nobody's name."""
    contents = []
    for number in range(1, sheets + 1):
        front = f"0 G 0 g {_mm(1)} w {_box(10.5, 10.5, 189, 276)} S {_row(_FRONT_ROW_MM, number)}"
        back = f"0 0.8 0.2 0 k {_box(20, 262, 170, 15)} f {_row(_BACK_ROW_MM, number)}"
        contents += [front, back]
    kids = " ".join(f"{3 + 2 * n} 0 R" for n in range(len(contents)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>",
    ]
    media = f"[0 0 {_mm(_WIDTH_MM)} {_mm(_HEIGHT_MM)}]"
    for n, content in enumerate(contents):
        page = f"/Type /Page /Parent 2 0 R /MediaBox {media} /Resources << >>"
        objects.append(f"<< {page} /Contents {4 + 2 * n} 0 R >>")
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    return _file(objects)


def is_printed(side: Side | None) -> bool:
    """Whether there is anything on it."""
    return side is not None and _ink(side.image(36).convert("L")) > _INKED_SHARE


def is_front(side: Side) -> bool:
    """Whether it has the frame: ink at the left edge, half-way down."""
    picture = _grey(side)
    width, height = picture.size
    return _ink(picture.crop((0, height // 3, width // 10, height // 2))) > 0


def squares(side: Side) -> int:
    """How many squares its row has; 0 where no row begins at the left."""
    picture = _grey(side)
    row_mm = (_FRONT_ROW_MM if is_front(side) else _BACK_ROW_MM) + _SQUARE_MM / 2
    row = round(picture.height * (1 - row_mm / _HEIGHT_MM))
    per_mm = picture.width / _WIDTH_MM
    margin = round((_LEFT_MM - _OFF_MM) * per_mm)
    line = picture.crop((margin, row, picture.width - margin, row + 1)).tobytes()
    inked = [dot < _PAPER for dot in line]
    begins = [x for x, (before, now) in enumerate(pairwise((False, *inked))) if now and not before]
    return len(begins) if begins and begins[0] < 2 * _OFF_MM * per_mm else 0


def is_upright(side: Side) -> bool:
    """Whether there is more ink in the upper half than in the lower."""
    picture = _grey(side)
    width, height = picture.size
    upper = _ink(picture.crop((0, 0, width, height // 2)))
    return upper > _ink(picture.crop((0, height // 2, width, height)))


def is_coloured(side: Side) -> bool:
    """Whether any ink is neither black nor grey."""
    _, saturation, _ = side.image(36).convert("RGB").convert("HSV").split()
    return sum(saturation.histogram()[_COLOURED:]) > 0


def frame_tenths(side: Side) -> int:
    """The outer width of the frame, in tenths of a millimetre; 0 where there is none."""
    picture = _grey(side)
    row = picture.height * 3 // 5
    dots = picture.crop((0, row, picture.width, row + 1)).tobytes()
    dark = [x for x, dot in enumerate(dots) if dot < _DARK]
    return round((dark[-1] - dark[0] + 1) * _TENTHS_PER_INCH / _DPI) if dark else 0


def _grey(side: Side) -> Image.Image:
    return side.image(_DPI).convert("L")


def _ink(picture: Image.Image) -> float:
    """Share of dots that are not white."""
    return sum(picture.histogram()[:_PAPER]) / max(1, picture.width * picture.height)


def _mm(millimetres: float) -> str:
    return f"{millimetres * _POINTS_PER_MM:.3f}"


def _box(*millimetres: float) -> str:
    return " ".join(map(_mm, millimetres)) + " re"


def _row(at_mm: float, number: int) -> str:
    places = (_LEFT_MM + _STEP_MM * n for n in range(number))
    return " ".join(f"{_box(x, at_mm, _SQUARE_MM, _SQUARE_MM)} f" for x in places)


def _file(objects: list[str]) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    start = len(out)
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode()
    out += (
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    )
    return bytes(out)
