"""Exchange: staff refills the hoppers and collects the boxes while nobody is served.

Every piece that staff moves is an entry, by denomination and signed with who did it; what was
found is written down beside what the books expected, so that a difference has a name. Actions and
guards of the table in `kiosk.settle.rules`. Pure; no wire, no clock.
"""

from drivers.coin.contract import CoinAccepted, Taker
from kiosk.link import values as link
from kiosk.money import worth
from kiosk.settle import commands as c
from kiosk.settle import happened as h
from kiosk.settle.coins import NOTHING, cursor_fields
from kiosk.settle.draft import Done, Draft
from kiosk.settle.model import Settlement
from kiosk.settle.waiting import answered

SERVICE = "terminal.exchange"
"""The reason for which nobody is served meanwhile."""


def begin_exchange(model: Settlement, event: h.ExchangeBegun) -> Done:
    """Close service and let coins in through the slot, to fill the hoppers."""
    draft = Draft(model).write("exchange.begin", staff=event.staff)
    return _opened(draft).step()


def exchange_open(model: Settlement, _event: h.Proceed) -> bool:
    """Staff had the machine open when the terminal was started anew, or something was settled."""
    return bool(model.memory.exchange)


def exchange_again(model: Settlement, _event: h.Proceed) -> Done:
    """Go on where staff was."""
    return answered(_opened(Draft(model))).step()


def is_coin(_model: Settlement, event: CoinAccepted) -> bool:
    """It is a coin, not a bill that was stacked late."""
    return event.cursor.taker is Taker.COIN


def coin_filled(model: Settlement, event: CoinAccepted) -> Done:
    """Staff put it in: it is the machine's, nobody's to be given back."""
    return Draft(model).write("stock.in", yen=event.yen, **cursor_fields(event.cursor)).step()


def collected(model: Settlement, event: h.BoxCollected) -> Done:
    """Staff took the coins or bills of one value out of cash box or stacker."""
    expected = dict(model.memory.coins.box).get(event.yen, 0)
    draft = Draft(model)
    return draft.write(
        "exchange.collected", yen=event.yen, pieces=event.pieces, expected=expected
    ).step()


def end_exchange(model: Settlement, event: h.ExchangeEnded) -> Done:
    """Shut the slot, sign, and open service again."""
    coins = model.memory.coins.pieces
    total = sum(worth(value, pieces) for value, pieces in coins)
    draft = Draft(model).write("exchange.end", staff=event.staff, hoppers=total)
    draft.set(open_coins=NOTHING).do(c.SetAccept(NOTHING))
    others = tuple(pair for pair in model.troubles if pair[1] != SERVICE)
    draft.set(troubles=others)
    return draft.say(link.ServiceState(draft.model.trouble)).do(c.GoOn()).step()


def _opened(draft: Draft) -> Draft:
    model = draft.model
    others = tuple(pair for pair in model.troubles if pair[1] != SERVICE)
    draft.set(troubles=(*others, ("exchange", SERVICE)))
    # Behind an escrow lies the cash box: through the slot no hopper can be filled.
    wanted = NOTHING if model.memory.coins.escrow else model.accepts - model.bills
    draft.set(open_coins=wanted).do(c.SetAccept(wanted))
    return draft.say(link.ServiceState(draft.model.trouble))
