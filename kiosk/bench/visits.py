"""Figures of visits: the autopilot makes them, what it touched and saw is timed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from kiosk.bench import proc
from kiosk.bench.figures import Sizes, of
from kiosk.bench.scene import CLOCK, Scene, Seen
from kiosk.demo.autopilot import DEFAULT_CARD, Autopilot, Wishes
from kiosk.demo.glass_link import Frame, GlassLink

Found = dict[str, Sizes]

_LOCAL_STEPS = frozenset({
    ("start", "menu"), ("menu", "place_card"), ("where", "pin"), ("certificate", "kind"),
    ("kind", "items"), ("items", "copies"), ("copies", "check"),
})  # fmt: skip
"""Screens that follow one another at a press, with nobody asked in between."""
_CHECK, _PAY = "check", "pay"
_SMALL_COIN = 10
_SOON_S = 10.0


@dataclass(slots=True)
class Hands:
    """The stage's hands, with a watch; drops small coins only if told to."""

    scene: Scene
    small: bool = False
    dropped_s: list[float] = field(default_factory=list)
    paying_mb: list[float] = field(default_factory=list)

    def place_card(self, name: str) -> None:
        """Put the card down."""
        self.scene.stage.place_card(name)

    def pull_card(self) -> None:
        """Take it away."""
        self.scene.stage.pull_card()

    def drop_coin(self, yen: int) -> None:
        """Put a coin into the slot."""
        if not self.dropped_s and self.small:
            self.paying_mb.append(sum(proc.pss_mb(p) for p in self.scene.processes.values()))
        self.dropped_s.append(CLOCK.monotonic_s())
        self.scene.stage.drop_coin(_SMALL_COIN if self.small else yen)

    def take_paper(self) -> None:
        """Take the sheets out of the tray."""
        self.scene.stage.take_paper()


class TimedGlass:
    """The glass, with a note of when it was touched."""

    def __init__(self, glass: GlassLink) -> None:
        self._glass = glass
        self.touched_s: list[float] = []

    @property
    def frame(self) -> Frame:
        """What is on the glass now."""
        return self._glass.frame

    def wait_for(self, holds: Callable[[Frame], bool], limit_s: float) -> Frame:
        """The first frame for which `holds`. Raises TimeoutError."""
        return self._glass.wait_for(holds, limit_s)

    def touch(self, x: float, y: float) -> None:
        """Press and let go."""
        self.touched_s.append(CLOCK.monotonic_s())
        self._glass.touch(x, y)


@dataclass(frozen=True, slots=True)
class Made:
    """One visit, as it was timed."""

    seen: list[Seen]
    touched_s: list[float]
    hands: Hands


def make_visit(scene: Scene, *, small: bool = False) -> Made:
    """One visit from the first picture to the first picture. Raises Lost."""
    scene.await_rest()
    scene.clear()
    glass, hands = TimedGlass(scene.stage.glass), Hands(scene, small)
    wishes = Wishes(pin=lambda: scene.stage.pin_of(DEFAULT_CARD), deaf_s=scene.stage.deaf_s)
    Autopilot(glass, hands, wishes, CLOCK).run()
    scene.stage.glass.wait_for(lambda frame: frame.screen == "start", _SOON_S)
    return Made(list(scene.seen), glass.touched_s, hands)


def measure_visits(scene: Scene, rounds: int) -> Found:
    """ms of whole visits, and of the moments in them that were promised by themselves.

    One visit goes before and is not counted: the centre has just started, too.
    """
    make_visit(scene)
    samples: dict[str, list[float]] = {"visit": [], "press.terminal": [], "vault": []}
    for _ in range(rounds):
        made = make_visit(scene)
        samples["visit"].append(whole_ms(made))
        steps = presses(made)
        samples["press.terminal"].extend(ms for step, ms in steps if step in _LOCAL_STEPS)
        samples["vault"].append(vault_ms(made))
    return {name: of(taken) for name, taken in samples.items()}


def measure_coins(scene: Scene) -> Found:
    """ms from each small coin to the frame that shows it, and MB while paying."""
    made = make_visit(scene, small=True)
    waits = [1000 * (_first_after(made.seen, at_s) - at_s) for at_s in made.hands.dropped_s]
    return {"coin": of(waits), "memory.paying": of(made.hands.paying_mb)}


def whole_ms(made: Made) -> float:
    """From the first touch to the first picture's standing again."""
    return 1000 * (made.seen[-1].at_s - made.touched_s[0])


def presses(made: Made) -> list[tuple[tuple[str, str], float]]:
    """(screen before, screen after) and ms, for each change of screen that a touch brought.

    The time runs from the touch's leaving the bench to the whole picture's having arrived there.
    """
    found = []
    for before, after in pairwise(made.seen):
        if before.frame.screen != after.frame.screen:
            touches = [at_s for at_s in made.touched_s if at_s < after.at_s]
            if touches:
                step = (before.frame.screen, after.frame.screen)
                found.append((step, 1000 * (after.at_s - touches[-1])))
    return found


def vault_ms(made: Made) -> float:
    """From the press of "confirm" on the check screen to the pay screen."""
    paying_s = next(seen.at_s for seen in made.seen if seen.frame.screen == _PAY)
    checks = [seen.at_s for seen in made.seen if seen.frame.screen == _CHECK]
    confirmed_s = next(at_s for at_s in made.touched_s if at_s > checks[0])
    return 1000 * (paying_s - confirmed_s)


def _first_after(seen: list[Seen], at_s: float) -> float:
    return next(one.at_s for one in seen if one.at_s > at_s)
