"""ccTalk frames: bytes to values and back. No wire, no clock; time is an argument.

Source: ccTalk Generic Specification 4.7, Part 1 sections 7 (frame, checksums), 10 (echo) and
11.1 (50 ms); Part 3 Appendix 9 (CRC).
"""

import enum
from dataclasses import dataclass

from drivers.coin.tables import HOST, INTER_BYTE_S

_OVERHEAD = 5
"""Bytes of a frame without data."""
_LENGTH_AT = 1
MAX_DATA = 255


class Check(enum.StrEnum):
    """How a frame is protected. All devices on a line use the same."""

    SIMPLE = "simple"
    CRC = "crc"


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame whose check was right. With CRC no source is sent: it is 1 for requests, and
    for replies the address cannot be told (`source` is 0).
    """

    destination: int
    source: int
    header: int
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class BadFrame:
    """Bytes that are no frame, and why."""

    raw: bytes
    why: str


def crc16(data: bytes) -> int:
    """CRC-CCITT, polynomial 0x1021, start 0, not reflected. Source: Part 3 Appendix 9."""
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1
        crc &= 0xFFFF
    return crc


def encode_frame(frame: Frame, check: Check) -> bytes:
    """The bytes of `frame`. Raises ValueError for more than 255 data bytes."""
    if len(frame.data) > MAX_DATA:
        raise ValueError(f"a ccTalk frame holds at most {MAX_DATA} data bytes")
    start = bytes((frame.destination, len(frame.data)))
    rest = bytes((frame.header,)) + frame.data
    if check is Check.CRC:
        crc = crc16(start + rest)
        return start + bytes((crc & 0xFF,)) + rest + bytes((crc >> 8,))
    body = start + bytes((frame.source,)) + rest
    return body + bytes((-sum(body) & 0xFF,))


def decode_frame(raw: bytes, check: Check) -> Frame | BadFrame:
    """The frame that `raw` is, whole and alone."""
    if len(raw) < _OVERHEAD or len(raw) != _OVERHEAD + raw[_LENGTH_AT]:
        return BadFrame(raw, "wrong length")
    destination, _, third, header = raw[:4]
    data = raw[4:-1]
    if check is Check.SIMPLE:
        if sum(raw) & 0xFF:
            return BadFrame(raw, "wrong checksum")
        return Frame(destination, third, header, data)
    if crc16(raw[:2] + raw[3:-1]) != third | raw[-1] << 8:
        return BadFrame(raw, "wrong CRC")
    return Frame(destination, 0 if destination == HOST else HOST, header, data)


class FrameParser:
    """Cuts a stream into frames by counting, and throws away what stalls for 50 ms."""

    def __init__(self, check: Check) -> None:
        self._check = check
        self._buffer = bytearray()
        self._last_s = 0.0

    def feed(self, data: bytes, now_s: float) -> list[Frame | BadFrame]:
        """What is complete after `data` arrived at `now_s`, in order."""
        found: list[Frame | BadFrame] = list(self.stall(now_s))
        if data:
            self._last_s = now_s
        self._buffer += data
        while (size := self._wanted()) and len(self._buffer) >= size:
            found.append(decode_frame(bytes(self._buffer[:size]), self._check))
            del self._buffer[:size]
        return found

    def stall(self, now_s: float) -> list[BadFrame]:
        """The unfinished frame, given up, if nothing came for longer than 50 ms."""
        if not self._buffer or now_s - self._last_s <= INTER_BYTE_S:
            return []
        rest = BadFrame(bytes(self._buffer), "unfinished")
        self._buffer.clear()
        return [rest]

    @property
    def unfinished(self) -> bool:
        """True inside a frame."""
        return bool(self._buffer)

    def missing(self, least: int) -> int:
        """Bytes that a frame with at least `least` data bytes still lacks, as far as is known."""
        return max(0, (self._wanted() or _OVERHEAD + least) - len(self._buffer))

    def _wanted(self) -> int:
        known = len(self._buffer) > _LENGTH_AT
        return _OVERHEAD + self._buffer[_LENGTH_AT] if known else 0


class Echo(enum.Enum):
    """Whether the line gives us back our own bytes (one wire, both directions)."""

    UNKNOWN = "unknown"
    PRESENT = "present"
    ABSENT = "absent"


class Silence(enum.Enum):
    """Ways to hear no reply, told apart because their remedies differ."""

    NOTHING = "nothing came back"
    NO_ECHO = "no echo: the line or its adapter is broken"
    ECHO_ONLY = "echo only: the line works, the device is silent"


class EchoStripper:
    """Takes our own request off the front of what comes back.

    Learns once, from the first exchange that ends well, whether the line echoes; from then on
    a missing or altered echo is an error of the line.
    """

    def __init__(self, mode: Echo = Echo.UNKNOWN) -> None:
        self.mode = mode
        self._request = b""
        self._held = bytearray()
        self._stripped = False

    def start(self, request: bytes) -> None:
        """A request was just written."""
        self._request = request
        self._held.clear()
        self._stripped = self.mode is Echo.ABSENT

    def feed(self, data: bytes) -> bytes | BadFrame:
        """The bytes that belong to the reply; `BadFrame` where the echo is not ours."""
        if self._stripped:
            return data
        self._held += data
        size = min(len(self._held), len(self._request))
        if self._held[:size] != self._request[:size]:
            if self.mode is Echo.PRESENT:
                return BadFrame(bytes(self._held), "the echo was altered")
            return self._release(0)
        if size < len(self._request):
            return b""
        return self._release(size)

    @property
    def missing(self) -> int:
        """Bytes of the echo that have not come yet, if it comes."""
        return 0 if self._stripped else len(self._request) - len(self._held)

    def learn(self) -> None:
        """The exchange ended well: keep what it showed."""
        if self.mode is Echo.UNKNOWN:
            self.mode = Echo.PRESENT if self._echoed else Echo.ABSENT

    def silence(self) -> Silence:
        """Which silence it is, when nothing more came."""
        if self._stripped and self._echoed:
            return Silence.ECHO_ONLY
        return Silence.NO_ECHO if self.mode is Echo.PRESENT else Silence.NOTHING

    @property
    def _echoed(self) -> bool:
        return bool(self._request) and self._held[: len(self._request)] == self._request

    def _release(self, size: int) -> bytes:
        self._stripped = True
        return bytes(self._held[size:])
