"""The whole way of a sheet: hand-over, real cupsd, printer, and the printer's own count."""

import os
import signal
import subprocess
import threading

import pytest

from drivers.clock import SystemClock
from drivers.errors import DeviceError
from drivers.printer.contract import JobProgress, JobState, PrinterStatus, Tray
from drivers.printer.cups import CupsHandover
from drivers.printer.virtual_engine import Machine, PrinterNews
from tests.drivers.printer.bench import LIMIT_S, Bench, eventually
from tests.drivers.printer.conftest import OpenBench
from tests.drivers.printer.documents import certificate_pdf

MAGENTA = (240, 89, 136)
"""CMYK 0/80/20/0 as PDFium shows it."""

pytestmark = pytest.mark.daemon


@pytest.mark.parametrize("sheets", [1, 2])
def test_sheets_are_counted_at_the_device(bench: Bench, sheets: int) -> None:
    bench.submit("good", sheets)
    progress = bench.await_ended("good")
    assert progress == JobProgress("good", JobState.COMPLETED, 2 * sheets, sheets)
    assert len(bench.printer.delivered) == sheets
    assert all(sheet.back is not None for sheet in bench.printer.delivered)
    assert bench.watch.status().life_impressions == 2 * sheets


def test_a_printer_without_create_job_is_followed_and_cancelled_too(open_bench: OpenBench) -> None:
    """CUPS puts its own number before the title there: `1 - whole`."""
    bench = open_bench(Machine(creates_jobs=False, first_sheet_s=0.2, sheet_s=0.2))
    bench.submit("whole", 2)
    assert bench.printer.wait_until(lambda: all(j.ended for j in bench.printer.jobs), LIMIT_S)
    assert eventually(
        lambda: bench.watch.follow("whole") == JobProgress("whole", JobState.COMPLETED, 4, 2)
    )
    (job,) = bench.printer.jobs
    assert job.title.endswith(" - whole")
    first_out = threading.Event()

    def watch(news: PrinterNews) -> None:
        if news.what == "sheet":
            assert bench.watch.status().jobs == ("stop",)
            assert bench.watch.cancel("stop")
            first_out.set()

    bench.printer.observe(watch)
    bench.submit("stop", 5)
    assert first_out.wait(LIMIT_S)
    assert eventually(lambda: bench.watch.follow("stop").state is JobState.CANCELED)
    assert 1 <= bench.watch.follow("stop").sheets < 5


def test_the_job_arrives_as_it_was_ordered(bench: Bench) -> None:
    bench.submit("ordered")
    bench.await_ended("ordered")
    (job,) = bench.printer.jobs
    options = dict(job.options)
    assert job.mime_type == "application/pdf"
    assert options["sides"] == "two-sided-long-edge"
    assert options["print-color-mode"] == "color"
    assert options["print-scaling"] == "none"
    assert options["print-quality"] == "5"
    assert options["media-col"] == (
        "{media-size={x-dimension=21000 y-dimension=29700} media-bottom-margin=423"
        " media-left-margin=423 media-right-margin=423 media-top-margin=423}"
    )


def test_a_pdf_reaches_the_printer_byte_for_byte(bench: Bench) -> None:
    bench.submit("bytes", 2)
    bench.await_ended("bytes")
    front = bench.printer.delivered[0].front
    assert getattr(front, "document") == certificate_pdf(2)  # noqa: B009  (Side does not promise it)


def test_front_is_black_and_back_is_coloured(bench: Bench) -> None:
    bench.submit("colours")
    bench.await_ended("colours")
    (sheet,) = bench.printer.delivered
    assert sheet.back is not None
    assert sheet.front.image(36).getpixel((70, 170)) == (0, 0, 0)
    assert sheet.back.image(36).getpixel((150, 200)) == MAGENTA
    assert sheet.pdf().startswith(b"%PDF")


