"""A printer that is not ours, for the proof: CUPS' `ippeveprinter` in two builds.

What it prints are files; nothing of it can be opened, jammed or unplugged, so that cases which
need that do not apply.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from drivers.bench.ippeve import IppEvePrinter
from drivers.clock import Clock, SystemClock
from drivers.conformance.case import NotApplicable
from drivers.conformance.printer_bench import PrinterBench
from drivers.conformance.printer_hands import SheetReader
from drivers.conformance.printer_spooled import VIRTUAL, bench_on, queue_for
from drivers.conformance.proof import Specimen
from drivers.printer.cupsd_files import DeviceLimits, direct_ppd
from drivers.printer.ipp import IppPrinterWatch
from drivers.printer.tables import PDF
from drivers.printer.virtual_sheets import Sheet, sides_of


class TrayOfFiles(SheetReader):
    """The hands for it."""

    def __init__(self, printer: IppEvePrinter) -> None:
        super().__init__()
        self._printer = printer

    def act(self, name: str, numbers: tuple[int, ...]) -> int:
        """One act of `PrinterHands`. Raises NotApplicable for what needs a body."""
        if name == "restore_all":
            return 0
        done: Callable[..., int] | None = getattr(self, name, None)
        if done is None:
            raise NotApplicable(f"ippeveprinter has no hand for {name}")
        return done(*numbers)

    def take_paper(self) -> int:
        """Every file, as sheets of two sides."""
        found: list[Sheet] = []
        for path in sorted(self._printer.tray.iterdir()):
            sides = sides_of(path.read_bytes(), PDF, colour=True)
            found += [Sheet(1, "", sides[n], sides[n + 1]) for n in range(0, len(sides), 2)]
            path.unlink()
        self.taken = tuple(found)
        return len(found)


def foreign_bench(*, only_whole: bool) -> tuple[PrinterBench, Clock]:
    """A bench on an `ippeveprinter` of its own. Raises RuntimeError, DeviceError."""
    printer = IppEvePrinter(direct_ppd(DeviceLimits()), only_whole=only_whole)
    printer.start()
    try:
        act, config = TrayOfFiles(printer).act, queue_for(printer.device_uri)
        return bench_on(config, act, IppPrinterWatch, VIRTUAL, printer.stop), SystemClock()
    except BaseException:
        printer.stop()
        raise


FOREIGN: Final = (
    Specimen("ippeveprinter", "CUPS' own; its print command takes only whole documents.",
             partial(foreign_bench, only_whole=True)),
    Specimen("ippeveprinter as it comes", "The same; its print command takes what it is given.",
             partial(foreign_bench, only_whole=False), ("printer.fault.half_document",)),
)  # fmt: skip
