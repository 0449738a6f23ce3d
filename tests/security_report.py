"""`make security-report`: one HTML page of all that was measured of the security print.

The pantograph and the emblem are measured while one waits; the scramble image's long figures are
read from what `make modem-figures` wrote.
"""

import base64
import html
import io
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from center.antiforgery.back import EMBLEM_PT, emblem_room
from center.antiforgery.copier import Copier, Engine
from center.antiforgery.measure import COPIERS, READABLE, VISIBLE, look, pairs, screen_seen
from center.antiforgery.pantograph import COARSE_PITCHES, DEFAULT_CHOICE
from center.antiforgery.reading import DeliveryContext
from center.antiforgery.views import beside, copy_of, infrared_view, visible_view
from tests.center.antiforgery.engraving import marks_of
from tests.center.antiforgery.renderers import ghostscript_inks
from tests.center.inquiry.site_at_work import side
from tests.modem.section import section

SEED = 20261121
GAINS = (-0.08, -0.04, 0.0, 0.04, 0.08, 0.12, 0.16, 0.20, 0.25)
_DPI = 200
_STYLE = (
    "body{font:15px/1.6 sans-serif;margin:2em auto;max-width:64em;padding:0 1em}"
    "td,th{padding:.2em .7em;text-align:right;border-bottom:1px solid #ddd}img{max-width:100%}"
)


def pantograph() -> str:
    """Contrast and legibility of 複写 before and after copying, and what calibration is for."""
    rows = [_looked("original", None), *(_looked(_name(one), one) for one in COPIERS)]
    choices = range(1, len(COARSE_PITCHES) + 1)
    fits = [
        (f"{gain:+.2f}", *(f"{100 * look(n, Engine(gain), None, SEED)[0]:+.2f} %" for n in choices))
        for gain in GAINS
    ]
    return (
        "<h2>Pantograph</h2><p>Contrast of the word against its ground, and how well an eye's "
        f"picture follows the word (from {READABLE} it reads easily). A solid area stands out from "
        f"about {100 * VISIBLE:.0f} %. Copies in photo mode keep both tints: there it fails.</p>"
        + _table(("seen on", "contrast", "legibility", "reads"), rows)
        + "<h3>Contrast on the original, by dot gain of the engine and calibration choice</h3>"
        + _table(("gain", *(f"choice {n}" for n in choices)), fits)
    )


def latent_mark() -> str:
    """The pair of inks, the line screen, and both views from the print file and from a copy."""
    recipes = [
        (one.name, _inks(one.black), _inks(one.partner), f"{one.visible:.2f}",
         f"{one.drifted[0]:.1f} / {one.drifted[1]:.1f}", f"{100 * one.infrared:.0f} %",
         f"{100 * one.copied:.1f} %")
        for one in pairs()
    ]  # fmt: skip
    copiers: list[Copier | None] = [None, *COPIERS]
    copiers += [Copier(one.mode, one.dpi, 0.004) for one in COPIERS]
    screens = []
    for one in copiers:
        seen = screen_seen(one, SEED)
        naked, viewer = (f"{100 * value:+.1f} %" for value in (seen.naked, seen.viewer))
        screens.append((_name(one), naked, viewer))
    return (
        "<h2>Latent mark</h2><h3>Two recipes of one colour</h3>"
        + _table(
            ("", "with black", "partner", "visible ΔE", "ΔE at 2 % / 5 % drift", "IR contrast",
             "IR contrast of a copy"), recipes,
        )
        + _views()
        + "<h3>Line screen, where the printer mixes its own inks</h3><p>A copy of exactly the same "
        "size keeps the character; so this variant alone proves no original.</p>"
        + _table(("seen on", "naked eye", "under the grating"), screens)
    )  # fmt: skip


def _views() -> str:
    marks = marks_of(DeliveryContext("ABCD-EFGH-JKLM-NPQR", 1, "1.3.cmyk.00000000"))
    inks = ghostscript_inks(marks, 1, _DPI) / 255.0
    left, low, right, high = emblem_room()
    scale = _DPI / 72
    rows = slice(round((841.92 - high) * scale), round((841.92 - low) * scale))
    mark = inks[rows, round(left * scale) : round(right * scale)]
    copy = copy_of(mark, _DPI, np.random.default_rng(SEED))
    shown = beside([view(one) for one in (mark, copy) for view in (visible_view, infrared_view)])
    back = side(marks, 1, 100)
    return (
        f"<p>Emblem at {EMBLEM_PT[0]:.0f}, {EMBLEM_PT[1]:.0f} pt: the print file to the eye and to "
        "the camera, then a colour copy to both.</p>"
        f"{_image(shown, 'print file: eye, camera; copy: eye, camera')}"
        f"<p>The back as a whole.</p>{_image(back, 'back of a sheet')}"
    )


def _looked(name: str, copier: Copier | None) -> tuple[str, str, str, str]:
    found, legible = look(DEFAULT_CHOICE, Engine(), copier, SEED)
    reads = "yes" if found >= VISIBLE and legible >= READABLE else "no"
    return name, f"{100 * found:+.2f} %", f"{legible:+.2f}", reads


def _name(copier: Copier | None) -> str:
    if copier is None:
        return "original"
    larger = f", {1000 * copier.stretch:.0f} ‰ larger" if copier.stretch else ""
    return f"{copier.mode} {copier.dpi} dpi{larger}"


def _inks(recipe: tuple[float, float, float, float]) -> str:
    return " ".join(
        f"{name}{100 * amount:.0f}" for name, amount in zip("CMYK", recipe, strict=True)
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    cells = "".join(f"<th>{html.escape(one)}</th>" for one in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(one)}</td>" for one in row) + "</tr>" for row in rows
    )
    return f"<table><tr>{cells}</tr>{body}</table>"


def _image(image: Image.Image, what: str) -> str:
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    data = base64.b64encode(file.getvalue()).decode()
    return f'<img alt="{what}" title="{what}" src="data:image/png;base64,{data}">'


def main(figures: Path, target: Path) -> None:
    """Write the page."""
    target.parent.mkdir(parents=True, exist_ok=True)
    head = (
        f"<!doctype html><meta charset='utf-8'><title>Security print</title><style>{_STYLE}</style>"
    )
    parts = (head, "<h1>Security print</h1>", pantograph(), latent_mark(), section(figures))
    target.write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
