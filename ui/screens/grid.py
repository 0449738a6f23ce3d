"""Equal buttons in as few rows as their words allow: the languages. No wire, no clock."""

from dataclasses import dataclass

from ui.boxes import Rect
from ui.drafting import Block, ButtonLook, DoesNotFit, Draft, Style, draw_button
from ui.model import Action
from ui.stack import Piece

_MOST_ROWS = 3
_TALL_MM = 19.0
_PAD_MM, _TIGHT_MM = 2.0, 0.8
"""Left and right of the words; the second where there can be no further row."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Buttons measured for a width; never empty."""

    actions: tuple[Action, ...]
    blocks: tuple[Block, ...]
    columns: int
    width: int
    tall: int
    gap: int

    @property
    def height(self) -> int:
        """All rows and what is between them."""
        rows = -(-len(self.actions) // self.columns)
        return rows * self.tall + (rows - 1) * self.gap

    def draw(self, board: Draft, left: int, top: int, look: ButtonLook | None = None) -> None:
        """Lay the buttons down from this corner."""
        for index, (action, block) in enumerate(zip(self.actions, self.blocks, strict=True)):
            x = left + index % self.columns * (self.width + self.gap)
            y = top + index // self.columns * (self.tall + self.gap)
            draw_button(board, action, Rect(x, y, self.width, self.tall), block, look)


def grid_of(draft: Draft, actions: tuple[Action, ...], width: int) -> Grid:
    """The buttons across `width`. Raises DoesNotFit if the draft is strict and three rows fail."""
    for rows in range(1, _MOST_ROWS):
        try:
            return _grid(draft.demanding(), actions, width, rows)
        except DoesNotFit:
            continue
    return _grid(draft, actions, width, _MOST_ROWS)


def grid_piece(draft: Draft, actions: tuple[Action, ...], width: int) -> Piece:
    """The buttons as a piece of a stack."""
    grid = grid_of(draft, actions, width)

    def draw(board: Draft, rect: Rect) -> None:
        grid.draw(board, rect.x, rect.y)

    return Piece(grid.height, grid.height, draw)


def _grid(draft: Draft, actions: tuple[Action, ...], width: int, rows: int) -> Grid:
    gap = draft.mm(4.6)
    columns = -(-len(actions) // rows)
    wide = (width - gap * (columns - 1)) // columns
    style = Style(draft.scale.note, bold=True, leading=1.6, even=True)
    inner = wide - 2 * draft.mm(_TIGHT_MM if rows == _MOST_ROWS else _PAD_MM)
    blocks = tuple(draft.block(a.label, style, inner, 2) for a in actions)
    tall = max(draft.mm(_TALL_MM), *(block.height + draft.mm(3) for block in blocks))
    return Grid(actions, blocks, columns, wide, tall, gap)
