"""What is tried with the service, one function a step; each returns what was seen.

Raises Failed where the unit does not do what it says.
"""

import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from drivers.clock import SystemClock
from kiosk.demo.autopilot import Autopilot, Wishes
from kiosk.demo.glass_link import Frame, GlassLink
from kiosk.runtime.cli import UNFIT
from tests.udev.service_trial import probe
from tests.udev.service_trial.machine import (
    CONFIG,
    GLASS,
    PROGRAM,
    UNIT,
    UNITS,
    VIRTUAL_LINES,
    TrialMachine,
    call,
)

_LIMIT_S: Final = 90.0
_LOOK_S: Final = 0.1
_CARD: Final = "yamada-hanako"


class Failed(Exception):
    """The unit did something else; says what."""


def last_failure() -> str:
    """What the terminal's journal last calls a failure or a trouble."""
    lines = Path("/var/lib/kiosk/journal.jsonl").read_text(encoding="utf-8").splitlines()
    bodies = [json.loads(line)["body"] for line in lines]
    told = [f"{b['kind']} {b['f']}" for b in bodies if b["kind"].endswith((".failure", ".trouble"))]
    return told[-1] if told else "none"


class Trial:
    """The machine, and somebody at its glass."""

    def __init__(self, machine: TrialMachine) -> None:
        self.machine = machine
        self.clock = SystemClock()
        self.glass = GlassLink(GLASS, self.clock, lambda _: None, "none")
        self.journal_mark = ""

    def until(self, holds: Callable[[], bool], otherwise: str, limit_s: float = _LIMIT_S) -> float:
        """Wait; the seconds it took. Raises Failed."""
        began_s = self.clock.monotonic_s()
        while not holds():
            if self.clock.monotonic_s() - began_s > limit_s:
                raise Failed(otherwise)
            self.clock.sleep(_LOOK_S)
        return self.clock.monotonic_s() - began_s

    def at_rest(self) -> Frame:
        """Until the first picture invites."""
        frame = self.glass.wait_for(lambda f: f.screen == "start" and bool(f.actions), _LIMIT_S)
        # A glass that was killed leaves its last picture behind; the one there now answers.
        holder = self.glass.pid
        demand(holder in pids(), f"the glass is held by process {holder}, which is not the unit's")
        return frame


def demand(holds: bool, otherwise: str) -> None:
    """Raises Failed unless it holds."""
    if not holds:
        raise Failed(otherwise)


def shown(*names: str) -> dict[str, str]:
    """Properties of the unit as `systemctl show` has them."""
    lines = call("systemctl", "show", UNIT, *(f"--property={name}" for name in names)).splitlines()
    return dict(line.partition("=")[::2] for line in lines)


def pids() -> set[int]:
    """All processes in the unit's cgroup."""
    group = shown("ControlGroup")["ControlGroup"]
    try:
        text = Path(f"/sys/fs/cgroup{group}/cgroup.procs").read_text(encoding="ascii")
    except OSError:
        return set()
    return {int(line) for line in text.split()} if group else set()


def security(_trial: Trial) -> str:
    """`systemd-analyze security`: exposure, 0 is best."""
    last = call("systemd-analyze", "security", "--no-pager", UNIT).strip().splitlines()[-1]
    return last.partition("kiosk.service: ")[2].split()[0]


def first_steps(_trial: Trial) -> str:
    """Before the first start, as the terminal's user: fonts are made, `kiosk check` is green."""
    call("systemctl", "start", "kiosk-display.service")
    as_user = ("runuser", "-u", "kiosk", "--")
    fonts = [*as_user, PROGRAM / ".venv/bin/python", "-m", "ui.fonts", "/var/cache/kiosk/fonts"]
    check = [*as_user, PROGRAM / ".venv/bin/kiosk", "check", "--config", CONFIG]
    for command in (fonts, check):
        done = subprocess.run(
            command, cwd=PROGRAM, capture_output=True, text=True, check=False, timeout=_LIMIT_S
        )
        demand(done.returncode == 0, f"{command[-2]}: {done.stdout}{done.stderr}"[-600:])
    return f"{len(done.stdout.splitlines())} lines, status 0"


def ready(trial: Trial) -> str:
    """`systemctl start` returns when the terminal has said READY=1; the glass is there."""
    began_s = trial.clock.monotonic_s()
    call("systemctl", "start", UNIT)
    took_s = trial.clock.monotonic_s() - began_s
    state = shown("ActiveState", "SubState", "NRestarts", "StatusText")
    demand(state["ActiveState"] == "active" and state["SubState"] == "running", str(state))
    trial.at_rest()
    return f"READY after {took_s:.1f} s; {len(pids())} processes"


