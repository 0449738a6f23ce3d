"""The printer bench: a printer behind the terminal's own spooler, asked directly, and a hand."""

import itertools
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

from drivers.clock import Clock
from drivers.conformance.case import NotApplicable, Undecided, demand
from drivers.conformance.hands import Act
from drivers.conformance.held import held
from drivers.conformance.printer_hands import PrinterHands
from drivers.conformance.printer_page import trial_sheets
from drivers.conformance.timing import Stopwatch
from drivers.conformance.transcript import Recorder
from drivers.errors import DeviceError
from drivers.printer.contract import (
    JobProgress,
    PrinterConfig,
    PrinterStatus,
    PrinterWatch,
    Spooler,
    Tray,
)
from drivers.printer.cups import CupsHandover
from drivers.printer.ipp_attributes import request, strings
from drivers.printer.ipp_codec import Attribute, Message, encode_message
from drivers.printer.ipp_http import IppAddress, IppConversation
from drivers.printer.ledger import SheetCount
from drivers.printer.tables import PDF, Operation, Tag

_LOOK_S = 0.03
_ASK_S = 3.0

OpenWatch = Callable[[PrinterConfig, Clock], PrinterWatch]


@dataclass(frozen=True, slots=True)
class PrinterSetup:
    """Which printer, and how long it may take."""

    config: PrinterConfig
    spooler: Spooler
    open_watch: OpenWatch
    job_s: float
    """How long a job of a few sheets may take, or a change may take to be told."""
    quiet_s: float
    """Nothing came for so long: nothing will."""
    end: Callable[[], None]
    """Gives everything back that the set-up took."""


