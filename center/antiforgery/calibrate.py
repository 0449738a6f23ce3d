"""The calibration sheet: five pantographs on one page, to be printed on the engine in question.

`kiosk-center calibrate` writes it. Whoever looks at the print chooses the field in which the
word is seen least, and a copy of the sheet shows whether the word appears there.
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

_LEFT_MM, _TOP_MM, _STEP_MM, _FIELD_MM = 28.0, 70.0, 42.0, 38.0
_HOW = (
    "牽制文字の調整用紙　Calibration of the copy-evident tint",
    "1. 証明書を印刷するプリンターで、拡大縮小せずに印刷します。"
    "　Print on the terminal's printer, unscaled.",
    "2. 30cm離れて見て、「複写」の文字が最も見えない欄の番号を選びます。",
    "    From 30 cm, choose the field in which the word 複写 is seen least.",
    "3. 選んだ番号を端末の設定に書きます（kiosk check が書き方を示します）。",
    "    Write its number into the terminal's configuration; `kiosk check` says how.",
    "4. 複写機の文字モードで写し、選んだ欄に文字が現れることを確かめます。"
    "　Copy the sheet: there it must appear.",
    "トナーや感光体を替えたら、もう一度調べます。　Look again after toner or drum were changed.",
)


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
    return Area(left, top, PAGE_DOTS[0] - left - round(15 * MM), round(_FIELD_MM * MM))


def _words() -> bytes:
    made = io.BytesIO()
    canvas = new_canvas(made)
    for number, line in enumerate(_HOW):
        canvas.setFont(NAME, 13 if number == 0 else 8.5)
        canvas.drawString(15 * mm, HEIGHT_PT - (16 + 6 * number) * mm, font().typeset(line))
    for choice in range(1, len(COARSE_PITCHES) + 1):
        canvas.setFont(NAME, 26)
        middle = _TOP_MM + (choice - 1) * _STEP_MM + _FIELD_MM / 2 + 3
        canvas.drawString(17 * mm, HEIGHT_PT - middle * mm, font().typeset(str(choice)))
    canvas.showPage()
    canvas.save()
    return made.getvalue()


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
    print(f"{arguments.out}: print it unscaled on the terminal's printer and follow it.")  # noqa: T201  # the command's answer
    return 0
