"""A process that ends with its parent, whatever ends the parent, and with nothing less."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from drivers.bench.mortal import spawn_mortal
from drivers.clock import SystemClock

ROOT = Path(__file__).parents[3]
LIMIT_S = 20.0
SLEEP = (sys.executable, "-c", "import signal; signal.pause()")

PARENT = """
import sys, signal
from drivers.bench.mortal import spawn_mortal
child = spawn_mortal([sys.executable, "-c", "import signal; signal.pause()"])
print(child.pid, flush=True)
signal.pause()
"""


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    except OSError:
        return False


def wait_until_gone(pid: int) -> None:
    clock = SystemClock()
    until_s = clock.monotonic_s() + LIMIT_S
    while runs(pid):
        assert clock.monotonic_s() < until_s, f"process {pid} still runs"
        clock.sleep(0.01)


@pytest.mark.parametrize("stopped", [False, True])
def test_it_is_gone_when_its_parent_was_killed(stopped: bool) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, cwd=ROOT
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert runs(child)
        if stopped:
            os.kill(child, signal.SIGSTOP)
        parent.kill()
    wait_until_gone(child)


def test_the_thread_that_asked_for_it_may_end() -> None:
    made: list[subprocess.Popen[bytes]] = []
    thread = threading.Thread(target=lambda: made.append(spawn_mortal(SLEEP)))
    thread.start()
    thread.join(LIMIT_S)
    (child,) = made
    with child:
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(0.5)
        child.kill()
        assert child.wait(LIMIT_S) == -signal.SIGKILL


def test_its_end_is_left_to_whoever_asked() -> None:
    with spawn_mortal([sys.executable, "-c", "print('said'); raise SystemExit(7)"],
                      stdout=subprocess.PIPE) as child:  # fmt: skip
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert child.stdout is not None
        assert child.stdout.read() == b"said\n"
        assert child.wait(LIMIT_S) == 7


def test_what_cannot_be_started_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        spawn_mortal(SLEEP, cwd=tmp_path / "nowhere")
