"""Frames to one coin machine, without the forgiveness of a driver: no retry, nothing overlooked.

Source: ccTalk Generic Specification 4.7, Part 1 sections 7, 8, 10, 11 and 13.
"""

from collections.abc import Callable
from dataclasses import dataclass

from drivers.clock import Clock
from drivers.coin.framing import (
    BadFrame,
    Check,
    Echo,
    EchoStripper,
    Frame,
    FrameParser,
    encode_frame,
)
from drivers.coin.protocol import request
from drivers.coin.tables import DEFAULT_MANNERS, HOST, INTER_BYTE_S, MANNERS, Header, ReplyHeader
from drivers.conformance.case import Violation, demand
from drivers.conformance.timing import Stopwatch
from drivers.link.port import BytePort

_TRAIL_S = 0.012
"""A sender leaves at most 10 ms between two bytes; what comes later is another frame."""
_INSTANT_S = 1e-6
"""Less than that is a rounding error of the clock."""
_SINGLE_STEP_S = 0.002
_QUIET_S = 0.06
"""Longer than every receiver's 50 ms."""


@dataclass(frozen=True, slots=True)
class Heard:
    """All that came back for one request, its echo taken off."""

    frames: tuple[Frame | BadFrame, ...]
    first_s: float
    """From the end of the request to the first byte of the answer; 0 if none came."""


