"""Lines between a driver and a machine that end, or spoil what passes, when a case says so."""

from collections.abc import Callable

from drivers.clock import Clock
from drivers.coin.tables import HOST, Header
from drivers.link.faulty import Direction, Fault, FaultPlan, FaultyPort, Harm
from drivers.link.port import BytePort, LinkLost

_HEADER_AT = 3
_COUNTER_AT = 4
"""Where a reply to `CREDITS` has its event counter."""

OpenPort = Callable[[], BytePort]
When = Callable[[bytes], bool]


def request_with(header: Header) -> When:
    """True for the bytes of a request with this header."""
    return lambda raw: len(raw) > _HEADER_AT and raw[0] != HOST and raw[_HEADER_AT] == header


class HostKilled(BaseException):
    """The host's process ends here, whatever it was doing; no `except Exception` stops it."""


class Kill:
    """Ends a host: its ports are closed under it, and nothing it does reaches the line."""

    def __init__(self, dispense: When) -> None:
        self._dispense = dispense
        self._armed = False
        self._ports: list[BytePort] = []
        self.dead = False

    def __call__(self) -> None:
        """The host is dead from now on. Idempotent."""
        self.dead = True
        for port in self._ports:
            port.close()

    def after_dispense(self) -> None:
        """The host dies when it has sent its next dispense command."""
        self._armed = True

    def opened(self, port: BytePort) -> BytePort:
        """The port as the host sees it."""
        self._ports.append(port)
        return _MortalPort(port, self)

    def sent(self, data: bytes) -> None:
        """Told of each write. Raises HostKilled when it was the last."""
        if self._armed and self._dispense(data):
            self()
            raise HostKilled


class _MortalPort:
    """A `BytePort` of a host that may die."""

    def __init__(self, port: BytePort, kill: Kill) -> None:
        self._port = port
        self._kill = kill

    def write(self, data: bytes) -> None:
        self._alive()
        self._port.write(data)
        self._kill.sent(data)

    def read(self, within_s: float) -> bytes:
        self._alive()
        return self._port.read(within_s)

    def close(self) -> None:
        self._port.close()

    def _alive(self) -> None:
        if self._kill.dead:
            raise LinkLost("the host is dead")


class Spoil:
    """Spoils what passes between the driver and the machine."""

    def __init__(self) -> None:
        self._plan = FaultPlan()
        self._news: list[int] = []
        self._news_struck = 0

    @property
    def struck(self) -> int:
        """How often something was really spoiled."""
        return self._plan.struck + self._news_struck

    def take_news(self) -> int | None:
        """The offset to spoil now, if there is one; counts as struck."""
        if not self._news:
            return None
        self._news_struck += 1
        return self._news.pop(0)

    def news(self, offset: int) -> None:
        """Flip this byte of the next credit answer that brings a new event counter.

        The same answer, asked for again, comes whole.
        """
        self._news.append(offset)

    def lose_command(self, when: When) -> None:
        """The next such request never arrives."""
        self._plan.add(Fault(direction=Direction.REQUEST, harm=Harm.CUT, when=when))

    def lose_answer(self, when: When) -> None:
        """The next such request is obeyed, and its answer never arrives."""
        self._plan.add(Fault(direction=Direction.REPLY, harm=Harm.CUT, when=when))

    def opened(self, port: BytePort, clock: Clock) -> BytePort:
        """The port as the driver sees it."""
        return _NewsSpoiler(FaultyPort(port, self._plan, clock), self)


class _NewsSpoiler:
    """A `BytePort` that damages the first telling of each event."""

    def __init__(self, port: BytePort, spoil: Spoil) -> None:
        self._port = port
        self._spoil = spoil
        self._asked = b""
        self._came = b""
        self._told: int | None = None
        """The event counter that the driver has seen whole."""

    def write(self, data: bytes) -> None:
        self._asked = data if request_with(Header.CREDITS)(data) else b""
        self._came = b""
        self._port.write(data)

    def read(self, within_s: float) -> bytes:
        data = self._port.read(within_s)
        if not self._asked:
            return data
        start = len(self._came)
        self._came += data
        reply_at = len(self._asked) if self._came.startswith(self._asked) else 0
        counter = self._came[reply_at + _COUNTER_AT : reply_at + _COUNTER_AT + 1]
        if not counter or counter[0] == self._told:
            return data
        was, self._told = self._told, counter[0]
        offset = self._spoil.take_news() if was is not None else None
        return data if offset is None else _flipped(data, reply_at + offset - start)

    def close(self) -> None:
        self._port.close()


def _flipped(data: bytes, at: int) -> bytes:
    """One byte inverted; the last one where `at` has passed already."""
    place = at if 0 <= at < len(data) else len(data) - 1
    return data[:place] + bytes((data[place] ^ 0xFF,)) + data[place + 1 :]
