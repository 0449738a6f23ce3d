"""The host's side of a motorised coin escrow (一時保留): coins wait in it to be kept or given back.

It has no counter. What became of the coins is told by its status alone: idle, empty and without a
fault after it was seen at work means that the flap has opened and closed. An order one way may be
given again, since what has left cannot leave twice; so a lost order costs nothing but time.
Source: ccTalk Generic Specification 4.7, Part 2 sections 3.145-3.146.
"""

import enum
from dataclasses import dataclass

from drivers.clock import Clock
from drivers.coin.bus import TRIES, CoinBus, Refused
from drivers.coin.contract import Diverted, Fate
from drivers.coin.identity import Identity, identify
from drivers.coin.protocol import ReplyError
from drivers.coin.tables import ESCROW_FAULTS, Category, Header
from drivers.errors import DeviceError, PeerError

_POLL_S = 0.2
"""Source: Part 2 section 3.146."""
_OPERATES_S = 15.0
"""Longer than any flap takes; after that it is not known where the coins are."""
_SILENCE_LIMIT_S = 5.0
_MAX_SENDS = 3
_OPERATING, _FAULT = 1, 2
_FRAUD = 200
_FULL = 255


class Divert(enum.IntEnum):
    """Data of `OPERATE_ESCROW`."""

    ACCEPT = 0
    RETURN = 1


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
        return "coin.escrow_fault" if self.fault or self.operation == _FAULT else ""

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
        self._shows_coins = False
        """Its level was seen between empty and full: it would show a coin that is left."""

    def identify(self) -> Identity:
        """Ask who it is. Raises DeviceError."""
        self.identity = identify(self._bus, self._address, Category.ESCROW)
        return self.identity

    def status(self, tries: int = TRIES) -> EscrowStatus:
        """What it says of itself. Raises DeviceError."""
        try:
            answer = self._bus.ask(self._address, Header.ESCROW_STATUS, tries=tries)
            status = decode_escrow_status(answer)
        except ReplyError as error:
            raise PeerError("coin.wire", f"escrow {self._address}: {error}") from error
        self._shows_coins = self._shows_coins or 0 < status.level < _FULL
        return status

    def troubles(self, tries: int) -> tuple[str, ...]:
        """Reasons why it would not operate now. Raises DeviceError."""
        reason = self.status(tries).reason
        return (reason,) if reason else ()

    def operate(self, divert: Divert) -> Diverted:
        """Keep or give back all coins in it; blocks until the flap is closed. Never raises.

        Given again, at most three times in all, while it is in order and has not been seen to be
        done with it. Idempotent in effect for one `divert`.
        """
        keep = divert is Divert.ACCEPT
        fate = Fate.NOT_STARTED
        for _ in range(_MAX_SENDS):
            try:
                before = self._at_rest()
            except DeviceError as error:
                return Diverted(keep, fate, error.reason.name)
            if before.reason:
                return Diverted(keep, fate, before.reason)
            now = self._once(divert)
            if now is Fate.DONE:
                return Diverted(keep, Fate.DONE, shown=self._shows_coins)
            fate = Fate.UNKNOWN if Fate.UNKNOWN in {fate, now} else Fate.NOT_STARTED
        return Diverted(keep, fate, "coin.escrow_fault")

    def _once(self, divert: Divert) -> Fate:
        try:
            self._bus.ask(self._address, Header.OPERATE_ESCROW, bytes((divert,)))
        except Refused:
            return Fate.NOT_STARTED
        except DeviceError:
            # Whether it heard the order shows only if it is seen to operate.
            return self._followed(seen_operating=False)
        return self._followed(seen_operating=True)

    def _at_rest(self) -> EscrowStatus:
        """Its status once no earlier order is being carried out. Raises DeviceError."""
        until_s = self._clock.monotonic_s() + _OPERATES_S
        while (status := self.status()).operation == _OPERATING:
            if self._clock.monotonic_s() > until_s:
                raise DeviceError("coin.escrow_fault", "the coin escrow does not stop")
            self._clock.sleep(_POLL_S)
        return status

    def _followed(self, *, seen_operating: bool) -> Fate:
        began_s = heard_s = self._clock.monotonic_s()
        unseen = not seen_operating
        while heard_s - began_s < _OPERATES_S:
            self._clock.sleep(_POLL_S)
            try:
                status = self.status(tries=1)
            except DeviceError:
                # Dark for a moment it may have started anew, with the coins still in it.
                unseen = True
                if self._clock.monotonic_s() - heard_s > _SILENCE_LIMIT_S:
                    break
                continue
            heard_s = self._clock.monotonic_s()
            if status.operation != _OPERATING:
                return _fate(status, seen_operating=seen_operating, unseen=unseen)
            seen_operating, unseen = True, False
        return Fate.UNKNOWN


def _fate(status: EscrowStatus, *, seen_operating: bool, unseen: bool) -> Fate:
    """What an escrow at rest tells, `unseen`: it was out of sight since it was last at work."""
    if status.reason:
        return Fate.UNKNOWN
    if status.level:
        return Fate.UNKNOWN if seen_operating else Fate.NOT_STARTED
    return Fate.UNKNOWN if unseen else Fate.DONE
