"""Waiting for what a real pcscd does in its own time, without sleeping blindly."""

from drivers.card.contract import Presence
from drivers.card.pcsc import PcscCardReader
from drivers.card.virtual import VirtualCard
from drivers.clock import SystemClock

WAIT_S = 8.0
_STEP_S = 0.01


def wait_for(reader: PcscCardReader, presence: Presence) -> None:
    """Wait until the reader reports `presence`."""
    status = reader.status()
    while status.presence is not presence:
        seen = reader.wait_change(status, WAIT_S)
        assert seen != status, f"still {status.presence} after {WAIT_S} s"
        status = seen


def wait_until_unpowered(card: VirtualCard) -> None:
    """Wait until the card forgot its PIN: what pcscd told it may arrive a moment later."""
    clock = SystemClock()
    until_s = clock.monotonic_s() + WAIT_S
    while card.is_verified:
        assert clock.monotonic_s() < until_s, "the PIN is still verified"
        clock.sleep(_STEP_S)
