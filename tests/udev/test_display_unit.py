"""The screen's unit: it parses, fits the terminal's, and its cookie lets in whom it should."""

import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DISPLAY = (ROOT / "udev" / "kiosk-display.service").read_text(encoding="utf-8")
KIOSK = (ROOT / "udev" / "kiosk.service").read_text(encoding="utf-8")
AUTHORITY = "/run/kiosk-display/auth"
OPEN_A_WINDOW = "import pygame; pygame.display.init(); pygame.display.set_mode((64, 64))"


def value(unit: str, key: str) -> str:
    found = re.search(rf"(?m)^{key}=(.*)$", unit)
    assert found, key
    return found[1]


def test_both_units_and_the_configuration_mean_the_same_screen() -> None:
    server = shlex.split(value(DISPLAY, "ExecStart"))
    assert value(KIOSK, "Environment") == f"DISPLAY={server[1]} XAUTHORITY={AUTHORITY}"
    assert server[server.index("-auth") + 1] == AUTHORITY
    assert value(DISPLAY, "RuntimeDirectory") == Path(AUTHORITY).parent.name
    assert value(DISPLAY, "Group") == value(KIOSK, "Group")
    example = tomllib.loads((ROOT / "firmware.toml").read_text(encoding="utf-8"))
    assert example["ui"]["video"] == "x11"


def test_the_server_listens_on_no_network_and_never_blanks() -> None:
    server = shlex.split(value(DISPLAY, "ExecStart"))
    assert server[server.index("-nolisten") + 1] == "tcp"
    assert server[server.index("-s") + 1] == "0"
    assert {"-dpms", "-nocursor", "-noreset", "-novtswitch"} <= set(server)


@pytest.fixture
def place() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="k"))
    yield made
    shutil.rmtree(made)


@pytest.fixture
def screen(place: Path) -> Iterator[str]:
    """An X server behind the unit's own cookie; the display's name."""
    shell, flag, command = shlex.split(value(DISPLAY, "ExecStartPre"))
    made = command.replace(AUTHORITY, str(place / "auth")).replace("$$", "$")
    subprocess.run([shell, flag, made], check=True, timeout=20)
    told, tell = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(tell), "-auth", str(place / "auth"), "-nolisten", "tcp",
         "-screen", "0", "64x64x24"],
        pass_fds=[tell], stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(tell)
    try:
        with os.fdopen(told) as said:
            yield f":{said.readline().strip()}"
    finally:
        server.kill()
        server.wait()


def opens(display: str, authority: Path) -> bool:
    environment = {"DISPLAY": display, "XAUTHORITY": str(authority), "SDL_VIDEODRIVER": "x11"}
    done = subprocess.run(
        [sys.executable, "-c", OPEN_A_WINDOW], env={**os.environ, **environment},
        capture_output=True, check=False, timeout=30,
    )  # fmt: skip
    return done.returncode == 0


@pytest.mark.daemon
@pytest.mark.slow
def test_the_cookie_opens_the_screen_and_nothing_else_does(screen: str, place: Path) -> None:
    listed = subprocess.run(
        ["xauth", "-f", str(place / "auth"), "list"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    cookie = listed.split()[-1]
    ours = place / "ours"
    # The server under test has a display of its own number; the cookie is the unit's.
    subprocess.run(
        ["xauth", "-q", "-f", str(ours), "add", screen, ".", cookie],
        check=True, capture_output=True,
    )  # fmt: skip
    mode = (place / "auth").stat().st_mode
    assert stat.S_IMODE(mode) == 0o640, "the terminal's user reads it as one of the group"
    assert opens(screen, ours)
    assert not opens(screen, place / "none")


def test_systemd_finds_nothing_wrong(place: Path) -> None:
    path = place / "kiosk-display.service"
    path.write_text(DISPLAY.replace("/usr/bin/Xorg", "/bin/true"), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(path)],
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    assert "kiosk-display.service:" not in done.stderr, done.stderr
