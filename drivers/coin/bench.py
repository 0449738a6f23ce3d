"""How fast the coin line is: from a coin in the slot to its event, and what polling costs."""

import os
import threading
from dataclasses import dataclass

from drivers.clock import Clock, SystemClock
from drivers.coin.contract import CoinAccepted, CoinVendorConfig
from drivers.coin.serial import SerialCoinVendor
from drivers.coin.virtual.machine import VirtualCoinMachine
from drivers.coin.virtual.mechanics import MachineBuild, Speeds

_HOPPERS = {"10": 3, "50": 4, "100": 5, "500": 6}
_COINS = frozenset({10, 50, 100, 500})
_GAP_S = 0.137
"""Between two coins; no multiple of the poll interval, so that every phase occurs."""


@dataclass(frozen=True, slots=True)
class CoinBench:
    """What was measured. Seconds, except where it says otherwise."""

    coins: int
    p50_s: float
    p95_s: float
    worst_s: float
    poll_s: float
    """One poll exchange on the line, on average."""
    cpu_share: float
    """Share of one processor used by driver and virtual machine together while polling."""


def measure(coins: int = 40, baud: int = 9600, clock: Clock | None = None) -> CoinBench:
    """Drop coins one after another over a pty paced at `baud`, and time their events.

    The time runs from the moment the acceptor credits the coin (mechanics take none here) to
    `poll` giving the event, with polls as far apart as the driver itself asks for.
    """
    clock = clock or SystemClock()
    speeds = Speeds(fall_time_s=0.0, dispense_coin_s=0.0)
    build = MachineBuild(paced_baud=baud)
    with VirtualCoinMachine(clock, build, speeds=speeds) as machine:
        config = CoinVendorConfig(port=machine.serve_pty(), hoppers=_HOPPERS)
        vendor = SerialCoinVendor(config, clock)
        vendor.capabilities()
        vendor.resume(None)
        vendor.accept(_COINS)
        try:
            return _run(machine, vendor, clock, coins)
        finally:
            vendor.close()


def _run(
    machine: VirtualCoinMachine, vendor: SerialCoinVendor, clock: Clock, coins: int
) -> CoinBench:
    dropped: list[float] = []
    seen: list[float] = []
    polls: list[float] = []
    done = threading.Event()

    def drop() -> None:
        for _ in range(coins):
            if done.wait(_GAP_S):
                return
            dropped.append(clock.monotonic_s())
            machine.hand.drop_coin(100)

    hand = threading.Thread(target=drop, name="bench-hand", daemon=True)
    cpu, began = sum(os.times()[:2]), clock.monotonic_s()
    hand.start()
    until_s = began + coins * _GAP_S * 3 + 5.0
    while len(seen) < coins and clock.monotonic_s() < until_s:
        start = clock.monotonic_s()
        events = vendor.poll()
        now = clock.monotonic_s()
        polls.append(now - start)
        seen.extend(now for event in events if isinstance(event, CoinAccepted))
        clock.sleep(max(0.0, vendor.poll_every_s - (now - start)))
    spent, took = sum(os.times()[:2]) - cpu, clock.monotonic_s() - began
    done.set()
    hand.join()
    if len(seen) < coins:
        raise RuntimeError(f"only {len(seen)} of {coins} coins were reported")
    waits = sorted(s - d for d, s in zip(dropped, seen, strict=True))
    return CoinBench(
        coins=coins,
        p50_s=waits[coins // 2],
        p95_s=waits[min(coins - 1, coins * 95 // 100)],
        worst_s=waits[-1],
        poll_s=sum(polls) / len(polls),
        cpu_share=spent / took,
    )
