"""The private pcscd: alone, beside another one, and gone when its parent is gone."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from drivers.bench.pcscd import PrivatePcscd
from drivers.clock import SystemClock

pytestmark = pytest.mark.daemon

ROOT = Path(__file__).parents[3]
WAIT_S = 10.0


def readers(daemon: PrivatePcscd) -> str:
    environment = {**os.environ, **daemon.environment}
    done = subprocess.run(
        ["opensc-tool", "-l"], env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout


def wait_until_gone(pid: int) -> None:
    clock = SystemClock()
    until_s = clock.monotonic_s() + WAIT_S
    while Path(f"/proc/{pid}/comm").exists():
        assert clock.monotonic_s() < until_s, f"process {pid} still runs"
        clock.sleep(0.01)


def test_two_side_by_side_do_not_meet() -> None:
    with PrivatePcscd() as one, PrivatePcscd() as other:
        assert one.vpcd_port != other.vpcd_port
        for daemon in (one, other):
            assert readers(daemon).count("Virtual PCD") == 2
        one.kill()
        assert "Virtual PCD" not in readers(one)
        assert readers(other).count("Virtual PCD") == 2


def test_sees_no_driver_but_the_virtual_ones() -> None:
    """A real USB reader stays with the system's pcscd: its driver is not there in here."""
    with PrivatePcscd() as daemon:
        drivers = Path(f"/proc/{daemon.pid}/root/usr/lib/pcsc/drivers")
        assert list(drivers.iterdir()) == []
        assert Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so").exists()


def test_only_loopback_is_opened_on_the_host() -> None:
    with PrivatePcscd() as daemon:
        listening = [
            line.split()[1]
            for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
            if line.split()[3] == "0A"
        ]
        ours = f"{daemon.vpcd_port:04X}"
        assert [entry for entry in listening if entry.endswith(":" + ours)] == ["0100007F:" + ours]
        assert not any(entry.endswith(":8C7B") for entry in listening)


def test_restart_kill_and_start_keep_socket_and_port() -> None:
    with PrivatePcscd() as daemon:
        first, port = daemon.pid, daemon.vpcd_port
        daemon.restart()
        assert daemon.pid not in {0, first}
        daemon.kill()
        daemon.kill()
        assert daemon.pid == 0
        daemon.start()
        assert daemon.vpcd_port == port
        assert readers(daemon).count("Virtual PCD") == 2


def test_a_line_straight_to_vpcd() -> None:
    """vpcd's first frame asks for the ATR: a length of one, then 04."""
    with PrivatePcscd() as daemon:
        with daemon.open_line() as line, line.makefile("rb") as frames:
            line.settimeout(WAIT_S)
            assert frames.read(3) == b"\0\1\4"
        daemon.kill()
        with pytest.raises(OSError, match="is down"):
            daemon.open_line()
        daemon.start()
        daemon.open_line().close()
    with pytest.raises(OSError, match="is down"):
        daemon.open_line()


def test_nothing_survives_stop() -> None:
    daemon = PrivatePcscd()
    daemon.start()
    pid = daemon.pid
    daemon.stop()
    daemon.stop()
    wait_until_gone(pid)
    assert not daemon.socket_path.parent.exists()
    with pytest.raises(RuntimeError, match="was not started"):
        daemon.kill()


def test_a_directory_that_was_given_stays(tmp_path: Path) -> None:
    directory = tmp_path / "d"
    with PrivatePcscd(directory) as daemon:
        assert daemon.socket_path.parent == directory
    assert directory.exists()


PARENT = """
import sys
from drivers.bench.pcscd import PrivatePcscd
with PrivatePcscd() as daemon:
    print(daemon.pid, daemon.socket_path.parent, flush=True)
    sys.stdin.read()
"""


def test_nothing_survives_a_killed_parent() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )
    with parent:
        assert parent.stdout is not None
        pid, directory = parent.stdout.readline().split()
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        wait_until_gone(int(pid))
    shutil.rmtree(directory.decode())


ALONE = PARENT.replace("drivers.bench.pcscd", "pcscd")
NOBODY = 65534


def test_an_ordinary_user_can_have_one() -> None:
    """Root becomes nobody, who cannot read root's files: so from copies, with Debian's Python."""
    with tempfile.TemporaryDirectory(prefix="k", dir="/tmp") as scratch:
        Path(scratch).chmod(0o755)
        for name in ("pcscd.py", "pcscd_cell.py"):
            shutil.copy(ROOT / "drivers" / "bench" / name, scratch)
        someone = {"user": NOBODY, "group": NOBODY, "extra_groups": ()}
        done = subprocess.run(
            ["/usr/bin/python3", "-B", "-c", ALONE],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd=scratch,
            check=False,
            **(someone if os.geteuid() == 0 else {}),  # type: ignore[call-overload]
        )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[0]) > 0


def test_a_path_too_long_for_a_socket_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="choose a shorter directory"):
        PrivatePcscd(tmp_path / ("d" * 100))


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.bench.pcscd._NEEDED", {"/usr/sbin/none": "a-package"})
    with pytest.raises(RuntimeError, match="install the Debian package a-package"):
        PrivatePcscd().start()


def test_what_failed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.bench.pcscd._CELL", Path("/nowhere/cell.py"))
    with pytest.raises(RuntimeError, match=r"/nowhere/cell\.py"):
        PrivatePcscd().start()
