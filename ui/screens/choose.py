"""Large tiles, one or several to choose. No wire, no clock."""

from collections.abc import Callable
from dataclasses import replace

from ui.boxes import Rect, Target
from ui.drafting import CARD, CHOSEN, CLOSED, CORNER_MM, Block, DoesNotFit, Draft, Style
from ui.model import Choose, Option, Raw, Role
from ui.screens.parts import put_lines, strip_piece
from ui.stack import Piece, Stack

_GAP_MM = 5.6
_PAD_MM = 7.6
_MARK_MM = 9.0
_LEAST_MM = 22.0
_BEST_MM = 44.0
_BEST_FLAT_MM = 36.0


def choose_stack(draft: Draft, body: Choose) -> Stack:
    """Rows of tiles in as many columns as asked for, fewer where the labels need the width."""
    pieces = _rows(draft, body)
    if body.message is not None:
        pieces.insert(0, strip_piece(draft, body.message, draft.room))
    return Stack(tuple(pieces), draft.mm(_GAP_MM))


def _rows(draft: Draft, body: Choose) -> list[Piece]:
    strict = draft.demanding()
    for columns in range(max(1, body.columns), 1, -1):
        try:
            return _rows_of(strict, body, columns)
        except DoesNotFit:
            continue
    return _rows_of(draft, body, 1)


def _rows_of(draft: Draft, body: Choose, columns: int) -> list[Piece]:
    gap = draft.mm(_GAP_MM)
    width = (draft.room - gap * (columns - 1)) // columns
    tiles = [_Tile(draft, option, width, many=body.many) for option in body.options]
    rows = []
    for start in range(0, len(tiles), columns):
        row = tiles[start : start + columns]
        least = max(draft.mm(_LEAST_MM), *(tile.height for tile in row))
        best = max(least, draft.mm(_BEST_MM if columns > 1 else _BEST_FLAT_MM))
        rows.append(Piece(least, best, _row_drawer(row, width, gap, start)))
    return rows


def _row_drawer(
    row: list["_Tile"], width: int, gap: int, start: int
) -> Callable[[Draft, Rect], None]:
    def draw(board: Draft, rect: Rect) -> None:
        for index, tile in enumerate(row):
            place = Rect(rect.x + index * (width + gap), rect.y, width, rect.h)
            tile.draw(board, place, start + index)

    return draw


class _Tile:
    """One option, measured."""

    def __init__(self, draft: Draft, option: Option, width: int, *, many: bool) -> None:
        self._option = option
        self._many = many
        self._pad = draft.mm(_PAD_MM)
        self._mark = draft.mm(_MARK_MM)
        self._gap = draft.mm(1.6)
        price_style = Style(draft.scale.label * 0.95, "card_brand", bold=True)
        self._price = (
            draft.block(option.price, price_style, width // 2, 1) if option.price else None
        )
        taken = max(self._mark, self._price.width if self._price else 0) + draft.mm(4)
        self._blocks = self._lines(draft, width - 2 * self._pad - taken)
        tall = sum(block.height for block in self._blocks) + self._gap * (len(self._blocks) - 1)
        beside = (self._price.height if self._price else 0) + self._mark + draft.mm(1)
        self.height = max(tall, beside if self._price else 0) + 2 * draft.mm(3.6)

    def _lines(self, draft: Draft, room: int) -> list[Block]:
        option = self._option
        ink = "text" if option.enabled else "on_disabled"
        soft = "muted" if option.enabled else "on_disabled"
        if option.chosen:
            ink = soft = "on_chosen"
        label = Style(draft.scale.label, ink, bold=True, leading=1.7)
        small = Style(draft.scale.note, soft, leading=1.75, even=True)
        blocks = [draft.block(option.label, label, room, 3 if draft.large else 2)]
        if option.japanese:
            blocks.append(draft.block(Raw(option.japanese), small, room, 2))
        if option.note is not None:
            blocks.append(draft.block(option.note, small, room, 3))
        return blocks

    def draw(self, board: Draft, rect: Rect, index: int) -> None:
        option = self._option
        skin = CHOSEN if option.chosen else CARD if option.enabled else CLOSED
        board.shape(rect, skin)
        inner = rect.inset(self._pad, 0)
        put_lines(board, self._blocks, inner, self._gap)
        self._draw_side(board, inner)
        radius = round(CORNER_MM * board.panel.px_per_mm)
        key = str(index + 1) if index + 1 in range(1, 10) else ""
        board.targets.append(
            Target(option.id, rect, Role.PLAIN, option.enabled, radius, key=key,
                   chosen=option.chosen)
        )  # fmt: skip

    def _draw_side(self, board: Draft, inner: Rect) -> None:
        """The price above, the mark below it; one of them alone stands in the middle."""
        option = self._option
        mark_top = inner.y + (inner.h - self._mark) // 2
        if self._price is not None:
            shown = self._price
            if option.chosen or not option.enabled:
                shown = replace(shown, role="on_chosen" if option.chosen else "on_disabled")
            tall = shown.height + self._mark
            top = inner.y + (inner.h - tall) // 2
            alone = Rect(inner.right - shown.width, inner.y, shown.width, inner.h)
            if option.chosen:
                board.put(shown, inner.right - shown.width, top)
            else:
                board.put_middle(shown, alone)
            mark_top = top + shown.height
        place = Rect(inner.right - self._mark, mark_top, self._mark, self._mark)
        if option.chosen:
            board.picture(place, "tick", "chosen_mark")
        elif self._many and option.enabled:
            board.picture(place, "tick_box", "muted")
