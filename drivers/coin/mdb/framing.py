"""Blocks, their check, and the ninth bit. No wire, no clock.

The master's first byte has the mode bit and is an address; a peripheral sets it on the last byte
of an answer. Source: MDB/ICP 4.3 section 2.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from drivers.coin.mdb.tables import ACK, MAX_BLOCK, MODE_BIT, NAK, RET


class Sign(enum.Enum):
    """An answer of one byte, or none that is worth anything."""

    ACK = "ACK"
    NAK = "NAK"
    SILENCE = "silence"
    """Nothing within the response time; as good as NAK."""
    DAMAGED = "damaged"
    """Bytes came, and are no whole block with a right check."""


Answer = bytes | Sign
"""Data (never empty, without check), or a sign."""


def check_of(data: bytes) -> int:
    """The lower eight bits of the sum of all bytes before it. Source: section 2.4."""
    return sum(data) & 0xFF


def encode_block(data: bytes) -> bytes:
    """`data` and its check. Raises ValueError if that is longer than a block may be."""
    if not 0 < len(data) < MAX_BLOCK:
        raise ValueError(f"a block has 1 to {MAX_BLOCK - 1} bytes and a check, not {len(data)}")
    return data + bytes((check_of(data),))


def decode_block(raw: bytes) -> bytes | None:
    """The data of a block with its check; None unless it is whole."""
    if not 2 <= len(raw) <= MAX_BLOCK or check_of(raw[:-1]) != raw[-1]:  # noqa: PLR2004 - one and its check
        return None
    return raw[:-1]


def command_words(data: bytes) -> tuple[int, ...]:
    """The nine-bit words of a command of the master: the mode bit on the address."""
    first, *rest = encode_block(data)
    return (first | MODE_BIT, *rest)


def answer_words(answer: Answer) -> tuple[int, ...]:
    """The nine-bit words of a peripheral's answer: the mode bit on the last."""
    if isinstance(answer, Sign):
        return {Sign.ACK: (ACK | MODE_BIT,), Sign.NAK: (NAK | MODE_BIT,)}.get(answer, ())
    *rest, last = encode_block(answer)
    return (*rest, last | MODE_BIT)


def read_answer(words: Iterable[int]) -> Answer:
    """What the master understands of the words that came within the response time."""
    heard = tuple(words)
    if not heard:
        return Sign.SILENCE
    marks = [bool(word & MODE_BIT) for word in heard]
    if not marks[-1] or any(marks[:-1]) or len(heard) > MAX_BLOCK:
        return Sign.DAMAGED
    if len(heard) == 1:
        return {ACK: Sign.ACK, NAK: Sign.NAK}.get(heard[0] & 0xFF, Sign.DAMAGED)
    data = decode_block(bytes(word & 0xFF for word in heard))
    return Sign.DAMAGED if data is None else data


@dataclass(frozen=True, slots=True)
class Heard:
    """What a peripheral takes out of the master's words: a command's data, or a single byte."""

    data: bytes
    single: bool = False
    """ACK, NAK or RET: the master's word on the answer it was just given."""


class CommandParser:
    """The peripheral's ear: cuts the master's words into commands. Any mode bit starts anew, and
    a pause of the line ends what was begun.
    """

    def __init__(self) -> None:
        self._block = bytearray()
        self._open = False

    def feed(self, words: Iterable[int]) -> tuple[Heard, ...]:
        """Commands and single bytes among `words`, which end with a pause of the line."""
        found: list[Heard] = []
        for word in words:
            if word & MODE_BIT:
                found.extend(self._closed())
                self._open = True
                self._block = bytearray((word & 0xFF,))
            elif self._open:
                self._block.append(word & 0xFF)
            elif word in {ACK, NAK, RET}:
                found.append(Heard(bytes((word,)), single=True))
        found.extend(self._closed())
        return tuple(found)

    def _closed(self) -> tuple[Heard, ...]:
        """The block that ends here, if it is whole; else nothing, and the master hears silence."""
        data = decode_block(bytes(self._block)) if self._open else None
        self._open = False
        self._block.clear()
        return () if data is None else (Heard(data),)
