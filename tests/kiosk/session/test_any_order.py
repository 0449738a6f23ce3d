"""Whatever happens in whatever order: a screen, its actions, and no money into nothing.

Four events in five are drawn from what the table lists for the present state, one in five from
everything, since an even draw would seldom get as far as the printer.
"""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kiosk.link import values as link
from kiosk.machine import IllegalEvent
from kiosk.present import present
from kiosk.session import commands as cmd
from kiosk.session import events as ev
from kiosk.session import model as m
from kiosk.session.advance import TAPS, advance
from kiosk.session.limits import LIMITS, VisitLimits, Waiting, limit_s
from kiosk.session.model import Session, State
from kiosk.session.rules import RULES, VALUE_EVENTS
from kiosk.session.samples import OFFERS
from kiosk.session.taps import heard
from tests.kiosk.session.story import VISIT, Story, offered
from ui.catalog_files import load_catalogue
from ui.model import LANGUAGES

_TITLES = st.sampled_from(["kiosk-1", "kiosk-2"])
_REASONS = st.sampled_from(["printer.jam", "printer.paper_out", "coin.lost", "coin.hopper_empty"])
_FAILURES = st.sampled_from(["centre.timeout", "certificate.revoked", "document.altered"])
_CARD = st.sampled_from(["card.removed", "card.pin.unknown", "card.mute", "card.kind.unsupported"])
_YEN = st.sampled_from([0, 10, 100, 300, 500])
_TICKETS = st.integers(1, 2).map(lambda n: m.Ticket(
    "ab" * 32, 300 * n, tuple(m.Copy(f"t{k}", f"kiosk-{k}", 1) for k in range(1, n + 1))
))  # fmt: skip
_COINS = st.sampled_from([(), (10, 100), (10, 50, 100, 500)])

MADE: dict[type[object], st.SearchStrategy[object]] = {
    link.TakeGlass: st.builds(
        link.TakeGlass,
        st.sampled_from(["", "printer.jam"]),
        st.sampled_from(["", "visit.died.printing"]),
        _YEN,
        _YEN,
    ),
    link.VisitRefused: st.builds(link.VisitRefused, _REASONS),
    link.ServiceState: st.builds(link.ServiceState, st.sampled_from(["", "printer.jam"])),
    link.Tender: st.builds(link.Tender, _COINS),
    link.ChangeState: st.builds(link.ChangeState, _YEN, _COINS, st.booleans()),
    link.CoinsOpen: st.builds(link.CoinsOpen, _COINS),
    link.CoinIn: st.builds(link.CoinIn, _YEN, _YEN, _COINS),
    link.PaymentCovered: st.builds(link.PaymentCovered, _YEN),
    link.CoinsReturned: st.builds(link.CoinsReturned, _YEN, _YEN),
    link.MoneySettled: st.builds(link.MoneySettled, _YEN, _YEN, _YEN),
    link.PrintGranted: st.builds(link.PrintGranted, _TITLES),
    link.PrintRefused: st.builds(link.PrintRefused, _TITLES, _REASONS),
    link.SheetsOut: st.builds(link.SheetsOut, _TITLES, st.integers(0, 1)),
    link.CopyPrinted: st.builds(link.CopyPrinted, _TITLES, st.just("counted")),
    link.CopyFailed: st.builds(
        link.CopyFailed, _TITLES, st.integers(0, 1), _REASONS, st.booleans()
    ),
    link.PrinterWaits: st.builds(link.PrinterWaits, _TITLES, st.just("printer.jam")),
    link.PaperTaken: st.builds(link.PaperTaken, st.booleans()),
    link.ReceiptOut: st.builds(link.ReceiptOut, st.sampled_from(["", "receipt.paper_out"])),
    link.DeviceTrouble: st.builds(link.DeviceTrouble, _REASONS),
    ev.HoursChanged: st.builds(ev.HoursChanged, st.booleans()),
    ev.CardIdentified: st.builds(ev.CardIdentified, st.integers(0, 3)),
    ev.PinRefused: st.builds(ev.PinRefused, st.integers(0, 2)),
    ev.CardFailed: st.builds(ev.CardFailed, _CARD),
    ev.ReaderFailed: st.builds(ev.ReaderFailed, st.just("card.no_reader")),
    ev.CentreFailed: st.builds(ev.CentreFailed, _FAILURES),
    ev.OffersArrived: st.just(ev.OffersArrived(OFFERS)),
    ev.DocumentReady: st.builds(ev.DocumentReady, _TICKETS),
    ev.Applied: st.just(ev.Applied("ab" * 32)),
    ev.Erased: st.just(ev.Erased(1)),
    ev.Streamed: st.builds(ev.Streamed, _TITLES),
    ev.NotStreamed: st.builds(ev.NotStreamed, _TITLES, st.just("printer.spooler")),
}


_CLOSES = frozenset({ev.HoursChanged, ev.ReaderFailed, link.ServiceState, ev.CentreFailed})
"""Drawn from everything only: they end most visits before anything happens."""

