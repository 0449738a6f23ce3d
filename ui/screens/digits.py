"""The number pad and the places it fills. No wire, no clock.

Telephone order, never shuffled, 訂正 left of 0. No key lights up and no digit is shown: the
places only count.
"""

from dataclasses import dataclass

from ui.boxes import Rect
from ui.drafting import Block, Draft, Skin, Style
from ui.model import Action, Digits, Raw, text
from ui.screens.parts import key_button, strip_piece, text_piece
from ui.stack import Piece, Stack

_KEYS = (("1", "2", "3"), ("4", "5", "6"), ("7", "8", "9"), ("clear", "0", ""))
_KEY_LEAST = (24.0, 17.0)
_KEY_BEST = (35.0, 27.0)
_KEY_GAP_MM = 4.2
_LARGE_KEY_MM = 42.0
_BETWEEN_MM = 14.0
_REMARK_GAP_MM = 7.0
_MOST_BESIDE = 0.5
"""The places and remarks beside the pad take at most this part of the glass's height."""
_KEY_SHARE = 0.13
"""A key is never wider than this part of the glass, so that words keep half of it."""


def digits_stack(draft: Draft, body: Digits) -> Stack:
    """Places and remarks left, the pad right; on a tall glass the pad below.

    Where the remarks are too long for their side they go above, and to a page of their own.
    """
    pad = _Pad(draft)
    if draft.portrait:
        remarks = _remarks(draft, body, draft.room)
        return Stack((_places(draft, body, draft.room), *remarks, pad.piece()), draft.mm(8))
    places = _places(draft, body, draft.room - pad.width - draft.mm(_BETWEEN_MM))
    remarks = _remarks(draft, body, draft.room - pad.width - draft.mm(_BETWEEN_MM))
    gap = draft.mm(_REMARK_GAP_MM)
    column = places.least + sum(piece.least + gap for piece in remarks)
    if column <= draft.panel.height * _MOST_BESIDE:
        return Stack((_beside(Stack((places, *remarks), gap), pad, max(pad.least, column)),), 0)
    alone = _beside(Stack((places,), 0), pad, pad.least)
    return Stack((*_remarks(draft, body, draft.room), alone), gap)


def _beside(side: Stack, pad: "_Pad", least: int) -> Piece:
    def draw(board: Draft, rect: Rect) -> None:
        column = Rect(rect.x, rect.y, rect.w - pad.width - board.mm(_BETWEEN_MM), rect.h)
        side.draw(board, side.pieces, column)
        pad.draw(board, Rect(rect.right - pad.width, rect.y, pad.width, rect.h))

    return Piece(least, max(least, pad.best), draw)


def _remarks(draft: Draft, body: Digits, width: int) -> list[Piece]:
    pieces = []
    if body.warning is not None:
        pieces.append(strip_piece(draft, body.warning, width))
    if body.hint is not None:
        style = Style(draft.scale.note, "muted")
        pieces.append(text_piece(draft, body.hint, style, width, align=0.0))
    return pieces


def _places(draft: Draft, body: Digits, width: int) -> Piece:
    gap = draft.mm(6)
    wide = min(draft.mm(24), (width - gap * (body.length - 1)) // body.length)
    tall = min(draft.mm(27), wide * 9 // 8)

    def draw(board: Draft, rect: Rect) -> None:
        for index in range(body.length):
            place = Rect(rect.x + index * (wide + gap), rect.y, wide, tall)
            filled = index < body.typed
            skin = Skin("surface", "brand" if filled else "line", 1.0 if filled else 0.7, 3.4)
            board.shape(place, skin)
            if filled:
                dot = min(wide, tall) * 6 // 10
                x, y = place.middle
                disc = Rect(x - dot // 2, y - dot // 2, dot, dot)
                board.shape(disc, Skin("text", radius_mm=dot))

    return Piece(tall, tall, draw)


@dataclass(frozen=True, slots=True)
class _Key:
    action: Action
    block: Block
    quiet: bool


class _Pad:
    """The pad, measured."""

    def __init__(self, draft: Draft) -> None:
        gap = draft.mm(_KEY_GAP_MM)
        wide = draft.mm(_LARGE_KEY_MM if draft.large else _KEY_BEST[0])
        wide = min(wide, round(draft.panel.width * _KEY_SHARE))
        if draft.portrait:
            wide = (min(draft.room, draft.mm(150)) - 2 * gap) // 3
        self._wide = wide
        self._gap = gap
        self.width = 3 * wide + 2 * gap
        self.least = 4 * draft.mm(_KEY_LEAST[1]) + 3 * gap
        self.best = 4 * draft.mm(_KEY_BEST[1]) + 3 * gap
        self._keys = [[_key(draft, name, wide) for name in row] for row in _KEYS]

    def piece(self) -> Piece:
        def draw(board: Draft, rect: Rect) -> None:
            left = rect.x + (rect.w - self.width) // 2
            self.draw(board, Rect(left, rect.y, self.width, rect.h))

        return Piece(self.least, self.best, draw)

    def draw(self, board: Draft, rect: Rect) -> None:
        tall = (min(rect.h, self.best) - 3 * self._gap) // 4
        for line, row in enumerate(self._keys):
            for column, key in enumerate(row):
                if key is None:
                    continue
                x = rect.x + column * (self._wide + self._gap)
                y = rect.y + line * (tall + self._gap)
                place = Rect(x, y, self._wide, tall)
                key_button(board, key.action, place, key.block, quiet=key.quiet)


def _key(draft: Draft, name: str, wide: int) -> _Key | None:
    if not name:
        return None
    if name == "clear":
        style = Style(draft.scale.label, bold=True, leading=1.6)
        block = draft.block(text("button.clear"), style, wide - draft.mm(1.6), 2)
        return _Key(Action("clear", text("button.clear")), block, quiet=False)
    label = Raw(name)
    block = draft.block(label, Style(draft.scale.key, bold=True), wide, 1)
    return _Key(Action(f"digit:{name}", label), block, quiet=True)
