"""`kiosk calibrate SHEET`: print the calibration sheet just as a certificate is printed.

On its own way to the printer the sheet would be scaled or screened, and would speak of another
driver than the one that prints certificates. So it goes through a spooler and a queue of the
terminal's own kind. The configuration is not changed: whoever looks at the print decides.
"""

import argparse
import secrets
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from drivers.clock import Clock
from drivers.errors import DeviceError
from drivers.printer.contract import JobProgress, JobState, PrinterWatch
from drivers.reasons import REASONS
from kiosk.calibration import how_to_choose, sentences
from kiosk.config import Config, ConfigError, load

UNFIT = 3
_POLL_S = 0.2


def add_parser(subparsers: Any) -> None:
    """Mount `calibrate`; it sets `run(arguments) -> status`."""
    parser = subparsers.add_parser(
        "calibrate", help="print the calibration sheet of `kiosk-center calibrate`"
    )
    parser.add_argument("sheet", type=Path, help="the sheet (PDF)")
    parser.add_argument("--config", type=Path, required=True, help="the terminal's firmware.toml")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Status 0 when the printer says that the sheet came out, 1 when not, 3 for what was given."""
    from kiosk.journal.writer import in_use
    from kiosk.runtime.board import clock_of

    try:
        config, sheet = load(arguments.config), arguments.sheet.read_bytes()
    except (ConfigError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return UNFIT
    if in_use(Path(config.journal.directory)):
        sys.stderr.write("the terminal is running and holds the printer; stop it first\n")
        return 1
    try:
        told = calibrate(config, clock_of(config), sheet)
    except DeviceError as error:
        reason = error.reason
        told = tuple(filter(None, (f"{reason.name}: {reason.what}", error.detail, reason.advice)))
        sys.stderr.write("\n".join(told) + "\n")
        return 1
    sys.stdout.write("\n".join(told) + "\n")
    return 0


def calibrate(config: Config, clock: Clock, sheet: bytes) -> tuple[str, ...]:
    """Print the sheet, wait for the printer's word, and say how to go on.

    Limit `printer.sheet_s`, after which the job is cancelled. Raises DeviceError: the printer's
    reason, or `printer.spooler` for a sheet that did not come out.
    """
    from drivers.printer.ipp import IppPrinterWatch

    watch = IppPrinterWatch(config.printer, clock)
    able = watch.capabilities()
    for trouble in watch.status().troubles:
        raise DeviceError(trouble)
    done = _printed(config, clock, watch, sheet)
    if done.state != JobState.COMPLETED:
        watch.cancel(done.title)
        troubles = [f"{name}: {REASONS[name].what}" for name in done.troubles]
        raise DeviceError("printer.spooler", "; ".join(troubles) or f"the job is {done.state}")
    _, *latent = sentences(config, able)
    return "The sheet was printed as certificates are.", how_to_choose(config, able), latent[-1]


def _printed(config: Config, clock: Clock, watch: PrinterWatch, sheet: bytes) -> JobProgress:
    """What the printer said last of the job. The spooler lives only as long."""
    from drivers.printer.cups import CupsHandover
    from drivers.printer.spooler import PrivateCupsd

    # The unit's runtime directory goes with the terminal that was stopped.
    place = tempfile.mkdtemp(prefix="k")
    settings = replace(config.printer, runtime_dir=place)
    spooler, title = PrivateCupsd(settings, clock), secrets.token_hex(8)
    try:
        spooler.start()
        CupsHandover(spooler.server, settings.queue).submit(title, sheet)
        end_s = clock.monotonic_s() + settings.sheet_s
        while not (seen := watch.follow(title)).ended and clock.monotonic_s() < end_s:
            clock.sleep(_POLL_S)
    finally:
        spooler.contain()
        shutil.rmtree(place, ignore_errors=True)
    return seen
