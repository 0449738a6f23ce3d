"""A namespace that dies as one: children, grandchildren, and with its owner."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.errors import DeviceError
from drivers.printer.containment import Contained, ProcessMark, kill_leftovers
from tests.drivers.printer.bench import eventually

pytestmark = pytest.mark.daemon

REPOSITORY = Path(__file__).parents[3]
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}


@pytest.fixture
def directory() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="k"))
    yield made
    kill_leftovers(made / "marks")
    shutil.rmtree(made)


def family(directory: Path) -> list[str]:
    """A daemon with a child that left its session and writes its name when it starts."""
    child = f"touch {directory}/child; exec sleep 300"
    return ["sh", "-c", f"setsid sh -c '{child}' & exec sleep 300"]


def members(daemon: Contained) -> list[ProcessMark]:
    """Every process of the daemon's namespace, from /proc."""
    assert daemon.pid is not None
    inside = Path(f"/proc/{daemon.pid}/ns/pid").stat().st_ino
    found = []
    for entry in Path("/proc").iterdir():
        try:
            same = entry.name.isdigit() and (entry / "ns/pid").stat().st_ino == inside
        except OSError:
            continue
        if same and (mark := ProcessMark.of(int(entry.name))):
            found.append(mark)
    return found


def gone(mark: ProcessMark) -> bool:
    return ProcessMark.of(mark.pid) != mark


def test_kill_takes_every_descendant(directory: Path) -> None:
    daemon = Contained(family(directory), ENVIRONMENT, directory / "marks")
    daemon.start()
    assert eventually((directory / "child").exists)
    marks = members(daemon)
    assert len(marks) >= 2
    daemon.kill()
    assert all(gone(mark) for mark in marks)
    assert not daemon.alive
    daemon.kill()


def test_when_the_daemon_dies_its_children_die(directory: Path) -> None:
    daemon = Contained(family(directory), ENVIRONMENT, directory / "marks")
    daemon.start()
    assert eventually((directory / "child").exists)
    marks = members(daemon)
    assert daemon.pid is not None
    os.kill(daemon.pid, signal.SIGKILL)
    assert eventually(lambda: not daemon.alive)
    assert all(gone(mark) for mark in marks)


OWNER = """
import sys
from pathlib import Path
from drivers.printer.containment import Contained
daemon = Contained(sys.argv[2:], {"PATH": "/usr/bin:/bin"}, Path(sys.argv[1]))
daemon.start()
while daemon.pid is None:
    pass
daemon.write_marks()
print(daemon.pid, flush=True)
sys.stdin.read()
"""


def test_when_the_owner_is_killed_everything_dies(directory: Path) -> None:
    command = [sys.executable, "-c", OWNER, str(directory / "marks"), *family(directory)]
    with subprocess.Popen(
        command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        daemon = ProcessMark.of(int(owner.stdout.readline()))
        assert daemon is not None
        assert eventually((directory / "child").exists)
        owner.kill()
    kill_leftovers(directory / "marks")
    assert gone(daemon)
    assert not (directory / "marks").exists()


def test_a_later_run_ends_what_an_earlier_one_left(directory: Path) -> None:
    daemon = Contained(family(directory), ENVIRONMENT, directory / "marks")
    daemon.start()
    assert eventually((directory / "child").exists)
    daemon.write_marks()
    marks = members(daemon)
    kill_leftovers(directory / "marks")
    assert all(gone(mark) for mark in marks)


def test_another_process_with_the_same_number_is_left_alone(directory: Path) -> None:
    bystander = subprocess.Popen(["sleep", "300"])
    (directory / "marks").write_text(f"{bystander.pid} 1\nrubbish\n")
    kill_leftovers(directory / "marks")
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_without_util_linux(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(directory))
    daemon = Contained(["true"], {"PATH": str(directory)}, directory / "marks")
    with pytest.raises(DeviceError, match="util-linux"):
        daemon.start()
    daemon.kill()
