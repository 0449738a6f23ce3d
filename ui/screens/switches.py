"""What is to be stated: one row each, two buttons at its right. No wire, no clock."""

from collections.abc import Callable
from dataclasses import replace

from ui.boxes import Rect, Target
from ui.drafting import CARD, CORNER_MM, Block, DoesNotFit, Draft, Skin, Style
from ui.model import Label, Raw, Role, Switch, Switches
from ui.screens.parts import put_lines
from ui.stack import Piece, Stack

_PAD_MM = 6.6
_BUTTON_MM = 19.0
_GAP_MM = 4.6
_BETWEEN_MM = 3.0
_LINE_GAP_MM = 1.4


def switches_stack(draft: Draft, body: Switches) -> Stack:
    """A card for each row; the buttons of all rows are of one width, so that they line up."""
    sides = [_SwitchSides(draft, row) for row in body.rows]
    half = max((side.width for side in sides), default=0)
    draft.keys += [
        (str(i), f"{row.id}:{'off' if row.on else 'on'}") for i, row in enumerate(body.rows[:9], 1)
    ]
    pieces = [_row(draft, row, side, half) for row, side in zip(body.rows, sides, strict=True)]
    return Stack(tuple(pieces), draft.mm(_GAP_MM))


class _SwitchSides:
    """The two answers of a row, measured."""

    def __init__(self, draft: Draft, row: Switch) -> None:
        style = Style(draft.scale.label * 0.92, bold=True, leading=1.6)
        limit = draft.mm(66)
        self.on = draft.block(row.on_label, style, limit, 2)
        self.off = draft.block(row.off_label, style, limit, 2)
        self.tick = draft.mm(6.4)
        widest = max(self.on.width, self.off.width)
        self.width = max(draft.mm(44), widest + self.tick + draft.mm(2 + 2 * 4.2))
        self.height = max(draft.mm(_BUTTON_MM), self.on.height + draft.mm(3),
                          self.off.height + draft.mm(3))  # fmt: skip


def _row(draft: Draft, row: Switch, sides: _SwitchSides, half: int) -> Piece:
    """Words left and buttons right; where the words need it, the buttons go below them."""
    pad, between = draft.mm(_PAD_MM), draft.mm(_BETWEEN_MM)
    controls = 2 * half + between
    width = draft.room
    gap = draft.mm(_LINE_GAP_MM)
    try:
        trial = draft.demanding()
        blocks = _words(trial, row, width - 3 * pad - controls)
        beside = True
    except DoesNotFit:
        blocks = _words(draft, row, width - 2 * pad)
        beside = False
    words = sum(block.height for block in blocks) + gap * (len(blocks) - 1)
    inset = draft.mm(4.2)
    least = max(words, sides.height) if beside else words + draft.mm(2) + sides.height
    draw = _drawer((row, blocks, sides), half, beside=beside)
    return Piece(least + 2 * inset, max(least + 2 * inset, draft.mm(31)), draw)


def _words(draft: Draft, row: Switch, room: int) -> list[Block]:
    if room < draft.mm(40):
        raise draft.misfit(row.label)
    label = Style(draft.scale.label, bold=True, leading=1.65)
    blocks = [draft.block(row.label, label, room, 2)]
    note = Style(draft.scale.note, "muted", leading=1.7, even=True)
    if row.japanese and not draft.large:  # large rows would need a page each
        blocks.append(draft.block(Raw(row.japanese), note, room, 1))
    if row.note is not None:
        blocks.append(draft.block(row.note, note, room, 3))
    return blocks


def _drawer(
    parts: tuple[Switch, list[Block], _SwitchSides], half: int, *, beside: bool
) -> Callable[[Draft, Rect], None]:
    row, blocks, sides = parts

    def draw(board: Draft, rect: Rect) -> None:
        board.shape(rect, CARD)
        pad, between = board.mm(_PAD_MM), board.mm(_BETWEEN_MM)
        inner = rect.inset(pad, 0)
        tall = sides.height
        x = inner.right - 2 * half - between
        if beside:
            put_lines(board, blocks, inner, board.mm(_LINE_GAP_MM))
            y = rect.y + (rect.h - tall) // 2
        else:
            above = Rect(inner.x, inner.y + board.mm(2), inner.w, rect.h - tall - board.mm(6))
            put_lines(board, blocks, above, board.mm(_LINE_GAP_MM))
            y = rect.bottom - tall - board.mm(4.2)
        on, off = Rect(x, y, half, tall), Rect(x + half + between, y, half, tall)
        _draw_side(board, (f"{row.id}:on", row.on_label), (on, sides.on), chosen=row.on)
        _draw_side(board, (f"{row.id}:off", row.off_label), (off, sides.off), chosen=not row.on)

    return draw


def _draw_side(
    board: Draft, named: tuple[str, Label], place: tuple[Rect, Block], *, chosen: bool
) -> None:
    rect, block = place
    skin = Skin("brand" if chosen else "surface", "brand", 1.2 if chosen else 0.6, CORNER_MM)
    board.shape(rect, skin)
    ink = "on_brand" if chosen else "brand"
    tick = board.mm(6.4) if chosen else 0
    gap = board.mm(2) if chosen else 0
    left = rect.x + (rect.w - block.width - tick - gap) // 2
    if chosen:
        mark = Rect(left, rect.y + (rect.h - tick) // 2, tick, tick)
        board.picture(mark, "tick", ink)
    words = Rect(left + tick + gap, rect.y, block.width, rect.h)
    board.put_middle(replace(block, role=ink), words)
    radius = round(CORNER_MM * board.panel.px_per_mm)
    board.targets.append(Target(named[0], rect, Role.PLAIN, radius=radius, chosen=chosen))
