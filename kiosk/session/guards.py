"""When a rule holds: named questions about a session and an event. Pure; no wire, no clock."""

from kiosk.certificates import Page, Scope, served
from kiosk.link import values as link
from kiosk.session import events as ev
from kiosk.session import forms, limits, steps
from kiosk.session import model as m
from kiosk.session.failures import Recovery, recovery, stops_payment
from kiosk.session.model import Aside, Session, State


def apology_due(_session: Session, event: link.TakeGlass) -> bool:
    """The last visit died and its resident must be told."""
    return bool(event.apology)


def glass_closed(session: Session, event: link.TakeGlass) -> bool:
    """Service is closed as the glass is taken, or it is outside the hours."""
    return bool(event.trouble) or cannot_serve(session, event)


def hours_over(_session: Session, event: ev.HoursChanged) -> bool:
    """The service hours have ended."""
    return not event.open_now


def service_closed(_session: Session, event: link.ServiceState) -> bool:
    """Service closes."""
    return bool(event.trouble)


def still_closed(session: Session, event: link.ServiceState) -> bool:
    """A reason for being closed is left."""
    return bool(event.trouble or session.reader) or not session.open_now


def cannot_serve(session: Session, _event: object) -> bool:
    """Service is closed, or it is outside the hours."""
    return bool(session.trouble or session.reader) or not session.open_now


def still_troubled(session: Session, event: ev.HoursChanged) -> bool:
    """Within the hours or not, something keeps service closed."""
    return bool(session.trouble or session.reader) or not event.open_now


def closed_anyway(session: Session, _event: ev.ReaderBack) -> bool:
    """Something besides the reader keeps service closed."""
    return bool(session.trouble) or not session.open_now


def card_lies_there(session: Session, _event: object) -> bool:
    """A card lies on the reader."""
    return session.card


def ready_for_card(session: Session, _event: object) -> bool:
    """The devices are clear and the challenge is here, so a card can be looked at."""
    return session.opened and session.granted


def card_and_grant_here(session: Session, _event: object) -> bool:
    """A card lies on the reader, and the devices are clear."""
    return session.card and session.granted


def card_and_opened_here(session: Session, _event: object) -> bool:
    """A card lies on the reader, and the challenge is here."""
    return session.card and session.opened


def no_try_left(_session: Session, event: ev.CardIdentified | ev.PinRefused) -> bool:
    """The PIN is blocked."""
    return event.tries_left <= 0


def scope_not_served(_session: Session, event: ev.ScopeChosen) -> bool:
    """This terminal issues nothing of the kind."""
    return event.scope not in {scope for scope in Scope if served(scope)}


def pin_incomplete(session: Session, _event: object) -> bool:
    """Fewer than four digits were typed."""
    return session.typed < m.PIN_DIGITS


def costs_nothing(_session: Session, event: ev.CardFailed) -> bool:
    """The card can simply be put down again."""
    return recovery(event.failure, m.Phase.FREE) is Recovery.PLACE_AGAIN


def costs_nothing_but_lies(session: Session, event: ev.CardFailed) -> bool:
    """As `costs_nothing`, but the card still lies there and has to come anew."""
    return costs_nothing(session, event) and session.card and event.failure != "card.removed"


def offers_here(session: Session, _event: object) -> bool:
    """The municipality has answered."""
    return session.offers is not None


def nothing_offered(_session: Session, event: ev.OffersArrived) -> bool:
    """Not one certificate this terminal can issue."""
    return not event.offers.offers


def check_with_trouble(session: Session, _event: object) -> bool:
    """The check is confirmed while something stands in the way of paying or printing."""
    return on_check(session, _event) and bool(session.trouble)


def check_without_change(session: Session, _event: object) -> bool:
    """The check is confirmed, and it is known that this fee cannot be taken."""
    return on_check(session, _event) and not steps.payable(session)


def on_check(session: Session, _event: object) -> bool:
    """The check is on the glass, and everything on it is answered."""
    offers = session.offers
    return (
        offers is not None
        and session.form.page is Page.CHECK
        and all(forms.answered(p, session.form, offers) for p in forms.pages(session.form, offers))
    )


def not_payable(session: Session, _event: object) -> bool:
    """It is known that this fee cannot be taken."""
    return not steps.payable(session)


def change_little(session: Session, _event: object) -> bool:
    """Not every coin can be taken: to be said before money is."""
    return session.money.exact_only


def more_copies(session: Session, _event: object) -> bool:
    """Another copy is to be printed."""
    return session.printing.copy < len(steps.ticket_of(session).copies)


def settled_already(session: Session, _event: object) -> bool:
    """The supervisor has settled the money."""
    return session.money.settled


def paper_came(session: Session, _event: object) -> bool:
    """Sheets lie in the tray, or nobody can say that none do."""
    printing = session.printing
    return printing.copies_done > 0 or printing.sheets_out > 0 or not printing.known


def first_copy(session: Session, _event: object) -> bool:
    """Nothing has been printed yet."""
    return session.printing.copy <= 1 and session.printing.copies_done == 0


def stop_heard(session: Session, _event: object) -> bool:
    """The resident said already that the paper was taken."""
    return session.heard_stop


def tray_empty(session: Session, _event: object) -> bool:
    """The tray is empty already."""
    return session.printing.trays


def not_warned(session: Session, _event: object) -> bool:
    """Nobody was asked yet whether they are still there."""
    return session.aside is not Aside.WARNING


def seconds_left(session: Session, _event: object) -> bool:
    """The countdown has not run out."""
    return session.warn_left_s > limits.WARN_STEP_S


def forgotten_long(session: Session, _event: object) -> bool:
    """The card has been forgotten for so long that the visit is over."""
    return session.beats >= limits.PRIVATE_BEATS


def money_to_show(_session: Session, event: link.CoinsReturned) -> bool:
    """Coins came out, or are owed."""
    return event.returned_yen > 0 or event.owed_yen > 0


def refused_and_retry_fetch(session: Session, _event: object) -> bool:
    """The application itself may be sent once more."""
    return session.retry is State.FETCH


def retry_with_card_there(session: Session, _event: object) -> bool:
    """From the card on, but one still lies there."""
    return session.retry is not None and session.card


def may_retry(session: Session, _event: object) -> bool:
    """Trying again can help."""
    return session.retry is not None


def nothing_kept_and_stopped(session: Session, event: object) -> bool:
    """Only torn copies came out, and the resident has taken them."""
    return stop_heard(session, event) and session.printing.copies_done == 0


def nothing_kept_and_empty(session: Session, event: object) -> bool:
    """Only torn copies came out, and the tray is empty."""
    return tray_empty(session, event) and session.printing.copies_done == 0


def stops_paying(_session: Session, event: link.DeviceTrouble) -> bool:
    """Without that device the visit cannot come to its end: the coins go back."""
    return stops_payment(event.reason)


def troubled(session: Session, _event: object) -> bool:
    """Something stands in the way of paying or printing."""
    return bool(session.trouble)
