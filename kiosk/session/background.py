"""What is heard at any time: look, language, and whatever only has to be remembered.

Pure actions of the table. No wire, no clock.
"""

from dataclasses import replace

from kiosk.link import values as link
from kiosk.machine import Step
from kiosk.session import commands as cmd
from kiosk.session import events as ev
from kiosk.session import limits, steps
from kiosk.session.model import Aside, Session
from kiosk.session.steps import Done, note
from ui.model import LANGUAGES, Size, Theme


def stay(session: Session, _event: object) -> Done:
    """Heard; nothing comes of it."""
    return Step(session)


def open_language(session: Session, _event: object) -> Done:
    """Show the seven languages over the screen."""
    return Step(replace(session, aside=Aside.LANGUAGE))


def open_look(session: Session, _event: object) -> Done:
    """Show sizes and colours over the screen."""
    return Step(replace(session, aside=Aside.LOOK))


def close_aside(session: Session, _event: object) -> Done:
    """Back to the screen beneath."""
    return Step(replace(session, aside=Aside.NONE, warn_left_s=0))


def choose_language(session: Session, event: ev.LanguageChosen) -> Done:
    """Speak that language from now on; an unknown one changes nothing."""
    language = event.language if event.language in LANGUAGES else session.look.language
    look = replace(session.look, language=language)
    return Step(replace(session, look=look, aside=Aside.NONE))


def choose_size(session: Session, event: ev.SizeChosen) -> Done:
    """That text size; the page stays open, so that the effect is seen."""
    size = Size(event.size) if event.size in set(Size) else session.look.size
    return Step(replace(session, look=replace(session.look, size=size)))


def choose_theme(session: Session, event: ev.ThemeChosen) -> Done:
    """Those colours; the page stays open, so that the effect is seen."""
    theme = Theme(event.theme) if event.theme in set(Theme) else session.look.theme
    return Step(replace(session, look=replace(session.look, theme=theme)))


def ask_end(session: Session, _event: object) -> Done:
    """Ask whether to end; says what is lost."""
    return Step(replace(session, aside=Aside.END))


def warn(session: Session, _event: ev.LimitReached) -> Done:
    """Ask whether somebody is still there."""
    return Step(replace(session, aside=Aside.WARNING, warn_left_s=session.warn_s))


def count_down(session: Session, _event: ev.LimitReached) -> Done:
    """One second less."""
    return Step(replace(session, warn_left_s=session.warn_left_s - limits.WARN_STEP_S))


def beat(session: Session, _event: ev.LimitReached) -> Done:
    """Call once more, louder after a while."""
    return Step(replace(session, beats=session.beats + 1))


def note_service(session: Session, event: link.ServiceState) -> Done:
    """Remember whether service is closed."""
    return Step(replace(session, trouble=event.trouble))


def note_hours(session: Session, event: ev.HoursChanged) -> Done:
    """Remember whether it is within the service hours."""
    return Step(replace(session, open_now=event.open_now))


def note_reader(session: Session, event: ev.ReaderFailed) -> Done:
    """No card can be read for now."""
    return Step(replace(session, reader=event.failure))


def note_reader_back(session: Session, _event: ev.ReaderBack) -> Done:
    """Cards can be read again."""
    return Step(replace(session, reader=""))


def note_grant(session: Session, _event: link.VisitGranted) -> Done:
    """The visit is journaled."""
    return Step(steps.granted(session))


def note_visit_refused(session: Session, _event: link.VisitRefused) -> Done:
    """The devices are not clear: what was refused for another reason cannot be tried again."""
    return Step(replace(session, retry=None))


def note_card_on(session: Session, _event: ev.CardPlaced | ev.CardFound) -> Done:
    """A card lies there."""
    return Step(replace(session, card=True))


def note_card_off(session: Session, _event: ev.CardRemoved) -> Done:
    """The reader is empty."""
    return Step(replace(session, card=False))


def note_opened(session: Session, _event: ev.VisitOpened) -> Done:
    """The challenge is here."""
    return Step(replace(session, opened=True))


def note_change(session: Session, event: link.ChangeState) -> Done:
    """Remember which coins could be taken, if it is about the fee shown."""
    if event.due_yen != steps.due_yen(session):
        return Step(session)
    money = replace(
        session.money, change_known=True, change_coins=event.coins, exact_only=event.exact_only
    )
    return Step(replace(session, money=money))


def note_tender(session: Session, event: link.Tender) -> Done:
    """Remember what the machine takes."""
    return Step(replace(session, money=replace(session.money, tender=event.values)))


def note_coin(session: Session, event: link.CoinIn) -> Done:
    """A coin is inside, also one that was still falling: it counts in every state."""
    money = replace(session.money, inserted=event.total_yen, coins=event.coins)
    return Step(replace(session, money=money))


def note_coins_open(session: Session, event: link.CoinsOpen) -> Done:
    """Coins are taken now."""
    return Step(replace(session, money=replace(session.money, coins=event.coins)))


def note_covered(session: Session, event: link.PaymentCovered) -> Done:
    """The fee is in; nothing more is taken."""
    money = replace(session.money, inserted=event.total_yen, coins=())
    return Step(replace(session, money=money))


def note_returned(session: Session, event: link.CoinsReturned) -> Done:
    """The coins are out again, or owed."""
    money = replace(
        session.money,
        returned=event.returned_yen, owed=event.owed_yen, case=event.case, settled=True, coins=(),
    )  # fmt: skip
    return Step(replace(session, money=money))


def note_settled(session: Session, event: link.MoneySettled) -> Done:
    """What was kept, given back and is owed."""
    money = replace(
        session.money, kept=event.kept_yen, returned=event.returned_yen, owed=event.owed_yen,
        case=event.case, settled=True, coins=(),
    )  # fmt: skip
    return Step(replace(session, money=money))


def note_tray(session: Session, _event: link.PaperTaken) -> Done:
    """The tray is empty."""
    return Step(replace(session, printing=replace(session.printing, trays=True)))


def note_erased(session: Session, event: ev.Erased) -> Done:
    """The documents are gone."""
    return Step(session, (note("visit.erased", copies=event.copies),))


def decline_grant(session: Session, event: link.PrintGranted) -> Done:
    """The visit does not print any more; say so, so that nobody waits for the bytes."""
    return Step(session, (cmd.Tell(link.CopyNotStreamed(event.title, "printer.spooler")),))


def drop_document(session: Session, _event: ev.DocumentReady) -> Done:
    """A document nobody waits for any more is erased at once."""
    return Step(session, (cmd.Erase(),))
