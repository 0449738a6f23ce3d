"""Fake devices to the drivers' contracts, and a child process that speaks the link."""

import sys
import threading
from collections.abc import Callable

from drivers.coin.contract import (
    CoinEvent,
    CreditCursor,
    DispenseResult,
    DispenseTicket,
    Diverted,
    VendorCapabilities,
    VendorStatus,
)
from drivers.errors import DeviceError, MisuseError
from drivers.printer.contract import JobProgress, PrinterCapabilities, PrinterStatus, Tray
from drivers.receipt.contract import ReceiptStatus, Slip
from tests.kiosk.settle.world import VALUES, Printer, Vending

STUB = (
    sys.executable,
    "-c",
    # A visit that takes the glass, beats, and says on the link what its first line of orders says.
    """
import argparse, socket, sys
from kiosk.link import values as v
from kiosk.link.wire import LinkError, visit_end
p = argparse.ArgumentParser(); p.add_argument("--link-fd", type=int); p.add_argument("--mood")
given = p.parse_args()
end = visit_end(socket.socket(fileno=given.link_fd))
if given.mood == "stillborn": sys.exit(7)
try:
    end.send(v.SpareReady())
    first = end.receive()
    end.send(v.GlassBeat())
    end.send(v.Note("visit.step", (("state", first.apology or "start"),)))
    if given.mood == "pays":
        end.send(v.OpenVisit("00112233aabbccdd"))
    while True:
        said = end.receive()
        if isinstance(said, v.VisitGranted):
            end.send(v.AcceptCoins("ab" * 32, 300, 1, 300))
        if isinstance(said, v.VisitClosed): break
except LinkError:
    pass
end.close()
""",
)


class Events:
    """An inbox a test can wait on."""

    def __init__(self) -> None:
        self.all: list[object] = []
        self._changed = threading.Condition()

    def put(self, event: object) -> None:
        with self._changed:
            self.all.append(event)
            self._changed.notify_all()

    def wait(self, fits: Callable[[object], bool], timeout_s: float = 20.0) -> object:
        """The first event that fits; fails when none comes."""
        with self._changed:
            found = self._changed.wait_for(lambda: [e for e in self.all if fits(e)], timeout_s)
        assert found, f"never came; there were {[type(e).__name__ for e in self.all]}"
        return found[0]

    def wait_kind(self, kind: type, timeout_s: float = 20.0) -> object:
        """The first event of that type."""
        return self.wait(lambda event: isinstance(event, kind), timeout_s)


class FakeVendor:
    """The model machine behind the vendor's contract."""

    poll_every_s = 0.01

    def __init__(self, machine: Vending | None = None) -> None:
        self.machine = machine or Vending()
        self.lost = False
        self.closed = False
        self.set_up = threading.Event()
        self.set_up.set()
        """Clear: it is being set up still."""
        self.troubles: tuple[str, ...] = ()
        self.said: tuple[CoinEvent, ...] = ()
        """What the next poll brings besides coins."""

    def _line(self) -> None:
        if self.lost:
            raise DeviceError("coin.lost")

    def capabilities(self) -> VendorCapabilities:
        self.set_up.wait(20)
        self._line()
        return VendorCapabilities(frozenset((*VALUES, 5)), frozenset(VALUES), ("fake",))

    def status(self) -> VendorStatus:
        return VendorStatus(self.troubles, self.machine.open)

    def route(self, *, stack: bool) -> None:
        raise MisuseError("coin.bill_fault", f"there is no bill validator (stack {stack})")

    def divert(self, *, keep: bool) -> Diverted:
        raise MisuseError("coin.escrow_fault", f"there is no coin escrow (keep {keep})")

    def resume(
        self,
        cursor: CreditCursor | None,
        bills: CreditCursor | None = None,
        *,
        interrupted: bool = True,
    ) -> tuple[CoinEvent, ...]:
        assert bills is None
        del interrupted
        self._line()
        found = tuple(self.machine.since(cursor))
        self.machine.fetched = len(self.machine.events)
        return found

    def accept(self, values: frozenset[int]) -> None:
        self._line()
        self.machine.open = values

    def poll(self) -> tuple[CoinEvent, ...]:
        self.machine.land()
        new = tuple(self.machine.events[self.machine.fetched :])
        self.machine.fetched += len(new)
        said, self.said = self.said, ()
        return new + said

    def prepare(self, yen: int, pieces: int) -> DispenseTicket:
        self._line()
        ticket = self.machine.prepare(yen, pieces)
        assert ticket
        return ticket

    def dispense(self, ticket: DispenseTicket) -> DispenseResult:
        return self.machine.dispense(ticket)

    def resolve(self, ticket: DispenseTicket) -> DispenseResult:
        return self.machine.resolve(ticket)

    def close(self) -> None:
        self.closed = True


class FakeWatch:
    """The model printer behind the watch's contract."""

    def __init__(self, printer: Printer | None = None) -> None:
        self.printer = printer or Printer()
        self.cancelled: list[str] = []

    def capabilities(self) -> PrinterCapabilities:
        return PrinterCapabilities(
            duplex=True,
            colour=True,
            a4=True,
            pdf=True,
            cmyk=True,
            maker="fake",
            device_uri="",
            identity="urn:uuid:fake",
        )

    def status(self) -> PrinterStatus:
        return self.printer.status()

    def follow(self, title: str) -> JobProgress:
        if self.printer.offline:
            raise DeviceError("printer.offline")
        return self.printer.follow(title)

    def look_at_tray(self) -> Tray:
        if self.printer.offline:
            raise DeviceError("printer.offline")
        return self.printer.status().tray

    def cancel(self, title: str) -> bool:
        self.cancelled.append(title)
        return self.printer.obeys

    def cancel_all(self) -> bool:
        return self.cancel("*")


class FakeSpooler:
    """cupsd as far as the supervisor sees it."""

    server = "/nowhere"

    def __init__(self) -> None:
        self.running = False
        self.contained = 0
        self.held = 0
        self.fails = False

    def start(self) -> None:
        if self.fails:
            raise DeviceError("printer.spooler", "it does not start")
        self.running = True

    def alive(self) -> bool:
        return self.running

    def sheets_made(self, title: str) -> int:
        return -1

    def documents_held(self) -> int:
        return self.held

    def contain(self) -> None:
        self.running = False
        self.held = 0
        self.contained += 1


class FakeReceipt:
    """A roll that keeps its slips."""

    def __init__(self) -> None:
        self.slips: list[Slip] = []
        self.reason = ""
        self.now = ReceiptStatus(())

    def status(self) -> ReceiptStatus:
        return self.now

    def print(self, slip: Slip) -> None:
        if self.reason:
            raise DeviceError(self.reason)
        self.slips.append(slip)


__all__ = ["STUB", "Events", "FakeReceipt", "FakeSpooler", "FakeVendor", "FakeWatch"]
