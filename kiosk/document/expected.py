"""What a delivery must answer: this visit, this card, this application. Values; no wire."""

from dataclasses import dataclass, field

from center.wire.messages import Application
from crypto.roles import Trust


@dataclass(frozen=True, slots=True)
class Expected:
    """Everything the documents of one application are held against."""

    visit: bytes
    terminal: str
    card: bytes = field(repr=False)
    """The card's reference in this visit."""
    application: Application
    digest: bytes
    """D(M7)."""
    names: tuple[tuple[str, str], ...] = field(repr=False)
    """(ref, printed name) of everybody offered."""
    applicant: str
    """ref of the card's holder."""
    birthday: str = field(repr=False)
    """MMDD of the applicant."""


@dataclass(frozen=True, slots=True)
class StatementTrust:
    """Whose statements are believed."""

    centres: Trust
    municipalities: Trust


@dataclass(frozen=True, slots=True)
class PledgedCopy:
    """One copy whose bytes are those that were signed for; nobody has parsed them yet."""

    document: bytes = field(repr=False)
    marks: bytes = field(repr=False)
    document_id: str
    pages: int
