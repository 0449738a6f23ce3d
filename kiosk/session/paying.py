"""Money and paper: from the document in the vault to the receipt. Pure actions of the table.

The visit adds nothing up and decides nothing about money: it asks the supervisor and shows what
the supervisor says. No wire, no clock.
"""

from dataclasses import replace

from kiosk.link import values as link
from kiosk.machine import Step
from kiosk.session import background, forms, steps
from kiosk.session import commands as cmd
from kiosk.session import events as ev
from kiosk.session import model as m
from kiosk.session.model import Session
from kiosk.session.steps import Done, note


def hold_document(session: Session, event: ev.DocumentReady) -> Done:
    """The documents are checked and held."""
    ticket = event.ticket
    held = note(
        "visit.document", application=ticket.application, copies=len(ticket.copies),
        sheets=sum(copy.sheets for copy in ticket.copies),
    )  # fmt: skip
    return Step(replace(session, ticket=ticket), (held,))


def hold_and_pay(session: Session, event: ev.DocumentReady) -> Done:
    """The documents are held: take coins."""
    held, commands = steps.parts(hold_document(session, event))
    paying, more = steps.parts(take_coins(held, event))
    return Step(paying, (*commands, *more))


def take_coins(session: Session, _event: object) -> Done:
    """Take coins until the fee is covered."""
    ticket = steps.ticket_of(session)
    copies = len(ticket.copies)
    each = ticket.fee_yen // copies
    money = replace(session.money, due=ticket.fee_yen)
    ask = link.AcceptCoins(ticket.application, ticket.fee_yen, copies, each)
    return Step(replace(session, money=money), (cmd.Tell(ask),))


def give_back(session: Session, _event: object) -> Done:
    """All coins come back; the documents are erased."""
    ended = replace(session, outcome=session.outcome or "cancelled")
    return Step(ended, (cmd.Tell(link.CancelPayment()), cmd.Erase()))


def give_back_late(session: Session, event: ev.LimitReached) -> Done:
    """Nobody answered: all coins come back."""
    return give_back(replace(session, outcome="timed_out"), event)


def give_back_failed(session: Session, event: link.DeviceTrouble) -> Done:
    """A device failed before anything was printed: all coins come back."""
    failed = replace(session, outcome="failed", failure=event.reason)
    done, commands = steps.parts(give_back(failed, event))
    return Step(done, (*commands, steps.failure_note(session, event.reason)))


def give_back_closed(session: Session, event: link.ServiceState) -> Done:
    """Service closes before anything was printed: all coins come back."""
    noted = background.note_service(session, event).model
    return give_back_failed(noted, link.DeviceTrouble(event.trouble))


def give_back_refused(session: Session, event: link.PrintRefused) -> Done:
    """The printer is not clear and nothing was printed: all coins come back."""
    return give_back_failed(session, link.DeviceTrouble(event.reason))


def start_printing(session: Session, event: link.PaymentCovered) -> Done:
    """Paid: the first copy."""
    covered = background.note_covered(session, event).model
    total = sum(copy.sheets for copy in steps.ticket_of(session).copies)
    printing = m.Printing(copy=0, sheets_total=total)
    return _next_copy(replace(covered, printing=printing))


def stream_copy(session: Session, event: link.PrintGranted) -> Done:
    """The intent is on disk: hand the bytes over."""
    copy = steps.ticket_of(session).copies[session.printing.copy - 1]
    if copy.title != event.title:
        return background.decline_grant(session, event)
    return Step(session, (cmd.Stream(copy.ticket, copy.title),))


def tell_streamed(session: Session, event: ev.Streamed) -> Done:
    """The spooler has it; the device decides."""
    return Step(session, (cmd.Tell(link.CopyStreamed(event.title)),))


def tell_not_streamed(session: Session, event: ev.NotStreamed) -> Done:
    """The spooler broke; only the device knows what it has."""
    return Step(session, (cmd.Tell(link.CopyNotStreamed(event.title, event.reason)),))


def count_sheets(session: Session, event: link.SheetsOut) -> Done:
    """So many sheets of this copy are out, as the device counted."""
    printing = replace(session.printing, sheets_out=event.sheets, waits="", trays=False)
    return Step(replace(session, printing=printing))


def printer_waits(session: Session, event: link.PrinterWaits) -> Done:
    """The job stands still, or goes on."""
    printing = replace(session.printing, waits=event.reason)
    return Step(replace(session, printing=printing))


def print_next(session: Session, _event: link.CopyPrinted) -> Done:
    """That copy is whole; the next one."""
    return _next_copy(_copy_done(session))


def all_printed(session: Session, _event: link.CopyPrinted) -> Done:
    """Every copy is out: erase the documents, the supervisor keeps the fee and gives change."""
    return Step(replace(_copy_done(session), outcome="issued"), (cmd.Erase(),))


def copy_failed(session: Session, event: link.CopyFailed) -> Done:
    """A copy will not come whole, and nothing is printed again by itself."""
    printing = replace(
        session.printing, sheets_out=event.sheets, known=event.known, waits="", trays=False
    )
    outcome = "issued_partly" if printing.copies_done else "failed"
    failed = replace(session, printing=printing, failure=event.reason, outcome=outcome)
    return Step(failed, (cmd.Erase(), steps.failure_note(session, event.reason)))


def copy_refused(session: Session, event: link.PrintRefused) -> Done:
    """A later copy cannot begin: the fee of what is out is kept, the rest comes back."""
    failed, commands = steps.parts(
        copy_failed(session, link.CopyFailed(event.title, 0, event.reason))
    )
    return Step(failed, (*commands, cmd.Tell(link.CancelPayment())))


def heard_stop(session: Session, _event: ev.Stopped) -> Done:
    """The resident says that the paper is taken; the voice stops, the tray is still asked."""
    return Step(replace(session, heard_stop=True))


def print_receipt(session: Session, _event: object) -> Done:
    """The sheets are in the right hands: receipt, and the outcome for the centre."""
    from_offer = forms.certificate_name(session.form)
    taken = replace(session, heard_stop=True, printing=replace(session.printing, trays=True))
    receipt = link.PrintReceipt(session.look.language, from_offer)
    return Step(taken, (cmd.Tell(receipt),))


def receipt_out(session: Session, event: link.ReceiptOut) -> Done:
    """The slip is out; if not, that troubles nobody's certificate."""
    failure = event.reason or session.failure
    return Step(replace(session, failure=failure))


def _next_copy(session: Session) -> Done:
    number = session.printing.copy + 1
    copy = steps.ticket_of(session).copies[number - 1]
    printing = replace(session.printing, copy=number, sheets_out=0, waits="")
    ask = link.PrintCopy(copy.title, number, copy.sheets)
    return Step(replace(session, printing=printing), (cmd.Tell(ask),))


def _copy_done(session: Session) -> Session:
    printing = session.printing
    sheets = steps.ticket_of(session).copies[printing.copy - 1].sheets
    done = replace(
        printing, copies_done=printing.copies_done + 1, sheets_out=sheets, waits="", trays=False
    )
    return replace(session, printing=done)
