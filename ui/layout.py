"""(screen, catalogue, theme, panel, page) -> rectangles, words and targets. Pure.

No wire, no clock. The frame is the same on every screen: where you are and the tools on top,
the instruction as title, one thing to do, and the bar: 終了する bottom left, 前画面へ beside it,
what leads on bottom right. A body too tall becomes pages; then the places of 前画面へ and 確定する
turn the pages first, so that nobody confirms what was not shown.
"""

from dataclasses import dataclass, replace

from ui.advances import FontSet
from ui.bar import draw_bar
from ui.boxes import Page, Rect, Veil
from ui.catalog import Catalogue
from ui.drafting import Draft, Style
from ui.header import draw_header
from ui.model import Action, Attract, Label, Look, Notice, Progress, Role, Screen, Tone, text
from ui.screens.attract import draw_attract
from ui.screens.bodies import build_stack
from ui.screens.overlay import draw_overlay
from ui.stack import Stack
from ui.theme import Panel

NEXT_PAGE = "page:next"
PREVIOUS_PAGE = "page:prev"

_GROUNDS = {Tone.NORMAL: "ground", Tone.BRAND: "attract", Tone.ALERT: "alert"}
_INKS = {Tone.NORMAL: "text", Tone.BRAND: "on_attract", Tone.ALERT: "on_alert"}
_SOFT_INKS = {Tone.NORMAL: "muted", Tone.BRAND: "on_attract", Tone.ALERT: "on_alert"}


@dataclass(frozen=True, slots=True)
class Desk:
    """What stays the same from screen to screen: the glass, the fonts, the catalogue."""

    panel: Panel
    fonts: FontSet
    catalogue: Catalogue
    strict: bool = True
    """See `Draft.strict`."""


def lay_out(desk: Desk, screen: Screen, look: Look, page: int = 0) -> Page:
    """The page of the screen; a page number too high gives the last one.

    Raises DoesNotFit(key, language) if a text has no room and the desk is strict.
    """
    draft = Draft(desk.fonts, desk.catalogue, desk.panel, look.size, desk.strict)
    number, of = 0, 1
    if isinstance(screen.body, Attract):
        draw_attract(draft, screen, screen.body)
    elif not (screen.overlay and screen.private):
        number, of = _draw_framed(draft, screen, page)
    else:
        draw_header(draft, replace(screen, tools=()))
    if screen.overlay:
        draft.targets.clear()
        draft.keys.clear()
        draft.items.append(Veil(Rect(0, 0, desk.panel.width, desk.panel.height)))
        draw_overlay(draft, screen.overlay)
    return Page(
        screen.id, desk.panel.width, desk.panel.height, _GROUNDS[screen.tone],
        tuple(draft.items), tuple(draft.targets), tuple(draft.keys), draft.anywhere,
        number, of, modal=screen.overlay is not None,
    )  # fmt: skip


def _draw_framed(draft: Draft, screen: Screen, page: int) -> tuple[int, int]:
    """Header, title, body, bar. Returns the page drawn and how many there are."""
    top = draw_header(draft, screen)
    stack = build_stack(draft, screen)
    bottom = _body_bottom(draft, screen.actions, screen.tone)
    whole = bottom - _title_bottom(draft, screen, top, (0, 1))
    pages = stack.pages(whole, whole)
    if len(pages) > 1:
        screen = _without_lead_where_needed(draft, screen, top, stack)
        bottom = _body_bottom(draft, screen.actions or _PAGING_ONLY, screen.tone)
        first, rest = (_title_bottom(draft, screen, top, (n, len(pages))) for n in (0, 1))
        pages = stack.pages(bottom - first, bottom - rest)
    number = min(max(page, 0), len(pages) - 1)
    body_top = _draw_title(draft, screen, top, (number, len(pages)))
    body = Rect(draft.margin, body_top, draft.room, bottom - body_top)
    if draft.strict and any(piece.least > body.h for piece in pages[number]):
        raise draft.misfit(screen.title)
    stack.draw(draft, pages[number], body)
    draw_bar(draft, _paged_actions(screen, number, len(pages)), screen.tone)
    return number, len(pages)


