"""The thread that owns the card reader: what lies on it, and the dialogues with it.

While no card is there it waits in the reader's own wait; while one is there it waits for orders
and looks after the card between them, so that neither is late.
"""

import logging
import queue
import threading
from collections.abc import Callable
from typing import Protocol

from crypto.errors import CheckFailed
from drivers.card.contract import CardKind, CardReader, PinWrong, Presence, ReaderStatus, Secret
from drivers.errors import DeviceError
from kiosk.runtime.visit_loop import Post
from kiosk.session import events as ev

_log = logging.getLogger(__name__)

_ORDER_S = 0.2
"""How often a card that lies there is looked after; an order comes through at once."""
_AWAY_S = 30.0
"""A card that comes ends the wait; an order meanwhile can only be to let go of one that is gone."""


class CardChecks(Protocol):
    """What the visit knows of a card besides the card itself; see `kiosk.center_visit`."""

    def check_card(self, certificate: bytes) -> None: ...
    def ensure_fresh(self) -> None: ...
    def to_sign(self, scope: str, certificate: bytes) -> bytes: ...
    def signed(self, signature: bytes) -> None: ...


class CardThread:
    """One reader and its thread, for one visit."""

    def __init__(self, reader: CardReader, checks: Callable[[], CardChecks], post: Post) -> None:
        """`checks` gives the visit's checks as they are when an order is carried out."""
        self._reader = reader
        self._checks = checks
        self._post = post
        self._orders: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._known = ReaderStatus(Presence.EMPTY)
        self._certificate = b""
        self._asleep = threading.Event()
        self._thread = threading.Thread(target=self._run, name="card", daemon=True)

    def start(self) -> None:
        """Begin to look at the reader; a card that lies there is said at once."""
        self._thread.start()

    def identify(self) -> None:
        """Order: recognise the card."""
        self._orders.put(self._identify)

    def authenticate(self, scope: str, pin: Secret) -> None:
        """Order: one dialogue with that PIN, which is wiped whatever happens."""
        self._orders.put(lambda: self._authenticate(scope, pin))

    def release(self) -> None:
        """Order: disconnect and unpower the card."""
        self._orders.put(self._release)

    def stop(self, timeout_s: float) -> None:
        """Release the card and end the thread; returns after `timeout_s` at the latest.

        At once while no card is there: what there was to release went with the card.
        """
        self._orders.put(self._release)
        self._orders.put(None)
        if self._thread.is_alive() and not self._asleep.is_set():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        self._see(self._reader.status(), first=True)
        while True:
            try:
                order = self._orders.get(timeout=self._patience_s())
            except queue.Empty:
                self._look()
                continue
            if order is None:
                return
            self._carry_out(order)

    def _carry_out(self, order: Callable[[], None]) -> None:
        try:
            order()
        except Exception as error:  # noqa: BLE001 - the visit must hear of any defect, and end
            # The type alone: a text or a traceback could quote what was being handled.
            _log.error("a card order failed: %s", type(error).__name__)
            self._post(ev.CardFailed("terminal.defect"))

    def _patience_s(self) -> float:
        return _ORDER_S if self._known.presence in _THERE else 0.0

    def _look(self) -> None:
        if self._known.presence in _THERE:
            self._see(self._reader.status())
        else:
            self._see(self._await_card())

    def _await_card(self) -> ReaderStatus:
        self._asleep.set()
        try:
            return self._reader.wait_change(self._known, _AWAY_S)
        finally:
            self._asleep.clear()

    def _see(self, status: ReaderStatus, *, first: bool = False) -> None:
        before, now = self._known.presence, status.presence
        self._known = status
        if now is before:
            return
        if now in _THERE:
            unseen = first or before in _FAULTS
            self._post(ev.CardFound() if unseen else ev.CardPlaced())
        elif before in _THERE:
            self._post(ev.CardRemoved())
        if now in _FAULTS:
            self._post(ev.ReaderFailed(_FAULTS[now]))
        if before in _FAULTS and now not in _FAULTS:
            self._post(ev.ReaderBack())

    def _identify(self) -> None:
        try:
            card = self._reader.identify()
            if card.kind is not CardKind.MY_NUMBER:
                raise CheckFailed("card.kind.unsupported")  # noqa: TRY301 - one way out of here
            self._checks().check_card(card.certificate)
        except (DeviceError, CheckFailed) as failed:
            self._post(ev.CardFailed(_name(failed)))
            return
        self._certificate = card.certificate
        self._post(ev.CardIdentified(card.tries_left))

    def _authenticate(self, scope: str, pin: Secret) -> None:
        try:
            digest = self._digest(scope)
            if digest is None:
                return
            answer = self._reader.authenticate(pin, self._certificate, digest)
            self._checks().signed(answer.signature)
        except PinWrong as wrong:
            self._post(ev.PinRefused(wrong.tries_left))
        except DeviceError as failed:
            self._post_device(failed.reason.name)
        except CheckFailed as failed:
            self._post(ev.CardFailed(failed.failure))
        else:
            self._post(ev.CardAuthenticated())
        finally:
            pin.wipe()

    def _digest(self, scope: str) -> bytes | None:
        """What the card signs; None when the centre could not say (that is told already)."""
        checks = self._checks()
        try:
            checks.ensure_fresh()
        except CheckFailed as failed:
            self._post(ev.CentreFailed(failed.failure))
            return None
        return checks.to_sign(scope, self._certificate)

    def _post_device(self, reason: str) -> None:
        blocked = reason == "card.pin.blocked"
        self._post(ev.PinRefused(0) if blocked else ev.CardFailed(reason))

    def _release(self) -> None:
        self._reader.release()
        self._certificate = b""


_THERE = frozenset({Presence.CARD, Presence.MUTE})
_FAULTS = {Presence.NO_READER: "card.no_reader", Presence.NO_SERVICE: "card.no_service"}


def _name(failed: DeviceError | CheckFailed) -> str:
    return failed.reason.name if isinstance(failed, DeviceError) else failed.failure
