"""The issuing server on the wire: two endpoints, for the centre alone."""

from collections.abc import Callable

from cryptography import x509
from fastapi import FastAPI

from center.clock import Clock, utc_seconds
from center.http.app import Endpoint, make_app
from center.http.refusals import RefusedWithWords
from center.issuing.server import IssuingServer
from center.wire.endpoints import ISSUE, TICKET
from center.wire.kinds import Envelope
from center.wire.messages import Issued
from crypto import certificates
from crypto.errors import CheckFailed
from crypto.roles import Role, Trust, check_role

NOT_THE_CENTRE = "ticket.not_the_centre"


def issuing_app(
    server: IssuingServer, centres: tuple[x509.Certificate, ...], clock: Clock
) -> FastAPI:
    """The application; `centres` are the roots under which the centre is a TLS client."""
    trust = Trust(Role.CENTRE_CLIENT, centres)

    def only_centre(answer: Callable[[bytes], bytes]) -> Callable[[bytes, bytes], bytes]:
        def checked(peer: bytes, received: bytes) -> bytes:
            _check_centre(peer, trust, utc_seconds(clock))
            try:
                return answer(received)
            except CheckFailed as refused:
                words = server.municipality.words(refused.failure)
                raise RefusedWithWords(refused.failure, words) from None

        return checked

    return make_app(
        "Issuing server of a municipality (stand-in)",
        (
            Endpoint(
                TICKET,
                Envelope,
                Envelope,
                "M5, a signed AuthTicket, for M6, signed Offers.",
                only_centre(server.offer),
            ),
            Endpoint(
                ISSUE,
                Envelope,
                Issued,
                "M7, an Application signed by the visit, for M8, its documents.",
                only_centre(server.issue),
            ),
        ),
    )


def _check_centre(peer: bytes, trust: Trust, at: int) -> None:
    """The name of what is wrong with the centre must not look like a card's."""
    try:
        check_role(certificates.parse(peer), trust, at)
    except CheckFailed as refused:
        raise CheckFailed(NOT_THE_CENTRE, str(refused)) from None
