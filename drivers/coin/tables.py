"""ccTalk's numbers and their meanings. No wire, no clock.

Source: ccTalk Generic Specification 4.7 (public domain), Part 1 section 7-8 (frame), Part 2
section 3 (headers), Part 3 Tables 1-4 and Appendix 13.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

HOST = 1
BROADCAST = 0
SLAVE_ADDRESSES = range(2, 256)
HOPPER_ADDRESSES = range(3, 11)
"""Where single hoppers stand; a changer is at 55. Source: Part 3 Table 1."""

INTER_BYTE_S = 0.050
"""Receiver: silence that ends an unfinished frame. Source: Part 1 section 11.1."""
SELF_INHIBIT_S = 1.0
"""An acceptor not polled for this long stops accepting. Source: Part 4 section 2.1.2."""
EVENT_BUFFER = 5
"""Events an acceptor remembers. Source: Part 2 section 3.27."""
COUNTER_STATES = 255
"""Event counters run 1..255; 0 is only seen after a reset. Source: Part 2 section 3.27."""
TOTAL_MODULUS = 1 << 24
"""Dispense and accept counters have three bytes. Source: Part 2 sections 3.85 and 3.31."""
MDCES_STEP_S = 0.004
"""A device answers an address poll this much later for each number of its address. Source: Part 1
section 20.2.1."""
MDCES_DEAF_S = 1.2
"""So long it hears nothing, lest it take the others' bytes for a frame."""
ENABLE_CODE = 0xA5
"""Source: Part 2 section 3.89."""
COIN_POSITIONS = 16
ENCRYPTION_QUESTION = bytes((0xAA, 0x55, 0x00, 0x00, 0x55, 0xAA))
"""Source: Part 2 section 3.141."""


class Header(enum.IntEnum):
    """Request headers. Source: Part 3 Appendix 1 and Table 8."""

    SIMPLE_POLL = 254
    ADDRESS_POLL = 253
    ADDRESS_CLASH = 252
    ADDRESS_CHANGE = 251
    ADDRESS_RANDOM = 250
    VARIABLES = 247
    POLLING_PRIORITY = 249
    MANUFACTURER = 246
    CATEGORY = 245
    PRODUCT = 244
    SERIAL = 242
    SOFTWARE = 241
    SELF_CHECK = 232
    SET_INHIBITS = 231
    INHIBITS = 230
    CREDITS = 229
    SET_MASTER_INHIBIT = 228
    MASTER_INHIBIT = 227
    INSERTION_COUNTER = 226
    ACCEPT_COUNTER = 225
    SET_SORTER_OVERRIDE = 222
    SORTER_OVERRIDE = 221
    LEVEL = 217
    STORAGE = 216
    OPTION_FLAGS = 213
    COIN_POSITION = 212
    SET_SORTER_PATHS = 210
    SORTER_PATHS = 209
    ROM_CHECKSUM = 197
    REJECT_COUNTER = 194
    FRAUD_COUNTER = 193
    BUILD = 192
    SET_DEFAULT_PATH = 189
    DEFAULT_PATH = 188
    COIN_ID = 184
    EMERGENCY_STOP = 172
    HOPPER_COIN = 171
    DISPENSE_COUNT = 168
    DISPENSE = 167
    HOPPER_STATUS = 166
    ENABLE_HOPPER = 164
    TEST_HOPPER = 163
    PUMP_RNG = 161
    CIPHER_KEY = 160
    BILL_EVENTS = 159
    BILL_ID = 157
    SCALING_FACTOR = 156
    BILL_POSITION = 155
    ROUTE_BILL = 154
    SET_BILL_MODE = 153
    BILL_MODE = 152
    TYPE_COUNTER = 150
    CURRENCY_REVISION = 145
    FIRMWARE_UPGRADE = 141
    MONEY_IN = 128
    MONEY_OUT = 127
    CLEAR_MONEY = 126
    PAY_MONEY_OUT = 125
    VERIFY_MONEY_OUT = 124
    ACTIVITY = 123
    ERROR_STATUS = 122
    PURGE_HOPPER = 121
    SET_HOPPER_BALANCE = 120
    HOPPER_BALANCE = 119
    ENCRYPTION = 111
    OPERATE_ESCROW = 107
    ESCROW_STATUS = 106
    COMMS_REVISION = 4
    RESET = 1


