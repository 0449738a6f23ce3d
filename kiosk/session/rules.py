"""THE TABLE: where a visit may go from where, on what, doing what.

Rules for whoever edits it: a state changes here and nowhere else; guards and actions are named
functions, because their names are the drawing's labels; the last rule of a state and an event has
no guard; what carries value is answered in every state. No wire, no clock.
"""

from collections.abc import Callable
from typing import Any

from kiosk.link import values as link
from kiosk.machine import Rule, Table, on
from kiosk.session import actions as do
from kiosk.session import background as bg
from kiosk.session import events as ev
from kiosk.session import guards as when
from kiosk.session import limits, paying
from kiosk.session.commands import Command
from kiosk.session.model import Session, State
from kiosk.session.steps import Done

S = State
ALL = frozenset(State)

WITH_TOOLS = frozenset({
    S.START, S.MENU, S.CLEAR_READER, S.PLACE_CARD, S.CHECK_CARD, S.WHERE, S.NOT_SERVED, S.PIN,
    S.PIN_WRONG, S.READ_CARD, S.TAKE_CARD, S.WAIT_OFFERS, S.FORM, S.FETCH, S.CHANGE, S.REFUSED,
})  # fmt: skip
"""Language and look may be changed here: every screen of a visit before money is taken."""

ENDABLE = frozenset({
    S.CLEAR_READER, S.PLACE_CARD, S.CHECK_CARD, S.WHERE, S.NOT_SERVED, S.PIN, S.PIN_WRONG,
    S.READ_CARD, S.TAKE_CARD, S.WAIT_OFFERS, S.FORM, S.FETCH, S.CHANGE,
})  # fmt: skip
"""終了する or 中止する may be pressed here, and nothing has to be given back but the card."""

_WARNED = limits.states(limits.Waiting.WARNS)
_CARD_USED = frozenset({S.WHERE, S.NOT_SERVED, S.PIN, S.PIN_WRONG})

_GLASS = (
    on(S.START, link.TakeGlass, S.APOLOGY, do.take_glass, when.apology_due),
    on(S.START, link.TakeGlass, S.CLOSED, do.take_glass, when.glass_closed),
    on(S.START, link.TakeGlass, None, do.take_glass),
    on(S.APOLOGY, ev.Confirmed, S.CLOSED, do.apologised, when.cannot_serve),
    on(S.APOLOGY, ev.Confirmed, S.START, do.apologised),
    on(S.APOLOGY, ev.LimitReached, S.CLOSED, do.apologised, when.cannot_serve),
    on(S.APOLOGY, ev.LimitReached, S.START, do.apologised),
    on(S.START, link.ServiceState, S.CLOSED, bg.note_service, when.service_closed),
    on(S.START, link.ServiceState, None, bg.note_service),
    on(S.CLOSED, link.ServiceState, None, bg.note_service, when.still_closed),
    on(S.CLOSED, link.ServiceState, S.START, bg.note_service),
    on(S.START, ev.HoursChanged, S.CLOSED, bg.note_hours, when.hours_over),
    on(S.START, ev.HoursChanged, None, bg.note_hours),
    on(S.CLOSED, ev.HoursChanged, None, bg.note_hours, when.still_troubled),
    on(S.CLOSED, ev.HoursChanged, S.START, bg.note_hours),
    on(S.START, ev.ReaderFailed, S.CLOSED, bg.note_reader),
    on(S.CLOSED, ev.ReaderBack, None, bg.note_reader_back, when.closed_anyway),
    on(S.CLOSED, ev.ReaderBack, S.START, bg.note_reader_back),
    on(S.START, ev.StartTapped, S.CLOSED, bg.stay, when.cannot_serve),
    on(S.START, ev.StartTapped, S.MENU, bg.stay),
    on(S.MENU, ev.EndAsked, S.START, do.back_to_start),
    on(S.MENU, ev.WentBack, S.START, do.back_to_start),
    on(S.MENU, ev.ServiceChosen, S.CLOSED, bg.stay, when.cannot_serve),
    on(S.MENU, ev.ServiceChosen, S.CLEAR_READER, do.begin_with_card_there, when.card_lies_there),
    on(S.MENU, ev.ServiceChosen, S.PLACE_CARD, do.begin),
)

