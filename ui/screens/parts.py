"""Pieces that several bodies are made of. No wire, no clock."""

from dataclasses import replace

from ui.boxes import Rect, Target
from ui.drafting import CORNER_MM, Block, ButtonLook, Draft, Skin, Style, draw_button
from ui.model import Action, Label, Role
from ui.stack import Piece

STRIP = Skin("note", radius_mm=1.6)


def strip_piece(draft: Draft, label: Label, width: int) -> Piece:
    """A remark or warning in a strip with a bar at its left edge."""
    bar, pad = draft.mm(2.6), draft.mm(5.4)
    block = draft.block(label, Style(draft.scale.note, "on_note"), width - bar - 2 * pad, 8)
    tall = block.height + 2 * draft.mm(3.2)

    def draw(board: Draft, rect: Rect) -> None:
        place = Rect(rect.x, rect.y, width, tall)
        board.shape(place, STRIP)
        board.shape(Rect(place.x, place.y, bar, tall), Skin("note_bar", radius_mm=1.2))
        board.put_middle(block, Rect(place.x + bar + pad, place.y, 0, tall), 0.0)

    return Piece(tall, tall, draw)


def text_piece(draft: Draft, label: Label, style: Style, width: int, align: float = 0.5) -> Piece:
    """A paragraph."""
    block = draft.block(label, style, width, 8)

    def draw(board: Draft, rect: Rect) -> None:
        board.put(block, rect.x + round(align * (rect.w - width)), rect.y, width, align)

    return Piece(block.height, block.height, draw)


def picture_piece(draft: Draft, name: str, ink: str, least_mm: float, best_mm: float) -> Piece:
    """A drawing in the middle, as large as there is room."""

    def draw(board: Draft, rect: Rect) -> None:
        board.picture(rect, name, ink)

    return Piece(draft.mm(least_mm), draft.mm(best_mm), draw)


def button_piece(draft: Draft, action: Action, width: int, look: ButtonLook | None = None) -> Piece:
    """One large button in the middle of the glass."""
    style = Style(draft.scale.button * 1.1, bold=True, leading=1.7, even=True)
    pad = draft.mm(8)
    block = draft.block(action.label, style, width - 2 * pad, 2)
    tall = max(draft.mm(24), block.height + draft.mm(8))
    wide = min(width, max(draft.mm(110), block.width + 2 * draft.mm(15)))

    def draw(board: Draft, rect: Rect) -> None:
        place = Rect(rect.x + (rect.w - wide) // 2, rect.y, wide, tall)
        draw_button(board, action, place, block, look)

    return Piece(tall, tall, draw)


def bar_piece(draft: Draft, done: int, of: int, width: int) -> Piece:
    """A bar that fills from the left; `done` of `of` parts."""
    tall = draft.mm(8.6)

    def draw(board: Draft, rect: Rect) -> None:
        place = Rect(rect.x + (rect.w - width) // 2, rect.y, width, tall)
        board.shape(place, Skin("track", radius_mm=9))
        share = min(1.0, max(0.0, done / of))
        if share:
            filled = max(tall, round(width * share))
            board.shape(Rect(place.x, place.y, filled, tall), Skin("brand", radius_mm=9))

    return Piece(tall, tall, draw)


def two_lines(first: Block, rest: list[Block], gap: int) -> int:
    """Height of a block with smaller ones under it."""
    return first.height + sum(block.height + gap for block in rest)


def put_lines(draft: Draft, blocks: list[Block], rect: Rect, gap: int) -> None:
    """Blocks under one another, left, standing in the middle of the rectangle's height."""
    tall = sum(block.height for block in blocks) + gap * (len(blocks) - 1)
    top = rect.y + (rect.h - tall) // 2
    for block in blocks:
        top = draft.put(block, rect.x, top) + gap


def key_button(draft: Draft, action: Action, rect: Rect, block: Block, *, quiet: bool) -> None:
    """A key of a pad: white with a grey edge."""
    edge = "line" if action.enabled else "disabled"
    draft.shape(rect, Skin("surface" if action.enabled else "disabled", edge, 0.7, CORNER_MM))
    ink = "text" if action.enabled else "on_disabled"
    draft.put_middle(replace(block, role=ink), rect)
    radius = round(CORNER_MM * draft.panel.px_per_mm)
    draft.targets.append(Target(action.id, rect, Role.PLAIN, action.enabled, radius, quiet=quiet))
