"""Paper: a copy is let through when the printer is clear, and ends when the device says so.

The spooler's word is never evidence. Actions and guards of the table in
`kiosk.settle.rules`. Pure; no wire, no clock.
"""

from drivers.printer.contract import JobProgress, JobState, PrinterStatus, Tray
from kiosk.journal.memory import Job
from kiosk.link import values as link
from kiosk.settle import commands as c
from kiosk.settle import happened as h
from kiosk.settle.draft import Done, Draft
from kiosk.settle.model import Settlement

SIDES = 2
"""Every sheet is printed on both: front black, back colour."""
COUNTED = "device_counted"


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
    """The printer is idle, holds no job, and no foreign sheet lies in its tray."""
    assert model.pending  # noqa: S101 - CLEARING is entered with a copy pending
    return not in_the_way(event.status, first=model.pending.copy == 1)


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
    )
    draft.set(pending=None, sheets_told=0, waits="", contained=False)
    draft.do(c.FollowJob(copy.title)).timer(h.Timer.JOB, model.limits.unseen_s)
    return draft.tell(link.PrintGranted(copy.title)).step()


def hold_back(model: Settlement, event: h.PrinterSeen) -> Done:
    """Not clear: nothing is printed, and the visit may ask again or cancel."""
    copy = model.pending
    assert copy  # noqa: S101 - CLEARING is entered with a copy pending
    why = in_the_way(event.status, first=copy.copy == 1)
    draft = Draft(model).set(pending=None).timer(h.Timer.PAY, model.limits.held_s)
    return draft.tell(link.PrintRefused(copy.title, why)).step()


def too_late(model: Settlement, event: link.PrintCopy) -> Done:
    """The payment is closed already."""
    return Draft(model).tell(link.PrintRefused(event.title, "payment.closed")).step()


# --- while it is under way ----------------------------------------------------------------


def streamed(model: Settlement, event: link.CopyStreamed) -> Done:
    """The spooler has it whole: no evidence, but from here on the job can live without us."""
    if not _mine(model, event.title):
        return Draft(model).step()
    return Draft(model).write("print.streamed", title=event.title).step()


def this_job(model: Settlement, event: link.CopyNotStreamed) -> bool:
    """It is about the copy under way."""
    return _mine(model, event.title)


def not_streamed(model: Settlement, event: link.CopyNotStreamed) -> Done:
    """The hand-over broke: make sure nothing of it lives on, then see what came out."""
    return stop_job(model, event.reason)


def stop_job(model: Settlement, reason: str) -> Done:
    """Tell the device to cancel and destroy what the spooler has, then follow to the end."""
    job = _job(model)
    draft = Draft(model).write("print.cancel", title=job.title, reason=reason)
    draft.do(c.CancelJob(job.title), c.ContainSpooler(reason))
    return draft.timer(h.Timer.JOB, model.limits.cancel_s).step()


def time_is_job(_model: Settlement, event: h.TimerFired) -> bool:
    """It is the job's time."""
    return event.timer is h.Timer.JOB


def job_late(model: Settlement, _event: h.TimerFired) -> Done:
    """No sheet for too long."""
    return stop_job(model, model.waits or "printer.stopped")


def came_whole(model: Settlement, event: h.JobSeen) -> bool:
    """The device ended the job and counted every sheet of it."""
    progress = event.progress
    whole = _sheets(progress) >= _sheets_due(model)
    return _mine(model, progress.title) and progress.ended and whole


def came_short(model: Settlement, event: h.JobSeen) -> bool:
    """The device gave the job up before the last sheet."""
    progress = event.progress
    given_up = progress.state in {JobState.CANCELED, JobState.ABORTED}
    return _mine(model, progress.title) and given_up


def came_uncounted(model: Settlement, event: h.JobSeen) -> bool:
    """The device calls the job completed but did not count its sheets."""
    return _mine(model, event.progress.title) and event.progress.ended


def gone_for_good(model: Settlement, event: h.JobSeen) -> bool:
    """The device has no such job, and the spooler has nothing left to send."""
    unseen = event.progress.state is JobState.UNSEEN
    return _mine(model, event.progress.title) and unseen and model.contained


def printed(model: Settlement, event: h.JobSeen) -> Done:
    """A whole copy, counted at the device."""
    draft = _ended(model, "printed", _sheets(event.progress), COUNTED, "")
    draft.tell(link.SheetsOut(event.progress.title, _sheets_due(model)))
    return draft.tell(link.CopyPrinted(event.progress.title, COUNTED)).step()


def more_to_come(model: Settlement, event: h.JobSeen) -> bool:
    """It came whole, further copies are paid, and the visit that holds them lives."""
    more = model.memory.delivered + 1 < model.memory.bill.copies
    return came_whole(model, event) and more and model.alive and model.closing is None


def printed_one(model: Settlement, event: h.JobSeen) -> Done:
    """As `printed`; the visit asks for the next."""
    done = printed(model, event)
    draft = Draft(done.model).do(*done.commands)
    return draft.timer(h.Timer.PAY, model.limits.held_s).step()


def printed_last(model: Settlement, event: h.JobSeen) -> Done:
    """As `printed`; now the money is settled."""
    done = printed(model, event)
    return Draft(done.model).do(*done.commands, c.WatchTray(), c.GoOn()).step()


