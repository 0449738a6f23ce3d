"""The rules of finger and keypad, without a window."""

import pytest

from tests.ui import samples
from tests.ui.geometry import PANELS
from ui.advances import FontSet
from ui.boxes import Page, Rect, Target
from ui.layout import Desk, lay_out
from ui.model import Look, Role, Screen
from ui.touch import AGAIN, Hand

LATER = 10.0
"""Long after a page appeared at 0 s."""


def page_of(*targets: Target, **more: object) -> Page:
    return Page("s", 200, 100, "ground", (), targets, **more)  # type: ignore[arg-type]


OK = Target("ok", Rect(0, 0, 50, 50), Role.PRIMARY)
NO = Target("no", Rect(100, 0, 50, 50), Role.END)
OFF = Target("off", Rect(0, 60, 50, 30), Role.PLAIN, enabled=False)


def hand_on(page: Page, deaf_s: float = 0.3) -> Hand:
    hand = Hand(deaf_s)
    hand.show(page, 0.0)
    return hand


def test_a_press_begins_and_ends_in_the_same_box() -> None:
    hand = hand_on(page_of(OK, NO))
    assert hand.down(1, 10, 10, LATER)
    assert hand.pressed == OK
    assert hand.up(1, 20, 20) == "ok"
    assert hand.pressed is None


@pytest.mark.parametrize("end", [(110, 10), (60, 10), (10, 55)])
def test_a_finger_that_slides_away_presses_nothing(end: tuple[float, float]) -> None:
    hand = hand_on(page_of(OK, NO))
    hand.down(1, 10, 10, LATER)
    assert hand.up(1, *end) == ""


def test_a_finger_that_slides_in_presses_nothing() -> None:
    hand = hand_on(page_of(OK, NO))
    assert not hand.down(1, 60, 10, LATER)
    assert hand.up(1, 10, 10) == ""


def test_only_the_first_finger_counts() -> None:
    hand = hand_on(page_of(OK, NO))
    hand.down(1, 10, 10, LATER)
    assert not hand.down(2, 110, 10, LATER)
    assert hand.up(2, 110, 10) == ""
    assert hand.up(1, 10, 10) == "ok"
    hand.down(2, 110, 10, LATER)
    assert hand.up(2, 110, 10) == "no"


def test_a_disabled_target_is_no_target() -> None:
    hand = hand_on(page_of(OK, OFF))
    assert not hand.down(1, 10, 70, LATER)
    assert hand.up(1, 10, 70) == ""


@pytest.mark.parametrize(("now_s", "heard"), [(0.29, ""), (0.3, "ok"), (5.0, "ok")])
def test_a_target_is_deaf_just_after_it_appeared(now_s: float, heard: str) -> None:
    hand = hand_on(page_of(OK))
    hand.down(1, 10, 10, now_s)
    assert hand.up(1, 10, 10) == heard


def test_a_target_that_stays_hears_at_once() -> None:
    """Typing digits changes the page each time; the keys stay where they are."""
    hand = hand_on(page_of(OK, NO))
    hand.show(page_of(OK, NO, OFF), LATER)
    hand.down(1, 10, 10, LATER + 0.01)
    assert hand.up(1, 10, 10) == "ok"


def test_a_double_tap_does_not_press_the_next_screen() -> None:
    hand = hand_on(page_of(OK))
    hand.down(1, 10, 10, LATER)
    assert hand.up(1, 10, 10) == "ok"
    hand.show(Page("next", 200, 100, "ground", (), (OK,)), LATER + 0.05)
    hand.down(1, 10, 10, LATER + 0.15)
    assert hand.up(1, 10, 10) == ""


def test_a_press_does_not_outlive_its_target() -> None:
    hand = hand_on(page_of(OK))
    hand.down(1, 10, 10, LATER)
    hand.show(page_of(NO), LATER)
    assert hand.pressed is None
    assert hand.up(1, 10, 10) == ""


def test_a_touch_anywhere_answers_a_time_limit() -> None:
    hand = hand_on(page_of(NO, anywhere="go_on"))
    hand.down(1, 60, 90, LATER)
    assert hand.up(1, 61, 91) == "go_on"
    hand.down(1, 110, 10, LATER)
    assert hand.up(1, 60, 90) == ""


def laid(screen: Screen, fonts: FontSet, page: int = 0) -> Page:
    desk = Desk(PANELS["17 inch"], fonts, samples.catalogue("ja"))
    return lay_out(desk, screen, Look(), page)


@pytest.mark.parametrize(
    ("screen", "key", "heard"),
    [
        (samples.PIN, "7", "digit:7"),
        (samples.PIN, "0", "digit:0"),
        (samples.PIN, "*", "clear"),
        (samples.PIN, "cancel", "end"),
        (samples.PIN, "#", ""),
        (samples.CERTIFICATE, "2", "certificate:items"),
        (samples.CERTIFICATE, "3", ""),
        (samples.CERTIFICATE, "#", "confirm"),
        (samples.CERTIFICATE, "0", AGAIN),
        (samples.ITEMS, "1", "head:off"),
        (samples.ITEMS, "2", "honseki:on"),
        (samples.ITEMS, "*", "back"),
        (samples.COPIES, "5", "copies:5"),
        (samples.CHECK, "2", "fix:persons"),
        (samples.ATTRACT, "#", "start"),
        (samples.ATTRACT, "3", "language:ko"),
        (samples.ATTRACT, "enter", "start"),
        (samples.TAKE, "5", "stop"),
        (samples.TIME, "#", "extend"),
        (samples.TIME, "cancel", "end"),
    ],
)
def test_the_keypad(screen: Screen, key: str, heard: str, fonts: FontSet) -> None:
    hand = hand_on(laid(screen, fonts))
    assert hand.key(key, LATER) == heard


def test_every_action_can_be_reached_by_the_arrows_alone(fonts: FontSet) -> None:
    """The focus goes through all enabled targets in reading order and comes round again."""
    for screen in samples.SAMPLES:
        page = laid(screen, fonts)
        hand = hand_on(page)
        wanted = [t.id for t in page.targets if t.enabled]
        seen = []
        for _ in wanted:
            assert hand.key("down", LATER) == ""
            assert hand.focus is not None
            seen.append(hand.focus.id)
        assert seen == wanted, screen.id
        if seen:
            assert hand.key("enter", LATER) == seen[-1]


def test_a_finger_takes_the_focus_away(fonts: FontSet) -> None:
    hand = hand_on(page_of(OK, NO))
    hand.key("down", LATER)
    assert hand.focus == OK
    hand.down(1, 110, 10, LATER)
    assert hand.focus is None


def test_nothing_is_heard_before_anything_is_shown() -> None:
    hand = Hand()
    assert not hand.down(1, 1, 1, LATER)
    assert hand.up(1, 1, 1) == ""
    assert hand.key("#", LATER) == ""
