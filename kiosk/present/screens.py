"""session -> Screen: one function a state, and what may lie over it. Pure; no wire, no clock."""

from collections.abc import Callable
from dataclasses import replace

from kiosk.present import form, frame, money, visit
from kiosk.session.model import Aside, Session, State
from ui.model import (
    LANGUAGES,
    Action,
    Choose,
    Option,
    Overlay,
    Role,
    Screen,
    Size,
    Theme,
    text,
)

_STATES: dict[State, Callable[[Session], Screen]] = {
    State.CLOSED: visit.closed,
    State.APOLOGY: visit.apology,
    State.START: visit.attract,
    State.MENU: visit.menu,
    State.CLEAR_READER: visit.clear_reader,
    State.PLACE_CARD: visit.place_card,
    State.CHECK_CARD: visit.check_card,
    State.WHERE: visit.where,
    State.NOT_SERVED: visit.not_served,
    State.PIN: visit.pin,
    State.PIN_WRONG: visit.pin_wrong,
    State.READ_CARD: visit.read_card,
    State.TAKE_CARD: visit.take_card,
    State.WAIT_OFFERS: visit.wait_offers,
    State.FORM: form.form,
    State.FETCH: money.fetch,
    State.CHANGE: money.change,
    State.PAY: money.pay,
    State.RETURN: money.returning,
    State.RETURNED: money.returned,
    State.PRINT: money.printing,
    State.GIVE: money.give,
    State.TAKE_PAPER: money.take_paper,
    State.RECEIPT: money.receipt,
    State.FINISH: money.finish,
    State.REFUSED: visit.refused,
    State.LEAVE_CARD: visit.leave_card,
    State.END: visit.end,
    State.CLOSING: visit.closing,
}

_CLOSE = Action("close", text("button.return"), Role.PRIMARY)


def present(session: Session) -> Screen:
    """The whole screen of the session as it stands. Never raises for a reachable session."""
    aside = _ASIDES.get(session.aside)
    if aside is not None:
        return aside(session)
    screen = replace(_STATES[session.state](session), tools=frame.tools(session))
    overlay = _OVERLAYS.get(session.aside)
    if overlay is None:
        return screen
    return replace(screen, overlay=overlay(session), sound=_overlay_sound(session, screen))


def _language(session: Session) -> Screen:
    options = tuple(
        Option(f"language:{tag}", text(f"language.{tag}"), chosen=tag == session.look.language)
        for tag in LANGUAGES
    )
    return Screen(
        "language", text("screen.language.title"), Choose(options, columns=2), actions=(_CLOSE,)
    )


def _look(session: Session) -> Screen:
    look = session.look
    sizes = tuple(
        Option(f"size:{size}", text(f"look.size_{size}"), chosen=size is look.size) for size in Size
    )
    themes = tuple(
        Option(f"theme:{theme}", text(_THEME_KEYS[theme]), chosen=theme is look.theme)
        for theme in Theme
    )
    return Screen("look", text("screen.look.title"), Choose((*sizes, *themes)), actions=(_CLOSE,))


_THEME_KEYS = {
    Theme.NORMAL: "look.theme_normal",
    Theme.CONTRAST_WHITE: "look.theme_white",
    Theme.CONTRAST_YELLOW: "look.theme_yellow",
}


def _ask_end(session: Session) -> Overlay:
    paying = session.state is State.PAY
    lines = (text("overlay.end.money" if paying else "overlay.end.line"),)
    return Overlay(text("overlay.end.title"), lines, (
        Action("end:yes", text("overlay.end.yes"), Role.END),
        Action("go_on", text("overlay.end.no"), Role.PRIMARY),
    ))  # fmt: skip


def _warn(session: Session) -> Overlay:
    paying = session.state is State.PAY
    lines = (text("overlay.warning.money" if paying else "overlay.warning.line"),)
    go_on = Action("go_on", text("overlay.warning.go_on"), Role.PRIMARY)
    return Overlay(text("overlay.warning.title"), lines, (go_on,), session.warn_left_s)


def _overlay_sound(session: Session, screen: Screen) -> str:
    return "warning" if session.aside is Aside.WARNING else screen.sound


_ASIDES: dict[Aside, Callable[[Session], Screen]] = {
    Aside.LANGUAGE: _language,
    Aside.LOOK: _look,
}
_OVERLAYS: dict[Aside, Callable[[Session], Overlay]] = {
    Aside.END: _ask_end,
    Aside.WARNING: _warn,
}
