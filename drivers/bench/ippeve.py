"""CUPS' own `ippeveprinter`, with the D-Bus and Avahi it insists on, all of it private.

It will not start without DNS-SD, so a message bus and an avahi-daemon run beside it in a
PID and mount namespace: /run is theirs alone, mDNS stays on the loopback interface.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

from drivers.clock import SystemClock

_NEEDED: Final = {
    "ippeveprinter": "cups-ipp-utils",
    "avahi-daemon": "avahi-daemon",
    "dbus-daemon": "dbus",
    "unshare": "util-linux",
}
_START_S: Final = 60.0
_LOOK_S: Final = 0.05

_BUS = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={directory}/bus</listen>
  <policy context="default">
    <allow user="*"/><allow own="*"/>
    <allow send_type="method_call"/><allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/><allow receive_type="method_return"/>
    <allow receive_type="error"/><allow receive_type="signal"/>
  </policy>
</busconfig>
"""

_AVAHI = """\
[server]
use-ipv6=no
allow-interfaces=lo
enable-dbus=yes
[publish]
disable-publishing=no
[reflector]
[rlimits]
"""

_INSIDE = """\
set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/avahi-daemon
dbus-daemon --config-file={directory}/bus.conf --nofork --nopidfile &
while [ ! -S {directory}/bus ]; do sleep 0.01; done
avahi-daemon --no-drop-root --no-chroot --no-rlimits -f {directory}/avahi.conf &
while [ ! -S /run/avahi-daemon/socket ]; do sleep 0.01; done
exec ippeveprinter {kind} -r off -p {port} -n localhost -d {directory}/out \\
  -c {directory}/print kiosk
"""

_PLAIN = "-2 -s 30,30 -f application/pdf,image/pwg-raster"

_PRINT = """\
#!/bin/sh
{refuse}
pages=$(grep -ac "/Type /Page\\b" "$1")
[ "$pages" -gt 0 ] || exit 1
echo "ATTR: job-impressions=$pages" >&2
echo "ATTR: job-impressions-completed=1" >&2
cp "$1" {directory}/printed.pdf
cp "$1" $(mktemp {directory}/tray/XXXXXX)
echo "ATTR: job-impressions-completed=$pages" >&2
"""

_ONLY_WHOLE: Final = """\
# ISO 32000-1 7.5.5: the last line of a PDF is its end-of-file marker.
tail -c 1024 "$1" | grep -aq "%%EOF" || { echo "ERROR: The document has no end." >&2; exit 1; }
"""
"""`ippeveprinter` 2.4 takes a connection that breaks off for the end of the document, so that its
print command is the last that can tell."""


class IppEvePrinter:
    """One run of it; a context manager. Whatever it prints is a file."""

    def __init__(self, ppd: str = "", *, only_whole: bool = False) -> None:
        """`ppd`: what it is to say of its paper; without one it says that US letter is loaded.

        `only_whole`: its print command refuses a document that broke off on its way.
        """
        self._ppd = ppd
        self._refuse = _ONLY_WHOLE if only_whole else ""
        self.directory = Path(tempfile.mkdtemp(prefix="k"))
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.device_uri = f"ipp://localhost:{self.port}/ipp/print"
        self.printed = self.directory / "printed.pdf"
        self.tray = self.directory / "tray"
        """A copy of each document that was printed."""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; returns when it takes connections.

        Raises RuntimeError with a sentence that says what to do.
        """
        missing = [package for name, package in _NEEDED.items() if shutil.which(name) is None]
        if missing:
            raise RuntimeError(f"ippeveprinter needs the packages {', '.join(missing)}.")
        self._write("bus.conf", _BUS)
        self._write("avahi.conf", _AVAHI)
        self._write("inside.sh", _INSIDE)
        self._write("print", _PRINT).chmod(0o755)
        (self.directory / "out").mkdir()
        self.tray.mkdir()
        (self.directory / "ppd").write_text(self._ppd)
        self._process = self._launch()
        self._await_answer()

    def _launch(self) -> subprocess.Popen[bytes]:
        as_user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        bus = f"unix:path={self.directory}/bus"
        with (self.directory / "log").open("wb") as log:
            return subprocess.Popen(
                [
                    *("setpriv", "--pdeathsig", "KILL"),
                    *("unshare", *as_user, "--mount", "--pid", "--fork", "--kill-child", "--"),
                    *("sh", str(self.directory / "inside.sh")),
                ],
                env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": bus},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _await_answer(self) -> None:
        clock = SystemClock()
        until_s = clock.monotonic_s() + _START_S
        while clock.monotonic_s() < until_s and self._running:
            with suppress(OSError):
                socket.create_connection(("localhost", self.port), timeout=1).close()
                return
            clock.sleep(_LOOK_S)
        said = (self.directory / "log").read_text(errors="replace").strip()[-500:]
        self.stop()
        raise RuntimeError(f"ippeveprinter did not start. It said: {said}")

    @property
    def _running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """End it and everything beside it. Idempotent."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _write(self, name: str, text: str) -> Path:
        path = self.directory / name
        kind = f"-P {self.directory}/ppd" if self._ppd else _PLAIN
        known = {"directory": self.directory, "port": self.port, "kind": kind}
        path.write_text(text.format(**known, refuse=self._refuse))
        return path
