"""Coins and bills in a row, as somebody looks for them in a purse. No wire, no clock."""

from dataclasses import dataclass

from ui.boxes import Rect
from ui.drafting import Block, Draft, Style
from ui.model import LEAST_NOTE_YEN, Raw
from ui.stack import Piece

_COIN_MM = 26.5
_NOTE_MM = 52.0
"""Wide; as high as a coin. A real one is 150 mm long and twice as long as high."""
_GAP_MM = 6.0
_LEAST_COIN_CAPITAL_MM = 6.6


@dataclass(frozen=True, slots=True)
class _Item:
    picture: str
    width: int
    number: Block


@dataclass(frozen=True, slots=True)
class TenderRow:
    """Values measured for one line."""

    items: tuple[_Item, ...]
    gap: int
    height: int

    @property
    def width(self) -> int:
        """From the left edge of the first to the right edge of the last."""
        return sum(item.width for item in self.items) + self.gap * max(0, len(self.items) - 1)

    def draw(self, board: Draft, left: int, top: int, *, crossed: bool = False) -> None:
        """Lay them down from this corner; `crossed` strikes each out."""
        for item in self.items:
            place = Rect(left, top, item.width, self.height)
            board.picture(place, item.picture)
            board.put_middle(item.number, place)
            if crossed:
                board.picture(place, "crossed_out", "end")
            left += item.width + self.gap


def tender_row(draft: Draft, values: tuple[int, ...]) -> TenderRow:
    """The row of these values, in the order given."""
    items = tuple(_item(draft, yen) for yen in values)
    return TenderRow(items, draft.mm(_GAP_MM), draft.mm(_COIN_MM))


def tender_piece(draft: Draft, values: tuple[int, ...]) -> Piece:
    """The row in the middle of the glass."""
    row = tender_row(draft, values)

    def draw(board: Draft, rect: Rect) -> None:
        row.draw(board, rect.x + (rect.w - row.width) // 2, rect.y)

    return Piece(row.height, row.height, draw)


def _item(draft: Draft, yen: int) -> _Item:
    note = yen >= LEAST_NOTE_YEN
    wide = draft.mm(_NOTE_MM if note else _COIN_MM)
    capital = max(_LEAST_COIN_CAPITAL_MM, draft.scale.least)
    style = Style(capital, "on_coin", bold=True)
    number = draft.block(Raw(str(yen)), style, wide - draft.mm(2.5), 1)
    return _Item("note" if note else f"coin:{yen}", wide, number)
