"""The card's thread over a reader in memory: what it says, what it orders, what it wipes."""

import queue
import threading
from collections.abc import Callable, Iterator

import pytest

from crypto.errors import CheckFailed
from drivers.card.contract import (
    CardIdentity,
    CardKind,
    CardSignature,
    PinWrong,
    Presence,
    ReaderCapabilities,
    ReaderStatus,
    Secret,
)
from drivers.errors import DeviceError
from kiosk.runtime.visit_card import CardThread
from kiosk.session import events as ev

PATIENCE_S = 10.0


class Reader:
    """A reader whose card a test puts down and takes away."""

    def __init__(self) -> None:
        self.presence = Presence.EMPTY
        self.identity: CardIdentity | Exception = CardIdentity(CardKind.MY_NUMBER, b"der", 3)
        self.answer: CardSignature | Exception = CardSignature(b"signature")
        self.pins: list[bytes] = []
        self.signed: list[bytes] = []
        self.released = 0
        self._changed = threading.Condition()

    def put(self, presence: Presence) -> None:
        with self._changed:
            self.presence = presence
            self._changed.notify_all()

    def capabilities(self) -> ReaderCapabilities:
        return ReaderCapabilities("test", frozenset({CardKind.MY_NUMBER}))

    def status(self) -> ReaderStatus:
        return ReaderStatus(self.presence)

    def wait_change(self, known: ReaderStatus, timeout_s: float) -> ReaderStatus:
        with self._changed:
            self._changed.wait_for(lambda: self.presence is not known.presence, timeout_s)
        return self.status()

    def identify(self) -> CardIdentity:
        if isinstance(self.identity, Exception):
            raise self.identity
        return self.identity

    def authenticate(self, pin: Secret, certificate: bytes, digest: bytes) -> CardSignature:
        self.pins.append(pin.open())
        self.signed.append(digest)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def release(self) -> None:
        self.released += 1


class Checks:
    """What the visit knows of the card."""

    def __init__(self) -> None:
        self.failing: dict[str, str] = {}

    def _may_fail(self, what: str) -> None:
        if what in self.failing:
            raise CheckFailed(self.failing[what])

    def check_card(self, certificate: bytes) -> None:
        self._may_fail("check_card")

    def ensure_fresh(self) -> None:
        self._may_fail("ensure_fresh")

    def to_sign(self, scope: str, certificate: bytes) -> bytes:
        return f"{scope}:{certificate.decode()}".encode()

    def signed(self, signature: bytes) -> None:
        self._may_fail("signed")


class Bench:
    def __init__(self) -> None:
        self.reader, self.checks = Reader(), Checks()
        self.said: queue.Queue[object] = queue.Queue()
        self.thread = CardThread(self.reader, lambda: self.checks, self.said.put)

    def next(self) -> object:
        return self.said.get(timeout=PATIENCE_S)


@pytest.fixture
def it() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.thread.stop(PATIENCE_S)


def started(it: Bench, presence: Presence = Presence.EMPTY) -> Bench:
    it.reader.presence = presence
    it.thread.start()
    return it


def identified(it: Bench) -> Bench:
    started(it, Presence.CARD)
    assert it.next() == ev.CardFound()
    it.thread.identify()
    assert it.next() == ev.CardIdentified(3)
    return it


def test_a_card_nobody_saw_coming_is_told_apart(it: Bench) -> None:
    assert started(it, Presence.CARD).next() == ev.CardFound()
    it.reader.put(Presence.NO_READER)
    assert [it.next(), it.next()] == [ev.CardRemoved(), ev.ReaderFailed("card.no_reader")]
    it.reader.put(Presence.CARD)
    assert [it.next(), it.next()] == [ev.CardFound(), ev.ReaderBack()]


def test_coming_and_going(it: Bench) -> None:
    started(it)
    it.reader.put(Presence.CARD)
    assert it.next() == ev.CardPlaced()
    it.reader.put(Presence.EMPTY)
    assert it.next() == ev.CardRemoved()


def test_a_mute_card_is_a_card_and_turning_it_is_no_news(it: Bench) -> None:
    started(it)
    it.reader.put(Presence.MUTE)
    assert it.next() == ev.CardPlaced()
    it.reader.put(Presence.EMPTY)
    assert it.next() == ev.CardRemoved()


