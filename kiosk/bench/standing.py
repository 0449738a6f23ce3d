"""Figures of a terminal that nobody uses: start, idle time, memory, and the visit's death."""

import os
import signal

from kiosk.bench import proc
from kiosk.bench.figures import Sizes, of
from kiosk.bench.scene import CLOCK, Scene

Found = dict[str, Sizes]

_CALM_S = 45.0
"""So long after a start or a visit everything that ends by itself has ended: the coin line asks
seldom again half a minute after its slot was closed."""


def measure_idle(scene: Scene, seconds: float) -> Found:
    """Per cent of one core over `seconds`, the first picture on the glass, nobody there."""
    scene.await_rest()
    CLOCK.sleep(_CALM_S)
    processes = scene.processes
    before, began_s = {p: proc.cpu_s(p) for p in processes.values()}, CLOCK.monotonic_s()
    CLOCK.sleep(seconds)
    passed_s = CLOCK.monotonic_s() - began_s
    shares = {
        f"idle.{name}": 100 * (proc.cpu_s(pid) - before[pid]) / passed_s
        for name, pid in processes.items()
    }
    return {name: of([share]) for name, share in {**shares, "idle": sum(shares.values())}.items()}


def measure_memory(scene: Scene) -> Found:
    """MB of each process, and of the three together."""
    scene.await_rest()
    sizes = {f"memory.{name}": proc.pss_mb(pid) for name, pid in scene.processes.items()}
    return {name: of([size]) for name, size in {**sizes, "memory": sum(sizes.values())}.items()}


def measure_start(scene: Scene, rounds: int) -> Found:
    """ms from the exec of `kiosk run` to the first frame of a glass, fonts' cache warm."""
    taken = []
    for _ in range(rounds):
        scene.await_rest()
        scene.stage.terminal.stop()
        scene.clear()
        began_s = CLOCK.monotonic_s()
        scene.stage.terminal.start()
        taken.append(1000 * (scene.await_frame_of_other(0).at_s - began_s))
    return {"start": of(taken)}


def measure_takeover(scene: Scene, rounds: int) -> Found:
    """ms from SIGKILL to the successor's first frame, and to the next spare's being ready."""
    frames, spares = [], []
    for _ in range(rounds):
        scene.await_rest()
        dead = scene.visit
        scene.clear()
        killed_s = CLOCK.monotonic_s()
        os.kill(dead, signal.SIGKILL)
        first = scene.await_frame_of_other(dead)
        frames.append(1000 * (first.at_s - killed_s))
        spares.append(1000 * (scene.await_spare() - killed_s))
    return {"takeover": of(frames), "spare": of(spares)}
