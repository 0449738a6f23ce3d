"""The composition root: a configuration becomes drivers, workers and a supervisor.

The only module that knows which driver stands behind which contract. Shells are imported when
they are built, so that a machine without a device's library can still check its configuration.
"""

import datetime
import importlib.metadata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.clock import Clock, SystemClock
from drivers.coin.contract import CoinVendor
from drivers.printer.contract import PrinterConfig, PrinterWatch, Spooler, TraySensor
from drivers.receipt.contract import ReceiptPrinter
from kiosk.config import Config
from kiosk.journal.memory import carried_over, fold
from kiosk.journal.reader import Reading
from kiosk.journal.reports import Due
from kiosk.journal.writer import JournalFile, JournalWriter
from kiosk.runtime.attendant import AttendantDesk
from kiosk.runtime.coin_worker import CoinWorker
from kiosk.runtime.identity_worker import IdentityWorker
from kiosk.runtime.outbox import Outbox, OutboxWorker
from kiosk.runtime.print_worker import PrintWorker
from kiosk.runtime.processes import VisitProcesses
from kiosk.runtime.small_workers import CardPowerWorker, ReceiptWorker
from kiosk.runtime.spawn import Spawned, visit_command
from kiosk.runtime.spool_worker import SpoolWorker
from kiosk.runtime.supervisor import Crew, Inbox, Supervisor
from kiosk.settle import happened as h
from kiosk.settle.model import Settlement, State

if TYPE_CHECKING:
    from kiosk.center_client import CenterConfig

BY_THE_SUPERVISOR = 2
"""Number of an outcome (M10) after those that a visit sends itself."""
JOURNAL_FILE_BYTES = 2_000_000
"""Some 6,000 records, a few weeks; a start reads and checks the present file in 0.2 s."""
_DISTRIBUTION = "certificate-kiosk"


@dataclass(frozen=True, slots=True)
class Devices:
    """What the supervisor's workers hold."""

    coins: CoinVendor
    watch: PrinterWatch
    spooler: Spooler
    receipt: ReceiptPrinter


def clock_of(config: Config) -> SystemClock:
    """The machine's clock, shifted as a demonstration may ask."""
    return SystemClock(config.terminal.clock_offset_s)


def build_devices(config: Config, clock: Clock) -> Devices:
    """The drivers. Opens nothing yet; a device that is missing shows when it is asked."""
    from drivers.coin.vendor import coin_vendor
    from drivers.printer.ipp import IppPrinterWatch
    from drivers.printer.spooler import PrivateCupsd
    from drivers.receipt.escpos import EscposReceiptPrinter

    return Devices(
        coins=coin_vendor(config.coin, clock),
        watch=IppPrinterWatch(config.printer, clock, tray_sensor(config.printer, clock)),
        spooler=PrivateCupsd(config.printer, clock),
        receipt=EscposReceiptPrinter(config.receipt, clock),
    )


def tray_sensor(config: PrinterConfig, clock: Clock) -> TraySensor | None:
    """The output tray's own sensor, where there is one beside the printer."""
    if config.tray == "serial":
        from drivers.printer.tray_serial import SerialTraySensor

        return SerialTraySensor(config.tray_port, clock)
    if config.tray == "gpio":
        from drivers.printer.tray_gpio import GpioTraySensor

        return GpioTraySensor(config, clock)
    return None


def build_crew(
    config: Config, devices: Devices, clock: Clock, inbox: Inbox, quiet: Callable[[], bool]
) -> Crew:
    """A thread for each device, none started yet. `quiet`: whether nobody is being served."""
    from drivers.card.pcsc import power_off_all

    return Crew(
        coins=CoinWorker(devices.coins, config.coin.poll_s, clock, inbox.put),
        printer=PrintWorker(devices.watch, devices.spooler.sheets_made, clock, inbox.put),
        spooler=SpoolWorker(devices.spooler, inbox.put),
        receipt=ReceiptWorker(devices.receipt, config.terminal.name, clock.utc, inbox.put),
        outbox=OutboxWorker(
            _outbox(config),
            lambda body: _post_outcome(config.center, body),
            lambda due: outcome_body(due, int(clock.utc().timestamp())),
            clock,
            inbox.put,
        ),
        card=CardPowerWorker(lambda: power_off_all(config.card, clock), inbox.put),
        identity=_identity_worker(config.center, clock, inbox, quiet),
    )


