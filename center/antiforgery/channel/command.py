"""`kiosk-center scan FILE --out PICTURE`: what somebody would upload of a printed sheet. A model.

Toner, years and scanner are those of this package; only black is printed, which is all that the
scramble image has. For demonstrations, and for trying the inquiry site without a printer.
"""

import argparse
import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2

from center.antiforgery.back import BLOCK_AT
from center.antiforgery.channel.conditions import NAMES, condition
from center.antiforgery.channel.scanning import PRINT_DPI, Scanner, scan
from center.antiforgery.scramble.front import PdfFront
from center.antiforgery.scramble.layout import CELL_DOTS, HEIGHT, WIDTH

_BLACK_BELOW = 128
_FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".tif": "TIFF", ".pdf": "PDF"}
_BLOCK = (BLOCK_AT[1], BLOCK_AT[0], HEIGHT * CELL_DOTS, WIDTH * CELL_DOTS)


def add_parser(subparsers: Any) -> None:
    """Mount the command."""
    parser = subparsers.add_parser(
        "scan", help="a page of a PDF as if it had been printed, kept for years and scanned"
    )
    parser.add_argument("file", type=Path, help="a sheet, or the centre's marks (PDF)")
    parser.add_argument("--page", type=int, default=2, help="counted from 1; backs are even")
    parser.add_argument("--condition", choices=NAMES, default="aged")
    parser.add_argument("--dpi", type=int, default=300, choices=(200, 300, 400, 600))
    parser.add_argument("--seed", type=int, default=1, help="the same one gives the same picture")
    parser.add_argument("--out", type=Path, required=True, metavar="PICTURE",
                        help=f"its ending says the format: {', '.join(_FORMATS)}")  # fmt: skip
    parser.set_defaults(run=_run)


def scanned(pdf: bytes, page: int, kind: str, scanner: Scanner, seed: int) -> bytes:
    """The upload: page `page` (from 0) of `pdf` after condition `kind`.

    Raises pypdfium2.PdfiumError, and IndexError where there is no such page.
    """
    ink = (PdfFront(pdf, page).grey(PRINT_DPI) < _BLACK_BELOW).astype(np.uint8)
    return scan(ink, _BLOCK, condition(kind), scanner, seed)


def _run(arguments: argparse.Namespace, _at: datetime.datetime) -> int:
    kind = _FORMATS.get(arguments.out.suffix.lower())
    if kind is None:
        return _say(f"{arguments.out} says no format: end it with {', '.join(_FORMATS)}.")
    scanner = Scanner(dpi=arguments.dpi, format=kind)
    try:
        pdf = arguments.file.read_bytes()
        made = scanned(pdf, arguments.page - 1, arguments.condition, scanner, arguments.seed)
        arguments.out.write_bytes(made)
    except OSError as problem:
        return _say(str(problem))
    except (pypdfium2.PdfiumError, IndexError):
        return _say(f"{arguments.file} has no page {arguments.page}, or is no PDF.")
    return 0


def _say(sentence: str) -> int:
    print(sentence)  # noqa: T201  # the command's answer
    return 2
