"""The glass as the visit sees it: show a screen, wait for taps.

Everything here belongs to the main thread except `wake`. A page turn, the pressed look, the
focus and the reading out are the glass's own affair; what the session hears are action ids.
"""

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ui.boxes import Page
from ui.catalog_files import load_catalogue
from ui.config import GlassConfig
from ui.drafting import DoesNotFit
from ui.fonts import load_fonts
from ui.layout import NEXT_PAGE, PREVIOUS_PAGE, Desk, lay_out
from ui.model import Look, Screen
from ui.paint import Marks, Painter, png_bytes
from ui.remote import RemoteGlass
from ui.speaker import Speaker
from ui.theme import PALETTES
from ui.touch import AGAIN, Hand
from ui.voice import headline
from ui.window import (
    Closed,
    Exposed,
    FingerDown,
    FingerUp,
    Happening,
    KeyDown,
    Window,
    digest,
    new_surface,
    rgb_bytes,
)

_log = logging.getLogger(__name__)

WINDOW_CLOSED = "window:closed"
"""What `Tap.id` is when somebody closed the window of a demonstration."""


@dataclass(frozen=True, slots=True)
class Tap:
    """Something was pressed. The id of a digit key is part of a PIN, so it has no repr."""

    id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Beat:
    """The glass's sign of life: how often it was painted, and a checksum of the last picture."""

    serial: int
    digest: int


