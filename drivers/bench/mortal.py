"""Child processes that do not outlive whoever started them, not even if that one is killed.

The kernel sends the parent-death signal when the *thread* that forked has ended, not the process;
so a thread stays behind for exactly as long as the child runs. SIGKILL, since a child that is
stopped or hangs would not obey anything else. What the child has started itself must see to its
own end: a terminal's visits by their link, its spooler and a private pcscd in the same way as here.

Source: prctl(2) PR_SET_PDEATHSIG, setpriv(1), waitid(2) WNOWAIT.
"""

import os
import queue
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from drivers.clock import SystemClock

_LAUNCHER = ("setpriv", "--pdeathsig", "KILL", "--")
_LOOK_S = 0.001
_PROMISE_S = 2.0
_Started = queue.SimpleQueue[subprocess.Popen[bytes] | BaseException]


def spawn_mortal(command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
    """`subprocess.Popen(command, **options)` whose process ends with this one, however it ends.

    From any thread, which may end before. The process id is that of `command` itself. A command
    that is not there ends with status 127. Raises what `Popen` raises.
    """
    started: _Started = queue.SimpleQueue()
    keeper = threading.Thread(
        target=_keep, args=(command, options, started), name="mortal", daemon=True
    )
    keeper.start()
    made = started.get()
    if isinstance(made, BaseException):
        raise made
    return made


def _await_promise(pid: int, command: Sequence[str]) -> None:
    """Until the launcher has asked for the signal, which is when it has become the command.

    A script may never show its own words as its command line; it is not waited for without end.
    """
    clock = SystemClock()
    until_s = clock.monotonic_s() + _PROMISE_S
    words = "\0".join((*command, "")).encode()
    with suppress(OSError):
        while (seen := Path(f"/proc/{pid}/cmdline").read_bytes()) != words:
            # One that has ended already has no command line, nor has one that is just beginning.
            if (not seen and _ended(pid)) or clock.monotonic_s() > until_s:
                return
            clock.sleep(_LOOK_S)


def _ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None


def _keep(command: Sequence[str], options: dict[str, Any], started: _Started) -> None:
    try:
        process = subprocess.Popen([*_LAUNCHER, *command], **options)
    except BaseException as error:  # noqa: BLE001 - handed to the thread that asked, which raises it
        started.put(error)
        return
    _await_promise(process.pid, command)
    started.put(process)
    # Only waited for: its status is left to whoever asked for it.
    with suppress(ChildProcessError):
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
