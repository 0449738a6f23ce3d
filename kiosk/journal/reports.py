"""What the centre is still to be told of visits (M10), as far as the journal knows.

A report lives in a file of the outbox; between the entry that ends a visit and that file the
process may die. So the entry holds all that the report says, and a start makes the report again
whose file is not there. Digests, counts and yen, nothing of a person. No wire, no clock.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from kiosk.journal.entries import Entry, entry

APPLICATION_DIGITS = 64
"""Hexadecimal digits of a digest that the centre can know an application by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The outcome of one visit, which the centre does not have for sure."""

    visit: str
    application: str
    outcome: str = ""
    failure: str = ""
    copies: int = 0
    sheets: int = 0
    kept: int = 0
    returned: int = 0
    owed: int = 0
    digest: str = ""
    """Of the report that was queued for it; empty as long as none was."""

    @classmethod
    def of(cls, what: Entry) -> Self:
        """From the entry `report.due`, whose fields are these."""
        fields: dict[str, Any] = dict(what.fields)
        return cls(**fields)

    def entry(self) -> Entry:
        """The entry `report.due`."""
        return entry("report.due", **asdict(self))


@dataclass(frozen=True, slots=True)
class Reports:
    """Of the present visit, and of earlier ones."""

    last: Due | None = None
    """What would have to be said if the present visit ended now."""
    settled: bool = False
    """Money was asked for in `last`, and settled."""
    digest: str = ""
    """Of the report that the present visit has written itself."""
    sent: bool = False
    """The centre has that one, or will not take it."""
    unsent: tuple[Due, ...] = ()
    """Of visits that have ended, the oldest first."""

    def begun(self) -> "Reports":
        """A visit begins; nothing is to be said of it yet."""
        return Reports(unsent=self.unsent)

    def applied(self, visit: str, application: str) -> "Reports":
        """The visit applied for a certificate."""
        if len(application) != APPLICATION_DIGITS:
            return self
        return replace(self, last=Due(visit=visit, application=application), settled=False)

    def closed(self, due: Due) -> "Reports":
        """A transaction was settled."""
        if len(due.application) != APPLICATION_DIGITS:
            return self
        return replace(self, last=due, settled=True)

    def ended(self, outcome: str, failure: str) -> Due | None:
        """What the centre is to be told now that the present visit ends; None if it was, or if
        there is nothing that the centre could know the visit by."""
        if self.last is None or self.sent:
            return None
        return replace(self.last, outcome=outcome, failure=failure, digest=self.digest)

    def due(self, due: Due) -> "Reports":
        """That is written down. Of a visit only the last counts: it may be ended a second time,
        after a crash in between, and is written again with the report that says so."""
        others = tuple(each for each in self.unsent if each.visit != due.visit)
        return replace(self, unsent=(*others, due))

    def queued(self, digest: str) -> "Reports":
        """A report is on its way to the outbox: the present visit's own, unless an earlier visit
        is known to be told of by it."""
        if any(due.digest == digest for due in self.unsent):
            return self
        return replace(self, digest=digest, sent=False)

    def of_visit(self, visit: str) -> Due | None:
        """What is still to be told of a visit that has ended."""
        return next((due for due in self.unsent if due.visit == visit), None)

    def gone(self, digest: str) -> "Reports":
        """The centre has that report, or staff has it."""
        unsent = tuple(due for due in self.unsent if due.digest != digest)
        return replace(self, unsent=unsent, sent=self.sent or digest == self.digest)

    def lost(self, kept: frozenset[str]) -> tuple[Due, ...]:
        """Those of which the outbox, with these digests, has no file."""
        return tuple(due for due in self.unsent if due.digest not in kept)
