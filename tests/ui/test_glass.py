"""The glass on SDL's dummy driver: real SDL events, no picture to look at."""

import json
import socket
import struct
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.ui import samples
from ui import glass as glass_module
from ui.config import GlassConfig
from ui.fonts import FontFiles
from ui.glass import Glass, Tap
from ui.model import Look, Raw, Size, Theme
from ui.paint import Painter
from ui.remote import RemoteViewer


class Clock:
    """Time that moves only when told to."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def remote_path() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="k") as folder:
        yield str(Path(folder) / "glass")


@pytest.fixture
def glass(clock: Clock, remote_path: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Glass]:
    monkeypatch.setattr(glass_module, "load_catalogue", samples.catalogue)
    made = Glass(GlassConfig(video="dummy", sound=False, remote=remote_path), clock)
    made.warm(samples.CERTIFICATE, Look())
    made.take()
    clock.now_s += 1
    yield made
    made.close()


def pressed(glass: Glass, count: int = 1) -> list[str]:
    """Wait for `count` taps; every wait ends by itself, so a lost tap fails the test."""
    taps: list[Tap] = []
    for _ in range(10):
        tap = glass.wait(1.0)
        taps += [tap] if tap is not None else []
        if len(taps) >= count:
            break
    return [tap.id for tap in taps]


def nothing(glass: Glass) -> bool:
    """Whether nothing more was pressed."""
    glass.wake()
    return glass.wait(1.0) is None


def touch(glass: Glass, action: str) -> None:
    x, y = glass.place_of(action)
    glass.press("down", x, y)
    glass.press("up", x, y)


def test_a_finger_event_becomes_a_tap(glass: Glass) -> None:
    touch(glass, "certificate:items")
    assert pressed(glass) == ["certificate:items"]


def test_taps_come_in_order(glass: Glass) -> None:
    touch(glass, "certificate:items")
    touch(glass, "confirm")
    assert pressed(glass, 2) == ["certificate:items", "confirm"]


def test_two_taps_in_one_moment_are_not_both_meant_for_the_first_screen(glass: Glass) -> None:
    touch(glass, "confirm")
    touch(glass, "confirm")
    assert pressed(glass) == ["confirm"]
    glass.show(samples.ITEMS, Look())
    assert nothing(glass)


def test_a_double_tap_does_not_reach_the_next_screen(glass: Glass, clock: Clock) -> None:
    glass.show(samples.ITEMS, Look())
    touch(glass, "confirm")
    assert nothing(glass)
    clock.now_s += 0.31
    touch(glass, "confirm")
    assert pressed(glass) == ["confirm"]


def test_a_wake_up_ends_the_wait_with_nothing(glass: Glass) -> None:
    caller = threading.Thread(target=glass.wake)
    caller.start()
    assert glass.wait(1.0) is None
    caller.join()


def test_many_wake_ups_cost_one_return_each_at_most(glass: Glass) -> None:
    for _ in range(1000):
        glass.wake()
    touch(glass, "confirm")
    assert pressed(glass) == ["confirm"]


def test_the_pages_are_the_glass_s_own_affair(glass: Glass, clock: Clock) -> None:
    look = Look("es", Size.LARGE)
    glass.show(samples.ITEMS, look)
    clock.now_s += 1
    touch(glass, "page:next")
    assert nothing(glass)
    clock.now_s += 1
    assert glass.place_of("page:prev")
    # The resident answers on page 2: the page stays.
    answered = replace(samples.ITEMS, lead=Raw("changed"))
    glass.show(answered, look)
    assert glass.place_of("page:prev")
    glass.show(samples.CERTIFICATE, Look())
    with pytest.raises(KeyError):
        glass.place_of("page:prev")


def test_the_same_screen_again_paints_nothing(glass: Glass) -> None:
    before = glass.beat()
    glass.show(samples.CERTIFICATE, Look())
    assert glass.beat() == before
    glass.show(samples.CERTIFICATE, Look(theme=Theme.CONTRAST_WHITE))
    after = glass.beat()
    assert (after.serial, after.digest) != (before.serial, before.digest)


def test_a_screen_painted_before_the_window_is_what_the_window_shows(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(glass_module, "load_catalogue", samples.catalogue)
    spare = Glass(GlassConfig(video="dummy", sound=False), clock)
    spare.warm(samples.ATTRACT, Look())
    before = spare.surface_png()
    spare.take()
    assert spare.surface_png() == before
    spare.close()


def test_forget_leaves_no_text_and_no_picture(glass: Glass) -> None:
    glass.show(samples.MEMBERS, Look())
    painter = glass._painter
    assert len(painter.texts) > 0
    blank = glass.beat()
    glass.forget()
    assert len(painter.texts) == 0
    assert glass.beat().digest != blank.digest
    with pytest.raises(KeyError):
        glass.place_of("confirm")
    assert glass.wait(0.0) is None


def test_a_tap_hides_its_id() -> None:
    """The id of a digit key is a digit of a PIN."""
    assert "7" not in repr(Tap("digit:7"))


def test_a_municipality_s_overlong_text_is_cut_and_does_not_raise(glass: Glass) -> None:
    long = Raw("非常に長い名前" * 30)
    screen = replace(samples.CHECK, title=long)
    glass.show(screen, Look(size=Size.LARGE))
    assert glass.place_of("end")


def test_pressing_looks_pressed_except_on_the_pin_pad(glass: Glass, clock: Clock) -> None:
    for screen, action, changes in (
        (samples.CERTIFICATE, "confirm", True),
        (samples.PIN, "digit:5", False),
    ):
        glass.show(screen, Look())
        clock.now_s += 1
        before = glass.surface_png()
        x, y = glass.place_of(action)
        glass.press("down", x, y)
        glass.wait(1.0)
        assert (glass.surface_png() != before) is changes, screen.id
        glass.press("up", x, y)
        assert pressed(glass) == [action]
        glass.wait(0.0)  # no screen followed, so the next turn paints the button as it was
        assert glass.surface_png() == before


def test_keys_move_a_ring_that_can_be_seen(glass: Glass) -> None:
    before = glass.surface_png()
    glass._window.post_key("down")
    glass.wait(1.0)
    assert glass.surface_png() != before
    glass._window.post_key("#")
    assert pressed(glass) == ["confirm"]


def test_a_key_held_does_not_repeat(glass: Glass) -> None:
    from ui.lean import pygame

    down = pygame.event.Event(pygame.KEYDOWN, key=pygame.K_RETURN, mod=0, unicode="")
    for _ in range(5):
        glass._window._post(down)
    assert pressed(glass) == ["confirm"]
    assert nothing(glass)


# -- the remote glass ---------------------------------------------------------


def watched(glass: Glass, path: str, form: str = "rgb") -> tuple[RemoteViewer, Callable[[], None]]:
    """A viewer that has asked for frames; the glass has heard of it."""
    viewer = RemoteViewer(path, form)
    for _ in range(10):
        glass.wait(1.0)
        if glass._remote is not None and glass._remote.watched and not glass._remote.hungry:
            return viewer, viewer.close
    raise AssertionError("the glass never noticed its viewer")


def test_a_viewer_sees_the_present_frame_and_where_to_touch(glass: Glass, remote_path: str) -> None:
    viewer, close = watched(glass, remote_path, "png")
    header, picture = viewer.frame()
    assert header["screen"] == "certificate.choose"
    assert header["language"] == "ja"
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    boxes = {a["id"]: a["box"] for a in header["actions"]}  # type: ignore[attr-defined]
    x, y, w, h = boxes["confirm"]
    viewer.send({"touch": [x + w / 2, y + h / 2]})
    assert pressed(glass) == ["confirm"]
    close()


def test_a_frame_is_sent_for_every_change_and_holds_no_words(
    glass: Glass, remote_path: str
) -> None:
    viewer, close = watched(glass, remote_path)
    viewer.frame()
    glass.show(samples.CHECK, Look())
    header, picture = viewer.frame()
    assert header["screen"] == "check"
    assert len(picture) == 1280 * 1024 * 3
    assert "見本" not in json.dumps(header, ensure_ascii=False)
    close()


def test_remote_keys_and_slow_fingers(glass: Glass, remote_path: str) -> None:
    viewer, close = watched(glass, remote_path)
    x, y = glass.place_of("confirm")
    viewer.send({"down": [x, y]})
    viewer.send({"up": [x, y]})
    assert pressed(glass) == ["confirm"]
    viewer.send({"key": "2"})
    assert pressed(glass) == ["certificate:items"]
    close()


@pytest.mark.parametrize(
    "message",
    [b"[]", b"nonsense", b'{"touch": 3}', b'{"key": "F13"}', b'{"format": "gif"}', b'{"dance": 1}'],
)
def test_nonsense_ends_its_own_connection_only(
    message: bytes, glass: Glass, remote_path: str
) -> None:
    with socket.socket(socket.AF_UNIX) as wire:
        wire.settimeout(10)
        wire.connect(remote_path)
        wire.sendall(struct.pack(">I", len(message)) + message)
        assert wire.recv(1) == b""
    viewer, close = watched(glass, remote_path)
    assert viewer.frame()[0]["screen"] == "certificate.choose"
    close()


def test_a_message_longer_than_any_is_refused(glass: Glass, remote_path: str) -> None:
    with socket.socket(socket.AF_UNIX) as wire:
        wire.settimeout(10)
        wire.connect(remote_path)
        wire.sendall(struct.pack(">I", 1 << 30))
        assert wire.recv(1) == b""


def test_closing_takes_the_socket_away_and_ends_viewers(glass: Glass, remote_path: str) -> None:
    viewer, close = watched(glass, remote_path)
    viewer.frame()
    glass.close()
    assert not Path(remote_path).exists()
    with pytest.raises((EOFError, OSError)):
        viewer.frame()
    close()
    glass.close()


def test_only_its_user_may_touch_the_socket(glass: Glass, remote_path: str) -> None:
    assert Path(remote_path).stat().st_mode & 0o777 == 0o600


# -- pictures --------------------------------------------------------------------


@pytest.mark.parametrize("name", samples.PICTURES)
@pytest.mark.parametrize("theme", Theme)
def test_every_picture_can_be_drawn(name: str, theme: Theme, font_files: FontFiles) -> None:
    from ui.boxes import Page, Picture, Rect
    from ui.theme import PALETTES

    page = Page("p", 300, 300, "ground", (Picture(Rect(20, 20, 260, 260), name),), ())
    surface = Painter(font_files.paths).picture(page, PALETTES[theme])
    ground = surface.get_at((2, 2))
    drawn = {tuple(surface.get_at((x, y))) for x in range(0, 300, 5) for y in range(0, 300, 5)}
    assert len(drawn - {tuple(ground)}) >= 2


@pytest.mark.parametrize("theme", Theme)
def test_painting_is_a_function_of_the_page(theme: Theme, glass: Glass) -> None:
    for screen in samples.SAMPLES:
        glass.show(screen, Look(theme=theme))
        first = glass.beat().digest
        glass.drop_texts()
        glass.show(samples.COPIES if screen is not samples.COPIES else samples.PIN, Look())
        glass.show(screen, Look(theme=theme))
        assert glass.beat().digest == first, screen.id