class PrinterBench:
    """What the printer cases touch. Belongs to one thread."""

    def __init__(self, setup: PrinterSetup, act: Act, clock: Clock) -> None:
        self._setup = setup
        self._act = act
        self.config = setup.config
        self.clock = clock
        self.recorder = Recorder(clock)
        self.hands = PrinterHands(act, self.recorder)
        self.stopwatch = Stopwatch(clock)
        self.learned: dict[str, Any] = {}
        """Nothing: the device is asked for its profile."""
        self.watch = held(lambda: setup.open_watch(setup.config, clock), PrinterWatch)
        self._address = IppAddress.parse(setup.config.device_uri)
        self._handover = CupsHandover(setup.spooler.server, setup.config.queue)
        self._run, self._numbers = secrets.token_hex(4), itertools.count(1)

    # --- asking -------------------------------------------------------------------------------

    def status(self) -> PrinterStatus:
        """What it says now; timed."""
        with self.stopwatch.span("status"):
            found = self.watch.status()
        self.recorder.note(f"status {' '.join(found.obstacles) or 'clear'}, tray {found.tray}")
        return found

    def follow(self, title: str) -> JobProgress:
        """What it says of that job; timed."""
        with self.stopwatch.span("follow"):
            found = self.watch.follow(title)
        counts = f"{found.state.name} sides {found.impressions} sheets {found.sheets}"
        self.recorder.note(f"job {counts} {' '.join(found.troubles)}".rstrip())
        return found

    def ask(self, operation: int, *attributes: Attribute) -> Message:
        """One IPP request as it is; the answer whatever its status."""
        with IppConversation(self._address, self.clock, _ASK_S) as printer:
            answer = printer.ask(operation, *attributes)
        self.recorder.note(f"IPP 0x{operation:04x} answered 0x{answer.code:04x}")
        return answer

    def until(self, holds: Callable[[], bool], otherwise: str, limit_s: float = 0.0) -> None:
        """Ask until `holds()`. Raises Violation with `otherwise` after the limit."""
        until_s = self.clock.monotonic_s() + (limit_s or self._setup.job_s)
        while not holds():
            demand(self.clock.monotonic_s() < until_s, otherwise)
            self.clock.sleep(_LOOK_S)

    def await_trouble(self, trouble: str, title: str = "") -> None:
        """Until the printer, or the job if one is named, says this trouble."""

        def said() -> bool:
            told = self.follow(title).troubles if title else self.status().troubles
            return trouble in told

        self.until(said, f"{trouble} is not said")

    def await_ended(self, title: str) -> JobProgress:
        """Until the device has done with that job."""
        with self.stopwatch.span("job"):
            self.until(lambda: self.follow(title).ended, "the job does not end")
        return self.follow(title)

    def wait_for_nothing(self) -> None:
        """Give it the time in which another sheet would have come."""
        self.clock.sleep(self._setup.quiet_s)

    # --- printing -----------------------------------------------------------------------------

    def submit(self, sheets: int, document: bytes = b"") -> str:
        """Hand test sheets (or `document`) to the spooler; the job's title."""
        title = f"kit{self._run}{next(self._numbers)}"
        self.recorder.note(f"submitted {sheets} sheets")
        self._handover.submit(title, document or trial_sheets(sheets))
        return title

    def printed(self, sheets: int) -> tuple[JobProgress, SheetCount]:
        """Print so many sheets to the end, and ask everybody who counts."""
        before = self.status()
        title = self.submit(sheets)
        seen: list[Tray] = []

        def over() -> bool:
            seen.append(self.watch.look_at_tray())
            return self.follow(title).ended

        with self.stopwatch.span("job"):
            self.until(over, "the job does not end")
        return self.follow(title), self._counted(title, sheets, before, seen)

    def _counted(
        self, title: str, sheets: int, before: PrinterStatus, seen: list[Tray]
    ) -> SheetCount:
        """The ledger of it; what lags behind is waited for."""
        progress = self.follow(title)
        count = SheetCount(
            expected=sheets, whole=True, sheets=progress.sheets, sides=progress.impressions
        )
        until_s = self.clock.monotonic_s() + self._setup.quiet_s
        while True:
            now = self.status()
            seen.append(now.tray)
            known = min(before.life_impressions, now.life_impressions) >= 0
            count = replace(
                count,
                engine=now.life_impressions - before.life_impressions if known else None,
                spooled=self._setup.spooler.sheets_made(title),
                tray=_ever(seen),
            )
            if not count.contradictions or self.clock.monotonic_s() > until_s:
                return count
            self.clock.sleep(_LOOK_S)

    def post(self, document: bytes, *, cut_after: int | None = None) -> None:
        """Print-Job on a connection of our own, cut off after so many bytes of the document.

        Raises NotApplicable for ipps, where the cut would be the encryption's business.
        """
        if self._address.tls:
            raise NotApplicable("the connection is encrypted; half a document cannot be sent")
        head = encode_message(
            request(
                Operation.PRINT_JOB,
                next(self._numbers),
                self._address.uri,
                strings(Tag.NAME, "job-name", f"kit{self._run}{next(self._numbers)}"),
                strings(Tag.MIME_TYPE, "document-format", PDF),
            )
        )
        whole = head + document
        lines = (
            f"POST {self._address.path} HTTP/1.1",
            f"Host: {self._address.host}",
            "Content-Type: application/ipp",
            f"Content-Length: {len(whole)}",
        )
        sent = whole if cut_after is None else head + document[:cut_after]
        where = (self._address.host, self._address.port)
        with socket.create_connection(where, timeout=_ASK_S) as line:
            line.sendall("\r\n".join((*lines, "", "")).encode() + sent)
            if cut_after is None:
                line.recv(1)

    @contextmanager
    def standing(self, sheets: int, paper: int) -> Iterator[str]:
        """A job that stands still for want of paper after `paper` sheets; its title."""
        self.hands.leave_paper(paper)
        title = self.submit(sheets)
        self.await_trouble("printer.paper_out", title)
        self.wait_for_nothing()  # the last sheet may still be on its way
        yield title

    # --- the runner's side --------------------------------------------------------------------

    def settle(self) -> None:
        self.hands.restore_all()
        self.until(self._clear, "it holds jobs or troubles that do not go away")
        if self.watch.look_at_tray() is not Tray.EMPTY:
            with suppress(Undecided):  # without hands the sheets stay where they are
                self.hands.take_paper()

    def _clear(self) -> bool:
        found = self.status()
        if found.busy:
            self.watch.cancel_all()
        return not found.troubles and not found.busy

    def subject(self) -> tuple[str, ...]:
        able = self.watch.capabilities()
        return (f"{able.maker}, {self.watch.status().machine or 'without an identity'}",)

    def profile(self) -> str:
        lines = ["# [printer] as the cases saw it; compare with the maker's manual."]
        try:
            able, tray = self.watch.capabilities(), self.watch.look_at_tray()
        except DeviceError:
            return "\n".join((*lines, ""))
        lines += [
            f"# {able.maker}",
            f'device_uri = "{able.device_uri}"',
            f"direct_pdf = {'true' if able.pdf else 'false'}",
            f'tray = "{"none" if tray is Tray.UNKNOWN else "ipp"}"',
        ]
        return "\n".join((*lines, ""))

    def close(self) -> None:
        self._setup.end()


def _ever(seen: list[Tray]) -> Tray:
    """SHEETS if any look saw one; EMPTY if all saw none."""
    return next((tray for tray in (Tray.SHEETS, Tray.EMPTY) if tray in seen), Tray.UNKNOWN)
