"""What the coin cases say to an acceptor and to a hopper, frame by frame."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from drivers.coin.credits import distance
from drivers.coin.framing import Frame
from drivers.coin.protocol import (
    BufferEntry,
    CreditBuffer,
    HopperStatus,
    ReplyError,
    coin_yen,
    credit_codes_are_values,
    decode_credits,
    decode_hopper_flags,
    decode_hopper_status,
    decode_number,
    decode_text,
    encode_dispense,
    encode_mask,
    value_of_code,
)
from drivers.coin.quirks import QuirkBook
from drivers.coin.tables import ENABLE_CODE, EVENT_BUFFER, Header, Quirks, ReplyHeader
from drivers.conformance.case import NotApplicable, Violation, demand
from drivers.conformance.coin_bench import CoinBench
from drivers.conformance.coin_wire import CoinWire

_POLL_S = 0.1
_AFTERMATH_S = 0.5
"""After an event, so long for another one that should not come."""
POSITIONS = range(1, 17)


@dataclass(frozen=True, slots=True)
class Moved:
    """What an acceptor's counter and buffer say has happened."""

    steps: int
    entries: tuple[BufferEntry, ...]
    """New, oldest first; at most five."""
    after: CreditBuffer

    @property
    def credits(self) -> tuple[BufferEntry, ...]:
        """Those that are money."""
        return tuple(entry for entry in self.entries if entry.is_credit)