_CARD = (
    on({S.CLEAR_READER, S.PLACE_CARD}, link.VisitRefused, S.REFUSED, do.refuse_visit),
    on(S.CLEAR_READER, ev.CardRemoved, S.PLACE_CARD, do.reader_cleared),
    on(S.PLACE_CARD, ev.CardFound, S.CLEAR_READER, do.find_card),
    on(S.PLACE_CARD, ev.CardPlaced, S.CHECK_CARD, do.identify, when.ready_for_card),
    on(S.PLACE_CARD, ev.CardPlaced, None, bg.note_card_on),
    on(S.PLACE_CARD, ev.VisitOpened, S.CHECK_CARD, do.card_and_opened, when.card_and_grant_here),
    on(S.PLACE_CARD, link.VisitGranted, S.CHECK_CARD, do.card_and_grant, when.card_and_opened_here),
    on(S.PLACE_CARD, link.VisitGranted, None, bg.note_grant),
    on({S.CLEAR_READER, S.PLACE_CARD}, ev.VisitOpened, None, bg.note_opened),
    on(S.CHECK_CARD, ev.CardIdentified, S.REFUSED, do.card_blocked, when.no_try_left),
    on(S.CHECK_CARD, ev.CardIdentified, S.WHERE, do.card_known),
    on(_CARD_USED, ev.CardRemoved, S.PLACE_CARD, do.card_gone),
    on(S.WHERE, ev.ScopeChosen, S.NOT_SERVED, do.choose_scope, when.scope_not_served),
    on(S.WHERE, ev.ScopeChosen, S.PIN, do.choose_scope),
    on(S.NOT_SERVED, ev.Confirmed, S.WHERE, bg.stay),
    on(S.NOT_SERVED, ev.WentBack, S.WHERE, bg.stay),
    on(S.PIN, ev.DigitTyped, None, do.type_digit),
    on(S.PIN, ev.DigitsCleared, None, do.clear_digits),
    on(S.PIN, ev.WentBack, S.WHERE, do.clear_digits),
    on(S.PIN, ev.Confirmed, None, bg.stay, when.pin_incomplete),
    on(S.PIN, ev.Confirmed, S.READ_CARD, do.authenticate),
    on(S.PIN_WRONG, ev.Retried, S.PIN, bg.stay),
    on(S.READ_CARD, ev.PinRefused, S.REFUSED, do.pin_blocked, when.no_try_left),
    on(S.READ_CARD, ev.PinRefused, S.PIN_WRONG, do.pin_refused),
    on(S.READ_CARD, ev.CardAuthenticated, S.TAKE_CARD, do.authenticated, when.card_lies_there),
    on(S.READ_CARD, ev.CardAuthenticated, S.WAIT_OFFERS, do.authenticated),
    on(
        {S.CHECK_CARD, S.READ_CARD},
        ev.CardFailed,
        S.CLEAR_READER,
        do.again_with_card,
        when.costs_nothing_but_lies,
    ),
    on(
        {S.CHECK_CARD, S.READ_CARD},
        ev.CardFailed,
        S.PLACE_CARD,
        do.again_with_card,
        when.costs_nothing,
    ),
    on({S.CHECK_CARD, S.READ_CARD}, ev.CardFailed, S.REFUSED, do.refuse_card),
    on({S.CHECK_CARD, S.READ_CARD}, ev.LimitReached, S.REFUSED, do.card_too_slow),
    on({S.CLEAR_READER, S.PLACE_CARD, *_CARD_USED}, ev.CardFailed, S.REFUSED, do.refuse_card),
    on(S.TAKE_CARD, ev.CardRemoved, S.FORM, do.card_taken, when.offers_here),
    on(S.TAKE_CARD, ev.CardRemoved, S.WAIT_OFFERS, do.card_taken),
    on(S.TAKE_CARD, ev.OffersArrived, S.REFUSED, do.refuse_empty, when.nothing_offered),
    on(S.TAKE_CARD, ev.OffersArrived, None, do.take_offers),
    on(S.TAKE_CARD, ev.LimitReached, S.LEAVE_CARD, do.end_late, when.forgotten_long),
    on(S.TAKE_CARD, ev.LimitReached, None, bg.beat),
    on(S.WAIT_OFFERS, ev.OffersArrived, S.REFUSED, do.refuse_empty, when.nothing_offered),
    on(S.WAIT_OFFERS, ev.OffersArrived, S.FORM, do.take_offers),
)

