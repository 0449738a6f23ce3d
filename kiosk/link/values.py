"""What visit and supervisor say to one another. Values only; no wire, no clock.

The visit asks, the supervisor journals (fsync) and then acts or acknowledges. Nothing here
names a person, a certificate or a card: the supervisor outlives the visit.
All money is yen as int. `title` is the random title of one print job (one copy).
"""

from dataclasses import dataclass

# --- visit -> supervisor -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenVisit:
    """A resident began. Answer: `VisitGranted` or `VisitRefused`."""

    visit: str
    """Random reference of this visit in the journal (16 hex digits), made by the visit."""


@dataclass(frozen=True, slots=True)
class Note:
    """Journal this step: `kind` is a row of the journal's table, `fields` its public fields."""

    kind: str
    fields: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, slots=True)
class AskChange:
    """Could `due_yen` be taken, with change and full repayment? Answer: `ChangeState`."""

    due_yen: int


@dataclass(frozen=True, slots=True)
class AcceptCoins:
    """Take coins until `due_yen` is covered. Answers: `CoinsOpen`, then `CoinIn`...

    `application` is the digest of the application (hex): it names the transaction.
    """

    application: str
    due_yen: int
    copies: int
    fee_each_yen: int


@dataclass(frozen=True, slots=True)
class CancelPayment:
    """Give back all that was inserted. Answer: `CoinsReturned`. Refused once printing began."""


@dataclass(frozen=True, slots=True)
class PrintCopy:
    """Intent to print copy `copy` (1..copies) of `sheets` sheets as job `title`.

    Answer: `PrintGranted` (journaled; now stream) or `PrintRefused`.
    """

    title: str
    copy: int
    sheets: int


@dataclass(frozen=True, slots=True)
class CopyStreamed:
    """The spooler has all bytes of `title`."""

    title: str


@dataclass(frozen=True, slots=True)
class CopyNotStreamed:
    """The spooler refused or broke; whether the job exists only the device knows."""

    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class PrintReceipt:
    """Print the receipt of this transaction. Answer: `ReceiptOut`."""

    language: str
    certificate: str
    """The certificate's Japanese name, e.g. 住民票の写し."""


@dataclass(frozen=True, slots=True)
class Report:
    """Send this encoded outcome (M10) to the centre, now or later, exactly once in effect."""

    body: bytes


@dataclass(frozen=True, slots=True)
class CloseVisit:
    """The visit ends; the process exits when `VisitClosed` came. `outcome` is a journal word:
    issued, issued_partly, cancelled, timed_out, refused, failed."""

    outcome: str
    failure: str = ""


@dataclass(frozen=True, slots=True)
class SpareReady:
    """A spare is warm: everything is imported, `TakeGlass` would show a screen at once."""


@dataclass(frozen=True, slots=True)
class GlassBeat:
    """The glass is alive. Sent twice in `[limits] beat_s` by the thread that paints, from
    `TakeGlass` on; a visit that is silent for `beat_s` is killed (`kiosk.runtime.pulse`)."""


# --- supervisor -> visit -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TakeGlass:
    """To a spare: you are the visit now; open the window and show the first screen."""

    trouble: str = ""
    """Why service is closed (a reason's name), or empty."""
    apology: str = ""
    """The last visit died: what the resident must be told (`visit.died.*`), or empty."""
    settling: bool = False
    """Its money and paper are being settled; `MoneySettled` or `CoinsReturned` follows."""
    kept_yen: int = 0
    """What was settled before it died."""
    returned_yen: int = 0
    owed_yen: int = 0


@dataclass(frozen=True, slots=True)
class VisitGranted:
    """Devices are clear; the visit is journaled."""


@dataclass(frozen=True, slots=True)
class VisitRefused:
    """No visit now: `reason` (tray not empty, printer busy, coin line lost ...)."""

    reason: str


@dataclass(frozen=True, slots=True)
class ServiceState:
    """Sent whenever it changes: "" or the reason for which service is closed."""

    trouble: str


@dataclass(frozen=True, slots=True)
class Tender:
    """Every value this machine ever takes, coins and bills, whatever is let in just now. Sent
    before each `ChangeState`."""

    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ChangeState:
    """`coins`: values that may be inserted for that fee; empty: not even one (`exact_only`
    says whether the exact amount would be taken)."""

    due_yen: int
    coins: tuple[int, ...]
    exact_only: bool = False


@dataclass(frozen=True, slots=True)
class CoinsOpen:
    """Coins are accepted now."""

    coins: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CoinIn:
    """A coin came in and is on disk. `total_yen` inserted so far; `coins` taken from now on."""

    yen: int
    total_yen: int
    coins: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PaymentCovered:
    """The fee is covered and the acceptor is shut."""

    total_yen: int


@dataclass(frozen=True, slots=True)
class ReturnAsked:
    """The resident pulled the return lever: as if cancel was pressed."""


@dataclass(frozen=True, slots=True)
class CoinsReturned:
    """The payment was undone: what physically came out, and what is still owed (a case)."""

    returned_yen: int
    owed_yen: int
    case: str = ""


@dataclass(frozen=True, slots=True)
class PrintGranted:
    """The intent is on disk; stream the document now."""

    title: str


@dataclass(frozen=True, slots=True)
class PrintRefused:
    """The printer is not clear; nothing was printed."""

    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class SheetsOut:
    """Progress by the device's count."""

    title: str
    sheets: int


@dataclass(frozen=True, slots=True)
class CopyPrinted:
    """All sheets of that copy are out, counted at the device."""

    title: str
    evidence: str


@dataclass(frozen=True, slots=True)
class CopyFailed:
    """That copy will not come whole. `sheets` came out; `known` is False when nobody can say.

    Nothing is printed again by itself.
    """

    title: str
    sheets: int
    reason: str
    known: bool = True


@dataclass(frozen=True, slots=True)
class PrinterWaits:
    """The job stands still and may go on (`reason`: paper out, jam ...); "" when it goes on."""

    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class MoneySettled:
    """After the last copy: kept for what was delivered, given back, and still owed."""

    kept_yen: int
    returned_yen: int
    owed_yen: int
    case: str = ""


@dataclass(frozen=True, slots=True)
class PaperTaken:
    """The tray is empty (sensor), or `sensor=False`: no sensor, believe the resident."""

    sensor: bool = True


@dataclass(frozen=True, slots=True)
class ReceiptOut:
    """The slip is out, or `reason` why not."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class DeviceTrouble:
    """A device failed during the visit; `reason` is a name of `drivers.reasons`."""

    reason: str


@dataclass(frozen=True, slots=True)
class VisitClosed:
    """Everything is on disk; exit now."""


ToSupervisor = (
    OpenVisit
    | Note
    | AskChange
    | AcceptCoins
    | CancelPayment
    | PrintCopy
    | CopyStreamed
    | CopyNotStreamed
    | PrintReceipt
    | Report
    | CloseVisit
    | SpareReady
    | GlassBeat
)
ToVisit = (
    TakeGlass
    | VisitGranted
    | VisitRefused
    | ServiceState
    | Tender
    | ChangeState
    | CoinsOpen
    | CoinIn
    | PaymentCovered
    | ReturnAsked
    | CoinsReturned
    | PrintGranted
    | PrintRefused
    | SheetsOut
    | CopyPrinted
    | CopyFailed
    | PrinterWaits
    | MoneySettled
    | PaperTaken
    | ReceiptOut
    | DeviceTrouble
    | VisitClosed
)
