"""The spooler's thread: keeps the private cupsd running, and destroys it when it must be."""

import logging

from drivers.errors import DeviceError
from drivers.printer.contract import Spooler
from kiosk.runtime.worker import Post, Worker
from kiosk.settle import commands as c
from kiosk.settle import happened as h

_log = logging.getLogger(__name__)

_LOOK_S = 5.0
"""A document that finds no cupsd says so at once; this finds the death that nobody met."""
_AGAIN_S = 5.0
_MOMENT_S = 1.0
"""cupsd removes a document a few milliseconds after it has handed it over."""
DIED = "printer.spooler"


class SpoolWorker(Worker):
    """Carries out `ContainSpooler`, `ClearSpool`; starts cupsd at once, and whenever it died."""

    def __init__(self, spooler: Spooler, post: Post) -> None:
        super().__init__("spooler", post)
        self._spooler = spooler
        self._running = False
        self._clears = False
        """A document that is still held when the moment is over is destroyed."""

    def start(self) -> None:
        """Begin to work: what another run left of cupsd is killed and wiped first."""
        super().start()
        self.order(c.GoOn())

    @property
    def _idle_s(self) -> float:
        if self._clears:
            return _MOMENT_S
        return _LOOK_S if self._running else _AGAIN_S

    def _do(self, order: object) -> None:
        self._clears = isinstance(order, c.ClearSpool)
        if self._clears:
            return
        if isinstance(order, c.ContainSpooler):
            self._spooler.contain()
            self._post(h.SpoolerContained(order.reason))
        self._start_spooler()

    def _idle(self) -> None:
        if self._clears and self._spooler.documents_held():
            _log.warning("a document was still in the spool; it is destroyed")
            self._do(c.ContainSpooler("printer.spooler"))
        self._clears = False
        if self._running and not self._spooler.alive():
            self._spooler.contain()
            self._post(h.SpoolerContained(DIED, unexpected=True))
            self._running = False
        if not self._running:
            self._start_spooler()

    def _start_spooler(self) -> None:
        try:
            self._spooler.start()
        except DeviceError as error:
            self._running = False
            _log.error("cupsd does not start: %s", error.detail)
            self._post(h.TroubleSeen("spooler", error.reason.name))
        else:
            self._running = True
            self._post(h.TroubleSeen("spooler", ""))

    def _close(self) -> None:
        self._spooler.contain()
