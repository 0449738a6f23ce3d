"""`python -m tests.mutants.issuing`: mix up answers by the thousand, and let the terminal judge.

Every batch is fifty applications at once, half of which meet a wrong municipality or a wrong
centre. A batch depends on the seed and its number alone; what is done is a line of the file, so
that a run may be broken off and continued, or shared by several processes (`--share 0/2`,
`--share 1/2`). Exit status 0: nothing escaped, nothing right was refused, and each mixed-up
answer was refused by the check that should.
"""

import argparse
import contextlib
import datetime
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random  # noqa: TID251  # seeded, so that a batch can be repeated
from typing import Any

from center.clock import stopwatch
from center.pki.layout import State
from center.pki.make import make
from center.wire.messages import IssuedCopy
from drivers.clock import SystemClock
from tests.mutants.batch import Batch, Examiners, earlier_answers, examiners, servers
from tests.mutants.cases import Mutant, Tally
from tests.mutants.centres import CENTRES
from tests.mutants.municipalities import MUNICIPALITIES
from tests.mutants.runs import AT_ONCE, Run, make_runs
from tests.mutants.workshop import Workshop

MUTANTS: tuple[Mutant, ...] = (*MUNICIPALITIES, *CENTRES)
WRONG_A_BATCH = AT_ONCE // 2
_BATCHES_A_CHILD = 8
"""A child process may use a minute of CPU in its life, as in a visit."""
_PROVEN = ("center", "crypto", "kiosk/document", "kiosk/center_visit.py", "tests/mutants")


def main(arguments: list[str] | None = None) -> int:
    """Run until so many answers of either sort were judged; returns the exit status."""
    parsed = _parser().parse_args(arguments)
    if parsed.report:
        sys.stdout.write(report(read(parsed.out)))
        return 0
    until = stopwatch() + parsed.minutes * 60
    with prepared() as workshop:
        _run(parsed, workshop, until)
    tally = total(read(parsed.out))
    sys.stdout.write(f"{tally.right} right passed, {tally.mixed} mixed up refused\n")
    for line in tally.wrong:
        sys.stdout.write(f"WRONG {line}\n")
    return 1 if tally.wrong else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tests.mutants.issuing", description=__doc__)
    parser.add_argument(
        "--runs", type=int, default=10_000, help="mixed-up answers in all, and right ones in all"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="file of results, one batch a line")
    parser.add_argument("--minutes", type=float, default=1e6, help="begin no batch after this")
    parser.add_argument("--share", default="0/1", help="n/m: of every m batches the n-th")
    parser.add_argument("--report", action="store_true", help="only print the figures as Markdown")
    return parser


def _run(parsed: argparse.Namespace, workshop: Workshop, until: float) -> None:
    mine, shares = (int(part) for part in parsed.share.split("/"))
    both, tree = servers(workshop), commit()
    earlier: dict[str, tuple[IssuedCopy, ...]] = {}
    numbers = itertools.count(mine, shares)
    while not enough(read(parsed.out), parsed.runs):
        with examiners(1) as children:
            earlier = earlier or earlier_answers(workshop, both, children)
            for number in _undone(parsed, numbers):
                if stopwatch() > until:
                    return
                began = stopwatch()
                batch = Batch(workshop, both, make_batch(workshop, parsed.seed, number), earlier)
                line = _counted(batch, children)
                line |= {"seed": parsed.seed, "batch": number, "commit": tree}
                append(parsed.out, {**line, "seconds": round(stopwatch() - began, 2)})


def enough(lines: list[dict[str, Any]], runs: int) -> bool:
    """Whether so many mixed-up answers were judged, and so many right ones."""
    tally = total(lines)
    return min(tally.right, tally.mixed) >= runs


def _undone(parsed: argparse.Namespace, numbers: Iterator[int]) -> Iterator[int]:
    """The next few batches that no line tells of."""
    done = {line["batch"] for line in read(parsed.out) if line["seed"] == parsed.seed}
    return itertools.islice((number for number in numbers if number not in done), _BATCHES_A_CHILD)


