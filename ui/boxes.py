"""A laid-out screen: rectangles, words, pictures and what can be pressed, in pixels.

No wire, no clock. The order of `items` is the order of painting; the order of `targets` is the
order of reading, of the focus and of speech. Colours are roles of `ui.theme.Palette`.
"""

from dataclasses import dataclass

from ui.advances import Run
from ui.model import Role

INK_ABOVE = 1.16
"""Kanji reach this much above the baseline, in heights of a capital (0.88 em / 0.765)."""
INK_BELOW = 0.30
"""g, j, p reach this much below the baseline, in heights of a capital."""


@dataclass(frozen=True, slots=True)
class Rect:
    """Whole pixels; right and bottom are just outside."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        return self.x + self.w

    @property
    def bottom(self) -> int:
        return self.y + self.h

    @property
    def middle(self) -> tuple[int, int]:
        return self.x + self.w // 2, self.y + self.h // 2

    def holds(self, x: float, y: float) -> bool:
        """Whether the point lies inside."""
        return self.x <= x < self.right and self.y <= y < self.bottom

    def within(self, other: "Rect") -> bool:
        """Whether this rectangle lies wholly inside the other."""
        return (
            other.x <= self.x
            and other.y <= self.y
            and self.right <= other.right
            and self.bottom <= other.bottom
        )

    def inset(self, by_x: int, by_y: int | None = None) -> "Rect":
        """The rectangle made smaller on all sides (larger if negative)."""
        dy = by_x if by_y is None else by_y
        return Rect(self.x + by_x, self.y + dy, self.w - 2 * by_x, self.h - 2 * dy)


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled and/or edged rectangle, its corners rounded."""

    rect: Rect
    fill: str = ""
    edge: str = ""
    edge_px: int = 0
    radius: int = 0
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text at a baseline."""

    x: int
    baseline: int
    runs: tuple[Run, ...]
    role: str
    capital_px: float

    @property
    def rect(self) -> Rect:
        """What the ink covers at most."""
        top = self.baseline - round(INK_ABOVE * self.capital_px)
        bottom = self.baseline + round(INK_BELOW * self.capital_px)
        return Rect(self.x, top, sum(run.width for run in self.runs), bottom - top)


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing of `ui.pictures`, by name, as large as fits the rectangle."""

    rect: Rect
    name: str
    ink: str = "text"


@dataclass(frozen=True, slots=True)
class Veil:
    """Dims everything painted so far."""

    rect: Rect


Item = Shape | Words | Picture | Veil


@dataclass(frozen=True, slots=True)
class Target:
    """What a finger or the keypad can press."""

    id: str
    rect: Rect
    role: Role
    enabled: bool = True
    radius: int = 0
    ring: Rect | None = None
    """Where the focus is drawn, if not around `rect`."""
    quiet: bool = False
    """Never looks pressed: a camera above must not see which digit it was."""
    key: str = ""
    """The keypad key that presses it directly."""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page of one screen, ready to paint and to touch."""

    screen_id: str
    width: int
    height: int
    ground: str
    items: tuple[Item, ...]
    targets: tuple[Target, ...]
    keys: tuple[tuple[str, str], ...] = ()
    """Keypad keys that press something no finger can: (key, action id)."""
    anywhere: str = ""
    """The action of a touch that hits no target, if it means something."""
    number: int = 0
    of: int = 1
    modal: bool = False

    @property
    def glass(self) -> Rect:
        return Rect(0, 0, self.width, self.height)
