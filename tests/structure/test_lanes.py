"""Who runs which file: the rules, and two workers beside two others that really keep to them."""

import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from tests.lanes import LONG, STORIES, is_story, next_file, number

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", [*STORIES, *LONG])
def test_what_is_named_exists(name: str) -> None:
    assert (ROOT / name).exists()


def test_stories_come_first_the_long_ones_before_the_others() -> None:
    plain, long, story = "tests/ui/test_a.py", LONG[-1], "tests/journeys/test_a.py"
    waiting = [plain, long, story, LONG[1], LONG[0]]
    order = []
    while waiting:
        chosen = next_file(waiting, may_tell_stories=True)
        assert chosen is not None
        order.append(chosen)
        waiting.remove(chosen)
    assert order == [LONG[0], LONG[1], story, long, plain]


def test_who_tells_no_stories_gets_the_rest_and_then_nothing() -> None:
    story, plain = "tests/journeys/test_a.py", "tests/ui/test_a.py"
    assert is_story(story)
    assert next_file([story, plain], may_tell_stories=False) == plain
    assert next_file([story], may_tell_stories=False) is None
    assert number("gw11") == 11


SAMPLE = """
import os
import pytest

@pytest.mark.parametrize("n", range(4))
def test_it(n):
    with open(os.environ["SEEN"], "a") as file:
        name = "/".join(__file__.split("/")[-3:])
        file.write(f"{os.environ['PYTEST_XDIST_WORKER']} {os.nice(0)} {name}\\n")
"""


@pytest.mark.timeout(300)  # five processes begin, on machines that are shared
def test_four_workers_keep_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight stories and eight other files: every test once, a file on one worker, lanes kept."""
    (tmp_path / "conftest.py").write_text(
        "from tests import lanes\n"
        "def pytest_configure(): lanes.give_way()\n"
        "def pytest_xdist_make_scheduler(config, log): return lanes.scheduler(config, log)\n"
    )
    for folder in ("journeys", "ui"):
        (tmp_path / "tests" / folder).mkdir(parents=True)
        for count in range(8):
            (tmp_path / "tests" / folder / f"test_{count}.py").write_text(SAMPLE)
    monkeypatch.setenv("SEEN", str(tmp_path / "seen"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    base = [
        "-q",
        "-p",
        "xdist",
        "--import-mode=importlib",
        "--rootdir",
        str(tmp_path),
        "-p",
        "no:cacheprovider",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *base, "-n", "4", "--dist", "loadfile", "tests"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    lines = (tmp_path / "seen").read_text().split("\n")[:-1]
    assert len(lines) == 64
    who = defaultdict(set)
    nice = defaultdict(set)
    for line in lines:
        worker, niceness, name = line.split()
        who[name].add(worker)
        nice[worker].add(int(niceness))
    assert all(len(workers) == 1 for workers in who.values())
    told = {worker for name, workers in who.items() if is_story(name) for worker in workers}
    assert told <= {"gw0", "gw1"}
    assert all(len(values) == 1 for values in nice.values())
    quiet = {min(values) for worker, values in nice.items() if number(worker) > 1}
    assert not quiet or quiet == {min(19, min(nice["gw0"] | nice["gw1"]) + 5)}