class ReplyHeader(enum.IntEnum):
    """What a device may put in the header of a reply. Source: Part 1 section 8."""

    REPLY = 0
    NAK = 5
    BUSY = 6


@dataclass(frozen=True, slots=True)
class Manners:
    """How a request may be treated: how long to wait, and whether it may be sent again."""

    wait_s: float = 0.25
    """From the last byte written to the first byte back."""
    repeatable: bool = True
    reply_lengths: tuple[int, ...] = ()
    """Data bytes of a reply; empty: any. Source: Part 3 Table 8."""


_ACK_ONLY = Manners(reply_lengths=(0,))
_ONE = Manners(reply_lengths=(1,))
_THREE = Manners(reply_lengths=(3,))
_FOUR = Manners(reply_lengths=(4,))

MANNERS: Mapping[int, Manners] = {
    Header.SIMPLE_POLL: _ACK_ONLY,
    Header.POLLING_PRIORITY: Manners(reply_lengths=(2,)),
    Header.SERIAL: Manners(reply_lengths=(3, 4)),
    Header.SELF_CHECK: Manners(wait_s=2.0, reply_lengths=(1, 2)),
    Header.SET_INHIBITS: _ACK_ONLY,
    Header.CREDITS: Manners(reply_lengths=(1 + 2 * EVENT_BUFFER,)),
    Header.SET_MASTER_INHIBIT: _ACK_ONLY,
    Header.MASTER_INHIBIT: _ONE,
    Header.INSERTION_COUNTER: _THREE,
    Header.ACCEPT_COUNTER: _THREE,
    Header.REJECT_COUNTER: _THREE,
    Header.FRAUD_COUNTER: _THREE,
    Header.LEVEL: _ONE,
    Header.OPTION_FLAGS: _ONE,
    Header.SET_SORTER_PATHS: _ACK_ONLY,
    Header.ROM_CHECKSUM: Manners(wait_s=5.0, reply_lengths=(4,)),
    Header.COIN_ID: Manners(reply_lengths=(6,)),
    Header.EMERGENCY_STOP: _ONE,
    Header.DISPENSE_COUNT: _THREE,
    # The one command that moves money: its answer may be lost, it must never be sent again
    # before headers 166 and 168 have shown that it was not obeyed. Source: Part 1 section 12.1.
    Header.DISPENSE: Manners(wait_s=1.0, repeatable=False, reply_lengths=(0, 1)),
    Header.HOPPER_STATUS: Manners(reply_lengths=(4,)),
    Header.ENABLE_HOPPER: _ACK_ONLY,
    Header.TEST_HOPPER: Manners(reply_lengths=(1, 2, 3)),
    Header.PUMP_RNG: _ACK_ONLY,
    Header.CIPHER_KEY: Manners(reply_lengths=(8,)),
    Header.BILL_EVENTS: Manners(reply_lengths=(1 + 2 * EVENT_BUFFER,)),
    Header.BILL_ID: Manners(reply_lengths=(7,)),
    Header.SCALING_FACTOR: _THREE,
    # What became of the bill is told by its event alone; a second order could meet another bill.
    Header.ROUTE_BILL: Manners(wait_s=1.0, repeatable=False, reply_lengths=(0, 1)),
    Header.SET_BILL_MODE: _ACK_ONLY,
    Header.BILL_MODE: _ONE,
    Header.MONEY_IN: _FOUR,
    Header.MONEY_OUT: _FOUR,
    # As with header 167: the counter of `VERIFY_MONEY_OUT` decides. Source: Part 2 section 3.127.
    Header.PAY_MONEY_OUT: Manners(wait_s=1.0, repeatable=False, reply_lengths=(0,)),
    Header.VERIFY_MONEY_OUT: Manners(reply_lengths=(9,)),
    Header.ACTIVITY: Manners(reply_lengths=(2,)),
    Header.ERROR_STATUS: Manners(reply_lengths=(2,)),
    Header.HOPPER_BALANCE: Manners(reply_lengths=(8,)),
    Header.OPERATE_ESCROW: Manners(wait_s=1.0, repeatable=False, reply_lengths=(0,)),
    Header.ESCROW_STATUS: _THREE,
    Header.ENCRYPTION: Manners(wait_s=0.1, reply_lengths=(17,)),
    Header.RESET: Manners(wait_s=0.5, repeatable=False, reply_lengths=(0,)),
}
DEFAULT_MANNERS = Manners()


