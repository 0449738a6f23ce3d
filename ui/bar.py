"""The bar at the foot of the glass: always the same buttons in the same places.

No wire, no clock. Source for the places: 証明書交付サービス導入の手引き (guide v2.4), screens of
chapter 4: 終了する bottom left, 前画面へ beside it, 確定する bottom right.
"""

from dataclasses import dataclass

from ui.boxes import Rect
from ui.drafting import SHRINK, Block, DoesNotFit, Draft, Skin, Style, draw_button
from ui.model import Action, Role, Tone

_ORDER = (Role.END, Role.SECONDARY, Role.PLAIN, Role.PRIMARY)
_LEAST_WIDTH_MM = {Role.END: 56.0, Role.SECONDARY: 56.0, Role.PLAIN: 44.0, Role.PRIMARY: 78.0}
_NARROW_MM = {Role.END: 34.0, Role.SECONDARY: 34.0, Role.PLAIN: 30.0, Role.PRIMARY: 46.0}
_PAD_MM = 5.5
_GAP_MM = 5.5
_HEIGHT_MM = 22.0
_WIDER = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0)
"""A label on several lines gets the first of these multiples of the room in which it fits."""


@dataclass(frozen=True, slots=True)
class _Sized:
    action: Action
    block: Block
    width: int


def draw_bar(draft: Draft, actions: tuple[Action, ...], tone: Tone) -> int:
    """Draw the bar; returns its height in pixels, 0 when there is nothing in it.

    Raises DoesNotFit if the labels have no room even small and on two lines.
    """
    if not actions:
        return 0
    ordered = sorted(actions, key=lambda action: _ORDER.index(action.role))
    edge = draft.margin
    sized = _sized(draft, ordered, draft.panel.width - 2 * edge)
    pad = draft.mm(5)
    tall = max(draft.mm(_HEIGHT_MM), *(s.block.height + draft.mm(4) for s in sized))
    height = tall + 2 * pad
    top = draft.panel.height - height
    if tone is Tone.NORMAL:
        draft.shape(Rect(0, top, draft.panel.width, height), Skin("surface"))
        draft.shape(Rect(0, top, draft.panel.width, max(2, draft.mm(0.4))), Skin("line"))
    left = edge
    for one in sized:
        primary = one.action.role is Role.PRIMARY
        x = draft.panel.width - edge - one.width if primary else left
        draw_button(draft, one.action, Rect(x, top + pad, one.width, tall), one.block)
        left += one.width + draft.mm(_GAP_MM)
    return height


def _sized(draft: Draft, actions: list[Action], room: int) -> list[_Sized]:
    """The widest arrangement that fits: one line before two, full size before smaller."""
    for lines, widths in ((1, _LEAST_WIDTH_MM), (1, _NARROW_MM), (2, _NARROW_MM), (3, _NARROW_MM)):
        for ratio in SHRINK:
            sized = _attempt(draft, actions, lines, (widths, ratio))
            gaps = draft.mm(_GAP_MM) * (len(actions) - 1)
            if sized and sum(one.width for one in sized) + gaps <= room:
                return sized
    if draft.strict:
        raise draft.misfit(actions[-1].label)
    return _equal_shares(draft, actions, room)


def _attempt(
    draft: Draft, actions: list[Action], lines: int, form: tuple[dict[Role, float], float]
) -> list[_Sized] | None:
    widths, ratio = form
    pad = 2 * draft.mm(_PAD_MM)
    sized = []
    for action in actions:
        least = draft.mm(widths[action.role])
        room = least - pad if lines > 1 else draft.panel.width
        block = _block(draft, action, max(room, 1), lines, ratio)
        if block is None:
            return None
        sized.append(_Sized(action, block, max(least, block.width + pad)))
    return sized


def _block(draft: Draft, action: Action, room: int, lines: int, ratio: float) -> Block | None:
    """The label in `lines` lines, as narrow as its longest word allows."""
    capital = max(draft.scale.button * ratio, draft.scale.least)
    style = Style(capital, bold=True, leading=1.7, even=True)
    strict = draft.demanding()
    for width in (round(room * wider) for wider in _WIDER):
        try:
            return strict.block(action.label, style, width, lines)
        except DoesNotFit:
            continue
    return None


def _equal_shares(draft: Draft, actions: list[Action], room: int) -> list[_Sized]:
    gaps = draft.mm(_GAP_MM) * (len(actions) - 1)
    width = (room - gaps) // len(actions)
    style = Style(draft.scale.least, bold=True, leading=1.6)
    inner = width - draft.mm(3)
    return [_Sized(a, draft.block(a.label, style, inner, 2), width) for a in actions]
