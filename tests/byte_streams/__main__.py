"""`python -m tests.byte_streams`: byte streams by the million into codec and driver.

A batch is a line of the file and depends on the seed and its number alone, so that a run may be
broken off and continued, or shared by several processes. Half of the streams go into the codec,
half into the driver, of ccTalk or (`--protocol mdb`) of MDB. Exit status 0: no exception but ours,
no hang, no wrong credit.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drivers.clock import SystemClock
from tests.byte_streams import mdb, streams
from tests.byte_streams.streams import STREAMS_A_RUN
from tests.fault_plans.__main__ import append, commit, read

EXAMPLES = 250
"""Of each kind in a batch."""
_Codec = Callable[[int, int], int]
_Driver = Callable[[int, int], tuple[int, int]]
PROTOCOLS: dict[str, tuple[_Codec, _Driver]] = {
    "cctalk": (streams.run_codec, streams.run_driver),
    "mdb": (mdb.run_codec, mdb.run_driver),
}


def main(arguments: list[str] | None = None) -> int:
    """Run until `--streams` streams were read; returns the exit status."""
    parser = argparse.ArgumentParser(prog="tests.byte_streams", description=__doc__)
    parser.add_argument("--protocol", choices=sorted(PROTOCOLS), default="cctalk")
    parser.add_argument("--streams", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=1e6, help="begin no batch after this")
    parser.add_argument("--share", default="0/1", help="n/m: of every m batches the n-th")
    parsed = parser.parse_args(arguments)
    clock = SystemClock()
    until_s = clock.monotonic_s() + parsed.minutes * 60
    mine, shares = (int(part) for part in parsed.share.split("/"))
    run_codec, run_driver = PROTOCOLS[parsed.protocol]
    done = {each["batch"] for each in _lines(parsed) if each["seed"] == parsed.seed}
    batches = -(-parsed.streams // (2 * EXAMPLES * STREAMS_A_RUN))
    tree = commit()
    for number in range(mine, batches, shares):
        if number in done or clock.monotonic_s() > until_s:
            continue
        began_s = clock.monotonic_s()
        first = parsed.seed * 100_000 + number
        codec = run_codec(first, EXAMPLES)
        driver, believed = run_driver(first, EXAMPLES)
        line: dict[str, object] = {"codec": codec, "driver": driver, "believed": believed}
        line |= {"seed": parsed.seed, "batch": number, "commit": tree, "protocol": parsed.protocol}
        append(parsed.out, {**line, "seconds": round(clock.monotonic_s() - began_s, 2)})
    lines = _lines(parsed)
    codec, driver, believed = (
        sum(line[kind] for line in lines) for kind in ("codec", "driver", "believed")
    )
    trees = ", ".join(sorted({line["commit"] for line in lines}))
    sys.stdout.write(
        f"{codec + driver:,} streams ({codec:,} into the codec, {driver:,} into the driver), "
        f"none wrong; {believed:,} of them beside one that was by chance a whole answer; "
        f"commit {trees}, seed {parsed.seed}\n"
    )
    return 0


def _lines(parsed: argparse.Namespace) -> list[dict[str, Any]]:
    """The batches of this protocol; the first file had no other than ccTalk's."""
    lines = read(parsed.out)
    return [each for each in lines if each.get("protocol", "cctalk") == parsed.protocol]


if __name__ == "__main__":
    sys.exit(main())
