"""What the supervisor knows while it runs. No wire, no clock.

`memory` is the fold of the journal; the rest is forgotten with the process and is asked again.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from kiosk.journal.memory import Memory
from kiosk.link import values as link
from kiosk.money import Bill, Ledger


class State(enum.StrEnum):
    """Where money and paper stand."""

    BOOT = "boot"
    """The journal is read; nothing is asked yet."""
    ASK_COINS = "ask_coins"
    """The coin machine is asked what fell while nobody looked."""
    IDLE = "idle"
    """Nobody is served."""
    OPENING = "opening"
    """A resident began; the printer is asked whether it is clear."""
    VISIT = "visit"
    """A resident is served; neither money nor paper is at stake."""
    PAYING = "paying"
    """Coins are let in."""
    HELD = "held"
    """The fee is in; no copy is being printed."""
    CLEARING = "clearing"
    """The printer is asked before a copy is let through."""
    PRINTING = "printing"
    """A copy may be moving; the device is followed."""
    STOPPING = "stopping"
    """The device was told to cancel; it is followed to the job's end."""
    JUDGING = "judging"
    """The device does not tell how the copy ended; its engine's counter is asked."""
    COUNTING = "counting"
    """The device ended the copy; its counts, the engine's and the tray are being compared."""
    DRAINING = "draining"
    """Coins are no longer let in; one may still be falling."""
    SETTLING = "settling"
    """What is kept, paid out and owed is being decided, one entry at a time."""
    DIVERTING = "diverting"
    """The coin escrow's flap is moving."""
    READYING = "readying"
    """A hopper's counters are read."""
    DISPENSING = "dispensing"
    """Coins are going out."""
    EXCHANGE = "exchange"
    """Staff refills the hoppers and collects the boxes; nobody is served."""
    LEAVING = "leaving"
    """The visit was told that it may end."""
    BROKEN = "broken"
    """The journal cannot be written: nothing may move any more until a new start."""


class Phase(enum.StrEnum):
    """What is at stake."""

    FREE = "free"
    MONEY_HELD = "money_held"
    IRREVOCABLE = "irrevocable"


