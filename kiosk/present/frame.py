"""What several screens share: the buttons of the bar, the tools, the Japanese beside. Pure."""

from kiosk.session.model import Session, State
from kiosk.session.rules import WITH_TOOLS
from ui.model import Action, Label, Notice, Raw, Role, Screen, Text, text

CARD, PIN, CERTIFICATE, CHECK, PAY, TAKE = 1, 2, 3, 4, 5, 6
"""The six named steps of the progress."""

END = Action("end", text("button.end"), Role.END)
CANCEL = Action("end", text("button.cancel"), Role.END)
BACK = Action("back", text("button.back"), Role.SECONDARY)
CONFIRM = Action("confirm", text("button.confirm"), Role.PRIMARY)
OK = Action("confirm", text("button.ok"), Role.PRIMARY)
RETRY = Action("retry", text("button.retry"), Role.PRIMARY)
LEAVE = Action("confirm", text("button.end"), Role.END)

_LANGUAGE = Action("tool:language", text("button.language"))
_LOOK = Action("tool:look", text("button.look"))


def tools(session: Session) -> tuple[Action, ...]:
    """Language and look, wherever they may still be changed; the start shows the languages."""
    if session.state is State.START:
        return (_LOOK,)
    return (_LANGUAGE, _LOOK) if session.state in WITH_TOOLS else ()


def own_words(session: Session, message: tuple[tuple[str, str], ...]) -> str:
    """The municipality's own words in the language shown, else in Japanese, else ""."""
    by_language = dict(message)
    return by_language.get(session.look.language) or by_language.get("ja", "")


def beside(session: Session, japanese: str) -> str:
    """The Japanese name beside a translation: the receiving office will ask for it."""
    return "" if session.look.language == "ja" else japanese


def failure_key(name: str, part: str) -> Text:
    """A sentence about a failure: `title`, `line` or `advice`."""
    return Text(f"failure.{name}.{part}")


def notice(
    id_: str, picture: str, lines: tuple[Label, ...], step: int = 0, code: str = ""
) -> Screen:
    """A message with a picture whose title stands in the catalogue; a failure's name, if any."""
    body = Notice(picture, lines, code=Raw(code) if code else None)
    return Screen(id_, text(f"screen.{id_}.title"), body, step=step)
