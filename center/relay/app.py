"""The centre on the wire: five endpoints, for terminals alone."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import FastAPI

from center.clock import Clock, utc_seconds
from center.http.app import Endpoint, Handler, make_app
from center.relay.centre import Centre
from center.relay.identities import Identities
from center.relay.terminals import Terminal, Terminals
from center.wire.endpoints import APPLY, AUTHENTICATE, OPEN_VISIT, OUTCOME, RENEW
from center.wire.kinds import Envelope
from center.wire.messages import (
    Authenticate,
    Delivered,
    MergedOffers,
    OpenVisit,
    Outcome,
    RenewedIdentity,
    RenewIdentity,
)


@dataclass(frozen=True, slots=True)
class Desk:
    """Who answers terminals: about visits, about who they are, about their next key."""

    centre: Centre
    terminals: Terminals
    identities: Identities


def centre_app(desk: Desk, clock: Clock, delay_s: float = 0.0) -> FastAPI:
    """The application; every answer waits `delay_s` first."""
    centre, terminals = desk.centre, desk.terminals

    def admitted(answer: Callable[[Terminal, bytes], bytes]) -> Handler:
        def checked(peer: bytes, received: bytes) -> bytes:
            return answer(terminals.admit(peer, utc_seconds(clock)), received)

        return checked

    return make_app(
        "Certificate centre",
        (
            Endpoint(
                OPEN_VISIT,
                OpenVisit,
                Envelope,
                "M1, OpenVisit, for M2, a signed VisitOpened.",
                admitted(centre.open_visit),
            ),
            Endpoint(
                AUTHENTICATE,
                Authenticate,
                MergedOffers,
                "M4, Authenticate, for M6, the Offers that each server signed.",
                admitted(centre.authenticate),
            ),
            Endpoint(
                APPLY,
                Envelope,
                Delivered,
                "M7, an Application signed by the visit, for M9, the documents.",
                admitted(centre.apply),
            ),
            Endpoint(
                OUTCOME, Outcome, None, "M10, what came of the visit.", admitted(centre.report)
            ),
            Endpoint(
                RENEW,
                RenewIdentity,
                RenewedIdentity,
                "A request signed by the terminal's next TLS key, for its certificate.",
                admitted(desk.identities.renew),
            ),
        ),
        delay_s,
    )
