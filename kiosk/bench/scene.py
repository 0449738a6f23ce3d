"""The demo stage for figures: on X11, mechanics without time, each frame timed as it arrives."""

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from drivers.clock import SystemClock
from kiosk.bench import proc
from kiosk.demo.cli import demo_state, opening_offset_s
from kiosk.demo.glass_link import Frame
from kiosk.demo.stage import DemoStage
from ui.bench import display

CLOCK = SystemClock()
_START_S = 60.0
_SPARE_S = 30.0
_FRAME_S = 30.0
_LOOK_S = 0.002
_VISIT_MODULE = "kiosk.runtime.visit"
READY = "the spare is ready: process "
"""What the supervisor logs."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A frame, and whose glass it was."""

    at_s: float
    pid: int
    frame: Frame


class Scene:
    """The terminal on its stage, at the first picture, with a spare that is ready."""

    def __init__(self, stage: DemoStage) -> None:
        self.stage = stage
        self.seen: list[Seen] = []
        """Every frame since the last `clear`, oldest first."""
        stage.on_frame = self._saw
        self.await_rest()

    def clear(self) -> None:
        """Forget the frames seen so far."""
        self.seen = []

    def await_rest(self) -> None:
        """Wait for the first picture and a ready spare. Raises TimeoutError."""
        self.stage.glass.wait_for(lambda frame: frame.screen == "start", _START_S)
        self.await_spare()

    def await_frame_of_other(self, pid: int) -> Seen:
        """The first frame since `clear` that is not of process `pid`. Raises TimeoutError."""

        def others() -> list[Seen]:
            return [seen for seen in self.seen if seen.pid != pid]

        wait_until(lambda: bool(others()), _FRAME_S, "the next frame")
        return others()[0]

    def await_spare(self) -> float:
        """Wait until the spare has said that it is ready; when that was seen."""
        return wait_until(lambda: self.spare in self._ready(), _SPARE_S, "a spare that is ready")

    @property
    def supervisor(self) -> int:
        """The supervisor's process."""
        return self.stage.terminal.pid

    @property
    def visit(self) -> int:
        """The process that has the glass."""
        return self.stage.glass.pid

    @property
    def spare(self) -> int:
        """The process that would take the glass; 0 if there is none."""
        below = proc.children(self.supervisor)
        visits = [pid for pid, words in below.items() if _VISIT_MODULE in words]
        return next((pid for pid in visits if pid != self.visit), 0)

    @property
    def processes(self) -> dict[str, int]:
        """Name -> process, of the three of the terminal."""
        return {"supervisor": self.supervisor, "visit": self.visit, "spare": self.spare}

    def _ready(self) -> set[int]:
        log = self.stage.terminal.log.read_text(encoding="utf-8", errors="replace")
        parts = log.split(READY)[1:]
        return {int(part.split(maxsplit=1)[0]) for part in parts if part[:1].isdecimal()}

    def _saw(self, frame: Frame) -> None:
        self.seen.append(Seen(frame.at_s, self.stage.glass.pid, frame))


def wait_until(holds: Callable[[], bool], limit_s: float, what: str) -> float:
    """Look until it holds; when it did, in monotonic seconds. Raises TimeoutError."""
    give_up_s = CLOCK.monotonic_s() + limit_s
    while not holds():
        if CLOCK.monotonic_s() > give_up_s:
            raise TimeoutError(f"waited {limit_s:.0f} s for {what}")
        CLOCK.sleep(_LOOK_S)
    return CLOCK.monotonic_s()


@contextlib.contextmanager
def scene() -> Iterator[Scene]:
    """Everything started, on the present display or a private Xvfb; all of it ends."""
    with display(), _stage() as stage:
        yield Scene(stage)


@contextlib.contextmanager
def _stage() -> Iterator[DemoStage]:
    memory = Path("/dev/shm")  # noqa: S108 - a private directory is made below it
    runtime = Path(tempfile.mkdtemp(prefix="k", dir=memory if memory.is_dir() else None))
    runtime.chmod(0o711)  # cupsd's filters run as another user and must get to their spool
    try:
        stage = DemoStage(demo_state(), runtime, opening_offset_s(), fast=True, frames="none")
        try:
            yield stage
        finally:
            stage.close()
    finally:
        shutil.rmtree(runtime, ignore_errors=True)
