"""Run in the service's own sandbox: what the terminal must be able to do, and what nobody may.

Prints one JSON object, name -> whether it worked. Standard library only.
"""

import ctypes
import errno
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kiosk.document.confinement import leave_network

FOREIGN_DEVICE: Final = "/dev/trial-foreign"
FOREIGN_ADDRESS: Final = "198.51.100.1"
KNOWN_ADDRESS: Final = "192.0.2.1"
PORT: Final = 9631
_SETUID: Final = 0o4755
_NEW_UTS: Final = 0x04000000
_SYS_PTRACE: Final = 101
"""x86_64."""


def _writes(path: str) -> None:
    with Path(path).open("ab"):
        pass


def _opens(path: str) -> None:
    os.close(os.open(path, os.O_RDWR | os.O_NOCTTY))


def _connects(address: str) -> None:
    socket.create_connection((address, PORT), timeout=3).close()


def _sets_uid_bit() -> None:
    made = Path("/var/lib/kiosk/trial")
    made.touch()
    try:
        made.chmod(_SETUID)
    finally:
        made.unlink()


def _lists_home() -> None:
    if not list(Path("/root").iterdir()):
        raise OSError(errno.ENOENT, "empty")


def _sees_others() -> None:
    Path("/proc/1/status").read_text(encoding="ascii")


def _raw_socket() -> None:
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()


def _calls(number: int, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")


def _new_names() -> None:
    if ctypes.CDLL(None, use_errno=True).unshare(_NEW_UTS) != 0:
        raise OSError(ctypes.get_errno(), "refused")


def _leaves_network() -> None:
    """In a child, as documents are parsed."""
    child = os.fork()
    if child == 0:
        os._exit(0 if leave_network() else 1)
    _, status = os.waitpid(child, 0)
    if status:
        raise OSError(errno.EPERM, "refused")


def _contains_cupsd() -> None:
    command = ["unshare", "--user", "--map-current-user", "--pid", "--fork", "true"]
    if subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode:
        raise OSError(errno.EPERM, "refused")


MUST: Final[dict[str, Callable[[], None]]] = {
    "write the journal": lambda: _writes("/var/lib/kiosk/trial"),
    "renew its identity": lambda: _writes("/etc/kiosk/terminal/identity.pem"),
    "write into memory": lambda: _writes("/run/kiosk/trial"),
    "open the coin line": lambda: _opens("/dev/kiosk-coin"),
    "open the receipt printer": lambda: _opens("/dev/kiosk-receipt"),
    "reach an allowed address": lambda: _connects(KNOWN_ADDRESS),
    "reach this machine": lambda: _connects("127.0.0.1"),
    "parse documents without a network": _leaves_network,
    "contain cupsd": _contains_cupsd,
}
MUST_NOT: Final[dict[str, Callable[[], None]]] = {
    "change its configuration": lambda: _writes("/etc/kiosk/firmware.toml"),
    "change its program": lambda: _writes("/opt/kiosk/trial"),
    "change the system": lambda: _writes("/usr/trial"),
    "see homes": _lists_home,
    "see other users' processes": _sees_others,
    "open another device": lambda: _opens(FOREIGN_DEVICE),
    "reach another address": lambda: _connects(FOREIGN_ADDRESS),
    "open a raw socket": _raw_socket,
    "trace a process": lambda: _calls(_SYS_PTRACE, 0, 0, 0, 0),
    "make a host name of its own": _new_names,
    "make a file that runs as another": _sets_uid_bit,
}


def _works(deed: Callable[[], None]) -> bool:
    try:
        deed()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.stdout.write(
        json.dumps({name: _works(deed) for name, deed in {**MUST, **MUST_NOT}.items()})
    )
