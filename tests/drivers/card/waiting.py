"""Waiting for what a real pcscd does in its own time, without sleeping blindly."""

from collections.abc import Callable

from drivers.card.contract import Presence
from drivers.card.pcsc import PcscCardReader
from drivers.card.virtual import VirtualCard
from drivers.card.vpcd import VirtualSlot
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


def put_down(reader: PcscCardReader, slot: VirtualSlot, card: VirtualCard) -> VirtualCard:
    """Put a good card on the reader, and wait until it is seen.

    pcscd calls a card mute whose first power-up failed, which a machine with twenty busy processes
    has shown once; then it is put down again, as the screen asks a resident to do.
    """
    slot.insert(card)
    wait_until(lambda: reader.status().presence in {Presence.CARD, Presence.MUTE})
    if reader.status().presence is Presence.MUTE:
        slot.pull()
        wait_for(reader, Presence.EMPTY)
        slot.insert(card)
    wait_for(reader, Presence.CARD)
    return card


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
