"""Printer cases: what it says of itself, and whether its counts are true.

Sources: RFC 8011 (IPP/1.1), PWG 5100.13 (job and printer extensions), PWG 5100.14 (IPP
Everywhere), and our contract `drivers/printer/contract.py`.
"""

from drivers.conformance.case import Clause, NotApplicable, Undecided, demand, demand_equal
from drivers.conformance.printer_bench import PrinterBench
from drivers.printer.contract import JobProgress, JobState, Tray
from drivers.printer.ipp_attributes import integers, keywords
from drivers.printer.ledger import SIDES, SheetCount
from drivers.printer.tables import FIRST_ERROR, GroupTag, Operation, Status

_ASKED_OFTEN = 20


def added_up(progress: JobProgress, count: SheetCount) -> None:
    """Raises Violation unless the job is completed and nobody contradicts its count."""
    demand(progress.state is JobState.COMPLETED, f"the job ends {progress.state.name}")
    said = (
        f"{count.expected} sheets were ordered; the job says {count.sheets} sheets and "
        f"{count.sides} sides, the engine went on by {count.engine} (None: not counted), the tray "
        f"was {count.tray}"
    )
    demand(not count.contradictions, f"{said}: {', '.join(count.contradictions)} contradict")


@Clause(
    "printer.says.fit",
    "It prints A4 on both sides in colour, and takes PDF.",
    "RFC 8011 5.4 (sides-supported, media-supported, document-format-supported); "
    "PWG 5100.13 print-color-mode-supported",
    "Fit a duplex unit, choose a colour printer, or print raster (direct_pdf = false).",
)
def fit(bench: PrinterBench) -> str:
    able = bench.watch.capabilities()
    lacks = [name for name in ("duplex", "colour", "a4") if not getattr(able, name)]
    demand(not lacks, f"it says that it lacks {', '.join(lacks)}")
    demand(able.pdf or not bench.config.direct_pdf, "it does not take PDF, and direct_pdf is set")
    return f"{able.maker}: A4, duplex, colour, {'PDF' if able.pdf else 'raster'}"


@Clause(
    "printer.says.at_rest",
    "At rest it has no trouble and no job, and its tray's sensor says empty.",
    "PrinterWatch.status; RFC 8011 5.4.12; PWG 5100.13 printer-output-tray",
    "A sensor that is stuck says that a sheet lies there: nobody would ever be served.",
)
def at_rest(bench: PrinterBench) -> str:
    found = bench.status()
    demand(not found.obstacles, f"at rest it says {', '.join(found.obstacles)}")
    return f"clear; tray {found.tray}"


@Clause(
    "printer.says.counter",
    "Its engine's counter is there, and does not move while nothing is printed.",
    "PWG 5100.13 printer-impressions-completed; RFC 3805 prtMarkerLifeCount",
    "Without it a lost job cannot be told from a printed one: more cases for staff.",
)
def counter(bench: PrinterBench) -> str:
    first = bench.status().life_impressions
    if first < 0:
        raise NotApplicable("it has no printer-impressions-completed")
    for _ in range(_ASKED_OFTEN):
        demand_equal(bench.status().life_impressions, first, "counter of an engine at rest")
    return f"{first} sides, {_ASKED_OFTEN} times"


@Clause(
    "printer.says.identity",
    "It is told from another printer, and is the same after the power was off.",
    "PWG 5100.13 printer-uuid; IEEE 1284 device id",
    "A counter can be compared with itself only if it is known to be the same machine's.",
    hands=True,
)
def identity(bench: PrinterBench) -> str:
    first = bench.status().machine
    if not first:
        raise NotApplicable("it has neither printer-uuid nor printer-device-id")
    bench.hands.power_off()
    bench.hands.power_on()
    bench.until(lambda: not bench.status().troubles, "it does not come back")
    demand_equal(bench.status().machine, first, "identity after the power was off")
    return f"known as {first}"


@Clause(
    "printer.says.refuses_nonsense",
    "A request it cannot serve is refused by its status, and the next one is answered.",
    "RFC 8011 4.1.8, 4.3.4, B.1.4",
    "It must not fall over what another program on the network sends.",
)
def refuses_nonsense(bench: PrinterBench) -> str:
    missing = bench.ask(Operation.GET_JOB_ATTRIBUTES, integers("job-id", 2_000_000_000))
    demand(missing.code >= FIRST_ERROR, f"a job that is not there: 0x{missing.code:04x}")
    unknown = bench.ask(0x3FFF)
    demand_equal(unknown.code, int(Status.OPERATION_NOT_SUPPORTED), "an unknown operation")
    asked = keywords("requested-attributes", "printer-state")
    answer = bench.ask(Operation.GET_PRINTER_ATTRIBUTES, asked)
    demand(answer.code < FIRST_ERROR, "the request after it is not answered")
    demand(answer.group(GroupTag.PRINTER).integer("printer-state") > 0, "no printer-state")
    return f"0x{missing.code:04x}, 0x{unknown.code:04x}, then answered"


