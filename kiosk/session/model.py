"""The session as a value: its state, what is known, what may happen, what may be asked for.

Events are past tense, commands imperative. Nothing here holds a PIN, a certificate, a key or a
document: the session carries counts, tickets and names of failures; names of persons stand in
fields without a repr. No wire, no clock. All money is yen as int.
"""

import enum
from dataclasses import dataclass, field

from kiosk.certificates import Kind, Page, Scope
from ui.model import Look

PIN_DIGITS = 4
"""Of the user-authentication PIN."""


class State(enum.StrEnum):
    """Where a visit stands."""

    CLOSED = "closed"
    APOLOGY = "apology"
    START = "start"
    MENU = "menu"
    CLEAR_READER = "clear_reader"
    PLACE_CARD = "place_card"
    CHECK_CARD = "check_card"
    WHERE = "where"
    NOT_SERVED = "not_served"
    PIN = "pin"
    PIN_WRONG = "pin_wrong"
    READ_CARD = "read_card"
    TAKE_CARD = "take_card"
    WAIT_OFFERS = "wait_offers"
    FORM = "form"
    FETCH = "fetch"
    CHANGE = "change"
    PAY = "pay"
    RETURN = "return"
    RETURNED = "returned"
    PRINT = "print"
    GIVE = "give"
    TAKE_PAPER = "take_paper"
    RECEIPT = "receipt"
    FINISH = "finish"
    REFUSED = "refused"
    LEAVE_CARD = "leave_card"
    END = "end"
    CLOSING = "closing"


class Phase(enum.StrEnum):
    """What is at stake: decides what a failure may still do."""

    FREE = "free"
    DOCUMENT_HELD = "document_held"
    MONEY_HELD = "money_held"
    IRREVOCABLE = "irrevocable"


_PHASES = {
    State.FETCH: Phase.DOCUMENT_HELD,
    State.CHANGE: Phase.DOCUMENT_HELD,
    State.PAY: Phase.MONEY_HELD,
    State.RETURN: Phase.MONEY_HELD,
    State.PRINT: Phase.IRREVOCABLE,
    State.GIVE: Phase.IRREVOCABLE,
    State.TAKE_PAPER: Phase.IRREVOCABLE,
    State.RECEIPT: Phase.IRREVOCABLE,
}


def phase_of(state: State) -> Phase:
    """The phase of a state; FREE unless the table says otherwise."""
    return _PHASES.get(state, Phase.FREE)


class Aside(enum.StrEnum):
    """What lies over the screen for a moment; the state beneath does not move."""

    NONE = ""
    LANGUAGE = "language"
    LOOK = "look"
    END = "end"
    WARNING = "warning"


# --- what the municipality offers --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the household. `ref` is random for this visit; the name is never logged."""

    ref: str
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Item:
    """A statement that may be on the certificate. `warns`: choosing it must be confirmed."""

    id: str
    on: bool = False
    warns: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """One certificate as the municipality offers it now."""

    certificate: str
    fee_yen: int
    copies_max: int
    kinds: tuple[Kind, ...] = ()
    items: tuple[Item, ...] = ()
    languages: tuple[str, ...] = ()
    message: tuple[tuple[str, str], ...] = ()
    """(language, text); where the language is missing, the Japanese text is shown."""
    hours: str = ""
    unavailable: str = ""
    """"" or why not now: `hours`, `maintenance`."""


@dataclass(frozen=True, slots=True)
class Offers:
    """The municipality's one answer: everything the form needs."""

    municipality: str
    offers: tuple[Offer, ...]
    applicant: str
    """ref of the card's holder."""
    members: tuple[Member, ...] = ()
    code: str = ""
    """The municipality's code, for the journal."""

    def offer(self, certificate: str) -> Offer | None:
        """The offer of that certificate, if there is one."""
        return next((one for one in self.offers if one.certificate == certificate), None)

    def name(self, ref: str) -> str:
        """The printed name of a member, "" for an unknown ref."""
        return next((one.name for one in self.members if one.ref == ref), "")


@dataclass(frozen=True, slots=True)
class Form:
    """What the resident chose so far. `fixing`: came from the check and goes back there."""

    page: Page = Page.CERTIFICATE
    certificate: str = ""
    kind: Kind | None = None
    members: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()
    copies: int = 1
    warned: frozenset[str] = frozenset()
    """Items whose warning was read and confirmed."""
    fixing: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """The application as the resident made it; refs only, no name."""

    certificate: str
    kind: str
    items: tuple[str, ...]
    persons: tuple[str, ...]
    copies: int
    fee_yen: int
    """Of all copies together."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy in the vault: its ticket, the random title of its job, its sheets."""

    ticket: str
    title: str
    sheets: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """The documents of this visit, checked and in the vault; no content."""

    application: str
    """Digest of the application (hex): names the transaction."""
    fee_yen: int
    copies: tuple[Copy, ...]


@dataclass(frozen=True, slots=True)
class Money:
    """What the supervisor said of the coins; the visit adds nothing up."""

    due: int = 0
    inserted: int = 0
    kept: int = 0
    returned: int = 0
    owed: int = 0
    case: str = ""
    coins: tuple[int, ...] = ()
    """Values taken now."""
    tender: tuple[int, ...] = ()
    """Values the machine ever takes, coins and bills."""
    change_known: bool = False
    change_coins: tuple[int, ...] = ()
    exact_only: bool = False
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Printing:
    """The run of the printer: copy 1.., sheets out of this copy, of all, and why it waits."""

    copy: int = 0
    sheets_out: int = 0
    sheets_total: int = 0
    copies_done: int = 0
    waits: str = ""
    known: bool = True
    trays: bool = False
    """The tray has been emptied (or has no sensor)."""


DEFAULT_LOOK = Look()


@dataclass(frozen=True, slots=True)
class Session:
    """Everything the screen shows and the rules decide by."""

    visit: str
    state: State = State.START
    look: Look = DEFAULT_LOOK
    aside: Aside = Aside.NONE
    warn_s: int = 30
    """How long a warning counts down; from the configuration."""
    takes_notes: bool = False
    """There is a bill validator; from the configuration, for the words of the first screen."""
    warn_left_s: int = 0
    serial: int = 0
    """Grows with every step that starts the state's time limit again."""
    beats: int = 0
    """How often the state's alert has sounded."""
    open_now: bool = True
    trouble: str = ""
    """Why service is closed: a reason's name, or empty."""
    reader: str = ""
    """Why no card can be read: a failure's name, or empty."""
    granted: bool = False
    opened: bool = False
    card: bool = False
    """A card lies on the reader."""
    scope: Scope = Scope.RESIDENCE
    typed: int = 0
    tries_left: int = 3
    authenticated: bool = False
    offers: Offers | None = None
    form: Form = Form()
    ticket: Ticket | None = None
    money: Money = Money()
    printing: Printing = Printing()
    failure: str = ""
    outcome: str = ""
    """Journal word of how it ended: issued, issued_partly, cancelled, timed_out, refused,
    failed."""
    retry: State | None = None
    """Where もう一度 leads after a refusal; None where it cannot help."""
    heard_stop: bool = False
    """The resident said that the paper was taken."""
    message: tuple[tuple[str, str], ...] = ()
    """The municipality's own words on a refusal, (language, text)."""

    @property
    def phase(self) -> Phase:
        """What is at stake now."""
        return phase_of(self.state)
