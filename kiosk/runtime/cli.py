"""`kiosk run`: the terminal itself, until SIGTERM or Ctrl-C."""

import argparse
import logging
import sys
from pathlib import Path
from typing import Any

from kiosk.runtime.spawn import UNFIT, Spawned, spawn, visit_command

__all__ = ["UNFIT", "add_parser", "run"]


def add_parser(subparsers: Any) -> None:
    """Mount `run`; it sets `run(arguments) -> status`."""
    parser = subparsers.add_parser("run", help="run the terminal")
    parser.add_argument("--config", type=Path, required=True, help="the terminal's firmware.toml")
    parser.add_argument("--verbose", action="store_true", help="log every step of the table")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve. Status 0 after an orderly end, 3 when configuration or journal are unfit."""
    logging.basicConfig(
        level=logging.DEBUG if arguments.verbose else logging.INFO,
        format="%(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    first = spawn(visit_command(str(arguments.config)))
    try:
        return _serve(arguments.config, first)
    finally:
        first.end()


def _serve(path: Path, first: Spawned) -> int:
    from drivers.errors import DeviceError
    from kiosk.config import ConfigError, load
    from kiosk.journal.reader import JournalDamaged
    from kiosk.journal.writer import JournalBusy
    from kiosk.runtime.board import build_supervisor, clock_of
    from kiosk.runtime.notify import Notifier

    try:
        config = load(path)
        clock = clock_of(config)
        supervisor, booted = build_supervisor(path, config, clock, first)
    except (ConfigError, JournalDamaged, JournalBusy, DeviceError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return UNFIT
    supervisor.stop_on_signals()
    reason = supervisor.run(booted, Notifier(clock))
    logging.getLogger(__name__).info("ended: %s", reason)
    return 0