@Clause(
    "printer.count.one",
    "One sheet on both sides is counted as one sheet and two sides, by everybody who counts.",
    "RFC 8011 5.3.18 job-impressions-completed, job-media-sheets-completed; "
    "PWG 5100.13 printer-impressions-completed",
    "An impression is one side (RFC 8011 2.3.4), a sheet is a sheet; the engine counts sides.",
    spends=1,
)
def one(bench: PrinterBench) -> str:
    progress, count = bench.printed(1)
    added_up(progress, count)
    engine = "no engine counter" if count.engine is None else f"engine {count.engine:+}"
    return f"1 sheet, {count.sides} sides, {engine}, tray {count.tray}"


@Clause(
    "printer.count.in_hand",
    "What is counted is what lies in the tray.",
    "PrinterWatch.follow; JobProgress.sheets",
    "A job called completed without its paper is how a resident pays for nothing.",
    hands=True,
    spends=3,
)
def in_hand(bench: PrinterBench) -> str:
    progress, count = bench.printed(3)
    added_up(progress, count)
    taken = bench.hands.take_paper()
    demand_equal(taken, 3, "sheets in the tray after three were counted")
    return "3 counted, 3 in hand"


@Clause(
    "printer.count.grows",
    "While it prints, the counts only grow, and sides and sheets belong together.",
    "JobProgress.impressions; RFC 8011 5.3.18",
    "A count that falls back makes a printed sheet a missing one.",
    spends=4,
)
def grows(bench: PrinterBench) -> str:
    title = bench.submit(4)
    seen: list[JobProgress] = []

    def over() -> bool:
        seen.append(bench.follow(title))
        return seen[-1].ended

    bench.until(over, "the job does not end")
    for name in ("impressions", "sheets"):
        counts = [getattr(progress, name) for progress in seen]
        demand(counts == sorted(counts), f"{name} fell: {counts}")
    for progress in seen:
        early = progress.sheets * SIDES > progress.impressions
        demand(not early, f"{progress.sheets} sheets with {progress.impressions} sides")
    return f"{len(seen)} looks"


@Clause(
    "printer.count.not_before",
    "A sheet is counted when it is out, not before.",
    "RFC 8011 5.3.18.2 (job-media-sheets-completed: marked and stacked)",
    "Count at the exit sensor: a sheet that jams in the fuser was counted already otherwise.",
    spends=2,
)
def not_before(bench: PrinterBench) -> str:
    tray = bench.watch.look_at_tray()
    if tray is Tray.UNKNOWN:
        raise NotApplicable("there is no tray sensor to compare with")
    if tray is Tray.SHEETS:
        raise Undecided("earlier sheets lie in the tray, and nobody takes them")
    title = bench.submit(2)

    def counted() -> bool:
        progress = bench.follow(title)
        return progress.ended or progress.sheets > 0

    bench.until(counted, "no sheet is ever counted")
    if bench.follow(title).sheets < 0:
        raise NotApplicable("it counts no sheets")
    demand(bench.watch.look_at_tray() is Tray.SHEETS, "counted while the tray is still empty")
    bench.await_ended(title)
    return "the first sheet lay in the tray when it was counted"


@Clause(
    "printer.count.title",
    "A job is found at the device by the title it was given, as long as it may be asked for.",
    "RFC 8011 5.3.5 job-name; PrinterWatch.follow",
    "A spooler's job numbers start again after its death; the title is all that stays.",
    spends=1,
)
def title_kept(bench: PrinterBench) -> str:
    title = bench.submit(1)
    bench.until(
        lambda: bench.follow(title).state is not JobState.UNSEEN,
        "the device has no job of that title",
    )
    bench.await_ended(title)
    demand(bench.follow(title).ended, "an ended job is no longer found")
    return "found while it printed and afterwards"


@Clause(
    "printer.count.apart",
    "Two jobs at once are counted each for itself.",
    "RFC 8011 4.2.6 Get-Jobs",
    "The counts of one resident's sheets must not stand in another's job.",
    spends=3,
)
def apart(bench: PrinterBench) -> str:
    first, second = bench.submit(1), bench.submit(2)
    found = [bench.await_ended(title) for title in (first, second)]
    if any(progress.state is JobState.ABORTED for progress in found):
        raise NotApplicable("it takes one job at a time")
    for progress, sheets in zip(found, (1, 2), strict=True):
        demand_equal(progress.impressions, SIDES * sheets, f"sides of the job of {sheets} sheets")
    return "1 and 2 sheets, apart"


CASES = (fit, at_rest, counter, identity, refuses_nonsense, one, in_hand, grows, not_before,
         title_kept, apart)  # fmt: skip
