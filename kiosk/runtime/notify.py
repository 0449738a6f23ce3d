"""Telling systemd how it goes: ready, alive, stopping.

Source: sd_notify(3), systemd.service(5) `Type=notify` and `WatchdogSec=`.
"""

import os
import socket
from collections.abc import Mapping

from drivers.clock import Clock


class Notifier:
    """Speaks to the service manager that started us; silent where there is none."""

    def __init__(self, clock: Clock, environment: Mapping[str, str] | None = None) -> None:
        given = os.environ if environment is None else environment
        self._address = given.get("NOTIFY_SOCKET", "")
        self.beat_s = int(given.get("WATCHDOG_USEC", "0")) / 2_000_000
        """Half of systemd's patience; 0 when it does not watch."""
        self._clock = clock
        self._next_s = 0.0

    def ready(self) -> None:
        """The glass is given and the devices are asked."""
        self._send("READY=1")

    def status(self, line: str) -> None:
        """One line for `systemctl status`; nothing personal."""
        self._send(f"STATUS={line}")

    def alive(self) -> None:
        """Feed the watchdog, no oftener than needed. To be called by the loop itself."""
        now_s = self._clock.monotonic_s()
        if self.beat_s and now_s >= self._next_s:
            self._next_s = now_s + self.beat_s
            self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """We are about to end."""
        self._send("STOPPING=1")

    def _send(self, state: str) -> None:
        if not self._address:
            return
        # An address that starts with @ is in the abstract namespace.
        address = self._address.replace("@", "\0", 1)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            try:
                sock.sendto(state.encode(), address)
            except OSError:
                self._address = ""
