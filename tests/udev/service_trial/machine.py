"""The machine around the service: what a technician installs, and virtual devices on its plugs.

Runs as root inside a container that systemd has booted; nothing of it is hardened. The system's
own pcscd stands between the unit and the card.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

from drivers.card.cardfile import read_card_file
from drivers.card.vpcd import VirtualSlot
from drivers.clock import SystemClock
from drivers.coin.virtual.ledger import Place
from drivers.coin.virtual.machine import VirtualCoinMachine
from drivers.printer.virtual import VirtualPrinter
from drivers.printer.virtual_engine import Machine
from drivers.receipt.virtual import VirtualReceiptPrinter
from kiosk.demo.cli import opening_offset_s
from kiosk.demo.devices import find_cards
from kiosk.demo.programs import CentreProgram, Places, terminal_config

PROGRAM: Final = Path("/opt/kiosk")
CONFIG: Final = Path("/etc/kiosk/firmware.toml")
GLASS: Final = "/run/kiosk/glass.sock"
UNIT: Final = "kiosk.service"
UNITS: Final = Path("/etc/systemd/system")
_VPCD: Final = ("127.0.0.1", 0x8C7B)
"""Where vsmartcard's driver listens in the system's pcscd (its /etc/reader.conf.d/vpcd)."""

VIRTUAL_LINES: Final = """\
[Service]
# Coin line and receipt printer are pseudo terminals here.
DeviceAllow=char-pts rw
"""
_VIRTUAL_SCREEN: Final = """\
[Service]
ExecStart=
ExecStart=/usr/bin/Xvfb :0 -screen 0 1280x1024x24 -auth /run/kiosk-display/auth -nolisten tcp
"""
_PATIENT_PCSCD: Final = """\
[Service]
# Without --auto-exit: it must be one process for as long as a step looks at it.
ExecStart=
ExecStart=/usr/sbin/pcscd --foreground
"""
_EXTRA: Final = {
    "kiosk": VIRTUAL_LINES,
    "kiosk-display": _VIRTUAL_SCREEN,
    "pcscd": _PATIENT_PCSCD,
}


def call(*command: str) -> str:
    """Run it as root; its output. Raises CalledProcessError."""
    done = subprocess.run(command, cwd=PROGRAM, capture_output=True, text=True, check=True)
    return done.stdout


def install() -> None:
    """The steps of docs/operations/installing.md that need no hardware."""
    call("adduser", "--system", "--group", "--home", "/var/lib/kiosk", "--no-create-home", "kiosk")
    call("install", "-d", "-m", "0750", "-o", "root", "-g", "kiosk",
         "/etc/kiosk", "/etc/kiosk/trust")  # fmt: skip
    call("install", "-d", "-m", "0700", "-o", "kiosk", "-g", "kiosk",
         "/etc/kiosk/terminal", "/var/lib/kiosk")  # fmt: skip
    call("install", "-d", "-o", "kiosk", "-g", "kiosk", "/var/cache/kiosk")
    for unit in ("kiosk.service", "kiosk-display.service"):
        shutil.copy(PROGRAM / "udev" / unit, UNITS)
    for unit, text in _EXTRA.items():
        extra = UNITS / f"{unit}.service.d"
        extra.mkdir()
        (extra / "virtual.conf").write_text(text, encoding="utf-8")
    call("systemctl", "daemon-reload")


class TrialMachine:
    """Centre and devices; `close` ends all of it. Also the hands of an autopilot."""

    def __init__(self, state: Path, runtime: Path) -> None:
        """`state`: PKI and cards, made if missing. `runtime`: for logs."""
        clock = SystemClock()
        # As scripts/setup does: the centre's loops are compiled beforehand, or it is too slow.
        call(str(PROGRAM / ".venv/bin/python"), "-m", "center.antiforgery.warm")
        self.offset_s = opening_offset_s()
        self._state = state
        self._centre = CentreProgram(state, runtime)
        self._centre.start(self.offset_s)
        self.coins = VirtualCoinMachine(clock)
        self.printer = VirtualPrinter(Machine(first_sheet_s=0.2, sheet_s=0.2))
        self.printer.start()
        self.receipt = VirtualReceiptPrinter()
        self._slot = VirtualSlot(*_VPCD)
        self._cards = {card.name: card for card in find_cards(state / "cards")}
        _plug(self.coins.serve_pty(), "kiosk-coin")
        _plug(self.receipt.serve_pty(), "kiosk-receipt")

    def configure(self) -> None:
        """Trust, identity and firmware.toml where the service looks for them."""
        trust = Path("/etc/kiosk/trust")
        for path in (self._state / "trust").iterdir():
            shutil.copy(path, trust)
            (trust / path.name).chmod(0o644)
        identity = Path("/etc/kiosk/terminal/identity.pem")
        shutil.copy(self._state / "pki" / "terminal" / "identity.pem", identity)
        shutil.chown(identity, "kiosk", "kiosk")
        CONFIG.write_text(self._config(), encoding="utf-8")
        shutil.chown(CONFIG, "root", "kiosk")
        CONFIG.chmod(0o640)

    def _config(self) -> str:
        text = terminal_config(
            Places(
                state=Path("/etc/kiosk"), runtime=Path("/run/kiosk"),
                journal=Path("/var/lib/kiosk"), pcscd_socket="",
                coin={"port": "/dev/kiosk-coin", "hoppers": {"10": 3, "50": 4, "100": 5, "500": 6}},
                receipt_port="/dev/kiosk-receipt",
                printer_uri=self.printer.device_uri, center_port=self._centre.port, glass=GLASS,
                hoppers=tuple((yen, it.pieces) for yen, it in self.coins.hoppers.items()),
                offset_s=self.offset_s, deaf_s=0.3,
            )
        )  # fmt: skip
        text = text.replace("/etc/kiosk/pki/terminal/", "/etc/kiosk/terminal/")
        ui = '[ui]\nvideo = "x11"\nfont_cache = "/var/cache/kiosk/fonts"\nsound = false\n'
        return re.sub(r"(?m)^\[ui\]\n", ui, text)

    def pin(self, card: str) -> str:
        """The PIN of that card."""
        return self._cards[card].pin

    def coin_tray_yen(self) -> int:
        """What lies in the tray where money comes back."""
        return self.coins.truth().yen(Place.TRAY)

    def place_card(self, name: str) -> None:
        """Put the card down."""
        self._slot.insert(read_card_file(self._cards[name].path).make())

    def pull_card(self) -> None:
        """Take it away."""
        self._slot.pull()

    def drop_coin(self, yen: int) -> None:
        """Put a coin into the slot."""
        self.coins.hand.drop_coin(yen)

    def take_paper(self) -> None:
        """Take the sheets out of the tray."""
        self.printer.take_paper()

    def close(self) -> None:
        """End centre and devices."""
        self._slot.pull()
        self.printer.stop()
        self.coins.close()
        self.receipt.close()
        self._centre.stop()


def _plug(path: str, name: str) -> None:
    """What udev/70-kiosk.rules does for a real adapter: a stable name, for the group."""
    real = os.path.realpath(path)
    shutil.chown(real, group="kiosk")
    Path(real).chmod(0o660)
    link = Path("/dev") / name
    link.unlink(missing_ok=True)
    link.symlink_to(real)
