"""All readers as one place to put a card down, and the choice of the card that is meant.

A terminal may have a contact and a contactless reader, and a reader may have several slots. Which
is used is decided by the card that lies there, never by the order of the slots.

Source: PC/SC part 5, 3.1.4 (SCARD_READERSTATE) and pcsc-lite `pcsclite.h` for the state word;
PC/SC part 3, 3.1.3.2.3 for the answer to reset that a reader makes up for a contactless card.
"""

import re
from collections.abc import Sequence

from drivers.card.contract import CardKind, Interface, Presence, ReaderStatus
from drivers.card.dialogues import recognise
from drivers.card.exchange import run
from drivers.card.service import CardService, ReaderState
from drivers.card.tables import PROFILES
from drivers.card.usb_readers import without_driver
from drivers.errors import DeviceError, SilenceError

_STATE_UNAVAILABLE = 0x0008 | 0x0004
_STATE_PRESENT = 0x0020
_STATE_MUTE = 0x0200

_SAM_SLOT = re.compile(r"\bSAM\b", re.IGNORECASE)
"""How drivers name a slot inside the reader: `ACS ACR1252 1S CL Reader [ACR1252 SAM] 01 00`."""

_RANK = (Presence.CARD, Presence.MUTE, Presence.EMPTY, Presence.NO_READER)
"""What one reader says outweighs what follows here on another."""
_PASSED_OVER = frozenset(
    {"card.sharing_violation", "card.removed", "card.mute", "card.reset", "card.protocol"}
)
"""A card beside others that cannot be asked what it is: it is not the one that is meant."""


class Place:
    """Every reader that `wanted` allows. One thread owns it."""

    def __init__(self, service: CardService, wanted: str) -> None:
        self._service = service
        self._wanted = wanted
        self._seen: dict[str, int] = {}

    def readers(self) -> tuple[str, ...]:
        """The readers' names; a SAM slot only when asked for. Raises DeviceError."""
        names = self._service.readers()
        if self._wanted:
            return tuple(name for name in names if self._wanted in name)
        return tuple(name for name in names if not _SAM_SLOT.search(name))

    def demand(self) -> tuple[str, ...]:
        """At least one reader. Raises DeviceError: `card.no_reader`, `card.no_service`."""
        names = self.readers()
        if not names:
            undriven = ", ".join(without_driver())
            raise SilenceError("card.no_reader", undriven and f"no driver for {undriven}")
        return names

    def look(self) -> ReaderStatus:
        """What lies there now. Never raises."""
        self._seen = {}
        try:
            names = self.readers()
            states = self._service.states(names) if names else {}
        except DeviceError as error:
            gone = error.reason.name == "card.no_reader"
            return ReaderStatus(Presence.NO_READER if gone else Presence.NO_SERVICE)
        self._seen = {name: state.word for name, state in states.items()}
        return _weightiest(states)

    def wait(self, timeout_s: float) -> bool:
        """Block until something changed since the last `look`: True. Raises DeviceError."""
        return self._service.wait(self._seen, timeout_s)

    def choose(self) -> str:
        """The reader whose card is meant.

        One reader, or one card: that one. Of several cards the one that can authenticate a
        resident, so that a card forgotten on another reader does no harm.

        Raises:
            DeviceError: `card.several`, if more than one could; `card.no_reader`, ...
        """
        names = self.demand()
        if len(names) == 1:
            return names[0]
        states = self._service.states(names)
        cards = [name for name in names if _presence(states[name].word) is Presence.CARD]
        if len(cards) > 1:
            return self._meant(cards)
        return cards[0] if cards else _weightiest(states).reader

    def _meant(self, cards: Sequence[str]) -> str:
        kinds = {name: self._kind(name) for name in cards}
        good = [name for name, kind in kinds.items() if kind in PROFILES]
        if len(good) > 1:
            raise DeviceError("card.several", f"choose: {len(good)} cards could be meant")
        # Where none is good, one that is held may be, and the caller waits for it.
        held = [name for name, kind in kinds.items() if kind is None]
        known = [name for name, kind in kinds.items() if kind is not CardKind.OTHER]
        return (*good, *held, *known, *cards)[0]

    def _kind(self, reader: str) -> CardKind | None:
        """What lies there; None if another program holds it, `OTHER` if it does not say."""
        try:
            connection = self._service.connect(reader)
        except DeviceError as error:
            return _passed_over(error)
        try:
            return run(recognise(), connection.transmit)
        except DeviceError as error:
            return _passed_over(error)
        finally:
            connection.end()


def _passed_over(error: DeviceError) -> CardKind | None:
    """The kind of a card that cannot be asked. Raises `error` if it is the service that fails."""
    if error.reason.name not in _PASSED_OVER:
        raise error
    return None if error.reason.name == "card.sharing_violation" else CardKind.OTHER


def _weightiest(states: dict[str, ReaderState]) -> ReaderStatus:
    for presence in _RANK:
        for name, state in states.items():
            if _presence(state.word) is presence:
                return ReaderStatus(presence, name, interface_of(state.atr))
    return ReaderStatus(Presence.NO_READER)


def interface_of(atr: bytes) -> Interface:
    """How a card with this answer to reset is connected: `3B 8n 80 01` is made by a reader."""
    if not atr:
        return Interface.UNKNOWN
    made = atr[0] == 0x3B and atr[1:2] and atr[1] >> 4 == 0x8 and atr[2:4] == b"\x80\x01"  # noqa: PLR2004 - the clause's own bytes
    return Interface.CONTACTLESS if made else Interface.CONTACT


def _presence(state: int) -> Presence:
    if state & _STATE_UNAVAILABLE:
        return Presence.NO_READER
    if not state & _STATE_PRESENT:
        return Presence.EMPTY
    return Presence.MUTE if state & _STATE_MUTE else Presence.CARD
