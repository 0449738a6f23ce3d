"""THE TABLE of the supervisor: yen, sheets, tickets, cases.

For editors: a rule per (states, event), the guarded ones first, one without a guard last.
Every state answers every event, or this module does not import: a coin, a sheet or a death
that nobody expected is still heard. Guards and actions are named functions; their names are
the labels of the drawing.
"""

import typing
from collections.abc import Collection

from drivers.coin import contract as coin
from kiosk.link import values as link
from kiosk.machine import BadTable, Rule, Table, on
from kiosk.settle import (
    bills,
    broken,
    coins,
    escrow,
    exchange,
    paper,
    payout,
    reports,
    service,
    sheets,
    waiting,
)
from kiosk.settle import happened as h
from kiosk.settle.commands import Command
from kiosk.settle.model import Settlement, State

S = State
_Rules = tuple[Rule[State, Settlement, Command], ...]

_ALL = frozenset(State)
_RECOVERY = frozenset({S.BOOT, S.ASK_COINS})
_PAYING = frozenset({S.PAYING, S.HELD, S.CLEARING})
_PRINTING = frozenset({S.PRINTING, S.STOPPING, S.JUDGING, S.COUNTING})
_OPEN_END = _PRINTING - {S.COUNTING}
"""The device has not ended the copy yet, as far as anybody heard."""
_FOLLOWED = frozenset({S.PRINTING, S.STOPPING})
_MONEY_OUT = frozenset({S.DRAINING, S.SETTLING, S.DIVERTING, S.READYING, S.DISPENSING})
_AT_WORK = _RECOVERY | _PRINTING | _MONEY_OUT
"""What the last resident or the last run left open is being settled, if nobody is served."""
_WORKING = _ALL - {S.BROKEN}


def _elsewhere(*states: Collection[State]) -> frozenset[State]:
    """Every working state that is not among `states`."""
    return _WORKING.difference(*states)


_START: _Rules = (
    on(S.BOOT, h.Booted, S.ASK_COINS, service.boot),
    on(_elsewhere({S.BOOT}), h.Booted, None, service.nothing_to_do),
    on(S.ASK_COINS, h.CoinsResumed, S.DISPENSING, service.resolve, when=service.ticket_open),
    on(S.ASK_COINS, h.CoinsResumed, S.DIVERTING, escrow.divert_again, when=escrow.order_stands),
    on(S.ASK_COINS, h.CoinsResumed, S.SETTLING, escrow.owe_unseen, when=escrow.order_open),
    on(S.ASK_COINS, h.CoinsResumed, S.PRINTING, service.follow_on, when=service.job_open),
    on(S.ASK_COINS, h.CoinsResumed, S.SETTLING, service.settle_on),
    on(_elsewhere({S.ASK_COINS}), h.CoinsResumed, None, service.coins_back),
    on(_WORKING, h.CoinsNotResumed, None, service.coins_missing),
    on(S.IDLE, h.TroubleSeen, S.SETTLING, escrow.try_flap_again, when=escrow.flap_in_order),
    on(_WORKING, h.TroubleSeen, None, service.trouble),
    on(_WORKING, h.DeviceWarned, None, service.warned),
    on(_WORKING, h.IdentitySeen, None, service.identity_seen),
)

_VISIT: _Rules = (
    on(S.IDLE, link.OpenVisit, S.OPENING, service.ask_clear, when=service.in_service),
    on(S.IDLE, link.OpenVisit, None, service.closed_for),
    on(S.EXCHANGE, link.OpenVisit, None, service.closed_for),
    on(_AT_WORK, link.OpenVisit, None, waiting.open_later, when=waiting.soon_settled),
    on(_AT_WORK, link.OpenVisit, None, service.closed_for, when=waiting.nobody_served),
    on(_elsewhere({S.IDLE, S.EXCHANGE}), link.OpenVisit, None, service.still_settling),
    on(S.IDLE, h.Proceed, S.OPENING, service.open_now, when=waiting.waits_in_service),
    on({S.IDLE, S.EXCHANGE}, h.Proceed, None, waiting.send_away, when=waiting.somebody_waits),
    on(S.OPENING, h.PrinterSeen, S.VISIT, service.grant, when=service.printer_clear),
    on(S.OPENING, h.PrinterSeen, S.SETTLING, service.not_clear),
    on(_WORKING, link.Note, None, service.note),
    on(_WORKING, link.Report, None, reports.report),
    on(_WORKING, h.OutcomeComposed, None, reports.composed),
    on(_WORKING, h.ReportSent, None, reports.report_sent),
    on(_WORKING, h.ReportRefused, None, reports.report_refused),
    on(S.VISIT, link.PrintReceipt, None, service.slip),
    on(_elsewhere({S.VISIT}), link.PrintReceipt, None, service.no_slip),
    on(_WORKING, h.SlipPrinted, None, service.slip_done),
    on(S.VISIT, link.CloseVisit, S.LEAVING, service.close_now, when=service.holds_nothing),
    on(S.VISIT, link.CloseVisit, S.DRAINING, coins.closing_paid),
    on(_PAYING, link.CloseVisit, S.DRAINING, coins.closing_paid),
    on(S.OPENING, link.CloseVisit, S.LEAVING, service.close_now),
    on({S.IDLE, S.EXCHANGE}, link.CloseVisit, S.LEAVING, service.close_unopened),
    on(_PRINTING | _MONEY_OUT, link.CloseVisit, None, service.close_later),
    on(_RECOVERY | {S.LEAVING}, link.CloseVisit, None, service.close_unbound),
)