_FORM = (
    on(S.FORM, ev.OptionTapped, None, do.tap_option),
    on(S.FORM, ev.ItemSwitched, None, do.switch_item),
    on(S.FORM, ev.WarningAnswered, None, do.answer_warning),
    on(S.FORM, ev.CopiesSet, None, do.set_copies),
    on(S.FORM, ev.CopiesChanged, None, do.change_copies),
    on(S.FORM, ev.FixAsked, None, do.fix_line),
    on(S.FORM, ev.WentBack, None, do.previous_page),
    on(S.FORM, ev.Denied, S.REFUSED, do.deny),
    on(S.FORM, ev.Confirmed, S.REFUSED, do.refuse_trouble, when.check_with_trouble),
    on(S.FORM, ev.Confirmed, S.REFUSED, do.refuse_change, when.check_without_change),
    on(S.FORM, ev.Confirmed, S.FETCH, do.apply, when.on_check),
    on(S.FORM, ev.Confirmed, None, do.next_page),
)

_CENTRE = (
    on(
        {
            S.CLEAR_READER,
            S.PLACE_CARD,
            *_CARD_USED,
            S.CHECK_CARD,
            S.READ_CARD,
            S.TAKE_CARD,
            S.WAIT_OFFERS,
            S.FETCH,
        },
        ev.CentreFailed,
        S.REFUSED,
        do.refuse_centre,
    ),
    on({S.WAIT_OFFERS, S.FETCH}, ev.LimitReached, S.REFUSED, do.centre_too_slow),
    on(S.FETCH, ev.Applied, None, do.note_applied),
    on(S.FETCH, ev.DocumentReady, S.REFUSED, do.refuse_trouble_held, when.troubled),
    on(S.FETCH, ev.DocumentReady, S.REFUSED, do.refuse_change, when.not_payable),
    on(S.FETCH, ev.DocumentReady, S.CHANGE, paying.hold_document, when.change_little),
    on(S.FETCH, ev.DocumentReady, S.PAY, paying.hold_and_pay),
    on(S.CHANGE, ev.Confirmed, S.PAY, paying.take_coins),
)

_MONEY = (
    on(S.PAY, ev.EndAsked, None, bg.ask_end),
    on(S.PAY, ev.EndConfirmed, S.RETURN, paying.give_back),
    on(S.PAY, link.ReturnAsked, S.RETURN, paying.give_back),
    on(S.PAY, link.DeviceTrouble, S.RETURN, paying.give_back_failed, when.stops_paying),
    on(S.PAY, link.DeviceTrouble, None, bg.stay),
    on(S.PAY, link.ServiceState, S.RETURN, paying.give_back_closed, when.service_closed),
    on(S.PAY, link.ServiceState, None, bg.note_service),
    on(S.PAY, link.PaymentCovered, S.PRINT, paying.start_printing),
    on({S.PAY, S.RETURN}, link.CoinsReturned, S.RETURNED, bg.note_returned, when.money_to_show),
    on({S.PAY, S.RETURN}, link.CoinsReturned, S.END, bg.note_returned),
    on(S.RETURNED, ev.Confirmed, S.END, do.end_returned),
    on(S.RETURNED, ev.LimitReached, S.END, do.end_returned),
)

