"""An answer that comes too late is neither lost sight of, nor taken for the next one's, nor called
somebody else's word. A busy computer or device is no second master.
"""

from collections.abc import Callable

import pytest

from drivers.clock import VirtualClock
from drivers.coin.bus import CoinBus
from drivers.coin.framing import Check, Frame, encode_frame
from drivers.coin.tables import MANNERS, Header
from drivers.errors import SilenceError

SERIAL = encode_frame(Frame(1, 5, 0, b"\x01\x02\x03"), Check.SIMPLE)
COUNT = encode_frame(Frame(1, 5, 0, b"\x09\x09\x09"), Check.SIMPLE)
ANSWERS = {Header.SERIAL: SERIAL, Header.DISPENSE_COUNT: COUNT}


class Line:
    """Echo at once; each answer after what `delays_s` says next, then at once."""

    def __init__(self, clock: VirtualClock, *delays_s: float) -> None:
        self.clock = clock
        self.delays_s = list(delays_s)
        self.due: list[tuple[float, bytes]] = []
        self.after_read: Callable[[], None] = lambda: None

    def write(self, data: bytes) -> None:
        now_s = self.clock.monotonic_s()
        delay_s = self.delays_s.pop(0) if self.delays_s else 0.0
        self.due.append((now_s, data))
        self.due.append((now_s + delay_s, ANSWERS[Header(data[3])]))
        self.due.sort(key=lambda one: one[0])

    def read(self, within_s: float) -> bytes:
        first_s = self.due[0][0] if self.due else float("inf")
        now_s = self.clock.monotonic_s()
        self.clock.advance(max(0.0, min(within_s, first_s - now_s)))
        now_s = self.clock.monotonic_s()
        came = b"".join(data for at_s, data in self.due if at_s <= now_s)
        self.due = [one for one in self.due if one[0] > now_s]
        if came:
            self.after_read()
        return came

    def close(self) -> None:
        """Nothing to close."""


def bus_on(line: Line) -> CoinBus:
    return CoinBus(lambda: line, line.clock, Check.SIMPLE)


def test_two_answers_of_one_length_are_not_mixed_up_by_lateness() -> None:
    """Serial number and dispense count have three bytes each: the one must not pay for the
    other."""
    line = Line(VirtualClock(), MANNERS[Header.SERIAL].wait_s + 0.03, 0.05)
    bus = bus_on(line)
    with pytest.raises(SilenceError):
        bus.ask(5, Header.SERIAL, tries=1)
    assert bus.ask(5, Header.DISPENSE_COUNT, tries=1) == b"\x09\x09\x09"
    assert bus.intrusions == 0


def test_each_unanswered_question_may_still_have_its_answer() -> None:
    """The answer to the second came first, that to the first when nothing was asked."""
    line = Line(VirtualClock(), 0.9)
    bus = bus_on(line)
    assert bus.ask(5, Header.SERIAL) == b"\x01\x02\x03", "the second time it is there"
    line.clock.advance(1.0)
    assert bus.ask(5, Header.SERIAL) == b"\x01\x02\x03"
    assert bus.intrusions == 0


@pytest.mark.parametrize(("after_s", "intrusions"), [(0.5, 0), (5.0, 1)])
def test_a_frame_that_nobody_is_owed_is_still_somebody_else_s(
    after_s: float, intrusions: int
) -> None:
    line = Line(VirtualClock(), 60.0)
    bus = bus_on(line)
    assert bus.ask(5, Header.SERIAL) == b"\x01\x02\x03"
    line.due = [(line.clock.monotonic_s() + after_s, SERIAL)]
    line.clock.advance(after_s + 0.1)
    bus.ask(5, Header.SERIAL)
    assert bus.intrusions == intrusions


def test_more_frames_than_are_owed_are_somebody_else_s() -> None:
    line = Line(VirtualClock(), 0.6)
    bus = bus_on(line)
    bus.ask(5, Header.SERIAL)
    line.due.append((line.clock.monotonic_s(), SERIAL))
    line.clock.advance(1.0)
    bus.ask(5, Header.SERIAL)
    assert bus.intrusions == 1


def test_an_answer_that_waited_for_a_late_host_is_read() -> None:
    """The computer was busy for a second between echo and answer; the answer was in time."""
    line = Line(VirtualClock(), 0.02)
    line.after_read = lambda: line.clock.advance(1.0)
    assert bus_on(line).ask(5, Header.SERIAL, tries=1) == b"\x01\x02\x03"