class Category(enum.Enum):
    """Device kinds we use, by their category strings. Source: Part 3 Table 1."""

    COIN_ACCEPTOR = "Coin Acceptor"
    PAYOUT = "Payout"
    BILL_VALIDATOR = "Bill Validator"
    CHANGER = "Changer"
    ESCROW = "Escrow"
    BOOTLOADER = "Bootloader"


class Money(enum.Enum):
    """What an acceptor's event means for the money: our reading of Part 3 Table 2."""

    NONE = "none"
    """Nothing was kept."""
    MAYBE = "maybe"
    """A coin may be inside without a credit."""
    FAULT = "fault"
    """The acceptor needs help; no credit is touched."""
    JAM_AFTER = "jam after"
    """As FAULT, and the coin that was credited did not arrive where it should."""
    MISSORTED = "missorted"
    """A credited coin lies elsewhere than counted; nothing stops."""
    FRAUD = "fraud"
    LEVER = "lever"
    INHIBITED = "inhibited"
    """A good coin was refused because its kind is inhibited."""


@dataclass(frozen=True, slots=True)
class CoinCode:
    """One row of Part 3 Table 2."""

    what: str
    money: Money


_NONE, _MAYBE, _FAULT, _FRAUD = Money.NONE, Money.MAYBE, Money.FAULT, Money.FRAUD

COIN_CODES: Mapping[int, CoinCode] = {
    0: CoinCode("null event", _NONE),
    1: CoinCode("reject coin", _NONE),
    2: CoinCode("inhibited coin", Money.INHIBITED),
    3: CoinCode("multiple window", _NONE),
    4: CoinCode("wake-up timeout", _MAYBE),
    5: CoinCode("validation timeout", _MAYBE),
    6: CoinCode("credit sensor timeout", _MAYBE),
    7: CoinCode("sorter opto timeout", Money.JAM_AFTER),
    8: CoinCode("second close coin", _MAYBE),
    9: CoinCode("accept gate not ready", _NONE),
    10: CoinCode("credit sensor not ready", _NONE),
    11: CoinCode("sorter not ready", _NONE),
    12: CoinCode("reject coin not cleared", _NONE),
    13: CoinCode("validation sensor not ready", _FAULT),
    14: CoinCode("credit sensor blocked", _FAULT),
    15: CoinCode("sorter opto blocked", _FAULT),
    16: CoinCode("credit sequence error", _FRAUD),
    17: CoinCode("coin going backwards", _FRAUD),
    18: CoinCode("coin too fast over the credit sensor", _FRAUD),
    19: CoinCode("coin too slow over the credit sensor", _FRAUD),
    20: CoinCode("coin-on-string mechanism activated", _FRAUD),
    21: CoinCode("dual coin entry opto timeout", _MAYBE),
    22: CoinCode("dual coin entry opto not seen", _FRAUD),
    23: CoinCode("credit sensor reached too early", _FRAUD),
    24: CoinCode("coin rejected repeatedly", _FRAUD),
    25: CoinCode("reject slug", _FRAUD),
    26: CoinCode("reject sensor blocked", _FAULT),
    27: CoinCode("games overload", _FAULT),
    28: CoinCode("meter pulses exceeded", _FAULT),
    29: CoinCode("accept gate open, not closed", _FAULT),
    30: CoinCode("accept gate closed, not open", _FAULT),
    31: CoinCode("manifold opto timeout", Money.JAM_AFTER),
    32: CoinCode("manifold opto blocked", _FAULT),
    33: CoinCode("manifold not ready", _NONE),
    34: CoinCode("security status changed", _NONE),
    35: CoinCode("motor exception", _MAYBE),
    36: CoinCode("swallowed coin", _MAYBE),
    37: CoinCode("coin too fast over the validation sensor", _NONE),
    38: CoinCode("coin too slow over the validation sensor", _FRAUD),
    39: CoinCode("coin incorrectly sorted", Money.MISSORTED),
    40: CoinCode("external light attack", _FRAUD),
    253: CoinCode("data block request", _NONE),
    254: CoinCode("return lever or flight deck opened", Money.LEVER),
    255: CoinCode("unspecified alarm", _FAULT),
} | {128 + n: CoinCode(f"inhibited coin of position {n + 1}", Money.INHIBITED) for n in range(32)}

