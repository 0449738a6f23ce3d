"""The MDB line as its host sees it: one command line to the adapter, one answer line back.

The only place of MDB that waits. What may be asked again after a failure is `_TOLD_ONCE` and
`_ORDERS`. Source: MDB/ICP 4.3 sections 2.4-2.5; the adapter is described in `adapter`.
"""

from collections.abc import Callable, Iterator

from drivers.clock import Clock
from drivers.coin.mdb.adapter import ANSWER_S, LineReader, Unclear, decode_answer, encode_command
from drivers.coin.mdb.framing import Answer, Sign
from drivers.coin.mdb.tables import (
    CHANGER,
    NON_RESPONSE_S,
    Changer,
    Expansion,
    Validator,
)
from drivers.errors import PeerError, SilenceError
from drivers.link.port import BytePort, LinkLost

TRIES = 3
_PATIENCE_S = NON_RESPONSE_S[CHANGER]
"""For every peripheral: whoever asks has a time limit of his own."""
_PATIENCE_STEP_S = 0.1
_QUIET_S = 0.06
_SETTLE_LIMIT_S = 1.0
"""A line that chatters for longer is reported, not waited for."""

_TOLD_ONCE = (
    bytes((Changer.POLL,)),
    bytes((Validator.POLL,)),
    bytes((Changer.EXPANSION, Expansion.PAYOUT_STATUS)),
    bytes((Changer.EXPANSION, Expansion.PAYOUT_VALUE_POLL)),
)
"""What these tell is forgotten by the peripheral once the adapter has acknowledged it."""
_ORDERS = (
    bytes((Changer.DISPENSE,)),
    bytes((Changer.EXPANSION, Expansion.PAYOUT)),
    bytes((Validator.ESCROW,)),
)
"""What moves money: silence does not prove that it was not obeyed, so never sent again here."""


class Refused(PeerError):
    """The peripheral answered NAK: it did not take the command."""


class AnswerLost(SilenceError):
    """The adapter may have acknowledged an answer that never reached us.

    After a command that is told once, what it told is gone.
    """


class MdbBus:
    """One host on one adapter. Opens its port when first used, and again after it was lost."""

    def __init__(self, open_port: Callable[[], BytePort], clock: Clock) -> None:
        self._open_port = open_port
        self._clock = clock
        self._port: BytePort | None = None
        self._lines = LineReader()
        self._late = False
        """A line may still come that answers an earlier command."""
        self._known: tuple[bytes, bytes] | None = None
        self._silent = False
        """The last exchange brought silence on the bus."""

    def ask(self, data: bytes, *, tries: int | None = None) -> bytes:
        """The data of the answer; empty for an ACK. Asks again what may be asked again.

        Without `tries` it bears silence for the non-response time: a peripheral may be busy inside.

        Raises Refused (NAK to every try), SilenceError `coin.lost` (silence on the bus), PeerError
        `coin.wire` (damaged on the bus), AnswerLost (lost on this side of the adapter).
        """
        failure: PeerError | SilenceError = SilenceError("coin.lost", "nothing was asked")
        for _ in self._attempts(data, tries):
            try:
                heard = self._exchange(data)
            except AnswerLost as lost:
                failure = lost
                if self._port is None or data.startswith((*_TOLD_ONCE, *_ORDERS)):
                    break
            else:
                if isinstance(heard, bytes):
                    return heard
                if heard is Sign.ACK:
                    return b""
                failure = self._failure(data, heard)
        raise failure

    def _attempts(self, data: bytes, tries: int | None) -> Iterator[None]:
        """Once for an order; else so many, and on while it is merely silent and may be."""
        until_s = self._clock.monotonic_s() + _PATIENCE_S
        for _ in range(1 if data.startswith(_ORDERS) else tries or TRIES):
            yield
        patient = tries is None and not data.startswith(_ORDERS)
        while patient and self._silent and self._clock.monotonic_s() < until_s:
            self._clock.sleep(_PATIENCE_STEP_S)
            yield

    def know(self, data: bytes, answer: bytes) -> None:
        """This command has always this answer: by it a line is found to be in step again."""
        self._known = data, answer

    def close(self) -> None:
        """Give the port back; the next command opens it again. Idempotent."""
        self._late = False
        if self._port is not None:
            self._port.close()
            self._port = None

    def _failure(self, data: bytes, heard: Answer) -> PeerError | SilenceError:
        what = f"command {data.hex(' ').upper()}"
        if heard is Sign.NAK:
            return Refused("coin.hopper_fault", f"{what} was refused")
        if heard is Sign.DAMAGED:
            return PeerError("coin.wire", f"{what}: the answers were damaged on the bus")
        return SilenceError("coin.lost", f"{what}: no answer on the bus")

    def _exchange(self, data: bytes) -> Answer:
        sent = self._silent = False
        try:
            if self._port is None:
                self._port = self._open_port()
            self._flush(self._port)
            sent = True
            if self._late:
                self._fall_into_step(self._port)
            self._port.write(encode_command(data))
            heard = self._listen(self._port)
            self._silent = heard is Sign.SILENCE
            return heard  # noqa: TRY300 - a lost link is met in one place
        except LinkLost as error:
            self.close()
            if sent:
                raise AnswerLost("coin.lost", f"the adapter is gone: {error}") from error
            raise SilenceError("coin.lost", f"the adapter is not there: {error}") from error

    def _flush(self, port: BytePort) -> None:
        """Take away what came too late; it has been reported as lost."""
        self._lines.clear()
        while port.read(0.0):
            pass

    def _listen(self, port: BytePort) -> Answer:
        until_s = self._clock.monotonic_s() + ANSWER_S
        while (left_s := until_s - self._clock.monotonic_s()) > 0:
            lines = self._lines.feed(port.read(left_s))
            if not lines:
                continue
            try:
                return self._only(lines)
            except Unclear as unclear:
                self._settle(port)
                raise AnswerLost("coin.wire", f"the adapter: {unclear}") from unclear
        self._late = True
        raise AnswerLost("coin.lost", "the adapter does not answer")

    def _fall_into_step(self, port: BytePort) -> None:
        """Lines have no numbers: one that comes too late must not answer the next command.

        So something is asked first whose answer is known; what comes before it is too late.
        """
        if self._known is not None:
            question, known = self._known
            port.write(encode_command(question))
            until_s = self._clock.monotonic_s() + ANSWER_S
            while (left_s := until_s - self._clock.monotonic_s()) > 0:
                lines = self._lines.feed(port.read(left_s))
                if any(_says(line) == known for line in lines):
                    break
                if lines and isinstance(_says(lines[-1]), Sign) and not port.read(_QUIET_S):
                    break  # nobody is there to say it, and nothing more comes
            else:
                raise AnswerLost("coin.lost", "the adapter does not come back into step")
            self._flush(port)
        self._late = False

    def _only(self, lines: list[bytes]) -> Answer:
        if len(lines) > 1 or self._lines.unfinished:
            raise Unclear("more came than one answer")
        return decode_answer(lines[0])

    def _settle(self, port: BytePort) -> None:
        """Wait for silence, so that rubbish is not taken for the next answer."""
        until_s = self._clock.monotonic_s() + _SETTLE_LIMIT_S
        while port.read(_QUIET_S) and self._clock.monotonic_s() < until_s:
            pass
        self._lines.clear()


def _says(line: bytes) -> Answer | None:
    try:
        return decode_answer(line)
    except Unclear:
        return None
