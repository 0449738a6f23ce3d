"""A process with nothing around it: no network, no files, bounded time and memory.

For strangers' bytes: the municipalities' documents (`center.workroom`), and uploads
(`center.inquiry`). Each ends with its parent, or with the socket it serves.

Source: unshare(2), prctl(2), setrlimit(2).
"""

import contextlib
import ctypes
import os
import resource
import signal
import socket
from collections.abc import Callable
from pathlib import Path

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_SPARE_FILES = 2
MEMORY_BYTES = 3 * 1024**3
"""Of address space; libraries alone map half of it."""
CPU_S = 600
"""Of a process's whole life; it is replaced long before (`center.inquiry.pool.ENOUGH`)."""


def leave_no_core() -> None:
    """Whatever happens to this process, its memory is written nowhere; nor do others read it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def die_with_parent(parent: int) -> None:
    """End when the process `parent`, which made this one, does; at once if it has."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def leave_the_network(*, with_parent: bool = True) -> bool:
    """Die with the parent, leave no core, leave the network; True when the last was allowed.

    The kernel's parent is a thread: `with_parent` only where that lives as long as its process.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if with_parent:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    flags = _CLONE_NEWNET if os.geteuid() == 0 else _CLONE_NEWNET | _CLONE_NEWUSER
    left: int = libc.unshare(flags)
    return left == 0


def close_the_doors(*fds: int, more_memory: int | None = None) -> None:
    """No new files, none written, no core; bounded time and memory. After everything is loaded.

    `more_memory`: bytes beyond what is mapped now; else `MEMORY_BYTES` in all.
    """
    memory = MEMORY_BYTES if more_memory is None else _mapped() + more_memory
    limits = (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_NOFILE, max(fds) + 1 + _SPARE_FILES),
    )
    for what, most in limits:
        with contextlib.suppress(ValueError, OSError):  # A lower hard limit is as good.
            resource.setrlimit(what, (most, most))


def _mapped() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def reader_of(line: socket.socket) -> Callable[[int], bytes]:
    """Reads exactly so many bytes. The function raises EOFError."""

    def read(size: int) -> bytes:
        data = bytearray(size)
        view, at = memoryview(data), 0
        while at < size:
            got = line.recv_into(view[at:])
            if not got:
                raise EOFError
            at += got
        return bytes(data)

    return read
