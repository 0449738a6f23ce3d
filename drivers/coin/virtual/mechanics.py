"""How the virtual machine is built and how fast it moves: data, no behaviour."""

import enum
from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.coin.framing import Check
from drivers.coin.tables import (
    BILL_SELF_INHIBIT_S,
    ESCROW_TIMEOUT_S,
    SELF_INHIBIT_S,
    STANDARD,
    Category,
    Quirks,
)


@dataclass(slots=True)
class Speeds:
    """Seconds; may be changed while the machine runs. All zero: nothing takes time."""

    fall_time_s: float = 0.3
    """From the slot to the credit. The gate decides at the slot."""
    dispense_coin_s: float = 0.2
    """From coin to coin in a payout."""
    empty_timeout_s: float = 2.0
    """A hopper turns for so long without a coin before it gives up."""
    jam_timeout_s: float = 1.0
    """A hopper tries for so long to clear a jam."""
    bill_draw_s: float = 1.0
    """From the mouth to the escrow; the bill is looked at on the way."""
    bill_move_s: float = 1.0
    """From the escrow to the stacker, or back to the mouth."""
    flap_s: float = 1.5
    """A coin escrow's flap opens and closes again."""
    boot_s: float = 0.2
    """Deaf after power-up and reset."""


@dataclass(frozen=True, slots=True)
class Nameplate:
    """What a device says about itself."""

    maker: str
    product: str
    serial: int
    software: str = "KVM-1.0"
    build: str = "STD01"
    encryption: tuple[int, int] = (0, 0)
    """Protocol and command level. A protocol level makes it deaf to all but header 111."""


class FirstEvent(enum.Enum):
    """What an acceptor does after its first poll. Source: Part 2 section 3.27.1."""

    NOTHING = "nothing"
    NULL = "null"
    INHIBITED = "inhibited"


JAPANESE_COINS = ("JP010A", "JP050A", "JP100A", "JP500A", "JP500B")


@dataclass(frozen=True, slots=True)
class AcceptorBuild:
    """One acceptor. The defaults are a plain Japanese one."""

    address: int = 2
    plate: Nameplate = Nameplate("KVM", "KV-A1", 120_001)
    coins: tuple[str, ...] = JAPANESE_COINS
    credits_are_values: bool = False
    first_event: FirstEvent = FirstEvent.NOTHING
    has_accept_counter: bool = True
    keeps_inhibits: bool = False
    """Its inhibits outlive a reset: coins are let in at once, before anybody has noticed."""
    self_inhibit_s: float = SELF_INHIBIT_S


JAPANESE_BILLS = ("JP0001A", "JP0001B", "JP0002A", "JP0005A", "JP0005B", "JP0010A", "JP0010B")
"""In thousands of yen: 10 000 does not fit into four digits and a factor of one with room left."""


@dataclass(frozen=True, slots=True)
class BillBuild:
    """One bill validator. The defaults are a plain Japanese one with escrow and stacker."""

    address: int = 40
    plate: Nameplate = Nameplate("KVM", "KV-B1", 140_001)
    category: str = Category.BILL_VALIDATOR.value
    bills: tuple[str, ...] = JAPANESE_BILLS
    factor: int = 1000
    decimals: int = 0
    capacity: int = 300
    self_inhibit_s: float = BILL_SELF_INHIBIT_S
    escrow_timeout_s: float = ESCROW_TIMEOUT_S
    has_accept_counter: bool = True
    route_answer: int | None = None
    """Answer 254 or 255 to every route order, whatever is then done; None: the true one."""


@dataclass(frozen=True, slots=True)
class EscrowBuild:
    """A motorised coin escrow under the acceptor."""

    address: int = 160
    plate: Nameplate = Nameplate("KVM", "KV-E1", 160_001)
    capacity: int = 60
    counts: bool = True
    """False: there is a high-level sensor only, and the level says full or not full."""


@dataclass(frozen=True, slots=True)
class ChangerBuild:
    """A changer with hoppers of its own. Its values must not be those of other hoppers."""

    address: int = 55
    plate: Nameplate = Nameplate("KVM", "KV-C1", 155_001)
    begins_after_s: float = 0.0
    """So long after an order that it acknowledged it says for the first time that it is paying."""
    pieces: dict[int, int] = field(default_factory=lambda: dict.fromkeys((10, 50, 100, 500), 50))


@dataclass(frozen=True, slots=True)
class HopperBuild:
    """One hopper and what it departs in."""

    address: int
    plate: Nameplate
    pieces: int = 100
    capacity: int = 400
    low_level: int = 10
    coin_name: str | None = None
    """Answer to header 171; None: the right coin; empty: not programmed."""
    quirks: Quirks = STANDARD
    overpays: int = 0
    """Coins that slip out behind the last one of each payout."""


def four_hoppers(pieces: int = 100) -> dict[int, HopperBuild]:
    """10, 50, 100 and 500 yen at addresses 3 to 6."""
    return {
        yen: HopperBuild(address, Nameplate("KVM", "KV-H1", 130_000 + address), pieces)
        for yen, address in ((10, 3), (50, 4), (100, 5), (500, 6))
    }


@dataclass(frozen=True, slots=True)
class MachineBuild:
    """One line with an acceptor and its hoppers."""

    acceptor: AcceptorBuild = AcceptorBuild()
    hoppers: dict[int, HopperBuild] = field(default_factory=four_hoppers)
    bills: BillBuild | None = None
    escrow: EscrowBuild | None = None
    changer: ChangerBuild | None = None
    check: Check = Check.SIMPLE
    echo: bool = True
    paced_baud: int = 0
    """On a pty: send at this speed as a real line would; 0: at once."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something the machine did, or that was done to it; for whoever watches."""

    what: str
    yen: int = 0
    detail: str = ""


Observer = Callable[[Happening], None]


def nobody(_: Happening) -> None:
    """Nobody watches."""
