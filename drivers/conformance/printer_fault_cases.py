"""Printer cases: what goes wrong, and what it says then.

Sources: RFC 8011 5.4.12 (printer-state-reasons), 4.3.3 (Cancel-Job), 5.3.7 (job-state), and our
contract `drivers/printer/contract.py`.
"""

from drivers.conformance.case import Clause, demand, demand_equal
from drivers.conformance.printer_bench import PrinterBench
from drivers.conformance.printer_page import trial_sheets
from drivers.printer.contract import JobState


@Clause(
    "printer.fault.paper_out",
    "Out of paper it says so, counts what is out, and goes on with the rest when it is loaded.",
    "RFC 8011 5.4.12 media-empty, media-needed; 5.3.7.2 processing-stopped",
    "A job must neither end as completed nor begin anew.",
    hands=True,
    spends=2,
)
def paper_out(bench: PrinterBench) -> str:
    with bench.standing(2, paper=1) as title:
        waiting = bench.follow(title)
        demand(not waiting.ended, f"the job is {waiting.state.name} with one sheet of two")
        demand_equal(bench.hands.take_paper(), 1, "sheets in the tray while it waits")
        bench.hands.load_paper()
        progress = bench.await_ended(title)
    demand(progress.state is JobState.COMPLETED, f"the job ends {progress.state.name}")
    demand_equal(progress.impressions, 4, "sides of two sheets, over the pause")
    demand_equal(bench.hands.take_paper(), 1, "sheets that came after the pause")
    demand(not bench.status().troubles, "paper is loaded and the trouble is still said")
    return "one before, one after, trouble said and gone"


@Clause(
    "printer.fault.cover",
    "An open cover is said at the latest with the next job, and is forgotten once it is closed.",
    "RFC 8011 5.4.12 cover-open, door-open, interlock-open",
    "Refresh printer-state-reasons at each question instead of at the end of a job.",
    hands=True,
    spends=1,
)
def cover(bench: PrinterBench) -> str:
    bench.hands.open_cover()
    title = bench.submit(1)
    bench.await_trouble("printer.cover_open", title)
    bench.hands.close_cover()
    bench.await_ended(title)
    bench.until(lambda: not bench.status().troubles, "closed, and an open cover is still said")
    return "said, then gone"


@Clause(
    "printer.fault.wrong_media",
    "Nothing is printed on paper that is not A4.",
    "RFC 8011 5.4.12 media-needed; PWG 5100.13 media-ready, media-col",
    "Switch off 'print on what is there'; set the tray's size by its guides.",
    hands=True,
    spends=1,
)
def wrong_media(bench: PrinterBench) -> str:
    bench.hands.load_other_paper()
    title = bench.submit(1)
    bench.wait_for_nothing()
    progress = bench.follow(title)
    said = bench.status().troubles
    bench.watch.cancel(title)
    demand_equal(bench.hands.take_paper(), 0, "sheets that came on A5")
    demand(progress.state is not JobState.COMPLETED, "the job is called completed")
    known = {"printer.wrong_media", "printer.paper_out"}
    demand(known & {*said, *progress.troubles}, f"A5 is loaded and it says {said or 'nothing'}")
    return f"nothing came; {', '.join(said)}"


@Clause(
    "printer.fault.jam",
    "After a jam is cleared, the sheets counted are the sheets in the tray.",
    "RFC 8011 5.4.12 media-jam; PrinterWatch.follow",
    "Whether it prints the lost sheet again is its affair; counting it twice is not.",
    hands=True,
    spends=3,
)
def jam(bench: PrinterBench) -> str:
    bench.hands.jam_after(1)
    sheets = 2
    title = bench.submit(sheets)
    bench.await_trouble("printer.jam", title)
    bench.hands.clear_jam()
    progress = bench.await_ended(title)
    taken = bench.hands.take_paper()
    counted = progress.sheets if progress.sheets >= 0 else progress.impressions // 2
    whole = progress.state is JobState.COMPLETED
    demand_equal(counted, taken, "sheets counted against sheets in the tray")
    demand(not whole or taken == sheets, f"called completed with {taken} of {sheets} sheets")
    return f"{taken} of {sheets} sheets came, {counted} counted, job {progress.state.name}"


