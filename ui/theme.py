"""Sizes in millimetres, colours by role, and the panel that turns one into pixels.

No wire, no clock. Every size of the screen is a length on the glass, since a hand and an eye
are the same on every panel; only `Panel` knows pixels.
"""

import math
from dataclasses import dataclass

from ui.model import Size, Theme

Rgb = tuple[int, int, int]

MM_PER_INCH = 25.4

TARGET_MM = 15.0
"""Least side of anything that can be pressed. Source: VVSG 2.0 asks for 12.7 mm; rounded up."""
KEY_WIDTH_MM = 20.0
"""Least width of a digit key."""
GAP_MM = 2.54
"""Least distance between two targets. Source: VVSG 2.0."""
EDGE_MM = 3.0
"""Least distance of a target from the edge of the glass."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One piece of glass: its size in pixels and how many of them make a millimetre."""

    width: int
    height: int
    px_per_mm: float

    @classmethod
    def of_diagonal(cls, width: int, height: int, diagonal_mm: float) -> "Panel":
        """The panel of `width` x `height` square pixels whose visible diagonal is given."""
        return cls(width, height, math.hypot(width, height) / diagonal_mm)

    def px(self, millimetres: float) -> int:
        """Whole pixels, rounded up so that a least size never falls short."""
        return math.ceil(millimetres * self.px_per_mm - 1e-6)


@dataclass(frozen=True, slots=True)
class TypeScale:
    """Heights of a capital letter in millimetres, one for each use of text.

    Capitals are measured, not the em: Noto Sans CJK draws them 0.733 em high and BIZ UDPGothic
    0.765 em, and a reader sees the letter. Source for the least values: ADA 707.7.2 (4.8 mm)
    and EN 301 549, 5.1.4 (0.7 degrees at 600 mm: 7.33 mm), taken for the large size.
    """

    least: float
    step: float
    brand: float
    note: float
    lead: float
    label: float
    button: float
    title: float
    alert: float
    hero: float
    amount: float
    key: float


