"""The visit from the supervisor's side: start, begin, end, death; and what closes service.

Actions and guards of the table in `kiosk.settle.rules`. Pure; no wire, no clock.
"""

from collections.abc import Sequence

from kiosk.journal.entries import noted
from kiosk.journal.memory import Memory, remember
from kiosk.link import values as link
from kiosk.settle import commands as c
from kiosk.settle import happened as h
from kiosk.settle.coins import NOTHING, drain_s
from kiosk.settle.draft import Done, Draft
from kiosk.settle.model import Settlement
from kiosk.settle.paper import in_the_way, known_printer, stop_job
from kiosk.settle.payout import visit_over
from kiosk.settle.reports import told_again
from kiosk.settle.waiting import forgotten, sent_away

COINS_AGAIN_S = 5.0
"""Time between two attempts to set up a coin machine that does not answer."""
BILLS_AGAIN_S = 30.0
"""The same for a bill validator, without which coins are taken meanwhile."""

CLOSES_SERVICE = frozenset({
    "coin.lost", "coin.acceptor_fault", "coin.fraud", "coin.wire", "coin.unknown_device",
    "coin.encrypted", "coin.escrow_fault", "printer.offline", "printer.paper_out", "printer.jam",
    "printer.cover_open", "printer.toner_empty", "printer.output_full", "printer.wrong_media",
    "printer.not_duplex", "printer.not_colour", "printer.not_ipp", "printer.spooler",
    "printer.stopped", "printer.tray_sensor", "terminal.exchange", "journal.disk_full",
    "journal.failed", "identity.expired", "identity.unusable",
})  # fmt: skip
"""Reasons for which nobody is served. An empty or jammed hopper is not one of them: which
coins can be taken follows from the rest. Nor is the receipt: a slip that fails is said."""


def most_telling(troubles: Sequence[str]) -> str:
    """Of several reasons the one that closes service, if any does; "" of none."""
    closing = [reason for reason in troubles if reason in CLOSES_SERVICE]
    return next(iter((*closing, *troubles)), "")


# --- start --------------------------------------------------------------------------------


def boot(model: Settlement, event: h.Booted) -> Done:
    """Show the glass at once, and ask the coin machine what happened meanwhile."""
    memory = model.memory
    draft = Draft(model).write(
        "terminal.start", version=event.version, mode=event.mode, torn=event.torn
    )
    draft.set(recovering=memory.unfinished, repay=event.quiet_s <= model.limits.repay_within_s)
    apology = "visit.died.terminal" if memory.unfinished else ""
    draft.do(c.PowerCardOff())
    draft.do(c.HandGlass(_told_first(memory, "", apology)))
    told_again(draft, event.kept)
    return draft.do(c.ResumeCoins(memory.cursor, memory.bill_cursor, memory.taking)).step()


def time_is_coins(_model: Settlement, event: h.TimerFired) -> bool:
    """It is time to ask the coin machine again."""
    return event.timer is h.Timer.COINS


def ask_again(model: Settlement, _event: h.TimerFired) -> Done:
    """Ask the coin machine again."""
    memory = model.memory
    return Draft(model).do(c.ResumeCoins(memory.cursor, memory.bill_cursor, memory.taking)).step()


def ask_later(model: Settlement, _event: h.TimerFired) -> Done:
    """Not while somebody is served: to set it up shuts the slot, and what the bill validator has
    counted is not this resident's."""
    return Draft(model).timer(h.Timer.COINS, COINS_AGAIN_S).step()


def coins_missing(model: Settlement, event: h.CoinsNotResumed) -> Done:
    """No service without the coin machine; it is asked again and again."""
    draft = troubled(Draft(model), "coin", event.reason)
    if draft.model.trouble:
        sent_away(draft)
    return draft.timer(h.Timer.COINS, COINS_AGAIN_S).step()


def ticket_open(model: Settlement, _event: h.CoinsResumed) -> bool:
    """A payout was begun of which the journal does not know the end."""
    return model.memory.ticket is not None


