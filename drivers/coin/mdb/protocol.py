"""What MDB blocks say: commands and answers as values. No wire, no clock.

Source: MDB/ICP 4.3 section 5.3 (changer) and 6.3 (bill validator).
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass

from drivers.coin.mdb.tables import (
    JAPAN,
    MAX_DISPENSE,
    MAX_POLL,
    TOKEN,
    TYPES,
    BillRouting,
    Feature,
    Routing,
)

NO_FEATURES = Feature(0)
_HAS_ESCROW = 0xFF


class ReplyError(ValueError):
    """An answer whose data is not what its command promises."""


@dataclass(frozen=True, slots=True)
class Setup:
    """Reply to SETUP of a changer."""

    level: int
    country: int
    scaling: int
    decimals: int
    tubes: frozenset[int]
    """Coin types that can be routed to a tube."""
    credits: tuple[int, ...]
    """By coin type, unscaled; 0 is none."""

    def values(self) -> dict[int, int]:
        """Coin type -> yen. Raises ReplyError where that is no yen, or not a whole one."""
        _in_japan(self.country)
        scale = Scale(self.scaling, self.decimals)
        return {n: scale.yen(c) for n, c in enumerate(self.credits) if c not in {0, TOKEN}}


@dataclass(frozen=True, slots=True)
class Scale:
    """How credits become yen: times the factor, with so many decimal places."""

    factor: int
    decimals: int

    def yen(self, credit: int) -> int:
        """Whole yen. Raises ReplyError for a fraction: yen has none."""
        value, rest = divmod(credit * self.factor, 10**self.decimals)
        if rest or not value:
            raise ReplyError(f"{credit} x {self.factor} / 10^{self.decimals} is no amount of yen")
        return int(value)


def decode_setup(data: bytes) -> Setup:
    """Raises ReplyError unless there are 8 to 23 bytes; credits that were not sent are 0."""
    if not 8 <= len(data) <= 23:  # noqa: PLR2004 - section 5.3
        raise ReplyError(f"a changer's setup has 8 to 23 bytes, not {len(data)}")
    credit = tuple(data[7:].ljust(TYPES, b"\0"))
    routes = _bits(data[5:7])
    return Setup(data[0], _number(data[1:3]), data[3], data[4], routes, credit)


@dataclass(frozen=True, slots=True)
class BillSetup:
    """Reply to SETUP of a bill validator."""

    level: int
    country: int
    scaling: int
    decimals: int
    capacity: int
    security: int
    escrow: bool
    credits: tuple[int, ...]

    def values(self) -> dict[int, int]:
        """Bill type -> yen. Raises ReplyError where that is no yen, or not a whole one."""
        _in_japan(self.country)
        scale = Scale(self.scaling, self.decimals)
        return {n: scale.yen(c) for n, c in enumerate(self.credits) if c not in {0, TOKEN}}


def decode_bill_setup(data: bytes) -> BillSetup:
    """Raises ReplyError unless there are 12 to 27 bytes."""
    if not 12 <= len(data) <= 27:  # noqa: PLR2004 - section 6.3
        raise ReplyError(f"a validator's setup has 12 to 27 bytes, not {len(data)}")
    return BillSetup(
        data[0], _number(data[1:3]), _number(data[3:5]), data[5], _number(data[6:8]),
        _number(data[8:10]), data[10] == _HAS_ESCROW, tuple(data[11:].ljust(TYPES, b"\0")),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plate:
    """Reply to EXPANSION IDENTIFICATION: who it is."""

    maker: str
    serial_text: str
    model: str
    software: str
    features: Feature = NO_FEATURES

    @property
    def serial(self) -> int:
        """The serial number where it is one; else a number that another device will not have."""
        text = self.serial_text.strip()
        if text.isascii() and text.isdigit():
            return int(text)
        return zlib.crc32(f"{self.maker}/{self.serial_text}/{self.model}".encode())

    def line(self, address: int, kind: str) -> str:
        """One line for a person."""
        return f"{address}: {kind}, {self.maker} {self.model}, serial {self.serial_text.strip()}"


def decode_plate(data: bytes) -> Plate:
    """Raises ReplyError unless there are 29 bytes, or 33 with features."""
    if len(data) not in {29, 33}:
        raise ReplyError(f"an identification has 29 or 33 bytes, not {len(data)}")
    texts = (data[:3], data[3:15], data[15:27])
    maker, serial, model = (_text(part) for part in texts)
    return Plate(maker, serial, model, data[27:29].hex(), Feature(_number(data[29:]) & 0xF))


def plate_of_setup(data: bytes) -> Plate:
    """Who a level 2 device is, which has no serial number: it is known by its setup alone."""
    return Plate("?", f"setup-{zlib.crc32(data):08x}", "level 2", "")


@dataclass(frozen=True, slots=True)
class Tubes:
    """Reply to TUBE STATUS: the pieces of each coin type the changer knows it can pay."""

    full: frozenset[int]
    pieces: tuple[int, ...]

    @property
    def defective(self) -> frozenset[int]:
        """Full and without a coin: a sensor or tube that cannot be believed. Section 5.3."""
        return frozenset(n for n in self.full if self.pieces[n] == 0)


def decode_tubes(data: bytes) -> Tubes:
    """Raises ReplyError unless there are 3 to 18 bytes."""
    if not 3 <= len(data) <= 18:  # noqa: PLR2004 - section 5.3
        raise ReplyError(f"a tube status has 3 to 18 bytes, not {len(data)}")
    return Tubes(_bits(data[:2]), tuple(data[2:].ljust(TYPES, b"\0")))


@dataclass(frozen=True, slots=True)
class Stacker:
    """Reply to STACKER."""

    full: bool
    bills: int


def decode_stacker(data: bytes) -> Stacker:
    """Raises ReplyError unless there are two bytes."""
    if len(data) != 2:  # noqa: PLR2004 - section 6.3
        raise ReplyError(f"a stacker status has 2 bytes, not {len(data)}")
    return Stacker(bool(data[0] & 0x80), _number(data) & 0x7FFF)


# --- what an answer to POLL tells ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Deposited:
    """A coin came in. `pieces`: how many its tube holds with it."""

    coin_type: int
    routing: Routing
    pieces: int


@dataclass(frozen=True, slots=True)
class DispensedByHand:
    """Coins were let out by the keys on the changer itself."""

    coin_type: int
    count: int
    pieces: int


@dataclass(frozen=True, slots=True)
class Slugs:
    """So many pieces were no coins."""

    count: int


@dataclass(frozen=True, slots=True)
class Told:
    """A status byte."""

    code: int


@dataclass(frozen=True, slots=True)
class BillMoved:
    """Where a bill is now. `routing` is an unknown number where the standard knows none."""

    bill_type: int
    routing: BillRouting | int


@dataclass(frozen=True, slots=True)
class TriedWhileDisabled:
    """So many bills were offered while none was let in."""

    count: int


Activity = Deposited | DispensedByHand | Slugs | Told | BillMoved | TriedWhileDisabled


def decode_activity(data: bytes) -> tuple[Activity, ...]:
    """What an answer to a changer's POLL tells, in its order. Raises ReplyError.

    An answer that ends inside an event is refused whole: it has not been understood.
    """
    return _activities(data, _coin_activity)


def decode_bill_activity(data: bytes) -> tuple[Activity, ...]:
    """What an answer to a validator's POLL tells, in its order. Raises ReplyError."""
    return _activities(data, _bill_activity)


