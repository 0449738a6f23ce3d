"""`PrivateCupsd`: a cupsd of our own, with one queue, on one socket, in one namespace.

It gets along with a cupsd that the system already runs: nothing is shared with it, no port,
no directory, no D-Bus. Source: cupsd(8), lpadmin(8) of CUPS 2.4.
"""

import grp
import os
import pwd
import shutil
import socket
import stat
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

from drivers.clock import Clock, SystemClock
from drivers.errors import DeviceError
from drivers.printer.containment import Contained, kill_leftovers
from drivers.printer.contract import PrinterConfig
from drivers.printer.cupsd_files import (
    SHEET_BACKS,
    CupsdPlaces,
    DeviceLimits,
    cups_files_conf,
    cupsd_conf,
    direct_ppd,
    queue_uri,
    raster_ppd,
    sheets_logged,
)
from drivers.printer.ipp_attributes import keywords
from drivers.printer.ipp_http import IppAddress, IppConversation
from drivers.printer.tables import GroupTag, Operation

_FILTER_USER: Final = "lp"
"""Debian's user for printing. cupsd refuses to run filters as root."""

_START_S: Final = 10.0
_POLL_S: Final = 0.01
_CONTACT_S: Final = 10
"""How long the backend looks for the printer; the kiosk asked it just before."""

_ASK_S: Final = 3.0
_MARGINS: Final = tuple(
    f"media-{edge}-margin-supported" for edge in ("left", "bottom", "right", "top")
)
_SHEET_BACK: Final = "pwg-raster-document-sheet-back"
_SOCKET_PATH_BYTES: Final = 107
_PATH: Final = "/usr/sbin:/usr/bin:/sbin:/bin"