def _without_lead_where_needed(draft: Draft, screen: Screen, top: int, stack: Stack) -> Screen:
    """Where the line under the title leaves no room for even one piece, it gives way."""
    bottom = _body_bottom(draft, screen.actions or _PAGING_ONLY, screen.tone)
    room = bottom - _title_bottom(draft, screen, top, (0, 2))
    fits = stack.pieces[0].least <= room
    return screen if fits else replace(screen, lead=None)


def _body_bottom(draft: Draft, actions: tuple[Action, ...], tone: Tone) -> int:
    return draft.panel.height - draw_bar(draft.blank(), actions, tone) - draft.mm(6)


_PAGING_ONLY = (Action(NEXT_PAGE, text("button.next_page"), Role.PRIMARY),)


def _paged_actions(screen: Screen, number: int, of: int) -> tuple[Action, ...]:
    """The bar of one page: the ways on and back turn the pages first."""
    actions = list(screen.actions)
    if number < of - 1:
        actions = [a for a in actions if a.role is not Role.PRIMARY]
        actions.append(Action(NEXT_PAGE, text("button.next_page"), Role.PRIMARY))
    if number > 0:
        actions = [a for a in actions if a.role is not Role.SECONDARY]
        actions.append(Action(PREVIOUS_PAGE, text("button.previous_page"), Role.SECONDARY))
    return tuple(actions)


def _title_style(draft: Draft, screen: Screen) -> Style:
    alert = screen.tone is Tone.ALERT
    capital = draft.scale.alert if alert else draft.scale.title
    return Style(capital, _INKS[screen.tone], bold=True, leading=1.75, even=True)


def _is_centred(screen: Screen) -> bool:
    return screen.tone is Tone.ALERT or isinstance(screen.body, Progress)


def _title_bottom(draft: Draft, screen: Screen, top: int, page: tuple[int, int]) -> int:
    return _draw_title(draft.blank(), screen, top, page)


def _draw_title(draft: Draft, screen: Screen, top: int, page: tuple[int, int]) -> int:
    """The instruction and, on the first page, the line under it; where the body may begin.

    On an alert the picture comes first and the words follow, so the body draws them.
    """
    if screen.tone is Tone.ALERT and isinstance(screen.body, Notice):
        return top + draft.mm(6)
    margin = draft.margin
    width = draft.panel.width - 2 * margin
    align = 0.5 if _is_centred(screen) else 0.0
    top += draft.mm(8.5)
    beside = _draw_page_mark(draft, page, top, margin)
    room = width - beside - (beside if align else 0)
    title = draft.block(screen.title, _title_style(draft, screen), room, lines=3)
    bottom = draft.put(title, margin + (beside if align else 0), top, room, align)
    if screen.lead is not None and page[0] == 0:
        bottom = _draw_lead(draft, screen.lead, Rect(margin, bottom, width, 0), screen)
    return bottom + draft.mm(6.5)


def _draw_lead(draft: Draft, lead: Label, place: Rect, screen: Screen) -> int:
    style = Style(draft.scale.lead, _SOFT_INKS[screen.tone])
    block = draft.block(lead, style, place.w, lines=4)
    align = 0.5 if _is_centred(screen) else 0.0
    return draft.put(block, place.x, place.y + draft.mm(1.8), place.w, align)


def _draw_page_mark(draft: Draft, page: tuple[int, int], top: int, margin: int) -> int:
    """「1／2ページ」 right of the title. Returns the width it takes, with its gap."""
    number, of = page
    if of == 1:
        return 0
    style = Style(draft.scale.lead, "muted", bold=True)
    block = draft.block(text("page.of", n=number + 1, of=of), style, draft.panel.width // 3, 1)
    lift = round((draft.scale.title - draft.scale.lead) * draft.panel.px_per_mm)
    draft.put(block, draft.panel.width - margin - block.width, top + lift)
    return block.width + draft.mm(6)


__all__ = ["NEXT_PAGE", "PREVIOUS_PAGE", "Desk", "lay_out"]
