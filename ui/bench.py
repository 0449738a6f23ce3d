"""Measures the glass on this machine: press to next screen, first paint, take-over, idle CPU.

`python -m ui.bench` prints the figures as JSON. Without a display it starts a private Xvfb,
since SDL's dummy driver has no window to flip and polls where X11 blocks.
"""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ui.config import GlassConfig
from ui.glass import Glass
from ui.model import (
    Action,
    Body,
    Choose,
    Digits,
    Look,
    Option,
    Pay,
    Raw,
    Review,
    ReviewRow,
    Role,
    Screen,
    text,
)

_CONFIG = GlassConfig(sound=False, deaf_s=0.0)
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def bench_screens() -> tuple[Screen, ...]:
    """Four screens as full as those of a visit, each with one leading button."""
    bar = (
        Action("end", text("button.end"), Role.END),
        Action("back", text("button.back"), Role.SECONDARY),
        Action("confirm", text("button.confirm"), Role.PRIMARY),
    )
    tools = (Action("language", text("button.language")), Action("look", text("button.look")))
    options = tuple(
        Option(f"option:{n}", text("amount.yen", yen=n * 100), Raw("見本"), "見本", n == 1)
        for n in range(1, 7)
    )
    fix = text("button.fix")
    rows = tuple(
        ReviewRow(text("pay.due"), (Raw("見本　太郎", name=True),), Action(f"fix:{n}", fix))
        for n in range(5)
    )
    total = text("amount.yen", yen=600)
    bodies: tuple[Body, ...] = (
        Digits(4, 2, text("pay.no_notes"), text("pay.coins")),
        Choose(options, columns=2),
        Review(rows, text("amount.product", yen=300, n=2), total),
        Pay(600, 500, (500, 100, 50, 10)),
    )
    return tuple(
        Screen(f"bench.{n}", text("app.title"), body, step=n + 1, actions=bar, tools=tools)
        for n, body in enumerate(bodies)
    )


def opened(screens: Sequence[Screen]) -> Glass:
    """A glass that shows the first of the screens."""
    glass = Glass(_CONFIG, time.perf_counter)
    glass.warm(screens[0], Look())
    glass.take()
    return glass


def press_to_next(
    screens: Sequence[Screen], presses: int = 200, *, known: bool = True
) -> list[float]:
    """Milliseconds from the finger's leaving the glass to the whole next screen flipped.

    The finger is a real SDL event posted by another thread. `known=False` drops every kept text
    before each press: each screen is then as new as the first time.
    """
    glass = opened(screens)
    taken = []
    for number in range(presses):
        if not known:
            glass.drop_texts()
        taken.append(_one_press(glass, screens[(number + 1) % len(screens)]))
    glass.close()
    return taken[len(screens) :] if known else taken


def _one_press(glass: Glass, following: Screen) -> float:
    x, y = glass.place_of("confirm")
    glass.press("down", x, y)
    while glass.wait(1.0):
        pass
    posted: list[float] = []

    def lift() -> None:
        posted.append(time.perf_counter())
        glass.press("up", x, y)

    finger = threading.Timer(0.01, lift)
    finger.start()
    while not glass.wait(1.0):
        pass
    glass.show(following, Look())
    done = time.perf_counter()
    finger.join()
    return (done - posted[0]) * 1000


def take_over(times: int = 20) -> list[float]:
    """Milliseconds from the command to the spare's first screen on the glass."""
    return [float(_child("take")["ms"]) for _ in range(times)]


def first_paint() -> float:
    """Milliseconds from the start of a fresh interpreter to the first screen flipped."""
    start = time.perf_counter()
    _child("take")
    return (time.perf_counter() - start) * 1000


def idle_cpu(seconds: float = 60.0) -> float:
    """Per cent of one core that a glass takes while nobody touches it, from /proc."""
    glass = opened(bench_screens())
    settle = time.perf_counter() + 1.0
    _wait_until(glass, settle)
    before, start = _cpu_ticks(), time.perf_counter()
    _wait_until(glass, start + seconds)
    used, passed = _cpu_ticks() - before, time.perf_counter() - start
    glass.close()
    return 100.0 * used / _TICKS_PER_S / passed


def _wait_until(glass: Glass, end: float) -> None:
    while (left := end - time.perf_counter()) > 0:
        glass.wait(left)


def _cpu_ticks() -> int:
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def memory_mb() -> dict[str, float]:
    """Resident and proportional memory of this process in megabytes."""
    rollup = Path("/proc/self/smaps_rollup").read_text().splitlines()
    wanted = {"Rss:": "rss_mb", "Pss:": "pss_mb"}
    parts = (line.split() for line in rollup[1:])
    return {wanted[p[0]]: int(p[1]) / 1024 for p in parts if p[0] in wanted}


def summary(milliseconds: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile and maximum, in milliseconds."""
    ordered = sorted(milliseconds)
    return {
        "p50_ms": round(statistics.median(ordered), 2),
        "p95_ms": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], 2),
        "max_ms": round(ordered[-1], 2),
    }


@contextlib.contextmanager
def display() -> Iterator[None]:
    """A display for the block: the present one, or a private Xvfb that ends with it."""
    if os.environ.get("DISPLAY"):
        yield
        return
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as told:
            number = told.readline().strip()
        if not number:
            raise OSError("Xvfb did not start: install the Debian package xvfb")
        os.environ["DISPLAY"] = f":{number}"
        try:
            yield
        finally:
            del os.environ["DISPLAY"]
            server.terminate()


def measure(seconds_idle: float = 60.0, screens: Sequence[Screen] = ()) -> dict[str, object]:
    """All figures. Takes `seconds_idle` and about half a minute."""
    shown = tuple(screens) or bench_screens()
    shown = tuple(replace(screen, sound="") for screen in shown)
    with display():
        return {
            "press_to_next": summary(press_to_next(shown)),
            "press_to_new": summary(press_to_next(shown, known=False)),
            "take_over": summary(take_over()),
            "first_paint_ms": round(first_paint(), 1),
            "idle_cpu_percent": round(idle_cpu(seconds_idle), 4),
            "memory": memory_mb(),
        }


def _child(task: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "ui.bench", task], check=True, capture_output=True, timeout=60
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _take_once() -> dict[str, float]:
    """In a fresh process: warm as a spare, then take the glass once."""
    glass = Glass(_CONFIG, time.perf_counter)
    glass.warm(bench_screens()[0], Look())
    start = time.perf_counter()
    glass.take()
    taken = (time.perf_counter() - start) * 1000
    glass.close()
    return {"ms": taken}


_TASKS: dict[str, Callable[[], object]] = {"take": _take_once, "all": measure}

if __name__ == "__main__":
    chosen = sys.argv[1] if len(sys.argv) > 1 else "all"
    sys.stdout.write(json.dumps(_TASKS[chosen](), indent=1) + "\n")