_DEATH: _Rules = (
    on({S.VISIT, S.OPENING}, h.VisitEnded, S.SETTLING, service.died_free),
    on(_PAYING, h.VisitEnded, S.DRAINING, service.died_paying),
    on(S.PRINTING, h.VisitEnded, None, service.died_printing, when=service.handed_over),
    on(S.PRINTING, h.VisitEnded, S.STOPPING, service.died_streaming, when=service.still_there),
    on(
        {S.STOPPING, S.JUDGING, S.COUNTING} | _MONEY_OUT,
        h.VisitEnded,
        None,
        service.died_settling,
        when=service.still_there,
    ),
    on(_PRINTING | _MONEY_OUT, h.VisitEnded, None, service.glass_again),
    on(_RECOVERY | {S.IDLE, S.EXCHANGE}, h.VisitEnded, None, service.glass_again),
    on(S.LEAVING, h.VisitEnded, S.SETTLING, service.next_visit),
)

_MONEY_IN: _Rules = (
    on(_WORKING, link.AskChange, None, coins.asked_change),
    on(S.VISIT, link.AcceptCoins, S.HELD, coins.covered_already, when=coins.nothing_due),
    on(S.VISIT, link.AcceptCoins, S.PAYING, coins.open_acceptor, when=coins.bill_adds_up),
    on(_WORKING, link.AcceptCoins, None, service.misused),
    on(S.PAYING, coin.CoinAccepted, S.HELD, coins.last_coin, when=coins.covers),
    on(S.PAYING, coin.CoinAccepted, None, coins.one_coin),
    on(S.IDLE, coin.CoinAccepted, S.DRAINING, coins.stray_coin),
    on(S.EXCHANGE, coin.CoinAccepted, None, exchange.coin_filled, when=exchange.is_coin),
    on(_elsewhere({S.PAYING, S.IDLE}), coin.CoinAccepted, None, coins.late_coin),
    on(S.PAYING, coin.BillHeld, None, bills.stack_bill, when=bills.bill_wanted),
    on(_WORKING, coin.BillHeld, None, bills.return_bill),
    on(S.PAYING, coin.BillReturned, None, bills.bill_back_paying),
    on(_elsewhere({S.PAYING}), coin.BillReturned, None, bills.bill_back),
    on({S.PAYING, S.HELD}, coin.ReturnLever, None, coins.lever_pulled),
    on(_elsewhere({S.PAYING, S.HELD}), coin.ReturnLever, None, coins.lever_idle),
    on(_PAYING, link.CancelPayment, S.DRAINING, coins.cancelled),
    on(_elsewhere(_PAYING), link.CancelPayment, None, service.nothing_to_do),
    on(_WORKING, coin.CoinRefused, None, coins.refused_coin),
    on(_WORKING, coin.CoinMaybe, None, coins.doubtful_coin),
    on(S.PAYING, coin.EventsLost, S.DRAINING, coins.lost_events_paying),
    on(_elsewhere({S.PAYING}), coin.EventsLost, None, coins.lost_events),
    on(S.PAYING, coin.VendorReset, None, bills.reset_paying),
    on(_elsewhere({S.PAYING}), coin.VendorReset, None, coins.reset_seen),
    on(_WORKING, coin.CountsMoved, None, coins.counts_moved),
    on(S.PAYING, coin.VendorTrouble, None, bills.bill_lost_paying, when=bills.bills_out),
    on(_WORKING, coin.VendorTrouble, None, coins.vendor_trouble),
    on(_WORKING, h.AcceptRefused, None, coins.accept_refused),
    on(_WORKING, h.HoppersSeen, None, coins.hoppers_seen),
    on(_WORKING, h.StockCounted, None, coins.stock_counted),
    on(_WORKING, h.CaseClosed, None, service.case_closed),
)

