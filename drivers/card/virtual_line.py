"""How a virtual card's answers come over its line: whole, in pieces, or short. No wire, no clock.

Source: ISO/IEC 7816-3 (2006), 10.4 and 12.2 (T=0: 61xx, 6Cxx, GET RESPONSE); ISO/IEC 14443-4,
7 (frames of at most 256 bytes).
"""

from drivers.card.apdu import SHORT_LE, Command, Response
from drivers.card.tables import Ins, Sw
from drivers.card.virtual_files import Refused


class Outbox:
    """What waits for GET RESPONSE. With `piece` 0 every answer goes out whole.

    A longer answer than `piece` first says only how much waits (61xx, 00 for 256), and then comes
    at most `piece` bytes at a time.
    """

    def __init__(self, piece: int) -> None:
        self._piece = piece
        self._waiting = b""

    def clear(self) -> None:
        """Forget what waits, as with any other command or loss of power."""
        self._waiting = b""

    def give(self, response: Response) -> Response:
        """The answer as it goes out first."""
        if not self._piece or len(response.data) <= self._piece:
            return response
        self._waiting = response.data
        return Response(b"", self._status())

    def more(self, command: Command) -> Response:
        """Answer a GET RESPONSE."""
        if not self._waiting:
            raise Refused(Sw.CONDITIONS_OF_USE)
        if command.le > len(self._waiting):
            raise Refused(Sw.WRONG_LE | len(self._waiting))
        size = min(command.le, self._piece)
        part, self._waiting = self._waiting[:size], self._waiting[size:]
        return Response(part, self._status())

    def _status(self) -> int:
        left = min(SHORT_LE, len(self._waiting))
        return (Sw.MORE_DATA | left % SHORT_LE) if left else Sw.OK


def is_get_response(command: Command) -> bool:
    """GET RESPONSE, which is no command of the card but of its line."""
    return command.ins == Ins.GET_RESPONSE and not command.p1 and not command.p2
