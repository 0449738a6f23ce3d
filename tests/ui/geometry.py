"""What must hold for every laid-out page, whatever the screen, language, size and panel."""

from itertools import combinations

from ui.boxes import Page, Rect, Shape, Target, Veil, Words
from ui.model import Size
from ui.theme import EDGE_MM, GAP_MM, SCALES, TARGET_MM, Palette, Panel, contrast

PANELS = {
    "17 inch": Panel.of_diagonal(1280, 1024, 431.8),
    "15 inch": Panel.of_diagonal(1024, 768, 381.0),
    "21.5 inch portrait": Panel.of_diagonal(1080, 1920, 546.1),
}


def complaints(page: Page, panel: Panel, size: Size) -> list[str]:
    """Every rule the page breaks, as sentences; empty when it is well."""
    return [
        *_words_outside(page),
        *_words_overlapping(page),
        *_small_capitals(page, panel, size),
        *_targets(page, panel),
        *_gaps(page, panel),
    ]


def _said(words: Words) -> str:
    return "".join(run.text for run in words.runs)


def _shown(page: Page) -> list[Shape | Words]:
    """What can be read: nothing that lies under a veil."""
    items: list[Shape | Words] = []
    for item in page.items:
        if isinstance(item, Veil):
            items.clear()
        elif isinstance(item, Shape | Words):
            items.append(item)
    return items


def _words_outside(page: Page) -> list[str]:
    """Words stay on the glass, and inside the box in which they begin."""
    found = []
    for words, ground in grounds(page):
        limit = ground.rect if ground else page.glass
        if not words.rect.within(limit):
            found.append(f"{_said(words)!r} leaves its box: {words.rect} in {limit}")
    return found


def grounds(page: Page) -> list[tuple[Words, Shape | None]]:
    """Each line with the topmost filled shape its middle lies on."""
    pairs: list[tuple[Words, Shape | None]] = []
    below: list[Shape] = []
    for item in _shown(page):
        if isinstance(item, Shape):
            if item.fill:
                below.append(item)
            continue
        x, y = item.rect.middle
        holding = [shape for shape in below if shape.rect.holds(x, y)]
        pairs.append((item, holding[-1] if holding else None))
    return pairs


def _words_overlapping(page: Page) -> list[str]:
    """No line is written over another (the ink, with 12 % of the line's height to spare)."""
    words = [item for item in _shown(page) if isinstance(item, Words)]
    found = []
    for one, other in combinations(words, 2):
        slim = (_slim(one.rect), _slim(other.rect))
        if _overlap(*slim):
            found.append(f"{_said(one)!r} lies over {_said(other)!r}")
    return found


def _slim(rect: Rect) -> Rect:
    return rect.inset(0, rect.h * 12 // 100)


def _overlap(one: Rect, other: Rect) -> bool:
    return (
        one.x < other.right and other.x < one.right
        and one.y < other.bottom and other.y < one.bottom
    )  # fmt: skip


def _small_capitals(page: Page, panel: Panel, size: Size) -> list[str]:
    least = SCALES[size].least * panel.px_per_mm
    return [
        f"{_said(item)!r} has capitals of {item.capital_px / panel.px_per_mm:.1f} mm"
        for item in _shown(page)
        if isinstance(item, Words) and item.capital_px < least - 0.01
    ]


def _targets(page: Page, panel: Panel) -> list[str]:
    least = TARGET_MM * panel.px_per_mm - 0.5
    inside = page.glass.inset(int(EDGE_MM * panel.px_per_mm))
    found = []
    for target in page.targets:
        if min(target.rect.w, target.rect.h) < least:
            found.append(f"{target.id} is smaller than {TARGET_MM} mm: {target.rect}")
        if not target.rect.within(inside):
            found.append(f"{target.id} is too near the edge: {target.rect}")
    return found


def _gaps(page: Page, panel: Panel) -> list[str]:
    least = GAP_MM * panel.px_per_mm - 0.5
    return [
        f"{one.id} and {other.id} are nearer than {GAP_MM} mm"
        for one, other in combinations(page.targets, 2)
        if _distance(one, other) < least
    ]


def _distance(one: Target, other: Target) -> int:
    across = max(one.rect.x - other.rect.right, other.rect.x - one.rect.right)
    down = max(one.rect.y - other.rect.bottom, other.rect.y - one.rect.bottom)
    return max(across, down)


def pale_words(page: Page, palette: Palette, least: float) -> list[str]:
    """Lines whose contrast with what they stand on is below `least`."""
    found = []
    for words, ground in grounds(page):
        paper = getattr(palette, ground.fill if ground else page.ground)
        ratio = contrast(getattr(palette, words.role), paper)
        if ratio < least:
            found.append(f"{_said(words)!r}: {words.role} at {ratio:.1f}:1")
    return found
