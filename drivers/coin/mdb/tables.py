"""MDB/ICP's numbers and their meanings. No wire, no clock.

Source: NAMA Multi-Drop Bus / Internal Communication Protocol (MDB/ICP) 4.3, section 2 (bus),
section 5 (coin acceptor/changer), section 6 (bill validator).
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

CHANGER = 0x08
"""Address of the coin changer: the upper five bits of the first byte. Source: section 2.3."""
VALIDATOR = 0x30
ADDRESS_MASK = 0xF8

ACK = 0x00
RET = 0xAA
"""From the master only: say the same again."""
NAK = 0xFF
"""Source of the three: section 2.4."""
MODE_BIT = 0x100
"""The ninth bit: on an address, from the master; on an answer's last byte, from a peripheral."""
MAX_BLOCK = 36
"""Bytes of a block, its check included. Source: section 2.4."""
MAX_POLL = 16
"""Bytes of activity in one answer to POLL. Source: sections 5.3 and 6.3."""

RESPONSE_S = 0.005
"""Silence after so long is as good as NAK. Source: section 2.5."""
NON_RESPONSE_S = {CHANGER: 2.0, VALIDATOR: 5.0}
"""A peripheral silent for longer is lost, and may be reset. Source: sections 5.1 and 6.1."""
SETUP_AFTER_RESET_S = 0.5
"""Tube counts are not to be asked for sooner. Source: section 5.2, RESET."""

TYPES = 16
"""Coin types of a changer, bill types of a validator."""
MAX_DISPENSE = 15
"""Coins of one DISPENSE order: it counts in four bits. Source: section 5.3."""
TOKEN = 0xFF
"""A coin type's credit that is a vend token. Source: section 5.3, SETUP."""
JAPAN = frozenset({0x1392, 0x0081, 0x0392})
"""A leading 1: ISO 4217 number (yen: 392). A leading 0: telephone code (Japan: 81); 0392 is no
telephone code of any country and is the yen of devices that leave out the 1. Source: section 5.3.
"""


class Changer(enum.IntEnum):
    """Commands of the changer. Source: section 5.2."""

    RESET = 0x08
    SETUP = 0x09
    TUBE_STATUS = 0x0A
    POLL = 0x0B
    COIN_TYPE = 0x0C
    DISPENSE = 0x0D
    EXPANSION = 0x0F


class Validator(enum.IntEnum):
    """Commands of the bill validator. Source: section 6.2."""

    RESET = 0x30
    SETUP = 0x31
    SECURITY = 0x32
    POLL = 0x33
    BILL_TYPE = 0x34
    ESCROW = 0x35
    STACKER = 0x36
    EXPANSION = 0x37


class Expansion(enum.IntEnum):
    """What follows EXPANSION of a changer. Source: section 5.2."""

    IDENTIFICATION = 0x00
    FEATURE_ENABLE = 0x01
    PAYOUT = 0x02
    PAYOUT_STATUS = 0x03
    PAYOUT_VALUE_POLL = 0x04
    DIAGNOSTICS = 0x05


class BillExpansion(enum.IntEnum):
    """What follows EXPANSION of a validator. Source: section 6.2."""

    IDENTIFICATION_1 = 0x00
    FEATURE_ENABLE = 0x01
    IDENTIFICATION_2 = 0x02


class Feature(enum.IntFlag):
    """Optional features of a level 3 changer. Source: section 5.3, EXPANSION."""

    ALTERNATIVE_PAYOUT = 1 << 0
    EXTENDED_DIAGNOSTICS = 1 << 1
    MANUAL_FILL = 1 << 2
    FILE_TRANSPORT = 1 << 3


class Routing(enum.IntEnum):
    """Where a coin went. Source: section 5.3, POLL."""

    CASHBOX = 0
    TUBES = 1
    NOT_USED = 2
    REJECT = 3


