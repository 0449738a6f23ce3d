"""The drawing board of the layout: measures labels, breaks them into lines, lays them down.

No wire, no clock. Lengths come in as millimetres and leave as pixels.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ui.advances import FontSet
from ui.boxes import INK_ABOVE, INK_BELOW, Item, Picture, Rect, Shape, Target, Words
from ui.catalog import Catalogue
from ui.linebreak import balance, break_lines
from ui.model import Action, Label, Role, Size, Text
from ui.theme import SCALES, Panel, TypeScale

SHRINK = (1.0, 0.9, 0.8)
"""A label may go down to 80 % of its size, never below the least capital height."""
_LAST_RESORT = (0.7, 0.6, 0.5, 0.4, 0.3)


class DoesNotFit(Exception):
    """A text does not fit its place in this language; shorten it or give it more room."""

    def __init__(self, key: str, language: str) -> None:
        self.key = key
        self.language = language
        super().__init__(f"the text {key} does not fit its place in {language}")


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set. `capital_mm` is the height of its capitals."""

    capital_mm: float
    role: str = "text"
    bold: bool = False
    leading: float = 1.85
    """Distance of baselines, in heights of a capital."""
    even: bool = False
    """Lines of lengths as even as can be, for headings."""


@dataclass(frozen=True, slots=True)
class Block:
    """A label broken into lines."""

    lines: tuple[str, ...] = field(repr=False)
    chain: str
    capital_px: float
    leading_px: int
    width: int
    role: str

    @property
    def height(self) -> int:
        """From the highest ink of the first line to the lowest of the last."""
        ink = round((INK_ABOVE + INK_BELOW) * self.capital_px)
        return ink + (len(self.lines) - 1) * self.leading_px