_STAFF: _Rules = (
    on(S.IDLE, h.ExchangeBegun, S.EXCHANGE, exchange.begin_exchange),
    on(_elsewhere({S.IDLE}), h.ExchangeBegun, None, service.nothing_to_do),
    on(S.EXCHANGE, h.BoxCollected, None, exchange.collected),
    on(_elsewhere({S.EXCHANGE}), h.BoxCollected, None, service.nothing_to_do),
    on(S.EXCHANGE, h.ExchangeEnded, S.SETTLING, exchange.end_exchange),
    on(_elsewhere({S.EXCHANGE}), h.ExchangeEnded, None, service.nothing_to_do),
)

_PAPER: _Rules = (
    on(S.HELD, link.PrintCopy, S.CLEARING, paper.ask_printer, when=paper.next_copy),
    on(_MONEY_OUT | {S.VISIT}, link.PrintCopy, None, paper.too_late),
    on(_elsewhere(_MONEY_OUT, {S.VISIT}), link.PrintCopy, None, service.misused),
    on(S.CLEARING, h.PrinterSeen, S.PRINTING, paper.let_through, when=paper.clear_for_copy),
    on(S.CLEARING, h.PrinterSeen, S.HELD, paper.hold_back),
    on(S.PRINTING, link.CopyStreamed, None, paper.streamed),
    on(_elsewhere({S.PRINTING}), link.CopyStreamed, None, service.nothing_to_do),
    on(S.PRINTING, link.CopyNotStreamed, S.STOPPING, paper.not_streamed, when=paper.this_job),
    on(_WORKING, link.CopyNotStreamed, None, service.nothing_to_do),
    on(_OPEN_END, h.JobSeen, S.COUNTING, sheets.count_sheets, when=sheets.job_over),
    on(_FOLLOWED, h.JobSeen, S.JUDGING, paper.ask_counter, when=paper.gone_for_good),
    on(S.PRINTING, h.JobSeen, None, paper.progressed),
    on(S.STOPPING, h.JobSeen, None, paper.cancel_again, when=paper.still_runs),
    on({S.STOPPING, S.JUDGING}, h.JobSeen, None, paper.followed),
    on(_elsewhere(_OPEN_END), h.JobSeen, None, service.nothing_to_do),
    on({S.STOPPING, S.JUDGING}, h.CancelNotTaken, None, paper.cancel_not_taken),
    on(_elsewhere({S.STOPPING, S.JUDGING}), h.CancelNotTaken, None, service.nothing_to_do),
    on(S.COUNTING, h.SheetsCounted, S.SETTLING, sheets.mismatch, when=sheets.contradicted),
    on(S.COUNTING, h.SheetsCounted, S.HELD, sheets.printed_one, when=sheets.more_to_come),
    on(S.COUNTING, h.SheetsCounted, S.SETTLING, sheets.printed_last, when=sheets.came_whole),
    on(S.COUNTING, h.SheetsCounted, S.SETTLING, sheets.short),
    on(_elsewhere({S.COUNTING}), h.SheetsCounted, None, service.nothing_to_do),
    on(S.PRINTING, h.JobOutOfSight, None, paper.out_of_sight),
    on(_elsewhere({S.PRINTING}), h.JobOutOfSight, None, service.nothing_to_do),
    on(S.JUDGING, h.PrinterSeen, S.SETTLING, paper.judged_nothing, when=paper.surely_nothing),
    on(S.JUDGING, h.PrinterSeen, S.SETTLING, paper.judged_unknown),
    on(
        _elsewhere({S.OPENING, S.CLEARING, S.JUDGING}),
        h.PrinterSeen,
        None,
        service.printer_seen,
    ),
    on(S.PRINTING, h.SpoolerContained, S.STOPPING, paper.spooler_died, when=paper.unexpected),
    on(_WORKING, h.SpoolerContained, None, paper.contained),
    on(_WORKING, h.PaperGone, None, paper.paper_gone),
)

