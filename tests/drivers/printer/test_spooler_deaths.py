"""cupsd ends at every moment of a job, by a kill or in order: no sheet is lost, none comes twice.

What the supervisor does then is done here in its order: contain, cancel at the device, follow to
the end, start again (`docs/devices/printer.md`).
"""

import os
import signal
import threading

import pytest

from drivers.errors import DeviceError
from drivers.printer.contract import JobState
from drivers.printer.virtual_engine import Machine, PrinterNews
from tests.drivers.printer.bench import LIMIT_S, Bench, eventually
from tests.drivers.printer.conftest import OpenBench
from tests.drivers.printer.documents import certificate_pdf

pytestmark = pytest.mark.daemon
SHEETS = 3
PADDING = b"%" + b"x" * 8_000_000 + b"\n"
"""More than lies between two sockets: what the printer has not read has not left us."""
DOCUMENT = certificate_pdf(SHEETS) + PADDING
ON_THE_WAY = (0, 2_000, 65_536, 300_000)
"""So many bytes of the document have reached the printer when cupsd ends."""
AT_THE_PRINTER = (("job", 1), ("sheet", 1), ("sheet", SHEETS), ("ended", 1))


def end_cupsd(bench: Bench, how: signal.Signals) -> None:
    assert bench.spooler.pid is not None
    os.kill(bench.spooler.pid, how)
    if how is signal.SIGKILL:
        assert eventually(lambda: not bench.spooler.alive())


def settle_and_compare(bench: Bench, title: str) -> None:
    """The supervisor's order, and then: counted is what came, and nothing comes later."""
    bench.spooler.contain()
    assert bench.remains() == []
    bench.watch.cancel(title)

    def over() -> bool:
        progress = bench.watch.follow(title)
        return progress.ended or progress.state is JobState.UNSEEN

    assert eventually(over)
    counted = bench.watch.follow(title)
    came = [sheet for sheet in bench.printer.delivered if sheet.title == title]
    assert max(0, counted.sheets) == len(came) <= SHEETS
    if counted.state is JobState.COMPLETED:
        assert len(came) == SHEETS
    bench.spooler.start()
    bench.submit("next")
    bench.await_ended("next")
    after = [sheet.title for sheet in bench.printer.delivered]
    assert after == [title] * len(came) + ["next"], "nothing of it came later"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "terminated"])
@pytest.mark.parametrize("reached", ON_THE_WAY)
def test_while_the_document_goes_out(bench: Bench, reached: int, how: signal.Signals) -> None:
    bench.printer.set_choked(reached)
    bench.handover.submit("torn", DOCUMENT)
    assert bench.printer.await_choking(LIMIT_S)
    end_cupsd(bench, how)
    bench.spooler.contain()
    bench.printer.set_choked(None)
    settle_and_compare(bench, "torn")
    assert not [sheet for sheet in bench.printer.delivered if sheet.title == "torn"]


@pytest.mark.parametrize(("what", "nth"), AT_THE_PRINTER)
def test_while_the_printer_works(open_bench: OpenBench, what: str, nth: int) -> None:
    bench = open_bench(Machine(first_sheet_s=0.1, sheet_s=0.1))
    reached = threading.Semaphore(0)
    bench.printer.observe(lambda news: reached.release() if news.what == what else None)
    bench.submit("late", SHEETS)
    for _ in range(nth):
        assert reached.acquire(timeout=LIMIT_S)
    end_cupsd(bench, signal.SIGKILL)
    settle_and_compare(bench, "late")


def test_before_a_byte_of_it_left_us(bench: Bench) -> None:
    """The visit's hand-over fails; the printer never hears of the job."""
    end_cupsd(bench, signal.SIGKILL)
    with pytest.raises(DeviceError, match=r"printer\.spooler"):
        bench.submit("never", SHEETS)
    settle_and_compare(bench, "never")


def test_in_the_middle_of_the_hand_over(bench: Bench) -> None:
    """cupsd stands still with a part of the document, and is ended from outside."""
    assert bench.spooler.pid is not None
    os.kill(bench.spooler.pid, signal.SIGSTOP)
    failed: list[str] = []

    def hand_over() -> None:
        try:
            bench.handover.submit("half", DOCUMENT)
        except DeviceError as error:
            failed.append(error.reason.name)

    caller = threading.Thread(target=hand_over)
    caller.start()
    bench.spooler.contain()
    caller.join(LIMIT_S)
    assert failed == ["printer.spooler"]
    settle_and_compare(bench, "half")


def test_twice_in_one_job(open_bench: OpenBench) -> None:
    """The restarted cupsd dies too while the printer still works on the first one's job."""
    bench = open_bench(Machine(first_sheet_s=0.2, sheet_s=0.2))
    first = threading.Event()

    def heard(news: PrinterNews) -> None:
        if news.what == "sheet":
            first.set()

    bench.printer.observe(heard)
    bench.submit("late", SHEETS)
    assert first.wait(LIMIT_S)
    end_cupsd(bench, signal.SIGKILL)
    bench.spooler.contain()
    bench.spooler.start()
    end_cupsd(bench, signal.SIGKILL)
    settle_and_compare(bench, "late")
