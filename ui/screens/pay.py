"""What is owed, what is in, what is missing, and which coins. No wire, no clock."""

from dataclasses import dataclass

from ui.boxes import Rect
from ui.drafting import CARD, CORNER_MM, Block, DoesNotFit, Draft, Skin, Style
from ui.model import Label, Pay, Raw, text
from ui.screens.parts import bar_piece, strip_piece
from ui.stack import Piece, Stack

_COIN_MM = 26.5


@dataclass(frozen=True, slots=True)
class _Amount:
    label: Label
    yen: Label
    strong: bool


def pay_stack(draft: Draft, body: Pay) -> Stack:
    """Three amounts, a bar, the coins."""
    width = draft.room
    pieces = [_amounts(draft, _three(body), width)]
    pieces.append(bar_piece(draft, body.inserted_yen, max(body.due_yen, 1), width))
    pieces.append(_coins(draft, body.coins, "pay.coins", width))
    if body.coins_refused:
        pieces.append(_coins(draft, body.coins_refused, "pay.coins_refused", width))
    if body.note is not None:
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


def _coins(draft: Draft, coins: tuple[int, ...], key: str, width: int) -> Piece:
    """Coins as discs with their number, and what they are beside them, or below."""
    disc, gap = draft.mm(_COIN_MM), draft.mm(6)
    row = len(coins) * disc + max(0, len(coins) - 1) * gap
    style = Style(draft.scale.note, "muted", leading=1.75, even=True)
    labels = [text(key)] + ([text("pay.no_notes")] if key == "pay.coins" else [])
    room = width - row - draft.mm(11)
    beside = room > draft.mm(70)
    blocks = [draft.block(label, style, room if beside else width, 3) for label in labels]
    words = sum(block.height for block in blocks)
    tall = max(disc, words) if beside else disc + draft.mm(3) + words
    numbers = [_coin_number(draft, coin) for coin in coins]

    def draw(board: Draft, rect: Rect) -> None:
        top = rect.y + ((tall - disc) // 2 if beside else 0)
        for index, coin in enumerate(coins):
            place = Rect(rect.x + index * (disc + gap), top, disc, disc)
            board.picture(place, f"coin:{coin}")
            board.put_middle(numbers[index], place)
            if key == "pay.coins_refused":
                board.picture(place, "crossed_out", "end")
        left = rect.x + row + board.mm(11) if beside else rect.x
        y = rect.y + (tall - words) // 2 if beside else rect.y + disc + board.mm(3)
        for block in blocks:
            y = board.put(block, left, y)

    return Piece(tall, tall, draw)


def _coin_number(draft: Draft, coin: int) -> Block:
    capital = max(6.6, draft.scale.least)
    return draft.block(Raw(str(coin)), Style(capital, "on_coin", bold=True), draft.mm(24), 1)
