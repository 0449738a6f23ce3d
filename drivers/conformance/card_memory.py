"""A card service in memory: one reader, one virtual card, no daemon.

For the proof, which shows many cards to the whole suite; the same suite runs behind a real pcscd.
"""

from collections.abc import Callable, Mapping, Sequence

from drivers.card.apdu import Command, Response
from drivers.card.service import ReaderState
from drivers.card.virtual import CardTorn, VirtualCard
from drivers.clock import Clock
from drivers.errors import SilenceError

READER = "Memory 00 00"
_EMPTY, _PRESENT = 0x0010, 0x0020


class MemoryService:
    """See `CardService`. `put` and `take` are what a hand does."""

    def __init__(self, make: Callable[[], VirtualCard], clock: Clock) -> None:
        self._make = make
        self._clock = clock
        self.card: VirtualCard | None = make()

    def restore(self) -> None:
        """A fresh card lies there, its counters full."""
        self.card = self._make()

    def take(self) -> None:
        """Nothing lies there; the card lost its power."""
        if self.card is not None:
            self.card.power_off()
        self.card = None

    def readers(self) -> tuple[str, ...]:
        return (READER,)

    def states(self, readers: Sequence[str]) -> dict[str, ReaderState]:
        card = self.card
        state = ReaderState(_PRESENT, card.atr) if card else ReaderState(_EMPTY)
        return dict.fromkeys(readers, state)

    def wait(self, known: Mapping[str, int], timeout_s: float) -> bool:
        """Nothing happens here while somebody waits."""
        self._clock.sleep(timeout_s)
        return any(self.states((name,))[name].word != word for name, word in known.items())

    def cancel(self) -> None:
        """Nobody waits."""

    def connect(self, reader: str, *, exclusive: bool = True) -> "_Connection":  # noqa: ARG002 - one client only
        if self.card is None:
            raise SilenceError("card.removed", "connect: no card")
        self.card.reset()
        return _Connection(self, self.card)

    def drop(self) -> None:
        """Nothing is held."""


class _Connection:
    """See `CardConnection`."""

    def __init__(self, service: MemoryService, card: VirtualCard) -> None:
        self._service = service
        self._card = card

    def transmit(self, command: Command) -> Response:
        return Response.decode(self.exchange(command.encode()))

    def exchange(self, apdu: bytes) -> bytes:
        if self._service.card is not self._card:
            raise SilenceError("card.removed", "transmit: the card is gone")
        try:
            return self._card.transmit(apdu)
        except CardTorn:
            self._service.take()
            raise SilenceError("card.removed", "transmit: the card was pulled") from None

    def end(self) -> None:
        self._card.power_off()
