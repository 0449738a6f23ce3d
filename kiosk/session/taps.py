"""What a press of an action id says to the session. A table; no wire, no clock.

`ui` knows only the ids that `kiosk.present` put on the screen; here each becomes one event.
"""

from collections.abc import Callable

from kiosk.session import events as ev

_PLAIN: dict[str, Callable[[], object]] = {
    "start": ev.StartTapped,
    "confirm": ev.Confirmed,
    "back": ev.WentBack,
    "retry": ev.Retried,
    "end": ev.EndAsked,
    "end:yes": ev.EndConfirmed,
    "go_on": ev.WentOn,
    "tool:language": ev.LanguageAsked,
    "tool:look": ev.LookAsked,
    "close": ev.AsideClosed,
    "clear": ev.DigitsCleared,
    "deny": ev.Denied,
    "taken": ev.Stopped,
    "warning:keep": lambda: ev.WarningAnswered(keep=True),
    "warning:drop": lambda: ev.WarningAnswered(keep=False),
    "more": lambda: ev.CopiesChanged(1),
    "less": lambda: ev.CopiesChanged(-1),
}


def _switched(rest: str) -> object | None:
    item, _, side = rest.rpartition(":")
    return ev.ItemSwitched(item, on=side == "on") if item and side in {"on", "off"} else None


def _copies(rest: str) -> object | None:
    return ev.CopiesSet(int(rest)) if rest.isdecimal() and rest.isascii() else None


_PREFIXED: dict[str, Callable[[str], object | None]] = {
    "service": ev.ServiceChosen,
    "language": ev.LanguageChosen,
    "size": ev.SizeChosen,
    "theme": ev.ThemeChosen,
    "scope": ev.ScopeChosen,
    "option": ev.OptionTapped,
    "item": _switched,
    "copies": _copies,
    "fix": ev.FixAsked,
    "digit": lambda _digit: ev.DigitTyped(),
}


def heard(action: str) -> object | None:
    """The event of one action id, or None for an id nobody offers."""
    if action in _PLAIN:
        return _PLAIN[action]()
    prefix, _, rest = action.partition(":")
    make = _PREFIXED.get(prefix)
    return make(rest) if make and rest else None
