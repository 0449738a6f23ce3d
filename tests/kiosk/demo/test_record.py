"""The record of a visit that did not begin: its journal is whole, and its verdict is no."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from drivers.clock import VirtualClock
from kiosk.demo.autopilot import Wishes
from kiosk.demo.record import Recorder
from kiosk.demo.stage import DemoStage
from tests.kiosk.demo.fakes import frame


class Glass:
    """Shows the first picture and stays there."""

    frame = frame(1, "start")
    pid = 0

    def wait_for(self, holds: Any, _limit_s: float) -> Any:
        """What stands there, if that is what is waited for."""
        if not holds(self.frame):
            raise TimeoutError
        return self.frame


class Journal:
    """A journal file that is still growing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_text(_line(0, "terminal.start"), encoding="utf-8")

    def text(self) -> str:
        """All of it."""
        return self.path.read_text(encoding="utf-8")

    def grow(self, more: str) -> None:
        """Somebody writes."""
        self.path.write_text(self.text() + more, encoding="utf-8")


def _line(n: int, kind: str) -> str:
    body = {"n": n, "at": "2026-11-21T01:00:00.000+00:00", "kind": kind, "f": {}}
    return json.dumps({"body": body}) + "\n"


def _stage(journal: Journal, runtime: Path) -> DemoStage:
    truth = SimpleNamespace(customer_yen=0, machine_yen=0, conserved=True)
    printer = SimpleNamespace(delivered=[], tray=[], jobs=[])
    devices = SimpleNamespace(
        truth=lambda: truth, printer=printer, receipt=SimpleNamespace(slips=[]),
        last_card_verified=None,
    )  # fmt: skip
    log = runtime / "terminal.log"
    log.write_text("")
    return cast("DemoStage", SimpleNamespace(
        clock=VirtualClock(), journal=journal, glass=Glass(), devices=devices, on_frame=None,
        logbook=SimpleNamespace(now_s=lambda: 0.0, since=lambda _s: ()),
        card_file=lambda: None, terminal=SimpleNamespace(pid=0, log=log),
    ))  # fmt: skip


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """One record stands in it before anybody watches."""
    return Journal(tmp_path / "journal.jsonl")


def test_the_journal_of_a_visit_that_never_began_is_whole(journal: Journal, tmp_path: Path) -> None:
    recorder = Recorder(_stage(journal, tmp_path), Wishes())
    recorder.lost = "the screen 'start' stayed for 45 s"
    record = recorder.finish()
    assert not record.passed
    assert record.journal == _line(0, "terminal.start")


def test_what_came_later_is_in_it_and_half_a_record_is_not(
    journal: Journal, tmp_path: Path
) -> None:
    recorder = Recorder(_stage(journal, tmp_path), Wishes())
    journal.grow(_line(1, "visit.begin") + '{"body": {"n": 2, "ki')
    record = recorder.finish()
    assert record.journal == _line(0, "terminal.start") + _line(1, "visit.begin")
