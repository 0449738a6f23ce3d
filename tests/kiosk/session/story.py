"""A visit told step by step: what is tapped must be offered on the screen that is shown."""

from dataclasses import replace
from typing import TypeVar

from kiosk.link import values as link
from kiosk.present import present
from kiosk.session import commands as cmd
from kiosk.session import events as ev
from kiosk.session import model as m
from kiosk.session.advance import advance
from kiosk.session.model import Session, State
from kiosk.session.samples import OFFERS
from kiosk.session.taps import heard
from ui import model as ui

T = TypeVar("T")
VISIT = "0123456789abcdef"
FEE = 300


def offered(screen: ui.Screen) -> dict[str, bool]:
    """Every action id of the screen as it can be pressed, and whether it is enabled."""
    if screen.overlay is not None:
        return {action.id: action.enabled for action in screen.overlay.actions}
    found = {action.id: action.enabled for action in (*screen.actions, *screen.tools)}
    return found | _of_body(screen.body)


def _of_body(body: ui.Body) -> dict[str, bool]:  # noqa: C901 - one case a body
    match body:
        case ui.Attract():
            return {a.id: a.enabled for a in (body.start, *body.languages)}
        case ui.Choose():
            return {option.id: option.enabled for option in body.options}
        case ui.Switches():
            return {f"{row.id}:{side}": True for row in body.rows for side in ("on", "off")}
        case ui.Digits():
            return {**{f"digit:{n}": True for n in range(10)}, "clear": True}
        case ui.Stepper():
            numbers = range(body.minimum, body.maximum + 1)
            return {"less": True, "more": True, **{f"copies:{n}": True for n in numbers}}
        case ui.Review():
            fixes = [row.fix for row in body.rows if row.fix]
            return {a.id: a.enabled for a in (*fixes, *([body.deny] if body.deny else []))}
        case ui.Notice():
            return {action.id: action.enabled for action in body.buttons}
        case ui.Pay() | ui.Progress():
            return {}


class Story:
    """The session, and every command it gave since it was last asked."""

    def __init__(self, session: Session | None = None) -> None:
        self.session = session or Session(VISIT)
        self.commands: list[cmd.Command] = []

    @property
    def state(self) -> State:
        return self.session.state

    @property
    def screen(self) -> ui.Screen:
        return present(self.session)

    def hear(self, *events: object) -> "Story":
        for event in events:
            step = advance(self.session, event)
            self.session = step.model
            self.commands += step.commands
        return self

    def tap(self, *actions: str) -> "Story":
        for action in actions:
            can = offered(self.screen)
            assert can.get(action), f"{action} is not offered on {self.screen.id}: {can}"
            event = heard(action)
            assert event is not None, action
            self.hear(event)
        return self

    def late(self, times: int = 1) -> "Story":
        """The present time limit runs out, so often."""
        for _ in range(times):
            self.hear(ev.LimitReached(self.session.serial))
        return self

    def run_out(self) -> "Story":
        """Nobody answers the warning."""
        self.late()
        assert self.session.aside is m.Aside.WARNING
        return self.late(self.session.warn_left_s)

    def gave(self, kind: type[T]) -> list[T]:
        return [command for command in self.commands if isinstance(command, kind)]

    def told(self, kind: type[T]) -> list[T]:
        return [c.value for c in self.gave(cmd.Tell) if isinstance(c.value, kind)]

    def notes(self) -> list[str]:
        return [note.kind for note in self.told(link.Note)]

    def failures(self) -> list[str]:
        """The failures noted for the journal, by name."""
        notes = (dict(n.fields) for n in self.told(link.Note) if n.kind == "visit.failure")
        return [str(fields["failure"]) for fields in notes]

    def clear(self) -> "Story":
        self.commands.clear()
        return self

    # --- the way of a resident, up to … ---------------------------------------------------

    def to_place_card(self) -> "Story":
        return self.tap("start", "service:certificates").hear(link.VisitGranted())

    def to_where(self) -> "Story":
        self.to_place_card().hear(ev.VisitOpened(), ev.CardPlaced())
        return self.hear(ev.CardIdentified(3))

    def to_pin(self) -> "Story":
        return self.to_where().tap("scope:residence")

    def type_pin(self) -> "Story":
        return self.tap("digit:1", "digit:2", "digit:3", "digit:4", "confirm")

    def to_take_card(self) -> "Story":
        return self.to_pin().type_pin().hear(ev.CardAuthenticated())

    def to_form(self, offers: m.Offers = OFFERS) -> "Story":
        return self.to_take_card().hear(ev.OffersArrived(offers), ev.CardRemoved())

    def to_check(self, copies: int = 1) -> "Story":
        self.to_form().tap("option:resident_record", "confirm", "option:self", "confirm")
        return self.tap("confirm", f"copies:{copies}", "confirm")

    def to_fetch(self, copies: int = 1) -> "Story":
        self.to_check(copies)
        self.hear(link.ChangeState(FEE * copies, (10, 50, 100, 500)))
        return self.tap("confirm").hear(ev.Applied("ab" * 32))

    def to_pay(self, copies: int = 1) -> "Story":
        held = tuple(m.Copy(f"t{n}", f"kiosk-{n}", 1) for n in range(1, copies + 1))
        ticket = m.Ticket("ab" * 32, FEE * copies, held)
        return self.to_fetch(copies).hear(
            ev.DocumentReady(ticket), link.CoinsOpen((10, 50, 100, 500))
        )

    def pay(self, yen: int) -> "Story":
        self.hear(link.CoinIn(yen, yen, ()))
        return self.hear(link.PaymentCovered(yen))

    def to_print(self, copies: int = 1) -> "Story":
        self.to_pay(copies).pay(FEE * copies)
        return self.hear(link.PrintGranted("kiosk-1"), ev.Streamed("kiosk-1"))

    def to_take_paper(self) -> "Story":
        self.to_print().hear(link.SheetsOut("kiosk-1", 1), link.CopyPrinted("kiosk-1", "counted"))
        return self.hear(link.MoneySettled(FEE, 0, 0), ev.Erased(1))


def with_look(session: Session, language: str) -> Session:
    """The session as another resident would see it."""
    return replace(session, look=replace(session.look, language=language))