RESERVED_CODE = CoinCode("reserved code", Money.NONE)


class BillFate(enum.Enum):
    """What a bill validator's event means for the bill: our reading of Part 3 Table 7."""

    NONE = "none"
    """Nothing was kept, or nothing happened to a bill."""
    SHUT = "shut"
    """The validator has shut itself for want of polls. Source: Part 4 section 2.2.2."""
    RETURNED = "returned"
    """The bill that was held is the resident's again."""
    INHIBITED = "inhibited"
    FAULT = "fault"
    """It takes no bills until somebody has helped; no bill of ours is in doubt."""
    LOST = "lost"
    """As FAULT, and a bill may lie inside that was never credited."""
    MAYBE = "maybe"
    """A bill was kept that has no value we know."""
    FRAUD = "fraud"


@dataclass(frozen=True, slots=True)
class BillCode:
    """One row of Part 3 Table 7, where A = 0."""

    what: str
    fate: BillFate


BILL_CODES: Mapping[int, BillCode] = {
    0: BillCode("master inhibit active", BillFate.SHUT),
    1: BillCode("bill returned from escrow", BillFate.RETURNED),
    2: BillCode("invalid bill (validation)", BillFate.NONE),
    3: BillCode("invalid bill (transport)", BillFate.NONE),
    4: BillCode("inhibited bill (by command)", BillFate.INHIBITED),
    5: BillCode("inhibited bill (by switches)", BillFate.NONE),
    # Not retrievable by us, but by the resident: no credit, whatever was validated.
    6: BillCode("bill jammed in transport, unsafe", BillFate.FAULT),
    7: BillCode("bill jammed in stacker", BillFate.LOST),
    8: BillCode("bill pulled backwards", BillFate.FRAUD),
    9: BillCode("bill tamper", BillFate.FRAUD),
    10: BillCode("stacker is in order", BillFate.NONE),
    11: BillCode("stacker removed", BillFate.FAULT),
    12: BillCode("stacker inserted", BillFate.NONE),
    13: BillCode("stacker faulty", BillFate.FAULT),
    14: BillCode("stacker full", BillFate.FAULT),
    15: BillCode("stacker jammed", BillFate.LOST),
    # The standard leaves a credit to the host's policy here. Ours: a person opens it and pays.
    16: BillCode("bill jammed in transport, safe", BillFate.LOST),
    17: BillCode("opto fraud", BillFate.FRAUD),
    18: BillCode("string fraud", BillFate.FRAUD),
    19: BillCode("anti-string mechanism faulty", BillFate.FAULT),
    20: BillCode("barcode detected", BillFate.NONE),
    21: BillCode("unknown bill type stacked", BillFate.MAYBE),
}
RESERVED_BILL_CODE = BillCode("reserved code", BillFate.NONE)

BILL_TYPES = range(1, 17)
"""Bill types that are asked for; Japan has four notes, each in two issues."""
BILL_MASK_BYTES = 8
"""Source: Part 3 Appendix 16."""
COUPON_TYPE = 255
"""A barcoded coupon, never money here. Source: Part 2 section 3.93."""
BILL_SELF_INHIBIT_S = 5.0
"""Source: Part 4 section 2.2.2."""
ESCROW_TIMEOUT_S = 30.0
"""After so long a bill nobody decided about goes back. Source: Part 2 section 3.98."""
BILL_JAMMED, STACKER_MISSING, STACKER_FULL = 39, 44, 45
"""Self-check codes a validator shows while the cause lasts. Source: Part 1 section 21."""


