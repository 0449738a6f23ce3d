"""The virtual adapter: master of the bus, a line of text to the host.

It acknowledges what it has received whole before it tells the host; see `mdb.adapter`.
"""

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from drivers.coin.mdb.adapter import LineReader, decode_command, encode_answer
from drivers.coin.mdb.framing import Answer, Sign, command_words, read_answer
from drivers.coin.mdb.tables import ACK, NAK, RET
from drivers.coin.mdb.virtual.mechanics import AdapterBuild
from drivers.coin.mdb.virtual.slave import MdbSlave


class Harm(enum.Enum):
    """What happens to one exchange."""

    COMMAND_LOST = "the peripheral does not hear the command"
    ANSWER_LOST = "the answer comes too late for the 5 ms"
    ANSWER_DAMAGED = "a bit of the answer is turned over"
    ACK_LOST = "the peripheral does not hear the acknowledgement"
    LINE_LOST = "the host does not get the adapter's line"
    LINE_LATE = "the host gets the adapter's line when it already waits for the next"
    LINE_DAMAGED = "a digit of the adapter's line is another"


def any_command(_: bytes) -> bool:
    """The harm may strike any exchange."""
    return True


@dataclass(slots=True)
class Planned:
    """One harm, for so many exchanges whose command fits."""

    harm: Harm
    times: int = 1
    when: Callable[[bytes], bool] = any_command
    only_data: bool = False
    """Strike only answers with data: not an empty POLL."""


class VirtualAdapter:
    """One adapter on one bus."""

    def __init__(self, build: AdapterBuild, slaves: Callable[[], Iterable[MdbSlave]]) -> None:
        self._build = build
        self._slaves = slaves
        self._lines = LineReader()
        self.plan: list[Planned] = []
        self.struck = 0
        """How many harms have struck; a test that asserts it cannot pass idly."""
        self.bus_cut = False
        self._late = self._rest = b""
        self._delayed = False

    def receive(self, data: bytes) -> bytes:
        """The lines that answer the lines in `data`; a late one comes after the next command."""
        for line in filter(None, self._lines.feed(data)):
            said = self._serve(line)
            if self._delayed:
                self._delayed, self._late = False, said
            elif self._late:
                said, self._late, self._rest = self._late, b"", said
                return said
            else:
                return said
        rest, self._rest = self._rest, b""
        return rest

    def unplug(self) -> None:
        """What was half said is gone."""
        self._lines.clear()
        self._late = self._rest = b""

    def _serve(self, line: bytes) -> bytes:
        command = decode_command(line)
        if command is None:
            return encode_answer(Sign.DAMAGED)
        heard = self._exchange(command)
        text = encode_answer(heard)
        has_data = isinstance(heard, bytes)
        if self._strikes(Harm.LINE_LOST, command, has_data=has_data):
            return b""
        self._delayed = self._strikes(Harm.LINE_LATE, command, has_data=has_data)
        if self._strikes(Harm.LINE_DAMAGED, command, has_data=has_data):
            middle = len(text) // 2
            return text[:middle] + b"?" + text[middle + 1 :]
        return text

    def _exchange(self, command: bytes) -> Answer:
        words = command_words(command)
        said = () if self._strikes(Harm.COMMAND_LOST, command) else self._put(words)
        heard = self._hear(said, command)
        for _ in range(self._build.retransmits):
            if heard is not Sign.DAMAGED:
                break
            heard = self._hear(self._put((RET,)), command)
        if isinstance(heard, bytes):
            if not self._strikes(Harm.ACK_LOST, command, has_data=True):
                self._put((ACK,))
        elif heard is Sign.DAMAGED:
            self._put((NAK,))
        return heard

    def _hear(self, said: tuple[int, ...], command: bytes) -> Answer:
        has_data = len(said) > 1
        if said and self._strikes(Harm.ANSWER_LOST, command, has_data=has_data):
            return Sign.SILENCE
        if said and self._strikes(Harm.ANSWER_DAMAGED, command, has_data=has_data):
            said = (said[0] ^ 0x04, *said[1:])
        return read_answer(said)

    def _put(self, words: tuple[int, ...]) -> tuple[int, ...]:
        """What comes back over the bus; two peripherals of one address would collide."""
        if self.bus_cut:
            return ()
        answers = [answer for slave in self._slaves() if (answer := slave.hear(words))]
        return answers[0] if len(answers) == 1 else ()

    def _strikes(self, harm: Harm, command: bytes, *, has_data: bool = False) -> bool:
        for planned in self.plan:
            fits = planned.harm is harm and planned.times > 0 and planned.when(command)
            if fits and (has_data or not planned.only_data):
                planned.times -= 1
                self.struck += 1
                return True
        return False
