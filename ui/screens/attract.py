"""The idle glass: what one needs, where to begin, in which language. No wire, no clock."""

from ui.boxes import Rect
from ui.drafting import ATTRACT_LOOK, CORNER_MM, Block, DoesNotFit, Draft, Skin, Style, draw_button
from ui.model import Action, Attract, Label, Raw, Screen

_EDGE_MM = 6.0
_MOST_ROWS = 3
_HEROES = (1.0, 0.85, 0.7, 0.58)
_NEED = Skin("card", "card_edge", 0.6, CORNER_MM + 1)
_START = Skin("start", radius_mm=CORNER_MM + 1)


def draw_attract(draft: Draft, screen: Screen, body: Attract) -> None:
    """Draws the whole glass from both ends to the middle: words on top, buttons at the foot.

    The title gives way before the three things needed do. Raises DoesNotFit if strict.
    """
    for hero in _HEROES:
        trial = draft.demanding()
        try:
            _draw(trial, screen, body, hero)
        except DoesNotFit:
            continue
        draft.items += trial.items
        draft.targets += trial.targets
        break
    else:
        _draw(draft, screen, body, _HEROES[-1])
    draft.anywhere = body.start.id
    draft.keys += [(str(i), action.id) for i, action in enumerate(body.languages, 1)]


def _draw(draft: Draft, screen: Screen, body: Attract, hero: float) -> None:
    edge = draft.margin + draft.mm(_EDGE_MM)
    width = draft.panel.width - 2 * edge
    foot = _draw_choices(draft, (*body.languages, *screen.tools), Rect(edge, 0, width, 0))
    top = _draw_words(draft, screen, Rect(edge, draft.mm(13), width, 0), hero)
    start = _start_block(draft, body, width)
    tall = max(draft.mm(28), start.height + draft.mm(8))
    place = Rect(edge, foot - draft.mm(8) - tall, width, tall)
    _draw_start(draft, body.start, place, start)
    room = Rect(edge, top + draft.mm(8), width, place.y - draft.mm(8) - top - draft.mm(8))
    _draw_needs(draft, body, room)


def _draw_words(draft: Draft, screen: Screen, place: Rect, hero: float) -> int:
    """The service's name and the title. Returns where they end."""
    y = place.y
    if screen.lead is not None:
        style = Style(draft.scale.label, "on_attract")
        y = draft.put(draft.block(screen.lead, style, place.w, 2), place.x, y) + draft.mm(4)
    capital = max(draft.scale.hero * hero, draft.scale.title)
    title = Style(capital, "on_attract", bold=True, leading=1.62)
    return draft.put(draft.block(screen.title, title, place.w, 3), place.x, y)


def _start_block(draft: Draft, body: Attract, width: int) -> Block:
    style = Style(draft.scale.alert * 0.86, "on_start", bold=True, leading=1.55, even=True)
    return draft.block(body.start.label, style, width - 2 * draft.mm(10), 2)


def _draw_start(draft: Draft, start: Action, place: Rect, block: Block) -> None:
    draft.shape(place, _START)
    draft.put_middle(block, place)
    draft.target(start, place)


def _draw_choices(draft: Draft, choices: tuple[Action, ...], place: Rect) -> int:
    """Languages and tools in rows of equal buttons, as few rows as the names allow; its top."""
    gap = draft.mm(4.6)
    if not choices:
        return draft.panel.height - draft.mm(10)
    for rows in range(1, _MOST_ROWS + 1):
        count = -(-len(choices) // rows)
        wide = (place.w - gap * (count - 1)) // count
        blocks = _choice_blocks(draft, choices, wide, last=rows == _MOST_ROWS)
        if blocks is None:
            continue
        tall = max(draft.mm(19), *(block.height + draft.mm(3) for block in blocks))
        top = draft.panel.height - draft.mm(14) - rows * tall - (rows - 1) * gap
        for index, (action, block) in enumerate(zip(choices, blocks, strict=True)):
            x = place.x + index % count * (wide + gap)
            y = top + index // count * (tall + gap)
            draw_button(draft, action, Rect(x, y, wide, tall), block, ATTRACT_LOOK)
        return top
    return draft.panel.height


def _choice_blocks(
    draft: Draft, choices: tuple[Action, ...], wide: int, *, last: bool
) -> list[Block] | None:
    board = draft if last else draft.demanding()
    style = Style(draft.scale.note, bold=True, leading=1.6, even=True)
    try:
        return [board.block(a.label, style, wide - draft.mm(1.6), 2) for a in choices]
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
        remark = Style(draft.scale.note, "on_card_muted", leading=1.75, even=True)
        self.blocks = [
            draft.block(Raw(str(number)), digit, inner, 1),
            draft.block(need[0], name, inner, 3),
            draft.block(need[1], remark, inner, 4),
        ]
        self._gap = draft.mm(1.4)
        self.height = sum(block.height for block in self.blocks) + 2 * self._gap

    def shorten(self, height: int) -> None:
        """Where the words are taller than `height`, the remark is left out."""
        if sum(block.height for block in self.blocks[1:]) > height:
            self.blocks = self.blocks[:2]

    def draw(self, draft: Draft, rect: Rect) -> None:
        draft.shape(rect, _NEED)
        y = rect.y + draft.mm(6)
        for block in self.blocks:
            y = draft.put(block, rect.x + draft.mm(7), y) + self._gap

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
        need.shorten(tall)
        if sum(block.height for block in need.blocks[1:]) > tall and draft.strict:
            raise draft.misfit(body.needs[index][0])
        need.draw_flat(draft, Rect(room.x, room.y + index * (tall + gap), room.w, tall))
