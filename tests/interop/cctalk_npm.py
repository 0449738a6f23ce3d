"""`python -m tests.interop.cctalk_npm`: an independent parser reads the virtual machine's frames.

Installs the npm package @serialport/parser-cctalk (MIT) into `--folder` when it is not there, lets
the virtual devices answer a whole session of the driver, and compares what that parser cuts out of
their bytes with what ours does: the frames, the throughput, and the time each answer takes, on the
same bytes in one run. A bench command and no test: it needs node, npm and a registry.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from drivers.clock import SystemClock
from drivers.coin.framing import BadFrame, Check, Frame, FrameParser, encode_frame
from drivers.coin.virtual import BillBuild, MachineBuild
from tests.drivers.coin.rig import VALUES, Rig
from tests.fault_plans.__main__ import commit

PACKAGE = "@serialport/parser-cctalk@13.0.0"
_SCRIPT = Path(__file__).with_name("parser_cctalk.js")
_LATENCY = Path(__file__).with_name("parser_cctalk_latency.js")


def main(arguments: list[str] | None = None) -> int:
    """Compare and time; exit status 1 where the two parsers differ."""
    parser = argparse.ArgumentParser(prog="tests.interop.cctalk_npm", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("build/npm"))
    parser.add_argument("--frames", type=int, default=100_000, help="for the timing")
    parser.add_argument("--rounds", type=int, default=100, help="of the session, answer by answer")
    parsed = parser.parse_args(arguments)
    if missing := [word for word in ("node", "npm") if shutil.which(word) is None]:
        sys.stderr.write(f"{' and '.join(missing)} not found: apt-get install nodejs npm\n")
        return 2
    module = parsed.folder / "node_modules" / "@serialport" / "parser-cctalk"
    if not module.exists():
        install = ("npm", "install", "--no-audit", "--no-fund", "--prefix", str(parsed.folder))
        subprocess.run((*install, PACKAGE), check=True)
    raw = session()
    theirs = _node(_SCRIPT, module, raw).split()
    ours = [frame.hex() for frame in cut(raw)]
    same = theirs == ours
    sys.stdout.write(f"{len(ours)} frames of a session: {'the same' if same else 'DIFFERENT'}\n")
    stream = b"".join(
        encode_frame(Frame(1, 2, 0, bytes((n % 256, *range(10)))), Check.SIMPLE)
        for n in range(parsed.frames)
    )
    found = json.loads(_node(_SCRIPT, module, stream, "count"))
    began = sum(os.times()[:2])
    mine = len(cut(stream))
    spent = sum(os.times()[:2]) - began
    sys.stdout.write(
        f"{found['frames']:,} frames in {found['cpu_s']:.2f} s of CPU (npm), "
        f"{mine:,} in {spent:.2f} s (ours, which also checks the sums)\n"
    )
    sys.stdout.write("\n| answer to frame | npm p50 | npm p99 | ours p50 | ours p99 |\n")
    sys.stdout.write("| --- | ---: | ---: | ---: | ---: |\n")
    for shape in ("whole", "bytes"):
        npm = json.loads(_node(_LATENCY, module, raw, str(parsed.rounds), shape))
        us = [npm["p50_us"], npm["p99_us"], *latencies_us(cut(raw), parsed.rounds, shape)]
        sys.stdout.write(f"| {shape} | {' | '.join(f'{each:.1f} us' for each in us)} |\n")
    sys.stdout.write(f"{parsed.rounds * len(ours):,} answers each; commit {commit()}\n")
    return 0 if same and found["frames"] == mine == parsed.frames else 1


def latencies_us(answers: list[bytes], rounds: int, shape: str) -> tuple[float, float]:
    """p50 and p99 of the time from the first byte of an answer to its frame, by our parser."""
    clock, parser, times = SystemClock(), FrameParser(Check.SIMPLE), []
    for _ in range(rounds):
        for answer in answers:
            size = 1 if shape == "bytes" else len(answer)
            pieces = [answer[at : at + size] for at in range(0, len(answer), size)]
            found: list[Frame | BadFrame] = []
            began_s = clock.monotonic_s()
            for piece in pieces:
                found += parser.feed(piece, began_s)
            times.append(1e6 * (clock.monotonic_s() - began_s))
            assert len(found) == 1
            assert isinstance(found[0], Frame)
    times.sort()
    return times[len(times) // 2], times[len(times) * 99 // 100]


def session() -> bytes:
    """Every byte the devices send in a session: found, coins and a bill in, coins out."""
    rig = Rig(MachineBuild(bills=BillBuild(), echo=False))
    sent = bytearray()
    honest = rig.memory._far_end

    def listening(data: bytes) -> bytes:
        answer = honest(data)
        sent.extend(answer)
        return answer

    rig.memory._far_end = listening
    rig.ready(VALUES | {1000})
    for yen in sorted(VALUES):
        rig.hand.drop_coin(yen)
        rig.poll(2)
    rig.hand.insert_bill(1000)
    rig.poll(7)
    rig.vendor.route(stack=True)
    rig.poll(8)
    rig.pay(100, 5)
    rig.vendor.status()
    rig.check()
    return bytes(sent)


def cut(raw: bytes) -> list[bytes]:
    """The frames of `raw`, by our parser."""
    found = FrameParser(Check.SIMPLE).feed(raw, 0.0)
    return [encode_frame(each, Check.SIMPLE) for each in found if isinstance(each, Frame)]


def _node(script: Path, module: Path, raw: bytes, *more: str) -> str:
    command = ("node", str(script), str(module.resolve()), *more)
    return subprocess.run(command, input=raw, capture_output=True, check=True).stdout.decode()


if __name__ == "__main__":
    sys.exit(main())
