"""The serial adapter between us and the bus: lines of hexadecimal text. No wire, no clock.

MDB characters have nine bits and an answer must be acknowledged within 5 ms; no program on a
computer does either. So an adapter is the bus's master for us. Ours speaks as the interface board
of the FabLab of Erlangen does (public project fau-fablab/FabLabKasse, module mdbCash): 38400 baud,
a command with its check as hexadecimal digits and a line feed; the answer `R:` and the digits, or
`RT` (silence on the bus), `RN` (NAK), `RE` (damaged).

What that means for money: the adapter acknowledges what it has received whole, before it is told
to us. `RT`, `RN` and `RE` say that nothing was acknowledged, so the peripheral will say it again;
a line that does not arrive, or is not one of these, leaves open whether something was told for the
only time.
"""

from drivers.coin.mdb.framing import Answer, Sign, decode_block, encode_block
from drivers.coin.mdb.tables import ACK

BAUD = 38400
ANSWER_S = 1.0
"""The adapter answers within so long, whatever the bus does."""
MAX_LINE = 80
"""`R:`, 36 bytes as digits, and room; what is longer is no line of this adapter."""
_END = b"\n"
_SIGNS = {b"RT": Sign.SILENCE, b"RN": Sign.NAK, b"RE": Sign.DAMAGED}
_DATA = b"R:"
_DIGITS = frozenset(b"0123456789ABCDEFabcdef")


class Unclear(ValueError):
    """A line that is not of this adapter: what it should have said may be lost for good."""


def encode_command(data: bytes) -> bytes:
    """The line that has the adapter send `data` and its check."""
    return encode_block(data).hex().upper().encode("ascii") + _END


def encode_answer(answer: Answer) -> bytes:
    """The line with which an adapter tells what came over the bus."""
    if answer is Sign.ACK:
        return _DATA + b"00" + _END
    if isinstance(answer, Sign):
        return next(line for line, sign in _SIGNS.items() if sign is answer) + _END
    return _DATA + encode_block(answer).hex().upper().encode("ascii") + _END


def decode_answer(line: bytes) -> Answer:
    """What a line says; without its line feed. Raises Unclear, also for a wrong check."""
    line = line.rstrip(b"\r")
    if line in _SIGNS:
        return _SIGNS[line]
    raw = _digits(line.removeprefix(_DATA)) if line.startswith(_DATA) else None
    if raw is None:
        raise Unclear(f"{len(line)} characters that are no answer of the adapter")
    if raw == bytes((ACK,)):
        return Sign.ACK
    data = decode_block(raw)
    if data is None:
        raise Unclear("an answer whose check is wrong on this side of the adapter")
    return data


def decode_command(line: bytes) -> bytes | None:
    """The data of a command line; None if it is none (the adapter then says `RE`)."""
    raw = _digits(line.rstrip(b"\r"))
    return None if raw is None else decode_block(raw)


def _digits(text: bytes) -> bytes | None:
    if not text or len(text) % 2 or not set(text) <= _DIGITS:
        return None
    return bytes.fromhex(text.decode("ascii"))


class LineReader:
    """Cuts a stream into lines; never keeps more than one line's worth."""

    def __init__(self) -> None:
        self._rest = b""

    @property
    def unfinished(self) -> bool:
        """True while a part of a line has come."""
        return bool(self._rest)

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that are complete now. What is too long for a line counts as one."""
        *lines, rest = (self._rest + data).split(_END)
        if len(rest) > MAX_LINE:
            lines.append(rest)
            rest = b""
        self._rest = rest
        return lines

    def clear(self) -> None:
        """Forget what is unfinished."""
        self._rest = b""
