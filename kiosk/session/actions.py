"""What the rules of card, form and ends do. Pure actions; no wire, no clock.

Their names stand in the drawing of the table. No action changes the state; the rule does.
"""

from dataclasses import replace

from kiosk.certificates import Page, Scope
from kiosk.link import values as link
from kiosk.machine import Step
from kiosk.session import commands as cmd
from kiosk.session import events as ev
from kiosk.session import forms, steps
from kiosk.session import model as m
from kiosk.session.model import Form, Session
from kiosk.session.steps import Done, note

ALREADY_THERE = "card.was_already_there"


def take_glass(session: Session, event: link.TakeGlass) -> Done:
    """This process is the visit now; what the last one left is to be told."""
    money = replace(
        session.money, kept=event.kept_yen, returned=event.returned_yen, owed=event.owed_yen,
        settled=not event.settling,
    )  # fmt: skip
    return Step(replace(session, trouble=event.trouble, failure=event.apology, money=money))


def apologised(session: Session, _event: object) -> Done:
    """The next resident begins with nothing of the last one's."""
    return Step(replace(session, failure="", money=m.Money()))


def begin(session: Session, _event: ev.ServiceChosen) -> Done:
    """Ask the supervisor for the visit, and fetch the challenge while the card is looked for."""
    return Step(session, (cmd.Tell(link.OpenVisit(session.visit)), cmd.OpenAtCentre()))


def begin_with_card_there(session: Session, event: ev.ServiceChosen) -> Done:
    """As `begin`; a card lies there that did not come during this visit."""
    begun, commands = steps.parts(begin(session, event))
    return Step(begun, (*commands, steps.failure_note(session, ALREADY_THERE)))


def find_card(session: Session, _event: ev.CardFound) -> Done:
    """A card lies there and nobody saw it come: it may be somebody else's."""
    found = replace(session, card=True)
    return Step(found, (steps.failure_note(session, ALREADY_THERE),))


def back_to_start(session: Session, _event: object) -> Done:
    """Nobody is here: the next resident finds everything as it was."""
    return Step(Session(
        session.visit, card=session.card, open_now=session.open_now, trouble=session.trouble,
        reader=session.reader, warn_s=session.warn_s, takes_notes=session.takes_notes,
        state=session.state))  # fmt: skip


def identify(session: Session, _event: object) -> Done:
    """A card of this visit: look at it."""
    return Step(replace(session, card=True, failure=""), (cmd.IdentifyCard(),))


def card_and_opened(session: Session, _event: ev.VisitOpened) -> Done:
    """The challenge came after the card."""
    return Step(replace(session, opened=True, failure=""), (cmd.IdentifyCard(),))


def card_and_grant(session: Session, _event: link.VisitGranted) -> Done:
    """The card and the challenge were faster than the printer's answer."""
    return Step(replace(steps.granted(session), failure=""), (cmd.IdentifyCard(),))


def reader_cleared(session: Session, _event: ev.CardRemoved) -> Done:
    """Now a card can be put down that belongs to this visit."""
    return Step(replace(session, card=False))


def card_known(session: Session, event: ev.CardIdentified) -> Done:
    """A My Number card with so many tries left."""
    return Step(
        replace(session, tries_left=event.tries_left),
        (note("visit.card", kind="my_number"),),
    )


def card_blocked(session: Session, event: ev.CardIdentified) -> Done:
    """No try is left: say so before a PIN is typed for nothing."""
    known = replace(session, tries_left=event.tries_left)
    return steps.refused(known, "card.pin.blocked")


def card_gone(session: Session, _event: ev.CardRemoved) -> Done:
    """The card was taken before it was used: nothing is lost, it may be put down again."""
    gone = replace(session, card=False, typed=0, failure="card.removed")
    return Step(gone, (cmd.WipePin(), cmd.ReleaseCard()))


def choose_scope(session: Session, event: ev.ScopeChosen) -> Done:
    """Whose municipality is asked."""
    scope = Scope(event.scope) if event.scope in set(Scope) else Scope.RESIDENCE
    return Step(replace(session, scope=scope, typed=0), (note("visit.scope", scope=scope.value),))


def type_digit(session: Session, _event: ev.DigitTyped) -> Done:
    """One digit more, never more than four."""
    return Step(replace(session, typed=min(session.typed + 1, m.PIN_DIGITS)))


def clear_digits(session: Session, _event: object) -> Done:
    """Type again from the start."""
    return Step(replace(session, typed=0), (cmd.WipePin(),))


