"""The digits of a PIN between the finger and the card: here, in the driver, nowhere else."""

import threading

from drivers.card.contract import Secret
from kiosk.session.model import PIN_DIGITS


class PinPad:
    """Collects the digits in a buffer that is overwritten. Its text form is a mark."""

    def __init__(self) -> None:
        self._digits = bytearray()
        self._lock = threading.Lock()

    def add(self, digit: str) -> None:
        """One digit more; a fifth and anything but a digit is dropped."""
        with self._lock:
            if len(digit) == 1 and digit in "0123456789" and len(self._digits) < PIN_DIGITS:
                self._digits.append(ord(digit))

    def take(self) -> Secret:
        """The digits for the driver; the pad is empty afterwards."""
        with self._lock:
            secret = Secret(bytes(self._digits))
            self._wipe()
            return secret

    def wipe(self) -> None:
        """Overwrite what was typed. Idempotent."""
        with self._lock:
            self._wipe()

    def _wipe(self) -> None:
        self._digits[:] = bytes(len(self._digits))
        self._digits.clear()

    def __repr__(self) -> str:
        return "<pin pad>"
