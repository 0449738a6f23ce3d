"""`kiosk stock`, `kiosk case` and `kiosk exchange`: what staff counted, settled and collected, told
to the running terminal.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from kiosk.config import ConfigError, load
from kiosk.runtime.attendant import ask


def add_parser(subparsers: Any) -> None:
    """Mount `stock`, `case` and `exchange`; they set `run(arguments) -> status`."""
    stock = subparsers.add_parser("stock", help="show the hoppers, or say what was counted")
    stock.add_argument("--config", type=Path, required=True, help="the terminal's firmware.toml")
    stock.add_argument("counted", nargs="*", metavar="YEN=PIECES", help="e.g. 100=80 500=20")
    stock.set_defaults(run=run, orders=_stock_orders)
    case = subparsers.add_parser("case", help="close a case that was settled by hand")
    case.add_argument("--config", type=Path, required=True, help="the terminal's firmware.toml")
    case.add_argument("case", help="its number, as on the slip")
    case.set_defaults(run=run, orders=_case_orders)
    exchange = subparsers.add_parser(
        "exchange", help="open the machine for staff, say what was collected, sign and close"
    )
    exchange.add_argument("--config", type=Path, required=True, help="the terminal's firmware.toml")
    exchange.add_argument("step", choices=("begin", "collect", "end"))
    exchange.add_argument(
        "said",
        nargs="+",
        metavar="WHO | YEN=PIECES",
        help="begin and end: who signs; collect: e.g. 500=20 1000=3",
    )
    exchange.set_defaults(run=run, orders=_exchange_orders)


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
        sys.stdout.write(_difference(order, answer))
    sys.stdout.write(_shown(ask(path, {"do": "status"})))
    return 0


def _difference(order: dict[str, Any], answer: dict[str, Any]) -> str:
    """A line where what staff says is not what the books say; of what nobody knew, none."""
    pieces, expected = order.get("pieces"), answer.get("expected", -1)
    if expected in {-1, pieces}:
        return ""
    did = "counted" if order["do"] == "count" else "taken out"
    return f"difference  ¥{order['yen']}: {pieces} {did}, {expected} by the books\n"


def _stock_orders(arguments: argparse.Namespace) -> list[dict[str, object]]:
    orders: list[dict[str, object]] = []
    for pair in arguments.counted:
        yen, pieces = _pair(pair)
        orders.append({"do": "count", "yen": yen, "pieces": pieces})
    return orders


def _exchange_orders(arguments: argparse.Namespace) -> list[dict[str, object]]:
    if arguments.step == "collect":
        pairs = [_pair(pair) for pair in arguments.said]
        return [{"do": "collect", "yen": yen, "pieces": pieces} for yen, pieces in pairs]
    if len(arguments.said) != 1:
        raise ValueError("one person signs")
    return [{"do": f"{arguments.step}_exchange", "staff": arguments.said[0]}]


def _pair(text: str) -> tuple[int, int]:
    yen, _, pieces = text.partition("=")
    if not (yen.isdecimal() and pieces.isdecimal()):
        raise ValueError(f"{text} is not YEN=PIECES")
    return int(yen), int(pieces)


def _case_orders(arguments: argparse.Namespace) -> list[dict[str, object]]:
    return [{"do": "close_case", "case": arguments.case}]


def _shown(status: dict[str, Any]) -> str:
    lines = [f"state     {status['state']}"]
    if status["trouble"]:
        lines.append(f"closed    {status['trouble']}")
    lines += [f"soon      {reason}" for reason in status["warnings"]]
    coins = status["coins"]
    if status["exchange"]:
        lines.append(f"open for  {status['exchange']}")
    lines += [
        f"¥{one['yen']:<8} {coins[str(one['yen'])]:<5} {one['accuracy']:<11} {one['fill']}"
        for one in status["hoppers"]
    ]
    lines += [f"box       ¥{value} x {pieces}" for value, pieces in status["box"].items()]
    lines += [f"case      {one['case']}: ¥{one['yen']:,}" for one in status["cases"]]
    return "\n".join([*lines, ""])
