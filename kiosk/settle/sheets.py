"""The sheet ledger of a copy: before it is called printed, everybody who counts is asked.

One count is no ledger. The device's sheets and sides, its engine's counter, the spooler and the
output tray must agree (`drivers.printer.ledger`); where they do not, the copy is unknown and a
case, never a silent success and never printed again. Actions and guards of the table in
`kiosk.settle.rules`. Pure; no wire, no clock.
"""

from dataclasses import replace

from drivers.printer.contract import JobState, PrinterStatus, Tray
from drivers.printer.ledger import SheetCount
from kiosk.link import values as link
from kiosk.settle import commands as c
from kiosk.settle import happened as h
from kiosk.settle.draft import Done, Draft
from kiosk.settle.model import Settlement
from kiosk.settle.paper import (
    COUNTED,
    ended,
    failed,
    jammed,
    job_of,
    mine,
    sheets_due,
    sheets_of,
    tell_sheets,
)


def job_over(model: Settlement, event: h.JobSeen) -> bool:
    """The device will do nothing more for the copy under way."""
    return mine(model, event.progress.title) and event.progress.ended


def count_sheets(model: Settlement, event: h.JobSeen) -> Done:
    """One count is no ledger: ask the engine, the spooler and the tray as well."""
    job, progress = job_of(model), event.progress
    done = progress.state is JobState.COMPLETED
    claim = SheetCount(
        expected=job.sheets,
        whole=done or sheets_of(progress) >= job.sheets,
        sheets=progress.sheets,
        sides=progress.impressions,
        jammed=jammed(model, progress) or model.recovering,
    )
    order = c.CountSheets(
        title=job.title,
        claim=claim,
        life=job.life,
        machine=job.machine,
        believes=_believes(model),
        within_s=model.limits.count_s,
    )
    draft = Draft(model).do(order)
    tell_sheets(draft, progress)
    if not claim.whole:
        draft.set(waits=model.waits or next(iter(progress.troubles), "printer.aborted"))
    return draft.timer(h.Timer.JOB, model.limits.count_s + model.limits.cancel_s).step()


def _believes(model: Settlement) -> tuple[Tray, ...]:
    """What the tray can tell of this copy: nothing where earlier copies lie in it; and that it
    never held a sheet only if somebody looked all the time."""
    if job_of(model).copy > 1:
        return ()
    return (Tray.SHEETS,) if model.recovering else (Tray.SHEETS, Tray.EMPTY)


def read_counts(
    order: c.CountSheets, status: PrinterStatus, spooled: int, seen: Tray
) -> SheetCount:
    """The claim of `order` beside what everybody else says now; `seen` in the tray since then.

    The engine's counter is compared only with its own earlier reading: another printer's, or
    none, tells nothing.
    """
    same = order.machine in {"", status.machine}
    known = same and order.life >= 0 and status.life_impressions >= 0
    return replace(
        order.claim,
        engine=status.life_impressions - order.life if known else None,
        spooled=spooled,
        tray=seen if seen in order.believes else Tray.UNKNOWN,
    )


def contradicted(_model: Settlement, event: h.SheetsCounted) -> bool:
    """Somebody who counts cannot be right if the device is."""
    return bool(event.count.contradictions)


def mismatch(model: Settlement, event: h.SheetsCounted) -> Done:
    """Nobody knows what the resident holds: a case, and nothing is printed again."""
    draft = _counted(model, event.count)
    return failed(draft, event.count.said, "printer.counts_differ", known=False)


def count_late(model: Settlement, _event: h.TimerFired) -> Done:
    """The counts never came: what the device said of the job stands alone."""
    return failed(Draft(model), model.sheets_told, "printer.unknown_outcome", known=False)


def came_whole(model: Settlement, event: h.SheetsCounted) -> bool:
    """Every sheet of the copy is out, and nobody contradicts."""
    return event.count.said >= sheets_due(model)


def more_to_come(model: Settlement, event: h.SheetsCounted) -> bool:
    """It came whole, further copies are paid, and the visit that holds them lives."""
    more = model.memory.delivered + 1 < model.memory.bill.copies
    return came_whole(model, event) and more and model.alive and model.closing is None


def printed(model: Settlement, event: h.SheetsCounted) -> Draft:
    """A whole copy, counted at the device."""
    title, said = event.title, event.count.said
    draft = ended(_counted(model, event.count), "printed", said, COUNTED, "")
    draft.tell(link.SheetsOut(title, sheets_due(model)))
    return draft.tell(link.CopyPrinted(title, COUNTED))


def printed_one(model: Settlement, event: h.SheetsCounted) -> Done:
    """As `printed`; the visit asks for the next."""
    return printed(model, event).timer(h.Timer.PAY, model.limits.held_s).step()


def printed_last(model: Settlement, event: h.SheetsCounted) -> Done:
    """As `printed`; now the money is settled."""
    return printed(model, event).do(c.ClearSpool(), c.WatchTray(), c.GoOn()).step()


def short(model: Settlement, event: h.SheetsCounted) -> Done:
    """Fewer sheets than the copy has; the device knows how many, and nobody contradicts."""
    return failed(_counted(model, event.count), event.count.said, model.waits, known=True)


def _counted(model: Settlement, count: SheetCount) -> Draft:
    """The ledger of this copy, written whether it adds up or not."""
    return Draft(model).write(
        "print.count",
        title=job_of(model).title,
        expected=count.expected,
        sheets=count.sheets,
        sides=count.sides,
        engine=-1 if count.engine is None else max(-1, count.engine),
        spooled=count.spooled,
        tray=count.tray.value,
        against="+".join(count.contradictions),
    )
