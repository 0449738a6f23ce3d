"""Who carries out the session's commands: threads, the link, the vault. Nothing here blocks."""

import logging
import queue
import threading
from collections.abc import Callable
from typing import Any

from crypto.errors import CheckFailed
from drivers.errors import DeviceError
from drivers.printer.contract import PrintHandover
from kiosk.center_visit import Ended
from kiosk.link import values as link
from kiosk.link.wire import LinkError
from kiosk.runtime.visit_card import CardThread
from kiosk.runtime.visit_centre import CentreThread
from kiosk.runtime.visit_loop import Post
from kiosk.runtime.visit_pin import PinPad
from kiosk.session import commands as cmd
from kiosk.session import events as ev
from kiosk.vault import Vault

_log = logging.getLogger(__name__)

Send = Callable[[link.ToSupervisor], None]


class PrintThread:
    """Streams documents to the spooler, one at a time, straight out of the vault."""

    def __init__(self, handover: PrintHandover, vault: Vault, post: Post) -> None:
        self._handover = handover
        self._vault = vault
        self._post = post
        self._orders: queue.SimpleQueue[cmd.Stream | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="print", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stream(self, order: cmd.Stream) -> None:
        """Order: hand this copy over."""
        self._orders.put(order)

    def stop(self) -> None:
        """No more orders. Idempotent."""
        self._orders.put(None)

    def _run(self) -> None:
        while (order := self._orders.get()) is not None:
            reason = self._submit(order)
            said = ev.NotStreamed(order.title, reason) if reason else ev.Streamed(order.title)
            self._post(said)

    def _submit(self, order: cmd.Stream) -> str:
        """Hand one copy over; why it failed, or ""."""
        try:
            self._handover.submit(order.title, self._vault.take(order.ticket))
        except DeviceError as failed:
            return failed.reason.name
        except CheckFailed as failed:
            return failed.failure
        except Exception as error:  # noqa: BLE001 - the visit must hear of any defect, and end
            # The type alone: a text or a traceback could quote what was being handled.
            _log.error("a copy was not handed over: %s", type(error).__name__)
            return "terminal.defect"
        return ""


class VisitDoer:
    """Begins each command where it belongs. Answers come back as events."""

    def __init__(
        self, send: Send, pad: PinPad, vault: Vault, post: Post, threads: "Threads"
    ) -> None:
        self._send = send
        self._pad = pad
        self._vault = vault
        self._post = post
        self._card = threads.card
        self._centre = threads.centre
        self._print = threads.print
        self._table: dict[type[object], Callable[[Any], None]] = {
            cmd.Tell: lambda c: self._tell(c.value),
            cmd.OpenAtCentre: lambda _: self._centre.open(),
            cmd.IdentifyCard: lambda _: self._card.identify(),
            cmd.Authenticate: lambda c: self._card.authenticate(c.scope, self._pad.take()),
            cmd.WipePin: lambda _: self._pad.wipe(),
            cmd.ReleaseCard: lambda _: self._card.release(),
            cmd.AskOffers: lambda _: self._centre.ask_offers(),
            cmd.Apply: lambda c: self._centre.apply(c.choice),
            cmd.ForgetCentre: lambda _: self._centre.forget(),
            cmd.Stream: self._print.stream,
            cmd.Erase: lambda _: self._erase(),
            cmd.ReportOutcome: self._report,
        }

    def do(self, command: cmd.Command) -> None:
        """Begin `command`."""
        self._table[type(command)](command)

    def _tell(self, value: link.ToSupervisor) -> None:
        try:
            self._send(value)
        except LinkError:
            # The reader of the link says that the supervisor is gone, and that ends the visit.
            _log.warning("%s could not be said", type(value).__name__)

    def _erase(self) -> None:
        erased = self._vault.erase()
        if erased:
            self._post(ev.Erased(erased))

    def _report(self, report: cmd.ReportOutcome) -> None:
        body = self._centre.outcome(Ended(
            report.outcome, report.failure, report.sheets, report.copies,
            report.kept_yen, report.returned_yen, report.owed_yen,
        ))  # fmt: skip
        if body:
            self._tell(link.Report(body))


class Threads:
    """The three threads of a visit."""

    def __init__(self, card: CardThread, centre: CentreThread, print_: PrintThread) -> None:
        self.card = card
        self.centre = centre
        self.print = print_

    def stop(self, timeout_s: float) -> None:
        """Release the card, kill the child process, end the threads."""
        self.print.stop()
        self.centre.stop()
        self.card.stop(timeout_s)