def resolve(model: Settlement, event: h.CoinsResumed) -> Done:
    """Ask the hopper's counters what became of it."""
    draft = coins_set_up(model, event)
    assert model.memory.ticket  # noqa: S101 - the guard has seen it
    return draft.do(c.ResolveTicket(model.memory.ticket)).step()


def job_open(model: Settlement, _event: h.CoinsResumed) -> bool:
    """A copy was let through of which the journal does not know the end."""
    return model.memory.job is not None


def follow_on(model: Settlement, event: h.CoinsResumed) -> Done:
    """Follow it at the device; the spooler was wiped when it started."""
    draft = coins_set_up(model, event).set(contained=True)
    assert model.memory.job  # noqa: S101 - the guard has seen it
    draft.do(c.FollowJob(model.memory.job.title))
    return draft.timer(h.Timer.JOB, model.limits.unseen_s).step()


def settle_on(model: Settlement, event: h.CoinsResumed) -> Done:
    """Settle whatever is left."""
    return coins_set_up(model, event).do(c.GoOn()).step()


def coins_back(model: Settlement, event: h.CoinsResumed) -> Done:
    """The coin machine was set up once more."""
    return coins_set_up(model, event).step()


# --- a visit begins and ends --------------------------------------------------------------


def in_service(model: Settlement, _event: link.OpenVisit) -> bool:
    """Nothing closes service."""
    return not model.trouble


def ask_clear(model: Settlement, event: link.OpenVisit) -> Done:
    """Ask the printer before anybody starts."""
    return _begun(Draft(model), event).step()


def open_now(model: Settlement, _event: h.Proceed) -> Done:
    """As `ask_clear`, for somebody who began before all was settled."""
    event = model.opening
    assert event  # noqa: S101 - the guard has seen it
    return _begun(forgotten(Draft(model)), event).step()


def closed_for(model: Settlement, _event: link.OpenVisit) -> Done:
    """Say why nobody is served."""
    draft = Draft(model).write("visit.refused", reason=model.trouble)
    return draft.say(link.VisitRefused(model.trouble)).step()


def still_settling(model: Settlement, _event: link.OpenVisit) -> Done:
    """The visit before is not settled yet."""
    draft = Draft(model).write("visit.refused", reason="terminal.settling")
    return draft.say(link.VisitRefused("terminal.settling")).step()


def printer_clear(_model: Settlement, event: h.PrinterSeen) -> bool:
    """Idle, no job, no sheet in the tray."""
    return not in_the_way(event.status, first=True)


def grant(model: Settlement, event: h.PrinterSeen) -> Done:
    """The visit may begin."""
    draft = known_printer(_printer_said(Draft(model), event), event.status)
    return draft.tell(link.VisitGranted()).step()


def not_clear(model: Settlement, event: h.PrinterSeen) -> Done:
    """No visit begins while something lies in the printer."""
    reason = in_the_way(event.status, first=True)
    draft = _printer_said(Draft(model), event).tell(link.VisitRefused(reason))
    visit = model.memory.visit
    draft.write("visit.end", visit=visit, outcome="refused", failure=reason)
    return draft.set(alive=False).do(c.GoOn()).step()


def holds_nothing(model: Settlement, _event: link.CloseVisit) -> bool:
    """No coin lies in the machine undecided."""
    return not model.memory.ledger.held


def close_now(model: Settlement, event: link.CloseVisit) -> Done:
    """Nothing is at stake: the visit may end."""
    return visit_over(Draft(model), event).step()


def close_unopened(model: Settlement, _event: link.CloseVisit) -> Done:
    """Nobody was served; a fresh process takes the glass all the same."""
    draft = Draft(model).timer(h.Timer.LEAVE, model.limits.leave_s)
    return draft.say(link.VisitClosed()).step()