class BillRouting(enum.IntEnum):
    """Where a bill is. Source: section 6.3, POLL."""

    STACKED = 0
    ESCROW = 1
    RETURNED = 2
    TO_RECYCLER = 3
    DISABLED_REJECTED = 4


class Escrow(enum.IntEnum):
    """What becomes of the held bill. Source: section 6.3, ESCROW."""

    RETURN = 0
    STACK = 1


class Fate(enum.Enum):
    """What a status means for money."""

    NONE = "none"
    BUSY = "busy"
    LEVER = "lever"
    REFUSED = "refused"
    MAYBE = "maybe"
    """A coin or bill may be inside without a credit."""
    FAULT = "fault"
    TUBE_FAULT = "tube fault"
    """A tube does not pay, or its count cannot be believed."""
    MISSORTED = "missorted"
    RESET = "reset"
    FRAUD = "fraud"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Status:
    """One status byte of an answer to POLL."""

    what: str
    fate: Fate


CHANGER_STATUS: Mapping[int, Status] = {
    0x01: Status("escrow request: the return lever was pulled", Fate.LEVER),
    0x02: Status("changer payout busy", Fate.BUSY),
    0x03: Status("no credit: validated, and did not reach the place of credit", Fate.MAYBE),
    0x04: Status("defective tube sensor", Fate.TUBE_FAULT),
    0x05: Status("double arrival: two coins too close together", Fate.REFUSED),
    0x06: Status("acceptor unplugged", Fate.FAULT),
    0x07: Status("tube jam", Fate.TUBE_FAULT),
    0x08: Status("ROM checksum error", Fate.FAULT),
    0x09: Status("coin routing error", Fate.MISSORTED),
    0x0A: Status("changer busy: asks to be left alone for a moment", Fate.NONE),
    0x0B: Status("changer was reset", Fate.RESET),
    0x0C: Status("coin jam in the acceptance path", Fate.FAULT),
    0x0D: Status("possible removal of a credited coin", Fate.FRAUD),
}
"""Source: section 5.3, POLL."""
PAYOUT_BUSY, TUBE_JAM, TUBE_SENSOR = 0x02, 0x07, 0x04

VALIDATOR_STATUS: Mapping[int, Status] = {
    0x01: Status("defective motor", Fate.FAULT),
    0x02: Status("sensor problem", Fate.FAULT),
    0x03: Status("validator busy", Fate.NONE),
    0x04: Status("ROM checksum error", Fate.FAULT),
    0x05: Status("validator jammed", Fate.FAULT),
    0x06: Status("validator was reset", Fate.RESET),
    0x07: Status("bill removed from escrow by unknown means", Fate.RETURNED),
    0x08: Status("cash box out of position", Fate.FAULT),
    0x09: Status("validator disabled", Fate.NONE),
    0x0A: Status("invalid escrow request: nothing is held", Fate.NONE),
    0x0B: Status("bill rejected: not recognised", Fate.REFUSED),
    0x0C: Status("possible removal of a credited bill", Fate.FRAUD),
}
"""Source: section 6.3, POLL."""
UNKNOWN_STATUS = Status("a status the standard reserves", Fate.NONE)

DIAGNOSIS: Mapping[int, tuple[str, str]] = {
    0x01: ("", "powering up"),
    0x02: ("coin.acceptor_fault", "powering down"),
    0x03: ("", "in order"),
    0x04: ("", "keypad shifted"),
    0x05: ("", "manual fill or payout by its own keys"),
    0x06: ("", "inhibited"),
    0x10: ("coin.acceptor_fault", "general changer error"),
    0x11: ("coin.acceptor_fault", "discriminator module error"),
    0x12: ("coin.acceptor_fault", "accept gate module error"),
    0x13: ("coin.acceptor_fault", "separator module error"),
    0x14: ("coin.hopper_fault", "dispenser module error"),
    0x15: ("coin.hopper_fault", "coin cassette or tube module error"),
}
"""Main code of the extended diagnostics -> our reason, what. Source: section 5.3, 0F-05H."""
IN_ORDER = 0x03
