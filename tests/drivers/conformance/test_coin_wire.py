"""The wire of the coin cases: what it calls silence."""

from drivers.clock import VirtualClock
from drivers.coin.framing import Check, Frame, encode_frame
from drivers.coin.tables import Header
from drivers.conformance.coin_wire import CoinWire
from drivers.conformance.timing import Stopwatch

_ACK = encode_frame(Frame(1, 2, 0, b""), Check.SIMPLE)


class _BusyComputer:
    """A port on a computer that sleeps for a second instead of milliseconds, once.

    The answer came meanwhile, if there is one, and lies in the input.
    """

    def __init__(self, clock: VirtualClock, answer: bytes) -> None:
        self._clock = clock
        self._answer = answer
        self._sent = False

    def write(self, data: bytes) -> None:
        assert data
        self._sent = True

    def read(self, within_s: float) -> bytes:
        if not self._sent:
            return b""
        if within_s > 0:
            self._clock.sleep(max(within_s, 1.0))
            return b""
        came, self._answer = self._answer, b""
        return came

    def close(self) -> None:
        pass


def _asked(answer: bytes) -> Frame | None:
    clock = VirtualClock()
    wire = CoinWire(_BusyComputer(clock, answer), clock, Check.SIMPLE, Stopwatch(clock))
    return wire.reply(2, Header.SIMPLE_POLL)


def test_an_answer_that_came_while_this_computer_was_late_is_an_answer() -> None:
    assert _asked(_ACK) == Frame(1, 2, 0, b"")


def test_no_answer_is_silence() -> None:
    assert _asked(b"") is None
