"""The virtual changer: pays an amount from its own hoppers, the dearest coin first.

Commands: ccTalk Generic Specification 4.7, Part 3 Appendix 13 (changers) as far as paying out goes.
Behaviour: Part 2 sections 3.124-3.133; the totals of 127 outlive a reset, 124 does not.
"""

from drivers.coin.credits import advance
from drivers.coin.tables import Category, Header
from drivers.coin.virtual.ledger import Ledger, Place
from drivers.coin.virtual.mechanics import ChangerBuild, Happening, Observer, Speeds
from drivers.coin.virtual.slave import ACK, NAK, Answer, Slave

_PAYING = 1 << 3
_EMPTY, _JAM = 1, 2


class VirtualChanger(Slave):
    """Several hoppers behind one address."""

    def __init__(
        self, build: ChangerBuild, speeds: Speeds, ledger: Ledger, observer: Observer
    ) -> None:
        super().__init__(Category.CHANGER, build.plate, speeds)
        self._build = build
        self._ledger = ledger
        self._observer = observer
        self.values = tuple(build.pieces)
        self.jammed = False
        self.paid_total_yen = 0
        """Header 127; survives everything but header 126."""
        self._left_yen = 0
        self._begins_s = 0.0
        self._paid_yen = 0
        self._unpaid_yen = 0
        self._counter = 0
        self._next_s = 0.0
        self._error = (0, 0)
        self._commands |= {
            Header.SELF_CHECK: lambda _: Answer(b"\0"),
            Header.MONEY_OUT: lambda _: Answer(_four(self.paid_total_yen)),
            Header.MONEY_IN: lambda _: Answer(_four(0)),
            Header.PAY_MONEY_OUT: self._pay,
            Header.VERIFY_MONEY_OUT: self._verify,
            Header.ACTIVITY: self._activity,
            Header.ERROR_STATUS: lambda _: Answer(bytes(self._error)),
            Header.HOPPER_BALANCE: self._balance,
        }

    def forget(self) -> None:
        """Header 124 starts anew; a payout does not go on by itself."""
        self._counter = 0
        self._left_yen = self._paid_yen = self._unpaid_yen = 0
        self._error = (0, 0)

    def settle(self) -> None:
        """Let out what is due by now."""
        while self._left_yen and self._next_s <= self.now_s and self.powered:
            self._turn()

    def next_due_s(self) -> float | None:
        """When the next coin leaves."""
        return self._next_s if self._left_yen else None

    def _turn(self) -> None:
        coin = self._next_coin()
        if coin is None or self.jammed:
            self._error = (1, _JAM if self.jammed else _EMPTY)
            self._end(self._left_yen)
            return
        self._ledger.move(coin, Place.HOPPER, Place.TRAY)
        self._paid_yen += coin
        self.paid_total_yen += coin
        self._left_yen -= coin
        self._next_s += self.speeds.dispense_coin_s
        self._observer(Happening("coin_paid", coin))
        if not self._left_yen:
            self._end(0)

    def _end(self, unpaid_yen: int) -> None:
        self._unpaid_yen, self._left_yen = unpaid_yen, 0
        self._counter = advance(self._counter, 1)

    def _next_coin(self) -> int | None:
        fits = (yen for yen in sorted(self.values, reverse=True) if yen <= self._left_yen)
        return next((yen for yen in fits if self._ledger.count(Place.HOPPER, yen)), None)

    def _pay(self, data: bytes) -> Answer | None:
        if len(data) != 4:  # noqa: PLR2004 - Part 2 section 3.127
            return None
        if self._left_yen:
            return NAK
        self._paid_yen = self._unpaid_yen = 0
        self._left_yen = int.from_bytes(data, "little")
        self._begins_s = self.now_s + self._build.begins_after_s
        self._next_s = self._begins_s + self.speeds.dispense_coin_s
        self._error = (0, 0)
        return ACK

    def _verify(self, _: bytes) -> Answer:
        return Answer(bytes((self._counter,)) + _four(self._paid_yen) + _four(self._unpaid_yen))

    def _activity(self, _: bytes) -> Answer:
        paying = self._left_yen and self.now_s >= self._begins_s
        return Answer(bytes((_PAYING if paying else 0, 0)))

    def _balance(self, data: bytes) -> Answer | None:
        if len(data) != 1 or not 1 <= data[0] <= len(self.values):
            return None
        yen = self.values[data[0] - 1]
        pieces = self._ledger.count(Place.HOPPER, yen)
        return Answer(f"JP{yen:03d}A".encode() + pieces.to_bytes(2, "little"))


def _four(number: int) -> bytes:
    return (number % (1 << 32)).to_bytes(4, "little")
