"""The kernel's counts, of processes a test starts itself."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from kiosk.bench import proc

BURN_AND_WAIT = """
import sys, time
end = time.process_time() + 0.2
while time.process_time() < end:
    pass
kept = bytearray(b"x" * 30_000_000)
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def busy() -> Iterator[int]:
    """A process that burned 0.2 s, keeps 30 MB and waits."""
    with subprocess.Popen(
        [sys.executable, "-c", BURN_AND_WAIT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        yield child.pid
        child.kill()


def test_processor_time_is_what_the_process_burned(busy: int) -> None:
    assert proc.cpu_s(busy) >= 0.2
    assert proc.cpu_s(busy) == pytest.approx(proc.cpu_ticks_s(busy), abs=0.1)


def test_memory_holds_what_the_process_keeps(busy: int) -> None:
    assert 28 < proc.pss_mb(busy) < 120


def test_children_are_found_with_their_words(busy: int) -> None:
    assert "sys.stdin.read()" in proc.children(os.getpid())[busy]


def test_a_process_that_is_gone_is_said() -> None:
    with subprocess.Popen(["true"]) as gone:
        pass
    with pytest.raises(FileNotFoundError):
        proc.pss_mb(gone.pid)
