"""What the supervisor's table asks for. Imperatives; doers carry them out in this order.

`Write` goes to the journal first; what follows it in the same step, and every later step, is
released when it is on disk. No wire, no clock.
"""

from dataclasses import dataclass

from drivers.coin.contract import CreditCursor, DispenseTicket
from drivers.printer.contract import Tray
from drivers.printer.ledger import SheetCount
from kiosk.journal.entries import Entry
from kiosk.journal.reports import Due
from kiosk.link import values as link
from kiosk.settle.happened import Timer
from kiosk.settle.model import Settled


@dataclass(frozen=True, slots=True)
class Write:
    """Put the entry into the journal."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class GoOn:
    """Answer `Proceed` as soon as what was written before is on disk."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Say it to the process that has the glass."""

    value: link.ToVisit


@dataclass(frozen=True, slots=True)
class HandGlass:
    """Give the glass to the spare, and make the next spare."""

    first: link.TakeGlass


@dataclass(frozen=True, slots=True)
class KillVisit:
    """End the process that has the glass."""

    cause: str


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Answer `TimerFired` after `seconds`; a running timer of that name starts anew."""

    timer: Timer
    seconds: float


@dataclass(frozen=True, slots=True)
class StopTimer:
    """Forget that timer."""

    timer: Timer


@dataclass(frozen=True, slots=True)
class ResumeCoins:
    """Answer what came since the cursors, then `CoinsResumed` or `CoinsNotResumed`."""

    cursor: CreditCursor | None
    bills: CreditCursor | None = None
    interrupted: bool = False
    """The run before ended in a transaction: money may have come that nobody wrote down."""


@dataclass(frozen=True, slots=True)
class SetAccept:
    """Let in exactly these face values."""

    values: frozenset[int]


@dataclass(frozen=True, slots=True)
class RouteBill:
    """Stack the bill that is held, or give it back."""

    stack: bool


@dataclass(frozen=True, slots=True)
class DivertCoins:
    """Keep or give back all coins in the escrow. Answer `CoinsDiverted`."""

    keep: bool


@dataclass(frozen=True, slots=True)
class Prepare:
    """Answer `PayoutReadied` or `PayoutNotReadied`."""

    yen: int
    pieces: int


@dataclass(frozen=True, slots=True)
class Dispense:
    """Pay out once. Answer `PayoutEnded`."""

    ticket: DispenseTicket


@dataclass(frozen=True, slots=True)
class ResolveTicket:
    """Move nothing; answer `PayoutEnded` by the hopper's counters."""

    ticket: DispenseTicket


@dataclass(frozen=True, slots=True)
class AskPrinter:
    """Answer `PrinterSeen`."""


@dataclass(frozen=True, slots=True)
class FollowJob:
    """Answer `JobSeen` or `JobOutOfSight` again and again until another order."""

    title: str


@dataclass(frozen=True, slots=True)
class LeaveJob:
    """Follow no job any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountSheets:
    """Ask everybody who counts what came of the copy that has ended. Answer `SheetsCounted` once
    nobody contradicts, at the latest after `within_s`. Ends `FollowJob`."""

    title: str
    claim: SheetCount
    """What the device itself said of the job."""
    life: int
    """The engine's counter before the copy, or -1."""
    machine: str
    """The printer it was read from, or ""."""
    believes: tuple[Tray, ...]
    """What the tray's sensor may tell of this copy."""
    within_s: float


@dataclass(frozen=True, slots=True)
class CancelJob:
    """Tell the device to cancel. Answer `CancelNotTaken` if it does not."""

    title: str


@dataclass(frozen=True, slots=True)
class ContainSpooler:
    """Kill cupsd, wipe its spool, start it anew. Answer `SpoolerContained`."""

    reason: str


@dataclass(frozen=True, slots=True)
class ClearSpool:
    """No copy of this resident is to come any more: a document that still lies in the spool in a
    moment is destroyed with the spooler. Answer `SpoolerContained`, only then."""


@dataclass(frozen=True, slots=True)
class WatchTray:
    """Answer `PaperGone` when the output tray is empty."""


@dataclass(frozen=True, slots=True)
class LeaveTray:
    """Watch the tray no more."""


@dataclass(frozen=True, slots=True)
class PrintSlip:
    """Print the receipt. Answer `SlipPrinted`."""

    settled: Settled
    language: str
    certificate: str


@dataclass(frozen=True, slots=True)
class PowerCardOff:
    """Unpower whatever card lies on the reader: its visit is dead."""


@dataclass(frozen=True, slots=True)
class QueueReport:
    """Keep the report and send it until the centre acknowledges. Answer `ReportSent`."""

    digest: str
    body: bytes


@dataclass(frozen=True, slots=True)
class DropReport:
    """The centre has the report, and the journal says so: its file may go."""

    digest: str


@dataclass(frozen=True, slots=True)
class ComposeOutcome:
    """Answer `OutcomeComposed`: the report of a visit that can no longer write its own."""

    due: Due


Command = (
    Write
    | GoOn
    | Tell
    | HandGlass
    | KillVisit
    | StartTimer
    | StopTimer
    | ResumeCoins
    | SetAccept
    | RouteBill
    | DivertCoins
    | Prepare
    | Dispense
    | ResolveTicket
    | AskPrinter
    | FollowJob
    | LeaveJob
    | CountSheets
    | CancelJob
    | ContainSpooler
    | ClearSpool
    | WatchTray
    | LeaveTray
    | PrintSlip
    | PowerCardOff
    | QueueReport
    | DropReport
    | ComposeOutcome
)

NEEDS_JOURNAL = (
    DivertCoins, Prepare, Dispense, PrintSlip, QueueReport, DropReport, ComposeOutcome, GoOn,
    FollowJob,
)  # fmt: skip
"""What may not go out once the journal cannot be written, besides letting coins in and telling
the visit to go ahead."""


def allowed_without_journal(command: Command) -> bool:
    """Whether a command still goes out when the entries before it could not be written."""
    match command:
        case SetAccept(values):
            return not values
        case RouteBill(stack):
            return not stack
        case Tell(value):
            return not isinstance(value, link.PrintGranted | link.CoinsOpen)
        case _:
            return not isinstance(command, NEEDS_JOURNAL)
