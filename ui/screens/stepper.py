"""How many copies: less, the number, more, and what they cost. No wire, no clock."""

from dataclasses import replace

from ui.boxes import Rect, Target
from ui.drafting import CARD, CORNER_MM, Draft, Skin, Style
from ui.model import Role, Stepper
from ui.stack import Piece, Stack


def stepper_stack(draft: Draft, body: Stepper) -> Stack:
    """A card with − number +, and under it the sum."""
    width = min(draft.room, draft.mm(210))
    offered = range(body.minimum, min(body.maximum, 9) + 1)
    draft.keys += [(str(n), f"copies:{n}") for n in offered]
    return Stack((_dial(draft, body, width), _total(draft, body, width)), draft.mm(7), middle=True)


def _dial(draft: Draft, body: Stepper, width: int) -> Piece:
    button = draft.mm(32)
    inset = draft.mm(8)
    style = Style(draft.scale.amount * 1.15, bold=True)
    room = width - 2 * button - 4 * inset
    number = draft.block(body.value_label, style, room, 1)
    tall = max(button, number.height) + 2 * inset

    def draw(board: Draft, rect: Rect) -> None:
        card = Rect(rect.x + (rect.w - width) // 2, rect.y, width, tall)
        board.shape(card, CARD)
        board.put_middle(number, card)
        y = card.y + (tall - button) // 2
        less = Rect(card.x + inset, y, button, button)
        more = Rect(card.right - inset - button, y, button, button)
        _step_key(board, "less", less, "minus", enabled=body.value > body.minimum)
        _step_key(board, "more", more, "plus", enabled=body.value < body.maximum)

    return Piece(tall, tall, draw)


def _step_key(board: Draft, name: str, rect: Rect, picture: str, *, enabled: bool) -> None:
    ink = "on_brand" if enabled else "on_disabled"
    board.shape(rect, Skin("brand" if enabled else "disabled", radius_mm=CORNER_MM))
    board.picture(rect.inset(rect.w // 4), picture, ink)
    radius = round(CORNER_MM * board.panel.px_per_mm)
    board.targets.append(Target(name, rect, Role.PLAIN, enabled, radius))


def _total(draft: Draft, body: Stepper, width: int) -> Piece:
    inset = draft.mm(8)
    amount = draft.block(body.total_yen, Style(draft.scale.amount, bold=True), width * 3 // 5, 1)
    room = width - amount.width - 3 * inset
    label = draft.block(body.total, Style(draft.scale.label, "muted"), room, 2)
    tall = max(amount.height, label.height) + 2 * draft.mm(4)

    def draw(board: Draft, rect: Rect) -> None:
        card = Rect(rect.x + (rect.w - width) // 2, rect.y, width, tall)
        inner = card.inset(inset, 0)
        board.put_middle(label, Rect(inner.x, inner.y, label.width, inner.h), 0.0)
        board.put_middle(replace(amount, role="text"), inner, 1.0)

    return Piece(tall, tall, draw)
