"""Renews an identity again and again, killing itself at another point each time.

`test_identity` starts it and writes numbers of points to it. For each it forks; the fork renews
and kills itself at that point, and how it ended is written back. Points are before and after
everything that can be seen from outside: each request to the centre, each file opened, flushed
to the disk, renamed or removed.
"""

import os
import pickle
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drivers.clock import VirtualClock
from kiosk.center_client import CenterConfig, CentreLine
from kiosk.identity import Identity
from tests.kiosk.centre_at_work import NOON


class Points:
    """Counts them; does not come back from the chosen one."""

    def __init__(self, last: int) -> None:
        self._left = last

    def passed(self) -> None:
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1

    def around(self, where: Any, name: str) -> None:
        done: Callable[..., Any] = getattr(where, name)

        def watched(*arguments: Any, **options: Any) -> Any:
            self.passed()
            answer = done(*arguments, **options)
            self.passed()
            return answer

        setattr(where, name, watched)


def renew(config: CenterConfig, last: int) -> int:
    """One renewal that may not live to its end; the exit status of one that does."""
    identity = Identity(config, VirtualClock(NOON))
    points = Points(last)
    for where, name in (
        (CentreLine, "post"), (os, "open"), (os, "fsync"), (Path, "replace"), (Path, "unlink"),
    ):  # fmt: skip
        points.around(where, name)
    return 0 if identity.renew().switched else 3


def main(config: CenterConfig) -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            status = 4
            try:
                status = renew(config, int(line))
            finally:
                os._exit(status)
        _, ended = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(ended), flush=True)


if __name__ == "__main__":
    main(pickle.loads(Path(sys.argv[1]).read_bytes()))  # noqa: S301  # the test's own file
