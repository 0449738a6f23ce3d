"""The idle glass: what one needs, where to begin, in which language. No wire, no clock."""

import enum
from dataclasses import dataclass, replace

from ui.boxes import Rect
from ui.drafting import ATTRACT_LOOK, CORNER_MM, Block, DoesNotFit, Draft, Skin, Style
from ui.model import Action, Attract, Label, Raw, Screen
from ui.screens.grid import grid_of
from ui.screens.parts import put_lines

_EDGE_MM = 6.0

_NEED = Skin("card", "card_edge", 0.6, CORNER_MM + 1)
_START = Skin("start", radius_mm=CORNER_MM + 1)


class _Form(enum.Enum):
    """How the three things needed are shown."""

    CARDS = enum.auto()
    ROWS = enum.auto()
    CARD_NAMES = enum.auto()
    ROW_NAMES = enum.auto()


_IN_ROWS = (_Form.ROWS, _Form.ROW_NAMES)
_NAMES_ONLY = (_Form.CARD_NAMES, _Form.ROW_NAMES)


@dataclass(frozen=True, slots=True)
class _Plan:
    """One way to share the height: size of the title, of the distances, form of the needs."""

    hero: float
    air: float
    form: _Form
    named: bool = True
    """Whether the service's name stands over the title."""


_PLANS = (
    _Plan(1.0, 1.0, _Form.CARDS),
    _Plan(0.85, 0.9, _Form.CARDS),
    _Plan(0.7, 0.75, _Form.CARDS),
    _Plan(0.58, 0.6, _Form.CARDS),
    _Plan(0.7, 0.75, _Form.ROWS),
    _Plan(0.58, 0.6, _Form.ROWS),
    _Plan(0.58, 0.6, _Form.CARD_NAMES),
    _Plan(0.58, 0.5, _Form.ROW_NAMES),
    _Plan(0.58, 0.4, _Form.CARD_NAMES, named=False),
)
"""Tried in this order; the title and the distances give way before the remarks do."""


def draw_attract(draft: Draft, screen: Screen, body: Attract) -> None:
    """Draws the whole glass from both ends to the middle: words on top, buttons at the foot.

    Raises DoesNotFit if no plan fits and the draft is strict.
    """
    for plan in _PLANS:
        trial = draft.demanding()
        try:
            _draw(trial, screen, body, plan)
        except DoesNotFit:
            continue
        draft.items += trial.items
        draft.targets += trial.targets
        break
    else:
        _draw(draft, screen, body, _PLANS[-1])
    draft.anywhere = body.start.id
    draft.keys += [(str(i), action.id) for i, action in enumerate(body.languages, 1)]


def _draw(draft: Draft, screen: Screen, body: Attract, plan: _Plan) -> None:
    edge = draft.margin + draft.mm(_EDGE_MM)
    width = draft.panel.width - 2 * edge
    gap = draft.mm(8 * plan.air)
    foot = _draw_choices(draft, (*body.languages, *screen.tools), Rect(edge, 0, width, 0))
    if not plan.named:
        screen = replace(screen, lead=None)
    top = _draw_words(draft, screen, Rect(edge, draft.mm(13 * plan.air), width, 0), plan.hero)
    start = _start_block(draft, body, width)
    tall = max(draft.mm(28 * plan.air), start.height + draft.mm(8 * plan.air))
    place = Rect(edge, foot - gap - tall, width, tall)
    _draw_start(draft, body.start, place, start)
    room = Rect(edge, top + gap, width, place.y - gap - top - gap)
    _draw_needs(draft, body, room, plan.form)


def _draw_words(draft: Draft, screen: Screen, place: Rect, hero: float) -> int:
    """The service's name and the title. Returns where they end."""
    y = place.y
    if screen.lead is not None:
        style = Style(draft.scale.label, "on_attract")
        y = draft.put(draft.block(screen.lead, style, place.w, 2), place.x, y) + draft.mm(4)
    capital = max(draft.scale.hero * hero, draft.scale.title)
    title = Style(capital, "on_attract", bold=True, leading=1.62, even=True)
    return draft.put(draft.block(screen.title, title, place.w, 3), place.x, y)


