"""Tries every step inside the container and writes what was seen, one JSON line a step."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from kiosk.demo.autopilot import Lost
from tests.udev.service_trial.machine import TrialMachine, call, install
from tests.udev.service_trial.steps import STEPS, Failed, Trial, last_failure, title


def main(arguments: Sequence[str]) -> int:
    """`STATE OUT`: the demo's keys, and the file to write. Status 1 if a step failed."""
    state, out = Path(arguments[0]), Path(arguments[1])
    install()
    runtime = Path("/run/trial")
    runtime.mkdir()
    machine = TrialMachine(state, runtime)
    machine.configure()
    call("systemctl", "start", "pcscd.socket")
    trial = Trial(machine)
    held = True
    try:
        for step in STEPS:
            try:
                seen, good = step(trial), True
            except (Failed, Lost, TimeoutError) as failed:
                seen, good = f"{failed}; the journal's last failure: {last_failure()}", False
            held = held and good
            line = {"step": title(step), "seen": seen, "held": good}
            with out.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
    finally:
        machine.close()
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
