"""Deliberately wrong hoppers, each a right one with one thing changed."""

from drivers.coin.tables import PAYOUT_TIMEOUT, Header
from drivers.coin.virtual import Place
from drivers.coin.virtual.hopper import VirtualHopper
from drivers.coin.virtual.slave import ACK, NAK, Answer, three_bytes
from drivers.conformance.coin_builds import SCH2
from drivers.conformance.coin_wrong import WrongDevice, wrong

_TOP = 255


class _AnswersBeforeCounting(VirtualHopper):
    """A dispense is answered before it is counted."""

    _due = False

    def _dispense(self, data: bytes) -> Answer:
        before = self._counter
        answer = super()._dispense(data)
        if self._counter != before and self._remaining:
            self._due, self._counter = True, before
        return answer

    def slip_one(self) -> None:
        if self._due:
            self._due = False
            self._counter = self._counter % _TOP + 1
        super().slip_one()


class _PaysOneMore(VirtualHopper):
    """One coin more than counted."""

    def _slip(self) -> None:
        super()._slip()
        self._ledger.move(self.yen, Place.HOPPER, Place.TRAY)


class _PaysOneLess(VirtualHopper):
    """Counts a coin that stays inside."""

    def _turn(self) -> None:
        if self._remaining == 1 and self.pieces and not self.jammed:
            self.total += 1
            self._paid += 1
            self._remaining = 0
            return
        super()._turn()


class _QueuesDispenses(VirtualHopper):
    """A repeated dispense is obeyed afterwards."""

    def _dispense(self, data: bytes) -> Answer:
        if self._remaining and self._enabled:
            self._remaining += data[-1]
            return Answer(bytes((self._counter,)))
        return super()._dispense(data)


class _PaysDisabled(VirtualHopper):
    """Pays although it is disabled."""

    def _dispense(self, data: bytes) -> Answer:
        self._enabled = True
        return super()._dispense(data)


class _AnyEnableCode(VirtualHopper):
    """Any code but 0 enables."""

    def _enable(self, data: bytes) -> Answer | None:
        self._enabled = len(data) == 1 and data[0] != 0
        return ACK


class _EnabledAfterReset(VirtualHopper):
    """A reset leaves it enabled."""

    def forget(self) -> None:
        super().forget()
        self._enabled = True


class _AnyKey(VirtualHopper):
    """Pays with any key."""

    def _may_pay(self, data: bytes) -> bool:
        return super()._may_pay(self.plate.serial.to_bytes(3, "little") + data[-1:])


class _ResumesAfterPower(VirtualHopper):
    """Goes on paying when power comes back."""

    def switch_on(self) -> None:
        left = self._unpaid
        super().switch_on()
        self._remaining = left
        self._plan(self.now_s)


class _TotalInRam(VirtualHopper):
    """The dispense count is lost at a reset."""

    def forget(self) -> None:
        super().forget()
        self.total = 0


class _TotalStands(VirtualHopper):
    """The dispense count does not move."""

    def slip_one(self) -> None:
        super().slip_one()
        self.total -= 1


class _CounterToZero(VirtualHopper):
    """The hopper's counter goes 255, 0."""

    def _dispense(self, data: bytes) -> Answer:
        wraps = self._counter == _TOP
        answer = super()._dispense(data)
        if wraps and self._counter == 1:
            self._counter = 0
        return answer


class _KeepsCounterOverReset(VirtualHopper):
    """The hopper's counter survives a reset."""

    def forget(self) -> None:
        counter = self._counter
        super().forget()
        self._counter = counter


class _SaysAllPaid(VirtualHopper):
    """Runs empty and says all was paid."""

    def _give_up(self, what: str, flags: set[tuple[int, int]]) -> None:
        super()._give_up(what, flags)
        self._paid, self._unpaid = self._paid + self._unpaid, 0


class _HidesTimeout(VirtualHopper):
    """Runs empty without the flag."""

    def _give_up(self, what: str, flags: set[tuple[int, int]]) -> None:
        super()._give_up(what, flags - {PAYOUT_TIMEOUT})


class _StopsLate(VirtualHopper):
    """A coin falls uncounted after an emergency stop."""

    def _stop(self, data: bytes) -> Answer:
        running = bool(self._remaining)
        answer = super()._stop(data)
        if running:
            self._ledger.move(self.yen, Place.HOPPER, Place.TRAY)
        return answer


class _NeverStops(VirtualHopper):
    """An emergency stop is acknowledged and ignored."""

    def _stop(self, _: bytes) -> Answer:
        return Answer(bytes((self._remaining,)))


