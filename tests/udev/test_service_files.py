"""The files beside the program: they name what the program has, and parse where a tool can."""

import configparser
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

from drivers.printer import containment
from kiosk.document import confinement
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


def test_the_sandbox_allows_the_namespaces_that_the_program_makes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Those of the child that parses documents and of the private cupsd, and no other."""
    asked: list[int] = []
    kernel = SimpleNamespace(prctl=lambda *_: 0, unshare=lambda flags: asked.append(flags) or 0)
    monkeypatch.setattr(confinement.ctypes, "CDLL", lambda *_, **__: kernel)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert confinement.leave_network()
    parser = {name for flag, name in NAMESPACES.items() if asked[0] & flag}
    cupsd = {name for name in NAMESPACES.values() if f"--{name}" in containment._namespace()}
    (allowed,) = unit("Service")["RestrictNamespaces"]
    assert set(allowed.split()) == parser | cupsd


NAMESPACES = {
    0x00020000: "mnt",
    0x04000000: "uts",
    0x08000000: "ipc",
    0x10000000: "user",
    0x20000000: "pid",
    0x40000000: "net",
}
"""clone(2): flag, and systemd.exec(5)'s word for it."""


def test_systemd_rates_the_sandbox(tmp_path: Path) -> None:
    """Exposure 0 is best, 10 the worst; an ordinary service has 9.6."""
    path = tmp_path / "kiosk.service"
    path.write_text(UNIT, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=25", str(path)],
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout.splitlines()[-1:] or done.stderr
