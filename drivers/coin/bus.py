"""The ccTalk line: one question, one answer, and nothing sent twice that must not be.

The only place of this kind that waits. Which request may be repeated, and how long its answer
may take, is `tables.MANNERS`.
"""

from collections.abc import Callable, Iterator

from drivers.clock import Clock
from drivers.coin.framing import (
    BadFrame,
    Check,
    EchoStripper,
    Frame,
    FrameParser,
    Silence,
    encode_frame,
)
from drivers.coin.pace import Pace
from drivers.coin.protocol import describe, request
from drivers.coin.tables import (
    DEFAULT_MANNERS,
    HOST,
    INTER_BYTE_S,
    MANNERS,
    Header,
    Manners,
    ReplyHeader,
)
from drivers.errors import PeerError, SilenceError
from drivers.link.port import BytePort, LinkLost

TRIES = 3
"""Source: ccTalk Generic Specification 4.7, Part 1 section 12.1."""
_BUSY_WAIT_S = 0.05
_QUIET_S = 0.06
"""Longer than every receiver's 50 ms, so that a device has dropped its half of a frame as well."""
_LATE_S = 2.0
"""So long after a question that stayed unanswered its answer may still come, and is nobody else's
word: a device or this computer was busy."""
_FLUSH_LIMIT_S = 1.0
"""A line that chatters for longer is reported, not waited for."""


class Refused(PeerError):
    """The device answered NAK: it understood, and will not."""


class _Unheard(Exception):
    """This try brought no usable answer."""

    def __init__(self, why: str, *, bytes_came: bool) -> None:
        super().__init__(why)
        self.why = why
        self.bytes_came = bytes_came


