"""`python -m tests.kiosk.document.probe FD`: the child process with hands instead of parsers.

Confined by the very calls of `kiosk.document.child`; each job names what to try (in its document),
and the answer says what became of it.
"""

import ctypes
import errno
import mmap
import os
import resource
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from kiosk.document.child import SOCKET, confine, lowest, serve
from kiosk.document.confinement import Confinement, leave_network, limit
from kiosk.document.job import Job

HERE = Path(__file__)


def _open_file() -> None:
    HERE.read_bytes()


def _write_file() -> None:
    Path("/tmp/k-probe").write_bytes(b"x")


def _connect() -> None:
    with socket.socket() as line:
        line.connect(("127.0.0.1", 9))


def _unix_socket() -> None:
    socket.socketpair()


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _execute() -> None:
    os.execv("/bin/true", ["true"])  # noqa: S606 - it must not run


def _kill() -> None:
    os.kill(os.getppid(), 0)


def _look_at_parent() -> None:
    (Path("/proc") / str(os.getppid()) / "environ").read_bytes()


def _trace() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(16, os.getppid(), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")


def _new_code() -> None:
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)


def _leave_limits() -> None:
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (9999, 9999))
    except ValueError as refused:  # So Python words the kernel's EPERM.
        raise OSError(errno.EPERM, str(refused)) from None


def _memory() -> None:
    bytearray(400 * 1024 * 1024)


def _spin() -> None:
    while True:
        pass


def _nothing() -> None:
    """What may be done: compute, and answer."""
    bytearray(8 * 1024 * 1024)


TRIES: dict[str, Callable[[], None]] = {
    name[1:]: act
    for name, act in list(globals().items())
    if name.startswith("_") and not name.startswith("__") and callable(act)
}


def attempt(job: Job) -> bytes:
    """What came of the try named in the document."""
    try:
        TRIES[job.document.decode()]()
    except OSError as error:
        return errno.errorcode[error.errno or 0].encode()
    except MemoryError:
        return b"MemoryError"
    return b"done"


if __name__ == "__main__":
    left = leave_network()
    with lowest(int(sys.argv[1])) as parent:
        if "limits alone" in sys.argv[2:]:
            limit(descriptors=SOCKET + 1)
            serve(parent, attempt, Confinement(left, calls=False))
        else:
            serve(parent, attempt, Confinement(left, confine()))
