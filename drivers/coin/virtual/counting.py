"""What a virtual acceptor and a virtual bill validator have in common: inhibits, an event counter,
a memory of five events, counters that outlive a reset.

Source: ccTalk Generic Specification 4.7, Part 2 sections 3.25-3.31.
"""

from collections import deque
from collections.abc import Callable

from drivers.coin.credits import advance
from drivers.coin.tables import EVENT_BUFFER, Category, Header
from drivers.coin.virtual.ledger import Ledger
from drivers.coin.virtual.mechanics import Nameplate, Observer, Speeds
from drivers.coin.virtual.slave import ACK, Answer, Slave, three_bytes

_ROM_CHECKSUM = bytes((0x4B, 0x56, 0x4D, 0x31))
INSERTED, ACCEPTED, REJECTED, FRAUDS = 226, 225, 194, 193
"""Counters by the header that asks for them."""


class CountingSlave(Slave):
    """A device that takes money in and counts what happens to it."""

    events_header: int
    mask_bytes: int

    def __init__(
        self,
        category: Category | str,
        plate: Nameplate,
        speeds: Speeds,
        ledger: Ledger,
        observer: Observer,
    ) -> None:
        super().__init__(category, plate, speeds)
        self._ledger = ledger
        self._observer = observer
        self._mask, self._master = 0, 1
        self.totals = dict.fromkeys((INSERTED, ACCEPTED, REJECTED, FRAUDS), 0)
        """Survive everything."""
        self.fault = 0
        """Answer to the self-check (Part 3 Table 3)."""
        self._commands |= {
            Header.SELF_CHECK: lambda _: Answer(bytes((self.fault,))),
            Header.SET_INHIBITS: self._set_mask,
            Header.INHIBITS: lambda _: Answer(self._mask.to_bytes(self.mask_bytes, "little")),
            self.events_header: self._read_events,
            Header.SET_MASTER_INHIBIT: self._set_master,
            Header.MASTER_INHIBIT: lambda _: Answer(bytes((self._master,))),
            Header.ROM_CHECKSUM: lambda _: Answer(_ROM_CHECKSUM),
        }
        for header in self.totals:
            self._commands[header] = self._total(header)

    def forget(self) -> None:
        self._counter = 0
        self._events: deque[tuple[int, int]] = deque([(0, 0)] * EVENT_BUFFER, EVENT_BUFFER)
        self._mask = 0
        self._master = 1
        self._polled_s = self.now_s
        self._polled_once = False

    @property
    def polled_s(self) -> float:
        """When its events were last asked for, by its own clock."""
        return self._polled_s

    def push(self, a: int, b: int) -> None:
        """One more event."""
        self._counter = advance(self._counter, 1)
        self._events.appendleft((a, b))

    def swap(self, serial: int) -> None:
        """Another device of the same make is put in its place."""
        self.plate = type(self.plate)(self.plate.maker, self.plate.product, serial)
        self.totals = dict.fromkeys(self.totals, 0)
        self.switch_on()

    def _after_first_poll(self) -> None:
        """Families that fill a place of their own do it here."""

    def _total(self, header: int) -> Callable[[bytes], Answer]:
        return lambda _: Answer(three_bytes(self.totals[header]))

    def _read_events(self, _: bytes) -> Answer:
        self._polled_s = self.now_s
        answer = Answer(bytes((self._counter,)) + bytes(n for pair in self._events for n in pair))
        if not self._polled_once:
            self._after_first_poll()
        self._polled_once = True
        return answer

    def _set_mask(self, data: bytes) -> Answer | None:
        if not data:
            return None
        self._mask = int.from_bytes(data[: self.mask_bytes], "little")
        return ACK

    def _set_master(self, data: bytes) -> Answer | None:
        if len(data) != 1:
            return None
        self._master = data[0] & 1
        return ACK
