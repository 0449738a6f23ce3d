"""What is owed, what is in, what is missing, and which coins. No wire, no clock."""

from dataclasses import dataclass

from ui.boxes import Rect
from ui.drafting import CARD, CORNER_MM, Block, DoesNotFit, Draft, Skin, Style
from ui.model import Label, Pay, text
from ui.screens.parts import bar_piece, strip_piece
from ui.screens.tender import tender_row
from ui.stack import Piece, Stack


@dataclass(frozen=True, slots=True)
class _Amount:
    label: Label
    yen: Label
    strong: bool


def pay_stack(draft: Draft, body: Pay) -> Stack:
    """Three amounts, a bar, and what is taken now; nothing of the kind when nothing is."""
    width = draft.room
    pieces = [_amounts(draft, _three(body), width)]
    pieces.append(bar_piece(draft, body.inserted_yen, max(body.due_yen, 1), width))
    if body.coins:
        labels = [label for label in (body.heading, body.never) if label is not None]
        pieces.append(_tender(draft, body.coins, labels, crossed=False))
    if body.coins_refused:
        reason = [] if body.note is None else [body.note]
        labels = [text("pay.coins_refused"), *reason]
        pieces.append(_tender(draft, body.coins_refused, labels, crossed=True))
    elif body.note is not None:
        pieces.append(strip_piece(draft, body.note, width))
    return Stack(tuple(pieces), draft.mm(7), loose=True)


def _three(body: Pay) -> list[_Amount]:
    missing = max(0, body.due_yen - body.inserted_yen)
    over = max(0, body.inserted_yen - body.due_yen)
    last = (
        _Amount(text("pay.change"), text("amount.yen", yen=over), strong=True)
        if over
        else _Amount(text("pay.missing"), text("amount.yen", yen=missing), strong=True)
    )
    return [
        _Amount(text("pay.due"), text("amount.yen", yen=body.due_yen), strong=False),
        _Amount(text("pay.inserted"), text("amount.yen", yen=body.inserted_yen), strong=False),
        last,
    ]


def _amounts(draft: Draft, amounts: list[_Amount], width: int) -> Piece:
    """Side by side; one above another where the numbers need the width."""
    gap = draft.mm(7.6)
    strict = draft.demanding()
    try:
        return _columns(strict, amounts, (width - 2 * gap) // 3, gap)
    except DoesNotFit:
        return _lines(draft, amounts, width)


def _columns(draft: Draft, amounts: list[_Amount], wide: int, gap: int) -> Piece:
    inner = wide - 2 * draft.mm(4)
    labels = [draft.block(a.label, _label_style(draft, a), inner, 2) for a in amounts]
    numbers = _alike(draft, amounts, inner)
    top, foot = draft.mm(4), draft.mm(5)
    label_tall = max(block.height for block in labels)
    tall = top + label_tall + max(block.height for block in numbers) + foot

    def draw(board: Draft, rect: Rect) -> None:
        for index, amount in enumerate(amounts):
            box = Rect(rect.x + index * (wide + gap), rect.y, wide, tall)
            board.shape(box, _skin(amount))
            board.put_middle(labels[index], Rect(box.x, box.y + top, wide, label_tall))
            below = box.y + top + label_tall
            board.put_middle(numbers[index], Rect(box.x, below, wide, box.bottom - foot - below))

    return Piece(tall, tall, draw)


def _alike(draft: Draft, amounts: list[_Amount], room: int) -> list[Block]:
    """All numbers in the size that fits the longest; a smaller one would look like less money."""

    def set_at(capital_mm: float) -> list[Block]:
        return [draft.block(a.yen, Style(capital_mm, _ink(a), bold=True), room, 1) for a in amounts]

    smallest = min(block.capital_px for block in set_at(draft.scale.amount))
    return set_at(smallest / draft.panel.px_per_mm)


def _lines(draft: Draft, amounts: list[_Amount], width: int) -> Piece:
    pad, gap = draft.mm(7), draft.mm(3)
    numbers = [
        draft.block(a.yen, Style(draft.scale.amount * 0.72, _ink(a), bold=True), width * 3 // 5, 1)
        for a in amounts
    ]
    labels = [
        draft.block(a.label, _label_style(draft, a), width - 3 * pad - number.width, 2)
        for a, number in zip(amounts, numbers, strict=True)
    ]
    tall = max(block.height for block in (*numbers, *labels)) + draft.mm(3)

    def draw(board: Draft, rect: Rect) -> None:
        for index, amount in enumerate(amounts):
            box = Rect(rect.x, rect.y + index * (tall + gap), width, tall)
            board.shape(box, _skin(amount))
            board.put_middle(labels[index], box.inset(pad, 0), 0.0)
            board.put_middle(numbers[index], box.inset(pad, 0), 1.0)

    total = 3 * tall + 2 * gap
    return Piece(total, total, draw)


def _skin(amount: _Amount) -> Skin:
    return Skin("brand", radius_mm=CORNER_MM) if amount.strong else CARD


def _ink(amount: _Amount) -> str:
    return "on_brand" if amount.strong else "text"


def _label_style(draft: Draft, amount: _Amount) -> Style:
    return Style(draft.scale.lead, "on_brand" if amount.strong else "muted", leading=1.6)


def _tender(draft: Draft, values: tuple[int, ...], labels: list[Label], *, crossed: bool) -> Piece:
    """Coins and bills, and what they are beside them, or below."""
    width = draft.room
    row = tender_row(draft, values)
    style = Style(draft.scale.note, "muted", leading=1.75, even=True)
    room = width - row.width - draft.mm(11)
    beside = room > draft.mm(70)
    try:
        strict = draft.demanding()
        blocks = [strict.block(label, style, room if beside else width, 3) for label in labels]
    except DoesNotFit:
        beside = False
        blocks = [draft.block(label, style, width, 3) for label in labels]
    words = sum(block.height for block in blocks)
    tall = max(row.height, words) if beside else row.height + draft.mm(3) + words

    def draw(board: Draft, rect: Rect) -> None:
        top = rect.y + ((tall - row.height) // 2 if beside else 0)
        row.draw(board, rect.x, top, crossed=crossed)
        left = rect.x + row.width + board.mm(11) if beside else rect.x
        y = rect.y + (tall - words) // 2 if beside else rect.y + row.height + board.mm(3)
        for block in blocks:
            y = board.put(block, left, y)

    return Piece(tall, tall, draw)
