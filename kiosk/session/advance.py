"""One event in, the next session and its commands out: the table, and what holds in every state.

A changed state closes what lay over the screen and starts the time limit again; so does whatever
the resident does, and every coin. No wire, no clock.
"""

from dataclasses import replace

from kiosk.link import values as link
from kiosk.machine import Step, step
from kiosk.session import events as ev
from kiosk.session.model import Aside, Session, State
from kiosk.session.rules import RULES
from kiosk.session.steps import Done, note

TAPS: tuple[type[object], ...] = (
    ev.StartTapped, ev.ServiceChosen, ev.Confirmed, ev.WentBack, ev.Retried, ev.EndAsked,
    ev.EndConfirmed, ev.WentOn, ev.LanguageAsked, ev.LanguageChosen, ev.LookAsked, ev.SizeChosen,
    ev.ThemeChosen, ev.AsideClosed, ev.ScopeChosen, ev.DigitTyped, ev.DigitsCleared,
    ev.OptionTapped, ev.ItemSwitched, ev.WarningAnswered, ev.CopiesSet, ev.CopiesChanged,
    ev.FixAsked, ev.Denied, ev.Stopped,
)  # fmt: skip
"""What a resident can do."""

_RESTARTS: tuple[type[object], ...] = (
    *TAPS, ev.LimitReached, link.CoinIn, link.CoinsOpen, ev.OffersArrived,
)  # fmt: skip

_JOURNALED = frozenset(State) - {
    State.CLOSED,
    State.APOLOGY,
    State.START,
    State.MENU,
    State.CLOSING,  # the end of the visit has a line of its own
}


def advance(session: Session, event: object) -> Done:
    """What comes of `event`. Pure.

    A limit that belongs to an earlier moment changes nothing. Raises `IllegalEvent` for a tap
    the present screen does not offer; the session is then as it was.
    """
    if isinstance(event, ev.LimitReached) and event.serial != session.serial:
        return Step(session)
    if session.aside is Aside.WARNING and isinstance(event, TAPS):
        event = ev.WentOn()
    done = step(RULES, session, event)
    return _settled(session, done, event)


def _settled(before: Session, done: Done, event: object) -> Done:
    after = done.model
    if after.state is not before.state:
        fresh = replace(after, aside=Aside.NONE, warn_left_s=0, beats=0, serial=before.serial + 1)
        lines = (note("visit.step", state=after.state.value),) * (after.state in _JOURNALED)
        return Step(fresh, (*done.commands, *lines))
    if isinstance(event, _RESTARTS):
        return Step(replace(after, serial=before.serial + 1), done.commands)
    return done
