"""`kiosk stock` and `kiosk case`: what staff counted and settled, told to the running terminal."""

import argparse
import sys
from pathlib import Path
from typing import Any

from kiosk.config import ConfigError, load
from kiosk.runtime.attendant import ask


def add_parser(subparsers: Any) -> None:
    """Mount `stock` and `case`; they set `run(arguments) -> status`."""
    stock = subparsers.add_parser("stock", help="show the hoppers, or say what was counted")
    stock.add_argument("--config", type=Path, required=True, help="the terminal's firmware.toml")
    stock.add_argument("counted", nargs="*", metavar="YEN=PIECES", help="e.g. 100=80 500=20")
    stock.set_defaults(run=run, orders=_stock_orders)
    case = subparsers.add_parser("case", help="close a case that was settled by hand")
    case.add_argument("--config", type=Path, required=True, help="the terminal's firmware.toml")
    case.add_argument("case", help="its number, as on the slip")
    case.set_defaults(run=run, orders=_case_orders)


def run(arguments: argparse.Namespace) -> int:
    """Give the orders, then print how things stand. Status 1 when one was refused."""
    try:
        path = load(arguments.config).terminal.attendant
        orders = arguments.orders(arguments)
    except (ConfigError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if not path:
        sys.stderr.write("terminal.attendant is empty: this terminal has no desk for staff\n")
        return 2
    try:
        return _give(Path(path), orders)
    except OSError as error:
        sys.stderr.write(f"the terminal does not run ({path}: {error.strerror})\n")
        return 1


def _give(path: Path, orders: list[dict[str, object]]) -> int:
    for order in orders:
        answer = ask(path, order)
        if not answer["ok"]:
            sys.stderr.write(f"refused: {answer['why']}\n")
            return 1
    sys.stdout.write(_shown(ask(path, {"do": "status"})))
    return 0


def _stock_orders(arguments: argparse.Namespace) -> list[dict[str, object]]:
    orders: list[dict[str, object]] = []
    for pair in arguments.counted:
        yen, _, pieces = pair.partition("=")
        if not (yen.isdecimal() and pieces.isdecimal()):
            raise ValueError(f"{pair} is not YEN=PIECES")
        orders.append({"do": "count", "yen": int(yen), "pieces": int(pieces)})
    return orders


def _case_orders(arguments: argparse.Namespace) -> list[dict[str, object]]:
    return [{"do": "close_case", "case": arguments.case}]


def _shown(status: dict[str, Any]) -> str:
    lines = [f"state     {status['state']}"]
    if status["trouble"]:
        lines.append(f"closed    {status['trouble']}")
    lines += [f"¥{value:<8} {pieces}" for value, pieces in status["coins"].items()]
    lines += [f"case      {one['case']}: ¥{one['yen']:,}" for one in status["cases"]]
    return "\n".join([*lines, ""])
