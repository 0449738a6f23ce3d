"""`make accept`: what was asked, demand by demand, and what shows that it holds.

`python -m kiosk.accept` prints the table of `acceptance.toml`; `--run` also runs the tests that
start no daemon and take no time, `--run all` every test of it. What is not true is printed as
open, and never counts as shown.
"""

import argparse
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kiosk

ROOT = Path(kiosk.__path__[0]).parent
TABLE = Path(kiosk.__path__[0]) / "acceptance.toml"
QUICK = ("-m", "not daemon and not slow")
_RAN = frozenset({0, 1, 5})
"""pytest's exit statuses: all passed, some failed, none chosen."""
_OUTCOME = re.compile(r"^(PASSED|FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing that was asked for."""

    part: str
    says: str
    tests: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    look: tuple[str, ...] = ()
    open: str = ""


class Malformed(Exception):
    """The table is not as it should be; says where."""


class CouldNotRun(Exception):
    """pytest did not run; says its last words."""


def demands(path: Path = TABLE) -> Iterator[Demand]:
    """Every demand in order. Raises Malformed for one that nothing shows."""
    for part in tomllib.loads(path.read_text(encoding="utf-8"))["part"]:
        for given in part["demand"]:
            values: dict[str, Any] = {
                key: tuple(value) if isinstance(value, list) else value
                for key, value in given.items()
            }
            try:
                made = Demand(part["name"], **values)
            except TypeError as error:
                raise Malformed(f"{part['name']}: {given.get('says', '')}: {error}") from None
            if not (made.tests or made.run or made.look or made.open):
                raise Malformed(f"{made.part}: nothing shows: {made.says}")
            yield made


def lines(demand: Demand) -> Iterator[str]:
    """What stands on paper about one demand."""
    yield f"- {demand.says}"
    if demand.tests:
        yield f"    shown by   python -m pytest {' '.join(demand.tests)}"
    yield from (f"    see it     {command}" for command in demand.run)
    if demand.look:
        yield f"    looked at  {', '.join(demand.look)}"
    if demand.open:
        yield f"    OPEN       {demand.open}"


def run_tests(wanted: Iterable[str], *, everything: bool) -> dict[str, str]:
    """Run them all in one go; the outcome of each that was chosen, by its pytest id.

    Raises CouldNotRun when pytest did not get as far as running them.
    """
    chosen = () if everything else QUICK
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--no-header", "--tb=no", "-rA", *chosen, *wanted],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode not in _RAN:
        raise CouldNotRun(f"{done.stdout}{done.stderr}"[-2000:])
    return {match[2]: match[1] for match in _OUTCOME.finditer(done.stdout)}


def verdict(demand: Demand, outcomes: Mapping[str, str]) -> str:
    """What the tests that were run say of a demand: passed, FAILED, or not run."""
    if not demand.tests:
        return "not run: see it by hand"
    of_each = [
        {word for test, word in outcomes.items() if _belongs(test, wanted)}
        for wanted in demand.tests
    ]
    said = set().union(*of_each)
    if said - {"PASSED"}:
        return "FAILED"
    if not said:
        return "not run: its tests start daemons; --run all"
    return "passed" if all(of_each) else "passed in part; the rest starts daemons: --run all"


def _belongs(test: str, wanted: str) -> bool:
    """Whether the pytest id is `wanted` itself, one case of it, or inside that file or folder."""
    return test == wanted or test.startswith((f"{wanted}[", f"{wanted}::", f"{wanted}/"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table. Status 1 when a test that was run failed."""
    parser = argparse.ArgumentParser(prog="python -m kiosk.accept", description=__doc__)
    parser.add_argument("--run", nargs="?", const="quick", choices=("quick", "all"))
    given = parser.parse_args(arguments)
    failed, part, found = 0, "", tuple(demands())
    outcomes: dict[str, str] = {}
    if given.run:
        wanted = sorted({test for demand in found for test in demand.tests})
        outcomes = run_tests(wanted, everything=given.run == "all")
    for demand in found:
        if demand.part != part:
            part = demand.part
            sys.stdout.write(f"\n{part}\n{'=' * len(part)}\n")
        sys.stdout.writelines(f"{line}\n" for line in lines(demand))
        if given.run:
            said = verdict(demand, outcomes)
            failed += said == "FAILED"
            sys.stdout.write(f"    {said}\n")
    still_open = sum(bool(demand.open) for demand in found)
    sys.stdout.write(f"\n{len(found)} demands, {still_open} with something open.\n")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