CHANGER_ERRORS: Mapping[int, tuple[str, str]] = {
    1: ("coin.hopper_empty", "hopper empty"),
    2: ("coin.hopper_jam", "hopper jam"),
    3: ("coin.fraud", "hopper fraud attempt"),
    4: ("coin.hopper_fault", "hopper fault"),
    101: ("coin.acceptor_fault", "coin acceptor jam"),
    102: ("coin.fraud", "coin acceptor fraud attempt"),
    103: ("coin.acceptor_fault", "coin acceptor fault"),
    104: ("coin.acceptor_fault", "coin acceptor to manifold opto fault"),
    251: ("coin.acceptor_fault", "cashbox full"),
    252: ("coin.acceptor_fault", "cashbox missing"),
    255: ("coin.hopper_fault", "other"),
}
"""Fault codes of `ERROR_STATUS`. Source: Part 2 section 3.130."""

ESCROW_FAULTS: Mapping[int, str] = {
    0: "no fault",
    10: "the accept flap did not open",
    11: "the accept flap did not open from home",
    12: "the accept flap did not open from an unknown position",
    20: "the accept flap did not close",
    21: "the accept flap did not close after it had opened",
    22: "the accept flap did not close after it had failed to open",
    23: "the accept flap did not close from an unknown position",
    30: "the return flap did not open",
    31: "the return flap did not open from home",
    32: "the return flap did not open from an unknown position",
    40: "the return flap did not close",
    41: "the return flap did not close after it had opened",
    42: "the return flap did not close after it had failed to open",
    43: "the return flap did not close from an unknown position",
    100: "supply voltage too low",
    101: "supply voltage too high",
    200: "manipulation",
    250: "jammed",
    255: "other",
}
"""Source: Part 2 section 3.146."""


class Route(enum.IntEnum):
    """Data of `ROUTE_BILL`. Source: Part 2 section 3.98."""

    RETURN = 0
    STACK = 1
    EXTEND = 255


class BillMode(enum.IntFlag):
    """Data of `SET_BILL_MODE`. Source: Part 2 section 3.99."""

    STACKER = 1
    ESCROW = 2


FAULT_OK = 0
STRING_FAULTS = frozenset({20, 41})
SELF_CHECK_FAULTS: Mapping[int, str] = {
    0: "no fault",
    1: "EEPROM checksum",
    2: "inductive coils",
    3: "credit sensor",
    4: "piezo sensor",
    5: "reflective sensor",
    6: "diameter sensor",
    7: "wake-up sensor",
    8: "sorter exit sensors",
    9: "NVRAM checksum",
    14: "keypad",
    15: "button",
    16: "display",
    17: "memory auditing",
    18: "reject sensor",
    19: "coin return mechanism",
    20: "coin-on-string mechanism",
    21: "rim sensor",
    22: "thermistor",
    23: "payout motor",
    26: "payout sensor",
    27: "level sensor",
    28: "personality module",
    29: "personality module checksum",
    30: "ROM checksum",
    32: "internal communication",
    33: "supply voltage outside limits",
    34: "temperature outside limits",
    35: "dual coin entry",
    36: "bill validation sensor",
    37: "bill transport motor",
    38: "stacker",
    39: "bill jammed",
    40: "RAM",
    41: "string sensor",
    42: "accept gate failed open",
    43: "accept gate failed closed",
    44: "stacker missing",
    45: "stacker full",
    46: "flash erase",
    47: "flash write",
    48: "slave device not responding",
    49: "opto sensor",
    50: "battery",
    51: "door open",
    52: "microswitch",
    53: "real-time clock",
    54: "firmware",
    55: "initialisation",
    56: "supply current",
    57: "forced bootloader mode",
    255: "unspecified",
}
"""Answers to `SELF_CHECK`. Source: Part 3 Table 3."""


@dataclass(frozen=True, slots=True)
class HopperFlag:
    """One bit of a hopper's status registers."""

    register: int
    bit: int
    what: str
    reason: str = ""
    """Blocks payout for this reason until cleared; empty: a warning or a mere state."""
    reset_clears: bool = False
    """A jam may be cleared by a software reset; a sign of manipulation is left to a person."""


