"""The head of the glass: the service's name, the six named steps, the tools.

No wire, no clock. What does not fit side by side gives way in this order: the service's name,
then the names of the steps other than the present one, then the steps go to a row of their own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from ui.boxes import Rect
from ui.drafting import Block, DoesNotFit, Draft, Skin, Style, draw_button
from ui.model import Action, Screen, Size, Tone, text

STEPS = ("card", "pin", "certificate", "check", "pay", "take")

_PAD_MM = 5.0
_DISC_MM = 9.6
_STEP_GAP_MM = 4.2
_NO_TOOLS_MM = 66.0
"""Kept free where a screen has no tools, so that the steps stay where they are."""
_NAME_MM = {Size.NORMAL: (50.0, 90.0), Size.LARGE: (74.0, 140.0)}
"""Narrow enough for the service's name to stand on two lines, and the most it may take."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Something of known size that draws itself at (x, top of the row, height of the row)."""

    width: int
    height: int
    draw: Callable[[int, int, int], None]


def draw_header(draft: Draft, screen: Screen) -> int:
    """Draw the head; returns where it ends. An alert has none and gives 0."""
    if screen.tone is Tone.ALERT:
        return 0
    for arrangement in (_wide, _without_name, _short_steps, _two_rows, _two_short_rows):
        rows = arrangement(draft, screen)
        if all(_fits(draft, row) for row in rows):
            return _draw_rows(draft, rows)
    if draft.strict:
        raise DoesNotFit("step." + STEPS[max(screen.step - 1, 0)], draft.catalogue.language)
    return _draw_rows(draft, [[_tools(draft, screen)]])


def _wide(draft: Draft, screen: Screen) -> list[list[_Part]]:
    return [[_name(draft), _steps(draft, screen), _tools(draft, screen)]]


def _without_name(draft: Draft, screen: Screen) -> list[list[_Part]]:
    return [[_steps(draft, screen), _tools(draft, screen)]]


def _short_steps(draft: Draft, screen: Screen) -> list[list[_Part]]:
    return [[_steps(draft, screen, short=True), _tools(draft, screen)]]


def _two_rows(draft: Draft, screen: Screen) -> list[list[_Part]]:
    return [[_name(draft), _tools(draft, screen)], [_steps(draft, screen)]]


def _two_short_rows(draft: Draft, screen: Screen) -> list[list[_Part]]:
    return [[_tools(draft, screen)], [_steps(draft, screen, short=True)]]


def _fits(draft: Draft, row: list[_Part]) -> bool:
    parts = [part for part in row if part.width]
    gaps = draft.mm(6) * (len(parts) - 1)
    return sum(part.width for part in parts) + gaps <= draft.panel.width - 2 * draft.mm(_PAD_MM)


def _draw_rows(draft: Draft, rows: list[list[_Part]]) -> int:
    pad = draft.mm(3.6)
    heights = [max(part.height for part in row) for row in rows]
    bottom = sum(heights) + pad * (len(rows) + 1)
    draft.shape(Rect(0, 0, draft.panel.width, bottom), Skin("surface"))
    rule = max(2, draft.mm(0.4))
    draft.shape(Rect(0, bottom - rule, draft.panel.width, rule), Skin("line"))
    top = pad
    for row, height in zip(rows, heights, strict=True):
        _draw_row(draft, row, top, height)
        top += height + pad
    return bottom