def visit(trial: Trial) -> str:
    """A whole visit through pcscd, coin line, private cupsd and receipt printer."""
    wishes = Wishes(card=_CARD, pin=lambda: trial.machine.pin(_CARD))
    before = len(trial.machine.printer.delivered)
    Autopilot(trial.glass, trial.machine, wishes, trial.clock).run()
    sheets = len(trial.machine.printer.delivered) - before
    slips = len(trial.machine.receipt.slips)
    demand(sheets == 1, f"{sheets} sheets were delivered")
    change_yen = trial.machine.coin_tray_yen()
    demand(change_yen > 0, "no change was given")
    trial.machine.coins.hand.take_tray()
    return f"{sheets} sheet, ¥{change_yen} change, {slips} receipts"


def watchdog(trial: Trial) -> str:
    """A supervisor that stands still in the middle of a payment is killed and started again."""
    pilot = Autopilot(trial.glass, _StopsAtPaying(trial), _wishes(trial), trial.clock)
    with suppress(_Stopped):
        pilot.run()
    main = int(shown("MainPID")["MainPID"])
    began_s = trial.clock.monotonic_s()
    old = pids()
    os.kill(main, signal.SIGSTOP)
    trial.until(lambda: shown("NRestarts")["NRestarts"] == "1", "the watchdog did not bite")
    bitten_s = trial.clock.monotonic_s() - began_s
    trial.until(lambda: shown("SubState")["SubState"] == "running", "it does not come back")
    back_s = trial.clock.monotonic_s() - began_s
    demand(not old & pids(), f"{len(old & pids())} processes of before are left")
    words = call("journalctl", "--no-pager", "-u", UNIT)
    demand("Watchdog timeout" in words, "systemd's journal names no watchdog")
    trial.until(lambda: trial.machine.coin_tray_yen() == _PAID_YEN, "the ¥100 did not come back")
    trial.machine.pull_card()
    trial.machine.coins.hand.take_tray()
    trial.at_rest()
    times = f"killed after {bitten_s:.0f} s, READY again after {back_s:.0f} s"
    return f"{times}, ¥{_PAID_YEN} paid back"


_PAID_YEN: Final = 100


class _Stopped(Exception):
    """The resident has paid a part."""


class _StopsAtPaying:
    """Hands that put one coin in, and let the world stand still."""

    def __init__(self, trial: Trial) -> None:
        self._trial = trial
        self.place_card = trial.machine.place_card
        self.pull_card = trial.machine.pull_card
        self.take_paper = trial.machine.take_paper

    def drop_coin(self, _yen: int) -> None:
        """¥100, and wait until it is written down."""
        self._trial.machine.drop_coin(_PAID_YEN)
        journal = Path("/var/lib/kiosk/journal.jsonl")
        self._trial.until(
            lambda: '"coin.in"' in journal.read_text(encoding="utf-8").splitlines()[-1],
            "the coin was not journaled",
        )
        raise _Stopped


def _wishes(trial: Trial) -> Wishes:
    return Wishes(card=_CARD, pin=lambda: trial.machine.pin(_CARD))


def cupsd_killed(trial: Trial) -> str:
    """The private cupsd dies; the terminal starts another, inside the sandbox."""

    def found() -> list[int]:
        return [pid for pid in pids() if _name(pid) == "cupsd"]

    (old,) = found()
    os.kill(old, signal.SIGKILL)
    took_s = trial.until(lambda: bool(found()) and old not in found(), "no cupsd comes back")
    trial.at_rest()
    return f"another after {took_s:.1f} s"


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def pcscd_killed(trial: Trial) -> str:
    """The system's pcscd dies; a whole visit afterwards (systemd starts pcscd by its socket)."""
    os.kill(int(_main_pid("pcscd.service")), signal.SIGKILL)
    return visit(trial)


def sandbox(_trial: Trial) -> str:
    """In the unit's sandbox works what the terminal must do, and nothing of what it may not."""
    for device in Path("/proc/misc").read_text(encoding="ascii").splitlines():
        number, name = device.split()
        if name == "fuse":
            call("mknod", "-m", "0666", probe.FOREIGN_DEVICE, "c", "10", number)
    for address in (probe.FOREIGN_ADDRESS, probe.KNOWN_ADDRESS):
        call("ip", "address", "add", f"{address}/32", "dev", "lo")
    with socket.create_server(("", probe.PORT)):
        outside = json.loads(call(*_PROBE))
        works = _probed()
    idle = [name for name in probe.MUST_NOT if not outside[name]]
    demand(not idle, f"even without a sandbox nobody can: {', '.join(idle)}")
    wrong = [name for name, works_here in works.items() if works_here != (name in probe.MUST)]
    demand(not wrong, f"wrong: {', '.join(wrong)}")
    return f"{len(probe.MUST)} things work, {len(probe.MUST_NOT)} are refused"


