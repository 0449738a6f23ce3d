"""The same print path against a printer that is not ours: CUPS' `ippeveprinter`."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.bench.ippeve import IppEvePrinter
from drivers.clock import SystemClock
from drivers.printer.contract import JobState, PrinterConfig, Tray
from drivers.printer.cups import CupsHandover
from drivers.printer.ipp import IppPrinterWatch
from drivers.printer.spooler import PrivateCupsd
from tests.drivers.printer.bench import eventually
from tests.drivers.printer.documents import certificate_pdf

pytestmark = pytest.mark.daemon


@pytest.fixture
def foreign() -> Iterator[IppEvePrinter]:
    with IppEvePrinter() as printer:
        yield printer


@pytest.fixture
def config(foreign: IppEvePrinter) -> Iterator[PrinterConfig]:
    directory = Path(tempfile.mkdtemp(prefix="k"))
    yield PrinterConfig(device_uri=foreign.device_uri, runtime_dir=str(directory))
    shutil.rmtree(directory)


def test_what_it_says_of_itself(config: PrinterConfig) -> None:
    watch = IppPrinterWatch(config, SystemClock())
    able = watch.capabilities()
    assert (able.duplex, able.colour, able.a4, able.pdf) == (True, True, True, True)
    status = watch.status()
    assert status.troubles == ("printer.wrong_media",), "it comes with US letter loaded"
    assert (status.jobs, status.tray) == ((), Tray.UNKNOWN)


def test_a_job_printed_and_counted(config: PrinterConfig, foreign: IppEvePrinter) -> None:
    watch = IppPrinterWatch(config, SystemClock())
    spooler = PrivateCupsd(config)
    spooler.start()
    try:
        CupsHandover(spooler.server, config.queue).submit("independent", certificate_pdf(1))
        assert eventually(lambda: watch.follow("independent").ended)
    finally:
        spooler.contain()
    progress = watch.follow("independent")
    assert (progress.state, progress.impressions) == (JobState.COMPLETED, 2)
    assert progress.sheets == -1, "it has no job-media-sheets-completed"
    assert foreign.printed.read_bytes() == certificate_pdf(1)