class Glass:
    """One resident's window. `warm` in a spare process, `take` when it becomes the visit's."""

    def __init__(self, config: GlassConfig, monotonic_s: Callable[[], float]) -> None:
        """`monotonic_s` tells the time of touches, in seconds."""
        self._config = config
        self._now = monotonic_s
        size = (config.width_px, config.height_px)
        self._window = Window(size, config.video, fullscreen=config.fullscreen)
        files = load_fonts(Path(config.font_cache) if config.font_cache else None)
        self._fonts = files.fonts
        self._painter = Painter(files.paths)
        self._hand = Hand(config.deaf_s)
        self._speaker = Speaker(audible=config.sound)
        self._surface = new_surface(size)
        self._remote: RemoteGlass | None = None
        self._taken = False
        self._later: deque[Happening] = deque()
        self._shown: tuple[Screen, Look] | None = None
        self._page: Page | None = None
        self._sounded: tuple[str, str, int] = ("", "", 0)
        self._stale = False
        """A button was let go and looks pressed still: the screen that follows is painted first."""
        self._serial = 0
        self._beat = Beat(-1, 0)

    # -- life ---------------------------------------------------------------

    def warm(self, screen: Screen | None = None, look: Look | None = None) -> None:
        """Do all that can be done without the window, and paint the first screen off screen."""
        self._window.connect()
        if screen is not None:
            self.show(screen, look or Look())

    def prepare(self, screen: Screen, look: Look) -> None:
        """Draw the texts and pictures of a screen that may come, so that it comes at once."""
        self._painter.picture(self._page_of(screen, look, 0), PALETTES[look.theme])

    def take(self) -> None:
        """Open the window with what was painted. Touches are heard from now on."""
        ready = self._surface
        self._surface = self._window.open()
        self._surface.blit(ready, (0, 0))
        self._taken = True
        if self._config.remote:
            self._remote = RemoteGlass(self._config.remote, self._window)
        self._flip()
        if self._shown is not None and self._page is not None:
            self._hand.show(self._page, self._now())
            self._sound(*self._shown)

    def forget(self) -> None:
        """Drop every text drawn or measured, and the screen; the glass goes blank."""
        self.drop_texts()
        self._shown, self._page = None, None
        self._surface.fill((0, 0, 0))
        self._speaker.hush()
        if self._taken:
            self._flip()

    def drop_texts(self) -> None:
        """Drop every text drawn or measured; what is on the glass stays."""
        self._painter.forget()
        self._fonts.forget()

    def close(self) -> None:
        """Leave the display. Idempotent."""
        self._speaker.close()
        if self._remote is not None:
            self._remote.close()
            self._remote = None
        self._taken = False
        self._window.close()

    # -- showing --------------------------------------------------------------

    def show(self, screen: Screen, look: Look) -> None:
        """Put a screen on the glass. The same screen again costs nothing."""
        if self._shown == (screen, look):
            return
        turned = self._page.number if self._page and self._stays(screen, look) else 0
        self._shown = (screen, look)
        self._lay_out(turned)
        self._paint()
        if self._taken:
            self._sound(screen, look)

    def beat(self) -> Beat:
        """The sign of life for the watchdog."""
        if self._beat.serial != self._serial:
            self._beat = Beat(self._serial, digest(self._surface))
        return self._beat

    def surface_png(self) -> bytes:
        """The picture on the glass as PNG."""
        return png_bytes(self._surface)

    def place_of(self, action: str) -> tuple[float, float]:
        """The middle of an action's target in pixels. Raises KeyError if it is not offered."""
        for target in self._page.targets if self._page else ():
            if target.id == action:
                x, y = target.rect.middle
                return float(x), float(y)
        raise KeyError(action)

    def press(self, down_or_up: str, x: float, y: float) -> None:
        """A real finger event at pixels (x, y), from any thread; for benches and tests."""
        self._window.post_finger(down_or_up, x, y)

    def _stays(self, screen: Screen, look: Look) -> bool:
        """Whether the resident would still call it the same screen, so that the page stays."""
        return self._shown is not None and self._shown[0].id == screen.id and self._shown[1] == look

    def _lay_out(self, number: int) -> None:
        if self._shown is None:
            return
        self._page = self._page_of(*self._shown, number)
        self._hand.show(self._page, self._now())

    def _page_of(self, screen: Screen, look: Look, number: int) -> Page:
        catalogue = load_catalogue(look.language)
        desk = Desk(self._config.panel, self._fonts, catalogue)
        try:
            return lay_out(desk, screen, look, number)
        except DoesNotFit as error:
            # The structure tests see to our own texts; a municipality's may be longer than any.
            _log.warning("screen %s: %s", screen.id, error)
            roomy = Desk(self._config.panel, self._fonts, catalogue, strict=False)
            return lay_out(roomy, screen, look, number)

    def _paint(self) -> None:
        if self._shown is None or self._page is None:
            return
        palette = PALETTES[self._shown[1].theme]
        marks = Marks(self._hand.pressed, self._hand.focus)
        self._painter.paint(self._surface, self._page, palette, marks)
        self._stale = False
        if self._taken:
            self._flip()

    def _flip(self) -> None:
        self._window.flip()
        self._serial += 1
        self._offer()

    def _offer(self) -> None:
        if self._remote is not None and self._remote.watched:
            picture = rgb_bytes(self._surface) if self._remote.pictured else b""
            self._remote.offer(self._header(), picture)

    def _header(self) -> dict[str, object]:
        """What the other end may know: places and ids, no words."""
        page, shown = self._page, self._shown
        if page is None or shown is None:
            return {"screen": "", "serial": self._serial, "actions": []}
        return {
            "screen": page.screen_id, "serial": self._serial, "language": shown[1].language,
            "width": page.width, "height": page.height, "page": page.number, "pages": page.of,
            "overlay": page.modal, "anywhere": page.anywhere,
            "pressed": self._hand.pressed is not None,
            "actions": [
                {"id": t.id, "enabled": t.enabled, "chosen": t.chosen, "role": t.role.value,
                 "box": [t.rect.x, t.rect.y, t.rect.w, t.rect.h]}
                for t in page.targets
            ],
        }  # fmt: skip

    # -- hearing ----------------------------------------------------------------

    def wait(self, timeout_s: float) -> Tap | None:
        """Block until something is pressed, `wake` is called or the time is over.

        Returns what was pressed; None for a wake-up or when the time (at most five seconds) is
        over. Page turns and the pressed look are done on the way. What a hurried finger did after
        a press waits for the next call, so that it meets the screen that the press brought.
        """
        if self._stale:
            self._paint()
        if not self._later:
            self._later.extend(self._window.wait(timeout_s))
        tap = None
        while self._later and tap is None:
            tap = self._tap(self._later.popleft())
        if self._remote is not None and self._remote.hungry:
            self._offer()
        return tap

    def _tap(self, happening: Happening) -> Tap | None:
        before = (self._hand.pressed, self._hand.focus)
        found = self._meaning(happening)
        self._stale |= before != (self._hand.pressed, self._hand.focus)
        if found and not self._own(found):
            return Tap(found)
        if self._stale:
            self._paint()
        return None

    def wake(self) -> None:
        """End a `wait`, from any thread."""
        self._window.wake()

    def _meaning(self, happening: Happening) -> str:
        match happening:
            case FingerDown():
                hit = self._hand.down(happening.finger, happening.x, happening.y, self._now())
                if hit:
                    self._speaker.play("press")
                return ""
            case FingerUp():
                return self._hand.up(happening.finger, happening.x, happening.y)
            case KeyDown():
                return self._hand.key(happening.name, self._now())
            case Exposed():
                self._window.flip()
                return ""
            case Closed():
                return WINDOW_CLOSED

    def _own(self, found: str) -> bool:
        """Actions of the glass itself, which the session never hears."""
        if self._page is None:
            return False
        if found in (NEXT_PAGE, PREVIOUS_PAGE):
            self._lay_out(self._page.number + (1 if found == NEXT_PAGE else -1))
            self._paint()
            return True
        if found == AGAIN:
            self._say_again()
            return True
        return False

    # -- sounding ---------------------------------------------------------------

    def _sound(self, screen: Screen, look: Look) -> None:
        """A screen's sound once for each of its beats."""
        beat = (screen.id, screen.sound, screen.sound_beat)
        if screen.sound and beat != self._sounded:
            self._speaker.play(screen.sound, look.language, headline(screen))
        self._sounded = beat

    def _say_again(self) -> None:
        if self._shown is not None:
            screen, look = self._shown
            self._speaker.play("", look.language, headline(screen))
