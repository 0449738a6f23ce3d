"""What every MDB peripheral does: hears nine-bit words, answers, and repeats until acknowledged.

Source: MDB/ICP 4.3 section 2.4.
"""

from collections import deque
from collections.abc import Callable

from drivers.coin.mdb.framing import Answer, CommandParser, Sign, answer_words
from drivers.coin.mdb.tables import ACK, ADDRESS_MASK, MAX_POLL, RET, Feature
from drivers.coin.mdb.virtual.mechanics import MdbPlate
from drivers.coin.virtual.mechanics import Speeds
from drivers.coin.virtual.powered import Powered

Command = Callable[[bytes], Answer]
_WAS_RESET = {0x08: 0x0B, 0x30: 0x06}
"""Address -> the status that says so."""
SILENCE = Sign.SILENCE


class MdbSlave(Powered):
    """One peripheral: a queue of events that are told until acknowledged, commands."""

    def __init__(self, address: int, plate: MdbPlate, speeds: Speeds) -> None:
        super().__init__(speeds)
        self.address = address
        self.plate = plate
        self.polled_s = 0.0
        """When POLL was last heard, by its own clock."""
        self._parser = CommandParser()
        self.events: deque[bytes] = deque()
        """Not yet told, or told and not acknowledged; oldest first."""
        self._told = 0
        self._last: tuple[int, ...] = ()
        self._commands: dict[int, Command] = {
            0: self._reset_command,
            3: self._poll,
        }
        self.forget()

    def hear(self, words: tuple[int, ...]) -> tuple[int, ...]:
        """The words that come back within the response time; none is silence."""
        if not self.listening:
            return ()
        said: tuple[int, ...] = ()
        for heard in self._parser.feed(words):
            if heard.single:
                said = self._word_on_answer(heard.data[0])
            elif heard.data[0] & ADDRESS_MASK == self.address:
                said = self._answer(heard.data)
            else:
                # The master's next ACK, NAK or RET is for whoever is asked now.
                self._told, self._last = 0, ()
        return said

    def forget(self) -> None:
        """Clear volatile memory. Devices with more of it say what that is."""
        self.events.clear()
        self.events.append(bytes((_WAS_RESET[self.address],)))
        self._told = 0
        self._last = ()

    def tell(self, *event: int) -> None:
        """One more event for POLL."""
        self.events.append(bytes(event))

    def push(self, a: int, b: int) -> None:
        """One more status, as the hand of any machine names it."""
        del a
        self.tell(b)

    def _passing(self) -> bytes:
        """Statuses that hold just now and are told in every answer."""
        return b""

    def _answer(self, data: bytes) -> tuple[int, ...]:
        # A command that is not acknowledged has not been answered: what was told stays untold.
        self._told = 0
        command = self._commands.get(data[0] & ~ADDRESS_MASK)
        said = command(data[1:]) if command else SILENCE
        self._last = answer_words(said)
        return self._last

    def _word_on_answer(self, word: int) -> tuple[int, ...]:
        if word == RET:
            return self._last
        if word == ACK:
            for _ in range(self._told):
                self.events.popleft()
            self._acknowledged()
        self._told = 0
        return ()

    def _acknowledged(self) -> None:
        """The master has what was said last. Devices that tell other things once do it here."""

    def _poll(self, _: bytes) -> Answer:
        self.polled_s = self.now_s
        told = self._passing()
        for event in self.events:
            if len(told) + len(event) > MAX_POLL:
                break
            told += event
            self._told += 1
        return told or Sign.ACK

    def _reset_command(self, _: bytes) -> Answer:
        self.reset()
        return Sign.ACK

    def _identification(self, features: Feature | None) -> bytes:
        texts = (self.plate.maker.ljust(3), self.plate.serial.rjust(12, "0"),
                 self.plate.model.ljust(12))  # fmt: skip
        tail = b"" if features is None else int(features).to_bytes(4, "big")
        return "".join(texts).encode("ascii") + b"\x01\x00" + tail