@Clause(
    "printer.fault.cancel",
    "A cancelled job that stands still prints nothing more, whatever is mended afterwards.",
    "RFC 8011 4.3.3 Cancel-Job; PrinterWatch.cancel",
    "The next resident must not find the last one's certificate.",
    hands=True,
    spends=2,
)
def cancel(bench: PrinterBench) -> str:
    with bench.standing(2, paper=1) as title:
        bench.watch.cancel(title)
        bench.hands.load_paper()
        bench.wait_for_nothing()
        progress = bench.await_ended(title)
    demand(
        progress.state in {JobState.CANCELED, JobState.ABORTED}, f"it ends {progress.state.name}"
    )
    demand_equal(bench.hands.take_paper(), 1, "sheets in the tray, one of them from before")
    return f"{progress.state.name}, nothing more came"


@Clause(
    "printer.fault.cancel_all",
    "Every job it holds can be cancelled at once.",
    "RFC 8011 4.3.3, 4.2.6; PrinterWatch.cancel_all",
    "The terminal owns its printer; no job may hide from its user name.",
    hands=True,
    spends=1,
)
def cancel_all(bench: PrinterBench) -> str:
    with bench.standing(1, paper=0) as title:
        bench.watch.cancel_all()
        bench.until(lambda: not bench.status().busy, "it still holds a job")
        bench.hands.load_paper()
        bench.wait_for_nothing()
        demand(bench.follow(title).impressions == 0, "the job was printed")
    demand_equal(bench.hands.take_paper(), 0, "sheets that came afterwards")
    return "none is held, nothing came"


@Clause(
    "printer.fault.power",
    "A job that stood still when the power went is not printed when it comes back.",
    "PrinterWatch.follow; RFC 8011 5.3.7 (a job does not survive as pending)",
    "Switch off the printer's own job recovery.",
    hands=True,
    spends=1,
)
def power(bench: PrinterBench) -> str:
    with bench.standing(1, paper=0) as title:
        bench.hands.power_off()
        bench.hands.load_paper()
        bench.hands.power_on()
        bench.until(lambda: not bench.status().troubles, "it does not come back")
        bench.wait_for_nothing()
        demand(bench.follow(title).impressions == 0, "the job of before was printed")
    demand_equal(bench.hands.take_paper(), 0, "sheets that came by themselves")
    return "nothing came by itself"


@Clause(
    "printer.fault.half_document",
    "Of a document that breaks off on its way nothing is printed.",
    "RFC 8011 4.2.1 (submission-interrupted); RFC 9112 8 (incomplete messages)",
    "Wait for the whole document; never print a page that has no end.",
    hands=True,
    spends=1,
)
def half_document(bench: PrinterBench) -> str:
    whole = trial_sheets(1)
    before = bench.status().life_impressions
    bench.post(whole, cut_after=len(whole) - len(whole) // 4)
    bench.wait_for_nothing()
    bench.until(lambda: not bench.status().busy, "half a job is held for ever")
    after = bench.status()
    demand_equal(after.life_impressions, before, "engine's counter after half a document")
    demand_equal(bench.hands.take_paper(), 0, "sheets that came of half a document")
    demand(not after.troubles, f"it is left with {', '.join(after.troubles)}")
    return "nothing was printed"


@Clause(
    "printer.fault.no_document",
    "A document that is none is not called printed.",
    "RFC 8011 5.3.8 document-format-error; 5.3.7 aborted",
    "state 9 with job-completed-successfully means paper.",
    spends=1,
)
def no_document(bench: PrinterBench) -> str:
    title = bench.submit(0, b"%PDF-1.7\nand no more\n")
    progress = bench.await_ended(title)
    demand(progress.state is not JobState.COMPLETED, "it is called completed")
    demand_equal(progress.impressions, 0, "sides of a document that is none")
    return progress.state.name


CASES = (paper_out, cover, wrong_media, jam, cancel, cancel_all, power, half_document,
         no_document)  # fmt: skip