def close_unbound(model: Settlement, _event: link.CloseVisit) -> Done:
    """The process has no part in what is being settled; it may go."""
    return forgotten(Draft(model)).say(link.VisitClosed()).step()


def close_later(model: Settlement, event: link.CloseVisit) -> Done:
    """The visit may end as soon as everything is settled."""
    if not model.alive:
        return close_unbound(model, event)
    return Draft(model).set(closing=event).step()


def time_is_leave(_model: Settlement, event: h.TimerFired) -> bool:
    """It is the leaving visit's time."""
    return event.timer is h.Timer.LEAVE


def linger(model: Settlement, _event: h.TimerFired) -> Done:
    """It was told to end and did not."""
    return Draft(model).do(c.KillVisit("late")).step()


def next_visit(model: Settlement, _event: h.VisitEnded) -> Done:
    """The glass goes to the spare; a coin that came meanwhile is settled."""
    return glass(Draft(model).stop(h.Timer.LEAVE)).do(c.GoOn()).step()


# --- a visit dies -------------------------------------------------------------------------


def died_free(model: Settlement, event: h.VisitEnded) -> Done:
    """Nothing was at stake but the resident's time."""
    return _dead(model, event, "visit.died").do(c.GoOn()).step()


def died_paying(model: Settlement, event: h.VisitEnded) -> Done:
    """The coins go back."""
    draft = _dead(model, event, "visit.died.money_back")
    draft.set(open_coins=NOTHING, pending=None).do(c.SetAccept(NOTHING)).stop(h.Timer.PAY)
    return draft.timer(h.Timer.FALL, drain_s(model)).step()


def handed_over(model: Settlement, _event: h.VisitEnded) -> bool:
    """The spooler has the whole copy: it can come without the visit."""
    return model.alive and model.memory.job is not None and model.memory.job.streamed


def died_printing(model: Settlement, event: h.VisitEnded) -> Done:
    """The copy under way is followed to its end; no other can come."""
    return _dead(model, event, "visit.died.printing").step()


def died_streaming(model: Settlement, event: h.VisitEnded) -> Done:
    """Cancel what the device may have of it, destroy what the spooler has."""
    draft = _dead(model, event, "visit.died.printing")
    stopped = stop_job(draft.model, "visit.died")
    return Draft(stopped.model).do(*draft.step().commands, *stopped.commands).step()


def still_there(model: Settlement, _event: h.VisitEnded) -> bool:
    """It is the visit of this transaction that died."""
    return model.alive


def died_settling(model: Settlement, event: h.VisitEnded) -> Done:
    """What is being settled is settled without it."""
    return _dead(model, event, "visit.died.money_back").step()


def glass_again(model: Settlement, _event: h.VisitEnded) -> Done:
    """The process that only kept the glass is gone."""
    return glass(forgotten(Draft(model))).step()


def misused(model: Settlement, _event: object) -> Done:
    """The visit says what makes no sense here: it is not trusted any more."""
    return Draft(model).do(c.KillVisit("misuse")).step()


def nothing_to_do(model: Settlement, _event: object) -> Done:
    """It crossed an answer that was under way, or no longer matters."""
    return Draft(model).step()


# --- at any time --------------------------------------------------------------------------


def note(model: Settlement, event: link.Note) -> Done:
    """Journal a step of the visit."""
    what = noted(event.kind, event.fields)
    draft = Draft(model).do(c.Write(what))
    return draft.set(memory=remember(model.memory, what)).step()


def slip(model: Settlement, event: link.PrintReceipt) -> Done:
    """Print what was settled last."""
    order = c.PrintSlip(model.settled, event.language, event.certificate)
    return Draft(model).do(order).step()


def no_slip(model: Settlement, _event: link.PrintReceipt) -> Done:
    """There is nothing settled to print yet."""
    return Draft(model).tell(link.ReceiptOut("terminal.settling")).step()