class _CountsBackwards(VirtualHopper):
    """Remaining is one too low while it pays."""

    def _status(self, data: bytes) -> Answer:
        raw = bytearray(super()._status(data).data)
        if self._paid and self._remaining:
            raw[1] -= 1
        return Answer(bytes(raw))


class _AlwaysLow(VirtualHopper):
    """A filled hopper says that it is low."""

    def _level(self, data: bytes) -> Answer:
        return Answer(bytes((super()._level(data).data[0] | 1,)))


class _ZeroIsAll(VirtualHopper):
    """Asked for none it pays eight."""

    def _dispense(self, data: bytes) -> Answer:
        return super()._dispense(data[:-1] + (data[-1:] if data[-1] else b"\x08"))


class _CountsRefusals(VirtualHopper):
    """The dispense count moves with a refused command."""

    def _dispense(self, data: bytes) -> Answer:
        answer = super()._dispense(data)
        self.total += answer == NAK
        return answer


class _NoCipherNeeded(VirtualHopper):
    """Pays without header 160, though its family wants it."""

    def _dispense(self, data: bytes) -> Answer:
        self._key_given = True
        return super()._dispense(data)


class _LowerCase(VirtualHopper):
    """Says its category in small letters."""

    def answer(self, header: int, data: bytes) -> Answer | None:
        said = super().answer(header, data)
        return Answer(said.data.lower()) if said and header == Header.CATEGORY else said


class _NoLevel(VirtualHopper):
    """Does not know header 217."""

    def answer(self, header: int, data: bytes) -> Answer | None:
        return None if header == Header.LEVEL else super().answer(header, data)


class _DearOnePaysTwo(VirtualHopper):
    """The hopper of the highest value lets two coins out and counts one."""

    def slip_one(self) -> None:
        super().slip_one()
        if self.yen == _HIGHEST and self.pieces:
            self._ledger.move(self.yen, Place.HOPPER, Place.TRAY)


class _LooksAtOneByte(VirtualHopper):
    """Compares the first byte of its key only."""

    def _may_pay(self, data: bytes) -> bool:
        own = three_bytes(self.plate.serial)
        return super()._may_pay(own + data[-1:] if data[:1] == own[:1] else data)


class _ForeignName(VirtualHopper):
    """Two hoppers are programmed: one of them for a coin of euro."""

    def _coin_name(self) -> str:
        return "EU100A" if self.yen == _HIGHEST else super()._coin_name()


_HIGHEST = 500

WRONG: tuple[WrongDevice, ...] = (
    wrong("dear-one-pays-two", _DearOnePaysTwo, "coin.paying.each"),
    wrong("one-byte-of-key", _LooksAtOneByte, "coin.payout.wrong_key"),
    wrong("foreign-name", _ForeignName, "coin.payout.coin"),
    wrong("counts-late", _AnswersBeforeCounting, "coin.payout.counted_at_once"),
    wrong("pays-one-more", _PaysOneMore, "coin.payout.one"),
    wrong("pays-one-less", _PaysOneLess, "coin.payout.one"),
    wrong("queues", _QueuesDispenses, "coin.payout.while_running"),
    wrong("pays-disabled", _PaysDisabled, "coin.payout.disabled_at_first"),
    wrong("any-enable", _AnyEnableCode, "coin.payout.disabled_again"),
    wrong("enabled-at-reset", _EnabledAfterReset, "coin.payout.disabled_at_first"),
    wrong("any-key", _AnyKey, "coin.payout.wrong_key"),
    wrong("resumes", _ResumesAfterPower, "coin.payout.power"),
    wrong("total-in-ram", _TotalInRam, "coin.payout.reset"),
    wrong("total-stands", _TotalStands, "coin.payout.one"),
    wrong("hopper-to-0", _CounterToZero, "coin.payout.wrap"),
    wrong("hopper-hides-reset", _KeepsCounterOverReset, "coin.payout.reset"),
    wrong("says-all-paid", _SaysAllPaid, "coin.payout.empty"),
    wrong("hides-timeout", _HidesTimeout, "coin.payout.empty"),
    wrong("stops-late", _StopsLate, "coin.payout.stop"),
    wrong("never-stops", _NeverStops, "coin.payout.stop"),
    wrong("miscounts-running", _CountsBackwards, "coin.payout.running"),
    wrong("always-low", _AlwaysLow, "coin.payout.level"),
    wrong("counts-refusals-in-168", _CountsRefusals, "coin.payout.refusal"),
    wrong("no-cipher", _NoCipherNeeded, "coin.payout.cipher_first", build=SCH2),
    wrong("small-letters", _LowerCase, "coin.identity.category"),
    wrong("no-level", _NoLevel, "coin.identity.hopper_minimum"),
    wrong("zero-is-many", _ZeroIsAll, "coin.payout.zero"),
)