SCALES: dict[Size, TypeScale] = {
    Size.NORMAL: TypeScale(
        least=4.8, step=4.8, brand=5.2, note=4.9, lead=5.6, label=6.8, button=6.8,
        title=9.4, alert=13.6, hero=16.4, amount=16.8, key=11.4,
    ),
    Size.LARGE: TypeScale(
        least=7.4, step=7.4, brand=7.4, note=7.4, lead=7.6, label=9.2, button=8.6,
        title=11.4, alert=14.4, hero=16.4, amount=18.4, key=13.4,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Palette:
    """One colour for each role. `on_x` is what is written on `x`."""

    ground: Rgb
    surface: Rgb
    text: Rgb
    muted: Rgb
    line: Rgb
    brand: Rgb
    on_brand: Rgb
    chosen: Rgb
    on_chosen: Rgb
    chosen_mark: Rgb
    chosen_soft: Rgb
    end: Rgb
    secondary: Rgb
    disabled: Rgb
    on_disabled: Rgb
    note: Rgb
    on_note: Rgb
    note_bar: Rgb
    alert: Rgb
    on_alert: Rgb
    alert_button: Rgb
    on_alert_button: Rgb
    track: Rgb
    focus: Rgb
    halo: Rgb
    attract: Rgb
    on_attract: Rgb
    card: Rgb
    on_card: Rgb
    on_card_muted: Rgb
    card_brand: Rgb
    card_edge: Rgb
    start: Rgb
    on_start: Rgb
    art_body: Rgb
    art_paper: Rgb
    art_edge: Rgb
    art_ink: Rgb
    art_dark: Rgb
    art_accent: Rgb
    art_card: Rgb
    on_art_card: Rgb
    art_face: Rgb
    art_gold: Rgb
    art_gold_edge: Rgb
    art_silver: Rgb
    art_silver_edge: Rgb
    art_bronze: Rgb
    art_bronze_edge: Rgb
    on_coin: Rgb
    art_lamp: Rgb
    on_paper: Rgb
    sign: Rgb
    sign_edge: Rgb
    on_sign: Rgb
    veil: Rgb


def _rgb(word: str) -> Rgb:
    return int(word[1:3], 16), int(word[3:5], 16), int(word[5:7], 16)


def _palette(**words: str) -> Palette:
    return Palette(**{role: _rgb(word) for role, word in words.items()})


_ART = {
    "art_body": "#DDE4EC", "art_paper": "#FFFFFF", "art_edge": "#8A9BB0", "art_ink": "#C8D1DB",
    "art_dark": "#4A4F57", "art_accent": "#00508F", "art_card": "#F6D9DF", "on_art_card": "#5E1022",
    "art_face": "#DDE4EC", "art_gold": "#F1E2B0", "art_gold_edge": "#A07A10",
    "art_silver": "#E8ECEF", "art_silver_edge": "#7C848D", "art_bronze": "#E2B48C",
    "art_bronze_edge": "#9A6030", "on_coin": "#242424", "art_lamp": "#64D28C",
    "on_paper": "#242424", "sign": "#FFC457", "sign_edge": "#1A1A1A",
    "on_sign": "#1A1A1A", "veil": "#10151B",
}  # fmt: skip

_NORMAL = _palette(
    ground="#F7F8FA", surface="#FFFFFF", text="#141414", muted="#454A52", line="#C8D0D9",
    brand="#00508F", on_brand="#FFFFFF", chosen="#E4EDF7", on_chosen="#141414",
    chosen_mark="#00508F", chosen_soft="#EEF4FA", end="#8C1D18",
    secondary="#4A4F57", disabled="#E3E6EA", on_disabled="#5A5F66", note="#FFF3DC",
    on_note="#1A1A1A", note_bar="#FFC457", alert="#FFC457", on_alert="#1A1A1A",
    alert_button="#1A1A1A", on_alert_button="#FFFFFF", track="#DDE4EC", focus="#B35900",
    halo="#DDE8F3", attract="#00508F", on_attract="#FFFFFF", card="#FFFFFF", on_card="#141414",
    on_card_muted="#454A52", card_brand="#00508F", card_edge="#FFFFFF", start="#FFFFFF",
    on_start="#00508F", **_ART,
)  # fmt: skip


def _contrast_theme(ink: str) -> Palette:
    """White or yellow on black; buttons and chosen things are the reverse."""
    black = "#000000"
    reverse = dict.fromkeys(
        ("ground", "surface", "on_brand", "on_chosen", "chosen_mark", "chosen_soft",
         "on_start", "disabled", "note", "halo", "alert", "on_alert_button", "attract", "card"),
        black)  # fmt: skip
    drawn = dict.fromkeys(
        ("muted", "text", "on_disabled", "on_note", "line", "end", "secondary", "on_alert",
         "on_attract", "on_card", "on_card_muted", "card_edge"), "#FFFFFF")  # fmt: skip
    strong = dict.fromkeys(
        ("brand", "chosen", "note_bar", "alert_button", "card_brand", "start"), ink)  # fmt: skip
    return _palette(**(_ART | reverse | drawn | strong | {
        "track": "#3A3A3A", "focus": "#FF9D2E", "art_body": "#3A3F46", "art_dark": "#5A606A",
        "art_accent": ink, "art_edge": "#FFFFFF", "sign": black, "sign_edge": ink,
        "on_sign": ink,
    }))  # fmt: skip


PALETTES: dict[Theme, Palette] = {
    Theme.NORMAL: _NORMAL,
    Theme.CONTRAST_WHITE: _contrast_theme("#FFFFFF"),
    Theme.CONTRAST_YELLOW: _contrast_theme("#FFE600"),
}


def contrast(one: Rgb, other: Rgb) -> float:
    """Contrast ratio of two colours, 1 to 21.

    Source: W3C, WCAG 2.1, definitions of contrast ratio and relative luminance.
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


_LINEAR_BELOW = 0.03928


def _luminance(colour: Rgb) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= _LINEAR_BELOW else ((part + 0.055) / 1.055) ** 2.4