class PrivateCupsd:
    """A `Spooler`. Thread-safe. Runs as root (filters as `lp`) or as an ordinary user."""

    def __init__(self, config: PrinterConfig, clock: Clock | None = None) -> None:
        """Raises DeviceError `printer.not_ipp`. Nothing is started and nothing written yet."""
        self._address = IppAddress.parse(config.device_uri)
        self._config = config
        self._places = CupsdPlaces(Path(config.runtime_dir))
        self._clock = clock or SystemClock()
        self._lock = threading.RLock()
        self._daemon: Contained | None = None

    @property
    def server(self) -> str:
        """See `Spooler.server`."""
        return str(self._places.socket)

    def start(self) -> None:
        """See `Spooler.start`.

        A raster queue needs the printer switched on (DeviceError `printer.offline`).
        """
        self._check_path()
        with self._lock:
            self.contain()
            try:
                self._write_files()
                self._run_cupsd()
                self._make_queue()
            except OSError as error:
                self.contain()
                what = f"{error.strerror}: {error.filename or self._places.root}"
                raise DeviceError("printer.spooler", what) from error
            except DeviceError:
                self.contain()
                raise

    def alive(self) -> bool:
        """See `Spooler.alive`."""
        daemon = self._daemon
        return daemon is not None and daemon.alive

    def contain(self) -> None:
        """See `Spooler.contain`."""
        with self._lock:
            if self._daemon is not None:
                self._daemon.kill()
                self._daemon = None
            kill_leftovers(self._places.marks)
            places = self._places
            for used in (places.door, places.spool, places.temp, places.cache, places.state):
                shutil.rmtree(used, ignore_errors=True)
            with suppress(OSError):
                places.page_log.unlink()

    def sheets_made(self, title: str) -> int:
        """See `Spooler.sheets_made`."""
        try:
            log = self._places.page_log.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return -1
        return sheets_logged(log, title)

    def documents_held(self) -> int:
        """See `Spooler.documents_held`."""
        try:
            return sum(1 for _ in self._places.spool.glob("d*"))
        except OSError:
            return 0

    @property
    def pid(self) -> int | None:
        """The cupsd, for the readiness page and for whoever wants to kill it."""
        return self._daemon.pid if self._daemon else None

    def _check_path(self) -> None:
        length = len(os.fsencode(self._places.socket))
        if length > _SOCKET_PATH_BYTES:
            excess = length - _SOCKET_PATH_BYTES
            what = f"printer.runtime_dir is {excess} bytes too long for a socket; shorten it."
            raise DeviceError("printer.spooler", what)

    def _write_files(self) -> None:
        places = self._places
        shutil.rmtree(places.etc, ignore_errors=True)
        for made in (places.root, places.door, places.etc):
            made.mkdir(mode=0o711, parents=True, exist_ok=True)
        places.root.chmod(0o711)
        places.door.chmod(0o700)
        places.etc.chmod(0o755)
        user, group = _filter_identity()
        for owned, mode in (
            (places.spool, 0o710),
            (places.temp, 0o1770),
            (places.cache, 0o770),
            (places.state, 0o755),
        ):
            owned.mkdir(exist_ok=True)
            shutil.chown(owned, group=group)
            owned.chmod(mode)
        self._check_entrance()
        (places.etc / "cupsd.conf").write_text(cupsd_conf(places.socket, self._config.sheet_s))
        (places.etc / "cups-files.conf").write_text(cups_files_conf(places, user, group))
        (places.etc / "queue.ppd").write_text(self._ppd())

    def _ppd(self) -> str:
        limits = self._ask_device()
        return direct_ppd(limits) if self._config.direct_pdf else raster_ppd(limits)

    def _ask_device(self) -> DeviceLimits:
        """Its margins and raster back side. A PDF queue can be made without an answer."""
        try:
            with IppConversation(self._address, self._clock, _ASK_S) as printer:
                asked = keywords("requested-attributes", *_MARGINS, _SHEET_BACK)
                answer = printer.ask(Operation.GET_PRINTER_ATTRIBUTES, asked)
        except DeviceError:
            if self._config.direct_pdf:
                return DeviceLimits()
            raise
        group = answer.group(GroupTag.PRINTER)
        said, back = [group.integers(name) for name in _MARGINS], group.text(_SHEET_BACK)
        if back not in SHEET_BACKS and not self._config.direct_pdf:
            what = "The printer does not say how it wants the back of a raster page."
            raise DeviceError("printer.spooler", what)
        known = DeviceLimits()
        left, bottom, right, top = (
            max(found, default=usual) for found, usual in zip(said, known.margins, strict=True)
        )
        return DeviceLimits((left, bottom, right, top), back or known.sheet_back)

    def _check_entrance(self) -> None:
        """The filters' user must be able to reach the spool through every directory above."""
        if os.geteuid() != 0:
            return
        for above in self._places.root.resolve().parents:
            if not above.stat().st_mode & stat.S_IXOTH:
                what = f"User {_FILTER_USER} cannot enter {above}: chmod o+x, or move it."
                raise DeviceError("printer.spooler", f"printer.runtime_dir: {what}")

    def _run_cupsd(self) -> None:
        etc = self._places.etc
        files = ("-c", str(etc / "cupsd.conf"), "-s", str(etc / "cups-files.conf"))
        command, places = ["cupsd", "-f", *files], self._places
        daemon = Contained(command, _environment(), places.marks, places.error_log)
        self._daemon = daemon
        daemon.start()
        deadline_s = self._clock.monotonic_s() + _START_S
        while not _answers(self._places.socket):
            if not daemon.alive:
                raise DeviceError("printer.spooler", self._why_not())
            if self._clock.monotonic_s() > deadline_s:
                raise DeviceError("printer.spooler", "cupsd does not open its socket.")
            self._clock.sleep(_POLL_S)
        daemon.write_marks()

    def _why_not(self) -> str:
        if not shutil.which("cupsd", path=_PATH):
            return "cupsd is not installed (Debian: cups-daemon)."
        if os.geteuid() != 0 and not _user_namespaces():
            return "An ordinary user may not make namespaces here: run the kiosk as root."
        return f"cupsd ended at once; see {self._places.error_log}."

    def _make_queue(self) -> None:
        config = self._config
        uri = queue_uri(config.device_uri, _CONTACT_S)
        ppd = str(self._places.etc / "queue.ppd")
        command = ["lpadmin", "-h", self.server, "-p", config.queue, "-E", "-v", uri, "-P", ppd]
        try:
            made = subprocess.run(
                [*command, "-o", "printer-error-policy=abort-job"],
                env={**_environment(), "TMPDIR": str(self._places.temp)},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_START_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise DeviceError("printer.spooler", "lpadmin does not come to an end.") from None
        if made.returncode != 0:
            last = made.stderr.strip().rpartition("\n")[2]
            raise DeviceError("printer.spooler", f"The queue cannot be made: {last}")


def _filter_identity() -> tuple[str, str]:
    """User and group of filters and backends."""
    if os.geteuid() == 0:
        return _FILTER_USER, _FILTER_USER
    return pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name


def _environment() -> dict[str, str]:
    """Nothing of ours: no locale, no address of a system bus, no CUPS_SERVER."""
    return {
        "PATH": _PATH,
        "LC_ALL": "C",
        "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent",
        "AVAHI_COMPAT_NOWARN": "1",
    }


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe, suppress(OSError):
        probe.connect(str(path))
        return True
    return False


def _user_namespaces() -> bool:
    probe = ["unshare", "--user", "--map-current-user", "--pid", "--fork", "true"]
    try:
        return subprocess.run(probe, capture_output=True, check=False).returncode == 0
    except OSError:
        return False
