"""The demo's end of the remote glass: sees every frame, touches as a finger would.

A visit's process ends with its resident; the link finds the next one's glass by itself.
"""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from drivers.clock import Clock
from ui.remote import RemoteViewer

_RETRY_S = 0.002
"""The next visit's glass is awaited so closely only while there is none."""
_FRAME_LIMIT_S = 3600.0


@dataclass(frozen=True, slots=True)
class Action:
    """A button on the glass: where it is, and whether it can be pressed."""

    id: str
    enabled: bool
    chosen: bool
    box: tuple[int, int, int, int]

    @property
    def middle(self) -> tuple[float, float]:
        """Where a finger would touch."""
        left, top, width, height = self.box
        return left + width / 2, top + height / 2


@dataclass(frozen=True, slots=True)
class Frame:
    """What is on the glass. `number` counts frames over all visits."""

    number: int
    at_s: float
    screen: str
    language: str
    size: tuple[int, int]
    page: int
    pages: int
    overlay: bool
    anywhere: str
    """The action of a touch anywhere, or empty."""
    actions: tuple[Action, ...]
    png: bytes = field(repr=False)
    pressed: bool = False
    """A finger is on a button just now."""

    @property
    def look(self) -> tuple[object, ...]:
        """What a person could tell apart without reading: screen, page, and the buttons' state."""
        return self.screen, self.language, self.page, self.pages, self.overlay, self.actions

    def action(self, name: str) -> Action | None:
        """The button of that id that can be pressed now, or None."""
        return next((a for a in self.actions if a.id == name and a.enabled), None)


_DARK = Frame(0, 0.0, "", "", (1280, 1024), 0, 1, False, "", (), b"")  # noqa: FBT003


class GlassLink:
    """Follows the glass from its own thread until `close`."""

    def __init__(
        self, path: str, clock: Clock, seen: Callable[[Frame], None], form: str = "png"
    ) -> None:
        """`seen` is called with every frame, from the link's thread.

        `form` "none" spares the terminal the packing of pictures; a frame then has no `png`.
        """
        self._path = path
        self._form = form
        self._clock = clock
        self._seen = seen
        self._news = threading.Condition()
        self._frame = _DARK
        self._asked: list[tuple[Callable[[Frame], bool], list[Frame]]] = []
        self._viewer: RemoteViewer | None = None
        self._closed = False
        self.pid = 0
        """The process that holds the glass."""
        self._thread = threading.Thread(target=self._follow, name="glass-link", daemon=True)
        self._thread.start()

    @property
    def frame(self) -> Frame:
        """What is on the glass now."""
        return self._frame

    def wait_for(self, holds: Callable[[Frame], bool], limit_s: float) -> Frame:
        """The first frame for which `holds`; raises TimeoutError with the screen that stood."""
        with self._news:
            # Asked of every frame as it comes: a thread that wakes late would miss the quick ones.
            found = [self._frame] if holds(self._frame) else []
            asked = (holds, found)
            self._asked.append(asked)
            try:
                came = self._news.wait_for(lambda: self._closed or found, limit_s)
            finally:
                self._asked.remove(asked)
            if not came:
                raise TimeoutError(f"the screen {self._frame.screen!r} stayed for {limit_s} s")
            return found[0] if found else self._frame

    def touch(self, x: float, y: float) -> None:
        """Press and let go at these pixels. Nothing happens while no glass is there."""
        self._send({"touch": [x, y]})

    def finger(self, x: float, y: float, *, down: bool) -> None:
        """Press, or let go."""
        self._send({"down" if down else "up": [x, y]})

    def key(self, name: str) -> None:
        """Press a key of the keypad."""
        self._send({"key": name})

    def close(self) -> None:
        """Hang up. Idempotent."""
        with self._news:
            self._closed = True
            self._news.notify_all()
        if self._viewer is not None:
            self._viewer.close()

    def _send(self, message: Mapping[str, object]) -> None:
        viewer = self._viewer
        if viewer is not None:
            with suppress(OSError):
                viewer.send(message)

    def _follow(self) -> None:
        while not self._closed:
            try:
                self._viewer = RemoteViewer(self._path, self._form, _FRAME_LIMIT_S)
                self.pid = self._viewer.peer_pid
            except OSError:
                self._clock.sleep(_RETRY_S)
                continue
            with suppress(OSError, EOFError, ValueError):
                while not self._closed:
                    self._keep(*self._viewer.frame())
            self._viewer.close()

    def _keep(self, header: Mapping[str, Any], png: bytes) -> None:
        with self._news:
            number = self._frame.number + 1
            self._frame = _frame(number, self._clock.monotonic_s(), header, png)
            for holds, found in self._asked:
                if holds(self._frame):
                    found.append(self._frame)
            self._news.notify_all()
        self._seen(self._frame)


def _frame(number: int, at_s: float, header: Mapping[str, Any], png: bytes) -> Frame:
    return Frame(
        number,
        at_s,
        str(header.get("screen", "")),
        str(header.get("language", "")),
        (int(header.get("width", 1280)), int(header.get("height", 1024))),
        int(header.get("page", 0)),
        int(header.get("pages", 1)),
        bool(header.get("overlay")),
        str(header.get("anywhere") or ""),
        tuple(
            Action(str(a["id"]), bool(a["enabled"]), bool(a["chosen"]), tuple(a["box"]))
            for a in header.get("actions", ())
        ),
        png,
        bool(header.get("pressed")),
    )
