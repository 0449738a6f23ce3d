"""Every sample screen, in seven languages, two sizes, three panels: nothing leaves its box."""

import pytest

from tests.ui.geometry import PANELS, complaints, pale_words
from tests.ui.samples import SAMPLES, catalogue
from ui.advances import FontSet
from ui.boxes import Page, Words
from ui.layout import Desk, lay_out
from ui.model import LANGUAGES, Look, Role, Screen, Size, Theme
from ui.theme import PALETTES


def pages(desk: Desk, screen: Screen, look: Look) -> list[Page]:
    first = lay_out(desk, screen, look)
    return [first, *(lay_out(desk, screen, look, n) for n in range(1, first.of))]


@pytest.mark.parametrize("size", Size)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("panel", PANELS)
def test_nothing_leaves_its_box(panel: str, language: str, size: Size, fonts: FontSet) -> None:
    desk = Desk(PANELS[panel], fonts, catalogue(language))
    found = [
        f"{screen.id} page {page.number + 1}: {complaint}"
        for screen in SAMPLES
        for page in pages(desk, screen, Look(language, size))
        for complaint in complaints(page, PANELS[panel], size)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("theme", "least"),
    [(Theme.NORMAL, 7.0), (Theme.CONTRAST_WHITE, 15.0), (Theme.CONTRAST_YELLOW, 15.0)],
)
def test_words_stand_out(theme: Theme, least: float, fonts: FontSet) -> None:
    desk = Desk(PANELS["17 inch"], fonts, catalogue("ja"))
    found = [
        f"{screen.id}: {complaint}"
        for screen in SAMPLES
        for page in pages(desk, screen, Look("ja", Size.NORMAL, theme))
        for complaint in pale_words(page, PALETTES[theme], least)
        if "on_disabled" not in complaint and "on_coin" not in complaint
    ]
    assert found == []


def test_the_bar_keeps_its_places(fonts: FontSet) -> None:
    """終了する bottom left, 前画面へ beside it, what leads on bottom right, on every screen."""
    panel = PANELS["17 inch"]
    desk = Desk(panel, fonts, catalogue("ja"))
    places: dict[Role, set[tuple[int, int]]] = {}
    for screen in SAMPLES:
        page = lay_out(desk, screen, Look())
        bar = {action.id: action.role for action in screen.actions}
        for target in page.targets:
            if target.id in bar and not page.modal:
                near = target.rect.right if target.role is Role.PRIMARY else target.rect.x
                places.setdefault(target.role, set()).add((near, target.rect.y))
    assert {role: len(found) for role, found in places.items()} == dict.fromkeys(
        (Role.END, Role.SECONDARY, Role.PRIMARY), 1
    )


def test_reading_order_is_top_to_bottom_for_each_list(fonts: FontSet) -> None:
    desk = Desk(PANELS["17 inch"], fonts, catalogue("ja"))
    for screen in SAMPLES:
        for page in pages(desk, screen, Look()):
            tiles = [t for t in page.targets if t.id.startswith(("certificate:", "member:"))]
            order = [(t.rect.y, t.rect.x) for t in tiles]
            assert order == sorted(order), screen.id


def test_no_option_is_lost_by_paging(fonts: FontSet) -> None:
    """Large text makes more pages, in the same order, with every target on exactly one."""
    desk = Desk(PANELS["15 inch"], fonts, catalogue("es"))
    for screen in SAMPLES:
        every_page = {action.id for action in (*screen.actions, *screen.tools)}
        normal, large = (
            [t.id for p in pages(desk, screen, Look("es", size)) for t in p.targets]
            for size in Size
        )
        body = [t for t in normal if t not in every_page and not t.startswith("page:")]
        assert [t for t in large if t in body] == body, screen.id
        assert every_page & set(normal) <= set(large), screen.id


def test_the_way_on_turns_the_pages_first(fonts: FontSet) -> None:
    desk = Desk(PANELS["15 inch"], fonts, catalogue("es"))
    items = next(screen for screen in SAMPLES if screen.id == "items.choose")
    found = pages(desk, items, Look("es", Size.LARGE))
    assert len(found) > 1
    for page in found:
        primary = [t.id for t in page.targets if t.role is Role.PRIMARY]
        back = [t.id for t in page.targets if t.role is Role.SECONDARY]
        last, first = page.number == page.of - 1, page.number == 0
        assert primary == (["confirm"] if last else ["page:next"])
        assert back == (["back"] if first else ["page:prev"])


def test_the_layout_is_a_function_of_its_arguments(fonts: FontSet) -> None:
    desk = Desk(PANELS["17 inch"], fonts, catalogue("pt"))
    for screen in SAMPLES:
        assert lay_out(desk, screen, Look("pt")) == lay_out(desk, screen, Look("pt"))


def test_a_private_screen_is_blank_behind_a_question(fonts: FontSet) -> None:
    desk = Desk(PANELS["17 inch"], fonts, catalogue("ja"))
    screen = next(screen for screen in SAMPLES if screen.id == "check.time")
    page = lay_out(desk, screen, Look())
    said = "".join(run.text for item in page.items if isinstance(item, Words) for run in item.runs)
    assert "見本 太郎" not in said
    assert "つづけますか" in said
    assert {target.id for target in page.targets} == {"end", "extend"}
    assert page.anywhere == "extend"
