"""The demo's terminal, ended as nobody asked for."""

import os
import queue
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from kiosk.demo import programs
from kiosk.demo.programs import TerminalProgram

LIMIT_S = 30.0


class Program(TerminalProgram):
    """Any program that stays, in the place of `kiosk run`."""

    def run(self, _arguments: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        return super().run(["http.server", "--bind", "127.0.0.1", "0"], environment)


@pytest.fixture
def told() -> queue.Queue[str]:
    return queue.Queue()


@pytest.fixture
def program(tmp_path: Path, told: queue.Queue[str]) -> Iterator[Program]:
    made = Program(tmp_path / "firmware.toml", tmp_path, os.environ, told.put)
    made.start()
    yield made
    made.stop()


def test_a_terminal_that_is_killed_is_started_anew(
    program: Program, told: queue.Queue[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "_LEAST_LIFE_S", 0.0)
    first = program.pid
    os.kill(first, signal.SIGKILL)
    assert told.get(timeout=LIMIT_S) == "the terminal ended (status -9) and was started anew"
    assert program.pid not in (0, first)


def test_a_terminal_that_ends_at_once_is_left_and_its_words_are_named(
    program: Program, told: queue.Queue[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "_LEAST_LIFE_S", 1e9)
    os.kill(program.pid, signal.SIGKILL)
    assert told.get(timeout=LIMIT_S).endswith(f"at once; its words: {program.log}")
    assert not program.pid


def test_a_terminal_that_was_stopped_stays_stopped(
    program: Program, told: queue.Queue[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "_LEAST_LIFE_S", 0.0)
    program.stop()
    program.stop()
    assert not program.pid
    assert told.empty()
