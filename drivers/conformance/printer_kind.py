"""The printer suite on the command line: `kiosk-drivers conform printer`."""

import argparse
import subprocess
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from drivers.clock import Clock, SystemClock
from drivers.conformance.hands import Ask, person
from drivers.conformance.kind import Budget, Kind, SetupError, load_class
from drivers.conformance.printer_bench import OpenWatch, PrinterBench
from drivers.conformance.printer_foreign import FOREIGN
from drivers.conformance.printer_hands import PROMPTS, virtual
from drivers.conformance.printer_spooled import (
    REAL,
    VIRTUAL,
    WRONG_PACE,
    Pace,
    bench_on,
    queue_for,
)
from drivers.conformance.printer_suite import SUITE
from drivers.conformance.printer_wrong import BUILDS, WRONG
from drivers.conformance.proof import Specimen
from drivers.printer.ipp import IppPrinterWatch
from drivers.printer.virtual import Build, VirtualPrinter
from drivers.printer.virtual_engine import Machine

BRISK: Final = Machine(first_sheet_s=0.06, sheet_s=0.06)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of a printer."""
    parser.add_argument("--queue", default="", help="a CUPS queue; its ipp(s) device is tried")
    parser.add_argument(
        "--device-uri", default="", help="ipp:// or ipps:// address; none: the virtual printer"
    )
    parser.add_argument("--raster", action="store_true", help="send PWG raster instead of PDF")
    parser.add_argument(
        "--driver",
        default="",
        metavar="PACKAGE.MODULE:CLASS",
        help="a PrinterWatch of your own, made as CLASS(config, clock)",
    )


def setup(chosen: argparse.Namespace) -> dict[str, Any]:
    """The options as JSON values. Raises SetupError."""
    if chosen.queue and chosen.device_uri:
        raise SetupError("Give --queue or --device-uri, not both.")
    uri = device_of(chosen.queue) if chosen.queue else chosen.device_uri
    return {"device_uri": uri, "direct_pdf": not chosen.raster, "driver": chosen.driver}


def device_of(queue: str) -> str:
    """The device behind a queue of the system's CUPS. Raises SetupError."""
    try:
        asked = subprocess.run(
            ["lpstat", "-v", queue], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SetupError(f"--queue {queue}: lpstat cannot be asked: {error}") from error
    _, _, uri = asked.stdout.strip().partition(f"{queue}: ")
    if asked.returncode or not uri:
        raise SetupError(f"--queue {queue}: CUPS has no such queue. Try `lpstat -v`.")
    return uri


def open_bench(settings: Mapping[str, Any], ask: Ask) -> tuple[PrinterBench, Clock]:
    """A bench on a printer with a person, or on a virtual printer."""
    if not settings["device_uri"]:
        return virtual_bench(BRISK, Build(), _watch_of(settings["driver"]))
    clock = SystemClock()
    watch = _watch_of(settings["driver"])
    config = queue_for(settings["device_uri"], direct_pdf=settings["direct_pdf"])
    return bench_on(config, person(ask, PROMPTS), watch, REAL), clock


def virtual_bench(
    machine: Machine, build: Build, watch: OpenWatch = IppPrinterWatch, pace: Pace = VIRTUAL
) -> tuple[PrinterBench, Clock]:
    """A bench on a virtual printer of its own."""
    printer = VirtualPrinter(machine, build=build)
    printer.start()
    try:
        config = queue_for(printer.device_uri)
        return bench_on(config, virtual(printer), watch, pace, printer.stop), SystemClock()
    except BaseException:
        printer.stop()
        raise


def _watch_of(spec: str) -> OpenWatch:
    return load_class(spec) if spec else IppPrinterWatch


KIND: Kind[PrinterBench] = Kind(
    suite=SUITE,
    budget=Budget("--budget-sheets", "how many sheets the cases may print", lambda _: 1),
    add_arguments=add_arguments,
    setup=setup,
    open=open_bench,
    replay=None,
    specimens=(
        *(
            Specimen(name, what, partial(virtual_bench, machine, Build()))
            for name, what, machine in BUILDS
        ),
        *FOREIGN,
        *(
            Specimen(
                wrong.name,
                wrong.what,
                partial(virtual_bench, wrong.machine, wrong.build, pace=WRONG_PACE),
                wrong.killers,
            )
            for wrong in WRONG
        ),
    ),
)