WAYS = ("", "to_place_card", "to_where", "to_pin", "to_take_card", "to_form", "to_check",
        "to_fetch", "to_pay", "to_print", "to_take_paper")  # fmt: skip


def made(kind: type[object]) -> st.SearchStrategy[object]:
    return MADE.get(kind, st.builds(kind))


def test_every_event_of_value_can_be_made() -> None:
    for kind in VALUE_EVENTS:
        assert not made(kind).is_empty


class Visits(RuleBasedStateMachine):
    """A visit under whatever may happen."""

    def __init__(self) -> None:
        super().__init__()
        self.session = Session(VISIT)
        self.accepting = False
        self.covered = False

    @initialize(way=st.sampled_from(WAYS), copies=st.integers(1, 2))
    def somewhere(self, way: str, copies: int) -> None:
        story = Story()
        if way in {"to_pay", "to_print", "to_check"}:
            getattr(story, way)(copies)
        elif way:
            getattr(story, way)()
        self.session = story.session

    def take(self, event: object) -> None:
        step = advance(self.session, event)
        before, self.session = self.session, step.model
        for command in step.commands:
            self.see(command)
        if before.state is State.PAY and self.session.state not in {State.PAY, State.PRINT}:
            given = [c for c in step.commands if isinstance(c, cmd.Tell)]
            cancelled = any(isinstance(c.value, link.CancelPayment) for c in given)
            assert cancelled or isinstance(event, link.CoinsReturned)

    def see(self, command: cmd.Command) -> None:
        if isinstance(command, cmd.Tell) and isinstance(command.value, link.AcceptCoins):
            assert self.session.ticket is not None
        if isinstance(command, cmd.Stream):
            assert self.session.state is State.PRINT
        if isinstance(command, cmd.Tell) and isinstance(command.value, link.CloseVisit):
            assert self.session.offers is None

    @rule(data=st.data())
    def tap_what_is_offered(self, data: st.DataObject) -> None:
        enabled = sorted(a for a, can in offered(present(self.session)).items() if can)
        if enabled:
            event = heard(data.draw(st.sampled_from(enabled)))
            assert event is not None
            self.take(event)

    @rule(data=st.data())
    def happen_what_is_expected(self, data: st.DataObject) -> None:
        written = {
            kind for kind in VALUE_EVENTS
            if any(r.to is not None or r.when for r in RULES.at(self.session.state, kind))
        }  # fmt: skip
        written -= {ev.LimitReached, link.TakeGlass, *_CLOSES}
        if written:
            kinds = sorted(written, key=lambda kind: kind.__name__)
            self.take(data.draw(made(data.draw(st.sampled_from(kinds)))))

    @rule(data=st.data())
    def happen_more_of_what_is_expected(self, data: st.DataObject) -> None:
        self.happen_what_is_expected(data)

    @rule(data=st.data())
    def tap_more_of_what_is_offered(self, data: st.DataObject) -> None:
        self.tap_what_is_offered(data)

    @rule(data=st.data())
    def happen_anything(self, data: st.DataObject) -> None:
        self.take(data.draw(st.sampled_from([k for k in VALUE_EVENTS if k is not ev.LimitReached])
                            .flatmap(made)))  # fmt: skip

    @precondition(lambda self: limit_s(self.session, VisitLimits()) is not None)
    @rule()
    def time_runs_out(self) -> None:
        self.take(ev.LimitReached(self.session.serial))

    @rule(data=st.data())
    def tap_too_late(self, data: st.DataObject) -> None:
        """A finger faster than the screen: refused, or as harmless as any other tap."""
        kind = data.draw(st.sampled_from([t for t in TAPS if t is not ev.DigitTyped]))
        before = self.session
        try:
            self.take(data.draw(st.builds(kind)))
        except IllegalEvent:
            assert self.session is before

    @invariant()
    def the_screen_can_be_said_in_every_language(self) -> None:
        screen = present(self.session)
        catalogue = load_catalogue(LANGUAGES[self.session.serial % len(LANGUAGES)])
        assert catalogue.say(screen.title)

    @invariant()
    def nothing_personal_stands_on_a_screen_that_is_not_private(self) -> None:
        screen = present(self.session)
        if not screen.private:
            assert "見本　花子" not in repr_of_texts(screen)

    @invariant()
    def money_waits_for_somebody(self) -> None:
        state = self.session.state
        if state in {State.RETURN, State.PRINT, State.GIVE}:
            assert LIMITS[state].waiting is Waiting.STAYS

    @invariant()
    def the_document_s_pages_exist(self) -> None:
        if self.session.state in {State.PAY, State.PRINT, State.GIVE, State.TAKE_PAPER}:
            assert self.session.ticket is not None


def repr_of_texts(screen: object) -> str:
    """All raw texts of a screen; their own repr hides them."""
    found: list[str] = []

    def walk(value: object) -> None:
        if hasattr(value, "text") and isinstance(value.text, str):
            found.append(value.text)
        for name in getattr(value, "__slots__", ()):
            walk(getattr(value, name))
        if isinstance(value, tuple):
            for part in value:
                walk(part)

    walk(screen)
    return "\n".join(found)


TestVisits = Visits.TestCase
TestVisits.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
