"""A question over the screen: time limit, really end? No wire, no clock."""

from ui.boxes import Rect
from ui.drafting import Block, Draft, Skin, Style, draw_button
from ui.model import Action, Overlay, Raw, Role

_WIDTH_MM = 236.0
_PAD_MM = 13.0
_RING_MM = 34.0


def draw_overlay(draft: Draft, overlay: Overlay) -> None:
    """A panel in the middle of the glass; only its own buttons can be pressed."""
    width = min(draft.mm(_WIDTH_MM), draft.room)
    inner = width - 2 * draft.mm(_PAD_MM)
    title = Style(draft.scale.title, bold=True, leading=1.65, even=True)
    lines = Style(draft.scale.lead * 1.1, "text", leading=1.8)
    blocks = [draft.block(overlay.title, title, inner, 3)]
    blocks += [draft.block(line, lines, inner, 5) for line in overlay.lines]
    buttons = _buttons(draft, overlay.actions, inner)
    draft.anywhere = _go_on(overlay) if overlay.seconds_left else ""
    _draw(draft, blocks, buttons, (width, overlay.seconds_left))


def _go_on(overlay: Overlay) -> str:
    """A warning of a time limit is answered by touching anywhere."""
    leading = (a.id for a in overlay.actions if a.role is Role.PRIMARY and a.enabled)
    return next(leading, "")


def _draw(
    draft: Draft, blocks: list[Block], buttons: list[list["_Button"]], form: tuple[int, int]
) -> None:
    width, seconds = form
    pad, gap = draft.mm(_PAD_MM), draft.mm(5)
    ring = draft.mm(_RING_MM) + gap if seconds else 0
    rows = sum(row[0].height + draft.mm(4) for row in buttons)
    tall = 2 * pad + ring + sum(block.height + gap for block in blocks) + rows
    panel = Rect(
        (draft.panel.width - width) // 2, max(0, (draft.panel.height - tall) // 2), width, tall
    )
    draft.shape(panel, Skin("surface", "brand", 1.0, 5.0))
    y = panel.y + pad
    if seconds:
        y = _draw_seconds(draft, panel, y, seconds) + gap
    for block in blocks:
        y = draft.put(block, panel.x + pad, y, width - 2 * pad, 0.5) + gap
    for row in buttons:
        _draw_row(draft, row, panel, y)
        y += row[0].height + draft.mm(4)


def _draw_seconds(draft: Draft, panel: Rect, y: int, seconds: int) -> int:
    side = draft.mm(_RING_MM)
    ring = Rect(panel.x + (panel.w - side) // 2, y, side, side)
    draft.shape(ring, Skin("note", "note_bar", 2.2, side))
    number = Style(draft.scale.key, "on_note", bold=True)
    draft.put_middle(draft.block(Raw(str(seconds)), number, side, 1), ring)
    return ring.bottom


class _Button:
    def __init__(self, action: Action, block: Block, width: int, height: int) -> None:
        self.action = action
        self.block = block
        self.width = width
        self.height = height


def _buttons(draft: Draft, actions: tuple[Action, ...], room: int) -> list[list[_Button]]:
    """All in one row of equal widths, or one below another."""
    gap = draft.mm(6)
    count = max(1, len(actions))
    width = (room - gap * (count - 1)) // count
    style = Style(draft.scale.button, bold=True, leading=1.65, even=True)
    ordered = sorted(actions, key=lambda action: action.role is Role.PRIMARY)
    one_row = count == 1 or all(
        draft.fonts.width(draft.catalogue.say(a.label), draft.catalogue.chain_of(a.label),
                          draft.scale.least * draft.panel.px_per_mm) < 2 * width * 8 // 10
        for a in actions
    )  # fmt: skip
    if not one_row:
        width = room
    made = []
    for action in ordered:
        block = draft.block(action.label, style, width - draft.mm(8), 2)
        tall = max(draft.mm(22), block.height + draft.mm(4))
        made.append(_Button(action, block, width, tall))
    tallest = max((button.height for button in made), default=0)
    for button in made:
        button.height = tallest
    return [made] if one_row and made else [[button] for button in made]


def _draw_row(draft: Draft, row: list[_Button], panel: Rect, y: int) -> None:
    gap = draft.mm(6)
    total = sum(button.width for button in row) + gap * (len(row) - 1)
    x = panel.x + (panel.w - total) // 2
    for button in row:
        draw_button(draft, button.action, Rect(x, y, button.width, button.height), button.block)
        x += button.width + gap
