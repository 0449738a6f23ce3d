"""When to look for bytes on a slow line: not before they can be there.

A line of 9600 baud brings a byte a millisecond. Whoever waits for the next byte wakes up twenty
times for an answer; whoever knows how many are missing, and how long this line usually takes for
so many, sleeps once and finds them all. Only on a line that has shown that it is no faster: a
pipe, a pseudo terminal without a pace, or an adapter that hands over whole answers is read as soon
as it has something. Source of the speed: ccTalk Generic Specification 4.7, Part 1 section 3.
"""

from drivers.clock import Clock

BYTE_S = 10 / 9600
"""A start bit, eight bits, a stop bit."""
_STEADY = 8
"""So many answers at the line's own speed, and none faster."""
_FASTER = 0.8
"""Of the time its bytes take on the wire: what came sooner did not come over such a line."""
_LIMIT_S = 0.04
"""Below the 50 ms after which a frame is given up, so that one broken off is noticed soon."""
_SOONER, _LATER = 0.995, 1.02
"""An answer found whole may have lain there for a while: next time look a little sooner. After one
that was not there yet: a little later, so that four in five are found whole, and one answer that
took long does not delay the next hundred."""


class Pace:
    """What a line has shown of its speed since it was opened. `begin`, `first`, `rest` as often
    as a part has come, `whole`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._steady = 0
        self._fast = False
        self._usual_s: dict[int, float] = {}
        """Bytes expected -> how long until they were found whole."""
        self._began_s = 0.0
        self._expected = 0
        self._parts = 0

    def begin(self) -> None:
        """A question is about to be sent: no byte of its echo can come before now."""
        self._began_s = self._clock.monotonic_s()

    def first(self, missing: int) -> None:
        """It was sent; `missing` bytes, the echo among them, are to come at least."""
        self._expected, self._parts = missing, 0
        if self._steady >= _STEADY and not self._fast:
            self._sleep(self._usual_s.get(missing, missing * BYTE_S))

    def rest(self, came: int, missing: int) -> None:
        """`came` bytes of the answer are there: sleep until the rest can be, if this line brings
        them one by one."""
        self._parts += 1
        self._judge(came)
        if not self._fast:
            self._sleep(missing * BYTE_S)

    def whole(self, size: int) -> None:
        """The answer is there; with its echo it has `size` bytes."""
        self._judge(size)
        self._steady += 1
        least_s = self._expected * BYTE_S
        next_s = self._usual_s.get(self._expected, least_s) * (_LATER if self._parts else _SOONER)
        self._usual_s[self._expected] = min(max(next_s, least_s), _LIMIT_S)

    def _judge(self, came: int) -> None:
        """Too short a time for so many bytes, and this is no such line."""
        took_s = self._clock.monotonic_s() - self._began_s
        self._fast = self._fast or took_s < came * BYTE_S * _FASTER

    def _sleep(self, seconds: float) -> None:
        self._clock.sleep(min(seconds, _LIMIT_S))
