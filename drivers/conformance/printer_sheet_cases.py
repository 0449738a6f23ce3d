"""Printer cases: the sheet in the hand, and what the printer keeps of it.

Sources: RFC 8011 5.2.8 (sides), PWG 5100.13 (print-scaling, print-color-mode), RFC 8011 4.3.7
(Restart-Job), and what a certificate needs: a black front, a coloured back, true to size.
"""

from drivers.conformance.case import Clause, demand, demand_equal
from drivers.conformance.printer_bench import PrinterBench
from drivers.conformance.printer_page import FRAME_TENTHS
from drivers.printer.contract import JobState
from drivers.printer.ipp_attributes import integers, keywords
from drivers.printer.tables import GroupTag, Operation, ReprintOperation

_TENTHS_OFF = 20
"""Paper shrinks in the fuser by up to 0.5 %, and a ruler reads to the millimetre."""


def _two_sheets(bench: PrinterBench) -> int:
    bench.await_ended(bench.submit(2))
    return bench.hands.take_paper()


@Clause(
    "printer.sheet.both_sides",
    "Every sheet is printed on both sides.",
    "RFC 8011 5.2.8 sides: two-sided-long-edge",
    "A one-sided certificate lacks the copy protection of its back.",
    hands=True,
    spends=2,
)
def both_sides(bench: PrinterBench) -> str:
    taken = _two_sheets(bench)
    demand_equal(taken, 2, "sheets for four pages")
    demand_equal(bench.hands.printed_sides(), 4, "printed sides on two sheets")
    return "2 sheets, 4 printed sides"


@Clause(
    "printer.sheet.long_edge",
    "A sheet is turned over its long edge: the back stands as the front does.",
    "RFC 8011 5.2.8 sides: two-sided-long-edge against two-sided-short-edge",
    "Look at the duplex unit's binding setting, and at pwg-raster-document-sheet-back.",
    hands=True,
    spends=2,
)
def long_edge(bench: PrinterBench) -> str:
    taken = _two_sheets(bench)
    demand_equal(bench.hands.backs_upright(), taken, f"upright backs of {taken} sheets")
    return "backs upright"


@Clause(
    "printer.sheet.order",
    "Every sheet comes once: the odd page is its front, the even one its own back, none mirrored.",
    "RFC 8011 5.2.8; PWG 5100.3 page-delivery",
    "Look at the settings for delivery, collation and mirrored printing.",
    hands=True,
    spends=2,
)
def order(bench: PrinterBench) -> str:
    taken = _two_sheets(bench)
    demand_equal(bench.hands.fronts_on_top(), taken, f"sheets with front and own back of {taken}")
    demand_equal(bench.hands.sheet_numbers(), 12, "numbers of the sheets")
    return "each front has its back, both sheets are there"


@Clause(
    "printer.sheet.colour",
    "The back is printed in colour.",
    "PWG 5100.13 print-color-mode: color",
    "Look at the printer's grey or toner-saving mode; the security print cannot be seen in grey.",
    hands=True,
    spends=2,
)
def colour(bench: PrinterBench) -> str:
    taken = _two_sheets(bench)
    demand_equal(bench.hands.coloured_backs(), taken, f"coloured backs of {taken} sheets")
    return "backs in colour"


@Clause(
    "printer.sheet.true_size",
    "The page is printed true to size, not fitted to the printable area.",
    "PWG 5100.13 print-scaling: none",
    "Switch off every fit-to-page setting: the security print is placed to the dot.",
    hands=True,
    spends=2,
)
def true_size(bench: PrinterBench) -> str:
    _two_sheets(bench)
    tenths = bench.hands.frame_tenths()
    off = abs(tenths - FRAME_TENTHS)
    demand(off <= _TENTHS_OFF, f"a frame of {FRAME_TENTHS / 10} mm is {tenths / 10} mm wide")
    return f"{tenths / 10} mm for {FRAME_TENTHS / 10} mm"


@Clause(
    "printer.sheet.not_again",
    "An ended job cannot be printed once more: its document is gone.",
    "RFC 8011 4.3.7 Restart-Job; RFC 3998 Reprocess-Job; PWG 5100.7 Resubmit-Job",
    "Switch off job retention (mailbox, reprint, job log with images) and overwrite the disk.",
    hands=True,
    spends=1,
)
def not_again(bench: PrinterBench) -> str:
    title = bench.submit(1)
    progress = bench.await_ended(title)
    number = _number(bench, title)
    bench.hands.take_paper()
    before = bench.status().life_impressions
    codes = [bench.ask(op, integers("job-id", number)).code for op in ReprintOperation]
    bench.wait_for_nothing()
    demand_equal(bench.hands.take_paper(), 0, "sheets that came for asking")
    demand(progress.state is JobState.COMPLETED, f"the job ends {progress.state.name}")
    demand_equal(bench.status().life_impressions, before, "engine's counter after asking for it")
    again = bench.follow(title)
    demand_equal(again.impressions, progress.impressions, "sides of the job after asking for it")
    return f"refused: {', '.join(f'0x{code:04x}' for code in codes)}"


def _number(bench: PrinterBench, title: str) -> int:
    asked = (keywords("which-jobs", "completed"), integers("limit", 50),
             keywords("requested-attributes", "job-id", "job-name"))  # fmt: skip
    jobs = bench.ask(Operation.GET_JOBS, *asked).all_groups(GroupTag.JOB)
    return next((job.integer("job-id") for job in jobs if job.text("job-name") == title), 0)


CASES = (both_sides, long_edge, order, colour, true_size, not_again)
