"""The files beside the program: they name what the program has, and parse where a tool can."""

import configparser
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

from kiosk.runtime.cli import UNFIT

ROOT = Path(__file__).parents[2]
RULES = (ROOT / "udev" / "70-kiosk.rules").read_text(encoding="utf-8")
UNIT = (ROOT / "udev" / "kiosk.service").read_text(encoding="utf-8")
EXAMPLE = tomllib.loads((ROOT / "firmware.toml").read_text(encoding="utf-8"))


def unit(section: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    current = ""
    for line in UNIT.splitlines():
        if match := re.fullmatch(r"\[(\w+)\]", line):
            current = match[1]
        elif current == section and "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def test_the_rules_make_the_names_that_the_configuration_uses() -> None:
    for port in (EXAMPLE["coin"]["port"], EXAMPLE["receipt"]["port"]):
        name = port.removeprefix("/dev/")
        assert f'SYMLINK+="{name}"' in RULES
        assert f"/dev/{name} rw" in unit("Service")["DeviceAllow"]


def test_every_rule_is_made_of_matches_and_assignments() -> None:
    term = r'[A-Z]+(\{[^}]+\})?(==|!=|\+=|=)"[^"]*"'
    lines = re.sub(r"\\\n\s*", "", RULES).splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert len(rules) >= 8
    for rule in rules:
        assert re.fullmatch(rf"{term}(, {term})*", rule), rule


def test_the_unit_is_watched_by_its_own_loop_and_not_restarted_when_unfit() -> None:
    service = unit("Service")
    assert service["Type"] == ["notify"]
    assert service["WatchdogSec"] == ["20s"]
    assert service["RestartPreventExitStatus"] == [str(UNFIT)]


def test_the_directories_are_those_of_the_configuration() -> None:
    service = unit("Service")
    assert EXAMPLE["journal"]["directory"] == f"/var/lib/{service['StateDirectory'][0]}"
    assert EXAMPLE["printer"]["runtime_dir"].startswith(f"/run/{service['RuntimeDirectory'][0]}/")


def test_nothing_is_dumped_or_swapped() -> None:
    service = unit("Service")
    assert service["LimitCORE"] == ["0"]
    assert service["MemorySwapMax"] == ["0"]
    assert service["NoNewPrivileges"] == ["yes"]


def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    """Where systemd-analyze is installed; elsewhere the unit must at least be an ini file."""
    if shutil.which("systemd-analyze") is None:
        parser = configparser.RawConfigParser(strict=False)
        parser.read_string(UNIT)
        assert parser.sections() == ["Unit", "Service", "Install"]
        return
    path = tmp_path / "kiosk.service"
    path.write_text(UNIT.replace("/opt/kiosk/.venv/bin/kiosk", "/bin/true"), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(path)],
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    assert "kiosk.service:" not in done.stderr, done.stderr
