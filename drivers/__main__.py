"""`kiosk-drivers`: the devices from the command line. Each device kind brings its own commands."""

import argparse
import os
import sys
from collections.abc import Sequence

from drivers.card import command as card
from drivers.coin import command as coin
from drivers.conformance import command as conformance
from drivers.workbench import command as workbench

KINDS = (
    card.add_commands,
    coin.add_commands,
    conformance.add_commands,
    workbench.add_commands,
)
"""What adds a kind's commands to the parser; each sets `run` to a function of the arguments."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit status: 0, or 1 with a sentence on standard error."""
    parser = argparse.ArgumentParser(prog="kiosk-drivers", description="The kiosk's devices.")
    kinds = parser.add_subparsers(required=True, metavar="DEVICE")
    for add_commands in KINDS:
        add_commands(kinds)
    chosen = parser.parse_args(arguments)
    try:
        status: int = chosen.run(chosen)
    except BrokenPipeError:
        # Whoever read our output (head, less) has gone; the interpreter must not complain of it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status


if __name__ == "__main__":
    sys.exit(main())
