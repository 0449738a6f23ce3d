"""Paper: a copy is let through when the printer is clear, and ends when the device says so.

The spooler's word is never evidence. Actions and guards of the table in
`kiosk.settle.rules`. Pure; no wire, no clock.
"""

from drivers.printer.contract import JobProgress, JobState, PrinterStatus, Tray
from drivers.printer.ledger import SIDES
from kiosk.journal.memory import Job
from kiosk.link import values as link
from kiosk.settle import commands as c
from kiosk.settle import happened as h
from kiosk.settle.draft import Done, Draft
from kiosk.settle.model import Settlement

COUNTED = "device_counted"
CANCEL_AGAIN_S = 2.0
"""Between two words to a device that goes on with a job it was told to cancel; `[limits]
cancel_s` ends them."""


# --- before a copy ------------------------------------------------------------------------


def next_copy(model: Settlement, event: link.PrintCopy) -> bool:
    """It is the copy that is due, and has sheets."""
    memory = model.memory
    due = memory.delivered + 1
    return event.copy == due <= memory.bill.copies and event.sheets > 0


def ask_printer(model: Settlement, event: link.PrintCopy) -> Done:
    """Ask the device whether it is clear before anything is handed over."""
    return Draft(model).set(pending=event).stop(h.Timer.PAY).do(c.AskPrinter()).step()


def in_the_way(status: PrinterStatus, *, first: bool) -> str:
    """Why the printer is not clear, or "". Sheets in the tray only forbid the first copy."""
    if status.troubles:
        return status.troubles[0]
    if status.jobs:
        return "printer.busy"
    return "printer.tray_not_empty" if first and status.tray is Tray.SHEETS else ""


def clear_for_copy(model: Settlement, event: h.PrinterSeen) -> bool:
    """The printer is the one the queue was made for, idle, holds no job, and no foreign sheet
    lies in its tray."""
    return not _why_not_clear(model, event.status)


def _why_not_clear(model: Settlement, status: PrinterStatus) -> str:
    assert model.pending  # noqa: S101 - CLEARING is entered with a copy pending
    if _another(model.machine, status.machine):
        return "printer.replaced"
    return in_the_way(status, first=model.pending.copy == 1)


def known_printer(draft: Draft, status: PrinterStatus) -> Draft:
    """Remember which printer answers. For another one the queue is made anew: its margins may
    differ, and the spooler asks for them at its start. Only where no copy is under way."""
    before = draft.model.machine
    if not status.machine or status.machine == before:
        return draft
    draft.set(machine=status.machine)
    if before:
        draft.write("printer.replaced", machine=status.machine)
        draft.do(c.ContainSpooler("printer.replaced"))
    return draft


def let_through(model: Settlement, event: h.PrinterSeen) -> Done:
    """Write the intent with the engine's counter; the visit may stream once it is on disk."""
    copy = model.pending
    assert copy  # noqa: S101 - CLEARING is entered with a copy pending
    draft = Draft(model).write(
        "print.intent",
        title=copy.title,
        copy=copy.copy,
        sheets=copy.sheets,
        life=event.status.life_impressions,
        machine=event.status.machine,
    )
    draft.set(pending=None, sheets_told=0, waits="", jammed=False, contained=False)
    draft.do(c.FollowJob(copy.title)).timer(h.Timer.JOB, model.limits.unseen_s)
    return draft.tell(link.PrintGranted(copy.title)).step()


def hold_back(model: Settlement, event: h.PrinterSeen) -> Done:
    """Not clear: nothing is printed, and the visit may ask again or cancel."""
    copy = model.pending
    assert copy  # noqa: S101 - CLEARING is entered with a copy pending
    why = _why_not_clear(model, event.status)
    draft = Draft(model).set(pending=None).timer(h.Timer.PAY, model.limits.held_s)
    return draft.tell(link.PrintRefused(copy.title, why)).step()


def too_late(model: Settlement, event: link.PrintCopy) -> Done:
    """The payment is closed already."""
    return Draft(model).tell(link.PrintRefused(event.title, "payment.closed")).step()


# --- while it is under way ----------------------------------------------------------------


def streamed(model: Settlement, event: link.CopyStreamed) -> Done:
    """The spooler has it whole: no evidence, but from here on the job can live without us."""
    if not mine(model, event.title):
        return Draft(model).step()
    return Draft(model).write("print.streamed", title=event.title).step()


def this_job(model: Settlement, event: link.CopyNotStreamed) -> bool:
    """It is about the copy under way."""
    return mine(model, event.title)


