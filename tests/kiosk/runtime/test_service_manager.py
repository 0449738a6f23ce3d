"""The terminal as a service: what systemd hears, and what unfit configurations are told.

Source: sd_notify(3), systemd.service(5).
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.runtime.cli import UNFIT
from tests.kiosk.centre_at_work import CentreAtWork

ROOT = Path(__file__).parents[3]
EXAMPLE = (ROOT / "firmware.toml").read_text(encoding="utf-8")
LIMIT_S = 30.0


@pytest.fixture
def place() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="k"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def bare(place: Path, running_work: CentreAtWork) -> Path:
    """The configuration of a demo terminal to which no device is connected."""
    centre = running_work.config()
    places: dict[str, object] = {
        "terminal.mode": "demo",
        "terminal.attendant": f"{place}/desk",
        "journal.directory": f"{place}/state",
        "card.pcscd_socket": f"{place}/none",
        "coin.port": f"{place}/coin",
        "receipt.port": f"{place}/receipt",
        "printer.device_uri": "ipp://127.0.0.1:9/ipp/print",
        "printer.runtime_dir": f"{place}/cups",
        "ui.video": "dummy",
        "ui.font_cache": f"{place}/fonts",
        "center.sites": centre.sites,
        "center.certificate": centre.certificate,
        "center.key": centre.key,
        "center.tls_roots": centre.tls_roots,
        "center.statement_roots": centre.statement_roots,
        "center.municipality_roots": centre.municipality_roots,
        "center.municipality_crls": centre.municipality_crls,
        "center.card_roots": centre.card_roots,
    }
    return written(place, places)


def written(place: Path, values: Mapping[str, object]) -> Path:
    """The example with these keys set to these values, which TOML spells as JSON does."""
    text = EXAMPLE
    for path, value in values.items():
        section, key = path.split(".")
        head, body = text.split(f"[{section}]\n", 1)
        changed, count = re.subn(
            rf"(?m)^{key} = .*$", f"{key} = {json.dumps(value)}", body, count=1
        )
        assert count == 1, path
        text = f"{head}[{section}]\n{changed}"
    given = place / "firmware.toml"
    given.write_text(text, encoding="utf-8")
    assert tomllib.loads(text)
    return given


@pytest.mark.daemon
@pytest.mark.slow
def test_systemd_hears_ready_although_every_device_is_missing_then_beats_then_the_end(
    bare: Path, place: Path
) -> None:
    """A start that waits for a device would be killed and repeated for ever."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(place / "notify"))
        manager.settimeout(LIMIT_S)
        process = subprocess.Popen(
            [sys.executable, "-m", "kiosk", "run", "--config", str(bare)],
            env={**os.environ, "NOTIFY_SOCKET": str(place / "notify"), "WATCHDOG_USEC": "200000"},
            cwd=ROOT, stderr=subprocess.DEVNULL, process_group=0,
        )  # fmt: skip
        try:
            heard = [manager.recv(100).decode() for _ in range(6)]
            process.send_signal(signal.SIGTERM)
            while heard[-1] != "STOPPING=1":
                heard.append(manager.recv(100).decode())
            assert process.wait(LIMIT_S) == 0
        finally:
            process.kill()
            process.wait()
    assert heard.count("READY=1") == 1
    assert heard.index("READY=1") < 6
    assert heard.count("WATCHDOG=1") >= 2
    assert {line.partition("=")[0] for line in heard} <= {"READY", "WATCHDOG", "STATUS", "STOPPING"}


@pytest.mark.parametrize("command", ["run", "check"])
def test_production_on_the_demos_trust_is_refused_in_one_sentence_a_file(
    command: str, place: Path, certificate_for_tests: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("certificate", "tls_roots", "statement_roots", "municipality_roots", "card_roots")
    trust = {f"center.{name}": str(certificate_for_tests) for name in names}
    given = written(place, {**trust, "printer.runtime_dir": "/dev/shm/cups"})
    assert main([command, "--config", str(given)]) == UNFIT
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        f"{given}: center.{name} holds a test certificate; production refuses it." for name in names
    ]


@pytest.fixture
def certificate_for_tests(place: Path) -> Path:
    path = place / "root.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", "/dev/null",
         "-out", str(path), "-days", "30", "-subj", "/O=KIOSK-TEST/CN=root"],
        check=True, capture_output=True,
    )  # fmt: skip
    return path
