"""The coin escrow: what was inserted waits in it, and is kept or given back as the same coins.

It is emptied when everything else of the transaction is known, so that a fee is kept only for
copies that were counted out. An order is on disk before it goes out, and after a crash it is given
again the same way: what has left cannot leave twice. Where the flap fails, money goes back from the
hoppers, what lies in the escrow is the machine's, and service stays closed until it has been
emptied into the cash box. Actions and guards of the table in `kiosk.settle.rules`. Pure; no wire,
no clock.
"""

from drivers.coin.contract import Fate
from kiosk.settle import commands as c
from kiosk.settle import happened as h
from kiosk.settle.draft import Done, Draft
from kiosk.settle.model import Settlement
from kiosk.settle.service import CLOSES_SERVICE, coins_set_up, trouble, troubled

FAULT = "coin.escrow_fault"


def coins_wait(model: Settlement, _event: h.Proceed) -> bool:
    """Coins lie in the escrow, and its flap is not known to have failed."""
    memory = model.memory
    loaded = bool(memory.coins.waiting) or memory.flap_doubted
    return bool(memory.coins.escrow) and loaded and not model.flap_failed


def divert_coins(model: Settlement, _event: h.Proceed) -> Done:
    """Give them back if nothing was delivered, else keep them; change comes from the hoppers."""
    keep = not _go_back(model)
    draft = Draft(model).write("escrow.intent", keep=int(keep), yen=model.memory.coins.waiting_yen)
    return draft.do(c.DivertCoins(keep)).step()


def _go_back(model: Settlement) -> bool:
    """All of it is a resident's who is there, and no copy came, as far as anybody knows."""
    memory = model.memory
    came = memory.delivered or memory.unknown or memory.ledger.kept
    theirs = memory.ledger.held >= memory.coins.waiting_yen > 0
    return theirs and model.repay and not (came or memory.flap_doubted)


def flap_shut(model: Settlement, event: h.CoinsDiverted) -> Done:
    """Done: the books follow. Else service closes; what nobody knows to be back is owed."""
    result = event.result
    yen = model.memory.coins.waiting_yen
    done = result.fate is Fate.DONE
    draft = Draft(model).write(
        "escrow.result",
        keep=int(result.keep),
        yen=yen,
        fate=result.fate.value,
        reason=result.reason,
    )
    draft.set(flap_failed=not done)
    if result.fate is Fate.UNKNOWN and not result.keep:
        draft.case("coin.escrow_unknown", min(yen, draft.model.memory.ledger.held))
    if done and not (result.keep or result.shown):
        _doubt_it_is_empty(draft)
    return troubled(draft, "escrow", "" if done else result.reason or FAULT).do(c.GoOn()).step()


def _doubt_it_is_empty(draft: Draft) -> None:
    """The flap moved, and no level shows that nothing stuck: staff is to look. One open case says
    so for all that came back since staff looked last."""
    model = draft.model
    if model.unshown_case not in {name for name, _ in model.memory.cases}:
        draft.case("coin.escrow_unknown").set(unshown_case=draft.model.case)


# --- after a crash, and after staff was there -----------------------------------------------


def order_open(model: Settlement, _event: h.CoinsResumed) -> bool:
    """The escrow was given an order of which the journal does not know the end."""
    return bool(model.memory.diverting)


def order_stands(model: Settlement, event: h.CoinsResumed) -> bool:
    """As `order_open`, and it may be given again: coins go back only to who may still be there."""
    return order_open(model, event) and (model.repay or model.memory.diverting == "keep")


def divert_again(model: Settlement, event: h.CoinsResumed) -> Done:
    """The same order once more; its intent is on disk."""
    keep = model.memory.diverting == "keep"
    return coins_set_up(model, event).do(c.DivertCoins(keep)).step()


def owe_unseen(model: Settlement, event: h.CoinsResumed) -> Done:
    """Whoever was to get them will have left: a case, and what still lies there is kept."""
    yen = model.memory.coins.waiting_yen
    draft = coins_set_up(model, event).write(
        "escrow.result", keep=0, yen=yen, fate=Fate.UNKNOWN.value, reason="terminal.restart"
    )
    owed = min(yen, draft.model.memory.ledger.held)
    return draft.case("coin.escrow_unknown", owed).do(c.GoOn()).step()


def flap_in_order(model: Settlement, event: h.TroubleSeen) -> bool:
    """The flap had failed, and the coin machine says that nothing is wrong any more."""
    mended = event.source == "coin" and event.reason not in CLOSES_SERVICE
    return mended and model.flap_failed


def try_flap_again(model: Settlement, event: h.TroubleSeen) -> Done:
    """Empty it into the cash box; then service opens."""
    done = trouble(model, event)
    draft = Draft(done.model).do(*done.commands).set(flap_failed=False)
    return draft.do(c.GoOn()).step()
