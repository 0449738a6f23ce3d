"""The screens before and after the form: start, card, PIN, ends. Pure."""

from dataclasses import replace

from kiosk.present import frame
from kiosk.session import limits
from kiosk.session.failures import failure_of
from kiosk.session.model import PIN_DIGITS, Session
from ui.model import (
    LANGUAGES,
    Action,
    Attract,
    Choose,
    Digits,
    Label,
    Notice,
    Option,
    Progress,
    Raw,
    Role,
    Screen,
    Tone,
    text,
)


def languages() -> tuple[Action, ...]:
    """The seven languages by their own names."""
    return tuple(Action(f"language:{tag}", text(f"language.{tag}")) for tag in LANGUAGES)


def attract(session: Session) -> Screen:
    """The three things needed, and the languages."""
    money = "need_3_notes" if session.takes_notes else "need_3_note"
    notes = ("need_1_note", "need_2_note", money)
    needs = tuple(
        (text(f"screen.start.need_{n}"), text(f"screen.start.{note}"))
        for n, note in enumerate(notes, 1)
    )
    start = Action("start", text("button.start"), Role.PRIMARY)
    return Screen(
        "start", text("screen.start.title"), Attract(needs, start, languages()),
        lead=text("screen.start.lead"), tone=Tone.BRAND,
    )  # fmt: skip


def menu(_session: Session) -> Screen:
    """The services of this terminal, and what is worth knowing before."""
    certificates = Option(
        "service:certificates", text("screen.menu.certificates"),
        text("screen.menu.certificates_note"),
    )  # fmt: skip
    body = Choose((certificates,), message=text("screen.menu.message"))
    return Screen(
        "menu", text("screen.menu.title"), body, lead=text("screen.menu.lead"),
        actions=(frame.END,),
    )  # fmt: skip


def closed(session: Session) -> Screen:
    """Out of service, or outside the hours."""
    trouble = session.trouble or session.reader
    if not trouble:
        return frame.notice("hours", "clock", (text("screen.hours.line"),))
    failure = failure_of(trouble)
    lines = (frame.failure_key(failure.text, "line"), text("screen.closed.line"))
    return frame.notice("closed", "closed", lines, code=failure.name)


def apology(session: Session) -> Screen:
    """The last visit was cut short: what became of the money, once it is known, and the paper."""
    money = session.money
    lines = [text("screen.apology.line")]
    if not money.settled:
        lines.append(text("screen.apology.settling"))
    if money.kept:
        lines.append(text("screen.apology.kept", yen=money.kept))
    if money.returned:
        lines.append(text("screen.apology.returned", yen=money.returned))
    if money.owed:
        lines.append(text("screen.apology.owed", yen=money.owed))
    body = Notice("warning", tuple(lines))
    sound = "paper_take" if money.kept else ""
    return Screen("apology", text("screen.apology.title"), body, actions=(frame.OK,), sound=sound)


def clear_reader(_session: Session) -> Screen:
    """A card was there before: it has to be taken first."""
    screen = frame.notice("card_there", "card_take", (text("screen.card_there.line"),), frame.CARD)
    return replace(screen, actions=(frame.CANCEL,), sound="card_take")


def place_card(session: Session) -> Screen:
    """Where the card goes, and that it stays there."""
    lines: list[Label] = [text("screen.place_card.line")]
    lead = None
    if session.failure or session.reader:
        lead = frame.failure_key(failure_of(session.failure or session.reader).text, "title")
    elif session.card:
        lines = [text("screen.place_card.wait")]
    body = Notice("card_place", tuple(lines), warning=text("screen.place_card.no_pin"))
    return Screen(
        "place_card", text("screen.place_card.title"), body, lead=lead, step=frame.CARD,
        actions=(frame.CANCEL,), sound="card_place",
    )  # fmt: skip


def check_card(_session: Session) -> Screen:
    """The card is looked at."""
    return _reading("check_card", frame.CARD)


def read_card(_session: Session) -> Screen:
    """PIN and signature."""
    return _reading("read_card", frame.PIN)


def _reading(id_: str, step: int) -> Screen:
    body = Progress((text(f"screen.{id_}.line"),), picture="reading")
    return Screen(id_, text(f"screen.{id_}.title"), body, step=step, actions=(frame.CANCEL,))


def where(_session: Session) -> Screen:
    """Whose municipality."""
    options = tuple(
        Option(f"scope:{scope}", text(f"screen.where.{scope}"), text(f"screen.where.{scope}_note"))
        for scope in ("residence", "domicile")
    )
    return Screen(
        "where", text("screen.where.title"), Choose(options), step=frame.CARD,
        actions=(frame.CANCEL,),
    )  # fmt: skip


