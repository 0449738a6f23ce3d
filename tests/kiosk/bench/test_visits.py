"""What is taken out of a visit that was timed."""

from typing import Any, cast

import pytest

from kiosk.bench.scene import Seen
from kiosk.bench.visits import Made, presses, vault_ms, whole_ms
from kiosk.demo.glass_link import Frame


def seen(at_s: float, screen: str) -> Seen:
    frame = Frame(
        0, at_s, screen, "ja", (1, 1), 0, 1, overlay=False, anywhere="", actions=(), png=b""
    )
    return Seen(at_s, 1, frame)


def made(touched_s: list[float], *frames: Seen) -> Made:
    return Made(list(frames), touched_s, cast("Any", None))


VISIT = made(
    [1.0, 2.0, 3.0],
    seen(0.5, "start"), seen(1.01, "start"), seen(1.02, "menu"),
    seen(2.01, "menu"), seen(2.5, "check"), seen(3.01, "check"), seen(3.02, "fetch"),
    seen(3.4, "pay"), seen(3.9, "start"),
)  # fmt: skip


def test_a_press_lasts_until_another_screen_stands() -> None:
    steps = dict(presses(VISIT))
    assert steps["start", "menu"] == pytest.approx(20)
    assert steps["menu", "check"] == pytest.approx(500)
    assert steps["check", "fetch"] == pytest.approx(20)


def test_the_pressed_look_is_no_next_screen() -> None:
    assert not presses(made([1.0], seen(0.5, "start"), seen(1.01, "start")))


def test_confirmation_and_vault() -> None:
    assert vault_ms(VISIT) == pytest.approx(400)


def test_a_visit_lasts_from_the_first_touch_to_the_first_picture() -> None:
    assert whole_ms(VISIT) == pytest.approx(2900)
