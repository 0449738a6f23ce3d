"""What ccTalk frames say: requests and replies as values. No wire, no clock.

Source: ccTalk Generic Specification 4.7, Part 2 section 3 (headers), Part 3 Appendix 3 (coin
names) and section 2.2 (credit codes that are values).
"""

from dataclasses import dataclass

from drivers.coin.framing import Frame
from drivers.coin.tables import (
    COIN_CODES,
    COIN_POSITIONS,
    EVENT_BUFFER,
    HOPPER_FLAGS,
    HOST,
    RESERVED_CODE,
    SCH2_FLAGS,
    CoinCode,
    FlagMap,
    Header,
    HopperFlag,
    Key,
    Quirks,
)

_COUNTRY = "JP"
_EMPTY_COIN = "......"
_VALUE_CODE_FLAG = 0x01
_TENFOLD = 0x80
_TOKEN = 255
_ANY_KEY = bytes(8)


class ReplyError(ValueError):
    """A reply whose data is not what its header promises."""


def request(address: int, header: Header, data: bytes = b"") -> Frame:
    """A request to one device."""
    return Frame(address, HOST, header, data)


def decode_number(data: bytes) -> int:
    """An integer, least significant byte first. Source: Part 1 section 9."""
    return int.from_bytes(data, "little")


def decode_text(data: bytes) -> str:
    """A string as devices send it: ASCII, padded with blanks; anything else shows as '?'."""
    text = data.decode("ascii", "replace").replace("\N{REPLACEMENT CHARACTER}", "?")
    return "".join(c if c.isprintable() else "?" for c in text).strip()


@dataclass(frozen=True, slots=True)
class BufferEntry:
    """One event: a credit (`a` > 0: coin position or value, `b`: sorter path) or a code."""

    a: int
    b: int

    @property
    def is_credit(self) -> bool:
        """True if a coin was taken in."""
        return self.a > 0

    @property
    def is_null(self) -> bool:
        """True for a place in the buffer that no event has filled."""
        return self.a == 0 and self.b == 0

    @property
    def code(self) -> CoinCode:
        """The meaning of `b` where this is no credit."""
        return COIN_CODES.get(self.b, RESERVED_CODE)


@dataclass(frozen=True, slots=True)
class CreditBuffer:
    """Reply to `CREDITS`: the event counter, and the last five events, newest first."""

    counter: int
    entries: tuple[BufferEntry, ...]


def decode_credits(data: bytes) -> CreditBuffer:
    """Raises ReplyError unless there are eleven bytes."""
    if len(data) != 1 + 2 * EVENT_BUFFER:
        raise ReplyError(f"a credit buffer has 11 bytes, not {len(data)}")
    pairs = zip(data[1::2], data[2::2], strict=True)
    return CreditBuffer(data[0], tuple(BufferEntry(a, b) for a, b in pairs))


@dataclass(frozen=True, slots=True)
class HopperStatus:
    """Reply to `HOPPER_STATUS`: the payout now running, or the last one."""

    counter: int
    remaining: int
    paid: int
    unpaid: int


def decode_hopper_status(data: bytes) -> HopperStatus:
    """Raises ReplyError unless there are four bytes."""
    if len(data) != 4:  # noqa: PLR2004 - Part 2 section 3.87
        raise ReplyError(f"a hopper status has 4 bytes, not {len(data)}")
    return HopperStatus(*data)


_FLAG_MAPS = {FlagMap.STANDARD: HOPPER_FLAGS, FlagMap.SCH2: SCH2_FLAGS}


def decode_hopper_flags(
    data: bytes, flag_map: FlagMap = FlagMap.STANDARD
) -> tuple[HopperFlag, ...]:
    """The flags that are set in one to three status registers."""
    return tuple(
        flag
        for flag in _FLAG_MAPS[flag_map]
        if flag.register <= len(data) and data[flag.register - 1] >> flag.bit & 1
    )


def encode_mask(positions: frozenset[int]) -> bytes:
    """The two bytes of `SET_INHIBITS` that enable exactly these positions (1..16)."""
    return sum(1 << (position - 1) for position in positions).to_bytes(2, "little")


def coin_yen(name: str) -> int | None:
    """The face value in yen of a coin name such as `JP500A`; None for an empty position.

    Yen has no smaller unit, so the value part counts yen. Raises ReplyError for a coin of
    another country, a token, or a value that is not a whole number.
    Source: Part 3 Appendix 3.
    """
    if name == _EMPTY_COIN or not name.strip(" -\0?"):
        return None
    if len(name) < 5 or not name.startswith(_COUNTRY):  # noqa: PLR2004 - CCVVV
        raise ReplyError(f"the coin {name!r} is not Japanese")
    return _decode_value(name[2:5])


def _decode_value(text: str) -> int:
    for letter, factor in (("K", 1_000), ("M", 1_000_000)):
        if letter in text:
            whole, _, part = text.partition(letter)
            return _digits(whole + part.ljust(6, "0"), text) * factor // 1_000_000
    return _digits(text, text)


def _digits(text: str, whole: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ReplyError(f"the coin value {whole!r} is not a whole number of yen")
    return int(text)


def credit_codes_are_values(option_flags: int) -> bool:
    """True if credits carry the value itself, not a position. Source: Part 2 section 3.43."""
    return bool(option_flags & _VALUE_CODE_FLAG)


def value_of_code(code: int) -> int | None:
    """The value that a value-coded credit stands for; None for a token or no value.

    Source: Part 3 section 2.2.
    """
    if code in {0, _TENFOLD, _TOKEN}:
        return None
    return (code & ~_TENFOLD) * 10 if code & _TENFOLD else code


def encode_dispense(quirks: Quirks, serial: bytes, pieces: int) -> bytes:
    """Data of `DISPENSE`: the key this family wants, then the number of coins (1..255)."""
    keys = {Key.SERIAL3: serial[:3], Key.ANY8: _ANY_KEY, Key.NONE: b""}
    return keys[quirks.key] + bytes((pieces,))


@dataclass(frozen=True, slots=True)
class Encryption:
    """Reply to `ENCRYPTION`, as far as we need it."""

    protocol_level: int
    command_level: int

    @property
    def demanded(self) -> bool:
        """True if the device cannot be used in the clear."""
        return bool(self.protocol_level or self.command_level)


def decode_encryption(data: bytes) -> Encryption:
    """Raises ReplyError for less than two bytes."""
    if len(data) < 2:  # noqa: PLR2004 - Part 2 section 3.141
        raise ReplyError("an encryption reply has at least 2 bytes")
    return Encryption(data[0], data[1])


def describe(frame: Frame) -> str:
    """What a frame says, for a transcript."""
    if frame.destination == HOST:
        return f"reply {frame.data.hex(' ') or 'ACK'}" if frame.header == 0 else _refusal(frame)
    try:
        name = Header(frame.header).name.lower().replace("_", " ")
    except ValueError:
        name = f"header {frame.header}"
    return f"to {frame.destination}: {name}"


def _refusal(frame: Frame) -> str:
    return {5: "NAK", 6: "BUSY"}.get(frame.header, f"header {frame.header}")


ALL_POSITIONS = range(1, COIN_POSITIONS + 1)
