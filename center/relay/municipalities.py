"""The way to the municipalities' servers: routing, and one HTTPS client for each server."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import httpx
from cryptography import x509
from cryptography.x509.oid import NameOID

from center.clock import Clock, utc_seconds
from center.http.refusals import FAILED, RefusedWithWords
from center.wire.canonical import decode
from center.wire.endpoints import CONTENT_TYPE, ISSUE, TICKET
from center.wire.errors import WireError
from center.wire.kinds import limit_bytes
from center.wire.messages import Issued, Refusal
from crypto import certificates
from crypto.errors import CheckFailed
from crypto.roles import Role, Trust, check_role

UNREACHABLE = "municipality.unreachable"
TIMEOUT_S = 20.0
RESIDENCE = "residence"

_SPOKEN = frozenset(
    {"resident.unknown", "resident.ambiguous", "registration.implausible", "municipality.hours"}
)
_SPOKEN_FAMILIES = frozenset({"application", "certificate", "auth", "jpki", "visit"})
_CODE = slice(-9, -4)


class IssuingService(Protocol):
    """What the centre needs of a municipality's server."""

    def offer(self, ticket: bytes) -> bytes:
        """M5's envelope for M6's. Raises CheckFailed with the municipality's failure."""
        ...

    def issue(self, application: bytes) -> bytes:
        """M7's envelope for M8. NOT idempotent. Raises CheckFailed."""
        ...


@dataclass(frozen=True, slots=True)
class Route:
    """One server of one municipality."""

    municipality: str
    server: str
    service: IssuingService


class Routes:
    """Which server answers for a card."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes = tuple(routes)

    def for_card(self, certificate: x509.Certificate, scope: str) -> tuple[Route, ...]:
        """The servers of the municipality that issued the card, at least one.

        For 本籍地 nobody serves yet. Raises CheckFailed `offers.none`.
        """
        code = municipality_of(certificate)
        found = tuple(one for one in self._routes if one.municipality == code)
        if scope != RESIDENCE or not found:
            raise CheckFailed("offers.none", "no server serves this card's municipality")
        return found

    def find(self, municipality: str, server: str) -> Route:
        """The route to a server that made an offer.

        Raises CheckFailed `municipality.unreachable`.
        """
        for route in self._routes:
            if (route.municipality, route.server) == (municipality, server):
                return route
        raise CheckFailed(UNREACHABLE, "there is no such server")


def municipality_of(certificate: x509.Certificate) -> str:
    """The municipality code in a card certificate's common name, "" if there is none.

    Source: common names of the public JPKI test cards: sixteen characters, the five digits of
    the municipality, four more (soltia48/myna-card, OpenSC).
    """
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    code = str(names[0].value)[_CODE] if len(names) == 1 else ""
    return code if code.isdecimal() else ""


@dataclass(frozen=True, slots=True)
class ExpectedServer:
    """Which TLS server must answer."""

    trust: Trust
    """Role MUNICIPALITY_TLS."""
    names: tuple[str, str]
    """Code and server id."""


class HttpIssuingService:
    """A municipality's server over mutual TLS; connections are kept open. Thread-safe."""

    def __init__(
        self,
        url: str,
        context: ssl.SSLContext,
        expected: ExpectedServer,
        clock: Clock,
    ) -> None:
        self._trust, self._names = expected.trust, expected.names
        if self._trust.role is not Role.MUNICIPALITY_TLS:
            raise ValueError("a municipality's server is known by a municipality-tls certificate")
        self._clock = clock
        self._client = httpx.Client(
            base_url=url, verify=context, timeout=TIMEOUT_S, trust_env=False, http2=False
        )

    def close(self) -> None:
        """Close the connections. Idempotent."""
        self._client.close()

    def offer(self, ticket: bytes) -> bytes:
        """See `IssuingService`."""
        return self._post(TICKET, ticket)

    def issue(self, application: bytes) -> bytes:
        """See `IssuingService`."""
        return self._post(ISSUE, application)

    def _post(self, path: str, body: bytes) -> bytes:
        headers = {"Content-Type": CONTENT_TYPE}
        try:
            with self._client.stream("POST", path, content=body, headers=headers) as answer:
                self._check_peer(answer)
                received = _read(answer)
        except httpx.HTTPError as error:
            raise CheckFailed(UNREACHABLE, type(error).__name__) from None
        if answer.status_code == httpx.codes.OK:
            return received
        raise _spoken(received)

    def _check_peer(self, answer: httpx.Response) -> None:
        """The server is the one that is asked, not just anybody under the municipalities' root."""
        stream = answer.extensions["network_stream"]
        # The C object behind the socket takes no keyword: True asks for the DER.
        peer = stream.get_extra_info("ssl_object").getpeercert(True)  # noqa: FBT003
        try:
            holder = check_role(certificates.parse(peer), self._trust, utc_seconds(self._clock))
        except CheckFailed as refused:
            raise CheckFailed(UNREACHABLE, str(refused)) from None
        if holder.names != self._names:
            raise CheckFailed(UNREACHABLE, "another municipality's server answers")


def _read(answer: httpx.Response) -> bytes:
    received = bytearray()
    for part in answer.iter_bytes():
        received += part
        if len(received) > limit_bytes(Issued):
            raise CheckFailed("wire.too_large", "the municipality's answer")
    return bytes(received)


def _spoken(body: bytes) -> CheckFailed:
    """The municipality's refusal if the terminal may hear it, else that the centre failed."""
    try:
        refusal = decode(Refusal, body)
    except WireError:
        return CheckFailed(UNREACHABLE, "an answer that is none")
    failure = refusal.failure
    if failure in _SPOKEN or failure.partition(".")[0] in _SPOKEN_FAMILIES:
        return RefusedWithWords(failure, refusal.message)
    return CheckFailed(FAILED, "the municipality refused the centre")
