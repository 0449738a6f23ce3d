"""The virtual hopper.

Commands: ccTalk Generic Specification 4.7, Part 3 Appendix 13 (payouts). Behaviour: Part 2
sections 3.81-3.90; after power loss as the Money Controls SCH2 manual TSP016 says.
"""

import secrets

from drivers.coin.credits import advance
from drivers.coin.tables import ENABLE_CODE, Category, DispenseAnswer, Header, Key
from drivers.coin.virtual.ledger import Ledger, Place
from drivers.coin.virtual.mechanics import (
    Happening,
    HopperBuild,
    Observer,
    Speeds,
)
from drivers.coin.virtual.slave import ACK, NAK, Answer, Slave, three_bytes

_TIMEOUT, _POWERED_UP, _DISABLED = (1, 1), (1, 6), (1, 7)
_MAX_CURRENT, _REVERSE_LIMIT, _POWER_LOST = (1, 0), (2, 4), (3, 0)
_WARNINGS = frozenset({_TIMEOUT, (1, 2), _POWERED_UP, _DISABLED, (2, 1), (2, 2), (2, 7), (3, 4)})
_LOW_NOW, _HIGH_NOW, _BOTH_FITTED = 0x01, 0x02, 0x30


class VirtualHopper(Slave):
    """Pays coins one after another, counts each as it leaves."""

    def __init__(
        self, yen: int, build: HopperBuild, speeds: Speeds, ledger: Ledger, observer: Observer
    ) -> None:
        super().__init__(Category.PAYOUT, build.plate, speeds)
        self.yen = yen
        self.build = build
        self._ledger = ledger
        self._observer = observer
        self.jammed = False
        self.flags: set[tuple[int, int]] = {_POWERED_UP}
        self.total = 0
        """Header 168; survives everything."""
        self._remaining = 0
        self._paid = 0
        self._unpaid = 0
        self._slips = 0
        self._next_s = 0.0
        self._counter = 0
        self._enabled = False
        self._key_given = False
        self._lost_power_paying = False
        self._add_commands()

    @property
    def pieces(self) -> int:
        """Coins inside."""
        return self._ledger.count(Place.HOPPER, self.yen)

    @property
    def room(self) -> bool:
        """True unless full."""
        return self.pieces < self.build.capacity

    def forget(self) -> None:
        self._unpaid = self._remaining or self._unpaid
        self._remaining = 0
        self._counter = 0
        self._enabled = False
        self._key_given = False
        self.flags = set()

    def switch_off(self) -> None:
        lost = self._remaining
        super().switch_off()
        self._unpaid = lost
        self._remaining = 0
        self._lost_power_paying = bool(lost)

    def switch_on(self) -> None:
        super().switch_on()
        self.flags = {_POWERED_UP}
        if self._lost_power_paying:
            self.flags.add(_POWER_LOST)

    def settle(self) -> None:
        """Let out what is due by now."""
        while self._remaining and self._next_s <= self.now_s and self.powered:
            self._turn()

    def next_due_s(self) -> float | None:
        """When the next coin leaves or a timeout ends."""
        return self._next_s if self._remaining else None

    def _turn(self) -> None:
        if self.jammed:
            self._give_up("hopper_jammed", {_REVERSE_LIMIT})
        elif not self.pieces:
            self._give_up("hopper_empty", {_TIMEOUT})
        else:
            self.slip_one()
            self._paid += 1
            self._remaining -= 1
            if self._remaining:
                self._plan(self._next_s)
            else:
                self._slip()

    def _slip(self) -> None:
        for _ in range(min(self._slips, self.pieces)):
            self.slip_one()
        self._slips = 0

    def slip_one(self) -> None:
        """One coin leaves past the exit sensor."""
        self._ledger.move(self.yen, Place.HOPPER, Place.TRAY)
        self.total += 1
        self._observer(Happening("coin_paid", self.yen))

    def _give_up(self, what: str, flags: set[tuple[int, int]]) -> None:
        self._unpaid, self._remaining = self._remaining, 0
        self.flags |= flags
        self._observer(Happening(what, self.yen, f"{self._unpaid} unpaid"))

    def _plan(self, from_s: float) -> None:
        """When the next thing happens: a coin, or the end of a vain try."""
        speeds = self.speeds
        if self.jammed:
            wait_s = speeds.jam_timeout_s
        else:
            wait_s = speeds.dispense_coin_s if self.pieces else speeds.empty_timeout_s
        self._next_s = from_s + wait_s

    def jam(self) -> None:
        """A coin sticks; a payout that runs is stuck with it."""
        self.jammed = True
        if self._remaining:
            self._plan(self.now_s)

    def unjam(self) -> None:
        """The coin is taken out by hand; a latched flag stays until a reset."""
        self.jammed = False

    def _add_commands(self) -> None:
        self._commands |= {
            Header.LEVEL: self._level,
            Header.EMERGENCY_STOP: self._stop,
            Header.HOPPER_COIN: lambda _: Answer(self._coin_name().encode("ascii")),
            Header.DISPENSE_COUNT: lambda _: Answer(three_bytes(self.total)),
            Header.DISPENSE: self._dispense,
            Header.HOPPER_STATUS: self._status,
            Header.ENABLE_HOPPER: self._enable,
            Header.TEST_HOPPER: self._test,
        }
        if not self.build.quirks.has_total:
            del self._commands[Header.DISPENSE_COUNT]
        if self.build.quirks.needs_cipher_request:
            self._commands |= {
                Header.PUMP_RNG: lambda _: ACK,
                Header.CIPHER_KEY: self._cipher_key,
            }

    def _coin_name(self) -> str:
        name = self.build.coin_name
        return f"JP{self.yen:03d}A" if name is None else name

    def _level(self, _: bytes) -> Answer:
        low = _LOW_NOW if self.pieces < self.build.low_level else 0
        high = 0 if self.room else _HIGH_NOW
        return Answer(bytes((low | high | _BOTH_FITTED,)))

    def _status(self, _: bytes) -> Answer:
        return Answer(bytes((self._counter, self._remaining, self._paid, self._unpaid)))

    def _test(self, _: bytes) -> Answer:
        flags = self.flags if self._enabled else self.flags | {_DISABLED}
        registers = bytearray(3)
        for register, bit in flags:
            registers[register - 1] |= 1 << bit
        return Answer(bytes(registers[: self.build.quirks.registers]))

    def _enable(self, data: bytes) -> Answer | None:
        if len(data) != 1:
            return None
        self._enabled = data[0] == ENABLE_CODE
        return ACK

    def _stop(self, _: bytes) -> Answer:
        left = self._remaining
        if left:
            self._give_up("hopper_stopped", set())
        return Answer(bytes((left,)))

    def _cipher_key(self, _: bytes) -> Answer:
        self._key_given = True
        return Answer(secrets.token_bytes(8))

    def _dispense(self, data: bytes) -> Answer:
        before = self._counter
        if not self._may_pay(data):
            if self.build.quirks.counts_refusals:
                self._counter = advance(self._counter, 1)
            return NAK
        self._counter = advance(self._counter, 1)
        self._paid, self._unpaid, self._remaining = 0, 0, data[-1]
        self._slips = self.build.overpays
        self.flags.discard(_TIMEOUT)
        self._plan(self.now_s)
        self.settle()
        return {
            DispenseAnswer.AFTER: Answer(bytes((self._counter,))),
            DispenseAnswer.BEFORE: Answer(bytes((before,))),
            DispenseAnswer.ACK: ACK,
        }[self.build.quirks.answer]

    def _may_pay(self, data: bytes) -> bool:
        key_given, self._key_given = self._key_given, False
        quirks = self.build.quirks
        key = data[:-1]
        fits = key == three_bytes(self.plate.serial) if quirks.key is Key.SERIAL3 else True
        wanted = {Key.SERIAL3: 3, Key.ANY8: 8, Key.NONE: 0}[quirks.key]
        # A family with fewer registers has no flag that could be latched in the others.
        latched = {flag for flag in self.flags if flag[0] <= quirks.registers} - _WARNINGS
        ready = self._enabled and not self._remaining and not latched
        return (
            ready and fits and len(key) == wanted and (key_given or not quirks.needs_cipher_request)
        )
