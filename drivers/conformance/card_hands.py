"""Hands at a card reader: put down, take away, make whole again."""

from collections.abc import Callable
from typing import Protocol

from drivers.card.virtual import VirtualCard
from drivers.card.virtual_files import SecretFile
from drivers.card.vpcd import VirtualSlot
from drivers.conformance.hands import Act, Hands, Prompt

PROMPTS = {
    "take": Prompt("Take the card off the reader"),
    "put": Prompt("Put the card under test on the reader"),
}


class CardHands(Hands):
    """What is done to the card from outside."""

    def take(self) -> None:
        """The card is taken away."""
        self.do("take")

    def put(self) -> None:
        """The same card lies there again."""
        self.do("put")

    def make_whole(self) -> None:
        """A virtual card is given back its tries; a real one is as it is."""
        self.do("make_whole")


class MemoryHand(Protocol):
    """What a service in memory lets a hand do."""

    card: VirtualCard | None

    def restore(self) -> None: ...
    def take(self) -> None: ...


def in_memory(service: MemoryHand) -> Act:
    """Hands at a card in memory."""
    acts: dict[str, Callable[[], None]] = {
        "take": service.take,
        "put": service.restore,
        "make_whole": service.restore,
    }
    return lambda name, _: _done(acts[name])


def at_slot(
    slot: VirtualSlot, make: Callable[[], VirtualCard], await_empty: Callable[[], None]
) -> Act:
    """Hands at a virtual reader behind a pcscd. A card that lost nothing stays where it is.

    `await_empty` returns when pcscd has seen the place empty: it looks every 0.4 s, and would take
    a card that was changed in between for the one before.
    """

    def put() -> None:
        slot.pull()
        await_empty()
        slot.insert(make())

    def make_whole() -> None:
        if slot.card is None or not _is_whole(slot.card):
            put()

    acts = {"take": slot.pull, "put": put, "make_whole": make_whole}
    return lambda name, _: _done(acts[name])


def _is_whole(card: VirtualCard) -> bool:
    files = (file for application in card.applications for file in application.files.values())
    secrets = (file for file in files if isinstance(file, SecretFile) and file.secret)
    return all(secret.left == secret.limit for secret in secrets)


def _done(act: Callable[[], None]) -> int:
    act()
    return 0
