"""What a session may ask for, in the imperative. Values; no wire, no clock."""

from dataclasses import dataclass

from kiosk.link import values as link
from kiosk.session.model import Choice


@dataclass(frozen=True, slots=True)
class Tell:
    """Send this to the supervisor."""

    value: link.ToSupervisor


@dataclass(frozen=True, slots=True)
class OpenAtCentre:
    """Fetch the challenge of this visit (M1, M2)."""


@dataclass(frozen=True, slots=True)
class IdentifyCard:
    """Recognise the card, read its certificate and the tries left."""


@dataclass(frozen=True, slots=True)
class Authenticate:
    """One dialogue with the card: PIN, signature. Takes the digits from the PIN pad."""

    scope: str


@dataclass(frozen=True, slots=True)
class WipePin:
    """Overwrite the digits typed so far."""


@dataclass(frozen=True, slots=True)
class ReleaseCard:
    """Disconnect and unpower the card."""


@dataclass(frozen=True, slots=True)
class AskOffers:
    """Send the card's proof, get the municipality's offers (M4 to M6)."""


@dataclass(frozen=True, slots=True)
class Apply:
    """Send the application, check what comes and lay it in the vault (M7 to M9)."""

    choice: Choice


@dataclass(frozen=True, slots=True)
class ForgetCentre:
    """Whatever the centre still answers is not wanted any more."""


@dataclass(frozen=True, slots=True)
class Stream:
    """Hand one copy to the spooler."""

    ticket: str
    title: str


@dataclass(frozen=True, slots=True)
class Erase:
    """Erase every document in the vault, and prove it. Idempotent."""


@dataclass(frozen=True, slots=True)
class ReportOutcome:
    """Hand the outcome (M10) to the supervisor's outbox."""

    outcome: str
    failure: str
    sheets: int
    copies: int
    kept_yen: int
    returned_yen: int
    owed_yen: int


@dataclass(frozen=True, slots=True)
class Exit:
    """Forget everything and end the process."""


Command = (
    Tell
    | OpenAtCentre
    | IdentifyCard
    | Authenticate
    | WipePin
    | ReleaseCard
    | AskOffers
    | Apply
    | ForgetCentre
    | Stream
    | Erase
    | ReportOutcome
    | Exit
)
