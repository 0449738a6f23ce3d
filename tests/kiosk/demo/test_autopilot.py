"""The autopilot against a glass that behaves as the terminal's does, paint for paint."""

from collections.abc import Callable

import pytest

from drivers.clock import VirtualClock
from kiosk.demo.autopilot import Autopilot, Lost, Wishes
from kiosk.demo.glass_link import Frame
from tests.kiosk.demo.fakes import action, frame


class Glass:
    """Every touch is painted down and up on the old screen before the new one comes."""

    def __init__(self, *screens: Frame) -> None:
        self._rest = list(screens)
        self._coming: list[Frame] = []
        self.frame = self._rest.pop(0)
        self.touched: list[tuple[str, str]] = []

    def touch(self, x: float, y: float) -> None:
        """Find the button, remember it, and let the paints come one by one."""
        hit = next(a.id for a in self.frame.actions if a.enabled and _holds(a.box, x, y))
        self.touched.append((self.frame.screen, hit))
        old = self.frame
        paints = [(old, True), (old, False)] + ([(self._rest.pop(0), False)] if self._rest else [])
        for number, (shown, pressed) in enumerate(paints, old.number + 1):
            self._coming.append(
                frame(number, shown.screen, *shown.actions, page=shown.page, pages=shown.pages,
                      pressed=pressed)
            )  # fmt: skip

    def wait_for(self, holds: Callable[[Frame], bool], _limit_s: float) -> Frame:
        """Paint until it holds."""
        while not holds(self.frame):
            if not self._coming:
                raise TimeoutError(f"the screen {self.frame.screen!r} stayed")
            self.frame = self._coming.pop(0)
        return self.frame


def _holds(box: tuple[int, int, int, int], x: float, y: float) -> bool:
    left, top, width, height = box
    return left <= x < left + width and top <= y < top + height


class Hands:
    """Remembers."""

    def __init__(self) -> None:
        self.did: list[str] = []

    def place_card(self, name: str) -> None:
        """Noted."""
        self.did.append(f"place {name}")

    def pull_card(self) -> None:
        """Noted."""
        self.did.append("pull")

    def drop_coin(self, yen: int) -> None:
        """Noted."""
        self.did.append(f"drop {yen}")

    def take_paper(self) -> None:
        """Noted."""
        self.did.append("take")


CONFIRM = action("confirm", left=500)
START = frame(1, "start", action("start", left=500))
KIND = frame(2, "kind", action("option:household", chosen=True), CONFIRM)
OFF = action("item:household_head:on")
ON = action("item:household_head:on", chosen=True)
FINISH = frame(9, "finish", CONFIRM)
AGAIN = frame(10, "start", action("start", left=500))


def _run(glass: Glass, **wishes: object) -> Autopilot:
    made = Autopilot(glass, Hands(), Wishes(deaf_s=0.0, **wishes), VirtualClock())  # type: ignore[arg-type]
    made.run()
    return made


def test_a_button_is_pressed_once_and_an_item_is_switched_on_before_it_is_confirmed() -> None:
    glass = Glass(
        START, KIND, frame(3, "items", OFF, CONFIRM), frame(4, "items", ON, CONFIRM), FINISH, AGAIN
    )
    pilot = _run(glass)
    assert glass.touched == [
        ("start", "start"), ("kind", "confirm"), ("items", "item:household_head:on"),
        ("items", "confirm"), ("finish", "confirm"),
    ]  # fmt: skip
    assert pilot.path == ["start", "kind", "items", "finish"]


def test_a_button_on_the_second_page_is_found() -> None:
    first = frame(2, "check", action("page:next", left=500), page=0, pages=2)
    second = frame(3, "check", CONFIRM, page=1, pages=2)
    glass = Glass(START, first, second, FINISH, AGAIN)
    _run(glass)
    assert ("check", "page:next") in glass.touched
    assert ("check", "confirm") in glass.touched


def test_a_screen_that_ends_the_visit_is_named() -> None:
    with pytest.raises(Lost, match="'refused' ended the visit"):
        _run(Glass(START, frame(2, "refused", CONFIRM)))


def test_a_screen_nobody_answers_is_named() -> None:
    with pytest.raises(Lost, match="'riddle' stayed"):
        _run(Glass(START, frame(2, "riddle")))
