"""Waiting for what a real pcscd does in its own time, without sleeping blindly."""

from collections.abc import Callable

from drivers.card.contract import Presence
from drivers.card.pcsc import PcscCardReader
from drivers.card.virtual import VirtualCard
from drivers.clock import SystemClock

WAIT_S = 20.0
_STEP_S = 0.01


def wait_for(reader: PcscCardReader, presence: Presence) -> None:
    """Wait until the reader reports `presence`."""
    status = reader.status()
    while status.presence is not presence:
        seen = reader.wait_change(status, WAIT_S)
        assert seen != status, f"still {status.presence} after {WAIT_S} s"
        status = seen


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until `condition` holds."""
    clock = SystemClock()
    until_s = clock.monotonic_s() + WAIT_S
    while not condition():
        assert clock.monotonic_s() < until_s, f"still not so after {WAIT_S} s"
        clock.sleep(_STEP_S)


def wait_until_unpowered(card: VirtualCard) -> None:
    """Wait until the card forgot its PIN: what pcscd told it may arrive a moment later."""
    wait_until(lambda: not card.is_verified)
