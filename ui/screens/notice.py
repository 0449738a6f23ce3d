"""Messages with a picture, and things that take a while. No wire, no clock."""

from collections.abc import Iterator

from ui.drafting import ALERT_LOOK, Draft, Style
from ui.model import Notice, Progress, Screen, Tone
from ui.screens.grid import grid_piece
from ui.screens.parts import (
    bar_piece,
    button_piece,
    picture_piece,
    strip_piece,
    text_piece,
)
from ui.screens.tender import tender_piece
from ui.stack import Piece, Stack

_PICTURE_LEAST_MM = 42.0
_PICTURE_BEST_MM = 96.0
_SMALL_BEST_MM = 70.0
_SIGNS = frozenset({"warning", "closed", "clock", "thanks"})
_INK = {Tone.NORMAL: "text", Tone.BRAND: "on_attract", Tone.ALERT: "on_alert"}


def notice_stack(draft: Draft, screen: Screen, body: Notice) -> Stack:
    """Picture, words, number, buttons. On an alert the title stands between picture and words."""
    width = draft.room
    ink = _INK[screen.tone]
    alert = screen.tone is Tone.ALERT
    pieces = []
    if body.picture:
        pieces.append(_picture(draft, body.picture, ink, alert=alert))
    if alert:
        pieces += _alert_title(draft, screen, ink)
    style = Style(draft.scale.label * (1.0 if alert else 0.9), ink, leading=1.8)
    pieces += [text_piece(draft, line, style, width) for line in body.lines]
    if body.code is not None:
        small = Style(draft.scale.note, ink if alert else "muted")
        pieces.append(text_piece(draft, body.code, small, width))
    if body.money:
        pieces.append(tender_piece(draft, body.money))
    if body.number is not None:
        large = Style(draft.scale.amount, ink, bold=True)
        pieces.append(text_piece(draft, body.number, large, width))
    if body.warning is not None:
        pieces.append(strip_piece(draft, body.warning, width))
    pieces += [button_piece(draft, b, width, ALERT_LOOK if alert else None) for b in body.buttons]
    if body.choices:
        pieces.append(grid_piece(draft, body.choices, width))
        draft.keys += [(str(i), action.id) for i, action in enumerate(body.choices, 1)]
    return Stack(tuple(pieces), draft.mm(5.6), middle=True, loose=True)


def _alert_title(draft: Draft, screen: Screen, ink: str) -> Iterator[Piece]:
    title = Style(draft.scale.alert, ink, bold=True, leading=1.6, even=True)
    yield text_piece(draft, screen.title, title, draft.room)
    if screen.lead is not None:
        lead = Style(draft.scale.label, ink, leading=1.8)
        yield text_piece(draft, screen.lead, lead, draft.room)


def _picture(draft: Draft, name: str, ink: str, *, alert: bool) -> Piece:
    small = alert or draft.large or name in _SIGNS
    best = _SMALL_BEST_MM if small else _PICTURE_BEST_MM
    return picture_piece(draft, name, ink, _PICTURE_LEAST_MM, best)


def progress_stack(draft: Draft, screen: Screen, body: Progress) -> Stack:
    """Picture, what happens now, and how far it is."""
    width = draft.room
    ink = _INK[screen.tone]
    pieces = [_picture(draft, body.picture, ink, alert=False)] if body.picture else []
    style = Style(draft.scale.label * 1.08, ink, bold=True, leading=1.8)
    pieces += [text_piece(draft, line, style, width) for line in body.lines]
    if body.of:
        pieces.append(bar_piece(draft, body.done, body.of, min(width, draft.mm(200))))
    return Stack(tuple(pieces), draft.mm(6.5), middle=True, loose=True)
