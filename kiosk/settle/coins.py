"""Money in: which coins are let in, each coin that comes, and when it is enough.

Actions and guards of the table in `kiosk.settle.rules`. Pure; no wire, no clock.
"""

from drivers.coin.contract import (
    CoinAccepted,
    CoinMaybe,
    CoinRefused,
    CountsMoved,
    CreditCursor,
    EventsLost,
    ReturnLever,
    Taker,
    VendorReset,
    VendorTrouble,
)
from kiosk.change import acceptable
from kiosk.link import values as link
from kiosk.money import Bill, Yen
from kiosk.settle import commands as c
from kiosk.settle import happened as h
from kiosk.settle.draft import Done, Draft
from kiosk.settle.model import Settlement, State

NOTHING: frozenset[int] = frozenset()


def asked_change(model: Settlement, event: link.AskChange) -> Done:
    """Say what the machine takes, which of it could be let in for that fee, and ask the printer
    before it is paid."""
    coins = acceptable_now(model, Bill(Yen(event.due_yen), 1))
    # A bill too large for the change is no shortage of change.
    exact = bool(coins) and coins - model.bills != model.accepts - model.bills
    answer = link.ChangeState(event.due_yen, tuple(sorted(coins)), exact_only=exact)
    draft = Draft(model).tell(link.Tender(tuple(sorted(model.accepts)))).tell(answer)
    if model.state is State.VISIT:
        draft.do(c.AskPrinter())
    return draft.step()


def nothing_due(model: Settlement, event: link.AcceptCoins) -> bool:
    """The fee is nothing, or what lies in the machine covers it."""
    return model.memory.ledger.inserted >= event.due_yen == event.fee_each_yen * event.copies


def bill_adds_up(_model: Settlement, event: link.AcceptCoins) -> bool:
    """The fee is the fee of each copy, times copies."""
    return event.due_yen == event.fee_each_yen * event.copies and event.copies > 0


def covered_already(model: Settlement, event: link.AcceptCoins) -> Done:
    """Nothing to pay: go on at once."""
    draft = _billed(Draft(model), event)
    total = draft.model.memory.ledger.inserted
    draft.write("pay.covered", total=total).timer(h.Timer.PAY, model.limits.held_s)
    return draft.tell(link.PaymentCovered(total)).step()


def open_acceptor(model: Settlement, event: link.AcceptCoins) -> Done:
    """Let in what can be paid back."""
    draft = _billed(Draft(model), event)
    coins = acceptable_now(draft.model)
    draft.set(open_coins=coins).do(c.SetAccept(coins)).timer(h.Timer.PAY, model.limits.pay_s)
    return draft.tell(link.CoinsOpen(tuple(sorted(coins)))).step()


def covers(model: Settlement, event: CoinAccepted) -> bool:
    """With this coin the fee is in."""
    memory = model.memory
    return memory.ledger.inserted + event.yen >= memory.bill.due


def last_coin(model: Settlement, event: CoinAccepted) -> Done:
    """Enough: shut the acceptor before anything else."""
    draft = _shut(_counted(Draft(model), event))
    total = draft.model.memory.ledger.inserted
    draft.write("pay.covered", total=total).timer(h.Timer.PAY, model.limits.held_s)
    return draft.tell(link.CoinIn(event.yen, total, ())).tell(link.PaymentCovered(total)).step()


def one_coin(model: Settlement, event: CoinAccepted) -> Done:
    """Count it, and let in from now on what still can be paid back."""
    draft = let_in(_counted(Draft(model), event))
    coins = draft.model.open_coins
    draft.timer(h.Timer.PAY, model.limits.pay_s)
    total = draft.model.memory.ledger.inserted
    return draft.tell(link.CoinIn(event.yen, total, tuple(sorted(coins)))).step()


def late_coin(model: Settlement, event: CoinAccepted) -> Done:
    """It was falling while the acceptor shut: counted, and paid back with the rest."""
    draft = _counted(Draft(model), event)
    if model.billed:
        draft.tell(link.CoinIn(event.yen, draft.model.memory.ledger.inserted, ()))
    if model.state is State.DRAINING:
        # It was waited for; what may still fall beside it has the usual time.
        draft.timer(h.Timer.FALL, model.limits.fall_s)
    return draft.step()