def test_progress_only_grows(bench: Bench) -> None:
    seen: list[JobProgress] = []

    def look(news: PrinterNews) -> None:
        if news.what in {"job", "sheet", "ended"}:
            seen.append(bench.watch.follow("steps"))

    bench.printer.observe(look)
    bench.submit("steps", 3)
    bench.await_ended("steps")
    assert eventually(lambda: bool(seen) and seen[-1].ended)
    assert [p.sheets for p in seen] == sorted(p.sheets for p in seen)
    assert [p.impressions for p in seen] == sorted(p.impressions for p in seen)
    assert {p.sheets for p in seen} == {0, 1, 2, 3}


def test_cups_is_done_while_the_device_is_jammed(bench: Bench) -> None:
    """The trap: CUPS has nothing left to do, and one sheet of two is out."""
    bench.printer.jam(after_sheets=1)
    bench.submit("trap", 2)
    bench.await_trouble("media-jam")
    bench.await_spool_empty()
    listed = subprocess.run(
        ["lpstat", "-h", bench.spooler.server, "-W", "not-completed", "-o"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert listed.stdout == ""
    progress = bench.watch.follow("trap")
    assert progress.state is JobState.STOPPED
    assert progress.sheets == 1
    assert progress.troubles == ("printer.jam",)
    assert bench.watch.status().troubles == ("printer.jam",)


def test_nothing_of_the_document_remains(bench: Bench) -> None:
    bench.submit("canary", 2)
    bench.await_ended("canary")
    bench.await_spool_empty()
    assert bench.remains() == []


def test_a_jammed_sheet_is_lost(bench: Bench) -> None:
    bench.printer.jam(after_sheets=0)
    bench.submit("lost", 2)
    bench.await_trouble("media-jam")
    bench.printer.clear_jam()
    progress = bench.await_ended("lost")
    assert progress.state is JobState.ABORTED
    assert progress.sheets == 1
    assert progress.impressions == 3
    assert progress.troubles == ("printer.unknown_outcome",)
    assert bench.printer.destroyed == 1


def test_a_jammed_sheet_is_printed_again_by_the_printer(open_bench: OpenBench) -> None:
    bench = open_bench(Machine(reprints_jammed=True))
    bench.printer.jam(after_sheets=1)
    bench.submit("again", 2)
    bench.await_trouble("media-jam")
    bench.printer.clear_jam()
    progress = bench.await_ended("again")
    assert progress == JobProgress("again", JobState.COMPLETED, 4, 2)
    assert bench.printer.destroyed == 1
    assert [sheet.number for sheet in bench.printer.delivered] == [1, 2]


def test_paper_out_then_loaded(bench: Bench) -> None:
    bench.printer.load_paper(1)
    bench.submit("refill", 2)
    bench.await_trouble("media-empty")
    waiting = bench.watch.follow("refill")
    assert (waiting.state, waiting.sheets) == (JobState.STOPPED, 1)
    assert waiting.troubles == ("printer.paper_out",)
    bench.printer.load_paper(250)
    assert bench.await_ended("refill") == JobProgress("refill", JobState.COMPLETED, 4, 2)


def test_a_cancelled_job_stops_after_the_sheet_on_its_way(open_bench: OpenBench) -> None:
    bench = open_bench(Machine(first_sheet_s=0.3, sheet_s=0.3))

    def cancel_on_first(news: PrinterNews) -> None:
        if news.what == "sheet":
            bench.watch.cancel("stop")

    bench.printer.observe(cancel_on_first)
    bench.submit("stop", 5)
    progress = bench.await_ended("stop")
    assert progress.state is JobState.CANCELED
    assert progress.sheets == len(bench.printer.delivered) < 5


def test_a_job_given_up_by_the_printer(bench: Bench) -> None:
    bench.printer.abort(after_sheets=1)
    bench.submit("given up", 2)
    progress = bench.await_ended("given up")
    assert (progress.state, progress.sheets) == (JobState.ABORTED, 1)
    assert progress.troubles == ("printer.aborted",)


def test_a_document_the_printer_refuses(bench: Bench) -> None:
    bench.printer.set_refusing(refusing=True)
    bench.submit("refused")
    progress = bench.await_ended("refused")
    assert (progress.state, progress.impressions) == (JobState.ABORTED, 0)
    bench.await_spool_empty()
    assert bench.remains() == []


def test_power_lost_in_the_middle(open_bench: OpenBench) -> None:
    """The device forgets the job; what was seen of it is not forgotten here."""
    bench = open_bench(Machine(first_sheet_s=0.2, sheet_s=0.2))
    first = bench.printer
    first_out: list[JobProgress] = []

    def pull_the_plug(news: PrinterNews) -> None:
        if news.what == "sheet":
            first_out.append(bench.watch.follow("dark"))
            first.lose_power()

    first.observe(pull_the_plug)
    bench.submit("dark", 3)
    assert eventually(lambda: bench.watch.status().troubles == ("printer.offline",))
    with pytest.raises(DeviceError, match=r"printer\.offline"):
        bench.watch.follow("dark")
    first.restore_power()
    after = bench.watch.follow("dark")
    assert after.state is JobState.UNSEEN
    assert after.sheets == first_out[0].sheets == 1


def test_cupsd_killed_before_the_device_has_the_job(bench: Bench) -> None:
    """Early: the backend is at the door. With cupsd it dies, and nothing comes later."""
    refused: list[PrinterNews] = []
    bench.printer.observe(lambda news: refused.append(news) if news.what == "refused" else None)
    bench.printer.set_busy(busy=True)
    bench.submit("early")
    assert eventually(lambda: bool(refused))
    assert bench.spooler.documents_held() == 1
    _kill_cupsd(bench)
    bench.spooler.contain()
    bench.printer.set_busy(busy=False)
    assert bench.remains() == []
    bench.spooler.start()
    bench.submit("next")
    bench.await_ended("next")
    assert [job.title for job in bench.printer.jobs] == ["next"]
    assert bench.watch.follow("early").state is JobState.UNSEEN


def test_cupsd_killed_while_the_document_goes_out(bench: Bench) -> None:
    """The printer has half a document: it prints none of it."""
    big = certificate_pdf(1) + b"%" + b"x" * 8_000_000 + b"\n"
    bench.printer.set_choked(100_000)
    bench.handover.submit("half", big)
    assert bench.printer.await_choking()
    _kill_cupsd(bench)
    bench.spooler.contain()
    bench.printer.set_choked(None)
    progress = bench.await_ended("half")
    assert (progress.state, progress.impressions) == (JobState.ABORTED, 0)
    assert bench.printer.delivered == ()


def test_cupsd_killed_after_the_device_has_the_job(bench: Bench) -> None:
    """Late: the device prints on by itself, is followed by its title, and cancelled."""
    bench.printer.jam(after_sheets=1)
    bench.submit("late", 3)
    bench.await_trouble("media-jam")
    _kill_cupsd(bench)
    bench.spooler.contain()
    assert bench.watch.follow("late").sheets == 1
    bench.watch.cancel("late")
    assert bench.await_ended("late").state is JobState.CANCELED
    bench.printer.clear_jam()
    bench.spooler.start()
    bench.submit("next")
    bench.await_ended("next")
    assert [sheet.title for sheet in bench.printer.delivered] == ["late", "next"]


@pytest.mark.slow
@pytest.mark.parametrize("trouble", ["busy", "offline"])
def test_a_backend_that_retries_is_cancelled_at_our_deadline(
    open_bench: OpenBench, trouble: str
) -> None:
    bench = open_bench(sheet_s=1.0)
    if trouble == "busy":
        bench.printer.set_busy(busy=True)
    else:
        bench.printer.set_offline(offline=True)
    bench.submit("never")
    assert bench.spooler.documents_held() == 1
    bench.await_spool_empty()
    bench.printer.set_busy(busy=False)
    bench.printer.set_offline(offline=False)
    bench.submit("after")
    bench.await_ended("after")
    assert [job.title for job in bench.printer.jobs] == ["after"]


def test_tray_and_held_jobs_stand_in_the_way_of_a_visit(bench: Bench) -> None:
    assert bench.watch.status().obstacles == ()
    bench.submit("lying")
    bench.await_ended("lying")
    assert bench.watch.status().tray is Tray.SHEETS
    assert bench.watch.status().obstacles == ("printer.tray_not_empty",)
    bench.printer.take_paper()
    machine = bench.watch.status().machine
    assert bench.watch.status() == PrinterStatus((), (), (), Tray.EMPTY, 2, machine)
    bench.printer.pause()
    bench.submit("waiting")
    assert bench.printer.wait_until(lambda: any(j.state == 6 for j in bench.printer.jobs), 10)
    assert bench.watch.status().obstacles == ("printer.stopped", "printer.busy")


def test_raster_through_the_filter_chain(open_bench: OpenBench) -> None:
    bench = open_bench(direct_pdf=False)
    bench.submit("raster", 2)
    progress = bench.await_ended("raster")
    assert progress == JobProgress("raster", JobState.COMPLETED, 4, 2)
    (job,) = bench.printer.jobs
    assert job.mime_type == "image/pwg-raster"
    front = bench.printer.delivered[0].front.image(36)
    assert front.getpixel((70, 170)) == (0, 0, 0)
    assert front.getpixel((200, 300)) == (255, 255, 255)
    bench.await_spool_empty()
    assert bench.remains() == []


def test_the_spoolers_own_count_is_a_witness(open_bench: OpenBench, bench: Bench) -> None:
    """Filters count the sheets they make; a PDF that passes as it is, nobody counts."""
    raster = open_bench(direct_pdf=False)
    raster.submit("made", 2)
    raster.await_ended("made")
    assert eventually(lambda: raster.spooler.sheets_made("made") == 2)
    assert raster.spooler.sheets_made("never") == -1
    raster.spooler.contain()
    assert raster.spooler.sheets_made("made") == -1
    bench.submit("passed", 2)
    bench.await_ended("passed")
    bench.await_spool_empty()
    assert bench.spooler.sheets_made("passed") == -1


def test_submit_to_nobody(bench: Bench) -> None:
    bench.spooler.contain()
    with pytest.raises(DeviceError, match=r"printer\.spooler"):
        bench.submit("nobody")


def test_submit_to_a_queue_there_is_not(bench: Bench) -> None:
    with pytest.raises(DeviceError, match=r"printer\.spooler"):
        CupsHandover(bench.spooler.server, "other").submit("title", certificate_pdf(1))


def test_a_hanging_cupsd_is_ended_from_outside(bench: Bench) -> None:
    """`submit` has no limit of its own: whoever owns cupsd contains it, and submit returns."""
    assert bench.spooler.pid is not None
    os.kill(bench.spooler.pid, signal.SIGSTOP)
    errors: list[str] = []

    def submit() -> None:
        try:
            bench.submit("hangs")
        except DeviceError as error:
            errors.append(error.reason.name)

    caller = threading.Thread(target=submit)
    caller.start()
    caller.join(0.2)
    assert caller.is_alive()
    bench.spooler.contain()
    caller.join(10)
    assert errors == ["printer.spooler"]


def test_hand_over_is_fast(bench: Bench) -> None:
    """From `submit` to the job at the device in less than 0.1 s (median of five)."""
    clock = SystemClock()
    arrived = threading.Semaphore(0)
    bench.printer.observe(lambda news: arrived.release() if news.what == "job" else None)
    took: list[float] = []
    for number in range(5):
        title = f"fast{number}"
        started = clock.monotonic_s()
        bench.submit(title)
        assert arrived.acquire(timeout=10)
        took.append(clock.monotonic_s() - started)
        bench.await_ended(title)
    assert sorted(took)[2] < 0.1, took


def _kill_cupsd(bench: Bench) -> None:
    assert bench.spooler.pid is not None
    os.kill(bench.spooler.pid, signal.SIGKILL)
    assert eventually(lambda: not bench.spooler.alive())
