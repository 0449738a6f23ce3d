"""Threads with a single task: the receipt, and taking power from a dead visit's card."""

import datetime
from collections.abc import Callable

from drivers.errors import DeviceError
from drivers.receipt.contract import ReceiptPrinter
from kiosk.certificate_names import names_on_slip
from kiosk.runtime.worker import Post, Worker
from kiosk.settle import commands as c
from kiosk.settle import happened as h
from kiosk.settle.slips import receipt_slip


class ReceiptWorker(Worker):
    """Carries out `PrintSlip`; says at the start and after each slip what the printer lacks."""

    def __init__(
        self,
        printer: ReceiptPrinter,
        place: str,
        utc: Callable[[], datetime.datetime],
        post: Post,
    ) -> None:
        super().__init__("receipt", post)
        self._printer = printer
        self._place = place
        self._utc = utc

    def start(self) -> None:
        """Begin to work: a roll that is nearly used up is said before the first slip."""
        super().start()
        self.order(c.GoOn())

    def _do(self, order: object) -> None:
        if isinstance(order, c.PrintSlip):
            self._print(order)
        status = self._printer.status()
        near_end = ("receipt.near_end",) if status.near_end else ()
        self._post(h.DeviceWarned("receipt", (*status.troubles, *near_end)))

    def _print(self, order: c.PrintSlip) -> None:
        at = self._utc()
        names = names_on_slip(order.certificate, order.language)
        slip = receipt_slip(order.settled, self._place, names, order.language, at)
        try:
            self._printer.print(slip)
        except DeviceError as error:
            self._post(h.SlipPrinted(error.reason.name))
        else:
            self._post(h.SlipPrinted(""))


class CardPowerWorker(Worker):
    """Carries out `PowerCardOff`."""

    def __init__(self, power_off: Callable[[], object], post: Post) -> None:
        super().__init__("card-power", post)
        self._power_off = power_off

    def _do(self, order: object) -> None:
        if isinstance(order, c.PowerCardOff):
            self._power_off()