def authenticate(session: Session, _event: ev.Confirmed) -> Done:
    """One dialogue with the card; the digits go from the pad to the driver and nowhere else."""
    return Step(replace(session, typed=0), (cmd.Authenticate(session.scope.value),))


def pin_refused(session: Session, event: ev.PinRefused) -> Done:
    """Wrong: say how many tries are left."""
    return Step(
        replace(session, tries_left=event.tries_left),
        (
            note("visit.attempt", result="wrong", tries_left=event.tries_left),
            steps.failure_note(session, "card.pin.wrong"),
        ),
    )


def pin_blocked(session: Session, event: ev.PinRefused) -> Done:
    """That was the last try."""
    blocked, commands = steps.parts(
        steps.refused(replace(session, tries_left=0), "card.pin.blocked")
    )
    attempt = note("visit.attempt", result="blocked", tries_left=event.tries_left)
    return Step(blocked, (attempt, *commands))


def authenticated(session: Session, _event: ev.CardAuthenticated) -> Done:
    """Card and holder were there: ask the municipality while the card is taken away."""
    return Step(
        replace(session, authenticated=True, tries_left=3),
        (
            note("visit.attempt", result="right", tries_left=3),
            note("visit.authenticated"),
            cmd.ReleaseCard(),
            cmd.AskOffers(),
        ),
    )


def card_taken(session: Session, _event: ev.CardRemoved) -> Done:
    """The card is back in its owner's hand."""
    return Step(replace(session, card=False), (note("visit.card_taken"),))


def again_with_card(session: Session, event: ev.CardFailed) -> Done:
    """What happened costs nothing: the card is put down again."""
    again = replace(session, typed=0, failure=event.failure)
    return Step(
        again, (cmd.WipePin(), cmd.ReleaseCard(), steps.failure_note(session, event.failure))
    )


def take_offers(session: Session, event: ev.OffersArrived) -> Done:
    """Everything the form needs is here; from now on it causes no traffic."""
    count = len(event.offers.offers)
    arrived = note("visit.offers", municipality=event.offers.code, certificates=count)
    return Step(replace(session, offers=event.offers), (arrived,))


def refuse_empty(session: Session, _event: object) -> Done:
    """The municipality offers nothing this terminal can issue."""
    return steps.refused(session, "offers.none")


def tap_option(session: Session, event: ev.OptionTapped) -> Done:
    """A tile of the form."""
    return _form(session, forms.tap(session.form, steps.offers_of(session), event.option))


def switch_item(session: Session, event: ev.ItemSwitched) -> Done:
    """State the item, or not."""
    form = forms.switch(session.form, steps.offers_of(session), event.item, event.on)
    return _form(session, form)


def answer_warning(session: Session, event: ev.WarningAnswered) -> Done:
    """Keep the item that was warned of, or drop it."""
    return _form(session, forms.answer_warning(session.form, steps.offers_of(session), event.keep))


def set_copies(session: Session, event: ev.CopiesSet) -> Done:
    """That many."""
    return _form(session, forms.set_copies(session.form, steps.offers_of(session), event.copies))


def change_copies(session: Session, event: ev.CopiesChanged) -> Done:
    """One more or less."""
    wanted = session.form.copies + event.by
    return _form(session, forms.set_copies(session.form, steps.offers_of(session), wanted))


def next_page(session: Session, _event: ev.Confirmed) -> Done:
    """One page on, if the present one is answered."""
    return _form(session, forms.next_page(session.form, steps.offers_of(session)))


def previous_page(session: Session, _event: ev.WentBack) -> Done:
    """One page back."""
    return _form(session, forms.previous_page(session.form, steps.offers_of(session)))


def fix_line(session: Session, event: ev.FixAsked) -> Done:
    """From the check to one of its lines."""
    return _form(session, forms.fix(session.form, steps.offers_of(session), event.page))


def deny(session: Session, _event: ev.Denied) -> Done:
    """The name shown is not theirs: nothing is issued, and the municipality must know."""
    return steps.refused(session, "resident.denies", (cmd.ForgetCentre(),))


def refuse_trouble(session: Session, _event: object) -> Done:
    """It could not be printed or paid now: say so before anything is applied for."""
    return steps.refused(session, session.trouble)


def refuse_trouble_held(session: Session, _event: ev.DocumentReady) -> Done:
    """Paper or coins failed while the document was made: it is erased, nothing was taken."""
    return steps.refused(session, session.trouble, (cmd.Erase(),))


