"""What a finger or a key means on a page. Pure: no wire, no clock, no pygame.

A press counts when it begins and ends in the same target, by the first finger alone; a target
hears nothing for a moment after it has appeared, so that a double tap cannot press what the
next screen put in the same place. Holding a key does not repeat it.

Source for the keypad: telephone order; # takes, * corrects or goes back.
"""

from dataclasses import dataclass, field

from ui.boxes import Page, Target
from ui.model import Role

CLEAR = "clear"
AGAIN = "voice:again"
"""Key 0 where it is no digit: say once more where I am."""

_Place = tuple[str, int, bool, str, tuple[int, int, int, int]]
_FOCUS_STEPS = {"up": -1, "down": 1, "left": -1, "right": 1, "2": -1, "8": 1}
_PAGE_KEYS = {"left": "page:prev", "right": "page:next", "4": "page:prev", "6": "page:next"}


@dataclass(slots=True)
class Hand:
    """Follows one finger and the keypad over changing pages. Times in seconds, monotonic."""

    deaf_s: float = 0.3
    """How long a target hears nothing after it appeared, in seconds."""
    pressed: Target | None = None
    """The target the finger is on, for the pressed look."""
    focus: Target | None = None
    """The target the keypad stands on; None as long as only fingers are used."""
    _page: Page | None = None
    _finger: int | None = None
    _anywhere: bool = False
    _since: dict[_Place, float] = field(default_factory=dict)

    def show(self, page: Page, now_s: float) -> None:
        """A page is on the glass now."""
        places = {_place(page, target): now_s for target in page.targets}
        self._since = {place: self._since.get(place, now_s) for place in places}
        self._page = page
        self.focus = _same(page, self.focus)
        self.pressed = _same(page, self.pressed)
        self._anywhere = False

    def down(self, finger: int, x: float, y: float, now_s: float) -> bool:
        """A finger touches the glass at (x, y) pixels. True if it presses something."""
        if self._page is None or self._finger is not None:
            return False
        self._finger, self.focus = finger, None
        hit = self._hit(x, y)
        self._anywhere = hit is None and bool(self._page.anywhere)
        self.pressed = hit if hit is not None and self._hears(hit, now_s) else None
        return self.pressed is not None

    def up(self, finger: int, x: float, y: float) -> str:
        """The finger leaves the glass. Returns the action id, or "" if it was none."""
        if self._page is None or finger != self._finger:
            return ""
        start, anywhere = self.pressed, self._anywhere
        self._finger, self.pressed, self._anywhere = None, None, False
        if start is not None:
            return start.id if start.rect.holds(x, y) else ""
        return self._page.anywhere if anywhere and self._hit(x, y) is None else ""

    def key(self, name: str, now_s: float) -> str:
        """A keypad key goes down: `0`-`9`, `*`, `#`, `enter`, `cancel`, or an arrow's name.

        Returns the action id, or "" if the key only moved the focus or means nothing here.
        """
        if self._page is None:
            return ""
        direct = dict(self._page.keys) | {t.key: t.id for t in self._page.targets if t.key}
        wanted = f"digit:{name}" if self._find(f"digit:{name}") else direct.get(name, "")
        if wanted:
            return self._take(wanted, now_s)
        if not direct and name == "5":
            name = "enter"
        return self._command(name, now_s, numbered=bool(direct))

    def _command(self, name: str, now_s: float, *, numbered: bool) -> str:
        page = self._page
        if page is None:
            return ""
        if name in _PAGE_KEYS and self._find(_PAGE_KEYS[name]):
            return self._take(_PAGE_KEYS[name], now_s)
        if name in _FOCUS_STEPS and not (numbered and name.isdigit()):
            self._move(_FOCUS_STEPS[name])
            return ""
        if name == "0":
            return AGAIN
        return self._take(self._named(name), now_s)

    def _named(self, name: str) -> str:
        """The action a command key stands for on this page."""
        match name:
            case "#":
                return self._of_role(Role.PRIMARY)
            case "*":
                return CLEAR if self._find(CLEAR) else self._of_role(Role.SECONDARY)
            case "cancel":
                return self._of_role(Role.END)
            case "enter":
                focus = self.focus.id if self.focus else ""
                return focus or self._of_role(Role.PRIMARY) or self._only_plain()
            case _:
                return self._page.anywhere if self._page else ""

    def _take(self, wanted: str, now_s: float) -> str:
        """The id if its target is there, enabled and hears; ids without a target always do."""
        target = self._find(wanted)
        if target is None:
            return wanted
        return wanted if target.enabled and self._hears(target, now_s) else ""

    def _move(self, step: int) -> None:
        """The focus goes to the next enabled target, around the ends."""
        stops = [t for t in self._page.targets if t.enabled] if self._page else []
        if not stops:
            return
        if self.focus in stops:
            self.focus = stops[(stops.index(self.focus) + step) % len(stops)]
        else:
            self.focus = stops[0] if step > 0 else stops[-1]

    def _of_role(self, role: Role) -> str:
        targets = self._page.targets if self._page else ()
        return next((t.id for t in targets if t.role is role and t.enabled), "")

    def _only_plain(self) -> str:
        targets = self._page.targets if self._page else ()
        plain = [t.id for t in targets if t.role is Role.PLAIN and t.enabled]
        return plain[0] if len(plain) == 1 else ""

    def _find(self, wanted: str) -> Target | None:
        targets = self._page.targets if self._page else ()
        return next((target for target in targets if target.id == wanted), None)

    def _hit(self, x: float, y: float) -> Target | None:
        targets = self._page.targets if self._page else ()
        return next((t for t in targets if t.enabled and t.rect.holds(x, y)), None)

    def _hears(self, target: Target, now_s: float) -> bool:
        if self._page is None:
            return False
        since = self._since.get(_place(self._page, target), now_s)
        return now_s - since >= self.deaf_s


def _same(page: Page, target: Target | None) -> Target | None:
    """The target of the page that has the same id in the same place (it may look different)."""
    if target is None:
        return None
    alike = (t for t in page.targets if (t.id, t.rect) == (target.id, target.rect) and t.enabled)
    return next(alike, None)


def _place(page: Page, target: Target) -> _Place:
    """What makes a target a new one: another screen, page, question, id or rectangle."""
    rect = target.rect
    box = (rect.x, rect.y, rect.w, rect.h)
    return page.screen_id, page.number, page.modal, target.id, box
