"""`python -m tests.interop.cctalk_npm`: an independent parser reads the virtual machine's frames.

Installs the npm package @serialport/parser-cctalk (MIT) into `--folder` when it is not there, lets
the virtual devices answer a whole session of the driver, and compares what that parser cuts out of
their bytes with what ours does. A bench command and no test: it needs npm and a registry.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from drivers.coin.framing import Check, Frame, FrameParser, encode_frame
from drivers.coin.virtual import BillBuild, MachineBuild
from tests.drivers.coin.rig import VALUES, Rig

PACKAGE = "@serialport/parser-cctalk@13.0.0"
_SCRIPT = Path(__file__).with_name("parser_cctalk.js")


def main(arguments: list[str] | None = None) -> int:
    """Compare and time; exit status 1 where the two parsers differ."""
    parser = argparse.ArgumentParser(prog="tests.interop.cctalk_npm", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("build/npm"))
    parser.add_argument("--frames", type=int, default=100_000, help="for the timing")
    parsed = parser.parse_args(arguments)
    module = parsed.folder / "node_modules" / "@serialport" / "parser-cctalk"
    if not module.exists():
        install = ("npm", "install", "--no-audit", "--no-fund", "--prefix", str(parsed.folder))
        subprocess.run((*install, PACKAGE), check=True)
    raw = session()
    theirs = _node(module, raw).split()
    ours = [frame.hex() for frame in cut(raw)]
    same = theirs == ours
    sys.stdout.write(f"{len(ours)} frames of a session: {'the same' if same else 'DIFFERENT'}\n")
    stream = b"".join(
        encode_frame(Frame(1, 2, 0, bytes((n % 256, *range(10)))), Check.SIMPLE)
        for n in range(parsed.frames)
    )
    found = json.loads(_node(module, stream, "count"))
    began = sum(os.times()[:2])
    mine = len(cut(stream))
    spent = sum(os.times()[:2]) - began
    sys.stdout.write(
        f"{found['frames']:,} frames in {found['cpu_s']:.2f} s of CPU (npm), "
        f"{mine:,} in {spent:.2f} s (ours, which also checks the sums)\n"
    )
    return 0 if same and found["frames"] == mine == parsed.frames else 1


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


def _node(module: Path, raw: bytes, *more: str) -> str:
    command = ("node", str(_SCRIPT), str(module.resolve()), *more)
    return subprocess.run(command, input=raw, capture_output=True, check=True).stdout.decode()


if __name__ == "__main__":
    sys.exit(main())
