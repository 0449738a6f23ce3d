"""`kiosk`: run · check · calibrate · stock · case · exchange · journal · draw · shots · demo."""

import argparse
import importlib
import sys
from collections.abc import Sequence

_PARTS = {
    "run": "kiosk.runtime.cli",
    "check": "kiosk.readiness",
    "calibrate": "kiosk.calibrate",
    "stock": "kiosk.runtime.attendant_cli",
    "case": "kiosk.runtime.attendant_cli",
    "exchange": "kiosk.runtime.attendant_cli",
    "journal": "kiosk.journal.cli",
    "draw": "kiosk.draw",
    "shots": "kiosk.shots",
    "demo": "kiosk.demo.cli",
}
"""Subcommand -> the module whose `add_parser` mounts it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one subcommand; its status."""
    words = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(prog="kiosk", description=__doc__)
    subparsers = parser.add_subparsers(dest="command", required=True)
    for module in _modules(words):
        importlib.import_module(module).add_parser(subparsers)
    given = parser.parse_args(words)
    status: int = given.run(given)
    return status


def _modules(words: Sequence[str]) -> Sequence[str]:
    """The part that is asked for; all of them for the overview. A terminal loads no tools."""
    asked = _PARTS.get(words[0]) if words else None
    return (asked,) if asked else tuple(dict.fromkeys(_PARTS.values()))


if __name__ == "__main__":
    sys.exit(main())
