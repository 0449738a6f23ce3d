"""A line that goes wrong exactly where a test wants it to.

A `FaultyPort` wraps any port. Request bytes are counted from the start of each write, reply
bytes from the end of the last write (a line's own echo therefore counts as reply).
"""

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from drivers.clock import Clock
from drivers.link.port import BytePort, LinkLost


class Direction(enum.Enum):
    """Which way the byte travels."""

    REQUEST = "request"
    REPLY = "reply"


class Harm(enum.Enum):
    """What happens to the byte at the offset."""

    DROP = "drop"
    FLIP = "flip"
    INSERT = "insert"
    DUPLICATE = "duplicate"
    DELAY = "delay"
    """This byte and all after it arrive `delay_s` later."""
    CUT = "cut"
    """This byte and all after it never arrive."""
    UNPLUG = "unplug"
    """The port itself breaks here (LinkLost)."""


def every_request(_: bytes) -> bool:
    """The fault may strike any exchange."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault, striking `times` exchanges whose request satisfies `when`."""

    direction: Direction
    harm: Harm
    offset: int = 0
    value: int = 0xFF
    """FLIP: the mask; INSERT: the byte."""
    delay_s: float = 0.0
    when: Callable[[bytes], bool] = every_request
    times: int = 1


@dataclass(slots=True)
class _Armed:
    fault: Fault
    times: int


class FaultPlan:
    """The faults still to come, and how many have struck."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._armed = [_Armed(fault, fault.times) for fault in faults]
        self.struck = 0
        """How many times a fault changed something; a test that asserts it cannot pass idly."""

    def add(self, fault: Fault) -> None:
        """One more fault from the next exchange on."""
        self._armed.append(_Armed(fault, fault.times))

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._armed.clear()

    def due(self, request: bytes) -> tuple[Fault, ...]:
        """The faults that strike the exchange opened by `request`; each is used up once."""
        chosen: list[Fault] = []
        for armed in self._armed:
            if armed.times > 0 and armed.fault.when(request):
                armed.times -= 1
                chosen.append(armed.fault)
        return tuple(chosen)


class FaultyPort:
    """A `BytePort` that spoils what passes, by plan."""

    def __init__(self, port: BytePort, plan: FaultPlan, clock: Clock) -> None:
        self._port = port
        self._plan = plan
        self._clock = clock
        self._reply_faults: list[Fault] = []
        self._seen = 0
        self._cut = False
        self._late: list[tuple[float, bytes]] = []

    def write(self, data: bytes) -> None:
        due = self._plan.due(data)
        self._reply_faults = [f for f in due if f.direction is Direction.REPLY]
        self._seen = 0
        self._cut = False
        spoiled = bytearray(data)
        for fault in due:
            if fault.direction is Direction.REQUEST and fault.offset < len(spoiled):
                self._spoil_request(spoiled, fault)
        if spoiled:
            self._port.write(bytes(spoiled))

    def read(self, within_s: float) -> bytes:
        if self._late:
            return self._read_late(within_s)
        data = self._port.read(within_s)
        return self._spoil_reply(data) if data else b""

    def close(self) -> None:
        self._port.close()

    def _spoil_request(self, data: bytearray, fault: Fault) -> None:
        self._plan.struck += 1
        if fault.harm is Harm.UNPLUG:
            raise LinkLost("unplugged by plan")
        if fault.harm is Harm.DELAY:
            self._port.write(bytes(data[: fault.offset]))
            self._clock.sleep(fault.delay_s)
            del data[: fault.offset]
            return
        _spoil(data, fault, fault.offset)

    def _spoil_reply(self, data: bytes) -> bytes:
        if self._cut:
            return b""
        first, self._seen = self._seen, self._seen + len(data)
        spoiled = bytearray(data)
        for fault in list(self._reply_faults):
            if not first <= fault.offset < self._seen:
                continue
            self._reply_faults.remove(fault)
            at = fault.offset - first
            if at >= len(spoiled):
                continue  # an earlier fault has left nothing here to spoil
            self._plan.struck += 1
            if fault.harm is Harm.UNPLUG:
                raise LinkLost("unplugged by plan")
            if fault.harm is Harm.DELAY:
                self._late.append((self._clock.monotonic_s() + fault.delay_s, bytes(spoiled[at:])))
                del spoiled[at:]
            else:
                self._cut = self._cut or fault.harm is Harm.CUT
                _spoil(spoiled, fault, at)
        return bytes(spoiled)

    def _read_late(self, within_s: float) -> bytes:
        due_s, data = self._late[0]
        wait_s = due_s - self._clock.monotonic_s()
        if wait_s > within_s:
            self._clock.sleep(within_s)
            return b""
        self._clock.sleep(max(0.0, wait_s))
        self._late.pop(0)
        return data


def _spoil(data: bytearray, fault: Fault, at: int) -> None:
    match fault.harm:
        case Harm.DROP:
            del data[at]
        case Harm.FLIP:
            data[at] ^= fault.value
        case Harm.INSERT:
            data.insert(at, fault.value)
        case Harm.DUPLICATE:
            data.insert(at, data[at])
        case _:
            del data[at:]
