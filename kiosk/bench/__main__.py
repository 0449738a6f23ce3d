"""`python -m kiosk.bench [--quick] [--only NAME ...] [--out FILE]`: measure, print, write down."""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import kiosk
from drivers.clock import SystemClock
from kiosk.bench import alone, standing, visits
from kiosk.bench.figures import PROMISES, Figure, Sizes
from kiosk.bench.machine import load_average, this_machine
from kiosk.bench.page import as_markdown, as_text
from kiosk.bench.scene import Scene, scene

Found = dict[str, Sizes]


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured."""

    rounds: int
    """Visits, starts; deaths are four times as many."""
    repeats: int
    """Of what takes milliseconds."""
    idle_s: float


FULL = Effort(rounds=6, repeats=200, idle_s=60.0)
QUICK = Effort(rounds=2, repeats=20, idle_s=10.0)

ALONE: dict[str, Callable[[Effort], Found]] = {
    "card": lambda effort: alone.measure_card(effort.repeats, max(3, effort.repeats // 10)),
    "line": lambda effort: alone.measure_coin_line(max(5, effort.repeats // 5)),
    "glass": lambda effort: alone.measure_glass(effort.repeats),
}
STAGED: dict[str, Callable[[Scene, Effort], Found]] = {
    "memory": lambda scene, _effort: standing.measure_memory(scene),
    "idle": lambda scene, effort: standing.measure_idle(scene, effort.idle_s),
    "visit": lambda scene, effort: visits.measure_visits(scene, effort.rounds),
    "coin": lambda scene, _effort: visits.measure_coins(scene),
    "takeover": lambda scene, effort: standing.measure_takeover(scene, 4 * effort.rounds),
    "start": lambda scene, effort: standing.measure_start(scene, effort.rounds),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure. Status 0 whatever the verdicts: the table says them."""
    parser = argparse.ArgumentParser(prog="kiosk.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds, for the inner loop")
    parser.add_argument(
        "--only", action="append", choices=[*ALONE, *STAGED], help="may be repeated"
    )
    parser.add_argument("--out", type=Path, help="the page; a whole run writes docs/benchmarks.md")
    given = parser.parse_args(arguments)
    figures = measure(tuple(given.only or (*ALONE, *STAGED)), QUICK if given.quick else FULL)
    print(as_text(figures))
    page = given.out or (_page() if figures.keys() == PROMISES.keys() and not given.quick else None)
    if page is not None:
        words = sys.argv[1:] if arguments is None else arguments
        command = " ".join(("python -m kiosk.bench", *words))
        day = f"{SystemClock().utc():%Y-%m-%d %H:%M} UTC"
        page.write_text(as_markdown(figures, this_machine(), command, day), encoding="utf-8")
        print(f"Written: {page}")
    return 0


def measure(wanted: Sequence[str], effort: Effort) -> dict[str, Figure]:
    """The figures of the measurements named."""
    figures: dict[str, Figure] = {}

    def take(name: str, work: Callable[[], Found]) -> None:
        load = load_average()
        print(f"measuring {name} (load {load:.1f}) ...", file=sys.stderr, flush=True)
        figures.update({each: Figure(each, sizes, load) for each, sizes in work().items()})

    for name in (name for name in ALONE if name in wanted):
        take(name, partial(ALONE[name], effort))
    staged = [name for name in STAGED if name in wanted]
    if staged:
        with scene() as set_up:
            for name in staged:
                take(name, partial(STAGED[name], set_up, effort))
    return figures


def _page() -> Path:
    return Path(kiosk.__path__[0]).parent / "docs" / "benchmarks.md"


if __name__ == "__main__":
    sys.exit(main())
