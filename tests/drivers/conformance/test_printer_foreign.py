"""The printer suite on a printer that is not ours: CUPS' `ippeveprinter`."""

import tempfile
from collections.abc import Iterator

import pytest

from drivers.clock import SystemClock
from drivers.conformance.case import NotApplicable, Verdict
from drivers.conformance.printer_bench import PrinterBench
from drivers.conformance.printer_hands import SheetReader
from drivers.conformance.printer_kind import VIRTUAL, bench_on
from drivers.conformance.printer_suite import SUITE
from drivers.conformance.proof import Specimen, examine
from drivers.printer.contract import PrinterConfig
from drivers.printer.cupsd_files import DeviceLimits, direct_ppd
from drivers.printer.ipp import IppPrinterWatch
from drivers.printer.tables import PDF
from drivers.printer.virtual_sheets import Sheet, sides_of
from tests.drivers.printer.bench import eventually
from tests.drivers.printer.ippeve import IppEvePrinter

pytestmark = [pytest.mark.daemon, pytest.mark.timeout(180)]


@pytest.fixture
def foreign() -> Iterator[IppEvePrinter]:
    printer = IppEvePrinter(direct_ppd(DeviceLimits()))
    try:
        printer.start()
        assert eventually(printer.answers)
        yield printer
    finally:
        printer.stop()


class TrayOfFiles(SheetReader):
    """What it printed are files; nothing of it can be opened, jammed or unplugged."""

    def __init__(self, printer: IppEvePrinter) -> None:
        super().__init__()
        self._printer = printer

    def act(self, name: str, numbers: tuple[int, ...]) -> int:
        if name == "restore_all":
            return 0
        if not hasattr(self, name):
            raise NotApplicable(f"ippeveprinter has no hand for {name}")
        return int(getattr(self, name)(*numbers))

    def take_paper(self) -> int:
        found: list[Sheet] = []
        for path in sorted(self._printer.tray.iterdir()):
            sides = sides_of(path.read_bytes(), PDF, colour=True)
            found += [Sheet(1, "", sides[n], sides[n + 1]) for n in range(0, len(sides), 2)]
            path.unlink()
        self.taken = tuple(found)
        return len(found)


def test_an_independent_printer_is_failed_only_by_what_it_really_does(
    foreign: IppEvePrinter,
) -> None:
    """`ippeveprinter` 2.4.2 hands a document that broke off to its print command: a true fault
    (RFC 9112 8: an incomplete message is not to be taken for a complete one)."""

    def opened() -> tuple[PrinterBench, SystemClock]:
        config = PrinterConfig(
            device_uri=foreign.device_uri, queue="conform", runtime_dir=tempfile.mkdtemp(prefix="k")
        )
        return bench_on(config, TrayOfFiles(foreign).act, IppPrinterWatch, VIRTUAL), SystemClock()

    proof, results = examine(SUITE, Specimen("ippeveprinter", "CUPS 2.4", opened))
    verdicts = {name: (r.verdict.value, r.detail) for name, r in results.items()}
    assert (proof.failed, proof.broken) == (("printer.fault.half_document",), ()), verdicts
    assert results["printer.fault.half_document"].detail == (
        "sheets that came of half a document: 1 instead of 0"
    )
    passed = {name for name, r in results.items() if r.verdict is Verdict.PASSED}
    assert passed >= {
        "printer.says.fit",
        "printer.count.one",
        "printer.count.in_hand",
        "printer.count.title",
        "printer.sheet.true_size",
        "printer.fault.no_document",
    }, verdicts