class CoinBus:
    """One master on one line. Opens its port when first used, and again after it was lost."""

    def __init__(self, open_port: Callable[[], BytePort], clock: Clock, check: Check) -> None:
        self._open_port = open_port
        self._clock = clock
        self._check = check
        self._port: BytePort | None = None
        self._echo = EchoStripper()
        self._owed = 0
        """Questions whose answers may still come, until `_owed_until_s`."""
        self._owed_until_s = 0.0
        self._pace = Pace(clock)
        self.intrusions = 0
        """Whole frames that came while nothing had been asked: somebody else uses the line."""

    def ask(self, address: int, header: Header, data: bytes = b"", *, tries: int = TRIES) -> bytes:
        """The data of the reply. Repeats what may be repeated, at most `tries` times.

        Raises Refused (NAK), SilenceError `coin.lost`, PeerError `coin.wire` (answers came, but
        none that was whole).
        """
        manners = MANNERS.get(header, DEFAULT_MANNERS)
        heard = False
        why = ""
        for _ in range(tries if manners.repeatable else 1):
            try:
                return self._exchange(request(address, header, data), manners)
            except _Unheard as unheard:
                heard = heard or unheard.bytes_came
                why = unheard.why
            except LinkLost as lost:
                self.close()
                why = str(lost)
                break
        detail = f"address {address}, {header.name}: {why}"
        raise PeerError("coin.wire", detail) if heard else SilenceError("coin.lost", detail)

    def gather(self, address: int, header: Header, within_s: float) -> bytes:
        """Single bytes that devices send in answer to a multi-drop command, its echo taken away.

        Raises SilenceError `coin.lost` where the line is gone. Source: Part 1 section 20.2.
        """
        raw = encode_frame(request(address, header), self._check)
        try:
            port = self._opened()
            self._flush(port)
            port.write(raw)
            self._unanswered()
            came = b"".join(self._until(port, within_s))
        except LinkLost as lost:
            self.close()
            raise SilenceError("coin.lost", f"{header.name}: {lost}") from lost
        return came.removeprefix(raw)

    def _until(self, port: BytePort, within_s: float) -> Iterator[bytes]:
        until_s = self._clock.monotonic_s() + within_s
        while (left_s := until_s - self._clock.monotonic_s()) > 0:
            yield port.read(min(left_s, INTER_BYTE_S))

    def close(self) -> None:
        """Give the port back; the next question opens it again. Idempotent."""
        if self._port is not None:
            self._port.close()
            self._port = None
            self._pace = Pace(self._clock)

    def _exchange(self, question: Frame, manners: Manners) -> bytes:
        port = self._opened()
        self._flush(port)
        raw = encode_frame(question, self._check)
        self._echo.start(raw)
        self._pace.begin()
        port.write(raw)
        try:
            answer = self._listen(port, question, manners)
        except _Unheard:
            # Its answer, if it still comes, must not be taken for that of the next question.
            self._unanswered()
            self._settle(port)
            raise
        self._echo.learn()
        return self._accept(answer, question)

    def _opened(self) -> BytePort:
        if self._port is None:
            self._port = self._open_port()
        return self._port

    def _flush(self, port: BytePort) -> None:
        """Take away what nobody asked for, without waiting."""
        strays = b"".join(iter(lambda: port.read(0.0), b""))
        if not strays:
            return
        found = FrameParser(self._check).feed(strays, 0.0)
        frames = sum(isinstance(frame, Frame) for frame in found)
        owed = self._owed if self._clock.monotonic_s() <= self._owed_until_s else 0
        self.intrusions += max(0, frames - owed)
        self._owed = max(0, owed - frames)

    def _unanswered(self) -> None:
        if self._clock.monotonic_s() > self._owed_until_s:
            self._owed = 0
        self._owed += 1
        self._owed_until_s = self._clock.monotonic_s() + _LATE_S

    def _settle(self, port: BytePort) -> None:
        """Wait for silence, so that rubbish is not taken for part of the next frame."""
        until_s = self._clock.monotonic_s() + _FLUSH_LIMIT_S
        while port.read(_QUIET_S) and self._clock.monotonic_s() < until_s:
            pass

    def _listen(self, port: BytePort, question: Frame, manners: Manners) -> Frame:
        parser = FrameParser(self._check)
        least = min(manners.reply_lengths, default=0)
        until_s = self._clock.monotonic_s() + manners.wait_s
        came = 0
        self._pace.first(self._echo.missing + parser.missing(least))
        while True:
            left_s = max(0.0, until_s - self._clock.monotonic_s())
            data = port.read(INTER_BYTE_S if parser.unfinished else left_s)
            if not data and parser.unfinished:
                raise _Unheard("the answer broke off", bytes_came=True)
            if not data and not left_s:
                # Looked once more after the time was up: this computer itself may have been late.
                break
            came += len(data)
            rest = self._echo.feed(data)
            if isinstance(rest, BadFrame):
                raise _Unheard(rest.why, bytes_came=True)
            # Silence shows in a read that brings nothing: a host that comes late to bytes which
            # have waited for it must not take them for a frame that stalled.
            if found := parser.feed(rest, 0.0):
                self._pace.whole(came)
                return self._whole(found, parser, question, manners)
            if data:
                self._pace.rest(came, self._echo.missing + parser.missing(least))
        silence = self._echo.silence()
        raise _Unheard(silence.value, bytes_came=bool(came) and silence is Silence.NOTHING)

    def _whole(
        self,
        found: list[Frame | BadFrame],
        parser: FrameParser,
        question: Frame,
        manners: Manners,
    ) -> Frame:
        """The one frame that may answer: whole, alone, from the device asked, of its length."""
        frame = found[0]
        if isinstance(frame, BadFrame):
            raise _Unheard(frame.why, bytes_came=True)
        if len(found) > 1 or parser.unfinished:
            raise _Unheard("more came than one answer", bytes_came=True)
        if (wrong := self._mismatch(frame, question, manners)) is not None:
            raise _Unheard(wrong, bytes_came=True)
        return frame

    def _mismatch(self, frame: Frame, question: Frame, manners: Manners) -> str | None:
        if frame.destination != HOST:
            return f"an answer to address {frame.destination}"
        if self._check is Check.SIMPLE and frame.source != question.destination:
            return f"address {frame.source} answered"
        if frame.header == ReplyHeader.REPLY:
            lengths = manners.reply_lengths
            fits = not lengths or len(frame.data) in lengths
            return None if fits else f"{len(frame.data)} data bytes in the answer"
        refusal = frame.header in {ReplyHeader.NAK, ReplyHeader.BUSY} and not frame.data
        return None if refusal else f"header {frame.header} in the answer"

    def _accept(self, answer: Frame, question: Frame) -> bytes:
        if answer.header == ReplyHeader.NAK:
            detail = f"address {question.destination} refused: {describe(question)}"
            raise Refused("coin.hopper_fault", detail)
        if answer.header == ReplyHeader.BUSY:
            self._clock.sleep(_BUSY_WAIT_S)
            raise _Unheard("the device is busy", bytes_came=True)
        return answer.data
