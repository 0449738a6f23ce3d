"""The latent mark of a print file to an eye and to an infra-red camera, and the same on a copy.

`kiosk-center viewer FILE --out DIR` writes the pictures and says what they show in figures; a line
screen is shown under its grating. The figures are those of the model in
`center.antiforgery.colour`, measured dot by dot in the file: they tell whether a file holds a pair
of inks, not how an engine prints it.
"""

import argparse
import datetime
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
from PIL import Image

from center.antiforgery import colour
from center.antiforgery.back import emblem_room
from center.antiforgery.colour import Vector
from center.antiforgery.dots import Bits
from center.antiforgery.inks import NoInks, inks_of
from center.antiforgery.scramble.front import PDFIUM
from center.antiforgery.screen_view import Lines, view_screen
from center.antiforgery.views import beside, copy_of, infrared_view, visible_view
from center.paper.plain import HEIGHT_PT

DPI = 300
_SAME_COLOUR = 2.0
"""Difference up to which two recipes are one colour to an eye, not side by side."""
_LEAST_SHARE = 0.002
"""Of the square: what is smaller is a line of the drawing."""
_SEED = 20261121
_BLACK = (0.05, 0.95)
"""Of a recipe of the pair; words have all of it."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """One colour that is printed both with black and without."""

    recipe: tuple[float, ...]
    """C, M, Y, K of the part that a camera sees."""
    share: float
    """Of the square around the emblem that is printed with it."""
    visible: float
    """Mean difference (CIE 1976) of both parts to an eye."""
    infrared: float
    """Contrast of both parts to a camera at 850 nm."""
    copied_visible: float
    copied_infrared: float
    """The same on a colour copy."""


def emblem_inks(pdf: bytes, page: int) -> Vector:
    """C, M, Y, K from 0 to 1 of the square around the emblem. Raises NoInks."""
    left, low, right, high = emblem_room()
    scale = DPI / 72
    rows = slice(round((HEIGHT_PT - high) * scale), round((HEIGHT_PT - low) * scale))
    return inks_of(pdf, page, DPI)[rows, round(left * scale) : round(right * scale)]


def hidden(inks: Vector, copy: Vector) -> tuple[Hidden, ...]:
    """What a camera would see in `inks` and an eye would not, colour by colour, largest first."""
    recipes, which, counts = np.unique(
        inks.reshape(-1, 4), axis=0, return_inverse=True, return_counts=True
    )
    which = which.ravel()
    bare = np.flatnonzero((recipes[:, 3] == 0) & (recipes[:, :3].sum(axis=1) > 0))
    found = []
    for number in np.argsort(-counts):
        share = counts[number] / len(which)
        if not _BLACK[0] < recipes[number, 3] < _BLACK[1] or share < _LEAST_SHARE:
            continue
        apart = np.linalg.norm(
            colour.visible(recipes[bare]) - colour.visible(recipes[number]), axis=-1
        )
        if len(bare) and apart.min() < _SAME_COLOUR:
            parts = which == number, which == bare[apart.argmin()]
            found.append(_compared(recipes[number], share, parts, (inks, copy)))
    return tuple(found)


def _compared(
    recipe: Vector, share: float, parts: tuple[Bits, Bits], seen: tuple[Vector, Vector]
) -> Hidden:
    figures = []
    for inks in seen:
        one, other = (inks.reshape(-1, 4)[part] for part in parts)
        lab = [colour.visible(side).mean(axis=0) for side in (one, other)]
        dark, light = (float(colour.infrared(side).mean()) for side in (one, other))
        figures += [float(np.linalg.norm(lab[0] - lab[1])), (light - dark) / light]
    return Hidden(tuple(float(round(ink, 3)) for ink in recipe), float(share), *figures)


def view(pdf: bytes, page: int, out: Path) -> tuple[Hidden, ...]:
    """Write the pictures of one page into `out`, which exists. Empty where nothing is hidden.

    Raises NoInks.
    """
    inks = emblem_inks(pdf, page)
    copy = copy_of(inks, DPI, np.random.default_rng(_SEED))
    found = hidden(inks, copy)
    if not found:
        return ()
    pictures = {
        f"{name}-{who}": make(part)
        for name, part in (("print", inks), ("copy", copy))
        for who, make in (("eye", visible_view), ("camera", infrared_view))
    }
    for name, picture in pictures.items():
        Image.fromarray(picture).save(out / f"page-{page + 1}-{name}.png")
    beside(list(pictures.values())).save(out / f"page-{page + 1}.png")
    return found


def add_parser(subparsers: Any) -> None:
    """Mount the command."""
    parser = subparsers.add_parser(
        "viewer", help="the latent mark of a print file, to an eye and to an infra-red camera"
    )
    parser.add_argument("file", type=Path, help="the centre's marks, or a sheet with them (PDF)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace, _at: datetime.datetime) -> int:
    try:
        pdf = arguments.file.read_bytes()
        arguments.out.mkdir(parents=True, exist_ok=True)
        found = {
            n + 1: view(pdf, n, arguments.out) or view_screen(pdf, n, arguments.out)
            for n in range(_pages(pdf))
        }
    except (NoInks, OSError) as problem:
        print(problem)  # noqa: T201  # the command's answer
        return 2
    shown = {page: seen for page, seen in found.items() if seen}
    for page, seen in shown.items():
        for one in seen:
            print(_sentence(page, one))  # noqa: T201
    if not shown:
        print(_NOTHING)  # noqa: T201
        return 1
    figures = {page: [asdict(one) for one in seen] for page, seen in shown.items()}
    (arguments.out / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    print(f"Pictures and figures: {arguments.out}")  # noqa: T201
    return 0


_NOTHING = (
    "No page hides anything where the emblem lies: neither a pair of inks nor a line screen. Take "
    "the centre's marks, or a sheet as the printer got it as PDF."
)


def _sentence(page: int, one: Hidden | Lines) -> str:
    if isinstance(one, Lines):
        return (
            f"page {page}, line screen, {one.on}: {100 * one.naked:+.1f} % to an eye, "
            f"{100 * one.grating:+.1f} % under the grating"
        )
    inks = " ".join(f"{name}{100 * ink:.0f}" for name, ink in zip("CMYK", one.recipe, strict=True))
    return (
        f"page {page}, {inks}: ΔE {one.visible:.2f} to an eye, {100 * one.infrared:.0f} % to a "
        f"camera; on a copy ΔE {one.copied_visible:.2f} and {100 * one.copied_infrared:.1f} %"
    )


def _pages(pdf: bytes) -> int:
    """Raises NoInks."""
    with PDFIUM:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError:
            raise NoInks(
                "This is no PDF that can be read. A picture has no inks: take the print file."
            ) from None
        try:
            return len(document)
        finally:
            document.close()