def _outbox(config: Config) -> Outbox:
    return Outbox(Path(config.journal.directory) / "outbox")


def _identity_worker(
    config: "CenterConfig", clock: Clock, inbox: Inbox, quiet: Callable[[], bool]
) -> IdentityWorker | None:
    """None where certificate and key are two files: those no program can switch at once."""
    from kiosk.identity import Identity

    if config.certificate != config.key:
        return None
    return IdentityWorker(Identity(config, clock).renew, quiet, clock, inbox.put)


def build_supervisor(
    path: Path, config: Config, clock: Clock, first: Spawned | None = None
) -> tuple[Supervisor, h.Booted]:
    """The supervisor, and the event that starts it. `first`: a visit's process, already loading.

    Raises JournalBusy, JournalDamaged, OSError, DeviceError (`printer.not_ipp`).
    """
    inbox = Inbox()
    file = JournalFile(Path(config.journal.directory))
    try:
        devices = build_devices(config, clock)
        crew = build_crew(
            config, devices, clock, inbox, lambda: supervisor.model.state is State.IDLE
        )
    except BaseException:
        file.close()
        raise
    reading = file.reading
    memory = fold((record.entry for record in reading.records), config.float)
    if reading.length > JOURNAL_FILE_BYTES and not memory.unfinished:
        file.continue_in_new_file(
            carried_over(memory), clock.utc().isoformat(timespec="milliseconds")
        )
    model = Settlement(memory=memory, limits=config.limits, sheet_s=config.printer.sheet_s)
    command = visit_command(str(path))
    processes = VisitProcesses(command, inbox.put, clock, config.limits.beat_s, first)
    journal = JournalWriter(file, clock)
    booted = h.Booted(
        version=importlib.metadata.version(_DISTRIBUTION),
        mode=config.terminal.mode,
        torn=len(reading.torn),
        quiet_s=quiet_s(reading, clock.utc()),
        kept=_outbox(config).digests(),
    )
    supervisor = Supervisor(model, journal, inbox, crew, processes, clock)
    if config.terminal.attendant:
        desk = AttendantDesk(Path(config.terminal.attendant), inbox.put, lambda: supervisor.model)
        supervisor.at_end(desk.close)
    return supervisor, booted


def quiet_s(reading: Reading, now: datetime.datetime) -> float:
    """Age of the journal's last entry; endless when the clock stands before it."""
    if not reading.records:
        return 0.0
    age = (now - datetime.datetime.fromisoformat(reading.records[-1].at)).total_seconds()
    return age if age >= 0 else float("inf")


def outcome_body(due: Due, at: int) -> bytes:
    """M10 for a visit that can no longer write its own, or whose own is lost; `at` in UTC seconds.

    The centre's name of the visit died with it: ours stands in its place, and the digest of
    the application tells which it was. What the visit may have reported itself before it died
    had a lower number; the centre counts the last word on an application.
    """
    from center.wire.canonical import encode
    from center.wire.messages import Outcome

    return encode(
        Outcome(
            visit=bytes.fromhex(due.visit),
            sequence=BY_THE_SUPERVISOR,
            application=bytes.fromhex(due.application),
            outcome=due.outcome,
            sheets=due.sheets,
            copies_delivered=due.copies,
            kept_yen=due.kept,
            returned_yen=due.returned,
            owed_yen=due.owed,
            failure=due.failure,
            at=at,
        )
    )


def _post_outcome(config: "CenterConfig", body: bytes) -> None:
    from center.wire import endpoints
    from kiosk.center_client import CentreLine

    # A line of its own: the terminal's certificate may have been renewed since the last one.
    CentreLine(config).post(endpoints.OUTCOME, body)
