"""The whole system on virtual devices, started by the demo's own stage for each journey."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.clock import SystemClock
from kiosk.demo.autopilot import Autopilot, Wishes
from kiosk.demo.cli import demo_state, opening_offset_s
from kiosk.demo.stage import DemoStage


@pytest.fixture
def stage() -> Iterator[DemoStage]:
    """A running demo whose mechanics take no time."""
    place = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else None
    runtime = Path(tempfile.mkdtemp(prefix="k", dir=place))
    runtime.chmod(0o711)
    made = DemoStage(demo_state(), runtime, opening_offset_s(), fast=True)
    try:
        yield made
    finally:
        made.close()
        shutil.rmtree(runtime, ignore_errors=True)


def pilot(stage: DemoStage, **wishes: object) -> Autopilot:
    """An autopilot with these wishes and the PIN of its card."""
    made = Wishes(deaf_s=0.0, **wishes)  # type: ignore[arg-type]
    if "pin" not in wishes:
        card = made.card
        made = Wishes(deaf_s=0.0, pin=lambda: stage.pin_of(card), **wishes)  # type: ignore[arg-type]
    return Autopilot(stage.glass, stage, made, SystemClock())
