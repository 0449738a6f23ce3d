"""Which bills a validator knows, and what its events mean. No wire, no clock.

A bill is credited when it is stacked, never while it is held. Source: ccTalk Generic
Specification 4.7, Part 2 sections 3.93-3.98, Part 3 Table 7 and Appendix 15.
"""

from dataclasses import dataclass

from drivers.coin.contract import (
    BillHeld,
    BillReturned,
    CoinAccepted,
    CoinEvent,
    CoinMaybe,
    CoinRefused,
    CreditCursor,
    VendorTrouble,
)
from drivers.coin.protocol import BufferEntry, ReplyError
from drivers.coin.tables import (
    BILL_CODES,
    BILL_MASK_BYTES,
    COUPON_TYPE,
    RESERVED_BILL_CODE,
    BillCode,
    BillFate,
)

COUNTRY = "JP"
NOTES = frozenset({1000, 2000, 5000, 10000})
"""The Bank of Japan issues no others; what scales to something else was scaled wrongly."""
_NAME_LENGTH = 7
_EMPTY_BILL = "......."
_STACKED, _IN_ESCROW = 0, 1


@dataclass(frozen=True, slots=True)
class Scaling:
    """How a validator's value codes become yen (reply to `SCALING_FACTOR`)."""

    factor: int
    decimals: int

    def yen(self, code: int) -> int:
        """Whole yen of a value code. Raises ReplyError for a fraction: yen has none."""
        unit: int = 10**self.decimals
        value, rest = divmod(code * self.factor, unit)
        if rest or not value:
            raise ReplyError(f"{code} x {self.factor} / 10^{self.decimals} is no amount of yen")
        return value


def decode_scaling(data: bytes) -> Scaling | None:
    """None where the country is not supported (all zero). Raises ReplyError but for 3 bytes."""
    if len(data) != 3:  # noqa: PLR2004 - Part 2 section 3.96
        raise ReplyError(f"a scaling factor has 3 bytes, not {len(data)}")
    scaling = Scaling(int.from_bytes(data[:2], "little"), data[2])
    return None if scaling.factor == 0 else scaling


def bill_yen(name: str, scaling: Scaling) -> int | None:
    """The face value in yen of a bill name such as `JP1000A`; None for an empty place.

    Raises ReplyError for a bill of another country, for what is no whole yen, and for a value of
    which there is no note.
    """
    if name == _EMPTY_BILL or not name.strip(" .-\0?"):
        return None
    code = name[2:6]
    if len(name) != _NAME_LENGTH or not name.startswith(COUNTRY):
        raise ReplyError(f"the bill {name!r} is not Japanese")
    if not (code.isascii() and code.isdigit()):
        raise ReplyError(f"the bill value {code!r} is not a number")
    yen = scaling.yen(int(code))
    if yen not in NOTES:
        raise ReplyError(f"the bill {name!r} would be of {yen} yen, and there is no such note")
    return yen


@dataclass(frozen=True, slots=True)
class Bills:
    """The bills a validator knows, by type."""

    by_type: dict[int, int]

    @property
    def values(self) -> frozenset[int]:
        """Face values it can recognise."""
        return frozenset(self.by_type.values())

    def mask(self, values: frozenset[int]) -> bytes:
        """The inhibit mask that lets in exactly these values, in all their issues."""
        bits = sum(1 << (number - 1) for number, yen in self.by_type.items() if yen in values)
        return bits.to_bytes(BILL_MASK_BYTES, "little")

    def is_credit(self, entry: BufferEntry) -> bool:
        """True if a bill was stacked."""
        return entry.a not in {0, COUPON_TYPE} and entry.b == _STACKED

    def is_fraud(self, entry: BufferEntry) -> bool:
        """True if the validator saw manipulation."""
        return entry.a == 0 and _code(entry).fate is BillFate.FRAUD

    def is_shut(self, entry: BufferEntry) -> bool:
        """True if it shut itself, and for want of polls only."""
        return entry.a == 0 and _code(entry).fate is BillFate.SHUT

    def is_surprising(self, entry: BufferEntry, wanted: frozenset[int]) -> bool:
        """A bill refused as inhibited although it was let in: has the device forgotten?"""
        inhibited = entry.a == 0 and _code(entry).fate is BillFate.INHIBITED
        return inhibited and bool(wanted)

    def events(self, entry: BufferEntry, cursor: CreditCursor) -> tuple[CoinEvent, ...]:
        """What one entry says."""
        if entry.a == COUPON_TYPE:
            return (CoinRefused(entry.a, cursor),)
        return (self._bill(entry, cursor),) if entry.a else _told(entry.b, cursor)

    def _bill(self, entry: BufferEntry, cursor: CreditCursor) -> CoinEvent:
        yen = self.by_type.get(entry.a)
        if entry.b == _IN_ESCROW:
            # Of a value we do not know: 0 is let in nowhere, so that it is given back.
            return BillHeld(yen or 0, cursor)
        if yen is None or entry.b != _STACKED:
            return CoinMaybe(entry.a, cursor)
        return CoinAccepted(yen, cursor)


def _code(entry: BufferEntry) -> BillCode:
    return BILL_CODES.get(entry.b, RESERVED_BILL_CODE)


def _told(code: int, cursor: CreditCursor) -> tuple[CoinEvent, ...]:
    """The events of a code without a bill, by Part 3 Table 7."""
    row = BILL_CODES.get(code, RESERVED_BILL_CODE)
    detail = f"bill event {code}: {row.what}"
    fault = VendorTrouble("coin.bill_fault", detail)
    maybe = CoinMaybe(code, cursor)
    told: dict[BillFate, tuple[CoinEvent, ...]] = {
        BillFate.NONE: (CoinRefused(code, cursor),),
        BillFate.INHIBITED: (CoinRefused(code, cursor),),
        BillFate.SHUT: (),
        BillFate.RETURNED: (BillReturned(cursor),),
        BillFate.MAYBE: (maybe,),
        BillFate.FAULT: (fault,),
        BillFate.LOST: (fault, maybe),
        BillFate.FRAUD: (VendorTrouble("coin.fraud", detail), maybe),
    }
    return told[row.fate]
