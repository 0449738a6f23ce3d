"""`python -m drivers.coin.bench_six`: what six devices on a line cost the terminal, and the codec.

The virtual devices run in a process of their own behind a pseudo terminal at the line's true
speed, so that the CPU counted is the driver's alone.
"""

import argparse
import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from drivers.clock import SystemClock
from drivers.coin.contract import CoinVendorConfig
from drivers.coin.framing import Check, Frame, FrameParser, encode_frame
from drivers.coin.serial import SerialCoinVendor
from drivers.coin.virtual import BillBuild, MachineBuild, VirtualCoinMachine
from drivers.errors import DeviceError

_HOPPERS = {"10": 3, "50": 4, "100": 5, "500": 6}
_POLL_S = 0.2
"""Source: ccTalk Generic Specification 4.7, Part 3 Appendix 16: poll every 200 ms."""
_BAUD = 9600
_SET_UP_S = 60.0
_CHUNK = 4096


def main(arguments: list[str] | None = None) -> int:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(prog="drivers.coin.bench_six", description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0, help="how long to poll, each way")
    parser.add_argument("--frames", type=int, default=100_000, help="frames through the codec")
    parser.add_argument("--serve", action="store_true", help="be the devices until stdin ends")
    parsed = parser.parse_args(arguments)
    if parsed.serve:
        return _serve()
    found = {
        "takers": poll(parsed.seconds, everybody=False),
        "everybody": poll(parsed.seconds, everybody=True),
        "codec": codec(parsed.frames),
    }
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    return 0


def poll(seconds: float, *, everybody: bool) -> dict[str, float]:
    """Poll six devices every 200 ms with coins and bills let in.

    The takers' events, as a terminal in service asks for them; `everybody`: the status of each of
    the four hoppers as well, in the same round.
    """
    clock = SystemClock()
    with _devices() as port:
        config = CoinVendorConfig(port=port, hoppers=_HOPPERS, bills=40)
        vendor = SerialCoinVendor(config, clock)
        _set_up(vendor, clock)
        hoppers = vendor.hoppers if everybody else ()
        rounds: list[float] = []
        cpu, woken, began_s = _cpu_s(), _woken(), clock.monotonic_s()
        while clock.monotonic_s() - began_s < seconds:
            start_s = clock.monotonic_s()
            vendor.poll()
            for hopper in hoppers:
                with suppress(DeviceError):
                    hopper.running()
            rounds.append(clock.monotonic_s() - start_s)
            clock.sleep(max(0.0, _POLL_S - rounds[-1]))
        spent, took_s = _cpu_s() - cpu, clock.monotonic_s() - began_s
        woken = _woken() - woken
        vendor.close()
    rounds.sort()
    return {
        "rounds": len(rounds),
        "p50_ms": round(1000 * rounds[len(rounds) // 2], 2),
        "p99_ms": round(1000 * rounds[len(rounds) * 99 // 100], 2),
        "cpu_ms_a_round": round(1000 * spent / len(rounds), 2),
        "cpu_percent": round(100 * spent / took_s, 2),
        "wake_ups_a_round": round(woken / len(rounds), 1),
    }


def _set_up(vendor: SerialCoinVendor, clock: SystemClock) -> None:
    """However often a crowded machine lets 50 ms pass inside an answer."""
    until_s = clock.monotonic_s() + _SET_UP_S
    while True:
        try:
            able = vendor.capabilities()
            vendor.resume(None)
            vendor.accept(able.accepts)
        except DeviceError:
            if clock.monotonic_s() > until_s:
                raise
        else:
            return


def codec(frames: int) -> dict[str, float]:
    """Encode credit answers, and cut them out of a stream again, both checks."""
    clock = SystemClock()
    found: dict[str, float] = {"frames": frames}
    for check in Check:
        cpu = _cpu_s()
        stream = b"".join(
            encode_frame(Frame(1, 2, 0, bytes((number % 256, *range(10)))), check)
            for number in range(frames)
        )
        found[f"{check.value}_encode_per_s"] = round(frames / (_cpu_s() - cpu))
        parser, count, cpu = FrameParser(check), 0, _cpu_s()
        for at in range(0, len(stream), _CHUNK):
            count += len(parser.feed(stream[at : at + _CHUNK], clock.monotonic_s()))
        if count != frames:
            raise RuntimeError(f"{count} of {frames} frames came out")
        found[f"{check.value}_parse_per_s"] = round(frames / (_cpu_s() - cpu))
    return found


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _woken() -> int:
    """How often this process gave up the processor to wait: hardly touched by what else runs."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw


def _serve() -> int:
    build = MachineBuild(bills=BillBuild(), paced_baud=_BAUD)
    with VirtualCoinMachine(SystemClock(), build) as machine:
        sys.stdout.write(machine.serve_pty() + "\n")
        sys.stdout.flush()
        sys.stdin.read()
    return 0


@contextmanager
def _devices() -> Iterator[str]:
    """The port of devices that live in another process."""
    command = (sys.executable, "-m", "drivers.coin.bench_six", "--serve")
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin  # noqa: S101 - asked for above
        assert child.stdout  # noqa: S101
        try:
            yield child.stdout.readline().strip()
        finally:
            child.stdin.close()
            child.wait(timeout=20)


if __name__ == "__main__":
    sys.exit(main())
