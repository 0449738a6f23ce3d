"""All hostile documents; `python -m tests.kiosk.document.hostile.corpus` prints what each costs.

Each in a child process of its own, as a visit has one, so that the memory is its own too. Prints
Markdown; exit status 0 when each was refused by the check that should, within two seconds of CPU
and 300 MB.
"""

import datetime
import shutil
import sys
import tempfile
from pathlib import Path

from center.clock import stopwatch
from center.pki.layout import State
from center.pki.make import make
from crypto.errors import CheckFailed
from kiosk.document.confinement import JOB_CPU_S, MEMORY_BYTES
from kiosk.document.examiner import Examiner
from tests.kiosk.centre_at_work import NOON
from tests.kiosk.document.hostile.case import Hostile
from tests.kiosk.document.hostile.files import FILES
from tests.kiosk.document.hostile.marks import MARKS
from tests.kiosk.document.hostile.objects import OBJECTS
from tests.kiosk.document.hostile.pages import PAGES
from tests.kiosk.document.papers import Press

CORPUS: tuple[Hostile, ...] = (*FILES, *OBJECTS, *PAGES, *MARKS)
_MIB = 1024 * 1024
_TICK_S = 0.01


def peak_bytes(pid: int) -> int:
    """The most memory that was ever resident in a process."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    (line,) = (one for one in lines if one.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def cpu_s(pid: int) -> float:
    """CPU of a process so far, in steps of the kernel's hundredth."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK_S


def main() -> int:
    """Measure and print."""
    root = Path(tempfile.mkdtemp(prefix="k"))
    try:
        make(State(root), NOON.astimezone(datetime.UTC))
        press = Press(State(root))
        rows = [_measured(hostile, press) for hostile in CORPUS]
    finally:
        shutil.rmtree(root)
    sys.stdout.write("| tries | refused by | ms | CPU ms | MB |\n| --- | --- | --- | --- | --- |\n")
    for name, failure, wall, cpu, memory, _ in rows:
        figures = f"{wall * 1000:.0f} | {cpu * 1000:.0f} | {memory / _MIB:.0f}"
        sys.stdout.write(f"| {name} | `{failure}` | {figures} |\n")
    most = [max(row[at] for row in rows) for at in (2, 3, 4)]
    good = sum(row[5] for row in rows)
    sys.stdout.write(
        f"\n{good} of {len(rows)} refused by the check that should; at most {most[0]:.2f} s, "
        f"{most[1]:.2f} s of CPU, {most[2] / _MIB:.0f} MB\n"
    )
    return int(good != len(rows))


def _measured(hostile: Hostile, press: Press) -> tuple[str, str, float, float, int, bool]:
    job = hostile.make(press)
    with Examiner() as child:
        child.confinement()
        before, began = cpu_s(child.pid), stopwatch()
        try:
            child.examine(job)
            failure = "passed"
        except CheckFailed as refused:
            failure = refused.failure
        wall = stopwatch() - began
        if child.ended() is not None:
            return hostile.name, f"{failure}, killed", wall, JOB_CPU_S, MEMORY_BYTES, False
        spent, memory = cpu_s(child.pid) - before, peak_bytes(child.pid)
    fits = failure == hostile.failure and spent <= JOB_CPU_S and memory <= MEMORY_BYTES
    return hostile.name, failure, wall, spent, memory, fits


if __name__ == "__main__":
    raise SystemExit(main())