HOPPER_FLAGS: tuple[HopperFlag, ...] = (
    HopperFlag(1, 0, "maximum current exceeded", "coin.hopper_jam", reset_clears=True),
    HopperFlag(1, 1, "payout timeout"),
    HopperFlag(1, 2, "motor reversed to clear a jam"),
    HopperFlag(1, 3, "exit blocked while idle", "coin.hopper_jam", reset_clears=True),
    HopperFlag(1, 4, "exit sensor short-circuited while idle", "coin.fraud"),
    HopperFlag(1, 5, "exit blocked during payout", "coin.hopper_jam", reset_clears=True),
    HopperFlag(1, 6, "power-up detected"),
    HopperFlag(1, 7, "payout disabled"),
    HopperFlag(2, 0, "exit sensor short-circuited during payout", "coin.fraud"),
    HopperFlag(2, 1, "single coin mode"),
    HopperFlag(2, 2, "use another hopper for change"),
    HopperFlag(2, 3, "finger and slider mismatch", "coin.fraud"),
    HopperFlag(2, 4, "motor reverse limit reached", "coin.hopper_jam", reset_clears=True),
    HopperFlag(2, 5, "inductive coil fault", "coin.hopper_fault", reset_clears=True),
    HopperFlag(2, 6, "memory checksum error", "coin.hopper_fault"),
    HopperFlag(2, 7, "PIN mechanism enabled", "coin.encrypted"),
    HopperFlag(3, 0, "power lost during payout", "coin.hopper_fault", reset_clears=True),
    HopperFlag(3, 1, "unknown coin paid", "coin.hopper_fault", reset_clears=True),
    HopperFlag(3, 2, "PIN incorrect", "coin.encrypted"),
    HopperFlag(3, 3, "wrong cipher key", "coin.hopper_fault", reset_clears=True),
    HopperFlag(3, 4, "encryption enabled", "coin.encrypted"),
)
"""Answers to `TEST_HOPPER`. Source: Part 2 section 3.90."""

_SCH2_OWN = {
    (2, 2): "memory block A checksum error",
    (2, 3): "memory block B checksum error",
    (2, 4): "memory block C checksum error",
    (2, 5): "memory block D checksum error",
    (2, 6): "power lost while memory was written",
}
SCH2_FLAGS: tuple[HopperFlag, ...] = tuple(
    HopperFlag(flag.register, flag.bit, own, "coin.hopper_fault")
    if (own := _SCH2_OWN.get((flag.register, flag.bit)))
    else flag
    for flag in HOPPER_FLAGS
)
"""Source: Money Controls SCH2 manual TSP016, answers to header 163."""

PAYOUT_TIMEOUT = (1, 1)
DISABLED = (1, 7)
MEMORY_ERROR = (2, 6)


class Key(enum.StrEnum):
    """What a hopper wants before the number of coins in `DISPENSE`."""

    SERIAL3 = "serial3"
    """The three bytes of its serial number, so that only a host that knows it can pay out."""
    ANY8 = "any8"
    """Eight bytes whose value is not looked at."""
    NONE = "none"
    """Nothing: the number of coins alone."""


class FlagMap(enum.StrEnum):
    """Which bits of `TEST_HOPPER` mean what."""

    STANDARD = "standard"
    SCH2 = "sch2"


class DispenseAnswer(enum.StrEnum):
    """What a hopper answers to header 167. Makers differ; the driver decides nothing by it."""

    AFTER = "after"
    """The event counter after the payout began, as the standard has it."""
    BEFORE = "before"
    ACK = "ack"


@dataclass(frozen=True, slots=True)
class Quirks:
    """How one family of devices departs from the specification; rows of `quirks.toml`."""

    key: Key = Key.SERIAL3
    needs_cipher_request: bool = False
    """`CIPHER_KEY` must be asked before every dispense, or it is refused."""
    has_total: bool = True
    """`DISPENSE_COUNT` is there."""
    flag_map: FlagMap = FlagMap.STANDARD
    coin_named: bool = True
    """What it says of its coin (header 171) is to be believed."""
    bill_total: bool = True
    """The validator's accept counter (header 225) counts bills stacked, not bills held."""
    answer: DispenseAnswer = DispenseAnswer.AFTER
    counts_refusals: bool = False
    """A refused dispense moves the event counter. As `answer` and `registers`: what virtual
    twins of the family do; the driver copes with either and relies on none.
    """
    registers: int = 3


STANDARD = Quirks()
