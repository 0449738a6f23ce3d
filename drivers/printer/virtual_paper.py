"""Paper and trays of the virtual printer: the physical truth, without a clock or a lock.

`virtual_engine.Engine` holds the lock around every call.
"""

from dataclasses import dataclass, field
from typing import Final

from drivers.printer.tables import A4
from drivers.printer.virtual_sheets import Sheet, Side

_FEW_SHEETS: Final = 10
"""From here down a printer warns that paper runs low."""

Pair = tuple[Side, Side | None]
"""Front and back of one sheet."""


@dataclass(slots=True)
class PaperPath:
    """Where every sheet is."""

    paper: int
    """Sheets in the input tray."""
    tray_capacity: int
    media: str = A4
    conditions: set[str] = field(default_factory=set)
    """Jam, open cover, empty toner, pause: `printer-state-reasons` keywords."""
    tray: list[Sheet] = field(default_factory=list)
    delivered: list[Sheet] = field(default_factory=list)
    """Every sheet that ever came out, taken or not."""
    destroyed: int = 0
    life_impressions: int = 0
    until_jam: int | None = None
    """The sheet after so many more jams; None: none does."""
    until_abort: int | None = None
    """The job is given up after so many more sheets; None: it is not."""
    moving: bool = False
    astray: int = 0
    """So many of the next sheets slip behind the tray: counted, and in nobody's hand."""

    def blocked(self) -> tuple[str, ...]:
        """Why no sheet can be fed, as keywords."""
        found = sorted(self.conditions)
        if self.paper <= 0:
            found.append("media-empty")
        if self.media != A4:
            found.append("media-needed")
        if len(self.tray) >= self.tray_capacity:
            found.append("output-area-full")
        return tuple(found)

    def warnings(self) -> tuple[str, ...]:
        """What will stop it soon, as keywords."""
        return ("media-low",) if 0 < self.paper <= _FEW_SHEETS else ()

    def pull_in(self) -> None:
        """A sheet leaves the input tray."""
        self.paper -= 1
        self.moving = True

    def jams_here(self) -> bool:
        """Whether the sheet on its way gets stuck now; then it is destroyed."""
        if self.until_jam != 0:
            return False
        self.until_jam = None
        self._destroy()
        return True

    def lose_power(self) -> None:
        """A sheet on its way gets stuck."""
        if self.moving:
            self._destroy()

    def stack(self, title: str, pair: Pair) -> Sheet:
        """The sheet on its way reaches the output tray."""
        sheet = Sheet(len(self.delivered) + 1, title, *pair)
        self.moving = False
        if self.astray:
            self.astray -= 1
            return sheet
        self.delivered.append(sheet)
        self.tray.append(sheet)
        if self.until_jam:
            self.until_jam -= 1
        if self.until_abort:
            self.until_abort -= 1
        return sheet

    def take(self) -> tuple[Sheet, ...]:
        """Empty the output tray."""
        taken, self.tray = tuple(self.tray), []
        return taken

    def _destroy(self) -> None:
        self.conditions.add("media-jam")
        self.destroyed += 1
        self.moving = False
