"""A resident without a body: looks at the glass, touches it, works the devices with their hands.

Knows a screen only by its name and its buttons, as `kiosk.demo.glass_link` sees them, and does
what a person would: a table of what to do on which screen.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from drivers.clock import Clock
from kiosk.demo.glass_link import Action, Frame

DEFAULT_CARD = "yamada-hanako"
_LIMIT_S = 45.0
"""No screen of a good visit stands longer than this."""
_OTHERS_LIMIT_S = 900.0
_LOOK_AGAIN_S = 0.7
"""A touch or a coin that changed nothing for so long is tried again."""
_READ_AMOUNT_S = 0.3
"""A glance at the amount before the next coin."""
_COINS = (500, 100, 100, 100, 50, 10)
"""First a large coin, so that change has to come back."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What this resident wants."""

    card: str = DEFAULT_CARD
    """A demo card's name; empty: somebody else puts a card down and takes it away."""
    pin: Callable[[], str] = field(default=str, repr=False)
    """Asked when the pad is on the glass."""
    language: str = "ja"
    certificate: str = "resident_record"
    kind: str = "household"
    items: tuple[str, ...] = ("household_head",)
    copies: int = 1
    deaf_s: float = 0.3
    """How long a button hears nothing after it appeared, as the terminal is configured."""


class Hands(Protocol):
    """What the resident does beside touching; `kiosk.demo.stage.DemoStage` has them."""

    def place_card(self, name: str) -> None:
        """Put the card down."""
        ...

    def pull_card(self) -> None:
        """Take it away."""
        ...

    def drop_coin(self, yen: int) -> None:
        """Put a coin into the slot."""
        ...

    def take_paper(self) -> None:
        """Take the sheets out of the tray."""
        ...


class Glass(Protocol):
    """What the resident looks at and touches; `kiosk.demo.glass_link.GlassLink` is one."""

    @property
    def frame(self) -> Frame:
        """What is on the glass now."""
        ...

    def wait_for(self, holds: Callable[[Frame], bool], limit_s: float) -> Frame:
        """The first frame for which `holds`. Raises TimeoutError."""
        ...

    def touch(self, x: float, y: float) -> None:
        """Press and let go at these pixels."""
        ...


class Lost(Exception):
    """The autopilot stands before a screen it cannot get past; names the screen."""


