"""The idle glass: what one needs, where to begin, in which language. No wire, no clock."""

from ui.boxes import Rect
from ui.drafting import ATTRACT_LOOK, CORNER_MM, Block, DoesNotFit, Draft, Skin, Style, draw_button
from ui.model import Action, Attract, Label, Raw, Screen

_EDGE_MM = 6.0
_MOST_ROWS = 3
_NEED = Skin("card", radius_mm=CORNER_MM + 1)


def draw_attract(draft: Draft, screen: Screen, body: Attract) -> None:
    """Draws the whole glass from both ends to the middle: words on top, buttons at the foot."""
    edge = draft.margin + draft.mm(_EDGE_MM)
    width = draft.panel.width - 2 * edge
    foot = _draw_languages(draft, body.languages, Rect(edge, 0, width, 0))
    top = _draw_words(draft, screen, edge, width)
    start = _start_block(draft, body, width)
    tall = max(draft.mm(28), start.height + draft.mm(8))
    place = Rect(edge, foot - draft.mm(8) - tall, width, tall)
    _draw_start(draft, body.start, place, start)
    room = Rect(edge, top + draft.mm(9), width, place.y - draft.mm(9) - top - draft.mm(9))
    _draw_needs(draft, body, room)
    draft.anywhere = body.start.id
    draft.keys += [(str(i), action.id) for i, action in enumerate(body.languages, 1)]


def _draw_words(draft: Draft, screen: Screen, edge: int, width: int) -> int:
    """The service's name with the tools beside it, and the title as large as it goes."""
    tools = _draw_tools(draft, screen, edge)
    y = draft.mm(15)
    if screen.lead is not None:
        style = Style(draft.scale.label, "on_attract")
        y = draft.put(draft.block(screen.lead, style, width - tools, 2), edge, y)
    title = Style(draft.scale.hero, "on_attract", bold=True, leading=1.62)
    block = draft.block(screen.title, title, width, 3)
    return draft.put(block, edge, max(y + draft.mm(3), 0))


def _draw_tools(draft: Draft, screen: Screen, edge: int) -> int:
    style = Style(draft.scale.least, bold=True, leading=1.65, even=True)
    x = draft.panel.width - edge
    for tool in reversed(screen.tools):
        block = draft.block(tool.label, style, draft.mm(64), 2)
        wide = max(draft.mm(28), block.width + 2 * draft.mm(2.6))
        tall = max(draft.mm(17.5), block.height + draft.mm(1.6))
        x -= wide
        draw_button(draft, tool, Rect(x, draft.mm(8), wide, tall), block, ATTRACT_LOOK)
        x -= draft.mm(4)
    return draft.panel.width - edge - x


def _start_block(draft: Draft, body: Attract, width: int) -> Block:
    style = Style(draft.scale.alert * 0.86, "card_brand", bold=True, leading=1.55, even=True)
    return draft.block(body.start.label, style, width - 2 * draft.mm(10), 2)


def _draw_start(draft: Draft, start: Action, place: Rect, block: Block) -> None:
    draft.shape(place, _NEED)
    draft.put_middle(block, place)
    draft.target(start, place)


def _draw_languages(draft: Draft, languages: tuple[Action, ...], place: Rect) -> int:
    """One row of equal buttons, two rows where the names need it. Returns its top."""
    gap, tall = draft.mm(4.6), draft.mm(19)
    if not languages:
        return draft.panel.height - draft.mm(10)
    for rows in range(1, _MOST_ROWS + 1):
        count = -(-len(languages) // rows)
        wide = (place.w - gap * (count - 1)) // count
        blocks = _language_blocks(draft, languages, wide, last=rows == _MOST_ROWS)
        if blocks is None:
            continue
        top = draft.panel.height - draft.mm(14) - rows * tall - (rows - 1) * gap
        for index, (action, block) in enumerate(zip(languages, blocks, strict=True)):
            x = place.x + index % count * (wide + gap)
            y = top + index // count * (tall + gap)
            draw_button(draft, action, Rect(x, y, wide, tall), block, ATTRACT_LOOK)
        return top
    return draft.panel.height


def _language_blocks(
    draft: Draft, languages: tuple[Action, ...], wide: int, *, last: bool
) -> list[Block] | None:
    strict = draft if last else draft.demanding()
    style = Style(draft.scale.note, bold=True)
    try:
        return [strict.block(a.label, style, wide - draft.mm(1.6), 1) for a in languages]
    except DoesNotFit:
        if last:
            raise
        return None


class _Need:
    """One of the things needed: number, name, remark."""

    def __init__(self, draft: Draft, need: tuple[Label, Label], number: int, width: int) -> None:
        inner = width - 2 * draft.mm(7)
        digit = Style(draft.scale.alert * 0.82, "card_brand", bold=True)
        name = Style(draft.scale.label, "on_card", bold=True, leading=1.6)
        remark = Style(draft.scale.note, "on_card_muted", leading=1.75)
        self.blocks = [
            draft.block(Raw(str(number)), digit, inner, 1),
            draft.block(need[0], name, inner, 3),
            draft.block(need[1], remark, inner, 4),
        ]
        self.height = sum(block.height for block in self.blocks) + draft.mm(1)

    def draw(self, draft: Draft, rect: Rect) -> None:
        draft.shape(rect, _NEED)
        y = rect.y + draft.mm(6)
        for block in self.blocks:
            y = draft.put(block, rect.x + draft.mm(7), y)

    def draw_flat(self, draft: Draft, rect: Rect) -> None:
        """Number left, words right of it, for a tall narrow glass."""
        draft.shape(rect, _NEED)
        number, *words = self.blocks
        side = draft.mm(16)
        draft.put_middle(number, Rect(rect.x + draft.mm(5), rect.y, number.width, rect.h))
        tall = sum(block.height for block in words)
        y = rect.y + (rect.h - tall) // 2
        for block in words:
            y = draft.put(block, rect.x + side + draft.mm(2), y)


def _draw_needs(draft: Draft, body: Attract, room: Rect) -> None:
    """Three cards side by side, or below one another where the words need the width."""
    gap = draft.mm(8.4)
    count = max(1, len(body.needs))
    wide = (room.w - gap * (count - 1)) // count
    strict = draft.demanding()
    try:
        needs = [_Need(strict, need, i, wide) for i, need in enumerate(body.needs, 1)]
        fits = max(need.height for need in needs) + draft.mm(12) <= room.h
    except DoesNotFit:
        fits, needs = False, []
    if fits:
        tall = min(room.h, max(need.height for need in needs) + draft.mm(14))
        y = room.y + (room.h - tall) // 2
        for index, need in enumerate(needs):
            need.draw(draft, Rect(room.x + index * (wide + gap), y, wide, tall))
        return
    _draw_flat_needs(draft, body, room)


def _draw_flat_needs(draft: Draft, body: Attract, room: Rect) -> None:
    gap = draft.mm(4)
    inner = room.w - draft.mm(12)
    needs = [_Need(draft, need, i, inner) for i, need in enumerate(body.needs, 1)]
    tall = (room.h - gap * (len(needs) - 1)) // max(1, len(needs))
    for index, need in enumerate(needs):
        words = sum(block.height for block in need.blocks[1:])
        if words > tall and draft.strict:
            raise draft.misfit(body.needs[index][0])
        need.draw_flat(draft, Rect(room.x, room.y + index * (tall + gap), room.w, tall))
