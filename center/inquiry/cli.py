"""`kiosk-center inquiry`: the inquiry site, on loopback; a proxy before it speaks TLS."""

import argparse
import asyncio
import datetime
import json
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any

from center.antiforgery.keyring import open_readers
from center.antiforgery.scramble.keys import KeyUnknown
from center.cell import leave_no_core
from center.clock import stopwatch
from center.http.server import LOOPBACK, Listener, Servers, bind, port_of
from center.inquiry.app import Site, forwarded, inquiry_app, peer
from center.inquiry.pool import NotStarted, Pool
from center.inquiry.rates import Allowance, Rates
from center.pki.layout import State, default_state

_CONNECTIONS_MAX = 400
"""Far below the files a process may have open; a page takes a few, an upload one."""
_NO_KEYS = """\
No keys of scramble images are in {place}, so no certificate could be read.
Give the centre's state directory (--state); it has keys once the centre has run there."""
_NOT_STARTED = "The processes that read uploads do not start here. Memory or rights may be missing."
_SWAPS = """\
This machine swaps: what is in memory may reach a disk. For uploads to reach none, switch swap off
(swapoff -a), encrypt it, or run the site in a unit with MemorySwapMax=0."""

log = logging.getLogger("center.inquiry")


def add_parser(subparsers: Any) -> None:
    """Mount the command."""
    parser = subparsers.add_parser("inquiry", help="run the site that reads backs of certificates")
    parser.add_argument("--state", type=Path, help="state directory (default: the demo's)")
    parser.add_argument("--port", type=int, default=0, help="on loopback; 0 takes a free one")
    parser.add_argument("--workers", type=int, default=2, help="uploads that are read at once")
    parser.add_argument("--burst", type=int, default=12, help="uploads at once from one address")
    parser.add_argument(
        "--behind-proxy", action="store_true",
        help="rates go by the last address in X-Forwarded-For, which the proxy must set",
    )  # fmt: skip
    parser.add_argument("--ports-file", type=Path, help="write the port there as JSON when ready")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace, _at: datetime.datetime) -> int:
    logging.basicConfig(level=logging.INFO, format="%(name)s %(levelname)s %(message)s")
    # A line for each malformed request would let strangers fill the disk.
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
    state = State(arguments.state) if arguments.state else default_state()
    try:
        open_readers(state.scramble)[0].current()
    except KeyUnknown:
        print(_NO_KEYS.format(place=state.scramble), file=sys.stderr)  # noqa: T201  # the answer
        return 1
    leave_no_core()
    if swaps(Path("/proc/swaps").read_text("ascii"), _own_swap()):
        log.warning(_SWAPS)
    try:
        asyncio.run(_serve(arguments, state))
    except NotStarted:
        print(_NOT_STARTED, file=sys.stderr)  # noqa: T201  # the command's answer
        return 1
    return 0


def swaps(listed: str, own_limit: str) -> bool:
    """Whether memory of this process may be written to a swap device.

    `listed`: /proc/swaps, a head and a line for each device. `own_limit`: memory.swap.max of the
    process's control group.
    """
    return len(listed.splitlines()) > 1 and own_limit.strip() != "0"


def _own_swap() -> str:
    group = Path("/proc/self/cgroup").read_text("utf-8").splitlines()[-1].rpartition(":")[2]
    limit = Path(f"/sys/fs/cgroup{group}/memory.swap.max")
    return limit.read_text("ascii") if limit.is_file() else ""


async def _serve(arguments: argparse.Namespace, state: State) -> None:
    pool = Pool(state.scramble, arguments.workers)
    try:
        await pool.begin()
        sender = forwarded if arguments.behind_proxy else peer
        site = Site(pool, Rates(Allowance(arguments.burst)), stopwatch, sender)
        bound = bind(arguments.port)
        servers = Servers([Listener(inquiry_app(site), bound, connections=_CONNECTIONS_MAX)])
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, servers.stop)
        port = port_of(bound)
        await servers.serve(lambda: _announce(port, arguments.ports_file))
    finally:
        pool.end()


def _announce(port: int, ports_file: Path | None) -> None:
    text = json.dumps({"inquiry": port})
    if ports_file is not None:
        # Whoever waits for the file must never read half of it.
        half = ports_file.with_name(f".{ports_file.name}.{os.getpid()}")
        half.write_text(text + "\n", "utf-8")
        half.replace(ports_file)
    print(f"http://{LOOPBACK}:{port}/", flush=True)  # noqa: T201  # the command's answer