def _draw_row(draft: Draft, row: list[_Part], top: int, height: int) -> None:
    """First part left, last part right, one between them in the middle of what is left."""
    edge = draft.mm(_PAD_MM) + draft.mm(1.6)
    right = draft.panel.width - draft.mm(_PAD_MM) - row[-1].width
    if len(row) == 1:
        only = row[0]
        row[0].draw(max(edge, (draft.panel.width - only.width) // 2), top, height)
        return
    row[-1].draw(right, top, height)
    row[0].draw(edge, top, height)
    for middle in row[1:-1]:
        left = edge + row[0].width
        middle.draw(left + (right - left - middle.width) // 2, top, height)


def _name(draft: Draft) -> _Part:
    style = Style(draft.scale.brand, "text", bold=True, leading=1.6, even=True)
    block = _name_block(draft, style)

    def draw(x: int, top: int, height: int) -> None:
        draft.put_middle(block, Rect(x, top, block.width, height), 0.0)

    return _Part(block.width, block.height, draw)


def _name_block(draft: Draft, style: Style) -> Block:
    """On two lines rather than one long one."""
    narrow, wide = (draft.mm(mm) for mm in _NAME_MM[draft.size])
    try:
        return draft.demanding().block(text("app.title"), style, narrow, 2)
    except DoesNotFit:
        return draft.block(text("app.title"), style, wide, 2)


def _tools(draft: Draft, screen: Screen) -> _Part:
    """The buttons top right, reached on every screen in the same corner."""
    style = Style(draft.scale.least, bold=True, leading=1.65, even=True)
    blocks = [draft.block(tool.label, style, draft.mm(64), 2) for tool in screen.tools]
    widths = [max(draft.mm(28), block.width + 2 * draft.mm(2.6)) for block in blocks]
    gap = draft.mm(4)
    tall = max([draft.mm(17.5), *(block.height + draft.mm(1.6) for block in blocks)])

    def draw(x: int, top: int, height: int) -> None:
        for tool, block, width in zip(screen.tools, blocks, widths, strict=True):
            place = Rect(x, top + (height - tall) // 2, width, tall)
            draw_button(draft, Action(tool.id, tool.label, enabled=tool.enabled), place, block)
            x += width + gap

    total = sum(widths) + gap * max(len(widths) - 1, 0)
    return _Part(total or draft.mm(_NO_TOOLS_MM), tall, draw)


def _steps(draft: Draft, screen: Screen, *, short: bool = False) -> _Part:
    if not screen.step:
        return _Part(0, 0, lambda _x, _top, _height: None)
    return _short(draft, screen.step) if short else _named(draft, screen.step)


def _step_block(draft: Draft, step: int, *, now: bool) -> Block:
    style = Style(draft.scale.step, "text" if now else "muted", bold=now)
    return draft.block(text(f"step.{STEPS[step - 1]}"), style, draft.mm(120), 1)


def _named(draft: Draft, now: int) -> _Part:
    """Six discs on a line, the name of each step under it."""
    numbers = range(1, len(STEPS) + 1)
    blocks = [_step_block(draft, step, now=step == now) for step in numbers]
    disc, gap = draft.mm(_DISC_MM * draft.scale.step / 4.8), draft.mm(_STEP_GAP_MM)
    widths = [max(disc, block.width) for block in blocks]
    tall = disc + blocks[0].height

    def draw(x: int, top: int, height: int) -> None:
        y = top + (height - tall) // 2
        centres = []
        for width in widths:
            centres.append(x + width // 2)
            x += width + gap
        _draw_line(draft, centres, y + disc // 2, now)
        for step, block, centre in zip(numbers, blocks, centres, strict=True):
            _draw_disc(draft, step, now, Rect(centre - disc // 2, y, disc, disc))
            draft.put(block, centre - block.width // 2, y + disc)

    return _Part(sum(widths) + gap * (len(widths) - 1), tall, draw)


def _short(draft: Draft, now: int) -> _Part:
    """Six discs, and only the present step's name, beside them."""
    disc, gap = draft.mm(_DISC_MM * draft.scale.step / 4.8), draft.mm(2.4)
    block = _step_block(draft, now, now=True)
    discs = len(STEPS) * disc + (len(STEPS) - 1) * gap

    def draw(x: int, top: int, height: int) -> None:
        y = top + (height - disc) // 2
        lefts = [x + index * (disc + gap) for index in range(len(STEPS))]
        _draw_line(draft, [left + disc // 2 for left in lefts], y + disc // 2, now)
        for step, left in enumerate(lefts, start=1):
            _draw_disc(draft, step, now, Rect(left, y, disc, disc))
        draft.put_middle(block, Rect(x + discs + draft.mm(4), top, block.width, height), 0.0)

    return _Part(discs + draft.mm(4) + block.width, max(disc, block.height), draw)


def _draw_line(draft: Draft, centres: list[int], y: int, now: int) -> None:
    thick = max(2, draft.mm(0.7))
    for step, (left, right) in enumerate(pairwise(centres), start=1):
        role = "brand" if step < now else "line"
        draft.shape(Rect(left, y - thick // 2, right - left, thick), Skin(role))


def _draw_disc(draft: Draft, step: int, now: int, rect: Rect) -> None:
    """Done: filled with a tick. Now: ringed in a halo. To come: a plain ring."""
    radius = rect.w
    if step < now:
        draft.shape(rect, Skin("brand", radius_mm=radius))
        draft.picture(rect.inset(rect.w // 5), "tick", "on_brand")
        return
    if step == now:
        halo = rect.inset(-max(2, draft.mm(1.1)))
        draft.shape(halo, Skin("halo", radius_mm=radius))
    ink = "brand" if step == now else "muted"
    edge = "brand" if step == now else "line"
    draft.shape(rect, Skin("surface", edge, 0.9 if step == now else 0.7, radius))
    style = Style(draft.scale.step, ink, bold=True)
    draft.put_middle(draft.block(text("step.number", n=step), style, rect.w, 1), rect)
