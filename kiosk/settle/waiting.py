"""A resident who begins while the terminal is still at work: kept waiting a moment, not sent away.

Just after a start the coin machine is being set up; after a death the last resident's money is
being paid back. Whoever begins then looks for the card meanwhile, and has the answer when all is
settled. Actions and guards of the table in `kiosk.settle.rules`. Pure; no wire, no clock.
"""

from kiosk.journal.entries import entry
from kiosk.link import values as link
from kiosk.settle import commands as c
from kiosk.settle import happened as h
from kiosk.settle.draft import Done, Draft
from kiosk.settle.model import Settlement

OPEN_S = 10.0
"""Longer than a coin machine takes to be set up and than most payouts; no longer than a person
looks for a card."""


def nobody_served(model: Settlement, _event: link.OpenVisit) -> bool:
    """It is no visit that is being served already."""
    return not model.alive


def soon_settled(model: Settlement, event: link.OpenVisit) -> bool:
    """Nobody is served, and nothing closes service: it will not be long."""
    return nobody_served(model, event) and not model.trouble


def open_later(model: Settlement, event: link.OpenVisit) -> Done:
    """The answer comes when all is settled, at the latest after `OPEN_S`."""
    # What could not be written down then is refused now, while the visit can be blamed for it.
    entry("visit.begin", visit=event.visit)
    return Draft(model).set(opening=event).timer(h.Timer.OPEN, OPEN_S).step()


def somebody_waits(model: Settlement, _event: h.Proceed) -> bool:
    """Somebody began early."""
    return model.opening is not None


def waits_in_service(model: Settlement, event: h.Proceed) -> bool:
    """Somebody began early, and can be served now."""
    return somebody_waits(model, event) and not model.trouble


def time_is_open(_model: Settlement, event: h.TimerFired) -> bool:
    """It is the time of the resident who waits to begin."""
    return event.timer is h.Timer.OPEN


def send_away(model: Settlement, _event: h.Proceed | h.TimerFired) -> Done:
    """It cannot be now, or takes too long: say why."""
    return sent_away(Draft(model)).step()


def sent_away(draft: Draft) -> Draft:
    """Whoever waits hears why nobody is served; nothing where nobody waits."""
    if draft.model.opening is None:
        return draft
    reason = draft.model.trouble or "terminal.settling"
    draft.write("visit.refused", reason=reason).say(link.VisitRefused(reason))
    return forgotten(draft)


def forgotten(draft: Draft) -> Draft:
    """Nobody waits to begin any more."""
    return draft if draft.model.opening is None else draft.set(opening=None).stop(h.Timer.OPEN)


def answered(draft: Draft) -> Draft:
    """All is settled: decide about whoever waits, once that is on disk."""
    return draft if draft.model.opening is None else draft.do(c.GoOn())
