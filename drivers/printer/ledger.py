"""The sheet ledger: what everybody says of one copy, side by side. No wire, no clock.

A copy has so many sheets, each printed on both sides. The device counts sheets and sides of the
job, its engine counts sides over its life, the spooler may know how many sheets it made, and a
sensor sees whether paper lies in the output tray. One of them can be wrong; where two contradict
one another nobody knows what the resident has in hand, and that is what must be said.

Sources: RFC 8011 5.3.18 (job-impressions-completed, job-media-sheets-completed), PWG 5100.7-2019
6.9 (job counters), RFC 3805 prtMarkerLifeCount, PWG 5100.13-2012 (printer-output-tray).
"""

import enum
from dataclasses import dataclass
from typing import Final

from drivers.printer.contract import Tray

SIDES: Final = 2
"""Every sheet of a certificate is printed on both."""


class Witness(enum.StrEnum):
    """Who contradicts the count."""

    SHEETS = "sheets"
    """The job's sheets at the device, against the sheets the copy has."""
    SIDES = "sides"
    """The job's sides at the device."""
    ENGINE = "engine"
    """The engine's own counter."""
    SPOOLER = "spooler"
    """What the spooler made of the document."""
    TRAY = "tray"
    """The output tray's sensor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetCount:
    """What everybody says of one copy that has ended; -1, None and UNKNOWN: nobody can say."""

    expected: int
    """Sheets the copy has, 1.. ."""
    whole: bool
    """The device calls the job completed, or counted all of it; else it gave it up."""
    sheets: int
    """The job's sheets at the device, stacked, or -1."""
    sides: int
    """The job's sides at the device."""
    engine: int | None = None
    """How far the engine's own counter went on since before the copy; None where nobody can say.
    Below zero: it went back, which no counter of sides does."""
    spooled: int = -1
    """Sheets the spooler made of the document; -1 where it passed it on as it was."""
    tray: Tray = Tray.UNKNOWN
    """SHEETS if paper was seen there since the copy began, EMPTY if it never was."""
    jammed: bool = False
    """A jam stood in between: sides of destroyed sheets may be in the counts."""

    @property
    def said(self) -> int:
        """How many sheets are out by the device's own word."""
        return self.sheets if self.sheets >= 0 else self.sides // SIDES

    @property
    def contradictions(self) -> tuple[Witness, ...]:
        """Everybody who cannot be right if `said` is; empty: the books of this copy agree."""
        checks = {
            Witness.SHEETS: self.whole and self.said != self.expected,
            Witness.SIDES: not self._plausible(self.sides),
            Witness.ENGINE: self.engine is not None and not self._plausible(self.engine),
            Witness.SPOOLER: self.spooled >= 0 and self.spooled != self.expected,
            Witness.TRAY: self.tray is (Tray.EMPTY if self.said else Tray.SHEETS),
        }
        return tuple(witness for witness, contradicts in checks.items() if contradicts)

    def _plausible(self, sides: int) -> bool:
        """Whether so many sides fit so many sheets.

        A job that was given up may have left one sheet inside, printed or not.
        """
        least = SIDES * self.said
        most = least if self.whole else least + SIDES
        return least <= sides and (self.jammed or sides <= most)
