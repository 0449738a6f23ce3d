"""Deliberately wrong coin escrows, each a right one with one thing changed."""

from drivers.coin.virtual import Place
from drivers.coin.virtual.escrow import VirtualEscrow
from drivers.coin.virtual.slave import ACK, Answer
from drivers.conformance.coin_builds import ESCROW
from drivers.conformance.coin_wrong import WrongDevice, wrong


class _Leaks(VirtualEscrow):
    """Coins fall through it into the cash box."""

    @property
    def room(self) -> bool:
        """True unless full."""
        return False

    def settle(self) -> None:
        super().settle()
        for yen in self._ledger.values(Place.HOPPER):
            over = self._ledger.count(Place.HOPPER, yen) - 100
            if over > 0:
                self._ledger.move(yen, Place.HOPPER, Place.CASHBOX, over)


class _AlwaysReturns(VirtualEscrow):
    """Gives back what it is told to keep."""

    def _empty(self, target: Place) -> None:
        del target
        super()._empty(Place.TRAY)


class _AlwaysAccepts(VirtualEscrow):
    """Keeps what it is told to give back."""

    def _empty(self, target: Place) -> None:
        del target
        super()._empty(Place.CASHBOX)


class _LeavesOne(VirtualEscrow):
    """One coin stays behind, and it says that it is empty."""

    _stuck_yen = 0

    def _empty(self, target: Place) -> None:
        self._stuck_yen = next(iter(self._ledger.values(Place.COIN_ESCROW)), 0)
        super()._empty(target)
        if self._stuck_yen:
            self._ledger.move(self._stuck_yen, target, Place.FALLING)


class _StaysFull(VirtualEscrow):
    """Says that something lies in it when it is empty."""

    def _status(self, data: bytes) -> Answer:
        said = super()._status(data).data
        return Answer(said[:1] + b"\x10" + said[2:])


class _FaultWhenEmpty(VirtualEscrow):
    """Reports a fault when it is told to empty what is empty."""

    def _operate(self, data: bytes) -> Answer | None:
        if not self._ledger.pieces(Place.COIN_ESCROW):
            self.fault = 255
            return ACK
        return super()._operate(data)


class _ChangesItsMind(VirtualEscrow):
    """Obeys the last order that comes while its flap moves."""

    def _operate(self, data: bytes) -> Answer | None:
        if self._divert is not None and len(data) == 1:
            self._divert = data[0]
            return ACK
        return super()._operate(data)


class _OpensOnReset(VirtualEscrow):
    """A reset lets the coins into the tray."""

    def reset(self) -> None:
        super().reset()
        if self.powered and self.now_s:
            self._empty(Place.TRAY)


class _FallsOpen(VirtualEscrow):
    """Its flap falls open when the power goes."""

    def switch_off(self) -> None:
        super().switch_off()
        self._empty(Place.TRAY)


WRONG: tuple[WrongDevice, ...] = (
    wrong("escrow-leaks", _Leaks, "coin.escrow.holds", build=ESCROW),
    wrong("escrow-always-returns", _AlwaysReturns, "coin.escrow.accept", build=ESCROW),
    wrong("escrow-always-accepts", _AlwaysAccepts, "coin.escrow.give_back", build=ESCROW),
    wrong("escrow-leaves-one", _LeavesOne, "coin.escrow.give_back", build=ESCROW),
    wrong("escrow-stays-full", _StaysFull, "coin.escrow.accept", build=ESCROW),
    wrong("escrow-fault-when-empty", _FaultWhenEmpty, "coin.escrow.again", build=ESCROW),
    wrong("escrow-changes-its-mind", _ChangesItsMind, "coin.escrow.midst", build=ESCROW),
    wrong("escrow-opens-on-reset", _OpensOnReset, "coin.escrow.reset", build=ESCROW),
    wrong("escrow-falls-open", _FallsOpen, "coin.escrow.power", build=ESCROW),
)
