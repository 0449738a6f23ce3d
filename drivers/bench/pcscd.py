"""A pcscd of one's own with a virtual reader, beside a system pcscd or without one.

It lives in its own mount, network and process namespaces: it neither sees nor disturbs the
system's pcscd, its USB readers or its ports, and ends with the program that started it. A virtual
card reaches it at a free port of the host's loopback, a client by `PCSCLITE_CSOCK_NAME`.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

_CELL = Path(__file__).with_name("pcscd_cell.py")
_NEEDED = {
    "/usr/sbin/pcscd": "pcscd",
    "/usr/lib/pcsc/drivers/serial/libifdvpcd.so": "vsmartcard-vpcd",
    "/usr/bin/unshare": "util-linux",
}
_STOP_S = 5.0
_SOCKET_PATH_LIMIT = 107
"""Bytes in `sockaddr_un.sun_path`, less its final zero (unix(7))."""


class PrivatePcscd:
    """A private pcscd; a context manager.

    `directory` (made if missing; a new one under /tmp by default) holds the socket, whose path must
    stay under 107 characters. libpcsclite reads `PCSCLITE_CSOCK_NAME` once a process: a program
    that needs several daemons one after another gives them the same directory.

    `readers` are the virtual readers' names; each has two slots, counted through from 0 in that
    order. A virtual card reaches slot 0 at a TCP port, any slot by `open_line`.
    """

    def __init__(
        self, directory: Path | None = None, readers: Sequence[str] = ("Virtual PCD",)
    ) -> None:
        self._readers = tuple(readers)
        self._own_directory = directory is None
        found = directory or Path(tempfile.mkdtemp(prefix="k", dir="/tmp"))
        self._directory = found.absolute()
        self._cell: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()
        self.socket_path = self._directory / "pcscd.comm"
        if len(os.fsencode(self.socket_path)) > _SOCKET_PATH_LIMIT:
            raise ValueError(
                f"{self.socket_path} is too long for a socket; choose a shorter directory."
            )
        self.vpcd_host = "127.0.0.1"
        self.vpcd_port = 0
        """Where a virtual card connects (TCP); 0 before `start`."""

    @property
    def environment(self) -> dict[str, str]:
        """What a client's process needs in its environment."""
        return {"PCSCLITE_CSOCK_NAME": str(self.socket_path)}

    @property
    def pid(self) -> int:
        """pcscd's process id as this process sees it; 0 if it does not run."""
        cell = self._cell
        generation = [cell.pid] if cell is not None else []
        while generation:
            for pid in generation:
                with suppress(OSError):
                    if Path(f"/proc/{pid}/comm").read_text().strip() == "pcscd":
                        return pid
            generation = [child for pid in generation for child in _children(pid)]
        return 0

    def start(self) -> None:
        """Start the namespaces (first time) and pcscd; returns when it takes clients.

        Raises RuntimeError with a sentence that says what to do.
        """
        if self._cell is None:
            self._directory.mkdir(parents=True, exist_ok=True)
            self._cell = self._open_cell()
        self._tell("start", "up")

    def restart(self) -> None:
        """SIGTERM, then a new pcscd on the same socket path and vpcd port."""
        self._tell("term", "down")
        self._tell("start", "up")

    def kill(self) -> None:
        """SIGKILL; the namespaces stay. `start` brings a new pcscd. Idempotent."""
        self._tell("kill", "down")

    def open_line(self, slot: int = 0) -> socket.socket:
        """A card's line straight to vpcd, for one in this process; twice as fast as the port.

        Raises OSError while pcscd is down.
        """
        cell = self._cell
        if cell is None or self._ask(cell, f"line {slot}") != "line":
            raise ConnectionRefusedError("The private pcscd is down.")
        _, passed, _, _ = socket.recv_fds(self._inlet, 1, 1)
        line = socket.socket(fileno=passed[0])
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return line

    def stop(self) -> None:
        """End everything, and remove the directory if it was made here. Idempotent."""
        cell, self._cell = self._cell, None
        if cell is not None:
            self._close_cell(cell)
            self._inlet.close()
        if self._own_directory:
            shutil.rmtree(self._directory, ignore_errors=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _open_cell(self) -> subprocess.Popen[str]:
        for path, package in _NEEDED.items():
            if not Path(path).exists():
                raise RuntimeError(f"{path} is missing; install the Debian package {package}.")
        as_user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        self._inlet, outlet = socket.socketpair()
        with outlet, socket.create_server((self.vpcd_host, self.vpcd_port)) as listener:
            self.vpcd_port = listener.getsockname()[1]
            passed = [listener.fileno(), outlet.fileno()]
            return subprocess.Popen(
                [
                    *("unshare", *as_user, "--mount", "--net", "--pid", "--fork", "--kill-child"),
                    *(sys.executable, "-I", "-S", str(_CELL)),
                    *(str(self._directory), *map(str, passed), *self._readers),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                pass_fds=passed,
                start_new_session=True,
            )

    def _tell(self, word: str, wanted: str) -> None:
        cell = self._cell
        if cell is None:
            raise RuntimeError("The private pcscd was not started.")
        if self._ask(cell, word) != wanted:
            said = self._last_words(cell)
            self.stop()
            raise RuntimeError(
                "The private pcscd did not start; it needs root, or a kernel that lets users make"
                f" namespaces. It said: {said}"
            )

    def _ask(self, cell: subprocess.Popen[str], word: str) -> str:
        """The cell's answer to `word`; empty if it is gone."""
        assert cell.stdin is not None  # noqa: S101 - for the type checker
        assert cell.stdout is not None  # noqa: S101 - for the type checker
        with self._lock, suppress(OSError, ValueError):
            cell.stdin.write(word + "\n")
            cell.stdin.flush()
            return cell.stdout.readline().strip()
        return ""

    def _last_words(self, cell: subprocess.Popen[str]) -> str:
        cell.kill()
        _, errors = cell.communicate()
        with suppress(OSError):
            errors += (self._directory / "pcscd.log").read_text(errors="replace")
        return errors.strip()[-500:]

    @staticmethod
    def _close_cell(cell: subprocess.Popen[str]) -> None:
        with suppress(OSError):
            if cell.stdin is not None:
                cell.stdin.close()
        try:
            cell.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            cell.kill()
            cell.wait()
        for pipe in (cell.stdout, cell.stderr):
            if pipe is not None:
                pipe.close()


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found.extend(int(child) for child in task.read_text().split())
    return found
