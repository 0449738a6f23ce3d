"""CUPS' own `ippeveprinter`, with the D-Bus and Avahi it insists on, all of it private.

It will not start without DNS-SD, so a message bus and an avahi-daemon run beside it in a
PID and mount namespace: /run is theirs alone, mDNS stays on the loopback interface.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

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
pages=$(grep -ac "/Type /Page\\b" "$1")
[ "$pages" -gt 0 ] || exit 1
echo "ATTR: job-impressions=$pages" >&2
echo "ATTR: job-impressions-completed=1" >&2
cp "$1" {directory}/printed.pdf
cp "$1" $(mktemp {directory}/tray/XXXXXX)
echo "ATTR: job-impressions-completed=$pages" >&2
"""


class IppEvePrinter:
    """One run of it. `start` and `stop` bracket it."""

    def __init__(self, ppd: str = "") -> None:
        """`ppd`: what it is to say of its paper; without one it says that US letter is loaded."""
        self._ppd = ppd
        self.directory = Path(tempfile.mkdtemp(prefix="k"))
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.device_uri = f"ipp://localhost:{self.port}/ipp/print"
        self.printed = self.directory / "printed.pdf"
        self.tray = self.directory / "tray"
        """A copy of each document that was printed."""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._write("bus.conf", _BUS)
        self._write("avahi.conf", _AVAHI)
        self._write("inside.sh", _INSIDE)
        self._write("print", _PRINT).chmod(0o755)
        (self.directory / "out").mkdir()
        self.tray.mkdir()
        (self.directory / "printer.ppd").write_text(self._ppd)
        as_user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        bus = f"unix:path={self.directory}/bus"
        with (self.directory / "log").open("wb") as log:
            self._process = subprocess.Popen(
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

    def answers(self) -> bool:
        """Whether it takes connections; its log is the error if it has ended."""
        assert self._process is not None
        log = (self.directory / "log").read_text(errors="replace")
        assert self._process.poll() is None, log
        try:
            socket.create_connection(("localhost", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _write(self, name: str, text: str) -> Path:
        path = self.directory / name
        kind = f"-P {self.directory}/printer.ppd" if self._ppd else _PLAIN
        path.write_text(text.format(directory=self.directory, port=self.port, kind=kind))
        return path
