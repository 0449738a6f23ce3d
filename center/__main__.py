"""`kiosk-center`: the centre, its municipality, their certificate authorities."""

import argparse
from collections.abc import Sequence

from center import cli
from center.antiforgery import calibrate, viewer
from center.antiforgery.channel import command as channel_command
from center.clock import SystemClock
from center.inquiry import cli as inquiry_cli
from center.pki import cli as pki_cli


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="kiosk-center", description=__doc__)
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    cli.add_parser(subparsers)
    calibrate.add_parser(subparsers)
    viewer.add_parser(subparsers)
    channel_command.add_parser(subparsers)
    inquiry_cli.add_parser(subparsers)
    pki_cli.add_parser(subparsers)
    parsed = parser.parse_args(arguments)
    status: int = parsed.run(parsed, SystemClock().utc())
    return status


if __name__ == "__main__":
    raise SystemExit(main())
