"""`kiosk-center inquiry`: the inquiry site, on loopback; a proxy before it speaks TLS."""

import argparse
import asyncio
import datetime
import json
import logging
import os
import signal
from pathlib import Path
from typing import Any

from center.clock import SystemClock
from center.http.server import LOOPBACK, Listener, Servers, bind, port_of
from center.inquiry.app import Site, inquiry_app
from center.inquiry.pool import Pool
from center.inquiry.rates import Allowance, Rates
from center.pki.layout import State, default_state


def add_parser(subparsers: Any) -> None:
    """Mount the command."""
    parser = subparsers.add_parser("inquiry", help="run the site that reads backs of certificates")
    parser.add_argument("--state", type=Path, help="state directory (default: the demo's)")
    parser.add_argument("--port", type=int, default=0, help="on loopback; 0 takes a free one")
    parser.add_argument("--workers", type=int, default=2, help="uploads that are read at once")
    parser.add_argument("--burst", type=int, default=12, help="uploads at once from one address")
    parser.add_argument("--ports-file", type=Path, help="write the port there as JSON when ready")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace, _at: datetime.datetime) -> int:
    logging.basicConfig(level=logging.INFO, format="%(name)s %(levelname)s %(message)s")
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    asyncio.run(_serve(arguments))
    return 0


async def _serve(arguments: argparse.Namespace) -> None:
    state = State(arguments.state) if arguments.state else default_state()
    pool = Pool(state.scramble, arguments.workers)
    try:
        await pool.begin()
        clock = SystemClock()
        site = Site(pool, Rates(Allowance(arguments.burst)), lambda: clock.utc().timestamp())
        bound = bind(arguments.port)
        servers = Servers([Listener(inquiry_app(site), bound)])
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
