"""A printer bench behind the terminal's own private cupsd."""

import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from drivers.clock import SystemClock
from drivers.conformance.hands import Act
from drivers.conformance.printer_bench import OpenWatch, PrinterBench, PrinterSetup
from drivers.errors import DeviceError
from drivers.printer.contract import PrinterConfig
from drivers.printer.spooler import PrivateCupsd

_REAL_JOB_S: Final = 180.0
"""A cold fuser takes a minute, and somebody has to mend what a case broke."""
_REAL_QUIET_S: Final = 30.0
_VIRTUAL_JOB_S: Final = 20.0
_VIRTUAL_QUIET_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to wait for it."""

    job_s: float
    quiet_s: float


REAL: Final = Pace(_REAL_JOB_S, _REAL_QUIET_S)
VIRTUAL: Final = Pace(_VIRTUAL_JOB_S, _VIRTUAL_QUIET_S)
WRONG_PACE: Final = Pace(4.0, _VIRTUAL_QUIET_S)
"""What a wrong printer never does need not be waited for as long."""


def bench_on(
    config: PrinterConfig,
    act: Act,
    watch: OpenWatch,
    pace: Pace,
    stop: Callable[[], None] = lambda: None,
) -> PrinterBench:
    """A bench behind a private cupsd, which is started here and ends with the bench.

    Raises DeviceError `printer.spooler`, `printer.not_ipp`.
    """
    clock = SystemClock()
    spooler = PrivateCupsd(config, clock)

    def end() -> None:
        spooler.contain()
        stop()
        shutil.rmtree(config.runtime_dir, ignore_errors=True)

    try:
        spooler.start()
        made = PrinterSetup(config, spooler, watch, pace.job_s, pace.quiet_s, end)
        return PrinterBench(made, act, clock)
    except BaseException:
        with suppress(DeviceError):
            end()
        raise


def queue_for(uri: str, *, direct_pdf: bool = True) -> PrinterConfig:
    """A queue for that printer, with a directory of its own; the bench removes it."""
    return PrinterConfig(
        device_uri=uri,
        queue="conform",
        direct_pdf=direct_pdf,
        runtime_dir=tempfile.mkdtemp(prefix="k"),
    )
