"""A whole print path on loopback: virtual printer, private cupsd, hand-over, watch."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from drivers.clock import SystemClock
from drivers.printer.contract import JobProgress, JobState, PrinterConfig
from drivers.printer.cups import CupsHandover
from drivers.printer.ipp import IppPrinterWatch
from drivers.printer.spooler import PrivateCupsd
from drivers.printer.virtual import VirtualPrinter
from drivers.printer.virtual_engine import Machine
from tests.drivers.printer.documents import CANARY, certificate_pdf

LIMIT_S = 15.0
"""How long a test waits for something that takes milliseconds on an idle machine."""


def eventually(holds: Callable[[], bool], limit_s: float = LIMIT_S) -> bool:
    """Ask until `holds()`; for what only a foreign process can change."""
    clock = SystemClock()
    end_s = clock.monotonic_s() + limit_s
    while not holds():
        if clock.monotonic_s() > end_s:
            return False
        clock.sleep(0.01)
    return True


class Bench:
    """One printer with everything before it. `close` ends it all."""

    def __init__(self, machine: Machine | None = None, **settings: object) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="k"))
        self.printer = VirtualPrinter(machine)
        config = PrinterConfig(device_uri=self.printer.device_uri, runtime_dir=str(self.directory))
        self.config = replace(config, **settings)  # type: ignore[arg-type]  # names are the caller's
        self.spooler = PrivateCupsd(self.config)
        self.watch = IppPrinterWatch(self.config, SystemClock())
        self.handover = CupsHandover(self.spooler.server, self.config.queue)

    def open(self) -> None:
        self.printer.start()
        self.spooler.start()

    def close(self) -> None:
        self.spooler.contain()
        self.printer.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def submit(self, title: str, sheets: int = 1) -> None:
        self.handover.submit(title, certificate_pdf(sheets))

    def await_ended(self, title: str) -> JobProgress:
        """What the device says once it has done with that job."""
        ended = self.printer.wait_until(
            lambda: any(job.title == title and job.ended for job in self.printer.jobs), LIMIT_S
        )
        assert ended, self.printer.jobs
        return self.watch.follow(title)

    def await_trouble(self, keyword: str) -> None:
        """Wait until a job stands still because of `keyword`."""

        def stands_still() -> bool:
            held = any(job.state == JobState.STOPPED for job in self.printer.jobs)
            return held and keyword in self.printer.troubles

        assert self.printer.wait_until(stands_still, LIMIT_S), self.printer.jobs

    def await_spool_empty(self) -> None:
        assert eventually(lambda: self.spooler.documents_held() == 0)

    def remains(self) -> list[Path]:
        """Files below the runtime directory that hold the document's text."""
        files = (path for path in self.directory.rglob("*") if path.is_file())
        return [path for path in files if CANARY.encode() in path.read_bytes()]
