"""The process of one resident: first a warm spare, then the visit, then gone.

`python -m kiosk.runtime.visit --link-fd N --config PATH`. As a spare it has everything imported,
the display initialised and the first screen painted, and waits for `TakeGlass`. From then on the
main thread belongs to the glass, whose wait is the inbox's wait; card, centre, printing and link
each have a thread that posts events and wakes the glass. When the supervisor says `VisitClosed`,
or is gone, the process forgets everything and ends; it is never used twice.
"""

import argparse
import faulthandler
import logging
import os
import queue
import resource
import secrets
import socket
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from drivers.clock import Clock, SystemClock
from kiosk.calibration import ask
from kiosk.center_client import CentreDoor
from kiosk.config import Config, ConfigError, load
from kiosk.link import values as link
from kiosk.link.wire import LinkError, VisitEnd, visit_end
from kiosk.present import present
from kiosk.runtime.pulse import BEATS, Pulse
from kiosk.runtime.spawn import UNFIT
from kiosk.runtime.visit_card import CardThread
from kiosk.runtime.visit_centre import CentreThread
from kiosk.runtime.visit_doers import PrintThread, Threads, VisitDoer
from kiosk.runtime.visit_loop import Hours, Pace, VisitLoop
from kiosk.runtime.visit_pin import PinPad
from kiosk.session.model import Session, State
from kiosk.vault import Vault
from ui.glass import Glass

_log = logging.getLogger(__name__)

_VISIT_BYTES = 8
_FIRST_STATES = (State.MENU, State.PLACE_CARD)
STOP_S = 3.0
"""For releasing the card at the end; the supervisor unpowers it if that takes longer."""


class SupervisorGone(Exception):
    """The link ended: there is nobody to settle with any more."""


class Visit:
    """One visit from the warm spare to the last word. Everything but `post` is one thread's."""

    def __init__(self, config: Config, end: VisitEnd, clock: Clock) -> None:
        """Does all the slow things: files, TLS, fonts, display. Raises OSError, CheckFailed."""
        self._config = config
        self._end = end
        self._clock = clock
        self._inbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._awake = False
        self._session = self._first_session()
        self.glass = Glass(config.ui, clock.monotonic_s)
        self.glass.warm(present(self._session), self._session.look)
        self._vault = Vault()
        self._threads = self._make_threads()

    def post(self, event: object) -> None:
        """Put an event into the inbox, from any thread."""
        self._inbox.put(event)
        if self._awake:
            self.glass.wake()

    def run(self) -> None:
        """Wait for the glass, take it, live one visit, forget it."""
        self._end.listen(self.post, lambda why: self.post(SupervisorGone(why)))
        try:
            self._prepare()
            self._end.send(link.SpareReady())
            first = self._await_glass()
            if first is not None:
                self._live(first)
        except (LinkError, SupervisorGone) as gone:
            _log.warning("the visit ends: %s", gone)
        finally:
            self._forget()

    def _prepare(self) -> None:
        """Draw what the first presses lead to, unless the glass is wanted already."""
        for state in _FIRST_STATES:
            if not self._inbox.empty():
                return
            session = replace(self._session, state=state)
            self.glass.prepare(present(session), session.look)

    def _await_glass(self) -> link.TakeGlass | None:
        while True:
            event = self._inbox.get()
            if isinstance(event, SupervisorGone):
                return None
            if isinstance(event, link.TakeGlass):
                return event

    def _live(self, first: link.TakeGlass) -> None:
        pad = PinPad()
        doer = VisitDoer(self._end.send, pad, self._vault, self.post, self._threads)
        hours = Hours(self._config.terminal.hours)
        every_s = self._config.limits.beat_s / BEATS
        pulse = Pulse(every_s, lambda: self._end.send(link.GlassBeat()))
        pace = Pace(self._clock, self._config.visit, hours, pulse)
        loop = VisitLoop(self._session, self.glass, doer, pad, pace)
        # Painted before the window opens: nobody sees a start picture that is an apology next.
        loop.handle(first)
        self.glass.take()
        self._awake = True
        self._threads.card.start()
        self._threads.centre.start(self.post, lambda: ask(self._config, self._clock))
        self._threads.print.start()
        try:
            while not loop.done:
                self._turn(loop)
        finally:
            pad.wipe()

    def _turn(self, loop: VisitLoop) -> None:
        """One turn of the main thread: a tap, events, time, the sign of life."""
        tap = self.glass.wait(loop.wait_s() if self._inbox.empty() else 0.0)
        if tap is not None:
            loop.tap(tap.id)
        while not self._inbox.empty() and not loop.done:
            event = self._inbox.get()
            if isinstance(event, SupervisorGone):
                raise event
            loop.handle(event)
        loop.tick()

    def _forget(self) -> None:
        self._vault.erase()
        self._threads.stop(STOP_S)
        self.glass.forget()
        self.glass.close()
        self._end.close()

    def _first_session(self) -> Session:
        return Session(
            secrets.token_hex(_VISIT_BYTES),
            warn_s=round(self._config.visit.warn_s),
            takes_notes=bool(self._config.coin.bills),
            open_now=Hours(self._config.terminal.hours).open_at(self._clock.utc()),
        )

    def _make_threads(self) -> Threads:
        # The wire libraries are imported here and not by modules that tests of rules import.
        from drivers.card.pcsc import PcscCardReader
        from drivers.printer.cups import CupsHandover
        from drivers.printer.cupsd_files import CupsdPlaces

        config = self._config
        centre = CentreThread(CentreDoor(config.center), self._clock, self._vault)
        reader = PcscCardReader(config.card, self._clock)
        card = CardThread(reader, lambda: centre.visit, self.post)
        places = CupsdPlaces(Path(config.printer.runtime_dir))
        handover = CupsHandover(str(places.socket), config.printer.queue)
        return Threads(card, centre, PrintThread(handover, self._vault, self.post))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one visit on the link handed over. The exit status is 0 when it ended in order."""
    parser = argparse.ArgumentParser(prog="kiosk.runtime.visit")
    parser.add_argument("--link-fd", type=int, required=True)
    parser.add_argument("--config", type=Path, required=True)
    given = parser.parse_args(arguments)
    # What this process holds must not land in a core file.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Names functions and lines only, never values.
    faulthandler.enable()
    try:
        config = load(given.config)
    except ConfigError:
        return UNFIT  # the supervisor says why, or that `kiosk check` does
    clock = SystemClock(config.terminal.clock_offset_s)
    Visit(config, visit_end(socket.socket(fileno=given.link_fd)), clock).run()
    return 0


if __name__ == "__main__":
    status = main()
    # Everything is forgotten and closed; to take the interpreter apart would only keep the next
    # resident waiting, for the glass is given on when this process is gone.
    sys.stderr.flush()
    os._exit(status)
