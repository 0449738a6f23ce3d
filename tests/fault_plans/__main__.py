"""`python -m tests.fault_plans`: visits by the thousand, each with a plan of faults.

A batch is twenty visits on one terminal, that depends on the seed and its number alone; it is a
line of the file, so that a run may be broken off and continued, or shared by several processes
(`--share 0/2`, `--share 1/2`). Exit status 0: after each visit yen and sheets were where the
journal says, or a declared unknown covers the difference, and nothing was left open.
"""

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random  # noqa: TID251  # seeded, so that a batch can be repeated
from typing import Any

from drivers.clock import SystemClock
from drivers.coin.virtual import EscrowBuild
from tests.fault_plans.terminal import Terminal, with_bills
from tests.fault_plans.visits import Outcome, play, refill

BATCH = 20
_ESCROWS = (None, EscrowBuild(), None, EscrowBuild(counts=False))
"""Every other terminal holds its coins in an escrow; every other of these never shows a coin."""
_PROVEN = (
    "drivers/coin", "drivers/link", "kiosk/settle", "kiosk/runtime", "kiosk/journal",
    "kiosk/change.py", "tests/fault_plans", "tests/byte_streams", "tests/drivers/coin",
    "tests/kiosk/settle/world.py",
)  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Run until `--runs` visits were played; returns the exit status."""
    parsed = _parser().parse_args(arguments)
    if not parsed.report:
        _run(parsed)
    lines = read(parsed.out)
    sys.stdout.write(report(lines))
    return 1 if any(line["wrong"] for line in lines) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tests.fault_plans", description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000, help="visits in all")
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--out", type=Path, required=True, help="file of results, a batch a line")
    parser.add_argument("--minutes", type=float, default=1e6, help="begin no batch after this")
    parser.add_argument("--share", default="0/1", help="n/m: of every m batches the n-th")
    parser.add_argument("--report", action="store_true", help="only print the figures")
    return parser


def _run(parsed: argparse.Namespace) -> None:
    clock = SystemClock()
    until_s = clock.monotonic_s() + parsed.minutes * 60
    mine, shares = (int(part) for part in parsed.share.split("/"))
    done = {line["batch"] for line in read(parsed.out) if line["seed"] == parsed.seed}
    tree = commit()
    for number in range(mine, -(-parsed.runs // BATCH), shares):
        if number in done:
            continue
        if clock.monotonic_s() > until_s:
            return
        began_s = clock.monotonic_s()
        line = counted(play_batch(parsed.seed, number))
        took_s = round(clock.monotonic_s() - began_s, 2)
        append(parsed.out, {
            **line, "seed": parsed.seed, "batch": number, "commit": tree, "seconds": took_s,
        })  # fmt: skip


def play_batch(seed: int, number: int, visits: int = BATCH) -> list[Outcome]:
    """The visits of one batch, one after the other on the same terminal."""
    rng = Random(f"{seed}/{number}")  # noqa: S311  # repeatable on purpose
    terminal = Terminal(with_bills(escrow=_ESCROWS[number % 4]))
    outcomes = []
    for _ in range(visits):
        outcomes.append(play(terminal, rng))
        if outcomes[-1].wrong:
            break
        refill(terminal)
    return outcomes


def counted(outcomes: list[Outcome]) -> dict[str, Any]:
    """A batch as a line of the file."""
    return {
        "visits": len(outcomes),
        "deeds": Counter(deed for one in outcomes for deed in one.deeds),
        "copies": sum(one.copies for one in outcomes),
        "inserted_yen": sum(one.inserted_yen for one in outcomes),
        "cases": sum(one.cases for one in outcomes),
        "deaths": sum(one.deaths for one in outcomes),
        "struck": sum(one.struck for one in outcomes),
        "wrong": [f"visit {n}: {why}" for n, one in enumerate(outcomes) for why in one.wrong],
    }


def report(lines: list[dict[str, Any]]) -> str:
    """The figures of all batches as Markdown."""
    sums = ("visits", "copies", "inserted_yen", "cases", "deaths", "struck")
    total = {name: sum(line[name] for line in lines) for name in sums}
    deeds = sum((Counter(line["deeds"]) for line in lines), Counter[str]())
    rows = [f"| {name.replace('_', ' ')} | {value:,} |" for name, value in total.items()]
    rows += [f"| deed: {name} | {times:,} |" for name, times in sorted(deeds.items())]
    wrong = [f"batch {line['batch']}, {why}" for line in lines for why in line["wrong"]]
    trees = sorted({f"commit {line['commit']}, seed {line['seed']}" for line in lines})
    return "\n".join([*trees, "", "| | |", "| --- | ---: |", *rows, "",
                      f"{len(wrong)} wrong", *wrong, ""])  # fmt: skip


def commit() -> str:
    """The commit of the tree, with a plus where what is proven differs from it."""
    head = _git("rev-parse", "--short=12", "HEAD")
    return (head or "unknown") + ("+" if _git("status", "--porcelain", "--", *_PROVEN) else "")


def _git(*words: str) -> str:
    return subprocess.run(
        ["git", *words], capture_output=True, text=True, check=False
    ).stdout.strip()


def append(path: Path, line: object) -> None:
    """One write, so that two processes never mix their lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(descriptor, (json.dumps(line, sort_keys=True) + "\n").encode())
    finally:
        os.close(descriptor)


def read(path: Path) -> list[dict[str, Any]]:
    """The finished batches; a torn last line is not one."""
    if not path.exists():
        return []
    whole = path.read_text(encoding="utf-8").rpartition("\n")[0].splitlines()
    return [json.loads(line) for line in whole if line]


if __name__ == "__main__":
    sys.exit(main())
