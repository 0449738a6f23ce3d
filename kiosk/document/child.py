"""The process that parses documents: no network, no files, little memory, little time.

`python -m kiosk.document.child FD`: frames of `kiosk.document.job` on the socket FD, a job in, the
sheets or a failure's name out. It ends with its parent or with the socket.

Source: unshare(2), prctl(2), setrlimit(2).
"""

import contextlib
import ctypes
import os
import resource
import signal
import socket
import sys

from crypto.errors import CheckFailed
from kiosk.document.job import BadFrame, pack, unpack, unpack_job

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4

CPU_S = 60
"""Of the whole life of the process: a job takes a fraction of a second."""
MEMORY_BYTES = 2 * 1024**3
"""Of address space; fonts, PDFium and pyHanko map about half of it."""
SPARE_FILES = 2


def main(fd: int) -> None:
    """Serve jobs until the socket ends."""
    networkless = _shut_in()
    # The parsers load slowly, and must be here before files can no longer be opened.
    from kiosk.document.glyphs import Reference, find
    from kiosk.document.inspect import inspect

    reference = Reference(find())
    _limit(fd)
    with socket.socket(fileno=fd) as parent:
        parent.sendall(pack({"ready": 1, "network": "none" if networkless else "host"}))
        while True:
            try:
                header, blob = unpack(lambda size: _read(parent, size))
                parent.sendall(pack({"ok": 1}, inspect(unpack_job(header, blob), reference)))
            except CheckFailed as failed:
                parent.sendall(pack({"failure": failed.failure}))
            except MemoryError:
                parent.sendall(pack({"failure": "document.too_complex"}))
            except (BadFrame, EOFError):
                return


def _shut_in() -> bool:
    """Die with the parent, leave no core, and leave the network; True when that was allowed."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    flags = _CLONE_NEWNET if os.geteuid() == 0 else _CLONE_NEWNET | _CLONE_NEWUSER
    left: int = libc.unshare(flags)
    return left == 0


def _limit(fd: int) -> None:
    """No new files, no larger ones, no core; bounded time and memory."""
    limits = (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_NOFILE, fd + 1 + SPARE_FILES),
    )
    for what, most in limits:
        with contextlib.suppress(ValueError, OSError):  # A lower hard limit is as good.
            resource.setrlimit(what, (most, most))


def _read(parent: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = parent.recv(min(size - len(data), 1 << 20))
        if not part:
            raise EOFError
        data += part
    return bytes(data)


if __name__ == "__main__":
    main(int(sys.argv[1]))
