"""What the driver needs of a smart card service: PC/SC's, or one in memory. No wire, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from drivers.card.apdu import Command, Response


@dataclass(frozen=True, slots=True)
class ReaderState:
    """What the service says of a reader: its state word, and the answer to reset of its card.

    Source of the word's bits: PC/SC part 5, 3.1.4 (SCARD_READERSTATE).
    """

    word: int
    atr: bytes = b""


class CardConnection(Protocol):
    """One connection to the card on a reader; ends with `end`."""

    def transmit(self, command: Command) -> Response:
        """Send one short APDU. Raises DeviceError."""
        ...

    def exchange(self, apdu: bytes) -> bytes:
        """Send bytes as they are, APDU or not, for trying a card. Raises DeviceError."""
        ...

    def end(self) -> None:
        """Disconnect and take the card's power. Never raises."""
        ...


class CardService(Protocol):
    """Readers, their states, and connections to the cards on them."""

    def readers(self) -> tuple[str, ...]:
        """Names of the readers, in the service's order. Raises DeviceError."""
        ...

    def states(self, readers: Sequence[str]) -> dict[str, ReaderState]:
        """The state of each reader now, in the order given. Raises DeviceError."""
        ...

    def wait(self, known: Mapping[str, int], timeout_s: float) -> bool:
        """Block until something differs from `known`: True. Raises DeviceError."""
        ...

    def cancel(self) -> None:
        """End a `wait` of another thread. Never raises."""
        ...

    def connect(self, reader: str, *, exclusive: bool = True) -> CardConnection:
        """Connect to the card on `reader`. Raises DeviceError."""
        ...

    def drop(self) -> None:
        """Give back what is held. Idempotent; never raises."""
        ...
