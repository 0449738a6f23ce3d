"""The calibration sheet: five pantographs on one page, to be printed on the engine in question.

`kiosk-center calibrate` writes it, `kiosk calibrate` prints it at the terminal. Whoever looks at
the print chooses the field in which the word is seen least, and a copy of the sheet shows whether
the word appears there.
"""

import argparse
import datetime
import io
from pathlib import Path
from typing import Any

import pikepdf
from reportlab.lib.units import mm

from center.antiforgery.dots import MM, PAGE_DOTS, place, stencil, stencil_object
from center.antiforgery.pantograph import COARSE_PITCHES, Area, tint
from center.paper.font import NAME, font
from center.paper.plain import DRAWING, HEIGHT_PT, new_canvas, rewrite

_MARGIN_MM = 15.0
_LEFT_MM, _TOP_MM, _STEP_MM, _FIELD_MM = 28.0, 80.0, 40.0, 37.0
_RULER_MM, _RULER_AT_MM = 100.0, 284.0
_HEADING = (
    (20.0, 16.0, "牽制文字の調整用紙"),
    (26.5, 10.0, "Calibration sheet of the pantograph (the word 複写, which appears on copies)"),
)
_STEPS = (
    (
        "端末のプリンターで kiosk calibrate により印刷し、下の線が100mmあることを確かめます。",
        "Print it by kiosk calibrate on the terminal's printer; the line below must be 100 mm.",
    ),
    (
        "明るい所で30cm離れて見て、「複写」の文字が最も見えない欄の番号を選びます。",
        "In good light, from 30 cm, choose the field in which the word 複写 is seen least.",
    ),
    (
        "選んだ番号を端末の設定 center.calibration に書きます（書き方は kiosk check が示します）。",
        "Write its number into center.calibration of the terminal, as kiosk check says.",
    ),
    (
        "複写機の文字モードで写します。選んだ欄に「複写」の文字が現れなければなりません。",
        "Copy this sheet in a copier's text mode: in the chosen field the word must appear.",
    ),
    (
        "どの欄でも文字が目立つときは、印刷濃度を変えて刷り直します。トナー交換後も調べます。",
        "If it stands out in all five, change the printer's density. Look again after new toner.",
    ),
)
_FIRST_MM, _STEP_LINE_MM, _TRANSLATION_MM = 36.0, 8.6, 3.8


def add_parser(subparsers: Any) -> None:
    """Mount the command."""
    parser = subparsers.add_parser(
        "calibrate", help="write the sheet on which an engine's pantograph is chosen"
    )
    parser.add_argument("--out", type=Path, default=Path("calibration.pdf"), metavar="FILE")
    parser.set_defaults(run=_run)


def sheet() -> bytes:
    """The sheet as a PDF of one page."""
    with DRAWING:
        drawn = _words()
    return rewrite(drawn, {}, _lay)


def field(choice: int) -> Area:
    """Where the field of a choice lies."""
    top = round((_TOP_MM + (choice - 1) * _STEP_MM) * MM)
    left = round(_LEFT_MM * MM)
    width = PAGE_DOTS[0] - left - round(_MARGIN_MM * MM)
    return Area(left, top, width, round(_FIELD_MM * MM))


def _words() -> bytes:
    made = io.BytesIO()
    canvas = new_canvas(made)
    for y_mm, size_pt, text in _HEADING:
        _line(canvas, (_MARGIN_MM, y_mm), size_pt, text)
    for number, (japanese, english) in enumerate(_STEPS):
        y_mm = _FIRST_MM + number * _STEP_LINE_MM
        _line(canvas, (_MARGIN_MM, y_mm), 9, f"{number + 1}")
        _line(canvas, (_MARGIN_MM + 5, y_mm), 9, japanese)
        _line(canvas, (_MARGIN_MM + 5, y_mm + _TRANSLATION_MM), 7.5, english)
    for choice in range(1, len(COARSE_PITCHES) + 1):
        middle = _TOP_MM + (choice - 1) * _STEP_MM + _FIELD_MM / 2
        _line(canvas, (_MARGIN_MM, middle + 4), 30, str(choice))
    _draw_ruler(canvas)
    canvas.showPage()
    canvas.save()
    return made.getvalue()


def _line(canvas: Any, at_mm: tuple[float, float], size_pt: float, text: str) -> None:
    canvas.setFont(NAME, size_pt)
    canvas.drawString(at_mm[0] * mm, HEIGHT_PT - at_mm[1] * mm, font().typeset(text))


def _draw_ruler(canvas: Any) -> None:
    """A line of ten centimetres: what was scaled shows here first."""
    canvas.setLineWidth(0.5)
    y = HEIGHT_PT - _RULER_AT_MM * mm
    canvas.line(_LEFT_MM * mm, y, (_LEFT_MM + _RULER_MM) * mm, y)
    for step in range(0, int(_RULER_MM) + 1, 10):
        x, long = (_LEFT_MM + step) * mm, step % 50 == 0
        canvas.line(x, y, x, y + (3 if long else 1.5) * mm)
    _line(canvas, (_LEFT_MM + _RULER_MM + 2, _RULER_AT_MM), 8, f"{_RULER_MM:.0f} mm")


def _lay(made: pikepdf.Pdf) -> None:
    page = made.pages[0]
    content, objects = b"0 g\n", {}
    for choice in range(1, len(COARSE_PITCHES) + 1):
        area, name = field(choice), f"/Tint{choice}"
        one = stencil(tint(area, choice), area.left, area.top)
        objects[name] = made.make_indirect(stencil_object(made, one))
        content += place(one, name)
    page.obj.Resources.XObject = pikepdf.Dictionary(objects)
    page.contents_add(made.make_stream(content))


def _run(arguments: argparse.Namespace, _at: datetime.datetime) -> int:
    arguments.out.write_bytes(sheet())
    print(f"{arguments.out}: print it at the terminal with `kiosk calibrate` and follow it.")  # noqa: T201  # the command's answer
    return 0
