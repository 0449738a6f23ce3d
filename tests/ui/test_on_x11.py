"""The glass on a private X server, in a process of its own: it blocks, and it answers."""

import json
import os
import subprocess
import sys

import pytest

SCRIPT = """
import json, os, resource
from ui import bench, window
with bench.display():
    glass = bench.opened(bench.bench_screens())
    native = window.find_native_wait() is not None
    glass.close()
    presses = bench.press_to_next(bench.bench_screens(), 24)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw
    idle = bench.idle_cpu(2.0)
    switches = resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw - before
print(json.dumps({"native": native, "presses": bench.summary(presses), "idle": idle,
                  "switches": switches, "memory": bench.memory_mb(),
                  "left": os.environ.get("SDL_VIDEODRIVER")}))
"""


@pytest.mark.daemon
@pytest.mark.slow
def test_the_glass_blocks_while_idle_and_answers_a_press() -> None:
    """Polling once a millisecond would be 2,000 switches; how fast it is, `make bench` says."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env=environment,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["native"]
    assert seen["switches"] < 300
    assert seen["presses"]["p50_ms"] > 0
    assert seen["left"] is None, "a child would inherit this window's driver"
    assert seen["memory"]["rss_mb"] < 120