def _counted(batch: Batch, children: Examiners) -> dict[str, Any]:
    tally = Tally()
    for outcome in batch.go(children):
        tally.add(outcome)
    return {
        "right": tally.right,
        "refused": tally.refused,
        "wrong": tally.wrong,
        "would_suspend": len(batch.store.would_suspend),
    }


def make_batch(workshop: Workshop, seed: int, number: int) -> list[Run]:
    """The runs of a batch: the mutants in turn, so that each comes equally often."""
    rng = Random(f"{seed}/{number}")  # noqa: S311  # repeatable on purpose
    first = number * WRONG_A_BATCH
    mutants = tuple(MUTANTS[(first + place) % len(MUTANTS)] for place in range(WRONG_A_BATCH))
    return make_runs(workshop, mutants, rng)


@contextlib.contextmanager
def prepared() -> Iterator[Workshop]:
    """A workshop with keys of its own, which nobody else will ever believe."""
    at = SystemClock().utc().replace(hour=3, minute=0, second=0, microsecond=0)
    root = Path(tempfile.mkdtemp(prefix="k"))
    try:
        yield workshop_in(State(root), at)
    finally:
        shutil.rmtree(root)


def workshop_in(state: State, at: datetime.datetime) -> Workshop:
    """The workshop over the PKI in `state`, made if it is not there."""
    make(state, at)
    return Workshop(state, at)


def commit() -> str:
    """The commit of the tree, with a plus where what is proven differs from it."""
    head = _git("rev-parse", "--short=12", "HEAD")
    return (head or "unknown") + ("+" if _git("status", "--porcelain", "--", *_PROVEN) else "")


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def append(path: Path, line: object) -> None:
    """One write, so that two processes never mix their lines."""
    data = (json.dumps(line, sort_keys=True) + "\n").encode()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(descriptor, data)
    finally:
        os.close(descriptor)


def read(path: Path) -> list[dict[str, Any]]:
    """The finished batches, each once; a torn last line is not one."""
    if not path.exists():
        return []
    lines: dict[tuple[int, int], dict[str, Any]] = {}
    for text in path.read_text("utf-8").splitlines():
        with contextlib.suppress(ValueError):
            line = json.loads(text)
            lines.setdefault((line["seed"], line["batch"]), line)
    return list(lines.values())


def total(lines: list[dict[str, Any]]) -> Tally:
    """All batches together."""
    tally = Tally()
    for line in lines:
        tally.merge(line["right"], line["refused"])
        tally.wrong += [f"seed {line['seed']} batch {line['batch']}: {w}" for w in line["wrong"]]
    return tally


def report(lines: list[dict[str, Any]]) -> str:
    """The figures as Markdown."""
    tally = total(lines)
    seconds = sum(line["seconds"] for line in lines)
    rows = [
        "| wrong | what goes wrong | refused by | times |",
        "| --- | --- | --- | --- |",
    ]
    for mutant in MUTANTS:
        for key, count in sorted(tally.refused.get(mutant.name, {}).items()):
            who, _, failure = key.partition(" ")
            rows.append(f"| {mutant.name} | {mutant.says} | `{failure}` ({who}) | {count} |")
    return "\n".join(
        [
            f"Commits {', '.join(sorted({line['commit'] for line in lines}))}; "
            f"seeds {', '.join(sorted({str(line['seed']) for line in lines}))}; "
            f"{len(lines)} batches of {AT_ONCE} at once, {seconds:.0f} s of batches.",
            "",
            f"- right answers: {tally.right}, all passed",
            f"- mixed-up answers: {tally.mixed}, all refused before money by the check that should",
            f"- verdicts that should not be: {len(tally.wrong)}",
            f"- refusals after which the centre suspends the server: "
            f"{sum(line['would_suspend'] for line in lines)}",
            "",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    raise SystemExit(main())
