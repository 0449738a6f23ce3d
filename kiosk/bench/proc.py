"""Processes as the kernel counts them: processor time, proportional memory, children.

Source: proc(5), `/proc/PID/stat`, `/proc/PID/smaps_rollup`; sched-stats of the kernel's
documentation for `/proc/PID/task/TID/schedstat`.
"""

import os
from pathlib import Path

_PROC = Path("/proc")
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """Seconds of processor time of a process since it began, user and system.

    In nanoseconds from the scheduler where the kernel keeps them for each thread, since a whole
    idle minute may be a single tick of `/proc/PID/stat`; a thread that ended is then missing.
    """
    try:
        return sum(_thread_ns(task) for task in (_PROC / str(pid) / "task").iterdir()) / 1e9
    except FileNotFoundError:
        return cpu_ticks_s(pid)


def cpu_ticks_s(pid: int) -> float:
    """The same in ticks of 10 ms, threads that ended included."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) * _TICK_S


def pss_mb(pid: int) -> float:
    """A process's memory in MB, each shared page divided among those who share it."""
    for line in (_PROC / str(pid) / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"the kernel says nothing of the memory of process {pid}")


def children(pid: int) -> dict[int, str]:
    """Process ids and command lines of a process's children."""
    found = {}
    for place in _PROC.iterdir():
        if not place.name.isdecimal():
            continue
        try:
            if int(_stat(int(place.name))[1]) == pid:
                words = (place / "cmdline").read_bytes().split(b"\0")
                found[int(place.name)] = b" ".join(words).decode(errors="replace").strip()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
    return found


def _stat(pid: int) -> list[str]:
    """The fields after the name, which may hold anything."""
    return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def _thread_ns(task: Path) -> int:
    return int((task / "schedstat").read_text().split()[0])
