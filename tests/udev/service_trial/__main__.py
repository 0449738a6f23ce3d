"""The service units under a real systemd: `make service-trial` prints what was seen, as Markdown.

Boots systemd in a container over this machine's own files (writes stay in memory), installs the
units as docs/operations/installing.md says, and works the terminal with virtual devices. Needs
root and Debian's systemd-container. A few minutes.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import cryptography

from tests.udev.service_trial.steps import STEPS

_ROOT: Final = Path(__file__).parents[3]
_CONTAINER: Final = Path(__file__).with_name("container.sh")
_NEEDED: Final = {
    "systemd-nspawn": "systemd-container",
    "Xvfb": "xvfb",
    "xauth": "xauth",
    "pcscd": "pcscd",
    "cupsd": "cups-daemon",
}
_HIERARCHIES: Final = ("systemd", "unified")
"""Where a machine that systemd did not boot keeps cgroups of both versions."""
_CGROUPS: Final = Path("/sys/fs/cgroup")
_LIMIT_S: Final = 1200


def main() -> int:
    """Status 0 if every step held, 2 if it cannot be tried here."""
    python = Path("/usr/bin") / f"python{sysconfig.get_python_version()}"
    missing = [package for program, package in _NEEDED.items() if shutil.which(program) is None]
    if os.geteuid() != 0 or missing or not python.exists():
        sys.stderr.write(
            f"This needs root, {python} (homes are hidden from the service), and the packages: "
            f"{' '.join(_NEEDED.values())}; missing: {' '.join(missing) or 'none'}.\n"
        )
        return 2
    out = Path(tempfile.mkdtemp(prefix="k"))
    try:
        _boot(python, out)
        return _report(out)
    finally:
        shutil.rmtree(out, ignore_errors=True)


def _boot(python: Path, out: Path) -> None:
    """Boot it, and wait until it has switched itself off."""
    site = Path(cryptography.__file__).parents[1]
    command = [
        *("unshare", "--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"),
        *(str(_CONTAINER), str(_ROOT), str(site), str(python), str(out)),
    ]
    with _own_cgroups() as enter, (out / "console.log").open("wb") as log:
        subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False,
            timeout=_LIMIT_S, preexec_fn=enter,
        )  # fmt: skip


@contextmanager
def _own_cgroups() -> Iterator[object]:
    """Where nobody gives out cgroups: one of our own, entered by the function that is yielded."""
    made = [_CGROUPS / name / f"kiosk-trial-{os.getpid()}" for name in _HIERARCHIES]
    made = [] if Path("/run/systemd/system").exists() else [p for p in made if p.parent.is_dir()]
    for path in made:
        path.mkdir()

    def enter() -> None:
        for path in made:
            (path / "cgroup.procs").write_text("0", encoding="ascii")

    try:
        yield enter
    finally:
        for path in made:
            for below in sorted(path.glob("**/"), reverse=True):
                with suppress(OSError):
                    below.rmdir()


def _report(out: Path) -> int:
    seen = out / "seen.jsonl"
    lines = seen.read_text(encoding="utf-8").splitlines() if seen.exists() else []
    rows = [json.loads(line) for line in lines]
    version = subprocess.run(
        ["systemctl", "--version"], capture_output=True, text=True, check=True
    ).stdout.splitlines()[0]
    print(f"{version}\n\n| | seen | held |\n| --- | --- | --- |")
    for row in rows:
        print(f"| {row['step']} | {row['seen']} | {'yes' if row['held'] else 'NO'} |")
    if len(rows) == len(STEPS) and all(row["held"] for row in rows):
        return 0
    for name in ("console.log", "trial.log", "journal.log"):
        path = out / name
        if path.exists():
            tail = path.read_text(encoding="utf-8", errors="replace").splitlines()[-60:]
            sys.stderr.write("\n".join((f"--- {name}", *tail, "")))
    return 1


if __name__ == "__main__":
    sys.exit(main())