def refuse_change(session: Session, _event: object) -> Done:
    """There is no change for this fee: say so before money is taken."""
    return steps.refused(session, "coin.change_short", (cmd.Erase(),))


def apply(session: Session, _event: object) -> Done:
    """Send the application."""
    offers = steps.offers_of(session)
    # A retry keeps its amounts: the form is as it was on the check.
    return Step(
        replace(session, failure="", retry=None),
        (cmd.Apply(forms.choice(session.form, offers)),),
    )


def note_applied(session: Session, event: ev.Applied) -> Done:
    """The application went out under this digest."""
    form = session.form
    line = note(
        "visit.applied",
        application=event.application, certificate=form.certificate, copies=form.copies,
    )  # fmt: skip
    return Step(session, (line,))


def refuse_visit(session: Session, event: link.VisitRefused) -> Done:
    """The devices are not clear: no visit now, and none in this process."""
    done = steps.refused(session, event.reason)
    return replace(done, model=replace(done.model, retry=None))


def refuse_card(session: Session, event: ev.CardFailed) -> Done:
    """This card, or the reader, cannot be used."""
    return steps.refused(session, event.failure, (cmd.WipePin(), cmd.ReleaseCard()))


def refuse_centre(session: Session, event: ev.CentreFailed) -> Done:
    """The centre or the municipality says no, cannot be reached, or its answer did not pass."""
    return steps.refused(replace(session, message=event.message), event.failure, (cmd.Erase(),))


def card_too_slow(session: Session, _event: ev.LimitReached) -> Done:
    """The card did not answer in its time."""
    return steps.refused(session, "card.protocol", (cmd.WipePin(), cmd.ReleaseCard()))


def centre_too_slow(session: Session, _event: ev.LimitReached) -> Done:
    """The centre did not answer in its time."""
    return steps.refused(session, "centre.timeout", (cmd.ForgetCentre(), cmd.Erase()))


def retry_card(session: Session, _event: ev.Retried) -> Done:
    """From the card on, with a new challenge."""
    again = replace(
        session, failure="", message=(), opened=False, authenticated=False, offers=None,
        form=Form(), retry=None, typed=0,
    )  # fmt: skip
    return Step(again, (cmd.WipePin(), cmd.ReleaseCard(), cmd.OpenAtCentre()))


def end_cancelled(session: Session, _event: object) -> Done:
    """The resident ends it."""
    return steps.ended(session, "cancelled")


def end_late(session: Session, _event: ev.LimitReached) -> Done:
    """Nobody answered."""
    return steps.ended(session, "timed_out")


def end_refused(session: Session, _event: object) -> Done:
    """After a refusal was read."""
    return steps.ended(session, "refused")


def end_returned(session: Session, _event: object) -> Done:
    """After the coins were taken."""
    return steps.ended(session, session.outcome or "cancelled")


def close(session: Session, _event: object) -> Done:
    """Say how it ended, forget everything, and wait for the supervisor's last word."""
    money, printing = session.money, session.printing
    report = cmd.ReportOutcome(
        outcome=session.outcome or "cancelled", failure=session.failure,
        sheets=_sheets_delivered(session), copies=printing.copies_done,
        kept_yen=money.kept, returned_yen=money.returned, owed_yen=money.owed,
    )  # fmt: skip
    bye = link.CloseVisit(session.outcome or "cancelled", session.failure)
    return Step(
        steps.without_person(session),
        (cmd.WipePin(), cmd.ReleaseCard(), cmd.ForgetCentre(), cmd.Erase(), report, cmd.Tell(bye)),
    )


def leave(session: Session, _event: object) -> Done:
    """Everything is on disk: end the process."""
    return Step(session, (cmd.Exit(),))


def _form(session: Session, form: Form) -> Done:
    changed = replace(session, form=form)
    if form.page is Page.CHECK and session.form.page is not Page.CHECK:
        fee = steps.due_yen(changed)
        money = replace(session.money, change_known=False, change_coins=(), exact_only=False)
        return Step(replace(changed, money=money), (cmd.Tell(link.AskChange(fee)),))
    return Step(changed)


def _sheets_delivered(session: Session) -> int:
    if session.ticket is None:
        return 0
    whole = session.ticket.copies[: session.printing.copies_done]
    torn = session.printing.sheets_out if session.outcome in {"failed", "issued_partly"} else 0
    return sum(copy.sheets for copy in whole) + torn