def not_served(_session: Session) -> Screen:
    """本籍地 was chosen, and nobody serves it here: say so honestly."""
    lines = (text("screen.not_served.line"), text("screen.not_served.advice"))
    screen = frame.notice("not_served", "warning", lines, frame.CARD)
    return replace(screen, actions=(frame.CANCEL, frame.BACK, frame.OK))


def pin(session: Session) -> Screen:
    """Four places and a pad; what was typed is counted, never shown. How many tries the card has
    left is said before the first one."""
    warning = text("screen.pin.tries", n=session.tries_left)
    if session.tries_left == 1:
        warning = text("screen.pin.last")
    hint = text("screen.pin.hint")
    confirm = replace(frame.CONFIRM, enabled=session.typed == PIN_DIGITS)
    return Screen(
        "pin", text("screen.pin.title"), Digits(PIN_DIGITS, session.typed, warning, hint),
        lead=text("screen.pin.lead"), step=frame.PIN,
        actions=(frame.CANCEL, frame.BACK, confirm), private=True,
    )  # fmt: skip


def pin_wrong(session: Session) -> Screen:
    """Wrong; how many tries are left, and what the last one means."""
    lines: tuple[Label, ...] = (text("screen.pin_wrong.tries", n=session.tries_left),)
    if session.tries_left == 1:
        lines = (text("screen.pin.last"),)
    body = Notice("warning", (*lines, text("screen.pin_wrong.line")))
    return Screen(
        "pin_wrong", text("screen.pin_wrong.title"), body, step=frame.PIN,
        actions=(frame.CANCEL, frame.RETRY), sound="error",
    )  # fmt: skip


def take_card(session: Session) -> Screen:
    """The screen goes on when the card is gone; louder while it is not.

    Source: introduction guide v2.4, section 4.1: the languages are offered here.
    """
    alert = session.beats >= limits.ALERT_BEATS
    lines: list[Label] = [text("screen.take_card.line")]
    if session.beats >= limits.LOUD_BEATS:
        lines = [text("screen.take_card.forgotten")]
    picture = "card_forgotten" if alert else "card_take"
    choices = () if alert else languages()
    return Screen(
        "take_card", text("screen.take_card.title"), Notice(picture, tuple(lines), choices=choices),
        step=frame.PIN, actions=(frame.CANCEL,), tone=Tone.ALERT if alert else Tone.NORMAL,
        sound="alarm" if alert else "card_take", sound_beat=session.beats,
    )  # fmt: skip


def leave_card(session: Session) -> Screen:
    """The visit is over and the card still lies there: screen and sound until it is taken."""
    line = "forgotten" if session.beats >= limits.LOUD_BEATS else "line"
    return Screen(
        "leave_card", text("screen.leave_card.title"),
        Notice("card_forgotten", (text(f"screen.leave_card.{line}"),)), tone=Tone.ALERT,
        sound="alarm" if session.beats >= limits.ALERT_BEATS else "card_take",
        sound_beat=session.beats,
    )  # fmt: skip


def wait_offers(_session: Session) -> Screen:
    """The municipality is asked."""
    body = Progress((text("screen.wait_offers.line"),), picture="clock")
    return Screen(
        "wait_offers", text("screen.wait_offers.title"), body, step=frame.CERTIFICATE,
        actions=(frame.CANCEL,),
    )  # fmt: skip


def refused(session: Session) -> Screen:
    """What happened, what can be done, and that nothing was charged."""
    failure = failure_of(session.failure)
    lines: list[Label] = [frame.failure_key(failure.text, "line")]
    own = frame.own_words(session, session.message)
    if own:
        lines.append(Raw(own))
    lines += [frame.failure_key(failure.text, "advice"), text("screen.refused.nothing_charged")]
    body = Notice("warning", tuple(lines), code=Raw(failure.name))
    actions = (frame.LEAVE, frame.RETRY) if session.retry else (frame.OK,)
    return Screen(
        "refused", frame.failure_key(failure.text, "title"), body, actions=actions, sound="error",
    )  # fmt: skip


def end(session: Session) -> Screen:
    """Over: how it ended, in one line."""
    outcome = session.outcome if session.outcome in {"timed_out", "refused"} else "cancelled"
    body = Notice("thanks", (text(f"screen.end.{outcome}"),))
    return Screen("end", text("screen.end.title"), body, actions=(frame.OK,))


def closing(_session: Session) -> Screen:
    """The last word is being written."""
    return Screen("closing", text("screen.end.title"), Progress((text("screen.closing.line"),)))
