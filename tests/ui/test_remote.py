"""Who follows the glass without its picture, what a press paints, what is drawn beforehand."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui import samples
from ui import glass as glass_module
from ui.config import GlassConfig
from ui.glass import Glass, Tap
from ui.model import Look
from ui.remote import RemoteGlass, RemoteViewer


@pytest.fixture
def path() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="k") as folder:
        yield str(Path(folder) / "glass")


@pytest.fixture
def glass(path: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Glass]:
    monkeypatch.setattr(glass_module, "load_catalogue", samples.catalogue)
    made = Glass(GlassConfig(video="dummy", sound=False, deaf_s=0.0, remote=path), lambda: 1.0)
    made.warm(samples.CERTIFICATE, Look())
    made.take()
    yield made
    made.close()


def follower(glass: Glass, path: str, form: str) -> RemoteViewer:
    """A viewer whose wish the glass has heard: its first frame is in hand."""
    viewer = RemoteViewer(path, form)
    remote = glass._remote
    assert remote is not None
    for _ in range(10):
        glass.wait(1.0)
        if remote.watched and not remote.hungry:
            break
    viewer.frame()
    return viewer


def test_who_wants_no_picture_gets_none_and_none_is_copied(
    glass: Glass, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = follower(glass, path, "none")
    monkeypatch.setattr(glass_module, "rgb_bytes", pytest.fail)
    glass.show(samples.CHECK, Look())
    header, picture = viewer.frame()
    assert header["screen"] == "check"
    assert picture == b""
    viewer.close()


def test_who_wants_no_picture_misses_no_screen(glass: Glass, path: str) -> None:
    viewer = follower(glass, path, "none")
    for screen in (samples.CHECK, samples.ITEMS, samples.CERTIFICATE):
        glass.show(screen, Look())
    seen = [viewer.frame()[0]["screen"] for _ in range(3)]
    assert seen == [samples.CHECK.id, samples.ITEMS.id, samples.CERTIFICATE.id]
    viewer.close()


def test_a_picture_is_there_for_who_comes_after_one_without(glass: Glass, path: str) -> None:
    blind = follower(glass, path, "none")
    glass.show(samples.CHECK, Look())
    blind.frame()
    seeing = RemoteViewer(path, "rgb")
    for _ in range(10):
        glass.wait(1.0)
        remote = glass._remote
        if remote is not None and remote.pictured and not remote.hungry:
            break
    header, picture = seeing.frame()
    assert header["screen"] == "check"
    assert len(picture) == 1280 * 1024 * 3
    blind.close()
    seeing.close()


def test_a_frame_without_pixels_leaves_who_wants_them_hungry(path: str) -> None:
    class Finger:
        size = (2, 1)

        def post_finger(self, down_or_up: str, x: float, y: float) -> None: ...
        def post_key(self, name: str) -> None: ...
        def wake(self) -> None: ...

    remote = RemoteGlass(path, Finger())
    viewer = RemoteViewer(path, "rgb")
    try:
        while not remote.watched:
            pass
        hungry = []
        for screen, pixels in (("before", b""), ("after", b"\1\2\3\4\5\6")):
            remote.offer({"screen": screen}, pixels)
            hungry.append(remote.hungry)
        assert hungry == [True, False]
        header, picture = viewer.frame()
        assert (header["screen"], picture) == ("after", b"\1\2\3\4\5\6")
    finally:
        viewer.close()
        remote.close()


def painted(glass: Glass, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For every paint from now on, whether a button looked pressed."""
    seen: list[bool] = []
    paint = glass._painter.paint

    def note(*arguments: object) -> None:
        seen.append(bool(glass._hand.pressed))
        paint(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(glass._painter, "paint", note)
    return seen


def test_between_a_press_and_the_next_screen_nothing_is_painted_in_vain(
    glass: Glass, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = painted(glass, monkeypatch)
    x, y = glass.place_of("confirm")
    glass.press("down", x, y)
    glass.press("up", x, y)
    tap: Tap | None = None
    while tap is None:
        tap = glass.wait(1.0)
    glass.show(samples.CHECK, Look())
    assert tap.id == "confirm"
    assert seen == [True, False]


def test_a_button_that_leads_nowhere_looks_let_go_again(
    glass: Glass, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = painted(glass, monkeypatch)
    x, y = glass.place_of("confirm")
    glass.press("down", x, y)
    glass.press("up", x, y)
    while not glass.wait(1.0):
        pass
    assert len(seen) == 1
    glass.wait(0.0)
    assert seen == [True, False]
    glass.wait(0.0)
    assert len(seen) == 2


def test_a_screen_that_was_prepared_draws_no_text_when_it_comes(glass: Glass) -> None:
    before = glass.surface_png()
    glass.prepare(samples.CHECK, Look())
    assert glass.surface_png() == before
    assert glass.place_of("confirm")
    drawn = len(glass._painter.texts)
    glass.show(samples.CHECK, Look())
    assert len(glass._painter.texts) == drawn
    glass.show(samples.COPIES, Look())
    assert len(glass._painter.texts) > drawn