class Autopilot:
    """Runs one visit from the first picture back to it. Blocking; one thread."""

    def __init__(self, glass: Glass, hands: Hands, wishes: Wishes, clock: Clock) -> None:
        self._glass = glass
        self._hands = hands
        self._wishes = wishes
        self._clock = clock
        self.path: list[str] = []
        """The screens that were answered, in order."""
        self._done: set[str] = set()
        self._arrived_s = 0.0
        self._answers: dict[str, Callable[[Frame], None]] = {
            "start": self._begin,
            "menu": lambda frame: self._press(frame, "service:certificates"),
            "place_card": self._place,
            "where": lambda frame: self._press(frame, "scope:residence"),
            "pin": self._type_pin,
            "take_card": self._pull,
            "leave_card": self._pull,
            "certificate": lambda frame: self._choose(frame, f"option:{wishes.certificate}"),
            "kind": lambda frame: self._choose(frame, f"option:{wishes.kind}"),
            "members": self._choose_members,
            "items": self._choose_items,
            "warning": lambda frame: self._press(frame, "warning:keep"),
            "copies": self._choose_copies,
            "check": lambda frame: self._press(frame, "confirm"),
            "change": lambda frame: self._press(frame, "confirm"),
            "pay": self._pay,
            "take_paper": self._take,
            "finish": lambda frame: self._press(frame, "confirm"),
        }

    def run(self) -> None:
        """One whole visit, to the thanks and away from it. Raises Lost."""
        frame = self._wait(lambda f: f.screen == "start" and bool(f.actions))
        while True:
            if self.path[-1:] != [frame.screen]:
                self.path.append(frame.screen)
                self._arrived_s = frame.at_s
                self._let_it_hear(frame)
            if frame.action("go_on"):
                self._press(frame, "go_on")
            else:
                self._answers[frame.screen](frame)
            if frame.screen == "finish":
                self._wait(lambda f: f.screen != "finish")
                return
            frame = self._next(frame)

    def _next(self, last: Frame) -> Frame:
        """The next look that wants an answer; what stands there if nothing changed for a while.

        Only a changed look counts: a button going down and up paints the same screen twice, and
        who answered that would press what the next screen has in the same place.
        """
        try:
            self._glass.wait_for(lambda f: _moved_on(last, f), _LOOK_AGAIN_S)
        except TimeoutError:
            self._give_up_in_time(last)
        return self._wait(lambda f: f.screen in self._answers or _ends(f))

    def _give_up_in_time(self, last: Frame) -> None:
        limit_s = self._limit_s(last)
        if self._clock.monotonic_s() - self._arrived_s > limit_s:
            raise Lost(f"the screen {last.screen!r} stayed for {limit_s:.0f} s")

    def _limit_s(self, frame: Frame) -> float:
        """Somebody else's card may be long in coming."""
        waits = not self._wishes.card and frame.screen in {"place_card", "take_card"}
        return _OTHERS_LIMIT_S if waits else _LIMIT_S

    def _wait(self, holds: Callable[[Frame], bool]) -> Frame:
        try:
            frame = self._glass.wait_for(holds, _LIMIT_S)
        except TimeoutError as error:
            raise Lost(str(error)) from None
        if _ends(frame) and frame.screen not in self._answers:
            raise Lost(f"the screen {frame.screen!r} ended the visit")
        return frame

    # --- touching ------------------------------------------------------------------------

    def _let_it_hear(self, frame: Frame) -> None:
        age = self._clock.monotonic_s() - frame.at_s
        self._clock.sleep(max(0.0, self._wishes.deaf_s - age))

    def _press(self, frame: Frame, name: str) -> None:
        action = frame.action(name)
        if action is not None:
            self._glass.touch(*action.middle)
        elif frame.pages > 1:
            self._turn_page(frame)

    def _turn_page(self, frame: Frame) -> None:
        turn = frame.action("page:next") or frame.action("page:prev")
        if turn is not None:
            self._glass.touch(*turn.middle)

    def _press_and_see(self, frame: Frame, action: Action) -> Frame:
        """Touch, and give the glass a moment to show what came of it."""
        self._glass.touch(*action.middle)
        try:
            return self._glass.wait_for(lambda f: f.number > frame.number + 1, _LOOK_AGAIN_S)
        except TimeoutError:
            return self._glass.frame

    # --- one answer a screen -------------------------------------------------------------

    def _begin(self, frame: Frame) -> None:
        if frame.language != self._wishes.language:
            self._press(frame, f"language:{self._wishes.language}")
        else:
            self._press(frame, "start")

    def _place(self, _frame: Frame) -> None:
        if self._wishes.card and "placed" not in self._done:
            self._done.add("placed")
            self._hands.place_card(self._wishes.card)

    def _pull(self, _frame: Frame) -> None:
        if self._wishes.card and "pulled" not in self._done:
            self._done.add("pulled")
            self._hands.pull_card()

    def _type_pin(self, frame: Frame) -> None:
        for digit in self._wishes.pin():
            key = frame.action(f"digit:{digit}")
            if key is None:
                return
            frame = self._press_and_see(frame, key)
        ready = self._confirmable(frame)
        self._press(ready, "confirm" if ready.action("confirm") else "clear")

    def _confirmable(self, frame: Frame) -> Frame:
        try:
            return self._glass.wait_for(
                lambda f: f.screen != frame.screen or f.action("confirm") is not None,
                _LOOK_AGAIN_S,
            )
        except TimeoutError:
            return self._glass.frame

    def _choose(self, frame: Frame, name: str) -> None:
        tile = frame.action(name)
        if tile is not None and not tile.chosen:
            self._glass.touch(*tile.middle)
        else:
            self._press(frame, "confirm")

    def _choose_members(self, frame: Frame) -> None:
        tiles = [action for action in frame.actions if action.id.startswith("option:")]
        if tiles and not any(tile.chosen for tile in tiles):
            self._glass.touch(*tiles[0].middle)
        else:
            self._press(frame, "confirm")

    def _choose_items(self, frame: Frame) -> None:
        for item in self._wishes.items:
            switch = frame.action(f"item:{item}:on")
            if switch is not None and not switch.chosen:
                self._glass.touch(*switch.middle)
                return
        self._press(frame, "confirm")

    def _choose_copies(self, frame: Frame) -> None:
        while (
            len([word for word in self._done if word.startswith("more")]) + 1 < self._wishes.copies
        ):
            more = frame.action("more")
            if more is None:
                return
            frame = self._press_and_see(frame, more)
            self._done.add(f"more {len(self._done)}")
        self._press(frame, "confirm")

    def _pay(self, frame: Frame) -> None:
        """One coin a look: the amount on the glass, or the next screen, is the answer."""
        spent = [word for word in self._done if word.startswith("coin")]
        coin = _COINS[len(spent) % len(_COINS)]
        self._done.add(f"coin {len(spent)}")
        self._hands.drop_coin(coin)
        with suppress(TimeoutError):
            self._glass.wait_for(lambda f: f.number > frame.number, 2 * _LOOK_AGAIN_S)
            self._glass.wait_for(lambda f: f.screen != "pay", _READ_AMOUNT_S)

    def _take(self, frame: Frame) -> None:
        if "taken" not in self._done:
            self._done.add("taken")
            self._hands.take_paper()
        self._press(frame, "taken")


_ENDS = frozenset(
    {"refused", "closed", "hours", "apology", "end", "returned", "not_served", "pin_wrong"}
)


_MOVES_BY_ITSELF = frozenset({"pay"})
"""Here the amount changes and no button does."""


def _moved_on(last: Frame, now: Frame) -> bool:
    if now.screen in _MOVES_BY_ITSELF:
        return now.number > last.number
    return now.look != last.look


def _ends(frame: Frame) -> bool:
    return frame.screen in _ENDS