class AcceptorTalk:
    """One acceptor, asked directly."""

    def __init__(self, bench: CoinBench, wire: CoinWire) -> None:
        self._bench = bench
        self._wire = wire
        self._at = bench.acceptor
        self.coins = self._coins()
        """Position -> face value in yen."""

    def ask(self, header: Header, data: bytes = b"") -> bytes:
        """The data of the one right answer. Raises Violation."""
        return self._wire.ask(self._at, header, data)

    def knows(self, header: Header, data: bytes = b"") -> bytes:
        """As `ask`. Raises NotApplicable where the device is silent to this header."""
        answer = self._wire.knows(self._at, header, data)
        if answer is None:
            raise NotApplicable(f"the acceptor does not know header {header.value}")
        return answer

    def name_at(self, position: int) -> str:
        """The coin's name, e.g. JP100A, or dots."""
        return decode_text(self.ask(Header.COIN_ID, bytes((position,))))

    def buffer(self) -> CreditBuffer:
        """Header 229."""
        return decode_credits(self.ask(Header.CREDITS))

    def yen_of(self, code: int) -> int | None:
        """What a credit code is worth, by the device's own words."""
        flags = self._wire.knows(self._at, Header.OPTION_FLAGS)
        if flags and credit_codes_are_values(flags[0]):
            return value_of_code(code)
        return self.coins.get(code)

    def open(self, *values: int) -> None:
        """Let in exactly these face values."""
        positions = frozenset(p for p, yen in self.coins.items() if yen in values)
        self.ask(Header.SET_INHIBITS, encode_mask(positions))
        self.ask(Header.SET_MASTER_INHIBIT, b"\1")
        self.buffer()

    def shut(self) -> None:
        """Close the master inhibit."""
        self.ask(Header.SET_MASTER_INHIBIT, b"\0")

    def insert(self, *coins: int) -> Moved:
        """Have coins put in, at once one after another, and poll until nothing more comes."""
        before = self.buffer()
        if len(coins) == 1:
            self._bench.hands.drop_coin(coins[0])
        else:
            self._bench.hands.drop_fast(*coins)
        return self.await_events(before, len(coins))

    def await_events(self, before: CreditBuffer, wanted: int = 1) -> Moved:
        """Poll until the counter has moved by `wanted`, or patience ends; then for stragglers."""
        clock = self._bench.clock
        now = self.await_counter(before, wanted)
        until_s = clock.monotonic_s() + _AFTERMATH_S
        while clock.monotonic_s() < until_s:
            clock.sleep(_POLL_S)
            now = self.buffer()
        return self.moved(before, now)

    def await_counter(self, before: CreditBuffer, wanted: int) -> CreditBuffer:
        """The first reading whose counter has moved by `wanted`, or the last within patience."""
        clock = self._bench.clock
        until_s = clock.monotonic_s() + self._bench.patience_s
        while True:
            now = self.buffer()
            moved = now.counter != before.counter
            if moved and distance(before.counter, now.counter) >= wanted:
                return now
            if clock.monotonic_s() > until_s:
                return now
            clock.sleep(_POLL_S)

    def moved(self, before: CreditBuffer, after: CreditBuffer) -> Moved:
        """The difference of two readings. Raises Violation for a counter that went to 0."""
        if after.counter == before.counter:
            return Moved(0, (), after)
        demand(after.counter, f"the event counter went from {before.counter} to 0 without a reset")
        steps = distance(before.counter, after.counter)
        new = after.entries[: min(steps, EVENT_BUFFER)]
        return Moved(steps, tuple(reversed(new)), after)

    def values(self) -> tuple[int, ...]:
        """Face values it knows. Raises NotApplicable if there are none."""
        found = tuple(sorted(set(self.coins.values())))
        if not found:
            raise NotApplicable("the acceptor knows no coin of yen")
        return found

    def _coins(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for position in POSITIONS:
            try:
                yen = coin_yen(self.name_at(position))
            except ReplyError:
                continue  # a token or a foreign coin
            if yen is not None:
                found[position] = yen
        return found


class HopperTalk:
    """One hopper, asked directly; the cheapest unless another is named."""

    def __init__(self, bench: CoinBench, wire: CoinWire, yen: int = 0) -> None:
        self._bench = bench
        self._wire = wire
        self.yen = yen or bench.cheapest
        self._at = bench.hoppers[self.yen]
        maker = decode_text(self.ask(Header.MANUFACTURER))
        product = decode_text(self.ask(Header.PRODUCT))
        self.quirks: Quirks = QuirkBook.of_file(bench.config.profiles).of(maker, product)
        self.serial = self.ask(Header.SERIAL)

    def ask(self, header: Header, data: bytes = b"") -> bytes:
        """The data of the one right answer. Raises Violation."""
        return self._wire.ask(self._at, header, data)

    def status(self) -> HopperStatus:
        """Header 166."""
        return decode_hopper_status(self.ask(Header.HOPPER_STATUS))

    def total(self) -> int:
        """Header 168. Raises NotApplicable where the family has none."""
        if not self.quirks.has_total:
            raise NotApplicable("this family of hoppers has no dispense count (header 168)")
        return decode_number(self.ask(Header.DISPENSE_COUNT))

    def count(self) -> int:
        """Header 168, or 0 where the family has none: for differences only."""
        return self.total() if self.quirks.has_total else 0

    def enable(self) -> None:
        """Allow payout."""
        self.ask(Header.ENABLE_HOPPER, bytes((ENABLE_CODE,)))

    def reset(self) -> None:
        """Header 1, and wait until it answers again."""
        self.ask(Header.RESET)
        self._bench.await_boot(self._wire, self._at)

    def dispense(self, pieces: int, serial: bytes | None = None) -> Frame | None:
        """Send 167 once, with what the family wants before it; whatever is answered."""
        if self.quirks.needs_cipher_request:
            self.ask(Header.CIPHER_KEY)
        data = encode_dispense(self.quirks, self.serial if serial is None else serial, pieces)
        return self._wire.reply(self._at, Header.DISPENSE, data)

    def pay(self, pieces: int) -> HopperStatus:
        """Enable, send 167, wait until it stands still. Raises Violation if it is refused."""
        self.enable()
        answer = self.dispense(pieces)
        if answer is None or answer.header != ReplyHeader.REPLY:
            raise Violation(f"a dispense of {pieces} was not obeyed: {_shown(answer)}")
        return self.finish()

    def finish(self) -> HopperStatus:
        """The status when it stands still."""
        return decode_hopper_status(self._bench.await_still(self._wire, self._at))

    def clear_tray(self) -> None:
        """So that what lies there later was paid now."""
        self._bench.hands.take_tray()

    def demand_tray(self, pieces: int) -> None:
        """What lies in the tray is `pieces` of this hopper's coins."""
        self._bench.demand_tray(pieces * self.yen)


def refused(answer: Frame | None) -> bool:
    """True for NAK or silence: the command was not obeyed, as far as the answer says."""
    return answer is None or answer.header == ReplyHeader.NAK


def _shown(answer: Frame | None) -> str:
    return "silence" if answer is None else f"header {answer.header} {answer.data.hex(' ')}".strip()


def has_flag(registers: bytes, flag: tuple[int, int]) -> bool:
    """True if a hopper's status registers (header 163) have this flag."""
    return any((found.register, found.bit) == flag for found in decode_hopper_flags(registers))


@contextmanager
def acceptor_on(bench: CoinBench) -> Iterator[AcceptorTalk]:
    """The acceptor, on a line opened for it."""
    with bench.wire() as wire:
        yield AcceptorTalk(bench, wire)


@contextmanager
def hopper_on(bench: CoinBench) -> Iterator[HopperTalk]:
    """The cheapest hopper, on a line opened for it."""
    with bench.wire() as wire:
        yield HopperTalk(bench, wire)
