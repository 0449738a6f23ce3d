"""The host's side of a motorised coin escrow (一時保留): coins wait in it to be kept or given back.

What became of the coins is told by its status alone: idle, empty and without a fault after an
order means that the flap has opened and closed. Source: ccTalk Generic Specification 4.7, Part 2
sections 3.145-3.146.
"""

import enum
from dataclasses import dataclass

from drivers.clock import Clock
from drivers.coin.bus import CoinBus, Refused
from drivers.coin.identity import Identity, identify
from drivers.coin.protocol import ReplyError
from drivers.coin.tables import ESCROW_FAULTS, Category, Header
from drivers.errors import DeviceError, PeerError

_POLL_S = 0.2
"""Source: Part 2 section 3.146."""
_OPERATES_S = 15.0
"""Longer than any flap takes; after that it is not known where the coins are."""
_OPERATING, _FAULT = 1, 2
_FRAUD = 200


class Divert(enum.IntEnum):
    """Data of `OPERATE_ESCROW`."""

    ACCEPT = 0
    RETURN = 1


class Fate(enum.Enum):
    """What became of the coins in the escrow."""

    DONE = "done"
    NOT_STARTED = "not started"
    """They lie where they lay."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class EscrowStatus:
    """Reply to `ESCROW_STATUS`."""

    operation: int
    level: int
    """0 empty, or not full where there is only a high-level sensor; 255 full."""
    fault: int

    @property
    def reason(self) -> str:
        """Why it would not operate, or empty."""
        if self.fault == _FRAUD:
            return "coin.fraud"
        return "coin.acceptor_fault" if self.fault or self.operation == _FAULT else ""

    @property
    def what(self) -> str:
        """The fault in words."""
        return ESCROW_FAULTS.get(self.fault, f"fault {self.fault}")


def decode_escrow_status(data: bytes) -> EscrowStatus:
    """Raises ReplyError unless there are three bytes."""
    if len(data) != 3:  # noqa: PLR2004 - Part 2 section 3.146
        raise ReplyError(f"an escrow status has 3 bytes, not {len(data)}")
    return EscrowStatus(*data)


class CoinEscrow:
    """One motorised escrow under an acceptor."""

    def __init__(self, bus: CoinBus, clock: Clock, address: int) -> None:
        self._bus = bus
        self._clock = clock
        self._address = address
        self.identity: Identity | None = None

    def identify(self) -> Identity:
        """Ask who it is. Raises DeviceError."""
        self.identity = identify(self._bus, self._address, Category.ESCROW)
        return self.identity

    def status(self) -> EscrowStatus:
        """What it says of itself. Raises DeviceError."""
        try:
            return decode_escrow_status(self._bus.ask(self._address, Header.ESCROW_STATUS))
        except ReplyError as error:
            raise PeerError("coin.wire", f"escrow {self._address}: {error}") from error

    def operate(self, divert: Divert) -> Fate:
        """Keep or give back all coins in it; blocks until the flap is closed.

        The order is sent once. Idempotent in effect for one `divert`: an escrow that is empty
        has nothing more to give. Never raises: what is not known is UNKNOWN.
        """
        try:
            if self.status().reason:
                return Fate.NOT_STARTED
            self._bus.ask(self._address, Header.OPERATE_ESCROW, bytes((divert,)))
        except Refused:
            return Fate.NOT_STARTED
        except DeviceError:
            # Whether it heard the order shows only if it is seen to operate.
            return self._followed(seen_operating=False)
        return self._followed(seen_operating=True)

    def _followed(self, *, seen_operating: bool) -> Fate:
        until_s = self._clock.monotonic_s() + _OPERATES_S
        while self._clock.monotonic_s() < until_s:
            try:
                status = self.status()
            except DeviceError:
                self._clock.sleep(_POLL_S)
                continue
            if status.operation == _OPERATING:
                seen_operating = True
            elif status.reason:
                return Fate.UNKNOWN
            elif seen_operating:
                return Fate.UNKNOWN if status.level else Fate.DONE
            else:
                return Fate.NOT_STARTED if status.level else Fate.UNKNOWN
            self._clock.sleep(_POLL_S)
        return Fate.UNKNOWN
