"""A resident in small verbs: touches, sees, inserts, takes; and what is true afterwards."""

from collections.abc import Callable
from typing import Any

from drivers.coin.virtual.ledger import Place
from kiosk.demo.glass_link import Action, Frame
from kiosk.demo.residue import find_residue, marks_of
from tests.journeys.terminal import LIMIT_S, Entry, Stage

HANAKO = "yamada-hanako"
"""The household of four; a certificate of one sheet."""
SEVEN = "watanabe-kenji"
"""The household of seven; a certificate of two sheets."""
FEE = 200
"""One copy of the resident record."""


class Resident:
    """One story. Made when the first picture stands; remembers how things stood then."""

    def __init__(self, stage: Stage, card: str = HANAKO) -> None:
        self.stage = stage
        self.card = card
        self.starts_over()

    def starts_over(self) -> None:
        """What was until now is another story."""
        devices = self.stage.devices
        self._before = devices.truth()
        self._sheets = len(devices.printer.delivered)
        self._slips = len(devices.receipt.slips)
        self._lines = len(self.stage.entries())
        self.pid = self.stage.painter

    # --- the glass ---------------------------------------------------------------------------

    def sees(self, *screens: str, limit_s: float = LIMIT_S) -> Frame:
        """Wait for one of these screens; says what stands there instead."""
        return self._wait(lambda f: f.screen in screens and not f.overlay, screens, limit_s)

    def sees_over(self, screen: str, action: str) -> Frame:
        """Wait for a question over that screen which offers `action`."""
        holds = lambda f: f.screen == screen and f.overlay and f.action(action)  # noqa: E731
        return self._wait(holds, (screen, action))

    def touch(self, action: str) -> None:
        """Press that button as soon as it can be pressed."""
        frame = self._wait(lambda f: _reach(f, action) is not None, (action,))
        while frame.action(action) is None:
            self._presses(_reach(frame, action))
            frame = self._turned(frame)
        self._presses(frame.action(action))

    def _turned(self, frame: Frame) -> Frame:
        return self._wait(lambda f: f.page != frame.page and f.pages > 1, "the next page")

    def _presses(self, button: Action | None) -> None:
        assert button
        self.stage.glass.touch(*button.middle)

    def _wait(self, holds: Callable[[Frame], Any], what: object, limit_s: float = LIMIT_S) -> Frame:
        try:
            return self.stage.glass.wait_for(lambda f: bool(holds(f)), limit_s)
        except TimeoutError as error:
            raise AssertionError(f"{what}: {error}\n{self.stage.last_words()}") from None

    def types(self, pin: str) -> None:
        """Type on the pad and confirm."""
        self.sees("pin")
        for digit in pin:
            self.touch(f"digit:{digit}")
        self.touch("confirm")

    def chooses(self, option: str) -> None:
        """Press a tile and wait until it is the chosen one."""
        self._sets(f"option:{option}")

    def switches_on(self, item: str) -> None:
        """State an item on the certificate."""
        self._sets(f"item:{item}:on")

    def _sets(self, action: str) -> None:
        self.touch(action)
        self._wait(lambda f: (a := f.action(action)) is not None and a.chosen, (action, "chosen"))

    def confirms(self, screen: str) -> None:
        """Press 確定する on that screen and see it go."""
        self.sees(screen)
        painter = self.stage.painter
        self.touch("confirm")
        self._leaves_screen(screen, painter)

    def sees_another_glass(self) -> None:
        """Another process shows its first picture."""
        self.stage.until(
            lambda: self.stage.painter != self.pid,
            "another process has the glass",
        )
        self.sees("start", "apology", "closed")

    def hears_calls(self, calls: int) -> None:
        """The glass calls so often for what was forgotten."""
        for _ in range(calls):
            self._next_picture(self.stage.glass.frame)

    # --- hands ---------------------------------------------------------------------------------

    def puts_down(self, card: str = "") -> None:
        """Put a card on the reader."""
        self.stage.place_card(card or self.card)

    def takes_card(self) -> None:
        """Take it away."""
        self.stage.pull_card()

    def inserts(self, *coins: int) -> None:
        """One coin after the other, each once the last one is counted."""
        for coin in coins:
            self._inserts(coin)

    def _inserts(self, coin: int) -> None:
        counted = len(self.written("coin.in"))
        self.stage.lets_in(coin)
        self.stage.drop_coin(coin)
        self.stage.until(lambda: len(self.written("coin.in")) > counted, f"¥{coin} counted")

    def takes_paper(self) -> int:
        """Take what lies in the tray, and say so; how many sheets it was."""
        self.sees("take_paper")
        sheets = len(self.stage.devices.printer.tray)
        self.stage.take_paper()
        self.touch("taken")
        return sheets

    def finds_a_forgotten_card(self) -> None:
        """Before the first picture, with a card on the reader that somebody left there."""
        self.goes_to_pin()
        self.stage.kill_visit()
        self.sees_another_glass()
        self.touch("confirm")
        self.sees("start")
        self.starts_over()

    # --- ways ----------------------------------------------------------------------------------

    def begins(self, language: str = "") -> None:
        """From the first picture to where the card is asked for."""
        self.asks_to_be_served(language)
        self.sees("place_card")

    def asks_to_be_served(self, language: str = "") -> None:
        """From the first picture past the menu; what comes then is the supervisor's answer."""
        self.sees("start")
        if language:
            self.touch(f"language:{language}")
            self._wait(lambda f: f.language == language, (language,))
        self.touch("start")
        self.touch("service:certificates")

    def goes_to_pin(self, language: str = "") -> None:
        """With the card on the reader, to the pad."""
        self.begins(language)
        self.puts_down()
        self.touch("scope:residence")
        self.sees("pin")

    def proves_herself(self, language: str = "") -> None:
        """To the request to take the card."""
        self.goes_to_pin(language)
        self.types(self.stage.pin_of(self.card))
        self.sees("take_card")

    def goes_to_form(self, language: str = "") -> None:
        """To the choice of a certificate."""
        self.proves_herself(language)
        self.takes_card()
        self.sees("certificate")

    def fills_in(
        self,
        certificate: str = "resident_record",
        *,
        kind: str = "self",
        items: tuple[str, ...] = (),
        copies: int = 1,
    ) -> None:
        """From the choice of a certificate to the check."""
        self.chooses(certificate)
        self.confirms("certificate")
        if certificate == "resident_record":
            self.chooses(kind)
            self.confirms("kind")
            self.sees("items")
            for item in items:
                self.switches_on(item)
            self.confirms("items")
        for _ in range(copies - 1):
            self.sees("copies")
            self.touch("more")
        self.confirms("copies")
        self.sees("check")

    def goes_to_pay(self, language: str = "", **wishes: Any) -> None:
        """To the request for coins."""
        self.goes_to_form(language)
        self.fills_in(**wishes)
        self.touch("confirm")
        self.sees("pay")
        self.stage.lets_in(100)

    def leaves(self) -> None:
        """End it where it stands, take whatever is given back, and go."""
        self.touch("end")
        self.touch("end:yes")
        if self.sees(*_LAST_WORDS, "leave_card", "return").screen == "leave_card":
            self.takes_card()
        self.goes_home()

    def goes_home(self) -> None:
        """Through whatever is said last to the first picture, in the hands of a new process."""
        self.goes_on_to("start")

    def goes_on_to(self, *firsts: str) -> None:
        """Through whatever is said last to one of these, in the hands of a new process."""
        while True:
            painter = self.stage.painter
            frame = self.sees(*_LAST_WORDS, *firsts, "receipt", "return", "closing")
            if frame.screen in firsts and self.stage.painter != self.pid:
                return
            if frame.screen in _LAST_WORDS:
                self._presses(_button(frame))
            self._leaves_screen(frame.screen, painter)

    def _leaves_screen(self, screen: str, painter: int) -> None:
        # The same screen again is only the button that looks pressed; who presses once more may
        # hit what the next screen has in this place.
        self._wait(lambda f: f.screen != screen or self.stage.painter != painter, (screen, "gone"))

    def _next_picture(self, last: Frame) -> Frame:
        return self._wait(lambda f: f.number > last.number, "the next picture")

    # --- what is true ----------------------------------------------------------------------------

    def story(self) -> list[Entry]:
        """What the journal says of this story."""
        return self.stage.entries()[self._lines :]

    def written(self, kind: str) -> list[dict[str, Any]]:
        """The entries of that kind."""
        return [fields for name, fields in self.story() if name == kind]

    def waits_for(self, kind: str, **fields: object) -> dict[str, Any]:
        """The first such entry, as soon as it is on disk."""

        def found() -> list[dict[str, Any]]:
            return [it for it in self.written(kind) if fields.items() <= it.items()]

        self.stage.until(found, f"the entry {kind} {fields}")
        return found()[0]

    @property
    def paid_yen(self) -> int:
        """What this resident has less than before; what lies in the coin tray is theirs."""
        return self._before.customer_yen - self.stage.devices.truth().customer_yen

    @property
    def in_machine_yen(self) -> int:
        """What the machine has more than before."""
        return self.stage.devices.truth().machine_yen - self._before.machine_yen

    @property
    def sheets(self) -> tuple[Any, ...]:
        """What came out, taken or not."""
        return self.stage.devices.printer.delivered[self._sheets :]

    @property
    def slips(self) -> int:
        """Receipts that came out."""
        return len(self.stage.devices.receipt.slips) - self._slips

    def money_is_right(self, *, kept: int, owed: int = 0) -> None:
        """The books are closed as said, and the coins lie where the books say."""
        if not self.written("money.settled"):
            self.waits_for("money.settled")
        self.stage.until(
            lambda: sum(it["kept"] for it in self.written("money.settled")) == kept,
            f"¥{kept} kept",
        )
        settled = self.written("money.settled")
        for books in settled:
            assert books["inserted"] == books["kept"] + books["returned"] + books["owed"]
        assert sum(books["owed"] for books in settled) == owed
        assert self.paid_yen == self.in_machine_yen == kept + owed
        assert self.stage.devices.truth().conserved
        assert self.stage.devices.truth().yen(Place.FALLING) == 0

    def nothing_was_charged(self) -> None:
        """No coin moved, no sheet came."""
        assert self.paid_yen == self.in_machine_yen == 0
        assert self.stage.devices.truth().conserved
        assert not self.sheets

    def nothing_is_left(self) -> None:
        """No job in the printer, no power on the card, nothing of the resident on any disk."""
        devices = self.stage.devices
        self.stage.until(lambda: not devices.last_card_verified, "the card is without power")
        assert all(job.ended for job in devices.printer.jobs)
        marks = marks_of(self.stage.card_file())
        assert not find_residue(self.stage.private_places(), marks)


_ON_PAGES = ("confirm", "deny", "fix:", "option:", "item:")
"""What stands on a later page when a screen does not fit on one; bar and questions never do."""

_LAST_WORDS = ("refused", "returned", "end", "finish", "apology")


def _reach(frame: Frame, action: str) -> Action | None:
    """The button, or the one that turns to the next page where the page's own button may be."""
    turn = frame.action("page:next") if action.startswith(_ON_PAGES) else None
    return frame.action(action) or turn


def _button(frame: Frame) -> Action:
    """What leads on from a last word; the leaving one where there are two."""
    for name in ("end", "confirm"):
        if (button := frame.action(name)) is not None:
            return button
    return frame.actions[0]
