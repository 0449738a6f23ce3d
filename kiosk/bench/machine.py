"""What the figures were measured on, and what else the machine did meanwhile."""

import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path

import kiosk


@dataclass(frozen=True, slots=True)
class Machine:
    """Said at the head of the report."""

    processor: str
    cores: int
    memory_gb: float
    system: str
    python: str
    commit: str


def this_machine() -> Machine:
    """The machine and the commit this process runs on."""
    return Machine(
        processor=_field(Path("/proc/cpuinfo"), "model name") or platform.machine(),
        cores=len(os.sched_getaffinity(0)),
        memory_gb=int(_field(Path("/proc/meminfo"), "MemTotal").split()[0]) / 1024 / 1024,
        system=platform.freedesktop_os_release().get("PRETTY_NAME", platform.system()),
        python=platform.python_version(),
        commit=_commit(),
    )


def load_average() -> float:
    """Processes that ran or wanted to, on average over the last minute."""
    return os.getloadavg()[0]


def _field(file: Path, name: str) -> str:
    for line in file.read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""


def _commit() -> str:
    """The short name of the commit, with a mark if the tree is not as committed."""
    tree = Path(kiosk.__path__[0]).parent
    try:
        said = subprocess.run(
            ["git", "-C", str(tree), "describe", "--always", "--dirty", "--exclude=*"],
            capture_output=True,
            check=True,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return said.stdout.strip()
