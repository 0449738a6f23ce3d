"""Starting the process of a visit. Light to import.

`kiosk run` starts the first one before it reads its own configuration, so that both processes
load side by side and the first screen comes in half the time.
"""

import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

UNFIT = 3
"""Exit status for what another start would not mend; the systemd unit does not restart on it."""


@dataclass(frozen=True, slots=True)
class Spawned:
    """A process that loads, and our end of its link."""

    process: subprocess.Popen[bytes] = field(repr=False)
    ours: socket.socket = field(repr=False)

    def end(self) -> None:
        """Kill it; it is gone on return. Idempotent."""
        self.ours.close()
        self.process.kill()
        self.process.wait()


def visit_command(config: str) -> tuple[str, ...]:
    """How a visit process is started."""
    return (sys.executable, "-m", "kiosk.runtime.visit", "--config", config)


def spawn(command: Sequence[str]) -> Spawned:
    """Start `command` with `--link-fd N` appended. Raises OSError."""
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            process = subprocess.Popen(
                [*command, "--link-fd", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
    except BaseException:
        ours.close()
        raise
    return Spawned(process, ours)