_BOOKS: _Rules = (
    on(S.SETTLING, h.Proceed, S.DIVERTING, escrow.divert_coins, when=escrow.coins_wait),
    on(S.DIVERTING, h.CoinsDiverted, S.SETTLING, escrow.flap_shut),
    on(_elsewhere({S.DIVERTING}), h.CoinsDiverted, None, service.nothing_to_do),
    on(S.SETTLING, h.Proceed, None, payout.keep_fee, when=payout.fee_due),
    on(S.SETTLING, h.Proceed, None, payout.owe_doubtful, when=payout.copy_doubtful),
    on(S.SETTLING, h.Proceed, None, payout.owe_all, when=payout.owner_gone),
    on(S.SETTLING, h.Proceed, S.READYING, payout.ready_hopper, when=payout.payable_now),
    on(S.SETTLING, h.Proceed, None, payout.owe_rest, when=payout.money_left),
    on(
        S.SETTLING,
        h.Proceed,
        S.LEAVING,
        payout.close_books_and_visit,
        when=payout.visit_wants_end,
    ),
    on(S.SETTLING, h.Proceed, S.VISIT, payout.close_books, when=payout.resident_waits),
    on(S.SETTLING, h.Proceed, S.EXCHANGE, exchange.exchange_again, when=exchange.exchange_open),
    on(S.SETTLING, h.Proceed, S.IDLE, payout.close_books_alone),
    on(_elsewhere({S.SETTLING}), h.Proceed, None, service.nothing_to_do),
    on(S.READYING, h.PayoutReadied, S.DISPENSING, payout.hopper_ready),
    on(_elsewhere({S.READYING}), h.PayoutReadied, None, service.nothing_to_do),
    on(S.READYING, h.PayoutNotReadied, S.SETTLING, payout.hopper_unready),
    on(_elsewhere({S.READYING}), h.PayoutNotReadied, None, service.nothing_to_do),
    on(S.DISPENSING, h.PayoutEnded, S.SETTLING, payout.hopper_done, when=payout.this_ticket),
    on(_WORKING, h.PayoutEnded, None, service.nothing_to_do),
)

_TIME: _Rules = (
    on({S.PAYING, S.HELD}, h.TimerFired, S.DRAINING, coins.payment_late, when=coins.time_is_pay),
    on(S.PRINTING, h.TimerFired, S.STOPPING, paper.job_late, when=paper.time_is_job),
    on(S.STOPPING, h.TimerFired, S.JUDGING, paper.ask_counter, when=paper.time_is_job),
    on(S.STOPPING, h.TimerFired, None, paper.cancel_due, when=paper.time_is_cancel),
    on(S.COUNTING, h.TimerFired, S.SETTLING, sheets.count_late, when=paper.time_is_job),
    on(S.DRAINING, h.TimerFired, S.SETTLING, payout.go_on, when=payout.time_is_fall),
    on(_WORKING, h.TimerFired, None, waiting.send_away, when=waiting.time_is_open),
    on(S.LEAVING, h.TimerFired, None, service.linger, when=service.time_is_leave),
    on({S.ASK_COINS, S.IDLE}, h.TimerFired, None, service.ask_again, when=service.time_is_coins),
    on(_WORKING, h.TimerFired, None, service.ask_later, when=service.time_is_coins),
    on(_WORKING, h.TimerFired, None, service.nothing_to_do),
)

EVENTS: frozenset[type[object]] = frozenset(
    (
        *(set(typing.get_args(link.ToSupervisor)) - {link.SpareReady, link.GlassBeat}),
        *typing.get_args(coin.CoinEvent),
        *(
            kind
            for kind in vars(h).values()
            if isinstance(kind, type) and kind.__module__ == h.__name__
        ),
    )
) - {h.Timer}
"""Everything the table hears. Beats and spares are the business of `runtime.processes`."""

_JOURNAL: _Rules = (
    on(S.PAYING, h.JournalTrouble, S.DRAINING, coins.journal_full_paying, when=coins.still_writes),
    on(_WORKING, h.JournalTrouble, None, coins.journal_full, when=coins.still_writes),
    on(_WORKING, h.JournalTrouble, S.BROKEN, broken.journal_broken),
    # Nothing can be written any more: a coin that still falls is found again by the acceptor's
    # counter, a payout by the hopper's, a sheet by the printer's, all at the next start.
    on(S.BROKEN, link.OpenVisit, None, broken.broken_open),
    on(S.BROKEN, link.CloseVisit, None, broken.broken_close),
    on(S.BROKEN, h.VisitEnded, None, broken.broken_glass),
    on(S.BROKEN, h.PaperGone, None, broken.broken_tray),
    *(
        on(S.BROKEN, event, None, service.nothing_to_do)
        for event in sorted(
            EVENTS - {link.OpenVisit, link.CloseVisit, h.VisitEnded, h.PaperGone},
            key=lambda e: e.__name__,
        )
    ),
)

TABLE: Table[State, Settlement, Command] = Table(
    (*_START, *_VISIT, *_DEATH, *_MONEY_IN, *_STAFF, *_PAPER, *_BOOKS, *_TIME, *_JOURNAL)
)

if unheard := TABLE.deaf(State, EVENTS):
    raise BadTable(f"nobody answers {unheard[0][1].__name__} in {unheard[0][0].name}")
