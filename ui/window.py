"""The window, its events, and a wait that costs nothing while nobody touches.

pygame's own `event.wait` wakes every millisecond (pygame/pygame issue 3036), so the wait is
SDL's `SDL_WaitEventTimeout`, called in the library pygame has already loaded. SDL's dummy driver
polls as well; without a display all events come from our own threads, and a bell is enough.
"""

import contextlib
import ctypes
import functools
import os
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ui.lean import pygame

# Read by SDL when the display opens: software surface (a GL one costs 7 ms a flip and 100 MB
# without a GPU), and no doubling of touches into clicks or of clicks into touches.
_SDL_SETTINGS = {
    "SDL_FRAMEBUFFER_ACCELERATION": "0",
    "SDL_TOUCH_MOUSE_EVENTS": "0",
    "SDL_MOUSE_TOUCH_EVENTS": "0",
    "SDL_VIDEO_X11_NET_WM_PING": "0",
    "SDL_VIDEO_X11_WMCLASS": "certificate-kiosk",
}

_DRIVER = "SDL_VIDEODRIVER"

LONGEST_WAIT_S = 5.0
"""Each wait ends after this, so that the process's own watchdog is served."""
_POLL_S = 0.05
_SDL_NAMES = ("libSDL2-2.0", "libSDL2-2-")
"""How the library's file begins: as Debian installs it, and as a wheel brings it along."""
_MOUSE = -1
"""The finger number a mouse has."""
_DIGEST_EVERY = 16
"""Rows left out between those that go into a frame's digest."""


@dataclass(frozen=True, slots=True)
class FingerDown:
    """A finger touches the glass; x and y in pixels."""

    finger: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class FingerUp:
    """A finger leaves the glass; x and y in pixels."""

    finger: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class KeyDown:
    """A key of the keypad; its name as in `ui.touch`."""

    name: str


@dataclass(frozen=True, slots=True)
class Exposed:
    """The window's content was lost and must be shown again."""


@dataclass(frozen=True, slots=True)
class Closed:
    """Someone closed the window (never on a terminal, which has no frame)."""


Happening = FingerDown | FingerUp | KeyDown | Exposed | Closed

_KEY_NAMES: dict[int, str] = {
    pygame.K_RETURN: "enter", pygame.K_KP_ENTER: "enter", pygame.K_SPACE: "enter",
    pygame.K_ESCAPE: "cancel", pygame.K_BACKSPACE: "*", pygame.K_KP_MULTIPLY: "*",
    pygame.K_KP_DIVIDE: "#", pygame.K_UP: "up", pygame.K_DOWN: "down", pygame.K_TAB: "down",
    pygame.K_LEFT: "left", pygame.K_RIGHT: "right",
} | {pygame.K_0 + n: str(n) for n in range(10)} | {
    key: str(n) for n, key in enumerate((
        pygame.K_KP0, pygame.K_KP1, pygame.K_KP2, pygame.K_KP3, pygame.K_KP4, pygame.K_KP5,
        pygame.K_KP6, pygame.K_KP7, pygame.K_KP8, pygame.K_KP9,
    ))
}  # fmt: skip
_KEY_CODES: dict[str, int] = {name: code for code, name in reversed(_KEY_NAMES.items())} | {
    "#": pygame.K_HASH, "*": pygame.K_ASTERISK,
}  # fmt: skip


