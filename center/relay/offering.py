"""M5 to M6: every server of the card's municipality is asked, and what they answer is put together.

A municipality may have several servers: one for each kind of certificate, or an old and a new one
while it changes systems. Each part of the answer is a server's own, signed and sealed; nothing is
taken out of one and put into another.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from center.relay.municipalities import UNREACHABLE, Route
from center.relay.visits import Part
from center.wire.authentication import Authenticated
from center.wire.messages import Offers
from center.wire.signed import open_signed
from crypto.errors import CheckFailed
from crypto.roles import Trust

A = TypeVar("A")

UNKNOWN = "resident.unknown"
LEFT_OUT = frozenset({UNKNOWN, UNREACHABLE, "municipality.hours", "suspended"})
"""What one server may answer without taking the others' certificates from the resident. Anything
else, such as a card linked to two people, refuses the visit, whatever the others say."""


def gather(routes: Sequence[Route], ask: Callable[[Route], A]) -> tuple[A, ...]:
    """What `ask` got of each route, in their order; those that are merely not there are left out.

    Raises CheckFailed: the first that is no matter of being there, whoever else answered; where
    nobody answers, why not, and that nobody knows the card only where all say so.
    """
    if len(routes) == 1:
        return (ask(routes[0]),)
    with ThreadPoolExecutor(max(1, len(routes))) as pool:
        asked = [pool.submit(ask, route) for route in routes]
    failures = [failed for one in asked if (failed := one.exception()) is not None]
    for failed in failures:
        if not (isinstance(failed, CheckFailed) and failed.failure in LEFT_OUT):
            raise failed
    if len(failures) == len(asked):
        raise min(failures, key=lambda one: isinstance(one, CheckFailed) and one.failure == UNKNOWN)
    return tuple(one.result() for one in asked if one.exception() is None)


def check_part(route: Route, auth: Authenticated, envelope: bytes, trust: Trust, at: int) -> Part:
    """One server's offers, as far as they are open, if they answer what it was asked.

    Raises WireError; CheckFailed `offers.bad_signature`, `offers.other_municipality`,
    `offers.other_visit`.
    """
    opened = open_signed(Offers, envelope, trust, at, "offers.bad_signature")
    offers = opened.message
    signed_by = opened.holder.names if opened.holder else ()
    names = (route.municipality, route.server)
    if signed_by != names or offers.municipality != route.municipality:
        raise CheckFailed("offers.other_municipality", "another server made them")
    if (offers.visit, offers.auth) != (auth.statement.visit, auth.auth):
        raise CheckFailed("offers.other_visit", "they are for another visit")
    return Part(route.server, offers, opened.digest, envelope)
