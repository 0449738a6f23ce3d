"""All hostile documents; `python -m tests.kiosk.document.hostile.corpus` prints what each costs.

One after the other in one child process, confined as in a visit. Prints Markdown; exit status 0
when each was refused by the check that should, within two seconds of CPU, and the child never held
more than 300 MB.
"""

import datetime
import shutil
import sys
import tempfile
from dataclasses import dataclass
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
from tests.kiosk.document.hostile.fonts import FONTS
from tests.kiosk.document.hostile.marks import MARKS
from tests.kiosk.document.hostile.objects import OBJECTS
from tests.kiosk.document.hostile.pages import PAGES
from tests.kiosk.document.hostile.placed import PLACED
from tests.kiosk.document.papers import Press

CORPUS: tuple[Hostile, ...] = (*FILES, *OBJECTS, *PAGES, *FONTS, *PLACED, *MARKS)
_MIB = 1024 * 1024


def peak_bytes(pid: int) -> int:
    """The most memory that was ever resident in a process."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    (line,) = (one for one in lines if one.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def cpu_s(pid: int) -> float:
    """CPU of a process's first thread so far; the child has no other."""
    return int(Path(f"/proc/{pid}/schedstat").read_text("ascii").split()[0]) / 1e9


def main() -> int:
    """Measure and print."""
    root = Path(tempfile.mkdtemp(prefix="k"))
    try:
        make(State(root), NOON.astimezone(datetime.UTC))
        press = Press(State(root))
        with Examiner() as child:
            child.confinement()
            at_rest = peak_bytes(child.pid)
            rows = [_measured(hostile, press, child) for hostile in CORPUS]
            peak = peak_bytes(child.pid)
    finally:
        shutil.rmtree(root)
    sys.stdout.write("| tries | refused by | ms | CPU ms |\n| --- | --- | --- | --- |\n")
    for row in rows:
        sys.stdout.write(
            f"| {row.name} | `{row.failure}` | {row.wall_s * 1000:.0f} | {row.cpu_s * 1000:.0f} |\n"
        )
    good = sum(row.good for row in rows)
    wall, cpu = max(row.wall_s for row in rows), max(row.cpu_s for row in rows)
    sys.stdout.write(
        f"\n{good} of {len(rows)} refused by the check that should; at most {wall:.2f} s, "
        f"{cpu:.2f} s of CPU; {at_rest // _MIB} MB at rest, never more than {peak // _MIB} MB\n"
    )
    return int(good != len(rows) or cpu > JOB_CPU_S or peak > MEMORY_BYTES)


@dataclass(frozen=True)
class _Row:
    name: str
    failure: str
    wall_s: float
    cpu_s: float
    good: bool


def _measured(hostile: Hostile, press: Press, child: Examiner) -> _Row:
    job = hostile.make(press)
    before, began = cpu_s(child.pid), stopwatch()
    try:
        child.examine(job)
        failure = "passed"
    except CheckFailed as refused:
        failure = refused.failure
    wall = stopwatch() - began
    if child.ended() is not None:
        raise SystemExit(f"the child was killed by {hostile.name}")
    spent = cpu_s(child.pid) - before
    return _Row(hostile.name, failure, wall, spent, failure == hostile.failure)


if __name__ == "__main__":
    raise SystemExit(main())
