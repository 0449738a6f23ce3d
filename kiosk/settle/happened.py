"""What the supervisor hears besides the visit's values and the coin machine's events.

No wire, no clock.
"""

import enum
from dataclasses import dataclass

from drivers.coin.contract import DispenseResult, DispenseTicket, Diverted
from drivers.printer.contract import JobProgress, PrinterStatus
from drivers.printer.ledger import SheetCount


class Timer(enum.StrEnum):
    """What time runs out for. One of each at most."""

    FALL = "fall"
    PAY = "pay"
    JOB = "job"
    CANCEL = "cancel"
    LEAVE = "leave"
    COINS = "coins"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Booted:
    """The supervisor starts. `quiet_s`: age of the journal's last entry; `torn`: bytes cut;
    `kept`: digests of the reports that are on disk."""

    version: str
    mode: str
    torn: int
    quiet_s: float
    kept: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Proceed:
    """What was decided is on disk; decide the next."""


@dataclass(frozen=True, slots=True)
class TimerFired:
    """Time ran out."""

    timer: Timer


@dataclass(frozen=True, slots=True)
class VisitEnded:
    """The process that had the glass is gone. `cause`: exit, killed, misuse, silent, late."""

    cause: str


@dataclass(frozen=True, slots=True)
class CoinsResumed:
    """The coin machine is set up, everything shut; it takes and pays `accepts`.

    The `bills` among them it cannot pay as they came, but in coins.
    """

    accepts: frozenset[int]
    bills: frozenset[int] = frozenset()
    whole: bool = True
    """False: the coins only; the bill validator did not answer, and what it counted is unread."""


@dataclass(frozen=True, slots=True)
class CoinsNotResumed:
    """The coin machine could not be set up."""

    reason: str


@dataclass(frozen=True, slots=True)
class AcceptRefused:
    """The acceptor did not take the order what to let in."""

    reason: str


@dataclass(frozen=True, slots=True)
class CoinsDiverted:
    """The escrow's flap is shut again, or is not heard of."""

    result: Diverted


@dataclass(frozen=True, slots=True)
class PayoutReadied:
    """A hopper is ready; nothing moved."""

    ticket: DispenseTicket


@dataclass(frozen=True, slots=True)
class PayoutNotReadied:
    """A hopper could not be readied; nothing moved."""

    yen: int
    reason: str


@dataclass(frozen=True, slots=True)
class PayoutEnded:
    """The hopper stopped, or its counters were asked after a restart."""

    result: DispenseResult


@dataclass(frozen=True, slots=True)
class PrinterSeen:
    """The printer's status, asked for by `AskPrinter`."""

    status: PrinterStatus


@dataclass(frozen=True, slots=True)
class JobSeen:
    """The device's own word on the job that is followed."""

    progress: JobProgress


@dataclass(frozen=True, slots=True)
class JobOutOfSight:
    """The device could not be asked about the job."""

    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class CancelNotTaken:
    """The device refused to cancel the job, or could not be asked to."""

    title: str


@dataclass(frozen=True, slots=True)
class SheetsCounted:
    """What everybody says of the copy that has ended."""

    title: str
    count: SheetCount


@dataclass(frozen=True, slots=True)
class SpoolerContained:
    """cupsd was killed with all its children and its spool is wiped.

    `unexpected`: it had died by itself; nobody had asked.
    """

    reason: str
    unexpected: bool = False


@dataclass(frozen=True, slots=True)
class PaperGone:
    """The output tray is empty; `sensor` False: there is none to ask."""

    sensor: bool


@dataclass(frozen=True, slots=True)
class SlipPrinted:
    """The receipt is out, or `reason` why not."""

    reason: str


@dataclass(frozen=True, slots=True)
class OutcomeComposed:
    """A report written by the supervisor itself, for a visit that cannot any more."""

    visit: str
    body: bytes


@dataclass(frozen=True, slots=True)
class ReportSent:
    """The centre acknowledged."""

    digest: str


@dataclass(frozen=True, slots=True)
class ReportRefused:
    """The centre will not take the report, now or ever."""

    digest: str
    failure: str


@dataclass(frozen=True, slots=True)
class TroubleSeen:
    """What a device said of itself: the reason that closes service, or ""."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class IdentitySeen:
    """How it stands with the terminal's certificate: "" or why it could not be renewed."""

    failure: str
    switched: bool = False
    """It was renewed just now."""


@dataclass(frozen=True, slots=True)
class DeviceWarned:
    """All that a device says will soon need somebody; it still works."""

    source: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HoppersSeen:
    """What the hoppers say of themselves (face values): few coins left; would not pay
    now; (nearly) full.
    """

    low: frozenset[int]
    blocked: frozenset[int]
    full: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class JournalTrouble:
    """`journal.disk_full`: take no more; `journal.failed`: nothing may move."""

    reason: str


@dataclass(frozen=True, slots=True)
class StockCounted:
    """Staff counted a hopper."""

    yen: int
    pieces: int


@dataclass(frozen=True, slots=True)
class ExchangeBegun:
    """Staff opens the machine. `staff`: a number or short name by which the operator knows who."""

    staff: str


@dataclass(frozen=True, slots=True)
class BoxCollected:
    """Staff took all coins or bills of one value out of cash box or stacker."""

    yen: int
    pieces: int


@dataclass(frozen=True, slots=True)
class ExchangeEnded:
    """Staff signs and closes the machine."""

    staff: str


@dataclass(frozen=True, slots=True)
class CaseClosed:
    """Staff settled a case."""

    case: str
