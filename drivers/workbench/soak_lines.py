"""What a soak must understand of a line: when an answer is whole, and what is wrong with it.

No wire, no clock.
"""

from typing import Protocol

from drivers.coin.framing import Check, Frame, FrameParser
from drivers.coin.mdb.adapter import LineReader, Unclear, decode_answer, decode_command
from drivers.coin.mdb.framing import Sign
from drivers.coin.mdb.words import command_words
from drivers.coin.tables import HOST, Header

_HEADER_AT = 3


class SoakLine(Protocol):
    """One protocol's lines."""

    def verdict(self, asked: bytes, came: bytes) -> str | None:
        """What is wrong with the answer, or ""; None while none has come whole."""
        ...

    def question(self, asked: bytes) -> str:
        """What was asked, in words."""
        ...

    def may_be_unknown(self, asked: bytes) -> bool:
        """Silence would only say that the device has not got what was asked for."""
        ...


class CctalkSoakLine:
    """Frames with one check, behind an echo or without."""

    def __init__(self, check: Check) -> None:
        self._check = check

    def verdict(self, asked: bytes, came: bytes) -> str | None:
        found = FrameParser(self._check).feed(came.removeprefix(asked), 0.0)
        whole = any(isinstance(each, Frame) and each.destination == HOST for each in found)
        return "" if whole else None

    def question(self, asked: bytes) -> str:
        whole = len(asked) > _HEADER_AT
        return f"address {asked[0]}, header {asked[_HEADER_AT]}" if whole else ""

    def may_be_unknown(self, asked: bytes) -> bool:
        return asked[_HEADER_AT] in _OPTIONAL


_OPTIONAL = frozenset(
    {Header.ENCRYPTION, Header.OPTION_FLAGS, Header.ACCEPT_COUNTER, Header.LEVEL,
     Header.HOPPER_COIN, Header.DISPENSE_COUNT}
)  # fmt: skip


class MdbSoakLine:
    """The adapter's lines. What it says of the bus is an anomaly of the bus."""

    def verdict(self, asked: bytes, came: bytes) -> str | None:
        del asked
        lines = LineReader().feed(came)
        if not lines:
            return None
        try:
            said = decode_answer(lines[0])
        except Unclear:
            return "damaged answer"
        return _ON_THE_BUS.get(said, "") if isinstance(said, Sign) else ""

    def question(self, asked: bytes) -> str:
        data = decode_command(asked.rstrip(b"\n"))
        return command_words(data) if data else ""

    def may_be_unknown(self, asked: bytes) -> bool:
        del asked
        return False  # an adapter answers always; what is not known is silence on the bus


_ON_THE_BUS = {
    Sign.SILENCE: "silence on the bus",
    Sign.NAK: "refused",
    Sign.DAMAGED: "damaged on the bus",
}
"""By what the adapter says; anything else is an answer."""
