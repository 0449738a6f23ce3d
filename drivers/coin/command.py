"""`kiosk-drivers coin`: who is on the line, and addresses for a first set-up."""

import argparse
import sys
from typing import Any

from drivers.clock import SystemClock
from drivers.coin.bus import CoinBus
from drivers.coin.discovery import change_address, find_devices, separate
from drivers.coin.framing import Check
from drivers.errors import DeviceError
from drivers.link.serial_port import SerialLine, SerialPort


def add_commands(kinds: Any) -> None:
    """Mount `coin find`, `coin readdress` and `coin separate`; each sets `run`."""
    coin = kinds.add_parser("coin", help="the devices on a ccTalk line")
    words = coin.add_subparsers(required=True, metavar="WORD")
    for name, help_, run in (
        ("find", "who answers at which address", _find),
        ("readdress", "give the device at FROM the address TO", _readdress),
        ("separate", "give devices that share an address others, by chance", _separate),
    ):
        word = words.add_parser(name, help=help_)
        word.add_argument("--port", required=True, help="serial port")
        word.add_argument("--checksum", choices=[c.value for c in Check], default="simple")
        if name != "find":
            word.add_argument("address", type=int, metavar="FROM")
        if name == "readdress":
            word.add_argument("to", type=int, metavar="TO")
        word.set_defaults(run=run)


def _bus(given: argparse.Namespace) -> CoinBus:
    line = SerialLine(path=given.port)
    return CoinBus(lambda: SerialPort(line), SystemClock(), Check(given.checksum))


def _find(given: argparse.Namespace) -> int:
    return _say(lambda: [one.line() for one in find_devices(_bus(given))] or ["nobody answers"])


def _readdress(given: argparse.Namespace) -> int:
    def change() -> list[str]:
        change_address(_bus(given), given.address, given.to)
        return [f"{given.address} is {given.to} now"]

    return _say(change)


def _separate(given: argparse.Namespace) -> int:
    return _say(lambda: [one.line() for one in separate(_bus(given), given.address)])


def _say(lines: Any) -> int:
    try:
        sys.stdout.write("\n".join((*lines(), "")))
    except DeviceError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0
