"""Money out: what delivered copies cost is kept, everything else is paid back or owed.

One decision at a time, each on disk before the next: a crash between any two finds the books
as they are. Actions and guards of the table in `kiosk.settle.rules`. Pure; no wire, no clock.
"""

from drivers.coin.contract import DispenseResult, Evidence
from kiosk.change import nearest
from kiosk.journal.memory import Memory
from kiosk.link import values as link
from kiosk.money import Yen, worth
from kiosk.settle import commands as c
from kiosk.settle import happened as h
from kiosk.settle.draft import Done, Draft
from kiosk.settle.model import Settled, Settlement
from kiosk.settle.reports import told_by_visit, told_for_visit
from kiosk.settle.waiting import answered

PIECES_MAX = 255
"""One dispense order counts in a byte (ccTalk Generic Specification 4.7, Part 2, header 167)."""


def time_is_fall(_model: Settlement, event: h.TimerFired) -> bool:
    """It is the falling coin's time."""
    return event.timer is h.Timer.FALL


def go_on(model: Settlement, _event: h.TimerFired) -> Done:
    """Whatever was falling has fallen."""
    return Draft(model).do(c.GoOn()).step()


def fee_due(model: Settlement, _event: h.Proceed) -> bool:
    """Delivered copies are not paid for yet."""
    return _fee(model) > 0


def keep_fee(model: Settlement, _event: h.Proceed) -> Done:
    """The fee of the copies the device counted out belongs to the municipality."""
    draft = Draft(model).write("money.kept", yen=_fee(model), copies=model.memory.delivered)
    return draft.do(c.GoOn()).step()


def copy_doubtful(model: Settlement, _event: h.Proceed) -> bool:
    """Of a copy nobody knows whether it came: its fee is neither kept nor given back."""
    return model.memory.unknown > 0


def owe_doubtful(model: Settlement, _event: h.Proceed) -> Done:
    """Leave the fee of the doubtful copies to staff, who can count the sheets."""
    memory = model.memory
    fee = worth(memory.bill.fee_each, memory.unknown)
    owed = min(fee, memory.ledger.held)
    return Draft(model).case("printer.unknown_outcome", owed).do(c.GoOn()).step()


def owner_gone(model: Settlement, _event: h.Proceed) -> bool:
    """The terminal was dark for so long that whoever paid will have left."""
    return not model.repay and model.memory.ledger.held > 0


def owe_all(model: Settlement, _event: h.Proceed) -> Done:
    """Keep it for its owner instead of paying it to whoever stands there now."""
    return Draft(model).case("terminal.restart", model.memory.ledger.held).do(c.GoOn()).step()


def payable_now(model: Settlement, _event: h.Proceed) -> bool:
    """There are coins for at least a part of what is held."""
    return bool(_plan(model))


def ready_hopper(model: Settlement, _event: h.Proceed) -> Done:
    """Ready the first hopper of the plan."""
    value, pieces = _plan(model)[0]
    return Draft(model).do(c.Prepare(value, min(pieces, PIECES_MAX))).step()


def money_left(model: Settlement, _event: h.Proceed) -> bool:
    """Money is held and no coins are there to pay it."""
    return model.memory.ledger.held > 0


def owe_rest(model: Settlement, _event: h.Proceed) -> Done:
    """The hoppers cannot pay: staff will."""
    return Draft(model).case("coin.change_short", model.memory.ledger.held).do(c.GoOn()).step()


def hopper_ready(model: Settlement, event: h.PayoutReadied) -> Done:
    """Write the intent with the hopper's counters; the order goes out when it is on disk."""
    ticket = event.ticket
    draft = Draft(model).write(
        "payout.intent",
        yen=ticket.yen,
        pieces=ticket.pieces,
        address=ticket.address,
        serial=ticket.serial,
        event_counter=ticket.event_counter,
        total_before=ticket.total_before,
    )
    return draft.do(c.Dispense(ticket)).step()


def hopper_unready(model: Settlement, event: h.PayoutNotReadied) -> Done:
    """Nothing moved; this hopper is out of use until staff counts it."""
    draft = Draft(model).write("payout.failed", yen=event.yen, reason=event.reason)
    return _out_of_use(draft, event.yen).do(c.GoOn()).step()


def this_ticket(model: Settlement, event: h.PayoutEnded) -> bool:
    """It is about the payout that is open."""
    return event.result.ticket == model.memory.ticket


