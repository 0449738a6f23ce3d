"""A slow line is looked at when the answer can be there, and no faster line is kept waiting."""

from dataclasses import dataclass, field

from drivers.clock import VirtualClock
from drivers.coin.bus import CoinBus
from drivers.coin.framing import Check, Frame, encode_frame
from drivers.coin.pace import BYTE_S, Pace
from drivers.coin.tables import Header

CREDITS = encode_frame(Frame(1, 2, 0, bytes((7, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10))), Check.SIMPLE)


@dataclass
class SlowLine:
    """Echo and answer of one device, a byte each `byte_s`, the answer `think_s` after the echo."""

    clock: VirtualClock
    byte_s: float = BYTE_S
    think_s: float = 0.004
    answer: bytes = CREDITS
    late_host_s: float = 0.0
    """The host is put to sleep for so long after its first look at each answer."""
    due: list[tuple[float, int]] = field(default_factory=list)
    looks: int = 0
    asked_s: float = 0.0
    found_s: float = 0.0

    def write(self, data: bytes) -> None:
        at_s = self.asked_s = self.clock.monotonic_s()
        for number, byte in enumerate(data + self.answer):
            at_s += self.byte_s + self.think_s * (number == len(data))
            self.due.append((at_s, byte))

    def read(self, within_s: float) -> bytes:
        if not within_s:
            return b""  # the flush before a question
        self.looks += 1
        if self.due:
            wait_s = max(0.0, min(within_s, self.due[0][0] - self.clock.monotonic_s()))
            self.clock.advance(wait_s + 1e-9)
        else:
            self.clock.advance(within_s)
        now_s = self.clock.monotonic_s()
        came = bytes(byte for at_s, byte in self.due if at_s <= now_s)
        self.due = [(at_s, byte) for at_s, byte in self.due if at_s > now_s]
        self.found_s = now_s
        if self.late_host_s:
            self.clock.advance(self.late_host_s)
        return came

    def close(self) -> None:
        """Nothing to close."""


def ask(line: SlowLine, bus: CoinBus, times: int = 1) -> float:
    """Looks an answer took, on average."""
    before = line.looks
    for _ in range(times):
        assert bus.ask(2, Header.CREDITS, tries=1) == CREDITS[4:-1]
    return (line.looks - before) / times


def bus_on(line: SlowLine) -> CoinBus:
    return CoinBus(lambda: line, line.clock, Check.SIMPLE)


def test_a_line_known_to_be_slow_is_looked_at_hardly_more_than_once_an_answer() -> None:
    line = SlowLine(VirtualClock())
    bus = bus_on(line)
    assert ask(line, bus, 8) > 2
    ask(line, bus, 50)
    assert ask(line, bus, 200) < 1.3


def test_an_answer_is_found_soon_after_its_last_byte() -> None:
    line = SlowLine(VirtualClock())
    bus = bus_on(line)
    ask(line, bus, 50)
    last_byte_s = (5 + len(CREDITS)) * BYTE_S + line.think_s
    for _ in range(50):
        ask(line, bus)
        assert line.found_s - line.asked_s < last_byte_s + 0.003


def test_a_line_that_hands_over_whole_answers_is_not_kept_waiting() -> None:
    line = SlowLine(VirtualClock(), byte_s=0.0, think_s=0.001)
    bus = bus_on(line)
    ask(line, bus, 50)
    ask(line, bus)
    assert line.found_s - line.asked_s < 0.002


def test_a_device_that_grows_slower_and_faster_again_is_followed() -> None:
    line = SlowLine(VirtualClock())
    bus = bus_on(line)
    ask(line, bus, 50)
    line.think_s = 0.012
    ask(line, bus, 50)
    assert ask(line, bus, 200) < 1.3
    line.think_s = 0.0
    ask(line, bus, 200)
    ask(line, bus)
    assert line.found_s - line.asked_s < (5 + len(CREDITS)) * BYTE_S + 0.003


def test_one_answer_that_took_long_does_not_delay_the_next() -> None:
    line = SlowLine(VirtualClock())
    bus = bus_on(line)
    ask(line, bus, 100)
    line.think_s = 0.2
    ask(line, bus)
    line.think_s = 0.004
    ask(line, bus)
    assert line.found_s - line.asked_s < (5 + len(CREDITS)) * BYTE_S + line.think_s + 0.003


def test_a_host_that_comes_late_to_bytes_that_waited_does_not_call_them_stalled() -> None:
    line = SlowLine(VirtualClock(), late_host_s=0.2)
    bus = bus_on(line)
    # Less than is asked for in one go would be an answer broken off: nothing is asked again.
    assert ask(line, bus, 20) > 1


def test_no_wait_is_longer_than_a_frame_may_stall() -> None:
    clock = VirtualClock()
    pace = Pace(clock)
    for _ in range(20):
        pace.begin()
        pace.first(300)
        clock.advance(0.001)
        before_s = clock.monotonic_s()
        pace.rest(1, 300)
        assert clock.monotonic_s() - before_s < 0.05
        clock.advance(0.3)
        pace.whole(300)
    before_s = clock.monotonic_s()
    pace.begin()
    pace.first(300)
    assert 0.0 < clock.monotonic_s() - before_s < 0.05
