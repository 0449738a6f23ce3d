"""What every ccTalk device answers, whatever it is."""

from collections.abc import Callable
from dataclasses import dataclass

from drivers.coin.framing import MAX_DATA
from drivers.coin.tables import ENCRYPTION_QUESTION, Category, Header, ReplyHeader
from drivers.coin.virtual.mechanics import Nameplate, Speeds
from drivers.coin.virtual.powered import Powered

_COMMS_REVISION = bytes((1, 4, 7))
_NO_STORAGE = bytes(5)
_ENCRYPTION_REST = bytes(15)


@dataclass(frozen=True, slots=True)
class Answer:
    """Reply header and data; the plain one is ACK."""

    data: bytes = b""
    header: int = ReplyHeader.REPLY


ACK = Answer()
NAK = Answer(header=ReplyHeader.NAK)
BUSY = Answer(header=ReplyHeader.BUSY)

Command = Callable[[bytes], Answer | None]


def three_bytes(number: int) -> bytes:
    """A 24-bit number, least significant byte first."""
    return (number & 0xFFFFFF).to_bytes(3, "little")


class Slave(Powered):
    """One device: identity, and a table of commands it knows."""

    def __init__(self, category: Category | str, plate: Nameplate, speeds: Speeds) -> None:
        super().__init__(speeds)
        self.plate = plate
        self.busy_answers = 0
        """How many of the next requests are answered BUSY."""
        words = category.value if isinstance(category, Category) else category
        self._commands: dict[int, Command] = {
            Header.SIMPLE_POLL: lambda _: ACK,
            Header.MANUFACTURER: self._text(plate.maker),
            Header.CATEGORY: self._text(words),
            Header.PRODUCT: self._text(plate.product),
            Header.SERIAL: lambda _: Answer(three_bytes(self.plate.serial)),
            Header.SOFTWARE: self._text(plate.software),
            Header.BUILD: self._text(plate.build.ljust(8)),
            Header.COMMS_REVISION: lambda _: Answer(_COMMS_REVISION),
            Header.STORAGE: lambda _: Answer(_NO_STORAGE),
            Header.ENCRYPTION: self._encryption,
            Header.RESET: self._reset_command,
        }

    def answer(self, header: int, data: bytes) -> Answer | None:
        """The reply to a request, or None: silence, also for what it does not know."""
        if not self.listening:
            return None
        if self.plate.encryption[0] and header != Header.ENCRYPTION:
            return None
        if self.busy_answers:
            self.busy_answers -= 1
            return BUSY
        command = self._commands.get(header)
        return command(data) if command and len(data) <= MAX_DATA else None

    def _reset_command(self, _: bytes) -> Answer:
        self.reset()
        return ACK

    def _encryption(self, data: bytes) -> Answer | None:
        if data != ENCRYPTION_QUESTION:
            return None
        return Answer(bytes(self.plate.encryption) + _ENCRYPTION_REST)

    @staticmethod
    def _text(text: str) -> Command:
        return lambda _: Answer(text.encode("ascii"))
