"""Process 1 of a private pcscd's namespaces: mounts, loopback, the relay, and pcscd itself.

Run by `drivers.bench.pcscd` under `unshare`; standard library only, so that it starts quickly
and needs no path. It obeys words on its standard input (`start`, `term`, `kill`, `line`) and ends,
with everything in its process namespace, as soon as that pipe closes: no daemon can outlive a
parent that was killed.
"""

import ctypes
import fcntl
import os
import select
import shutil
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

# vpcd's default port and name of its reader (vsmartcard, virtualsmartcard/configure.ac).
VPCD_PORT = 0x8C7B
_SLOTS = 2
"""Ports a vpcd listens on, from its own upwards (ifd-vpcd.c, VICC_MAX_SLOTS)."""
_READER_CONF = """\
FRIENDLYNAME "{name}"
DEVICENAME /dev/null:{port:#x}
LIBPATH {driver}
CHANNELID {port:#x}
"""
_DRIVERS = Path("/usr/lib/pcsc/drivers")
_VPCD = _DRIVERS / "serial" / "libifdvpcd.so"
_IPC = Path("/run/pcscd")
_MS_BIND = 4096
_SIOCSIFFLAGS = 0x8914
_IFF_UP_RUNNING = 0x41
_READY_S = 10.0
_STEP_S = 0.01
_CHUNK = 65536
_LIBC: Any = ctypes.CDLL(None, use_errno=True)


def mount(source: str, target: str, kind: str = "", flags: int = 0) -> None:
    """mount(2), without mount(8)'s rewriting of paths.

    Raises:
        OSError: with the target, if the kernel refuses.
    """
    if _LIBC.mount(source.encode(), target.encode(), kind.encode(), flags, None) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), target)


def seal(directory: Path, readers: list[str]) -> Path:
    """Show pcscd only `directory` as its runtime directory and no driver but vpcd's.

    Returns pcscd's configuration directory. /run is covered because /run/pcscd may not exist and
    an ordinary user could not make it; the drivers, because pcscd would open real USB readers.
    """
    conf = directory / "reader.conf.d"
    conf.mkdir(exist_ok=True)
    entries = []
    for number, name in enumerate(readers):
        # vpcd keeps its lines in the library's own memory, so each reader has a copy of its own.
        driver = f"{number}-{_VPCD.name}"
        shutil.copyfile(_VPCD, directory / driver)
        port = VPCD_PORT + _SLOTS * number
        entries.append(_READER_CONF.format(name=name, port=port, driver=_IPC / driver))
    (conf / "vpcd").write_text("".join(entries))
    held = os.open(directory, os.O_PATH)
    mount("tmpfs", str(_DRIVERS), "tmpfs")
    mount("tmpfs", "/run", "tmpfs")
    _IPC.mkdir()
    mount(f"/proc/self/fd/{held}", str(_IPC), flags=_MS_BIND)
    os.close(held)
    return _IPC / conf.name


def raise_loopback() -> None:
    """Bring `lo` up in this network namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", _IFF_UP_RUNNING)
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, request)


class Daemon:
    """The one pcscd, started and ended on demand."""

    def __init__(self, conf: Path) -> None:
        self._conf = conf
        self._process: subprocess.Popen[bytes] | None = None
        self.is_up = threading.Event()

    def start(self) -> str:
        """Start it and wait until it takes clients: `up`, or `failed`."""
        for left in ("pcscd.comm", "pcscd.pid"):
            (_IPC / left).unlink(missing_ok=True)
        with (_IPC / "pcscd.log").open("ab") as log:
            self._process = subprocess.Popen(
                ["/usr/sbin/pcscd", "--foreground", "--config", str(self._conf)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        for _ in range(int(_READY_S / _STEP_S)):
            if self._process.poll() is not None:
                break
            if self._takes_clients():
                self.is_up.set()
                return "up"
            select.select([], [], [], _STEP_S)
        return "failed"

    def end(self, *, hard: bool) -> str:
        """SIGTERM or SIGKILL, and wait for its end: `down`."""
        self.is_up.clear()
        if self._process is not None:
            (self._process.kill if hard else self._process.terminate)()
            self._process.wait()
            self._process = None
        return "down"

    @staticmethod
    def _takes_clients() -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(str(_IPC / "pcscd.comm")) == 0


class Relay:
    """Leads the host's loopback port to vpcd's port in here.

    vpcd writes a frame in two small pieces, so that Nagle's algorithm waits for a delayed ACK:
    44 ms an APDU. Acknowledging at once brings that to a fraction of a millisecond.
    """

    def __init__(self, listener: socket.socket, daemon: Daemon) -> None:
        self._listener = listener
        self._daemon = daemon

    def run(self) -> None:
        """Accept for ever; a card that comes while pcscd is down waits for it."""
        while True:
            outer, _ = self._listener.accept()
            threading.Thread(target=self._lead, args=(outer,), daemon=True).start()

    def _lead(self, outer: socket.socket) -> None:
        inner = self._reach(outer)
        if inner is None:
            outer.close()
            return
        back = threading.Thread(target=_pump, args=(inner, outer), daemon=True)
        back.start()
        _pump(outer, inner)
        back.join()
        outer.close()
        inner.close()

    def _reach(self, outer: socket.socket) -> socket.socket | None:
        while not _is_gone(outer):
            if self._daemon.is_up.wait(_STEP_S):
                with suppress(OSError):
                    return socket.create_connection(("127.0.0.1", VPCD_PORT))
        return None


def _is_gone(end: socket.socket) -> bool:
    readable, _, _ = select.select([end], [], [], 0)
    return bool(readable) and not end.recv(1, socket.MSG_PEEK)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    sink.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with suppress(OSError):
        while True:
            source.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            data = source.recv(_CHUNK)
            if not data:
                break
            sink.sendall(data)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def pass_line(outlet: socket.socket, slot: str) -> str:
    """Give the parent a slot's line made in here, without the relay between: `line` or `none`."""
    try:
        with socket.create_connection(("127.0.0.1", VPCD_PORT + int(slot))) as line:
            socket.send_fds(outlet, [b"l"], [line.fileno()])
    except OSError:
        return "none"
    return "line"


def obey(daemon: Daemon, outlet: socket.socket) -> None:
    """One word a line in, one word a line out, until the pipe closes."""
    words: dict[str, Callable[[str], str]] = {
        "start": lambda _: daemon.start(),
        "term": lambda _: daemon.end(hard=False),
        "kill": lambda _: daemon.end(hard=True),
        "line": lambda slot: pass_line(outlet, slot),
    }
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        sys.stdout.write(words[word](rest) + "\n")
        sys.stdout.flush()


def main() -> None:
    """`pcscd_cell.py DIRECTORY LISTENER_FD OUTLET_FD READER...`."""
    directory = Path(sys.argv[1])
    listener, outlet = (socket.socket(fileno=int(number)) for number in sys.argv[2:4])
    raise_loopback()
    daemon = Daemon(seal(directory, sys.argv[4:]))
    threading.Thread(target=Relay(listener, daemon).run, daemon=True).start()
    try:
        obey(daemon, outlet)
    finally:
        daemon.end(hard=True)


if __name__ == "__main__":
    main()
