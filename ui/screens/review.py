"""Everything once more before money: each line with its 直す, the sum last. No wire, no clock."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

from ui.boxes import Rect
from ui.drafting import CARD, Block, DoesNotFit, Draft, Skin, Style, draw_button
from ui.model import Action, Review, ReviewRow, Size
from ui.stack import Piece, Stack

_PAD_MM = 6.0
_LABEL_SHARE = {Size.NORMAL: 0.27, Size.LARGE: 0.31}
_FIX_MM = 34.0
_TARGET_MM = 15.2
_LINE_GAP_MM = 1.0
_ONE_COLUMN = 2
"""So many values stand below one another; more of them side by side."""


def review_stack(draft: Draft, body: Review) -> Stack:
    """A card for each row and one for the sum; rows that are changed in one place share a card."""
    fix_width = max([draft.mm(_FIX_MM), *(_fix_width(draft, row) for row in body.rows)])
    groups = [tuple(group) for _, group in groupby(body.rows, key=_changed_at)]
    pieces = [_card(draft, group, fix_width) for group in groups]
    pieces += _sum_pieces(draft, body)
    fixes = [group[0].fix.id for group in groups if group[0].fix and group[0].fix.enabled]
    draft.keys += [(str(i), fix) for i, fix in enumerate(fixes[:9], 1)]
    return Stack(tuple(pieces), draft.mm(2.7))


def _changed_at(row: ReviewRow) -> object:
    """What tells rows apart that stand in cards of their own."""
    return row.fix.id if row.fix else id(row)


@dataclass(frozen=True, slots=True)
class _Line:
    """One row, measured."""

    label: Block
    values: list[list[Block]]
    """Side by side what stands in one inner list."""
    value_gap: int
    column: int
    """Width of one value where several stand side by side."""

    @property
    def height(self) -> int:
        values = sum(max(block.height for block in beside) for beside in self.values)
        values += self.value_gap * max(0, len(self.values) - 1)
        return max(self.label.height, values)


@dataclass(frozen=True, slots=True)
class _Card:
    """Rows with one button for all of them."""

    lines: list[_Line]
    label_width: int
    fix: Action | None
    fix_block: Block | None
    fix_width: int


def _fix_block(draft: Draft, action: Action) -> Block:
    style = Style(draft.scale.note * 1.08, bold=True, leading=1.6)
    return draft.block(action.label, style, draft.mm(60), 1)


def _fix_width(draft: Draft, row: ReviewRow) -> int:
    return 0 if row.fix is None else _fix_block(draft, row.fix).width + draft.mm(8)


def _card(draft: Draft, rows: tuple[ReviewRow, ...], fix_width: int) -> Piece:
    width = draft.room - 2 * draft.mm(_PAD_MM)
    room = width - fix_width - 2 * draft.mm(4)
    label_width = _label_width(draft, rows, width, room)
    value_width = room - label_width
    fix = rows[0].fix
    card = _Card(
        [_line(draft, row, label_width, value_width) for row in rows],
        label_width,
        fix,
        None if fix is None else _fix_block(draft, fix),
        fix_width,
    )
    words = sum(line.height for line in card.lines) + draft.mm(_LINE_GAP_MM) * (len(rows) - 1)
    least = max(words, draft.mm(_TARGET_MM) if fix else 0) + 2 * draft.mm(1.0)
    return Piece(least, max(least, least + draft.mm(6)), _drawer(card))


def _label_width(draft: Draft, rows: tuple[ReviewRow, ...], width: int, room: int) -> int:
    """The usual share, so that the values of all cards begin at one line. Where several rows share
    a card and their words would break beside short values, as much as they need to stay whole."""
    usual = round(width * _LABEL_SHARE[draft.size])
    if len(rows) == 1:
        return usual
    labels = [draft.block(row.label, _label_style(draft), room, 4) for row in rows]
    values = [
        draft.block(value, _value_style(draft), room, 3) for row in rows for value in row.values
    ]
    spare = room - max(block.width for block in values) - draft.mm(1)
    wanted = max(block.width for block in labels) + draft.mm(4)
    return max(usual, min(wanted, spare))


def _label_style(draft: Draft) -> Style:
    return Style(draft.scale.lead, "muted", leading=1.6)


def _value_style(draft: Draft) -> Style:
    return Style(draft.scale.label * 0.97, bold=True, leading=1.6)


def _line(draft: Draft, row: ReviewRow, label_width: int, value_width: int) -> _Line:
    blocks = [draft.block(value, _value_style(draft), value_width, 3) for value in row.values]
    column = (value_width - draft.mm(4)) // 2
    # A large household in two columns, so that the fee stays on the same page.
    pair = len(blocks) > _ONE_COLUMN and all(block.width <= column for block in blocks)
    step = 2 if pair else 1
    beside = [blocks[at : at + step] for at in range(0, len(blocks), step)]
    label = draft.block(row.label, _label_style(draft), label_width, 4)
    return _Line(label, beside, draft.mm(0.2), column + draft.mm(4))


def _drawer(card: _Card) -> Callable[[Draft, Rect], None]:
    def draw(board: Draft, rect: Rect) -> None:
        board.shape(rect, CARD)
        inner = rect.inset(board.mm(_PAD_MM), 0)
        gap = board.mm(_LINE_GAP_MM)
        used = sum(line.height for line in card.lines) + gap * (len(card.lines) - 1)
        top = rect.y + (rect.h - used) // 2
        for line in card.lines:
            place = Rect(inner.x, top, inner.w, line.height)
            _draw_line(board, line, place, card.label_width)
            top += line.height + gap
        _draw_fix(board, card, rect)

    return draw


def _draw_line(board: Draft, line: _Line, place: Rect, label_width: int) -> None:
    board.put_middle(line.label, Rect(place.x, place.y, label_width, place.h), 0.0)
    values = Rect(place.x + label_width + board.mm(4), place.y, 0, place.h)
    if len(line.values) == 1:
        _put_beside(board, line.values[0], values, line.column)
        return
    top = values.y
    for beside in line.values:
        tall = max(block.height for block in beside)
        _put_beside(board, beside, Rect(values.x, top, 0, tall), line.column)
        top += tall + line.value_gap


def _put_beside(board: Draft, blocks: list[Block], place: Rect, column: int) -> None:
    for at, block in enumerate(blocks):
        board.put_middle(block, Rect(place.x + at * column, place.y, 0, place.h), 0.0)


def _draw_fix(board: Draft, card: _Card, rect: Rect) -> None:
    if card.fix is None or card.fix_block is None:
        return
    tall = min(max(board.mm(_TARGET_MM), rect.h - 2 * board.mm(3)), board.mm(19))
    x = rect.right - board.mm(4.4) - card.fix_width
    place = Rect(x, rect.y + (rect.h - tall) // 2, card.fix_width, tall)
    draw_button(board, card.fix, place, card.fix_block)


def _sum_pieces(draft: Draft, body: Review) -> list[Piece]:
    """The amount, large, and beside it the way out for whoever sees a stranger's data."""
    deny = None if body.deny is None else _deny_block(draft, body.deny)
    if body.deny is None or deny is None:
        return [_sum_card(draft, body, draft.room)]
    width = max(draft.mm(52), deny.width + draft.mm(10))
    try:
        card = _sum_card(draft.demanding(), body, draft.room - width - draft.mm(5))
    except DoesNotFit:
        return [_deny_piece(draft, body.deny, deny, width), _sum_card(draft, body, draft.room)]
    return [_beside(card, _deny_piece(draft, body.deny, deny, width))]


