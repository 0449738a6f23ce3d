"""`kiosk-center` as a program: ready means ready, SIGTERM means a clean end, settled by name."""

import json
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from center.__main__ import main
from center.clock import SystemClock
from center.demo import database
from center.pki.layout import State
from center.store.store import Step, Store, Suspension
from tests.center.software_terminal import Line, Visit, terminal_context

START_S = 60


@pytest.fixture
def state() -> Iterator[State]:
    root = Path(tempfile.mkdtemp(prefix="k"))
    yield State(root)
    shutil.rmtree(root)


def serve(state: State, *options: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "center", "serve", "--state", str(state.root), *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def first_line(process: "subprocess.Popen[bytes]") -> bytes:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], START_S)
    assert ready, "the centre did not become ready"
    return process.stdout.readline()


@pytest.mark.daemon
@pytest.mark.slow
def test_serve_from_nothing_to_sigterm(state: State) -> None:
    ports_file = state.root / "ports.json"
    options = ("--ports-file", str(ports_file), "--all-hours", "--clock-offset", "3600")
    process = serve(state, *options)
    try:
        ports = json.loads(first_line(process))
        assert ports == json.loads(ports_file.read_text("utf-8"))
        assert set(ports) == {"centre", "municipality", "ocsp"}
        line = Line(ports["centre"], terminal_context(state))
        visit = Visit(state, "yamada-hanako", SystemClock(3600))
        assert abs(visit.open(line).issued - visit.at()) <= 2, "the clock is shifted"
        assert visit.authenticate(line).status == 200
        assert all(not one.unavailable for one in visit.offers.message.certificates)
        line.close()
    finally:
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=20)
    assert process.returncode == 0, log
    assert b"Traceback" not in log
    for secret in ("山田", "yamada", "花子"):
        assert secret.encode() not in log


def test_a_named_person_lists_and_clears_suspensions(
    state: State, capsys: pytest.CaptureFixture[str]
) -> None:
    store = Store(str(database(state)))
    store.suspend(Suspension("99201", "main", "stamp.other_person", 7))
    where = ["--state", str(state.root)]
    assert main(["suspended", *where]) == 0
    assert capsys.readouterr().out == "99201 main stamp.other_person 7\n"
    with pytest.raises(SystemExit):
        main(["clear", "99201", "main", *where])
    with pytest.raises(SystemExit):
        main(["clear", "99201", "main", "--by", "  ", *where])
    assert main(["clear", "99201", "main", "--by", "A. Clerk", *where]) == 0
    assert store.suspended() == ()
    assert main(["clear", "99201", "main", "--by", "A. Clerk", *where]) == 1
    assert main(["block", "kiosk-0001", "--by", "A. Clerk", *where]) == 0
    assert store.blocked("kiosk-0001")
    assert "never applied here" in capsys.readouterr().out
    assert main(["admit", "kiosk-0001", *where]) == 0
    assert main(["admit", "kiosk-0001", *where]) == 1
    capsys.readouterr()
    assert main(["statistics", *where]) == 0
    assert capsys.readouterr().out.startswith("municipality terminal certificate")
    store.close()


def test_a_named_person_looks_into_what_succeeded_after_it_had_failed(
    state: State, capsys: pytest.CaptureFixture[str]
) -> None:
    store = Store(str(database(state)))
    step = Step(b"v" * 16, "apply", "kiosk-0001", "99201", "main")
    store.note_failure(step, "municipality.unreachable", 7)
    store.note_success(step, 9)
    where = ["--state", str(state.root)]
    assert main(["reviews", *where]) == 0
    assert capsys.readouterr().out == (
        "1 kiosk-0001 99201 main apply municipality.unreachable 7 then apply 9\n"
    )
    with pytest.raises(SystemExit, match="who looked into it"):
        main(["reviews", "--done", "1", *where])
    assert main(["reviews", "--done", "1", "--by", "A. Clerk", *where]) == 0
    assert main(["reviews", "--done", "1", "--by", "A. Clerk", *where]) == 1
    assert store.reviews() == ()
    store.close()


def test_a_state_without_a_database_is_said_so(state: State) -> None:
    with pytest.raises(SystemExit, match="run `kiosk-center serve` first"):
        main(["suspended", "--state", str(state.root)])
    assert list(state.root.iterdir()) == []
