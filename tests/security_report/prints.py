"""Pantograph and latent mark: measured, and drawn as one sees them, while one waits."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from center.antiforgery.back import EMBLEM_PT, emblem_room
from center.antiforgery.copier import MIXED, PHOTO, TEXT, Copier, Engine, seen
from center.antiforgery.measure import (
    COPIERS,
    PATCH,
    READABLE,
    VISIBLE,
    look,
    on_paper,
    pairs,
    screen_seen,
    screen_under,
)
from center.antiforgery.pantograph import COARSE_PITCHES, DEFAULT_CHOICE, tint
from center.antiforgery.reading import DeliveryContext
from center.antiforgery.screen import screen
from center.antiforgery.views import copy_of, infrared_view, visible_view
from center.paper.plain import HEIGHT_PT
from tests.center.antiforgery.engraving import marks_of
from tests.center.antiforgery.renderers import ghostscript_inks
from tests.center.inquiry.site_at_work import side
from tests.security_report.page import figure, row, table

SEED = 20261121
GAINS = (-0.08, -0.04, 0.0, 0.04, 0.08, 0.12, 0.16, 0.20, 0.25)
CONTEXT = DeliveryContext("ABCD-EFGH-JKLM-NPQR", 1, "1.4.cmyk.00000000")
_SHOWN: tuple[Copier | None, ...] = (
    None,
    Copier(TEXT, 600),
    Copier(MIXED, 600),
    Copier(PHOTO, 600),
)
_LARGER = 0.004
_DPI = 600
_FINER = 4


def pantograph() -> str:
    """Contrast and legibility of 複写 before and after copying, and what calibration is for."""
    rows = [_looked("original", None), *(_looked(_name(one), one) for one in COPIERS)]
    choices = range(1, len(COARSE_PITCHES) + 1)
    fits = [
        (f"{gain:+.2f}", *(f"{100 * look(n, Engine(gain), None, SEED)[0]:+.2f} %" for n in choices))
        for gain in GAINS
    ]
    return (
        "<p>Deters from passing on copies, and says nothing else. Contrast of the word 複写 "
        f"against its ground, and how well an eye's picture follows the word (from {READABLE} it "
        f"reads easily). A solid area stands out from about {100 * VISIBLE:.0f} %. Copies in photo "
        "mode keep both tints: there it fails, and so it does on a text copier of 1200 dpi.</p>"
        + row(_patch(one) for one in _SHOWN)
        + table(("seen on", "contrast", "legibility", "reads"), rows)
        + "<h3>Contrast on the original, by dot gain of the engine and calibration choice</h3>"
        "<p>The choice is made on a printed sheet (<code>kiosk-center calibrate</code>): the field "
        "in which the word is seen least.</p>"
        + table(("gain", *(f"choice {n}" for n in choices)), fits)
        + f'<p class="soft">Seed {SEED}; a model of engine and copier.</p>'
    )


def _patch(copier: Copier | None) -> str:
    page = on_paper(tint(PATCH, DEFAULT_CHOICE), Engine(), copier, SEED)
    return figure(_shown(seen(page)).reduce(3), f"As an eye takes it in: {_name(copier)}")


def _shown(page: NDArray[np.float32]) -> Image.Image:
    return Image.fromarray(np.asarray(np.clip(page, 0, 1) * 255, np.uint8))


def latent_mark() -> str:
    """The pair of inks, the line screen, and both views from the print file and from a copy."""
    recipes = [
        (one.name, _inks(one.black), _inks(one.partner), f"{one.visible:.2f}",
         f"{one.drifted[0]:.1f} / {one.drifted[1]:.1f}", f"{100 * one.infrared:.0f} %",
         f"{100 * one.copied:.1f} %")
        for one in pairs()
    ]  # fmt: skip
    copiers: list[Copier | None] = [None, *COPIERS]
    copiers += [Copier(one.mode, one.dpi, _LARGER) for one in COPIERS]
    screens = []
    for one in copiers:
        seen = screen_seen(one, SEED)
        naked, viewer = (f"{100 * value:+.1f} %" for value in (seen.naked, seen.viewer))
        screens.append((_name(one), naked, viewer))
    return (
        "<p>Shows that a sheet is an original, to whoever has an infra-red camera (about 850 nm). "
        "The hidden part is printed with 30 % black, all else in its partner without.</p>"
        "<h3>Two recipes of one colour</h3>"
        + table(
            ("", "with black", "partner", "visible ΔE", "ΔE at 2 % / 5 % drift", "IR contrast",
             "IR contrast of a copy"), recipes,
        )
        + _views()
        + "<h3>Line screen, where the printer mixes its own inks</h3><p>A copy of exactly the same "
        "size keeps the character; so this variant alone proves no original.</p>"
        + _screens()
        + table(("seen on", "naked eye", "under the grating"), screens)
    )  # fmt: skip


def _views() -> str:
    marks = marks_of(CONTEXT)
    inks = ghostscript_inks(marks, 1, _DPI)
    left, low, right, high = emblem_room()
    scale = _DPI / 72
    rows = slice(round((HEIGHT_PT - high) * scale), round((HEIGHT_PT - low) * scale))
    mark = inks[rows, round(left * scale) : round(right * scale)] / 255.0
    copy = copy_of(mark, _DPI, np.random.default_rng(SEED))
    views = (
        figure(Image.fromarray(view(part)).reduce(3), f"{name}, {who}")
        for name, part in (("Print file", mark), ("Colour copy of it", copy))
        for who, view in (("to an eye", visible_view), ("to the camera", infrared_view))
    )
    middle = (mark.shape[0] // 2, mark.shape[1] // 2)
    near = mark[middle[0] - 190 : middle[0] + 10, middle[1] - 20 : middle[1] + 180]
    large = (
        figure(Image.fromarray(view(near)).resize((200 * 2,) * 2, Image.Resampling.NEAREST), said)
        for said, view in (
            (f"A part at {_FINER} times its size, to an eye", visible_view),
            ("the same part to the camera", infrared_view),
        )
    )
    return (
        f'<p class="soft">Emblem at {EMBLEM_PT[0]:.0f}, {EMBLEM_PT[1]:.0f} pt, from the four inks '
        f"that Ghostscript draws of the print file at {_DPI} dpi.</p>{row(views)}{row(large)}"
        + figure(side(marks, 1, 100), "The back as a whole: scramble image, blossom, words")
    )


def _screens() -> str:
    copiers = (None, Copier(TEXT, _DPI), Copier(TEXT, _DPI, _LARGER))
    shown = []
    for one in copiers:
        page = on_paper(screen(), Engine(), one, SEED)
        shown.append(figure(_shown(seen(page)).reduce(3), f"{_name(one)}, to an eye"))
        shown.append(figure(_shown(screen_under(page)).reduce(3), "under the grating"))
    return row(shown)


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