PHASES: Mapping[State, Phase] = {
    State.BOOT: Phase.MONEY_HELD,
    State.ASK_COINS: Phase.MONEY_HELD,
    State.IDLE: Phase.FREE,
    State.OPENING: Phase.FREE,
    State.VISIT: Phase.FREE,
    State.LEAVING: Phase.FREE,
    State.EXCHANGE: Phase.FREE,
    State.PAYING: Phase.MONEY_HELD,
    State.HELD: Phase.MONEY_HELD,
    State.CLEARING: Phase.MONEY_HELD,
    State.DRAINING: Phase.MONEY_HELD,
    State.SETTLING: Phase.MONEY_HELD,
    State.READYING: Phase.MONEY_HELD,
    State.BROKEN: Phase.MONEY_HELD,
    State.PRINTING: Phase.IRREVOCABLE,
    State.STOPPING: Phase.IRREVOCABLE,
    State.JUDGING: Phase.IRREVOCABLE,
    State.COUNTING: Phase.IRREVOCABLE,
    State.DIVERTING: Phase.IRREVOCABLE,
    State.DISPENSING: Phase.IRREVOCABLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Section `[limits]` of the configuration: how long the supervisor waits for what."""

    fall_s: float = field(
        default=1.5,
        metadata={
            "doc": "How long a coin may still be falling after the acceptor was shut",
            "unit": "s",
            "min": 0.0,
            "max": 10.0,
        },
    )
    bill_s: float = field(
        default=8.0,
        metadata={
            "doc": "How long a bill may take from the order to stack it to the credit",
            "unit": "s",
            "min": 0.0,
            "max": 60.0,
        },
    )
    pay_s: float = field(
        default=300.0,
        metadata={
            "doc": "Longest time between two coins before all of them go back",
            "unit": "s",
            "min": 30.0,
            "max": 1800.0,
        },
    )
    held_s: float = field(
        default=120.0,
        metadata={
            "doc": "Longest time paid money waits for the visit to print before it goes back",
            "unit": "s",
            "min": 10.0,
            "max": 1800.0,
        },
    )
    unseen_s: float = field(
        default=30.0,
        metadata={
            "doc": "Longest time until the printer itself must have a job that was handed over",
            "unit": "s",
            "min": 5.0,
            "max": 300.0,
        },
    )
    attendant_s: float = field(
        default=180.0,
        metadata={
            "doc": "How long a standing job waits for staff (paper, jam) before it is cancelled",
            "unit": "s",
            "min": 10.0,
            "max": 3600.0,
        },
    )
    cancel_s: float = field(
        default=20.0,
        metadata={
            "doc": "How long a cancelled job is followed before it is called unknown",
            "unit": "s",
            "min": 1.0,
            "max": 300.0,
        },
    )
    count_s: float = field(
        default=6.0,
        metadata={
            "doc": "How long the engine's counter and the output tray may lag behind the end of a "
            "job before they are said to contradict it",
            "unit": "s",
            "min": 0.0,
            "max": 60.0,
        },
    )
    leave_s: float = field(
        default=3.0,
        metadata={
            "doc": "How long a visit that may end takes to end before it is killed",
            "unit": "s",
            "min": 0.5,
            "max": 60.0,
        },
    )
    beat_s: float = field(
        default=10.0,
        metadata={
            "doc": "Longest silence of the glass before the visit is killed",
            "unit": "s",
            "min": 2.0,
            "max": 120.0,
        },
    )
    repay_within_s: float = field(
        default=300.0,
        metadata={
            "doc": "After a power failure: how old money may be to be paid back by itself; older "
            "money becomes a case, since its owner will have left",
            "unit": "s",
            "min": 0.0,
            "max": 86400.0,
        },
    )


@dataclass(frozen=True, slots=True)
class Settled:
    """How the last transaction of this visit ended: what its receipt states."""

    ledger: Ledger = field(default_factory=Ledger)
    bill: Bill = field(default_factory=Bill)
    delivered: int = 0
    case: str = ""


@dataclass(frozen=True, slots=True)
class Settlement:
    """The supervisor's circle."""

    state: State = State.BOOT
    memory: Memory = field(default_factory=Memory)
    limits: Limits = field(default_factory=Limits)
    sheet_s: float = 60.0
    """Longest time between two sheets of a job that does not stand still."""
    accepts: frozenset[int] = frozenset()
    """Face values the machine takes and can pay out again."""
    doubted: tuple[tuple[int, int], ...] = ()
    """Hoppers that say they are low: so many of their pieces in the books are not counted on."""
    blocked: frozenset[int] = frozenset()
    """Hoppers that are not counted on at all."""
    full: frozenset[int] = frozenset()
    """Hoppers whose own sensor says that they are (nearly) full."""
    bills: frozenset[int] = frozenset()
    """The bills among `accepts`; they are paid back in coins."""
    open_coins: frozenset[int] = frozenset()
    """Face values let in at present."""
    bill_moving: bool = False
    """A bill was told to be stacked, and has not been credited or returned yet."""
    opening: link.OpenVisit | None = None
    """A resident who began while the terminal was still at work, and waits for its word."""
    alive: bool = False
    """The visit of `memory.visit` is there and hears."""
    repay: bool = True
    """False after a long power failure: held money becomes a case."""
    recovering: bool = False
    """What is settled was left by another run of this program."""
    flap_failed: bool = False
    """The coin escrow did not do as told, and the machine has not been seen in order since."""
    unshown_case: str = ""
    """The case that says: coins went back through an escrow whose level never showed them."""
    ordered_again: int = 0
    """The hopper whose last order never reached it; a second such order puts it out of use."""
    pending: link.PrintCopy | None = None
    reported: bool = False
    """The visit's outcome for the centre is on its way."""
    closing: link.CloseVisit | None = None
    """The visit wants to end as soon as everything is settled."""
    sheets_told: int = 0
    waits: str = ""
    """Why the job stands still."""
    jammed: bool = False
    """Paper was jammed during this copy: sides of destroyed sheets may be counted."""
    machine: str = ""
    """The printer that answered last: a digest, or ""."""
    contained: bool = False
    """Whatever the spooler still had of this copy is destroyed."""
    cancel_due: bool = False
    """The device had time to obey the last cancel."""
    uncancelled: bool = False
    """The device did not take the cancel of this copy, and that is written down."""
    case: str = ""
    """The last case opened in this transaction."""
    settled: Settled = field(default_factory=Settled)
    warnings: tuple[str, ...] = ()
    """What will soon need somebody: low paper, low toner, a roll near its end."""
    troubles: tuple[tuple[str, str], ...] = ()
    """Source -> reason, for what closes service."""

    @property
    def phase(self) -> Phase:
        """What is at stake now."""
        return PHASES[self.state]

    @property
    def trouble(self) -> str:
        """The reason for which service is closed, or ""."""
        return next((reason for _, reason in self.troubles), "")

    @property
    def billed(self) -> bool:
        """A resident was asked for money in this transaction."""
        return bool(self.memory.application)
