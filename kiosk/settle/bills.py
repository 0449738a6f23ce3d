"""A bill in escrow: stack it or give it back, and what follows while it moves.

A bill is money only once it is stacked (`CoinAccepted` of the bill taker). While one is being
stacked the coin slot is shut, so that no more than one coin can come beside it: with any pair
the change is still payable (`kiosk.change.acceptable`). Actions and guards of the table in
`kiosk.settle.rules`. Pure; no wire, no clock.
"""

from drivers.coin.contract import BillHeld, BillReturned, VendorReset, VendorTrouble
from kiosk.settle import commands as c
from kiosk.settle import happened as h
from kiosk.settle.coins import (
    NOTHING,
    acceptable_now,
    cursor_fields,
    let_in,
    reset_seen,
    vendor_trouble,
)
from kiosk.settle.draft import Done, Draft
from kiosk.settle.model import Settlement


def bill_wanted(model: Settlement, event: BillHeld) -> bool:
    """It may be taken: whatever happens next, all of it can be paid back."""
    return event.yen in acceptable_now(model)


def stack_bill(model: Settlement, event: BillHeld) -> Done:
    """Shut the slot, write the intent, then have it stacked; nothing is credited yet."""
    draft = _routed(Draft(model), event, stack=True).set(bill_moving=True)
    if model.open_coins:
        draft.set(open_coins=NOTHING).do(c.SetAccept(NOTHING))
    return draft.timer(h.Timer.PAY, model.limits.pay_s).step()


def return_bill(model: Settlement, event: BillHeld) -> Done:
    """It cannot be changed, or nobody is asked for money: the resident gets this very bill."""
    return _routed(Draft(model), event, stack=False).step()


def bill_back(model: Settlement, event: BillReturned) -> Done:
    """It is out; if coins are asked for, let them in again."""
    draft = Draft(model).write("bill.back", **cursor_fields(event.cursor))
    return draft.set(bill_moving=False).step()


def bill_back_paying(model: Settlement, event: BillReturned) -> Done:
    """As `bill_back`, and the slot opens again."""
    return _reopened(bill_back(model, event))


def reset_paying(model: Settlement, event: VendorReset) -> Done:
    """As `reset_seen`; where it was the validator, the slot opens again for coins."""
    return _reopened(reset_seen(model, event))


def bills_out(model: Settlement, event: VendorTrouble) -> bool:
    """The bill validator needs help while a bill was on its way: coins go on."""
    return event.reason == "coin.bill_fault" and model.bill_moving


def bill_lost_paying(model: Settlement, event: VendorTrouble) -> Done:
    """What became of the bill its counters will tell; the slot opens again for coins."""
    done = vendor_trouble(model, event)
    draft = Draft(done.model).do(*done.commands).set(bill_moving=False)
    return _reopened(draft.step())


def _routed(draft: Draft, event: BillHeld, *, stack: bool) -> Draft:
    draft.write("bill.held", yen=event.yen, **cursor_fields(event.cursor))
    return draft.write("bill.route", stack=int(stack)).do(c.RouteBill(stack))


def _reopened(done: Done) -> Done:
    draft = let_in(Draft(done.model))
    return Draft(draft.model).do(*done.commands, *draft.step().commands).step()