class Window:
    """One window on one display. All but `wake` and `post_...` belong to the main thread."""

    def __init__(self, size: tuple[int, int], video: str = "", *, fullscreen: bool) -> None:
        self.size = size
        self._video = video
        self._fullscreen = fullscreen
        self._bell = threading.Event()
        self._wait: Callable[[float], None] = self._wait_bell
        self._wake_type = 0
        self._keys_down: set[int] = set()

    def connect(self) -> None:
        """Connect to the display; no window yet. Raises pygame.error if there is none.

        Only display and font are started: `pygame.init` would start the joysticks, which poll.
        """
        os.environ.update(_SDL_SETTINGS)
        with _chosen_driver(self._video or _present_display()):
            pygame.display.init()
        pygame.key.stop_text_input()
        self._wake_type = pygame.event.custom_type()
        self._wait = self._choose_wait(pygame.display.get_driver())

    def open(self) -> pygame.Surface:
        """Put the window on the glass; its surface."""
        os.environ.setdefault("SDL_VIDEO_WINDOW_POS", "0,0")
        flags = pygame.FULLSCREEN | pygame.NOFRAME if self._fullscreen else 0
        surface = pygame.display.set_mode(self.size, flags)
        pygame.display.set_caption("証明書交付サービス")
        pygame.mouse.set_visible(not self._fullscreen)
        return surface

    def flip(self) -> None:
        """Show what was painted."""
        pygame.display.flip()

    def close(self) -> None:
        """Leave the display. Idempotent."""
        self._wake_type = 0
        pygame.display.quit()

    # -- waiting ------------------------------------------------------------

    def wait(self, timeout_s: float) -> list[Happening]:
        """Block until something happens, `wake` is called or the time is over (at most 5 s)."""
        # Never pygame.event.peek: with posted events it drops a reference it does not own, and
        # the process dies in the next get (pygame 2.6.1).
        events = pygame.event.get()
        if not events:
            self._wait(max(0.0, min(timeout_s, LONGEST_WAIT_S)))
            events = pygame.event.get()
        self._bell.clear()
        return list(self._happenings(events))

    def wake(self) -> None:
        """End a wait, from any thread. Does nothing before `connect` and after `close`."""
        self._post(pygame.event.Event(self._wake_type) if self._wake_type else None)

    def post_finger(self, down_or_up: str, x: float, y: float) -> None:
        """A real SDL finger event at pixels (x, y), from any thread; `down` or `up`."""
        kind = pygame.FINGERDOWN if down_or_up == "down" else pygame.FINGERUP
        self._post(
            pygame.event.Event(
                kind, touch_id=1, finger_id=1, x=x / self.size[0], y=y / self.size[1],
                dx=0.0, dy=0.0, pressure=1.0,
            )
        )  # fmt: skip

    def post_key(self, name: str) -> None:
        """A key going down and up, from any thread. Raises KeyError for an unknown name."""
        code = _KEY_CODES[name]
        for kind in (pygame.KEYDOWN, pygame.KEYUP):
            self._post(pygame.event.Event(kind, key=code, mod=0, unicode="", scancode=0))

    def _post(self, event: pygame.event.Event | None) -> None:
        if event is None:
            return
        # The queue may be full or the display gone; the bell still ends the wait.
        with contextlib.suppress(pygame.error):
            pygame.event.post(event)
        self._bell.set()

    def _choose_wait(self, driver: str) -> Callable[[float], None]:
        if driver in ("dummy", "offscreen"):
            return self._wait_bell
        native = find_native_wait()
        if native is None:
            return self._wait_sliced
        return functools.partial(_wait_native, native)

    def _wait_bell(self, seconds: float) -> None:
        self._bell.wait(seconds)

    def _wait_sliced(self, seconds: float) -> None:
        """Without SDL's wait: the caller looks again twenty times a second."""
        self._bell.wait(min(seconds, _POLL_S))

    # -- events ---------------------------------------------------------------

    def _happenings(self, events: Iterable[pygame.event.Event]) -> Iterator[Happening]:
        for event in events:
            found = self._translate(event)
            if found is not None:
                yield found

    def _translate(self, event: pygame.event.Event) -> Happening | None:
        wide, tall = self.size
        match event.type:
            case pygame.FINGERDOWN:
                return FingerDown(event.finger_id, event.x * wide, event.y * tall)
            case pygame.FINGERUP:
                return FingerUp(event.finger_id, event.x * wide, event.y * tall)
            case pygame.MOUSEBUTTONDOWN | pygame.MOUSEBUTTONUP:
                return _mouse(event)
            case pygame.KEYDOWN | pygame.KEYUP:
                return self._key(event)
            case pygame.WINDOWEXPOSED:
                return Exposed()
            case pygame.QUIT:
                return Closed()
            case _:
                return None

    def _key(self, event: pygame.event.Event) -> KeyDown | None:
        """Only the first of repeated presses counts: a key held does not repeat."""
        if event.type == pygame.KEYUP:
            self._keys_down.discard(event.key)
            return None
        if event.key in self._keys_down:
            return None
        self._keys_down.add(event.key)
        typed = event.unicode if event.unicode in tuple("0123456789*#") else ""
        name = typed or {pygame.K_HASH: "#", pygame.K_ASTERISK: "*"}.get(event.key)
        name = name or _KEY_NAMES.get(event.key)
        return KeyDown(name) if name else None


def _wait_native(native: Callable[[None, int], int], seconds: float) -> None:
    native(None, round(seconds * 1000))


def _mouse(event: pygame.event.Event) -> Happening | None:
    """A mouse or a single-touch panel; not the shadow of a finger."""
    if event.button != 1 or getattr(event, "touch", False):
        return None
    kind = FingerDown if event.type == pygame.MOUSEBUTTONDOWN else FingerUp
    return kind(_MOUSE, float(event.pos[0]), float(event.pos[1]))


@contextlib.contextmanager
def _chosen_driver(driver: str) -> Iterator[None]:
    """SDL reads its driver from the environment; our children must not inherit the choice."""
    before = os.environ.get(_DRIVER)
    if driver:
        os.environ[_DRIVER] = driver
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(_DRIVER, None)
        else:
            os.environ[_DRIVER] = before


def _present_display() -> str:
    """Empty (SDL chooses) where there is a display, else the driver that shows nothing."""
    shown = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    chosen = os.environ.get(_DRIVER, "")
    return chosen if chosen or shown else "dummy"


def find_native_wait() -> Callable[[None, int], int] | None:
    """`SDL_WaitEventTimeout` of the SDL library in this process, or None if it is not found.

    Called with NULL it leaves the event in the queue for pygame; ctypes releases the lock of the
    interpreter meanwhile. Source: SDL 2.28, include/SDL_events.h.
    """
    for line in Path("/proc/self/maps").read_text().splitlines():
        path = line.partition("/")[2]
        if path and Path(path).name.startswith(_SDL_NAMES):
            try:
                found = ctypes.CDLL("/" + path).SDL_WaitEventTimeout
            except (OSError, AttributeError):
                return None
            found.argtypes = (ctypes.c_void_p, ctypes.c_int)
            found.restype = ctypes.c_int
            return found
    return None


def new_surface(size: tuple[int, int]) -> pygame.Surface:
    """A surface off screen, in the format of the window's."""
    return pygame.Surface(size, depth=32)


def rgb_bytes(surface: pygame.Surface) -> bytes:
    """The pixels, three bytes each, row by row."""
    return pygame.image.tobytes(surface, "RGB")


def digest(surface: pygame.Surface) -> int:
    """A checksum of every sixteenth row: tells a changed picture from a frozen one."""
    pixels = memoryview(surface.get_buffer().raw)
    step = surface.get_pitch() * _DIGEST_EVERY
    value = 0
    for start in range(0, len(pixels), step):
        value = zlib.crc32(pixels[start : start + surface.get_pitch()], value)
    return value