_PAPER = (
    on(S.PRINT, link.PrintGranted, None, paying.stream_copy),
    on({S.PRINT, S.GIVE}, ev.Streamed, None, paying.tell_streamed),
    on({S.PRINT, S.GIVE}, ev.NotStreamed, None, paying.tell_not_streamed),
    on(S.PRINT, link.SheetsOut, None, paying.count_sheets),
    on(S.PRINT, link.PrinterWaits, None, paying.printer_waits),
    on(S.PRINT, link.CopyPrinted, None, paying.print_next, when.more_copies),
    on(S.PRINT, link.CopyPrinted, S.TAKE_PAPER, paying.all_printed, when.settled_already),
    on(S.PRINT, link.CopyPrinted, S.GIVE, paying.all_printed),
    on(S.PRINT, link.CopyFailed, S.GIVE, paying.copy_failed),
    on(S.PRINT, link.PrintRefused, S.RETURN, paying.give_back_refused, when.first_copy),
    on(S.PRINT, link.PrintRefused, S.GIVE, paying.copy_refused),
    on({S.PRINT, S.GIVE}, link.CoinsReturned, S.TAKE_PAPER, bg.note_returned, when.paper_came),
    on({S.PRINT, S.GIVE}, link.CoinsReturned, S.RETURNED, bg.note_returned),
    on(S.GIVE, link.MoneySettled, S.TAKE_PAPER, bg.note_settled, when.paper_came),
    on(S.GIVE, link.MoneySettled, S.RETURNED, bg.note_settled),
    on(S.TAKE_PAPER, link.PaperTaken, S.RETURNED, bg.note_tray, when.nothing_kept_and_stopped),
    on(S.TAKE_PAPER, link.PaperTaken, S.RECEIPT, paying.print_receipt, when.stop_heard),
    on(S.TAKE_PAPER, link.PaperTaken, None, bg.note_tray),
    on(S.TAKE_PAPER, ev.Stopped, S.RETURNED, bg.stay, when.nothing_kept_and_empty),
    on(S.TAKE_PAPER, ev.Stopped, S.RECEIPT, paying.print_receipt, when.tray_empty),
    on(S.TAKE_PAPER, ev.Stopped, None, paying.heard_stop),
    on(S.TAKE_PAPER, ev.LimitReached, None, bg.beat),
    on(S.RECEIPT, link.ReceiptOut, S.FINISH, paying.receipt_out),
    on(S.RECEIPT, ev.LimitReached, S.FINISH, bg.stay),
)

_ENDS = (
    on(ENDABLE, ev.EndAsked, None, bg.ask_end),
    on(ENDABLE, ev.EndConfirmed, S.LEAVE_CARD, do.end_cancelled, when.card_lies_there),
    on(ENDABLE, ev.EndConfirmed, S.END, do.end_cancelled),
    on(S.REFUSED, ev.Retried, S.FETCH, do.apply, when.refused_and_retry_fetch),
    on(S.REFUSED, ev.Retried, S.CLEAR_READER, do.retry_card, when.retry_with_card_there),
    on(S.REFUSED, ev.Retried, S.PLACE_CARD, do.retry_card, when.may_retry),
    on(S.REFUSED, ev.Retried, None, bg.stay),
    on(S.REFUSED, ev.Confirmed, S.LEAVE_CARD, do.end_refused, when.card_lies_there),
    on(S.REFUSED, ev.Confirmed, S.END, do.end_refused),
    on(S.REFUSED, ev.LimitReached, S.LEAVE_CARD, do.end_refused, when.card_lies_there),
    on(S.REFUSED, ev.LimitReached, S.END, do.end_refused),
    on(S.LEAVE_CARD, ev.CardRemoved, S.END, bg.note_card_off),
    on(S.LEAVE_CARD, ev.LimitReached, None, bg.beat),
    on({S.END, S.FINISH}, ev.Confirmed, S.CLOSING, do.close),
    on({S.END, S.FINISH}, ev.LimitReached, S.CLOSING, do.close),
    on(S.CLOSING, link.VisitClosed, None, do.leave),
    on(S.CLOSING, ev.LimitReached, None, do.leave),
)

_LIMITS = (
    on(_WARNED, ev.LimitReached, None, bg.warn, when.not_warned),
    on(_WARNED, ev.LimitReached, None, bg.count_down, when.seconds_left),
    on(S.MENU, ev.LimitReached, S.START, do.back_to_start),
    on(S.PAY, ev.LimitReached, S.RETURN, paying.give_back_late),
    on(_WARNED - {S.MENU, S.PAY}, ev.LimitReached, S.LEAVE_CARD, do.end_late, when.card_lies_there),
    on(_WARNED - {S.MENU, S.PAY}, ev.LimitReached, S.END, do.end_late),
)