def hopper_done(model: Settlement, event: h.PayoutEnded) -> Done:
    """What the hopper counted out is given back; what nobody knows is owed."""
    result = event.result
    pieces, yen = result.ticket.pieces, result.ticket.yen
    unknown = result.evidence is Evidence.UNKNOWN
    paid = 0 if unknown else min(result.paid, pieces)
    draft = _result_written(Draft(model), result, paid)
    if unknown:
        draft.case("coin.payout_unknown", worth(yen, pieces))
    if _never_ordered(result) and model.ordered_again != yen:
        return draft.set(ordered_again=yen).do(c.GoOn()).step()
    if unknown or result.paid < pieces:
        _out_of_use(draft, yen)
    return draft.set(ordered_again=0).do(c.GoOn()).step()


def foreign_result(model: Settlement, _event: h.PayoutEnded) -> Done:
    """A result nobody waits for; the one that counts is still to come."""
    return Draft(model).step()


def visit_wants_end(model: Settlement, _event: h.Proceed) -> bool:
    """All is settled and the visit asked to end meanwhile."""
    return model.alive and model.closing is not None


def resident_waits(model: Settlement, _event: h.Proceed) -> bool:
    """All is settled and the visit goes on."""
    return model.alive


def close_books(model: Settlement, _event: h.Proceed) -> Done:
    """Every yen has its place: say so, and forget the transaction."""
    return _closed(model).step()


def close_books_and_visit(model: Settlement, _event: h.Proceed) -> Done:
    """As `close_books`, and the visit may end."""
    draft, closing = _closed(model), model.closing
    assert closing  # noqa: S101 - the guard has seen it
    return visit_over(draft, closing).step()


def close_books_alone(model: Settlement, _event: h.Proceed) -> Done:
    """As `close_books`; the visit is dead, so the supervisor speaks and reports for it."""
    memory, billed = model.memory, model.billed
    draft = _closed(model)
    settled = draft.model.settled
    if memory.visit:
        failure = "terminal.restart" if model.recovering else "visit.died"
        told_for_visit(draft, failure)
        draft.write("visit.end", visit=memory.visit, outcome="failed", failure=failure)
    if billed and (settled.ledger.owed or settled.ledger.kept):
        draft.do(c.PrintSlip(settled, "ja", ""))
    if model.recovering:
        ledger = settled.ledger
        draft.write(
            "terminal.recovered",
            visit=memory.visit,
            returned=ledger.returned,
            kept=ledger.kept,
            owed=ledger.owed,
        )
    return answered(draft.set(recovering=False, repay=True)).step()


def visit_over(draft: Draft, closing: link.CloseVisit) -> Draft:
    """The visit's last entry, and leave to end."""
    told_by_visit(draft, closing.outcome, closing.failure)
    draft.write(
        "visit.end",
        visit=draft.model.memory.visit,
        outcome=closing.outcome,
        failure=closing.failure,
    )
    draft.set(closing=None, alive=False).do(c.LeaveTray())
    draft.timer(h.Timer.LEAVE, draft.model.limits.leave_s)
    return draft.say(link.VisitClosed())


def _fee(model: Settlement) -> Yen:
    memory = model.memory
    return Yen(memory.bill.fee_of(memory.delivered) - memory.ledger.kept)


def _plan(model: Settlement) -> tuple[tuple[int, int], ...]:
    memory = model.memory
    return nearest(memory.ledger.held, memory.coins.stock())


def _never_ordered(result: DispenseResult) -> bool:
    """The order never reached a hopper that is in order: it may be given once more."""
    return result.evidence is Evidence.NOT_STARTED and not result.reason


def _result_written(draft: Draft, result: DispenseResult, paid: int) -> Draft:
    return draft.write(
        "payout.result",
        yen=result.ticket.yen,
        pieces=result.ticket.pieces,
        paid=paid,
        over=max(0, result.paid - result.ticket.pieces),
        evidence=result.evidence.value,
        reason=result.reason,
    )


def _out_of_use(draft: Draft, value: int) -> Draft:
    return draft.write("stock.set", yen=value, pieces=0, accuracy="unknown")


def _closed(model: Settlement) -> Draft:
    memory, ledger = model.memory, model.memory.ledger
    draft = Draft(model)
    if ledger.inserted or model.billed:
        draft.write(
            "money.settled",
            inserted=ledger.inserted,
            kept=ledger.kept,
            returned=ledger.returned,
            owed=ledger.owed,
        )
    if model.billed:
        settled = Settled(ledger, memory.bill, memory.delivered, model.case)
        draft.set(settled=settled, case="", contained=False)
        draft.say(_told(memory, settled.case))
    return draft.stop(h.Timer.PAY)


def _told(memory: Memory, case: str) -> link.CoinsReturned | link.MoneySettled:
    ledger = memory.ledger
    if memory.printing:
        return link.MoneySettled(ledger.kept, ledger.returned, ledger.owed, case)
    return link.CoinsReturned(ledger.returned, ledger.owed, case)
