"""Deliberately wrong bill validators, each a right one with one thing changed."""

from dataclasses import replace

from drivers.coin.virtual import BillBuild
from drivers.coin.virtual.bills import Motion, VirtualBillValidator
from drivers.coin.virtual.slave import Answer
from drivers.conformance.coin_builds import BILLS
from drivers.conformance.coin_wrong import WrongDevice, wrong

_STACKED, _HELD = 0, 1


class _CreditsEscrow(VirtualBillValidator):
    """Tells a bill as stacked that it only holds."""

    def push(self, a: int, b: int) -> None:
        super().push(a, _STACKED if a and b == _HELD else b)


class _TellsStackingTwice(VirtualBillValidator):
    """Tells each stacked bill twice."""

    def push(self, a: int, b: int) -> None:
        super().push(a, b)
        if a and b == _STACKED:
            super().push(a, b)


class _StacksAnyway(VirtualBillValidator):
    """Stacks a bill that it is told to give back."""

    def _route(self, data: bytes) -> Answer | None:
        return super()._route(b"\1" if data == b"\0" else data)


class _IgnoresInhibits(VirtualBillValidator):
    """Draws in bills that are inhibited."""

    def insert(self, yen: int) -> None:
        mask, master = self._mask, self._master
        self._mask, self._master = 0xFFFF, 1
        super().insert(yen)
        self._mask, self._master = mask, master


class _HoldsForEver(VirtualBillValidator):
    """Never gives a bill back by itself."""

    def next_due_s(self) -> float | None:
        return None if self.motion is Motion.HELD else super().next_due_s()


class _ForgetsStacking(VirtualBillValidator):
    """Stacks without an event when the host is away."""

    def push(self, a: int, b: int) -> None:
        if a and b == _STACKED and self.now_s - self._polled_s > 1.0:
            return
        super().push(a, b)


class _Hundredths(VirtualBillValidator):
    """Counts its yen in hundredths."""

    def _scaling(self, data: bytes) -> Answer:
        answer = super()._scaling(data)
        return Answer(answer.data[:2] + b"\2") if any(answer.data) else answer


_UNCOUNTED = replace(BILLS, bills=BillBuild(has_accept_counter=False))

WRONG: tuple[WrongDevice, ...] = (
    wrong("credits-escrow", _CreditsEscrow, "coin.bills.stacked", build=BILLS),
    wrong("stacked-twice", _TellsStackingTwice, "coin.bills.stacked", build=BILLS),
    wrong("stacks-anyway", _StacksAnyway, "coin.bills.given_back", build=BILLS),
    wrong("bills-ignore-inhibits", _IgnoresInhibits, "coin.bills.inhibited", build=BILLS),
    wrong("holds-for-ever", _HoldsForEver, "coin.bills.unanswered", build=BILLS),
    wrong("forgets-stacking", _ForgetsStacking, "coin.bills.host_death_stacked", build=_UNCOUNTED),
    wrong("hundredths", _Hundredths, "coin.bills.names", build=BILLS),
)