def stray_coin(model: Settlement, event: CoinAccepted) -> Done:
    """Nobody was asked for money: count it and give it back."""
    return _counted(Draft(model), event).timer(h.Timer.FALL, model.limits.fall_s).step()


def refused_coin(model: Settlement, _event: CoinRefused) -> Done:
    """It fell through; no money moved."""
    return Draft(model).step()


def doubtful_coin(model: Settlement, event: CoinMaybe) -> Done:
    """A coin may be stuck inside without a credit: staff must look."""
    taker = event.cursor.taker
    draft = Draft(model).write(
        f"{taker.value}.maybe", code=event.code, **cursor_fields(event.cursor)
    )
    if taker is Taker.BILL:
        return draft.set(bill_moving=False).case("coin.bill_maybe").step()
    return draft.case("coin.maybe").step()


def lost_events(model: Settlement, event: EventsLost) -> Done:
    """More happened than the acceptor remembers: let nothing more in, staff must count."""
    kind = f"{event.cursor.taker.value}.lost"
    draft = Draft(model).write(kind, at_least=event.at_least, **cursor_fields(event.cursor))
    return _shut(draft.case("coin.events_lost")).step()


def lost_events_paying(model: Settlement, event: EventsLost) -> Done:
    """As `lost_events`, and what is known to be in goes back."""
    lost = lost_events(model, event)
    draft = Draft(lost.model).do(*lost.commands)
    draft.write("pay.cancel", cause="coin.events_lost")
    return draft.stop(h.Timer.PAY).timer(h.Timer.FALL, drain_s(model)).step()


def reset_seen(model: Settlement, event: VendorReset) -> Done:
    """A taker lost power and was set up as it was."""
    taker = event.cursor.taker
    draft = Draft(model).write(f"{taker.value}.cursor", **cursor_fields(event.cursor))
    draft.set(bill_moving=model.bill_moving and taker is not Taker.BILL)
    if model.billed:
        # What was on its way while it was dark was seen by nobody.
        draft.case("coin.events_lost")
    return draft.step()


def counts_moved(model: Settlement, event: CountsMoved) -> Done:
    """No money came; the next start must not take the difference for coins."""
    kind = f"{event.cursor.taker.value}.counts"
    return Draft(model).write(kind, **cursor_fields(event.cursor)).step()


def lever_pulled(model: Settlement, _event: ReturnLever) -> Done:
    """The resident wants the coins back: the visit decides, as if cancel was pressed."""
    return Draft(model).tell(link.ReturnAsked()).step()


def lever_idle(model: Settlement, _event: ReturnLever) -> Done:
    """Nothing that could be given back by a lever."""
    return Draft(model).step()


def cancelled(model: Settlement, _event: link.CancelPayment) -> Done:
    """Shut the acceptor, wait for what may still fall, then give all of it back."""
    return _given_up(model, "resident")


def payment_late(model: Settlement, _event: h.TimerFired) -> Done:
    """Nobody inserts, prints or cancels: the coins do not stay."""
    return _given_up(model, "time")


def time_is_pay(_model: Settlement, event: h.TimerFired) -> bool:
    """It is the payment's time."""
    return event.timer is h.Timer.PAY


def closing_paid(model: Settlement, event: link.CloseVisit) -> Done:
    """The visit ends with money in the machine: give it back first."""
    done = _given_up(model, "visit")
    return Draft(done.model).do(*done.commands).set(closing=event).step()


def still_writes(_model: Settlement, event: h.JournalTrouble) -> bool:
    """The disk is full, but what is open can still be written down."""
    return event.reason == "journal.disk_full"


def journal_full(model: Settlement, event: h.JournalTrouble) -> Done:
    """Room is left to settle, none to take more."""
    draft = Draft(model).set(troubles=_with_journal(model, event.reason))
    draft.say(link.ServiceState(draft.model.trouble))
    return _shut(draft).step()


