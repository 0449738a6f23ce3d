"""What several actions need: lines for the journal, refusals, ends. Pure; no wire, no clock."""

from dataclasses import replace

from kiosk.link import values as link
from kiosk.machine import Step
from kiosk.session import commands as cmd
from kiosk.session import forms
from kiosk.session import model as m
from kiosk.session.commands import Command
from kiosk.session.failures import Recovery, recovery
from kiosk.session.model import Form, Session, State

Done = Step[Session, Command]


def note(kind: str, /, **fields: str | int) -> cmd.Tell:
    """A line for the journal; `kind` is a row of its table."""
    return cmd.Tell(link.Note(kind, tuple(sorted(fields.items()))))


def granted(session: Session) -> Session:
    """What was said of money until now was another visit's, settled while this glass was here."""
    return replace(session, granted=True, money=m.Money())


def due_yen(session: Session) -> int:
    """The fee on the glass: of the documents held, else of the form as it stands."""
    if session.ticket is not None:
        return session.ticket.fee_yen
    return forms.fee_yen(session.form, session.offers) if session.offers else 0


def payable(session: Session) -> bool:
    """False when it is known that not one coin could be taken for this fee."""
    money = session.money
    return not money.change_known or bool(money.change_coins) or money.exact_only


def refused(session: Session, failure: str, commands: tuple[Command, ...] = ()) -> Done:
    """Refused: remember why, and whether もう一度 could help; the rule leads to REFUSED."""
    refused = replace(
        session, failure=failure, outcome="refused", typed=0, retry=_retry(session, failure)
    )
    return Step(refused, (*commands, failure_note(session, failure)))


def _retry(session: Session, failure: str) -> State | None:
    way = recovery(failure, m.Phase.FREE)
    if way is Recovery.END or not session.visit:
        return None
    same_step = way is Recovery.RETRY and session.state is State.FETCH
    return State.FETCH if same_step else State.PLACE_CARD


def failure_note(session: Session, failure: str) -> cmd.Tell:
    """The line for the journal: what failed, and where."""
    return note("visit.failure", failure=failure, state=session.state.value)


def ended(session: Session, outcome: str) -> Done:
    """Over: nothing of the person is kept but how it ended."""
    ended = replace(without_person(session), outcome=outcome, typed=0)
    return Step(ended, (cmd.WipePin(), cmd.ReleaseCard(), cmd.ForgetCentre(), cmd.Erase()))


def without_person(session: Session) -> Session:
    """The session without what was offered and chosen."""
    return replace(session, offers=None, form=Form(), message=())


def offers_of(session: Session) -> m.Offers:
    """The offers, in states that are entered with offers only."""
    assert session.offers is not None  # noqa: S101 - narrows a type the table guarantees
    return session.offers


def ticket_of(session: Session) -> m.Ticket:
    """The documents held, in states that are entered with documents only."""
    assert session.ticket is not None  # noqa: S101 - narrows a type the table guarantees
    return session.ticket


def parts(step: Done) -> tuple[Session, tuple[Command, ...]]:
    """The next session and the commands, for an action built on another."""
    return step.model, step.commands
