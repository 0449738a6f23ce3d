"""Everything once more before money: each line with its 直す, the sum last. No wire, no clock."""

from collections.abc import Callable
from dataclasses import dataclass

from ui.boxes import Rect
from ui.drafting import CARD, Block, DoesNotFit, Draft, Skin, Style, draw_button
from ui.model import Action, Review, ReviewRow, Size
from ui.screens.parts import put_lines
from ui.stack import Piece, Stack

_PAD_MM = 6.0
_LABEL_SHARE = {Size.NORMAL: 0.27, Size.LARGE: 0.31}
_FIX_MM = 34.0
_TARGET_MM = 15.6


def review_stack(draft: Draft, body: Review) -> Stack:
    """A card for each row and one for the sum."""
    fix_width = max([draft.mm(_FIX_MM), *(_fix_width(draft, row) for row in body.rows)])
    pieces = [_row_piece(draft, row, fix_width) for row in body.rows]
    pieces += _sum_pieces(draft, body)
    fixes = [row.fix.id for row in body.rows if row.fix is not None and row.fix.enabled]
    draft.keys += [(str(i), fix) for i, fix in enumerate(fixes[:9], 1)]
    return Stack(tuple(pieces), draft.mm(3.2))


@dataclass(frozen=True, slots=True)
class _Row:
    label: Block
    values: list[Block]
    fix: Action | None
    fix_block: Block | None


def _fix_block(draft: Draft, action: Action) -> Block:
    style = Style(draft.scale.note * 1.08, bold=True, leading=1.6)
    return draft.block(action.label, style, draft.mm(60), 1)


def _fix_width(draft: Draft, row: ReviewRow) -> int:
    return 0 if row.fix is None else _fix_block(draft, row.fix).width + draft.mm(8)


def _row_piece(draft: Draft, row: ReviewRow, fix_width: int) -> Piece:
    pad = draft.mm(_PAD_MM)
    width = draft.room - 2 * pad
    label_width = round(width * _LABEL_SHARE[draft.size])
    value_width = width - label_width - fix_width - 2 * draft.mm(4)
    style = Style(draft.scale.label * 0.97, bold=True, leading=1.6)
    label_style = Style(draft.scale.lead, "muted", leading=1.6)
    made = _Row(
        draft.block(row.label, label_style, label_width, 4),
        [draft.block(value, style, value_width, 3) for value in row.values],
        row.fix,
        None if row.fix is None else _fix_block(draft, row.fix),
    )
    gap = draft.mm(0.2)
    values = sum(block.height for block in made.values) + gap * max(0, len(made.values) - 1)
    inner = max(values, made.label.height, draft.mm(_TARGET_MM) if row.fix else 0)
    least = inner + 2 * draft.mm(1.9)
    return Piece(least, max(least, draft.mm(24)), _row_drawer(made, fix_width, label_width))


def _row_drawer(row: _Row, fix_width: int, label_width: int) -> Callable[[Draft, Rect], None]:
    def draw(board: Draft, rect: Rect) -> None:
        board.shape(rect, CARD)
        inner = rect.inset(board.mm(_PAD_MM), 0)
        board.put_middle(row.label, Rect(inner.x, rect.y, label_width, rect.h), 0.0)
        left = inner.x + label_width + board.mm(4)
        values = Rect(left, rect.y, inner.right - fix_width - left, rect.h)
        if len(row.values) == 1:
            board.put_middle(row.values[0], values, 0.0)
        else:
            put_lines(board, row.values, values, board.mm(0.2))
        if row.fix is not None and row.fix_block is not None:
            tall = min(max(board.mm(_TARGET_MM), rect.h - 2 * board.mm(3)), board.mm(19))
            place = Rect(
                rect.right - board.mm(4.4) - fix_width, rect.y + (rect.h - tall) // 2,
                fix_width, tall,
            )  # fmt: skip
            draw_button(board, row.fix, place, row.fix_block)

    return draw


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

    return Piece(tall, tall, draw, gap=draft.mm(6))


def _deny_block(draft: Draft, action: Action) -> Block:
    style = Style(draft.scale.note * 1.08, bold=True, leading=1.6, even=True)
    return draft.block(action.label, style, draft.room // 3, 2)
