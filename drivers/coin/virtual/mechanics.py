"""How the virtual machine is built and how fast it moves: data, no behaviour."""

import enum
from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.coin.framing import Check
from drivers.coin.tables import DEFAULT_PROFILE, SELF_INHIBIT_S, HopperProfile


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
    self_inhibit_s: float = SELF_INHIBIT_S


class DispenseAnswer(enum.Enum):
    """What a hopper answers to header 167. Makers differ."""

    AFTER = "counter after"
    BEFORE = "counter before"
    ACK = "plain acknowledge"


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
    profile: HopperProfile = DEFAULT_PROFILE
    answer: DispenseAnswer = DispenseAnswer.AFTER
    registers: int = 3
    counts_refusals: bool = False
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
