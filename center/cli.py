"""The commands of the running centre: serve, and what a named person may ask and settle."""

import argparse
import asyncio
import contextlib
import datetime
import json
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any

from center.clock import SystemClock
from center.demo import SERVES, Options, database, prepared
from center.http.server import Servers
from center.pki.layout import State, default_state
from center.store.store import Store


def add_parser(subparsers: Any) -> None:
    """Mount the commands; each sets `run(arguments, at) -> status`."""
    serve = subparsers.add_parser("serve", help="run centre, municipality and OCSP responder")
    _add_state(serve)
    serve.add_argument("--ports-file", type=Path, help="write the ports there as JSON when ready")
    serve.add_argument(
        "--delay", type=float, default=0.0, metavar="S", help="wait before answering"
    )
    serve.add_argument(
        "--clock-offset", type=float, default=0.0, metavar="S", help="shift the clock"
    )
    serve.add_argument(
        "--all-hours", action="store_true", help="the municipality is open round the clock"
    )
    serve.add_argument(
        "--only", choices=sorted(SERVES), default="all", help="what this process serves"
    )
    serve.add_argument(
        "--municipality-port", type=int, default=0, metavar="PORT",
        help="with --only centre: where a process with --only municipality listens",
    )  # fmt: skip
    serve.set_defaults(run=_serve)
    _add(subparsers, "suspended", "list the servers that get no applications", _suspended)
    clear = _add(subparsers, "clear", "end a suspension", _clear)
    clear.add_argument("municipality", metavar="CODE")
    clear.add_argument("server", metavar="SERVER")
    clear.add_argument("--by", type=_name, required=True, metavar="NAME", help="who looked into it")
    reviews = _add(subparsers, "reviews", "list what succeeded after it had failed", _reviews)
    reviews.add_argument("--done", type=int, metavar="NUMBER", help="this one was looked into")
    reviews.add_argument("--by", type=_name, metavar="NAME", help="who looked into it")
    block = _add(subparsers, "block", "admit a terminal no more", _block)
    block.add_argument("terminal", metavar="TERMINAL")
    block.add_argument("--by", type=_name, required=True, metavar="NAME")
    admit = _add(subparsers, "admit", "admit a blocked terminal again", _admit)
    admit.add_argument("terminal", metavar="TERMINAL")
    _add(subparsers, "statistics", "what was delivered where", _statistics)


def _add(subparsers: Any, name: str, says: str, run: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = subparsers.add_parser(name, help=says)
    _add_state(parser)
    parser.set_defaults(run=run)
    return parser


def _add_state(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--state", type=Path, help="state directory (default: the demo's)")


def _state(arguments: argparse.Namespace) -> State:
    return State(arguments.state) if arguments.state else default_state()


def _serve(arguments: argparse.Namespace, _at: datetime.datetime) -> int:
    logging.basicConfig(level=logging.INFO, format="%(name)s %(levelname)s %(message)s")
    # Both name requests by their address; refusals are logged by name in center.http.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    options = Options(
        state=_state(arguments),
        clock=SystemClock(arguments.clock_offset),
        delay_s=arguments.delay,
        all_hours=arguments.all_hours,
        serve=arguments.only,
        municipality_port=arguments.municipality_port,
    )
    with prepared(options) as demo:
        servers = Servers(demo.listeners)
        asyncio.run(_run(servers, demo.ports, arguments.ports_file))
    return 0


async def _run(servers: Servers, ports: dict[str, int], ports_file: Path | None) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, servers.stop)

    def announce() -> None:
        text = json.dumps(ports, sort_keys=True)
        if ports_file is not None:
            # Whoever waits for the file must never read half of it.
            half = ports_file.with_name(f".{ports_file.name}.{os.getpid()}")
            half.write_text(text + "\n", "utf-8")
            half.replace(ports_file)
        print(text, flush=True)  # noqa: T201  # the command's answer

    await servers.serve(announce)


@contextlib.contextmanager
def _store(arguments: argparse.Namespace) -> Any:
    path = database(_state(arguments))
    if not path.exists():
        sys.exit(f"There is no centre's database in {path.parent}; run `kiosk-center serve` first.")
    with contextlib.closing(Store(str(path))) as store:
        yield store


def _name(text: str) -> str:
    """A named person: nothing is settled by nobody."""
    name = text.strip()
    if not name:
        raise argparse.ArgumentTypeError("say who: a name that is not empty")
    return name


def _suspended(arguments: argparse.Namespace, _at: datetime.datetime) -> int:
    with _store(arguments) as store:
        for one in store.suspended():
            _say(f"{one.municipality} {one.server} {one.failure} {one.since}")
    return 0


def _clear(arguments: argparse.Namespace, at: datetime.datetime) -> int:
    with _store(arguments) as store:
        if store.clear(arguments.municipality, arguments.server, arguments.by, int(at.timestamp())):
            return 0
    _say(f"{arguments.municipality} {arguments.server} is not suspended.")
    return 1


def _reviews(arguments: argparse.Namespace, at: datetime.datetime) -> int:
    if (arguments.done is None) != (arguments.by is None):
        sys.exit("Say both: which event with --done, and who looked into it with --by.")
    with _store(arguments) as store:
        if arguments.done is not None:
            if store.reviewed(arguments.done, arguments.by, int(at.timestamp())):
                return 0
            _say(f"Event {arguments.done} is not open.")
            return 1
        for one in store.reviews():
            _say(
                f"{one.number} {one.terminal} {one.municipality or '-'} {one.server or '-'} "
                f"{one.failed_step} {one.failure} {one.failed_at} then {one.step} {one.at}"
            )
    return 0


def _block(arguments: argparse.Namespace, at: datetime.datetime) -> int:
    with _store(arguments) as store:
        store.block(arguments.terminal, arguments.by, int(at.timestamp()))
        known = store.heard_of(arguments.terminal)
    if not known:
        _say(f"{arguments.terminal} is blocked, but never applied here: is that its name?")
    return 0


def _admit(arguments: argparse.Namespace, _at: datetime.datetime) -> int:
    with _store(arguments) as store:
        if store.admit(arguments.terminal):
            return 0
    _say(f"{arguments.terminal} is not blocked.")
    return 1


def _statistics(arguments: argparse.Namespace, _at: datetime.datetime) -> int:
    _say("municipality terminal certificate visits copies kept_yen")
    with _store(arguments) as store:
        for one in store.statistics():
            _say(
                f"{one.municipality} {one.terminal} {one.certificate} "
                f"{one.visits} {one.copies} {one.kept_yen}"
            )
    return 0


def _say(line: str) -> None:
    print(line)  # noqa: T201  # a command's answer
