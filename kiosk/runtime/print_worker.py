"""The printer's thread: asks the device itself. Hands nothing over; that is the visit's part."""

from drivers.clock import Clock
from drivers.errors import DeviceError
from drivers.printer.contract import PrinterWatch, Tray
from kiosk.runtime.worker import Post, Worker
from kiosk.settle import commands as c
from kiosk.settle import happened as h
from kiosk.settle.service import most_telling

_FOLLOW_S = 0.15
"""A sheet is on the screen a moment after it is in the tray."""
_TRAY_S = 0.3
_STATUS_S = 15.0
"""At rest; before a visit and before money the printer is asked anyway."""
_MENDING_S = 2.0
"""While something is wrong: somebody may be putting it right."""


class PrintWorker(Worker):
    """Carries out `AskPrinter`, `FollowJob`, `LeaveJob`, `CancelJob`, `WatchTray`, `LeaveTray`."""

    def __init__(self, watch: PrinterWatch, clock: Clock, post: Post) -> None:
        super().__init__("printer", post)
        self._watch = watch
        self._clock = clock
        self._title = ""
        self._tray = False
        self._troubled = False

    @property
    def _idle_s(self) -> float:
        if self._title:
            return _FOLLOW_S
        if self._tray:
            return _TRAY_S
        return _MENDING_S if self._troubled else _STATUS_S

    def _do(self, order: object) -> None:
        match order:
            case c.AskPrinter():
                self._post(h.PrinterSeen(self._watch.status()))
            case c.FollowJob(title):
                self._title = title
                self._follow()
            case c.LeaveJob():
                self._title = ""
            case c.CancelJob(title):
                self._watch.cancel(title)
            case c.WatchTray():
                self._tray = True
            case c.LeaveTray():
                self._tray = False
            case _:
                raise TypeError(f"not an order for the printer: {type(order).__name__}")

    def _idle(self) -> None:
        if self._title:
            self._follow()
            return
        status = self._watch.status()
        if self._tray:
            self._look_at_tray(status.tray)
        else:
            self._troubled = bool(status.troubles)
            self._post(h.TroubleSeen("printer", most_telling(status.troubles)))

    def _follow(self) -> None:
        try:
            self._post(h.JobSeen(self._watch.follow(self._title)))
        except DeviceError as error:
            self._post(h.JobOutOfSight(self._title, error.reason.name))

    def _look_at_tray(self, tray: Tray) -> None:
        if tray is not Tray.SHEETS:
            self._tray = False
            self._post(h.PaperGone(sensor=tray is Tray.EMPTY))