def short(model: Settlement, event: h.JobSeen) -> Done:
    """Fewer sheets than the copy has, and the device knows how many."""
    reason = model.waits or next(iter(event.progress.troubles), "printer.aborted")
    return _failed(model, _sheets(event.progress), reason, known=True)


def uncounted(model: Settlement, event: h.JobSeen) -> Done:
    """Nobody knows how many sheets came out."""
    return _failed(model, _sheets(event.progress), "printer.unknown_outcome", known=False)


def ask_counter(model: Settlement, _event: h.JobSeen | h.TimerFired) -> Done:
    """Ask the engine's own counter whether anything moved since the intent."""
    return Draft(model).do(c.AskPrinter()).step()


def progressed(model: Settlement, event: h.JobSeen) -> Done:
    """Tell each further sheet, and whether the job stands still."""
    progress = event.progress
    if not _mine(model, progress.title) or progress.state is JobState.UNSEEN:
        return Draft(model).step()
    draft = Draft(model)
    if not _job(model).seen:
        draft.write("print.seen", title=progress.title)
    _tell_sheets(draft, progress)
    _tell_waiting(draft, next(iter(progress.troubles), ""))
    if draft.model != model:
        standing = draft.model.waits
        limit_s = model.limits.attendant_s if standing else model.sheet_s
        draft.timer(h.Timer.JOB, limit_s)
    return draft.step()


def followed(model: Settlement, event: h.JobSeen) -> Done:
    """While the job is being cancelled its sheets still count, and its time goes on."""
    draft = Draft(model)
    if _mine(model, event.progress.title) and event.progress.state is not JobState.UNSEEN:
        _tell_sheets(draft, event.progress)
    return draft.step()


def out_of_sight(model: Settlement, event: h.JobOutOfSight) -> Done:
    """The device cannot be asked: the job stands still as far as anybody can tell."""
    if not _mine(model, event.title) or model.waits == event.reason:
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
    title = _job(model).title
    draft = Draft(model).write("spooler.contained", reason=event.reason).set(contained=True)
    draft.write("print.cancel", title=title, reason=event.reason).do(c.CancelJob(title))
    return draft.timer(h.Timer.JOB, model.limits.cancel_s).step()


def surely_nothing(model: Settlement, event: h.PrinterSeen) -> bool:
    """The engine's counter stands where it stood before the copy."""
    job, now = _job(model), event.status.life_impressions
    counted = job.life >= 0 and now >= 0 and "printer.offline" not in event.status.troubles
    if counted:
        return now == job.life
    return not (job.seen or model.recovering or "printer.offline" in event.status.troubles)


def judged_nothing(model: Settlement, _event: h.PrinterSeen) -> Done:
    """Not one side was printed."""
    return _failed(model, 0, model.waits or "printer.spooler", known=True)


def judged_unknown(model: Settlement, _event: h.PrinterSeen) -> Done:
    """Something was printed, or nobody can say: a case, and nothing is printed again."""
    return _failed(model, max(0, model.sheets_told), "printer.unknown_outcome", known=False)


# --- afterwards ---------------------------------------------------------------------------


def paper_gone(model: Settlement, event: h.PaperGone) -> Done:
    """The resident took the sheets."""
    draft = Draft(model).write("paper.taken", sensor=int(event.sensor))
    return draft.tell(link.PaperTaken(sensor=event.sensor)).step()


def _job(model: Settlement) -> Job:
    job = model.memory.job
    assert job  # noqa: S101 - PRINTING, STOPPING and JUDGING are entered with a job on disk
    return job


def _mine(model: Settlement, title: str) -> bool:
    return model.memory.job is not None and model.memory.job.title == title


def _sheets(progress: JobProgress) -> int:
    return progress.sheets if progress.sheets >= 0 else progress.impressions // SIDES


def _sheets_due(model: Settlement) -> int:
    return _job(model).sheets


def _tell_sheets(draft: Draft, progress: JobProgress) -> None:
    sheets = min(_sheets(progress), _sheets_due(draft.model))
    if sheets > draft.model.sheets_told:
        draft.set(sheets_told=sheets).tell(link.SheetsOut(progress.title, sheets))


def _tell_waiting(draft: Draft, reason: str) -> None:
    if reason != draft.model.waits:
        draft.set(waits=reason)
        draft.tell(link.PrinterWaits(_job(draft.model).title, reason))


def _ended(model: Settlement, result: str, sheets: int, evidence: str, reason: str) -> Draft:
    draft = Draft(model).write(
        "print.end",
        title=_job(model).title,
        result=result,
        sheets=sheets,
        evidence=evidence,
        reason=reason,
    )
    return draft.stop(h.Timer.JOB).do(c.LeaveJob())


def _failed(model: Settlement, sheets: int, reason: str, *, known: bool) -> Done:
    title = _job(model).title
    result, evidence = ("failed", COUNTED) if known else ("unknown", "")
    draft = _ended(model, result, sheets, evidence, reason)
    if sheets or not known or model.memory.sheets:
        draft.do(c.WatchTray())
    draft.tell(link.CopyFailed(title, sheets, reason, known=known))
    return draft.do(c.GoOn()).step()
