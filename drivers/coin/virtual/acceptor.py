"""The virtual coin acceptor.

Commands: ccTalk Generic Specification 4.7, Part 3 Appendix 13 (coin acceptors, sorter, auditing)
and headers 249, 213, 212. Behaviour: Part 2 section 3.27, Part 4 section 2.1.
"""

from collections import deque
from collections.abc import Callable

from drivers.coin.protocol import coin_yen
from drivers.coin.tables import Category, Header
from drivers.coin.virtual.counting import ACCEPTED, INSERTED, REJECTED, CountingSlave
from drivers.coin.virtual.escrow import VirtualEscrow
from drivers.coin.virtual.ledger import Ledger, Place
from drivers.coin.virtual.mechanics import (
    AcceptorBuild,
    FirstEvent,
    Happening,
    Observer,
    Speeds,
)
from drivers.coin.virtual.slave import ACK, Answer

_EMPTY_COIN = b"......"
_POSITIONS = 16
_REJECT, _INHIBITED, _INHIBITED_TYPE_1, _LEVER = 1, 2, 128, 254
_POLL_EVERY_200_MS = bytes((2, 20))
_VALUES_IN_CREDITS = 0x01
_ALL_ON = 0xFF

SendTo = Callable[[int], int | None]
"""Lets a coin of this value drop behind the sorter: the hopper's path, or None: the cashbox."""


class VirtualAcceptor(CountingSlave):
    """Recognises, refuses or lets in, counts, remembers five events."""

    events_header = Header.CREDITS
    mask_bytes = 2

    def __init__(
        self, build: AcceptorBuild, speeds: Speeds, ledger: Ledger, observer: Observer
    ) -> None:
        super().__init__(Category.COIN_ACCEPTOR, build.plate, speeds, ledger, observer)
        self._build = build
        self._falling: deque[tuple[float, int, int]] = deque()
        self.sort: SendTo = lambda _: None
        self.hold: VirtualEscrow | None = None
        """The escrow under it, into which every coin falls."""
        self.forget()
        self._add_commands()

    def forget(self) -> None:
        kept = self._mask, self._master
        super().forget()
        if self._build.keeps_inhibits:
            self._mask, self._master = kept
        self._paths = dict.fromkeys(range(1, _POSITIONS + 1), bytes((1, 0, 0, 0)))
        self._override = _ALL_ON
        self._default_path = 5

    def drop(self, yen: int) -> None:
        """A coin enters the slot. The gate decides now; the credit comes when it has fallen."""
        self._observer(Happening("coin_dropped", yen))
        refusal = self._refusal(yen) if self.listening else 0
        if refusal is None:
            position = self._position(yen)
            assert position is not None  # noqa: S101 - a coin without position was refused
            self._ledger.move(yen, Place.HAND, Place.FALLING)
            self.totals[INSERTED] += 1
            self._falling.append((self.now_s + self.speeds.fall_time_s, yen, position))
            return
        self._ledger.move(yen, Place.HAND, Place.TRAY)
        if refusal:
            self.totals[INSERTED] += 1
            self.totals[REJECTED] += 1
            self.push(0, refusal)
        self._observer(Happening("coin_returned", yen, f"code {refusal}"))

    def takes(self, yen: int) -> bool:
        """True while the gate would let such a coin in."""
        return self.listening and self._refusal(yen) is None

    def pull_lever(self) -> None:
        """The return lever is pulled."""
        if self.listening:
            self.push(0, _LEVER)

    def settle(self) -> None:
        """Let fall what has fallen by now."""
        while self._falling and self._falling[0][0] <= self.now_s:
            _, yen, position = self._falling.popleft()
            self._land(yen, position)

    def next_due_s(self) -> float | None:
        """When the next coin has fallen."""
        return self._falling[0][0] if self._falling else None

    def _land(self, yen: int, position: int) -> None:
        if not self.listening:
            # Past the gate, but nobody is there to count it.
            self._ledger.move(yen, Place.FALLING, self._held or Place.CASHBOX)
            self._observer(Happening("coin_unseen", yen))
            return
        path = self.sort(yen) if self._override & 1 else None
        target = self._held or (Place.CASHBOX if path is None else Place.HOPPER)
        self._ledger.move(yen, Place.FALLING, target)
        self.totals[ACCEPTED] += 1
        code = self._value_code(yen) if self._build.credits_are_values else position
        self.push(code, path or self._default_path)
        self._observer(Happening("coin_credited", yen, target.value))

    @property
    def _held(self) -> Place | None:
        """The escrow, where there is one with room left."""
        return Place.COIN_ESCROW if self.hold is not None and self.hold.room else None

    def _position(self, yen: int) -> int | None:
        for position, name in enumerate(self._build.coins, start=1):
            if coin_yen(name) == yen:
                return position
        return None

    def _refusal(self, yen: int) -> int | None:
        position = self._position(yen)
        if position is None:
            return _REJECT
        if not self._master or self.now_s - self._polled_s > self._build.self_inhibit_s:
            return _INHIBITED
        if not self._mask >> (position - 1) & 1:
            return _INHIBITED_TYPE_1 + position - 1
        return None

    @staticmethod
    def _value_code(yen: int) -> int:
        return yen if yen < 128 else 128 | yen // 10  # noqa: PLR2004 - Part 3 section 2.2

    def _add_commands(self) -> None:
        self._commands |= {
            Header.POLLING_PRIORITY: lambda _: Answer(_POLL_EVERY_200_MS),
            Header.SET_SORTER_OVERRIDE: self._set_override,
            Header.SORTER_OVERRIDE: lambda _: Answer(bytes((self._override,))),
            Header.OPTION_FLAGS: lambda _: Answer(
                bytes((_VALUES_IN_CREDITS if self._build.credits_are_values else 0,))
            ),
            Header.COIN_POSITION: self._coin_position,
            Header.SET_SORTER_PATHS: self._set_paths,
            Header.SORTER_PATHS: lambda data: Answer(self._paths.get(data[0], b"")[:1]),
            Header.SET_DEFAULT_PATH: self._set_default_path,
            Header.DEFAULT_PATH: lambda _: Answer(bytes((self._default_path,))),
            Header.COIN_ID: self._coin_id,
        }
        if not self._build.has_accept_counter:
            del self._commands[Header.ACCEPT_COUNTER]

    def _after_first_poll(self) -> None:
        if self._build.first_event is not FirstEvent.NOTHING:
            self.push(0, _INHIBITED if self._build.first_event is FirstEvent.INHIBITED else 0)

    def _set_override(self, data: bytes) -> Answer | None:
        if len(data) != 1:
            return None
        self._override = data[0]
        return ACK

    def _set_default_path(self, data: bytes) -> Answer | None:
        if len(data) != 1:
            return None
        self._default_path = data[0]
        return ACK

    def _set_paths(self, data: bytes) -> Answer | None:
        if len(data) not in {2, 5} or data[0] not in self._paths:
            return None
        self._paths[data[0]] = data[1:].ljust(4, b"\0")
        return ACK

    def _coin_position(self, data: bytes) -> Answer | None:
        if len(data) != 1 or not 1 <= data[0] <= len(self._build.coins):
            return None
        return Answer((1 << (data[0] - 1)).to_bytes(2, "little"))

    def _coin_id(self, data: bytes) -> Answer | None:
        if len(data) != 1 or not 1 <= data[0] <= _POSITIONS:
            return None
        names = [name.encode("ascii") for name in self._build.coins]
        return Answer(names[data[0] - 1] if data[0] <= len(names) else _EMPTY_COIN)