def journal_full_paying(model: Settlement, event: h.JournalTrouble) -> Done:
    """As `journal_full`; what is in goes back."""
    full = journal_full(model, event)
    given = _given_up(full.model, event.reason)
    return Draft(given.model).do(*full.commands, *given.commands).step()


def accept_refused(model: Settlement, event: h.AcceptRefused) -> Done:
    """The acceptor does not hear; it stops by itself without being asked for a second."""
    draft = Draft(model).write("device.trouble", reason=event.reason)
    return draft.tell(link.DeviceTrouble(event.reason)).step()


def vendor_trouble(model: Settlement, event: VendorTrouble) -> Done:
    """The coin machine needs help: the visit hears it and decides."""
    draft = Draft(model).write("device.trouble", reason=event.reason)
    return draft.tell(link.DeviceTrouble(event.reason)).step()


def hoppers_seen(model: Settlement, event: h.HoppersSeen) -> Done:
    """From now on change is counted on from the others only; the books stay as they are."""
    doubted = model.memory.coins.doubted(event.low, dict(model.doubted))
    return (
        Draft(model)
        .set(doubted=tuple(doubted.items()), blocked=event.blocked, full=event.full)
        .step()
    )


def stock_counted(model: Settlement, event: h.StockCounted) -> Done:
    """Staff filled or counted a hopper; what the books had expected is written beside it."""
    expected = model.memory.coins.expected(event.yen)
    draft = Draft(model)
    return draft.write(
        "stock.counted", yen=event.yen, pieces=event.pieces, expected=expected
    ).step()


def acceptable_now(model: Settlement, bill: Bill | None = None) -> frozenset[int]:
    """Coins and bills that may be let in now, for `bill` or what is asked for."""
    bill = bill or model.memory.bill
    memory = model.memory
    if model.trouble or memory.flap_doubted:
        return NOTHING
    sure = memory.coins.sure().less(dict(model.doubted), model.blocked)
    return acceptable(bill, memory.ledger.inserted, sure, model.accepts)


def _billed(draft: Draft, event: link.AcceptCoins) -> Draft:
    return draft.write(
        "pay.open",
        application=event.application,
        fee_each=event.fee_each_yen,
        copies=event.copies,
    ).set(case="")


def _counted(draft: Draft, event: CoinAccepted) -> Draft:
    total = draft.model.memory.ledger.inserted + event.yen
    taker = event.cursor.taker
    if taker is Taker.BILL:
        draft.set(bill_moving=False)
    kind = f"{taker.value}.in"
    return draft.write(kind, yen=event.yen, total=total, **cursor_fields(event.cursor))


def let_in(draft: Draft) -> Draft:
    """Let in what can be paid back now; nothing while a bill is being stacked."""
    model = draft.model
    wanted = NOTHING if model.bill_moving else acceptable_now(model)
    if wanted == model.open_coins:
        return draft
    return draft.set(open_coins=wanted).do(c.SetAccept(wanted))


def drain_s(model: Settlement) -> float:
    """How long to wait for money that is already on its way in."""
    return model.limits.bill_s if model.bill_moving else model.limits.fall_s


def _given_up(model: Settlement, cause: str) -> Done:
    draft = _shut(Draft(model).write("pay.cancel", cause=cause)).stop(h.Timer.PAY)
    return draft.timer(h.Timer.FALL, drain_s(model)).step()


def _shut(draft: Draft) -> Draft:
    return draft.set(open_coins=NOTHING).do(c.SetAccept(NOTHING))


def _with_journal(model: Settlement, reason: str) -> tuple[tuple[str, str], ...]:
    others = tuple(pair for pair in model.troubles if pair[0] != "journal")
    return (("journal", reason), *others)


def cursor_fields(cursor: CreditCursor) -> dict[str, int]:
    """Where the taker's counters stood, as a journal entry has it."""
    return {
        "serial": cursor.serial,
        "counter": cursor.counter,
        "accepted_total": cursor.accepted_total,
    }
