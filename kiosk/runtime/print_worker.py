"""The printer's thread: asks the device itself. Hands nothing over; that is the visit's part."""

from collections.abc import Callable
from contextlib import suppress

from drivers.clock import Clock
from drivers.errors import DeviceError
from drivers.printer.contract import PrinterWatch, Tray
from kiosk.runtime.worker import Post, Worker
from kiosk.settle import commands as c
from kiosk.settle import happened as h
from kiosk.settle.service import most_telling
from kiosk.settle.sheets import read_counts

_FOLLOW_S = 0.15
"""A sheet is on the screen a moment after it is in the tray."""
_TRAY_S = 0.3
_STATUS_S = 15.0
"""At rest; before a visit and before money the printer is asked anyway."""
_MENDING_S = 2.0
"""While something is wrong: somebody may be putting it right."""
_BLIND_S = 30.0
"""How long a tray that cannot be asked is watched before its sensor is given up."""

SheetsMade = Callable[[str], int]
"""The spooler's count: `Spooler.sheets_made`."""


class PrintWorker(Worker):
    """Carries out `AskPrinter`, `FollowJob`, `LeaveJob`, `CountSheets`, `CancelJob`, `WatchTray`,
    `LeaveTray`."""

    def __init__(
        self, watch: PrinterWatch, sheets_made: SheetsMade, clock: Clock, post: Post
    ) -> None:
        super().__init__("printer", post)
        self._watch = watch
        self._sheets_made = sheets_made
        self._clock = clock
        self._title = ""
        self._count: c.CountSheets | None = None
        self._count_until_s = 0.0
        self._seen = Tray.UNKNOWN
        """SHEETS once paper was seen since the copy began, EMPTY while none was."""
        self._tray = False
        self._blind_since_s: float | None = None
        self._troubled = False
        self._warned: tuple[str, ...] = ()

    @property
    def _idle_s(self) -> float:
        if self._title or self._count:
            return _FOLLOW_S
        if self._tray:
            return _TRAY_S
        return _MENDING_S if self._troubled else _STATUS_S

    def _do(self, order: object) -> None:
        match order:
            case c.AskPrinter():
                status = self._watch.status()
                self._post(h.PrinterSeen(status))
                self._warn(status.warnings)
            case c.FollowJob(title):
                self._title, self._seen = title, Tray.UNKNOWN
                self._follow()
            case c.LeaveJob():
                self._title, self._count = "", None
            case c.CountSheets():
                self._title, self._count = "", order
                self._count_until_s = self._clock.monotonic_s() + order.within_s
                self._count_sheets(order)
            case c.CancelJob(title):
                self._cancel(title)
            case c.WatchTray():
                self._tray, self._blind_since_s = True, None
            case c.LeaveTray():
                self._tray = False
            case _:
                raise TypeError(f"not an order for the printer: {type(order).__name__}")

    def _idle(self) -> None:
        if self._title:
            self._follow()
        elif self._count:
            self._count_sheets(self._count)
        elif self._tray:
            self._look_at_tray()
        else:
            status = self._watch.status()
            self._troubled = bool(status.troubles)
            self._post(h.TroubleSeen("printer", most_telling(status.troubles)))
            self._warn(status.warnings)

    def _cancel(self, title: str) -> None:
        if not self._watch.cancel(title):
            self._post(h.CancelNotTaken(title))

    def _warn(self, warnings: tuple[str, ...]) -> None:
        if warnings != self._warned:
            self._warned = warnings
            self._post(h.DeviceWarned("printer", warnings))

    def _follow(self) -> None:
        try:
            self._post(h.JobSeen(self._watch.follow(self._title)))
        except DeviceError as error:
            self._post(h.JobOutOfSight(self._title, error.reason.name))
            return
        # A sensor that cannot be asked now is asked again; that it is broken, `status` says.
        with suppress(DeviceError):
            self._see(self._watch.look_at_tray())

    def _see(self, tray: Tray) -> None:
        """Remember paper that was seen: a quick hand may have taken it since."""
        if self._seen is not Tray.SHEETS and tray is not Tray.UNKNOWN:
            self._seen = tray

    def _count_sheets(self, order: c.CountSheets) -> None:
        """Ask everybody; counters and sensor may lag behind the job's end for `within_s`, and a
        printer with a counter may be out of reach for a moment."""
        status = self._watch.status()
        self._see(status.tray)
        count = read_counts(order, status, self._sheets_made(order.title), self._seen)
        late = self._clock.monotonic_s() >= self._count_until_s
        unheard = order.life >= 0 and count.engine is None
        if late or not (unheard or count.contradictions):
            self._count = None
            self._post(h.SheetsCounted(order.title, count))

    def _look_at_tray(self) -> None:
        """An empty tray is said once. One that cannot be asked is asked again, not called empty."""
        now_s = self._clock.monotonic_s()
        try:
            tray = self._watch.look_at_tray()
        except DeviceError:
            self._blind_since_s = self._blind_since_s or now_s
            if now_s - self._blind_since_s < _BLIND_S:
                return
            tray = Tray.UNKNOWN
        else:
            self._blind_since_s = None
        if tray is not Tray.SHEETS:
            self._tray = False
            self._post(h.PaperGone(sensor=tray is Tray.EMPTY))
