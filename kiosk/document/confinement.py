"""What a process gives up before it reads a stranger's bytes: network, files, processes, memory.

Three nets, each of which holds alone. Limits of the kernel on memory, time, files and output;
a network namespace with nothing in it; and a filter of system calls that leaves reading and
writing what is already open, memory, and ending. What the kernel does not grant is not pretended:
`Confinement` says what holds, the child tells its parent, and `kiosk check` shows it.

Nothing here can be undone; call it only in a process made for the purpose.

Source: unshare(2), prctl(2), seccomp(2), setrlimit(2), setitimer(2); Linux 5.15, x86_64 and arm64.
"""

import ctypes
import os
import platform
import resource
import signal
import struct
from dataclasses import asdict, dataclass

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWIPC = 0x08000000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2

JOB_CPU_S = 2.0
"""Of one copy; a real one takes some fifty milliseconds."""
LIFE_CPU_S = 120
"""Of the whole process: a net below the net."""
MEMORY_BYTES = 300 * 1024**2
"""What may ever be resident. The kernel limits address space only, of which the parsers have more
than they use; so they may map what is left to this, less what they may still bring into memory."""
UNTOUCHED_BYTES = 64 * 1024**2
"""Of what is mapped and not resident, at most: the rest of the font, and of the libraries."""


@dataclass(frozen=True, slots=True)
class Confinement:
    """What the kernel granted."""

    network: bool
    """There is no network but an empty one."""
    calls: bool
    """System calls are filtered: no socket, no file, no other process, no new code."""

    @property
    def enough(self) -> bool:
        """Without either, a fault in a parser would be a way out of the terminal."""
        return self.network or self.calls

    def as_header(self) -> dict[str, object]:
        """For a frame to the parent."""
        return {name: int(holds) for name, holds in asdict(self).items()}


def leave_network() -> bool:
    """Die with the parent, leave no core, leave the network; True when that was allowed."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    flags = _CLONE_NEWNET | _CLONE_NEWIPC
    if os.geteuid() != 0:
        flags |= _CLONE_NEWUSER
    left: int = libc.unshare(flags)
    return left == 0


def limit(*, descriptors: int) -> None:
    """No new files, none written, no core, no other process; bounded memory and time.

    `descriptors`: how many are in use. A limit that was lower already stays.
    """
    limits = (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, descriptors),
        (resource.RLIMIT_CPU, LIFE_CPU_S),
        (resource.RLIMIT_AS, _pages(_MAPPED) + MEMORY_BYTES - UNTOUCHED_BYTES - _pages(_RESIDENT)),
    )
    for what, most in limits:
        _, hard = resource.getrlimit(what)
        lower = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (lower, lower))


def watch_job() -> None:
    """From here on this process has `JOB_CPU_S` of CPU before the kernel ends it."""
    signal.setitimer(signal.ITIMER_PROF, JOB_CPU_S)


def filter_calls() -> bool:
    """Let no system call through but those of `_CALLS`; True when the kernel does it.

    Everything else fails with EPERM; a call of another architecture ends the process.
    """
    known = _ARCHITECTURES.get(platform.machine())
    if known is None:
        return False
    program = _program(*known)
    libc = ctypes.CDLL(None, use_errno=True)
    held = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(held))
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    set_up: int = libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0)
    return set_up == 0


_MAPPED, _RESIDENT = 0, 1


def _pages(field: int) -> int:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - a file of the kernel
        return int(file.read().split()[field]) * resource.getpagesize()


# --- the filter -----------------------------------------------------------------------------

_X32 = 0x40000000
_PROT_EXEC = 4
_AT_NUMBER, _AT_ARCHITECTURE, _AT_THIRD = 0, 4, 32
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050001, 0x80000000
"""Let it through; fail with EPERM (1); end the process."""

_CALLS = (
    "read", "write", "recvfrom", "sendto", "close", "lseek", "fstat", "newfstatat",
    "munmap", "mremap", "madvise", "brk", "futex",
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "setitimer",
    "clock_gettime", "clock_nanosleep", "getrandom", "getpid", "gettid", "sched_yield",
    "exit", "exit_group",
)  # fmt: skip
"""What is left: the socket that is open, memory, time, the end. `fstat` and `newfstatat` ask
about a path or descriptor and open nothing."""
_MAPPING = ("mmap", "mprotect")
"""Let through unless they would make new code executable."""
_NUMBERS: dict[str, tuple[int, int]] = {
    "read": (0, 63), "write": (1, 64), "close": (3, 57), "fstat": (5, 80), "lseek": (8, 62),
    "mmap": (9, 222), "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214),
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "sched_yield": (24, 124), "mremap": (25, 216), "madvise": (28, 233), "setitimer": (38, 103),
    "getpid": (39, 172), "sendto": (44, 206), "recvfrom": (45, 207), "exit": (60, 93),
    "sigaltstack": (131, 132), "gettid": (186, 178), "futex": (202, 98),
    "clock_gettime": (228, 113), "clock_nanosleep": (230, 115), "exit_group": (231, 94),
    "newfstatat": (262, 79), "getrandom": (318, 278),
}  # fmt: skip
"""Call -> its number on x86_64 and on arm64. Source: Linux, arch/x86/entry/syscalls/syscall_64.tbl
and include/uapi/asm-generic/unistd.h."""
_ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
"""Machine -> its AUDIT_ARCH, and its column in `_NUMBERS`."""


def _program(architecture: int, column: int) -> bytes:
    """The filter as instructions of classic BPF."""
    allowed = [_NUMBERS[call][column] for call in _CALLS]
    mapping = [_NUMBERS[call][column] for call in _MAPPING]
    checks = [_jump(_EQUAL, number, len(allowed) - place + 4) for place, number in
              enumerate(allowed)]  # fmt: skip
    return b"".join([
        _step(_LOAD, _AT_ARCHITECTURE),
        _jump(_EQUAL, architecture, 1),
        _step(_RETURN, _KILL),
        _step(_LOAD, _AT_NUMBER),
        _jump(_AT_LEAST, _X32, 0, 1),
        _step(_RETURN, _KILL),
        *checks,
        _jump(_EQUAL, mapping[0], 2),
        _jump(_EQUAL, mapping[1], 1),
        _step(_RETURN, _REFUSE),
        _step(_LOAD, _AT_THIRD),
        _jump(_ANY_BIT, _PROT_EXEC, 1),
        _step(_RETURN, _ALLOW),
        _step(_RETURN, _REFUSE),
    ])  # fmt: skip


def _step(code: int, value: int) -> bytes:
    return struct.pack("=HBBI", code, 0, 0, value)


def _jump(code: int, value: int, then: int, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, then, otherwise, value)