def _start_block(draft: Draft, body: Attract, width: int) -> Block:
    style = Style(draft.scale.alert * 0.86, "on_start", bold=True, leading=1.55, even=True)
    return draft.block(body.start.label, style, width - 2 * draft.mm(10), 2)


def _draw_start(draft: Draft, start: Action, place: Rect, block: Block) -> None:
    draft.shape(place, _START)
    draft.put_middle(block, place)
    draft.target(start, place)


def _draw_choices(draft: Draft, choices: tuple[Action, ...], place: Rect) -> int:
    """Languages and tools at the foot of the glass; their top."""
    if not choices:
        return draft.panel.height - draft.mm(10)
    grid = grid_of(draft, choices, place.w)
    top = draft.panel.height - draft.mm(14) - grid.height
    grid.draw(draft, place.x, top, ATTRACT_LOOK)
    return top


class _Need:
    """One of the things needed: number, name, remark."""

    def __init__(
        self, draft: Draft, need: tuple[Label, Label], numbered: tuple[int, int], form: _Form
    ) -> None:
        number, width = numbered
        self._in_row = form in _IN_ROWS
        self._pad = draft.mm(7 if form is _Form.CARDS else 5)
        self._side = draft.mm(13) if self._in_row else 0
        self._gap = draft.mm(0.8 if self._in_row else 1.4)
        inner = width - 2 * self._pad - self._side
        digit = Style(draft.scale.alert * 0.82, "card_brand", bold=True)
        name = Style(draft.scale.label, "on_card", bold=True, leading=1.6)
        remark = Style(draft.scale.note, "on_card_muted", leading=1.75, even=True)
        self._digit = draft.block(Raw(str(number)), digit, width, 1)
        self._words = [draft.block(need[0], name, inner, 3)]
        if form not in _NAMES_ONLY:
            self._words.append(draft.block(need[1], remark, inner, 4))

    @property
    def height(self) -> int:
        """Pixels it needs, its padding included."""
        words = sum(block.height for block in self._words) + self._gap * (len(self._words) - 1)
        if self._in_row:
            return max(words, self._digit.height) + 2 * self._gap
        return words + self._digit.height + self._gap + 2 * self._pad

    def draw(self, draft: Draft, rect: Rect) -> None:
        draft.shape(rect, _NEED)
        x, digit = rect.x + self._pad, self._digit
        if self._in_row:
            draft.put_middle(digit, Rect(x, rect.y, digit.width, rect.h))
            words = Rect(x + self._side, rect.y, 0, rect.h)
            put_lines(draft, self._words, words, self._gap)
            return
        y = draft.put(digit, x, rect.y + self._pad) + self._gap
        for block in self._words:
            y = draft.put(block, x, y) + self._gap


def _draw_needs(draft: Draft, body: Attract, room: Rect, form: _Form) -> None:
    """Cards side by side, or rows below one another. Raises DoesNotFit if strict."""
    if not body.needs:
        return
    count = len(body.needs)
    gap = draft.mm(3.4 if form in _IN_ROWS else 8.4)
    wide = room.w if form in _IN_ROWS else (room.w - gap * (count - 1)) // count
    needs = [_Need(draft, need, (i, wide), form) for i, need in enumerate(body.needs, 1)]
    tall = max(need.height for need in needs)
    across = form not in _IN_ROWS
    total = tall if across else count * tall + (count - 1) * gap
    if total > room.h and draft.strict:
        raise draft.misfit(body.needs[0][0])
    spare = max(0, room.h - total)
    tall += min(spare, draft.mm(6)) if across else min(spare // count, draft.mm(10))
    y = room.y + max(0, room.h - (tall if across else count * tall + (count - 1) * gap)) // 2
    for index, need in enumerate(needs):
        step = index * ((wide if across else tall) + gap)
        place = Rect(room.x + step, y, wide, tall) if across else Rect(room.x, y + step, wide, tall)
        need.draw(draft, place)