class CoinWire:
    """The one master of the line while it is open."""

    def __init__(self, port: BytePort, clock: Clock, check: Check, stopwatch: Stopwatch) -> None:
        self._port = port
        self._clock = clock
        self._check = check
        self._stopwatch = stopwatch
        self._echo = EchoStripper()

    # --- what a case usually says -------------------------------------------------------------

    def ask(self, address: int, header: Header, data: bytes = b"") -> bytes:
        """The data of the one right answer. Raises Violation for anything else, also NAK."""
        answer = self.reply(address, header, data)
        demand(answer is not None, f"address {address} is silent to {_words(header)}")
        assert answer is not None  # noqa: S101 - demanded above
        demand(
            answer.header == ReplyHeader.REPLY,
            f"address {address} answers {_words(header)} with header {answer.header}",
        )
        lengths = MANNERS.get(header, DEFAULT_MANNERS).reply_lengths
        demand(
            not lengths or len(answer.data) in lengths,
            f"{_words(header)} is answered by {len(answer.data)} data bytes, not {lengths}",
        )
        return answer.data

    def knows(self, address: int, header: Header, data: bytes = b"") -> bytes | None:
        """As `ask`, but None from a device that does not know the header (silence)."""
        answer = self.reply(address, header, data)
        return answer.data if answer is not None and answer.header == ReplyHeader.REPLY else None

    def reply(self, address: int, header: int, data: bytes = b"") -> Frame | None:
        """The one frame that answers, whatever it says, or None: silence.

        Raises Violation for a damaged frame, for two, or for one from another address.
        """
        manners = MANNERS.get(header, DEFAULT_MANNERS)
        heard = self.say(
            encode_frame(Frame(address, HOST, header, data), self._check), manners.wait_s
        )
        if not heard.frames:
            return None
        self._stopwatch.add(f"reply to {_words(header)}", heard.first_s)
        frame = heard.frames[0]
        if isinstance(frame, BadFrame):
            raise Violation(f"{_words(header)} is answered by a bad frame: {frame.why}")
        demand(len(heard.frames) == 1, f"{_words(header)} is answered {len(heard.frames)} times")
        demand(frame.destination == HOST, f"an answer went to address {frame.destination}")
        wanted = address if self._check is Check.SIMPLE else 0
        demand(frame.source == wanted, f"address {frame.source} answered instead of {address}")
        return frame

    def frame(self, address: int, header: Header, data: bytes = b"") -> bytes:
        """The bytes of a request, for a case that spoils them."""
        return encode_frame(request(address, header, data), self._check)

    # --- bytes --------------------------------------------------------------------------------

    def say(self, raw: bytes, wait_s: float) -> Heard:
        """Send bytes as they are; what comes back within `wait_s`, and right behind it.

        Raises Violation where the echo is not what was sent.
        """
        self.hush()
        self._echo.start(raw)
        self._port.write(raw)
        heard = self._listen(wait_s)
        if heard.frames:
            self._echo.learn()
        return heard

    def singles(
        self, address: int, header: Header, within_s: float
    ) -> tuple[tuple[float, int], ...]:
        """The single bytes that come in answer to a multi-drop command, with their times after it.

        The echo is taken off. Source: Part 1 section 20.2.
        """
        raw = self.frame(address, header)
        self.hush()
        self._port.write(raw)
        sent_s = self._clock.monotonic_s()
        came: list[tuple[float, int]] = []
        while (left_s := sent_s + within_s - self._clock.monotonic_s()) > _INSTANT_S:
            data = self._port.read(min(left_s, _SINGLE_STEP_S))
            came += [(self._clock.monotonic_s() - sent_s, byte) for byte in data]
        echoed = bytes(byte for _, byte in came[: len(raw)]) == raw
        return tuple(came[len(raw) :] if echoed else came)

    def say_slowly(self, raw: bytes, split: int, gap_s: float) -> tuple[Heard, float]:
        """As `say`, with a pause of `gap_s` after `split` bytes; also how long it really was.

        A busy computer may sleep longer than it was told to: that is no fault of the device.
        """
        self.hush()
        self._echo.start(raw)
        self._port.write(raw[:split])
        start_s = self._clock.monotonic_s()
        self._clock.sleep(gap_s)
        self._port.write(raw[split:])
        paused_s = self._clock.monotonic_s() - start_s
        return self._listen(DEFAULT_MANNERS.wait_s), paused_s

    def hush(self) -> None:
        """Take what lies in the input. Raises Violation if it holds a whole frame."""
        strays = b"".join(iter(lambda: self._port.read(0.0), b""))
        found = FrameParser(self._check).feed(strays, 0.0)
        frames = [frame for frame in found if isinstance(frame, Frame)]
        demand(not frames, f"a frame came that nobody asked for: {strays.hex(' ')}")

    def quiet(self) -> None:
        """Wait until every receiver has dropped half a frame."""
        while self._port.read(_QUIET_S):
            pass

    def close(self) -> None:
        """Give the line back. Idempotent."""
        self._port.close()

    def _listen(self, wait_s: float) -> Heard:
        parser = FrameParser(self._check)
        sent_s = self._clock.monotonic_s()
        frames: list[Frame | BadFrame] = []
        first_s = 0.0
        late = False
        while (left_s := self._left(sent_s, wait_s, parser, frames)) > _INSTANT_S or not late:
            # A last look when time is up: what came while this computer was late did come.
            late = left_s <= _INSTANT_S
            data = self._port.read(max(left_s, 0.0))
            rest = self._echo.feed(data)
            if isinstance(rest, BadFrame):
                raise Violation(f"the echo is not what was sent: {rest.raw.hex(' ')}")
            if rest and not first_s:
                first_s = self._clock.monotonic_s() - sent_s
            now_s = self._clock.monotonic_s()
            frames += parser.feed(rest, now_s) if rest else parser.stall(now_s)
            if not data and frames and not parser.unfinished:
                break
        return Heard(tuple(frames), first_s)

    def _left(
        self, sent_s: float, wait_s: float, parser: FrameParser, frames: list[Frame | BadFrame]
    ) -> float:
        """How long to listen on: for the first byte, for the rest of a frame, for a second one."""
        if parser.unfinished:
            return INTER_BYTE_S * 1.1
        if frames:
            return _TRAIL_S
        return wait_s - (self._clock.monotonic_s() - sent_s)

    @property
    def echoes(self) -> bool:
        """True if the line gives us back our own bytes."""
        return self._echo.mode is Echo.PRESENT


OpenWire = Callable[[], CoinWire]


def _words(header: int) -> str:
    try:
        return f"{header} ({Header(header).name.lower().replace('_', ' ')})"
    except ValueError:
        return f"header {header}"
