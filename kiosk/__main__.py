"""`kiosk`: run · check · stock · case · journal · draw · shots · demo."""

import argparse
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one subcommand; its status."""
    # Imported here, so that `kiosk.runtime.visit` never pays for the tools.
    from kiosk import draw, readiness, shots
    from kiosk.demo import cli as demo
    from kiosk.journal import cli as journal
    from kiosk.runtime import attendant_cli as attendant
    from kiosk.runtime import cli as terminal

    parser = argparse.ArgumentParser(prog="kiosk", description=__doc__)
    subparsers = parser.add_subparsers(dest="command", required=True)
    for part in (terminal, readiness, attendant, journal, draw, shots, demo):
        part.add_parser(subparsers)
    given = parser.parse_args(arguments)
    status: int = given.run(given)
    return status


if __name__ == "__main__":
    sys.exit(main())
