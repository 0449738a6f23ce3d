"""The kit's command over a pseudo terminal: real time, real bytes, whole output."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.__main__ import main
from drivers.clock import Clock, SystemClock
from drivers.coin.contract import CoinVendorConfig
from drivers.coin.serial import SerialCoinVendor
from drivers.coin.virtual import Speeds, VirtualCoinMachine

_FEW = ("--only", "coin.link.silent_elsewhere", "--only", "coin.link.unknown_header")


def test_a_run_is_written_signed_verified_and_replayed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["conform", "coin", "--out", str(out), "--hands", "virtual", *_FEW]) == 0
    names = {path.name for path in out.iterdir()}
    assert names == {
        "report.html", "report.json", "junit.xml", "transcript.jsonl", "transcript.txt",
        "profile.toml",
    }  # fmt: skip
    report = json.loads((out / "report.json").read_text())["report"]
    assert report["verdicts"]["passed"] == 2
    assert report["overall"] == "conforms in what was tried", "most cases were not chosen"
    assert len(report["subject"]) == 5
    assert main(["conform", "verify", str(out)]) == 0
    assert "conforms" in capsys.readouterr().out
    assert main(["replay", str(out / "transcript.jsonl")]) == 0
    assert capsys.readouterr().out.count("same coin.link.") == 2
    with (out / "transcript.jsonl").open("a") as file:
        file.write("\n")
    assert main(["conform", "verify", str(out)]) != 0


def test_what_cannot_be_used_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--out", str(tmp_path / "out")]
    assert main(["conform", "coin", *out, "--hopper", "ten"]) == 2
    assert "YEN=ADDRESS" in capsys.readouterr().err
    assert main(["conform", "coin", *out, "--driver", "nowhere:Nothing"]) == 2
    assert "package.module:Class" in capsys.readouterr().err
    assert main(["conform", "verify", str(tmp_path)]) == 2
    assert main(["replay", str(tmp_path / "none.jsonl")]) == 2


class PersonAtTheBench:
    """Reads the prompts as a person would, and does what they say to the machine."""

    def __init__(self, machine: VirtualCoinMachine) -> None:
        self.machine = machine
        self.heard: list[str] = []

    def __call__(self, prompt: str = "") -> str:
        self.heard.append(prompt)
        coin = re.search(r"insert one ¥(\d+) coin", prompt)
        if coin:
            self.machine.hand.drop_coin(int(coin[1]))
        if "tray" in prompt:
            return str(self.machine.hand.take_tray())
        if "Switch the machine off" in prompt:
            self.machine.hand.power_cycle()
        return ""


@pytest.fixture
def machine() -> Iterator[VirtualCoinMachine]:
    speeds = Speeds(fall_time_s=0.0, dispense_coin_s=0.0, boot_s=0.0)
    with VirtualCoinMachine(SystemClock(), speeds=speeds) as made:
        yield made


def test_a_person_at_the_bench_is_told_what_to_do(
    machine: VirtualCoinMachine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = PersonAtTheBench(machine)
    monkeypatch.setattr("builtins.input", person)
    only = [
        "--only",
        "coin.coins.credit",
        "--only",
        "coin.payout.one",
        "--only",
        "coin.coins.power",
    ]
    command = ["conform", "coin", "--port", machine.serve_pty(), "--out", str(tmp_path / "out")]
    assert main([*command, "--hands", "prompt", "--budget-yen", "20", *only]) == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text())["report"]
    assert report["verdicts"]["passed"] == 3
    assert "failed" not in report["verdicts"]
    assert sum("insert one" in prompt for prompt in person.heard) == 5
    assert machine.truth().conserved


def test_without_a_hand_or_a_budget_nothing_moves(
    machine: VirtualCoinMachine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(prompt: str = "") -> str:
        raise AssertionError(f"nobody is there to be asked: {prompt}")

    monkeypatch.setattr("builtins.input", nobody)
    command = ["conform", "coin", "--port", machine.serve_pty(), "--out", str(tmp_path / "out")]
    assert main([*command, "--only", "coin.payout", "--only", "coin.paying"]) == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text())["report"]
    assert report["overall"] == "conforms in what was tried"
    assert report["verdicts"]["skipped"] >= 20
    assert machine.truth().customer_yen == 0


class TheirDriver:
    """A driver of another make: opens a line of its own, as `--driver` finds it."""

    def __init__(self, config: CoinVendorConfig, clock: Clock) -> None:
        self._ours = SerialCoinVendor(config, clock)

    def __getattr__(self, name: str) -> object:
        return getattr(self._ours, name)


def test_a_driver_of_another_make_is_tried_alone(tmp_path: Path) -> None:
    command = ["conform", "coin", "--out", str(tmp_path / "out"), "--hands", "virtual"]
    driver = ["--driver", f"{__name__}:TheirDriver", "--no-cctalk", "--budget-yen", "500"]
    only = ["--only", "coin.link.answers", "--only", "coin.taking.exactly"]
    only += ["--only", "coin.paying.exact", "--only", "coin.paying.lost_answer"]
    sys.modules.setdefault(__name__, sys.modules[TheirDriver.__module__])
    assert main([*command, *driver, *only]) == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text())["report"]
    chosen = (case for case in report["cases"] if case["detail"] != "not tried yet")
    assert {case["id"]: case["verdict"] for case in chosen} == {
        "coin.link.answers": "not applicable",
        "coin.taking.exactly": "passed",
        "coin.paying.exact": "passed",
        "coin.paying.lost_answer": "not applicable",
    }


def test_a_run_that_is_stopped_has_its_report_and_goes_on(
    machine: VirtualCoinMachine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = PersonAtTheBench(machine)

    def leaves(prompt: str = "") -> str:
        if person.heard:
            raise KeyboardInterrupt
        return person(prompt)

    monkeypatch.setattr("builtins.input", leaves)
    out = tmp_path / "out"
    command = ["conform", "coin", "--port", machine.serve_pty(), "--out", str(out)]
    command += ["--hands", "prompt", "--only=coin.link.unknown_header", "--only=coin.coins.unknown"]
    assert main(command) == 130
    stopped = json.loads((out / "report.json").read_text())["report"]
    assert stopped["verdicts"]["passed"] == 1
    assert main(["conform", "verify", str(out)]) == 0
    monkeypatch.setattr("builtins.input", person)
    assert main(command) == 0
    assert json.loads((out / "report.json").read_text())["report"]["verdicts"]["passed"] == 2