def _activities(data: bytes, one: Callable[[bytes], tuple[Activity, int]]) -> tuple[Activity, ...]:
    if len(data) > MAX_POLL:
        raise ReplyError(f"{len(data)} bytes of activity; there are {MAX_POLL} at most")
    found: list[Activity] = []
    while data:
        activity, length = one(data)
        found.append(activity)
        data = data[length:]
    return tuple(found)


def _coin_activity(data: bytes) -> tuple[Activity, int]:
    first = data[0]
    if first & 0xC0:
        if len(data) < 2:  # noqa: PLR2004 - both kinds have two bytes
            raise ReplyError("an answer to POLL ends inside an event")
        if first & 0x80:
            return DispensedByHand(first & 0xF, first >> 4 & 7, data[1]), 2
        return Deposited(first & 0xF, Routing(first >> 4 & 3), data[1]), 2
    return (Slugs(first & 0x1F) if first & 0x20 else Told(first)), 1


def _bill_activity(data: bytes) -> tuple[Activity, int]:
    first = data[0]
    if first & 0x80:
        number = first >> 4 & 7
        routing = BillRouting(number) if number in set(BillRouting) else number
        return BillMoved(first & 0xF, routing), 1
    return (TriedWhileDisabled(first & 0x1F) if first & 0x40 else Told(first)), 1


# --- what is ordered ---------------------------------------------------------------------------


def encode_types(types: frozenset[int]) -> bytes:
    """Two bytes with the bits of these types."""
    return sum(1 << number for number in types).to_bytes(2, "big")


def encode_dispense(coin_type: int, pieces: int) -> bytes:
    """Data of DISPENSE. Raises ValueError but for 1 to 15 pieces."""
    if not 1 <= pieces <= MAX_DISPENSE:
        raise ValueError(f"one order is for 1 to {MAX_DISPENSE} coins, not {pieces}")
    return bytes((pieces << 4 | coin_type,))


def _in_japan(country: int) -> None:
    if country not in JAPAN:
        raise ReplyError(f"its country or currency code is {country:04X}, which is not Japan's")


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _bits(data: bytes) -> frozenset[int]:
    number = _number(data)
    return frozenset(n for n in range(TYPES) if number >> n & 1)


def _text(data: bytes) -> str:
    text = data.decode("ascii", "replace").replace("\N{REPLACEMENT CHARACTER}", "?")
    return "".join(c if c.isprintable() else "?" for c in text).strip()
