"""The coin machine's thread: sets up, polls, pays. The only one that touches the vendor."""

import logging

from drivers.clock import Clock
from drivers.coin.contract import (
    CoinEvent,
    CoinVendor,
    Diverted,
    Fate,
    VendorCapabilities,
    VendorTrouble,
)
from drivers.errors import DeviceError
from kiosk.runtime.worker import Post, Worker
from kiosk.settle import commands as c
from kiosk.settle import happened as h
from kiosk.settle.service import most_telling

_log = logging.getLogger(__name__)

_STATUS_EVERY_S = 30.0
"""A full status asks every device on the line; credits are polled far oftener."""
_SET_UP_TRIES = 3
"""On a starved machine one of many exchanges may fail; a line that is dead fails them all fast."""
_BILLS_AWAY = "coin.bill_fault"
"""How `CoinVendor.resume` says that it set up the coins only."""
_MENDING_S = 2.0
"""While something is wrong: somebody may be putting it right."""


class CoinWorker(Worker):
    """Carries out `ResumeCoins`, `SetAccept`, `RouteBill`, `DivertCoins`, `Prepare`, `Dispense`,
    `ResolveTicket`.
    """

    def __init__(self, vendor: CoinVendor, poll_s: float, clock: Clock, post: Post) -> None:
        super().__init__("coins", post)
        self._vendor = vendor
        self._poll_s = poll_s
        self._clock = clock
        self._set_up = False
        self._able: VendorCapabilities | None = None
        self._bills_away = False
        """Said already."""
        self._accepting = False
        self._troubled = False
        self._status_s = clock.monotonic_s() + _STATUS_EVERY_S

    @property
    def _idle_s(self) -> float:
        # A vendor that knows when nothing can fall says how seldom it needs to be asked.
        wished_s = float(getattr(self._vendor, "poll_every_s", self._poll_s))
        return min(wished_s, _MENDING_S) if self._troubled else wished_s

    def _do(self, order: object) -> None:
        match order:
            case c.ResumeCoins():
                self._resume(order)
            case c.RouteBill(stack):
                self._route(stack=stack)
            case c.SetAccept(values):
                self._accept(values)
            case c.DivertCoins(keep):
                self._divert(keep=keep)
            case c.Prepare(yen, pieces):
                self._prepare(yen, pieces)
            case c.Dispense(ticket):
                self._post(h.PayoutEnded(self._vendor.dispense(ticket)))
            case c.ResolveTicket(ticket):
                self._post(h.PayoutEnded(self._vendor.resolve(ticket)))
            case _:
                raise TypeError(f"not an order for the coin machine: {type(order).__name__}")
        self._poll()

    def _idle(self) -> None:
        self._poll()
        if self._set_up and not self._accepting and self._clock.monotonic_s() >= self._status_s:
            self._look()

    def _look(self) -> None:
        status = self._vendor.status()
        self._troubled = bool(status.troubles)
        every_s = _MENDING_S if self._troubled else _STATUS_EVERY_S
        self._status_s = self._clock.monotonic_s() + every_s
        self._post(h.HoppersSeen(status.low, status.blocked, status.full))
        self._post(h.TroubleSeen("coin", most_telling(status.troubles)))

    def _poll(self) -> None:
        if self._set_up:
            for event in self._vendor.poll():
                self._post(event)
                if isinstance(event, VendorTrouble):
                    self._status_s = self._clock.monotonic_s()

    def _resume(self, order: c.ResumeCoins) -> None:
        """Set up; an attempt that broke off is gone on with at once, a few times."""
        reason = ""
        for _ in range(_SET_UP_TRIES):
            try:
                # Once: a bill validator that is away must not make the coins unknown again.
                able = self._able or self._vendor.capabilities()
                events = self._vendor.resume(
                    order.cursor, order.bills, interrupted=order.interrupted
                )
            except DeviceError as error:
                _log.warning("the coin machine is not set up: %s", error)
                reason = error.reason.name
            else:
                self._resumed(able, events)
                return
        self._post(h.CoinsNotResumed(reason))

    def _resumed(self, able: VendorCapabilities, events: tuple[CoinEvent, ...]) -> None:
        self._set_up, self._able = True, able
        away = [e for e in events if isinstance(e, VendorTrouble) and e.reason == _BILLS_AWAY]
        for event in events:
            if event not in away or not self._bills_away:
                self._post(event)
        whole, self._bills_away = not away, bool(away)
        bills = able.bills if whole else frozenset[int]()
        # A coin that cannot be paid out again is not taken in; a bill is paid back in coins.
        self._post(h.CoinsResumed((able.accepts & able.dispenses) | bills, bills, whole=whole))
        self._look()

    def _accept(self, values: frozenset[int]) -> None:
        try:
            self._vendor.accept(values)
        except DeviceError as error:
            self._post(h.AcceptRefused(error.reason.name))
        else:
            self._accepting = bool(values)

    def _route(self, *, stack: bool) -> None:
        try:
            self._vendor.route(stack=stack)
        except DeviceError as error:
            self._post(h.TroubleSeen("bills", error.reason.name))

    def _divert(self, *, keep: bool) -> None:
        try:
            result = self._vendor.divert(keep=keep)
        except DeviceError as error:
            result = Diverted(keep, Fate.NOT_STARTED, error.reason.name)
        if result.fate is not Fate.DONE:
            self._status_s = self._clock.monotonic_s()
        self._post(h.CoinsDiverted(result))

    def _prepare(self, yen: int, pieces: int) -> None:
        try:
            ticket = self._vendor.prepare(yen, pieces)
        except DeviceError as error:
            self._post(h.PayoutNotReadied(yen, error.reason.name))
        else:
            self._post(h.PayoutReadied(ticket))

    def _close(self) -> None:
        self._vendor.close()