def not_streamed(model: Settlement, event: link.CopyNotStreamed) -> Done:
    """The hand-over broke: make sure nothing of it lives on, then see what came out."""
    return stop_job(model, event.reason)


def stop_job(model: Settlement, reason: str) -> Done:
    """Tell the device to cancel and destroy what the spooler has, then follow to the end."""
    job = job_of(model)
    draft = Draft(model).write("print.cancel", title=job.title, reason=reason)
    draft.do(c.CancelJob(job.title), c.ContainSpooler(reason))
    return _cancelling(draft).step()


def _cancelling(draft: Draft) -> Draft:
    """It has its time to obey, and is told again meanwhile: one word may be lost or refused."""
    draft.set(uncancelled=False, cancel_due=False)
    draft.timer(h.Timer.JOB, draft.model.limits.cancel_s)
    return draft.timer(h.Timer.CANCEL, CANCEL_AGAIN_S)


def time_is_cancel(_model: Settlement, event: h.TimerFired) -> bool:
    """The device had time to stop the job."""
    return event.timer is h.Timer.CANCEL


def cancel_due(model: Settlement, _event: h.TimerFired) -> Done:
    """It is told once more when it is seen next: one that cannot be asked would not hear."""
    return Draft(model).set(cancel_due=True).step()


def still_runs(model: Settlement, event: h.JobSeen) -> bool:
    """The device goes on with the job, and had time to stop it."""
    running = event.progress.state is not JobState.UNSEEN and not event.progress.ended
    return model.cancel_due and running and mine(model, event.progress.title)


def cancel_again(model: Settlement, event: h.JobSeen) -> Done:
    """Tell it once more; a device that is stopping it already answers so, and nothing changes."""
    seen = followed(model, event)
    draft = Draft(seen.model).do(*seen.commands, c.CancelJob(event.progress.title))
    return draft.set(cancel_due=False).timer(h.Timer.CANCEL, CANCEL_AGAIN_S).step()


def cancel_not_taken(model: Settlement, event: h.CancelNotTaken) -> Done:
    """Written down once a copy: the job may still be printed."""
    if not mine(model, event.title) or model.uncancelled:
        return Draft(model).step()
    return Draft(model).write("print.uncancelled", title=event.title).set(uncancelled=True).step()


def time_is_job(_model: Settlement, event: h.TimerFired) -> bool:
    """It is the job's time."""
    return event.timer is h.Timer.JOB


def job_late(model: Settlement, _event: h.TimerFired) -> Done:
    """No sheet for too long."""
    return stop_job(model, model.waits or "printer.stopped")


def gone_for_good(model: Settlement, event: h.JobSeen) -> bool:
    """The device has no such job, the spooler has nothing left to send, and what had left it by
    then had time to become a job: to a printer that reads slowly, a request is none yet."""
    unseen = event.progress.state is JobState.UNSEEN
    late = model.recovering or model.cancel_due
    return mine(model, event.progress.title) and unseen and model.contained and late


def ask_counter(model: Settlement, _event: h.JobSeen | h.TimerFired) -> Done:
    """Ask the engine's own counter whether anything moved since the intent."""
    return Draft(model).do(c.AskPrinter()).step()


def progressed(model: Settlement, event: h.JobSeen) -> Done:
    """Tell each further sheet, and whether the job stands still."""
    progress = event.progress
    if not mine(model, progress.title) or progress.state is JobState.UNSEEN:
        return Draft(model).step()
    draft = Draft(model)
    if not job_of(model).seen:
        draft.write("print.seen", title=progress.title)
    draft.set(jammed=jammed(model, progress))
    tell_sheets(draft, progress)
    _tell_waiting(draft, next(iter(progress.troubles), ""))
    if draft.model != model:
        standing = draft.model.waits
        limit_s = model.limits.attendant_s if standing else model.sheet_s
        draft.timer(h.Timer.JOB, limit_s)
    return draft.step()


def followed(model: Settlement, event: h.JobSeen) -> Done:
    """While the job is being cancelled its sheets still count, and its time goes on."""
    draft = Draft(model)
    if mine(model, event.progress.title) and event.progress.state is not JobState.UNSEEN:
        draft.set(jammed=jammed(model, event.progress))
        tell_sheets(draft, event.progress)
    return draft.step()


def out_of_sight(model: Settlement, event: h.JobOutOfSight) -> Done:
    """The device cannot be asked: the job stands still as far as anybody can tell."""
    if not mine(model, event.title) or model.waits == event.reason:
        return Draft(model).step()
    draft = Draft(model)
    _tell_waiting(draft, event.reason)
    return draft.timer(h.Timer.JOB, model.limits.attendant_s).step()