def _beside(card: Piece, deny: Piece) -> Piece:
    tall = max(card.least, deny.least)

    def draw(board: Draft, rect: Rect) -> None:
        middle = rect.y + (tall - deny.least) // 2
        deny.draw(board, Rect(rect.x, middle, rect.w, deny.least))
        card.draw(board, Rect(rect.x, rect.y, rect.w, tall))

    return Piece(tall, tall, draw, gap=card.gap)


def _deny_piece(draft: Draft, action: Action, block: Block, width: int) -> Piece:
    tall = max(draft.mm(19), block.height + draft.mm(3))

    def draw(board: Draft, rect: Rect) -> None:
        draw_button(board, action, Rect(rect.x, rect.y, width, tall), block)

    return Piece(tall, tall, draw)


def _sum_card(draft: Draft, body: Review, width: int) -> Piece:
    pad = draft.mm(8)
    large = Style(draft.scale.amount * 0.86, "text", bold=True)
    amount = draft.block(body.sum_yen, large, width * 3 // 5, 1)
    room = width - amount.width - 3 * pad
    label = draft.block(body.sum_label, Style(draft.scale.lead, "muted"), room, 3)
    tall = max(amount.height + draft.mm(3), label.height + draft.mm(3), draft.mm(20))

    def draw(board: Draft, rect: Rect) -> None:
        box = Rect(rect.right - width, rect.y, width, max(tall, rect.h))
        board.shape(box, Skin("chosen_soft", "brand", 0.8, 3.4))
        board.put_middle(label, Rect(box.x + pad, box.y, label.width, box.h), 0.0)
        board.put_middle(amount, box.inset(pad, 0), 1.0)

    return Piece(tall, tall, draw, gap=draft.mm(5))


def _deny_block(draft: Draft, action: Action) -> Block:
    style = Style(draft.scale.note * 1.08, bold=True, leading=1.6, even=True)
    return draft.block(action.label, style, draft.room // 3, 2)