def slip_done(model: Settlement, event: h.SlipPrinted) -> Done:
    """Say whether the slip came."""
    draft = Draft(model)
    if event.reason:
        draft.write("receipt.failed", reason=event.reason)
    else:
        draft.write("receipt.out")
    return draft.tell(link.ReceiptOut(event.reason)).step()


def trouble(model: Settlement, event: h.TroubleSeen) -> Done:
    """A device closes service or lets it open again."""
    return troubled(Draft(model), event.source, event.reason).step()


def identity_seen(model: Settlement, event: h.IdentitySeen) -> Done:
    """The terminal's certificate was renewed, or could not be; without one nobody is served."""
    draft = Draft(model)
    if event.switched or event.failure:
        draft.write("terminal.identity", result=event.failure or "renewed")
    return troubled(draft, "identity", event.failure).step()


def warned(model: Settlement, event: h.DeviceWarned) -> Done:
    """Each warning is journaled once, when it comes up; nobody is refused for it."""
    draft = Draft(model)
    for reason in event.reasons:
        if reason not in model.warnings:
            draft.write("device.warning", reason=reason)
    others = (one for one in model.warnings if not one.startswith(f"{event.source}."))
    return draft.set(warnings=(*others, *event.reasons)).step()


def printer_seen(model: Settlement, event: h.PrinterSeen) -> Done:
    """Asked before money is taken, or by somebody who is gone: service follows what it says."""
    return _printer_said(Draft(model), event).step()


def case_closed(model: Settlement, event: h.CaseClosed) -> Done:
    """Staff settled it."""
    return Draft(model).write("case.closed", case=event.case).step()


def _begun(draft: Draft, event: link.OpenVisit) -> Draft:
    draft.write("visit.begin", visit=event.visit).set(alive=True, reported=False, case="")
    return draft.do(c.LeaveTray(), c.AskPrinter())


def _printer_said(draft: Draft, event: h.PrinterSeen) -> Draft:
    return troubled(draft, "printer", most_telling(event.status.troubles))


def coins_set_up(model: Settlement, event: h.CoinsResumed) -> Draft:
    """What the machine takes and pays; it closes service no more."""
    draft = Draft(model).set(accepts=event.accepts, bills=event.bills)
    if not event.whole:
        draft.timer(h.Timer.COINS, BILLS_AGAIN_S)
    return troubled(draft, "coin", "")


def troubled(draft: Draft, source: str, reason: str) -> Draft:
    """Service follows what `source` says of itself: a reason that closes it, or ""."""
    before = draft.model.trouble
    others = tuple(pair for pair in draft.model.troubles if pair[0] != source)
    closes = ((source, reason),) if reason in CLOSES_SERVICE else ()
    after = draft.set(troubles=(*others, *closes)).model.trouble
    if after != before:
        draft.write("terminal.trouble", reason=after).say(link.ServiceState(after))
    return draft


def _dead(model: Settlement, event: h.VisitEnded, apology: str) -> Draft:
    draft = Draft(model).set(alive=False, closing=None)
    draft.do(c.HandGlass(_told_first(model.memory, model.trouble, apology)), c.PowerCardOff())
    return draft.write(
        "visit.died", visit=model.memory.visit, state=model.state.value, cause=event.cause
    )


def _told_first(memory: Memory, trouble: str, apology: str) -> link.TakeGlass:
    """The next glass after a death: of open money nothing is said before it is settled."""
    if not apology:
        return link.TakeGlass(trouble)
    if memory.application:
        return link.TakeGlass(trouble, apology, settling=True)
    last = memory.reports.last if memory.reports.settled else None
    if last is None:
        return link.TakeGlass(trouble, apology)
    return link.TakeGlass(
        trouble, apology, kept_yen=last.kept, returned_yen=last.returned, owed_yen=last.owed
    )


def glass(draft: Draft) -> Draft:
    """The next glass begins with why nobody is served, if so."""
    return draft.do(c.HandGlass(link.TakeGlass(trouble=draft.model.trouble)))
