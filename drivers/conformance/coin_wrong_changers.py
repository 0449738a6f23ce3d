"""Deliberately wrong changers, each a right one with one thing changed."""

from drivers.coin.tables import Header
from drivers.coin.virtual import Place
from drivers.coin.virtual.changer import VirtualChanger
from drivers.coin.virtual.slave import ACK, Answer
from drivers.conformance.coin_builds import CHANGER
from drivers.conformance.coin_wrong import WrongDevice, wrong


class _NoBalance(VirtualChanger):
    """Names no coin of its hoppers."""

    def answer(self, header: int, data: bytes) -> Answer | None:
        return None if header == Header.HOPPER_BALANCE else super().answer(header, data)


class _PaysOneMore(VirtualChanger):
    """A coin more than ordered slips out uncounted."""

    def _end(self, unpaid_yen: int) -> None:
        super()._end(unpaid_yen)
        self._ledger.move(min(self.values), Place.HOPPER, Place.TRAY)


class _TotalStands(VirtualChanger):
    """The total of money paid out does not move."""

    def _end(self, unpaid_yen: int) -> None:
        super()._end(unpaid_yen)
        self.paid_total_yen = 0


class _CounterStands(VirtualChanger):
    """A payout does not move its event counter."""

    def _end(self, unpaid_yen: int) -> None:
        counter = self._counter
        super()._end(unpaid_yen)
        self._counter = counter


class _SaysItRests(VirtualChanger):
    """Its activity register never says that money goes out."""

    def _activity(self, data: bytes) -> Answer:
        super()._activity(data)
        return Answer(b"\0\0")


class _Queues(VirtualChanger):
    """A second order is added to the one under way."""

    def _pay(self, data: bytes) -> Answer | None:
        if self._left_yen:
            self._left_yen += int.from_bytes(data, "little")
            return ACK
        return super()._pay(data)


class _SaysAllPaid(VirtualChanger):
    """Runs empty and says that all was paid."""

    def _end(self, unpaid_yen: int) -> None:
        self._paid_yen += unpaid_yen
        super()._end(0)


class _HidesEmpty(VirtualChanger):
    """Runs empty without an error."""

    def _end(self, unpaid_yen: int) -> None:
        super()._end(unpaid_yen)
        self._error = (0, 0)


class _TotalInRam(VirtualChanger):
    """The total of money paid out is lost at a reset."""

    def forget(self) -> None:
        super().forget()
        self.paid_total_yen = 0


class _KeepsCounter(VirtualChanger):
    """Its event counter survives a reset."""

    def forget(self) -> None:
        counter = getattr(self, "_counter", 0)
        super().forget()
        self._counter = counter


WRONG: tuple[WrongDevice, ...] = (
    wrong("changer-names-no-coin", _NoBalance, "coin.changer.minimum", build=CHANGER),
    wrong("changer-pays-one-more", _PaysOneMore, "coin.changer.pays", build=CHANGER),
    wrong("changer-total-stands", _TotalStands, "coin.changer.pays", build=CHANGER),
    wrong("changer-counter-stands", _CounterStands, "coin.changer.pays", build=CHANGER),
    wrong("changer-says-it-rests", _SaysItRests, "coin.changer.activity", build=CHANGER),
    wrong("changer-queues", _Queues, "coin.changer.once", build=CHANGER),
    wrong("changer-says-all-paid", _SaysAllPaid, "coin.changer.short", build=CHANGER),
    wrong("changer-hides-empty", _HidesEmpty, "coin.changer.short", build=CHANGER),
    wrong("changer-total-in-ram", _TotalInRam, "coin.changer.reset", build=CHANGER),
    wrong("changer-hides-reset", _KeepsCounter, "coin.changer.reset", build=CHANGER),
)