@dataclass(slots=True)
class Draft:
    """Collects what one page shows. Create one for each page."""

    fonts: FontSet
    catalogue: Catalogue
    panel: Panel
    size: Size = Size.NORMAL
    strict: bool = True
    """True: a text that does not fit raises. False: it is made smaller and cut, for the glass."""
    items: list[Item] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    keys: list[tuple[str, str]] = field(default_factory=list)
    anywhere: str = ""

    @property
    def scale(self) -> TypeScale:
        return SCALES[self.size]

    @property
    def large(self) -> bool:
        return self.size is Size.LARGE

    @property
    def portrait(self) -> bool:
        return self.panel.height > self.panel.width

    @property
    def margin(self) -> int:
        """Pixels at the left and the right of everything; less on a narrow glass."""
        narrow = self.panel.width <= self.mm(NARROW_MM)
        return self.mm(NARROW_MARGIN_MM if narrow else MARGIN_MM)

    @property
    def room(self) -> int:
        """Pixels between the margins."""
        return self.panel.width - 2 * self.margin

    def mm(self, millimetres: float) -> int:
        """Pixels, rounded up."""
        return self.panel.px(millimetres)

    def blank(self) -> "Draft":
        """A board with the same tools and nothing on it, for trying an arrangement."""
        return replace(self, items=[], targets=[], keys=[])

    def demanding(self) -> "Draft":
        """A blank board that raises DoesNotFit, for trying one arrangement before another."""
        return replace(self, items=[], targets=[], keys=[], strict=True)

    # -- text -------------------------------------------------------------

    def block(self, label: Label, style: Style, width: int, lines: int = 2) -> Block:
        """The label in at most `lines` lines of `width` pixels. Raises DoesNotFit if strict."""
        for block in self._trials(label, style, width, SHRINK):
            if len(block.lines) <= lines:
                return block
        if self.strict:
            raise self.misfit(label)
        return self._forced(label, style, width, lines)

    def misfit(self, label: Label) -> DoesNotFit:
        """The error for a label; names a key, never a resident's text."""
        key = label.key if isinstance(label, Text) else "(text of others)"
        return DoesNotFit(key, self.catalogue.language)

    def _trials(
        self, label: Label, style: Style, width: int, ratios: tuple[float, ...]
    ) -> Iterator[Block]:
        said = self.catalogue.say(label)
        chain = self.catalogue.chain_of(label) + (":bold" if style.bold else "")
        for ratio in ratios:
            capital = max(style.capital_mm * ratio, min(self.scale.least, style.capital_mm))
            block = self._set(said, chain, replace(style, capital_mm=capital), width)
            if block is not None:
                yield block

    def _set(self, said: str, chain: str, style: Style, width: int) -> Block | None:
        capital = style.capital_mm * self.panel.px_per_mm

        def measure(part: str) -> float:
            return self.fonts.width(part, chain, capital)

        broken = (balance if style.even else break_lines)(said, width, measure)
        if broken is None:
            return None
        widest = max((self.fonts.width(line, chain, capital) for line in broken), default=0)
        leading = round(style.leading * capital)
        return Block(tuple(broken), chain, capital, leading, widest, style.role)

    def _forced(self, label: Label, style: Style, width: int, lines: int) -> Block:
        """What the glass shows rather than nothing: smaller, then broken anywhere and cut."""
        chain = self.catalogue.chain_of(label) + (":bold" if style.bold else "")
        said = self.catalogue.say(label)
        for ratio in _LAST_RESORT:
            small = replace(style, capital_mm=style.capital_mm * ratio)
            block = self._set(said, chain, small, width)
            if block is not None and len(block.lines) <= lines:
                return block
        capital = style.capital_mm * _LAST_RESORT[0] * self.panel.px_per_mm
        line = said.replace("\n", " ")
        while line and self.fonts.width(line + "…", chain, capital) > width:
            line = line[:-1]
        wide = self.fonts.width(line + "…", chain, capital)
        return Block((line + "…",), chain, capital, round(capital), wide, style.role)

    def put(self, block: Block, x: int, top: int, width: int = 0, align: float = 0.0) -> int:
        """Lay the block down from `top`; `align` 0, 0.5, 1 within `width`. Returns its bottom."""
        baseline = top + round(INK_ABOVE * block.capital_px)
        for line in block.lines:
            runs = self.fonts.runs(line, block.chain, block.capital_px)
            wide = sum(run.width for run in runs)
            left = x + round(align * (max(width, wide) - wide))
            self.items.append(Words(left, baseline, runs, block.role, block.capital_px))
            baseline += block.leading_px
        return top + block.height

    def put_middle(self, block: Block, rect: Rect, align: float = 0.5) -> None:
        """Lay the block down so that its capitals stand in the middle of the rectangle's height."""
        inked = round(block.capital_px) + (len(block.lines) - 1) * block.leading_px
        first = rect.y + (rect.h - inked) // 2 + round(block.capital_px)
        self.put(block, rect.x, first - round(INK_ABOVE * block.capital_px), rect.w, align)

    # -- shapes -----------------------------------------------------------

    def shape(self, rect: Rect, skin: "Skin") -> None:
        """A rectangle in a skin."""
        edge_px = max(1, round(skin.edge_mm * self.panel.px_per_mm)) if skin.edge else 0
        radius = min(round(skin.radius_mm * self.panel.px_per_mm), rect.h // 2, rect.w // 2)
        self.items.append(Shape(rect, skin.fill, skin.edge, edge_px, radius, skin.dashed))

    def picture(self, rect: Rect, name: str, ink: str = "text") -> None:
        """A drawing of `ui.pictures`."""
        self.items.append(Picture(rect, name, ink))

    def target(self, action: Action, rect: Rect) -> None:
        """Make a rectangle pressable as the action."""
        radius = round(CORNER_MM * self.panel.px_per_mm)
        self.targets.append(
            Target(action.id, rect, action.role, enabled=action.enabled, radius=radius)
        )


MARGIN_MM = 11.5
NARROW_MARGIN_MM = 7.0
NARROW_MM = 280.0
"""A glass no wider than this has the small margin."""
CORNER_MM = 3.4
"""Radius of the corners of buttons and cards."""


@dataclass(frozen=True, slots=True)
class Skin:
    """How a rectangle looks: colours by role, edge and radius in millimetres."""

    fill: str = ""
    edge: str = ""
    edge_mm: float = 0.5
    radius_mm: float = 0.0
    dashed: bool = False


CARD = Skin("surface", "line", 0.6, CORNER_MM)
CHOSEN = Skin("chosen", "brand", 1.4, CORNER_MM)
CLOSED = Skin("disabled", "line", 0.6, CORNER_MM, dashed=True)


@dataclass(frozen=True, slots=True)
class ButtonLook:
    """Colours of a button: its ground, its edge, its words."""

    fill: str
    edge: str
    ink: str


BUTTON_LOOKS: dict[Role, ButtonLook] = {
    Role.PRIMARY: ButtonLook("brand", "", "on_brand"),
    Role.SECONDARY: ButtonLook("surface", "secondary", "secondary"),
    Role.END: ButtonLook("surface", "end", "end"),
    Role.PLAIN: ButtonLook("surface", "brand", "brand"),
}
DISABLED_LOOK = ButtonLook("disabled", "disabled", "on_disabled")
ALERT_LOOK = ButtonLook("alert_button", "alert_button", "on_alert_button")
ATTRACT_LOOK = ButtonLook("attract", "on_attract", "on_attract")


def draw_button(
    draft: Draft, action: Action, rect: Rect, block: Block, look: ButtonLook | None = None
) -> None:
    """A button with its words in the middle, pressable as the action."""
    shown = look or BUTTON_LOOKS[action.role]
    if not action.enabled:
        shown = DISABLED_LOOK
    draft.shape(rect, Skin(shown.fill, shown.edge, 0.7, CORNER_MM))
    draft.put_middle(replace(block, role=shown.ink), rect)
    draft.target(action, rect)
