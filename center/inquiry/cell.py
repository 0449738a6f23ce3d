"""A process with nothing around it: no network, no files, bounded time and memory.

Uploads are strangers' bytes. They are parsed in one such process, which holds no key, and what
it saw is decoded in another, which never parses a file. Each ends with its parent.

Source: unshare(2), prctl(2), setrlimit(2).
"""

import contextlib
import ctypes
import os
import resource
import signal
import socket
from collections.abc import Callable

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_SPARE_FILES = 2
MEMORY_BYTES = 3 * 1024**3
"""Of address space; libraries alone map half of it."""
CPU_S = 600
"""Of a process's whole life; it is replaced long before (`center.inquiry.pool.ENOUGH`)."""


def leave_the_network() -> bool:
    """Die with the parent, leave no core, leave the network; True when the last was allowed."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    flags = _CLONE_NEWNET if os.geteuid() == 0 else _CLONE_NEWNET | _CLONE_NEWUSER
    left: int = libc.unshare(flags)
    return left == 0


def close_the_doors(*fds: int) -> None:
    """No new files, none written, no core; bounded time and memory. After everything is loaded."""
    limits = (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_NOFILE, max(fds) + 1 + _SPARE_FILES),
    )
    for what, most in limits:
        with contextlib.suppress(ValueError, OSError):  # A lower hard limit is as good.
            resource.setrlimit(what, (most, most))


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