@pytest.mark.parametrize(
    ("presence", "failure"),
    [(Presence.NO_READER, "card.no_reader"), (Presence.NO_SERVICE, "card.no_service")],
)
def test_a_reader_that_is_gone_and_comes_back(it: Bench, presence: Presence, failure: str) -> None:
    started(it, presence)
    assert it.next() == ev.ReaderFailed(failure)
    it.reader.put(Presence.EMPTY)
    assert it.next() == ev.ReaderBack()


def test_a_reader_unplugged_with_a_card_on_it(it: Bench) -> None:
    started(it, Presence.CARD)
    assert it.next() == ev.CardFound()
    it.reader.put(Presence.NO_READER)
    assert it.next() == ev.CardRemoved()
    assert it.next() == ev.ReaderFailed("card.no_reader")


@pytest.mark.parametrize(
    ("bend", "failure"),
    [
        (lambda b: setattr(b.reader, "identity", DeviceError("card.mute")), "card.mute"),
        (
            lambda b: setattr(b.reader, "identity", CardIdentity(CardKind.JUKI, b"", 3)),
            "card.kind.unsupported",
        ),
        (lambda b: b.checks.failing.update(check_card="certificate.expired"),
         "certificate.expired"),
    ],
)  # fmt: skip
def test_a_card_that_cannot_be_used(
    it: Bench, bend: Callable[[Bench], object], failure: str
) -> None:
    bend(it)
    started(it, Presence.CARD)
    it.next()
    it.thread.identify()
    assert it.next() == ev.CardFailed(failure)


def test_the_pin_is_sent_once_and_wiped(it: Bench) -> None:
    identified(it)
    pin = Secret(b"1234")
    it.thread.authenticate("residence", pin)
    assert it.next() == ev.CardAuthenticated()
    assert (it.reader.pins, it.reader.signed) == ([b"1234"], [b"residence:der"])
    assert pin.open() == b""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PinWrong(2), ev.PinRefused(2)),
        (DeviceError("card.pin.blocked"), ev.PinRefused(0)),
        (DeviceError("card.pin.unknown"), ev.CardFailed("card.pin.unknown")),
        (DeviceError("card.swapped"), ev.CardFailed("card.swapped")),
        (DeviceError("card.removed"), ev.CardFailed("card.removed")),
    ],
)
def test_what_the_card_says_to_a_pin(it: Bench, error: Exception, said: object) -> None:
    identified(it)
    it.reader.answer = error
    pin = Secret(b"9999")
    it.thread.authenticate("residence", pin)
    assert it.next() == said
    assert len(it.reader.pins) == 1
    assert pin.open() == b""


def test_a_signature_that_does_not_fit(it: Bench) -> None:
    identified(it)
    it.checks.failing["signed"] = "card.signature.invalid"
    it.thread.authenticate("residence", Secret(b"1234"))
    assert it.next() == ev.CardFailed("card.signature.invalid")


def test_no_pin_is_spent_on_a_challenge_that_cannot_be_had(it: Bench) -> None:
    identified(it)
    it.checks.failing["ensure_fresh"] = "centre.unreachable"
    pin = Secret(b"1234")
    it.thread.authenticate("residence", pin)
    assert it.next() == ev.CentreFailed("centre.unreachable")
    assert not it.reader.pins
    assert pin.open() == b""


def test_a_defect_in_a_dialogue_is_heard_and_the_thread_lives(
    it: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    identified(it)
    it.reader.answer = KeyError("somebody's name")
    pin = Secret(b"1234")
    it.thread.authenticate("residence", pin)
    assert it.next() == ev.CardFailed("terminal.defect")
    assert pin.open() == b""
    assert "KeyError" in caplog.text
    assert "somebody" not in caplog.text
    it.reader.put(Presence.EMPTY)
    assert it.next() == ev.CardRemoved()


def test_the_card_is_released_at_the_end(it: Bench) -> None:
    identified(it)
    it.thread.stop(PATIENCE_S)
    assert it.reader.released == 1


def test_the_end_does_not_wait_for_a_card_that_is_not_there(it: Bench) -> None:
    waits = threading.Event()

    def wait_for_ever(known: ReaderStatus, timeout_s: float) -> ReaderStatus:
        waits.set()
        threading.Event().wait()
        return known

    it.reader.wait_change = wait_for_ever  # type: ignore[method-assign]
    started(it)
    assert waits.wait(PATIENCE_S)
    it.thread.stop(threading.TIMEOUT_MAX)
    assert it.reader.released == 0