_ASIDES = (
    on(WITH_TOOLS, ev.LanguageAsked, None, bg.open_language),
    on(WITH_TOOLS, ev.LookAsked, None, bg.open_look),
    on(WITH_TOOLS | {S.APOLOGY, S.CLOSED}, ev.LanguageChosen, None, bg.choose_language),
    on(WITH_TOOLS, ev.SizeChosen, None, bg.choose_size),
    on(WITH_TOOLS, ev.ThemeChosen, None, bg.choose_theme),
    on(WITH_TOOLS, ev.AsideClosed, None, bg.close_aside),
    on(WITH_TOOLS | ENDABLE | _WARNED, ev.WentOn, None, bg.close_aside),
)

_WRITTEN: tuple[Rule[State, Session, Command], ...] = (
    *_GLASS, *_CARD, *_FORM, *_CENTRE, *_MONEY, *_PAPER, *_ENDS, *_LIMITS, *_ASIDES,
)  # fmt: skip


def _elsewhere(
    event: type[Any], act: Callable[[Session, Any], Done]
) -> Rule[State, Session, Command]:
    """Heard in every state whose rules do not name the event."""
    named = frozenset(state for rule in _WRITTEN if rule.event is event for state in rule.at)
    return on(ALL - named, event, None, act)


_ANYTIME = (
    _elsewhere(link.TakeGlass, bg.stay),
    _elsewhere(link.ServiceState, bg.note_service),
    _elsewhere(ev.HoursChanged, bg.note_hours),
    _elsewhere(link.DeviceTrouble, bg.stay),
    _elsewhere(link.VisitGranted, bg.note_grant),
    _elsewhere(link.VisitRefused, bg.note_visit_refused),
    _elsewhere(ev.VisitOpened, bg.note_opened),
    _elsewhere(ev.CardPlaced, bg.note_card_on),
    _elsewhere(ev.CardFound, bg.note_card_on),
    _elsewhere(ev.CardRemoved, bg.note_card_off),
    _elsewhere(ev.CardFailed, bg.stay),
    _elsewhere(ev.ReaderFailed, bg.note_reader),
    _elsewhere(ev.ReaderBack, bg.note_reader_back),
    _elsewhere(ev.CardIdentified, bg.stay),
    _elsewhere(ev.CardAuthenticated, bg.stay),
    _elsewhere(ev.PinRefused, bg.stay),
    _elsewhere(ev.OffersArrived, bg.stay),
    _elsewhere(ev.CentreFailed, bg.stay),
    _elsewhere(ev.Applied, bg.stay),
    _elsewhere(ev.DocumentReady, bg.drop_document),
    _elsewhere(ev.Erased, bg.note_erased),
    _elsewhere(link.Tender, bg.note_tender),
    _elsewhere(link.ChangeState, bg.note_change),
    _elsewhere(link.CoinsOpen, bg.note_coins_open),
    _elsewhere(link.CoinIn, bg.note_coin),
    _elsewhere(link.PaymentCovered, bg.note_covered),
    _elsewhere(link.ReturnAsked, bg.stay),
    _elsewhere(link.CoinsReturned, bg.note_returned),
    _elsewhere(link.MoneySettled, bg.note_settled),
    _elsewhere(link.PrintGranted, bg.decline_grant),
    _elsewhere(link.PrintRefused, bg.stay),
    _elsewhere(link.SheetsOut, bg.stay),
    _elsewhere(link.PrinterWaits, bg.stay),
    _elsewhere(link.CopyPrinted, bg.stay),
    _elsewhere(link.CopyFailed, bg.stay),
    _elsewhere(ev.Streamed, bg.stay),
    _elsewhere(ev.NotStreamed, bg.stay),
    _elsewhere(link.PaperTaken, bg.note_tray),
    _elsewhere(link.ReceiptOut, bg.stay),
    _elsewhere(ev.LimitReached, bg.stay),
    _elsewhere(link.VisitClosed, bg.stay),
)

RULES: Table[State, Session, Command] = Table((*_WRITTEN, *_ANYTIME))

VALUE_EVENTS: tuple[type[object], ...] = tuple(rule.event for rule in _ANYTIME)
"""Whatever a device, the supervisor, the centre or the clock may say: heard in every state."""
