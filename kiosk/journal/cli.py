"""`kiosk journal verify | show | audit`: what the terminal wrote down, for people."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from drivers.coin.contract import Fate
from kiosk.journal.entries import Entry
from kiosk.journal.memory import Memory, fold
from kiosk.journal.reader import JournalDamaged, Reading, earlier_file, read
from kiosk.journal.writer import NAME


def add_parser(subparsers: Any) -> None:
    """Mount `journal`; it sets `run(arguments) -> status`."""
    parser = subparsers.add_parser("journal", help="read the terminal's journal")
    actions = parser.add_subparsers(dest="action", required=True)
    for name, (function, words) in _ACTIONS.items():
        action = actions.add_parser(name, help=words)
        action.add_argument("directory", type=Path, help="the journal's directory, or its file")
        action.set_defaults(run=run, function=function)


def run(arguments: argparse.Namespace) -> int:
    """Status 1 when the journal is damaged or its books do not balance."""
    given: Path = arguments.directory
    path = given / NAME if given.is_dir() else given
    if not path.exists():
        sys.stderr.write(f"{path}: there is no journal here\n")
        return 1
    try:
        reading = read(path)
        if arguments.action == "verify":
            _verify_earlier(path, reading)
    except JournalDamaged as damaged:
        sys.stderr.write(f"{damaged}\n")
        return 1
    lines, status = arguments.function(reading)
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return int(status)


def verify(reading: Reading) -> tuple[list[str], int]:
    """Whether every record is whole, true and in its place."""
    lines = [f"{len(reading.records)} records, unbroken chain, last hash {reading.hash.hex()}"]
    if reading.torn:
        lines.append(
            f"{len(reading.torn)} bytes of a torn tail; the next start cuts them into a file"
        )
    return lines, 0


def _verify_earlier(path: Path, reading: Reading) -> None:
    """Follow the chain through the files before this one. Raises JournalDamaged."""
    while (earlier := earlier_file(path, reading)) is not None:
        path, reading = earlier, read(earlier)
        sys.stdout.write(f"{path.name}: {len(reading.records)} records, unbroken chain\n")


def show(reading: Reading) -> tuple[list[str], int]:
    """One line a record."""
    lines = [
        f"{record.number:>6}  {record.at}  {record.entry.kind:<20} {_fields(record.entry)}"
        for record in reading.records
    ]
    return lines, 0


def audit(reading: Reading) -> tuple[list[str], int]:
    """The books of the whole journal: what came in must be kept, given back, held or owed."""
    entries = [record.entry for record in reading.records]
    memory = fold(entries, Memory().coins)
    totals = books(entries)
    balance = totals["inserted"] - totals["kept"] - totals["returned"] - totals["owed"]
    held = memory.ledger.held
    lines = [f"{name:<10} ¥{amount:>9,}" for name, amount in totals.items()]
    lines.append(f"{'held':<10} ¥{held:>9,}")
    lines += [
        f"coins in   {_coins(entries, 'coin.in')}",
        f"coins out  {_coins_out(entries, 'paid', 'over')}",
    ]
    lines += [f"overpaid   {over}"] if (over := _coins_out(entries, "over")) else []
    lines += [f"bills in   {bills}"] if (bills := _coins(entries, "bill.in")) else []
    lines += _by_staff(entries)
    lines += [f"case {name}: ¥{yen:,} open" for name, yen in memory.cases]
    lines.append(f"visits     {sum(one.kind == 'visit.begin' for one in entries)}")
    lines.append("the books balance" if balance == held else "THE BOOKS DO NOT BALANCE")
    return lines, int(balance != held)


def books(entries: Iterable[Entry]) -> dict[str, int]:
    """Totals in yen: inserted, kept, returned, owed."""
    totals = dict.fromkeys(("inserted", "kept", "returned", "owed"), 0)
    for one in entries:
        account = _ACCOUNTS.get(one.kind)
        if account is not None:
            totals[account] += one.number("yen") * _pieces(one)
    return totals


def _pieces(what: Entry) -> int:
    """How often its `yen` counts."""
    if what.kind == "payout.result":
        return what.number("paid")
    if what.kind == "escrow.result":
        return int(what.word("fate") == Fate.DONE and not what.number("keep"))
    return 1


def _fields(what: Entry) -> str:
    return " ".join(f"{name}={value}" for name, value in what.fields)


def _coins(entries: Iterable[Entry], kind: str) -> str:
    counted = Counter(one.number("yen") for one in entries if one.kind == kind)
    return ", ".join(f"¥{value} x {pieces}" for value, pieces in sorted(counted.items()))


def _by_staff(entries: Iterable[Entry]) -> list[str]:
    """What staff counted in the hoppers and took out of cash box and stacker, each with how far it
    was from the books."""
    lines: list[str] = []
    staff = ""
    for one in entries:
        if one.kind in {"exchange.begin", "exchange.end"}:
            staff = f" by {one.word('staff')}" if one.kind == "exchange.begin" else ""
        if word := _STAFF_WORDS.get(one.kind):
            pieces, expected = one.number("pieces"), one.number("expected")
            gap = "" if pieces == expected else f", {pieces - expected:+d} to the books"
            gap = ", not known before" if expected < 0 else gap
            lines.append(f"{word:<10} ¥{one.number('yen')} x {pieces}{staff}{gap}")
    return lines


def _coins_out(entries: Iterable[Entry], *fields: str) -> str:
    counted: Counter[int] = Counter()
    for one in entries:
        if one.kind == "payout.result":
            counted[one.number("yen")] += sum(one.number(field) for field in fields)
    return ", ".join(f"¥{value} x {pieces}" for value, pieces in sorted(counted.items()) if pieces)


_STAFF_WORDS = {"stock.counted": "counted", "exchange.collected": "collected"}
_ACCOUNTS = {
    "coin.in": "inserted",
    "bill.in": "inserted",
    "money.kept": "kept",
    "payout.result": "returned",
    "escrow.result": "returned",
    "money.owed": "owed",
}
_ACTIONS = {
    "verify": (verify, "check every record"),
    "show": (show, "print every record"),
    "audit": (audit, "draw up the books"),
}
