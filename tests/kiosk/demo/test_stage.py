"""The stage's start, with programs and devices that are not there."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kiosk.demo import stage as stages
from ui.remote import RemoteGlass

LIMIT_S = 20.0


class Finger:
    """Nobody touches anything here."""

    size = (1280, 1024)

    def post_finger(self, down_or_up: str, x: float, y: float) -> None: ...

    def post_key(self, name: str) -> None: ...

    def wake(self) -> None: ...


class Terminal:
    """Shows its first picture at once; the one that is started again waits until it is told."""

    def __init__(self, _config: Path, runtime: Path, *_: object) -> None:
        self._glass_path = str(runtime / "glass.sock")
        self.glass: RemoteGlass | None = None
        self.starts = 0

    def start(self) -> None:
        self.starts += 1
        self.glass = RemoteGlass(self._glass_path, Finger())
        if self.starts == 1:
            self.show("start")

    def show(self, screen: str) -> None:
        assert self.glass
        self.glass.offer({"screen": screen}, b"")

    def stop(self) -> None:
        if self.glass:
            self.glass.close()
            self.glass = None


class Centre:
    """Makes some keys anew while it starts, as for a list that has run out."""

    port = 1

    def __init__(self, state: Path, _runtime: Path) -> None:
        self._state = state
        self.stage: Any = None

    def launch(self, _offset_s: float) -> None: ...

    def await_port(self) -> int:
        self.stage.glass.wait_for(lambda frame: frame.screen == "start", LIMIT_S)
        (self._state / "trust" / "new.crl").write_text("")
        return self.port

    def stop(self) -> None: ...


class Stage(stages.DemoStage):
    """Tells its centre who it is."""

    def _write_config(self) -> None:
        self.centre.stage = self  # type: ignore[attr-defined]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    devices = SimpleNamespace(
        pcscd=SimpleNamespace(environment={}), close=lambda: None, card_name=""
    )
    monkeypatch.setattr(stages, "CentreProgram", Centre)
    monkeypatch.setattr(stages, "TerminalProgram", Terminal)
    monkeypatch.setattr(stages, "VirtualDevices", lambda *_, **__: devices)
    place = Path(tempfile.mkdtemp(prefix="k"))
    (place / "trust").mkdir()
    (place / "trust" / "old.crl").write_text("")
    with contextlib.closing(Stage(place, place, 0.0, frames="none")) as stage:
        yield stage
    shutil.rmtree(place)


def test_the_picture_of_a_terminal_that_was_started_anew_is_not_the_old_ones(made: Stage) -> None:
    assert made.terminal.starts == 2  # type: ignore[attr-defined]
    assert made.glass.frame.screen == ""
    made.terminal.show("closed")  # type: ignore[attr-defined]
    assert made.glass.wait_for(lambda frame: bool(frame.screen), LIMIT_S).screen == "closed"