def contained(model: Settlement, event: h.SpoolerContained) -> Done:
    """Whatever the spooler had is destroyed."""
    return Draft(model).write("spooler.contained", reason=event.reason).set(contained=True).step()


def unexpected(_model: Settlement, event: h.SpoolerContained) -> bool:
    """cupsd had died by itself."""
    return event.unexpected


def spooler_died(model: Settlement, event: h.SpoolerContained) -> Done:
    """What the device has of the copy may be a part of it: it is told to cancel."""
    title = job_of(model).title
    draft = Draft(model).write("spooler.contained", reason=event.reason).set(contained=True)
    draft.write("print.cancel", title=title, reason=event.reason).do(c.CancelJob(title))
    return _cancelling(draft).step()


def surely_nothing(model: Settlement, event: h.PrinterSeen) -> bool:
    """The engine's counter stands where it stood before the copy, and no sheet lies there.

    Nor does the device hold the job still: one that a cancel did not reach may yet be printed.
    """
    job, status = job_of(model), event.status
    if job.title in status.jobs:
        return False
    if _another(job.machine, status.machine) or (job.copy == 1 and status.tray is Tray.SHEETS):
        return False
    offline = "printer.offline" in status.troubles
    if job.life >= 0 and status.life_impressions >= 0 and not offline:
        return status.life_impressions == job.life
    return not (job.seen or model.recovering or offline)


def judged_nothing(model: Settlement, _event: h.PrinterSeen) -> Done:
    """Not one side was printed."""
    return failed(Draft(model), 0, model.waits or "printer.spooler", known=True)


def judged_unknown(model: Settlement, _event: h.PrinterSeen) -> Done:
    """Something was printed, or nobody can say: a case, and nothing is printed again."""
    told = max(0, model.sheets_told)
    return failed(Draft(model), told, "printer.unknown_outcome", known=False)


# --- afterwards ---------------------------------------------------------------------------


def paper_gone(model: Settlement, event: h.PaperGone) -> Done:
    """The resident took the sheets."""
    draft = Draft(model).write("paper.taken", sensor=int(event.sensor))
    return draft.tell(link.PaperTaken(sensor=event.sensor)).step()


def job_of(model: Settlement) -> Job:
    """The copy under way."""
    job = model.memory.job
    assert job  # noqa: S101 - PRINTING, STOPPING and JUDGING are entered with a job on disk
    return job


def mine(model: Settlement, title: str) -> bool:
    """Whether a title is that of the copy under way."""
    return model.memory.job is not None and model.memory.job.title == title


def sheets_of(progress: JobProgress) -> int:
    """Sheets out by the device's count; half of its sides where it counts no sheets."""
    return progress.sheets if progress.sheets >= 0 else progress.impressions // SIDES


def sheets_due(model: Settlement) -> int:
    """Sheets the copy has."""
    return job_of(model).sheets


def tell_sheets(draft: Draft, progress: JobProgress) -> None:
    """Tell the visit of every further sheet."""
    sheets = min(sheets_of(progress), sheets_due(draft.model))
    if sheets > draft.model.sheets_told:
        draft.set(sheets_told=sheets).tell(link.SheetsOut(progress.title, sheets))


def _tell_waiting(draft: Draft, reason: str) -> None:
    if reason != draft.model.waits:
        draft.set(waits=reason)
        draft.tell(link.PrinterWaits(job_of(draft.model).title, reason))


def jammed(model: Settlement, progress: JobProgress) -> bool:
    """Whether paper was jammed during this copy."""
    return model.jammed or "printer.jam" in progress.troubles


def _another(machine: str, other: str) -> bool:
    return bool(machine and other) and machine != other


def ended(draft: Draft, result: str, sheets: int, evidence: str, reason: str) -> Draft:
    """The copy is over; nothing of it is followed any more."""
    draft.write(
        "print.end",
        title=job_of(draft.model).title,
        result=result,
        sheets=sheets,
        evidence=evidence,
        reason=reason,
    )
    return draft.stop(h.Timer.JOB).stop(h.Timer.CANCEL).do(c.LeaveJob())


def failed(draft: Draft, sheets: int, reason: str, *, known: bool) -> Done:
    """It did not come whole: the resident is told what is known, and money is settled."""
    title = job_of(draft.model).title
    result, evidence = ("failed", COUNTED) if known else ("unknown", "")
    earlier = draft.model.memory.sheets
    ended(draft, result, sheets, evidence, reason)
    if sheets or not known or earlier:
        draft.do(c.WatchTray())
    draft.tell(link.CopyFailed(title, sheets, reason, known=known))
    return draft.do(c.ClearSpool(), c.GoOn()).step()