def _probed() -> dict[str, bool]:
    """The probe in place of the terminal: the same unit, but it ends by itself."""
    text = (UNITS / UNIT).read_text(encoding="utf-8") + VIRTUAL_LINES
    for key, value in _ENDS_BY_ITSELF.items():
        text = re.sub(rf"(?m)^{key}=.*$", f"{key}={value}", text)
    (UNITS / "kiosk-probe.service").write_text(text, encoding="utf-8")
    call("systemctl", "daemon-reload")
    call("systemctl", "start", "kiosk-probe.service")
    works: dict[str, bool] = json.loads(_TOLD.read_text(encoding="utf-8"))
    return works


_TOLD: Final = Path("/run/trial/probe.json")
_PROBE: Final = (str(PROGRAM / ".venv/bin/python"), "-m", "tests.udev.service_trial.probe")
_ENDS_BY_ITSELF: Final = {
    "Type": "oneshot",
    "Restart": "no",
    "WatchdogSec": "0",
    "ExecStart": f"{' '.join(_PROBE)}\nWorkingDirectory={PROGRAM}\nStandardOutput=file:{_TOLD}",
}


def stopped(trial: Trial) -> str:
    """`systemctl stop` ends it in order; nothing of it is left."""
    old = pids()
    began_s = trial.clock.monotonic_s()
    call("systemctl", "stop", UNIT)
    took_s = trial.clock.monotonic_s() - began_s
    state = shown("Result", "ExecMainStatus", "ActiveState")
    wanted = {"Result": "success", "ExecMainStatus": "0", "ActiveState": "inactive"}
    demand(state == wanted, str(state))
    left = [pid for pid in old if Path(f"/proc/{pid}").exists()]
    demand(not left, f"{len(left)} processes are left")
    demand(not Path("/run/kiosk").exists(), "/run/kiosk is still there")
    return f"{len(old)} processes gone after {took_s:.1f} s, status 0, /run/kiosk gone"


def demo(_trial: Trial) -> str:
    """`kiosk demo --auto` beside a system's pcscd and cupsd: all is well, and they go on."""
    call("systemctl", "start", *_SYSTEMS)
    before = [_main_pid(service) for service in _SYSTEMS]
    place = Path("/run/trial/demo")
    done = subprocess.run(
        [PROGRAM / ".venv/bin/kiosk", "demo", "--auto", "--fast", "--out", place],
        env={**os.environ, "KIOSK_DEMO_STATE": "/run/trial/state"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    demand(done.returncode == 0, f"{done.stdout}{done.stderr}"[-1000:])
    after = [_main_pid(service) for service in _SYSTEMS]
    demand(before == after and "0" not in after, f"{_SYSTEMS}: {before} before, {after} after")
    queues = subprocess.run(["lpstat", "-v"], capture_output=True, text=True, check=False).stdout
    demand(not queues, f"the system's cupsd has queues: {queues}")
    return f"status 0; {' and '.join(_SYSTEMS)} are the processes of before, without a queue"


_SYSTEMS: Final = ("pcscd.service", "cups.service")


def _main_pid(service: str) -> str:
    return call("systemctl", "show", "--property=MainPID", "--value", service).strip()


def unfit(_trial: Trial) -> str:
    """A configuration that is unfit ends it with status 3, and systemd leaves it."""
    good = CONFIG.read_text(encoding="utf-8")
    CONFIG.write_text(good.replace("[coin]\n", "[coin]\nnonsense = 1\n"), encoding="utf-8")
    try:
        with suppress(subprocess.CalledProcessError):
            call("systemctl", "start", UNIT)
        state = shown("ActiveState", "ExecMainStatus", "NRestarts")
        demand(state == {"ActiveState": "failed", "ExecMainStatus": str(UNFIT), "NRestarts": "0"},
               str(state))  # fmt: skip
        words = call("journalctl", "--no-pager", "-u", UNIT, "-n", "20")
        demand("nonsense" in words, "its sentence is not in systemd's journal")
        return "status 3, not started again, its sentence in the journal"
    finally:
        CONFIG.write_text(good, encoding="utf-8")
        call("systemctl", "reset-failed", UNIT)


STEPS: Final = (security, first_steps, ready, visit, cupsd_killed, pcscd_killed, watchdog, stopped,
                sandbox, unfit, demo)  # fmt: skip


def title(step: Callable[[Trial], str]) -> str:
    """What a step shows, as its docstring's first line says it."""
    return (step.__doc__ or "").strip().splitlines()[0]
