"""The card bench: a reader with a card on it, reached by bare commands or by a driver."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from drivers.card.contract import CardReader, CardReaderConfig, PinWrong, Presence
from drivers.card.pcsc_place import Place, interface_of
from drivers.card.service import CardService
from drivers.card.tables import JPKI_AID, MY_NUMBER, Sw
from drivers.clock import Clock
from drivers.conformance.card_facts import CardFacts
from drivers.conformance.card_hands import CardHands
from drivers.conformance.card_wire import Blanking, CardWire, Hushing, RecordedService, meaning
from drivers.conformance.case import NotApplicable, Undecided, Violation, demand, demand_equal
from drivers.conformance.hands import Act
from drivers.conformance.held import held
from drivers.conformance.timing import Stopwatch
from drivers.conformance.transcript import Recorder

OpenReader = Callable[[CardReaderConfig, Clock, CardService], CardReader]
"""Makes the driver under test; one of another make may ignore the service and find its own."""

_CARD_LIMIT_S = 20.0
_STEP_S = 0.1


@dataclass(frozen=True, slots=True)
class CardSetup:
    """Which reader and card are there, and how they are reached."""

    config: CardReaderConfig
    facts: CardFacts
    service: CardService
    open_reader: OpenReader
    gives_service: bool = True
    """False: the driver finds its own service; what it sends is not seen."""
    keeps_tries: bool = False
    """True: a real card, on which a try that was lost stays lost."""


class CardBench:
    """What the card cases touch. Belongs to one thread."""

    def __init__(self, setup: CardSetup, act: Act, clock: Clock) -> None:
        self._setup = setup
        self.facts = setup.facts
        self.clock = clock
        self.recorder = Recorder(clock, meaning, Blanking().is_secret, Hushing(setup.facts).hushed)
        self.stopwatch = Stopwatch(clock)
        self.hands = CardHands(act, self.recorder)
        self.service = RecordedService(
            setup.service, self.recorder, self.stopwatch, setup.facts.pin
        )
        self._place = Place(self.service, setup.config.reader)
        self.learned: dict[str, Any] = {}
        """What cases saw of a card's departures: key -> TOML value."""

    # --- two ways to the card -----------------------------------------------------------------

    @contextmanager
    def wire(self, aid: bytes = JPKI_AID) -> Iterator[CardWire]:
        """Bare commands from power-up, the application selected; power is taken at the end."""
        with self.bare() as wire:
            wire.enter(aid)
            yield wire

    @contextmanager
    def bare(self) -> Iterator[CardWire]:
        """Bare commands from power-up, nothing selected."""
        wire = CardWire(self.service.connect(self._place.choose()))
        try:
            yield wire
        finally:
            wire.end()

    @contextmanager
    def reader(self) -> Iterator[CardReader]:
        """The driver under test; its card is released at the end."""
        setup = self._setup
        made = held(
            lambda: setup.open_reader(setup.config, self.clock, self.service), CardReader, PinWrong
        )
        try:
            yield made
        finally:
            made.release()

    def demand_entries(self, number: int) -> None:
        """So many secrets went out since the case began. Raises Violation.

        Of a driver that finds its own service nothing is known but what the card counts.
        """
        if self._setup.gives_service:
            demand_equal(self.service.entries, number, "secrets entered")

    def demand_code(self) -> bytes:
        """照合番号B. Raises NotApplicable if it is not known."""
        if not self.facts.code:
            raise NotApplicable("the card file says no 照合番号B")
        return self.facts.code

    # --- the runner's side --------------------------------------------------------------------

    def settle(self) -> None:
        self.hands.make_whole()
        self.await_presence(Presence.CARD)
        if self._setup.keeps_tries:
            self._make_good()
        with self.bare():
            pass  # whatever was verified ends with the power that is taken here
        self.service.entries = 0
        self.service.selected.clear()

    def _make_good(self) -> None:
        """Give back a try that a case, broken off, has left lost; never the last but one.

        Raises Undecided where nothing more may be entered: the PIN we hold may be another card's.
        """
        with self.wire() as wire:
            wire.open(MY_NUMBER.pin_ef)
            left = wire.tries()
            if left == self.facts.tries:
                return
            if left > 1 and not self.service.pin_refused:
                left = self.facts.tries if wire.verify(self.facts.pin) == Sw.OK else left - 1
        if left < self.facts.tries:
            raise Undecided(
                f"the card has {left} tries left, and nothing more is entered: see that the card "
                "file has this card's PIN, and enter it once elsewhere"
            )

    def await_presence(self, wanted: Presence) -> None:
        """Return when the reader says so. Raises Undecided after 20 s."""
        until_s = self.clock.monotonic_s() + _CARD_LIMIT_S
        while self._place.look().presence is not wanted:
            if self.clock.monotonic_s() > until_s:
                raise Undecided(f"the reader does not say {wanted.value} within {_CARD_LIMIT_S} s")
            self.clock.sleep(_STEP_S)

    def subject(self) -> tuple[str, ...]:
        with self.reader() as reader:
            found = reader.capabilities()
        names = (found.reader, *found.others)
        states = self.service.states(names)
        atrs = [f"{n}: card on {interface_of(s.atr)}" for n, s in states.items() if s.atr]
        return (*names, *atrs)

    def profile(self) -> str:
        lines = ["# Proposed from what the cases saw."]
        lines += [f"{key} = {value}" for key, value in sorted(self.learned.items())]
        return "\n".join(lines) + "\n"

    def close(self) -> None:
        """Leave the service."""
        self.service.drop()


def demand_refused(sw: int, what: str) -> str:
    """The status word in words, if it is an error's. Raises Violation for a success."""
    demand(sw >> 12 == 0x6 and sw >> 8 not in {0x61, 0x62, 0x6C}, f"{what} is answered {sw:04X}")  # noqa: PLR2004 - classes of ISO/IEC 7816-4, 5.6
    return f"{sw:04X}"


def verified(wire: CardWire, pin: bytes) -> None:
    """Enter the right PIN into the current file. Raises Violation unless it is taken."""
    sw = wire.verify(pin)
    if sw != 0x9000:  # noqa: PLR2004 - the good status word
        raise Violation(f"the right PIN is answered {sw:04X}")
