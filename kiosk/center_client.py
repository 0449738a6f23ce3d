"""The line to the centre: HTTPS with both certificates, the preferred site or the other one.

Failures are names (`CheckFailed.failure`). What is said over it is `kiosk.center_visit`.

Source: RFC 8446 (TLS 1.3; a refused client certificate shows at the first read, section 4.4.2.4).
"""

import contextlib
import http.client
import socket
import ssl
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509

from center.wire import endpoints
from center.wire.authentication import (
    CardPolicy,
)
from center.wire.canonical import decode
from center.wire.errors import WireError
from center.wire.kinds import DOCUMENTS_BYTES
from center.wire.messages import (
    Refusal,
)
from crypto.certificates import extension, key_hash, parse_pem_bundle
from crypto.errors import CheckFailed
from crypto.roles import TAG, Role, Trust
from kiosk.document.expected import StatementTrust

REFUSAL_S = 1.0
"""How long a refusal of our certificate may take to arrive."""
ANSWER_BYTES_MAX = 2 * DOCUMENTS_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class CenterConfig:
    """Section `[center]` of the configuration."""

    sites: tuple[str, ...] = field(
        metadata={"doc": "https:// addresses of the centre's sites, the preferred one first"}
    )
    certificate: str = field(metadata={"doc": "This terminal's TLS certificate (PEM file)"})
    key: str = field(metadata={"doc": "Its private key (PEM file, mode 0600)"})
    tls_roots: str = field(metadata={"doc": "Roots of the centre's TLS servers (PEM file)"})
    statement_roots: str = field(metadata={"doc": "Roots of the centre's statements (PEM file)"})
    municipality_roots: str = field(
        metadata={"doc": "Roots of the municipalities' statements and documents (PEM file)"}
    )
    municipality_crls: tuple[str, ...] = field(
        metadata={"doc": "Their revocation lists (DER files)"}
    )
    card_roots: str = field(
        metadata={"doc": "All generations of the authority of the cards' certificates (PEM file)"}
    )
    connect_s: float = field(
        default=4.0,
        metadata={
            "doc": "Longest wait for a site before the other one is tried",
            "unit": "s",
            "min": 0.5,
            "max": 30.0,
        },
    )
    answer_s: float = field(
        default=25.0,
        metadata={"doc": "Longest wait for an answer", "unit": "s", "min": 1.0, "max": 120.0},
    )
    calibration: str = field(
        default="",
        metadata={"doc": "Calibration id of the printer, as `kiosk check` says; empty: none"},
    )


@dataclass(frozen=True, slots=True)
class CentreTrust:
    """What the configuration's files say: read once, before the first visit."""

    terminal: str
    terminal_key: bytes
    statements: StatementTrust
    cards: CardPolicy
    document_roots: bytes = field(repr=False)
    document_crls: tuple[bytes, ...] = field(repr=False)


def load_trust(config: CenterConfig) -> CentreTrust:
    """Read the files of `[center]`. Raises OSError; CheckFailed `trust.unreadable`."""
    own = parse_pem_bundle(Path(config.certificate).read_bytes())[0]
    municipal = Path(config.municipality_roots).read_bytes()
    return CentreTrust(
        terminal=_terminal_id(own),
        terminal_key=key_hash(own.public_key()),
        statements=StatementTrust(
            Trust(Role.CENTRE_STATEMENT, _bundle(config.statement_roots)),
            Trust(Role.MUNICIPALITY_STATEMENT, parse_pem_bundle(municipal)),
        ),
        cards=CardPolicy(_bundle(config.card_roots)),
        document_roots=municipal,
        document_crls=tuple(Path(crl).read_bytes() for crl in config.municipality_crls),
    )


def _bundle(path: str) -> tuple[x509.Certificate, ...]:
    return parse_pem_bundle(Path(path).read_bytes())


def _terminal_id(own: x509.Certificate) -> str:
    san = extension(own, x509.SubjectAlternativeName)
    uris = san.get_values_for_type(x509.UniformResourceIdentifier) if san else []
    prefix = f"{TAG}{Role.TERMINAL.value}/"
    names = [uri.removeprefix(prefix) for uri in uris if uri.startswith(prefix)]
    if len(names) != 1:
        raise CheckFailed("trust.unreadable", "the terminal's certificate names no terminal")
    return names[0]


class CentreDoor:
    """The line and whom to believe, with the certificate this terminal has now. One thread's.

    Files that were replaced since, as a renewal does, are read anew; whoever holds a line goes
    on with the pair it was made with.
    """

    def __init__(self, config: CenterConfig) -> None:
        """Reads everything. Raises OSError, ssl.SSLError; CheckFailed `trust.unreadable`."""
        self._config = config
        self._seen = self._stamp()
        self._made = self._read()

    def __call__(self) -> tuple["CentreLine", CentreTrust]:
        """Both, of one and the same certificate. Raises CheckFailed `identity.unusable`."""
        try:
            while (seen := self._stamp()) != self._seen:
                # Read between two equal looks, or line and name could be of different pairs.
                self._made, self._seen = self._read(), seen
        except (OSError, CheckFailed):
            raise CheckFailed("identity.unusable", "certificate and key cannot be read") from None
        return self._made

    def _read(self) -> tuple["CentreLine", CentreTrust]:
        return CentreLine(self._config), load_trust(self._config)

    def _stamp(self) -> tuple[tuple[int, int], ...]:
        files = (Path(self._config.certificate), Path(self._config.key))
        return tuple((one.stat().st_ino, one.stat().st_mtime_ns) for one in files)


class CentreLine:
    """Requests to the centre: the preferred site, else the other. One thread at a time."""

    def __init__(self, config: CenterConfig) -> None:
        self._config = config
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_3
        self._context.load_cert_chain(config.certificate, config.key)
        self._context.load_verify_locations(config.tls_roots)

    def post(self, path: str, body: bytes) -> bytes:
        """The answer's body. A site that cannot be reached is passed over; one that was, is not:
        what it was asked may have happened.

        Raises CheckFailed: a refusal by the name the centre gives, `centre.unreachable`,
        `centre.timeout`, `centre.tls`, `centre.failed`, `wire.too_large`.
        """
        refused = CheckFailed("centre.unreachable", "no site is configured")
        for site in self._config.sites:
            try:
                connection = self._connect(site)
            except CheckFailed as failed:
                refused = failed
                continue
            try:
                with contextlib.closing(connection):
                    return self._ask(connection, path, body)
            except (OSError, http.client.HTTPException):
                raise self._why_broken(site) from None
        raise refused

    def _why_broken(self, site: str) -> CheckFailed:
        """A line that broke under a request: were we refused, or did it just break?

        A server that refuses our certificate hangs up right after the handshake, and its reset
        may overtake whatever it says. So connect once more and only listen: who hangs up on a
        silent caller does not want the caller.
        """
        try:
            with contextlib.closing(self._connect(site)) as connection:
                connection.sock.settimeout(REFUSAL_S)
                connection.sock.recv(1)
        except CheckFailed as failed:
            return failed
        except TimeoutError:
            return CheckFailed("centre.unreachable", "the line broke")
        except OSError:
            pass
        return CheckFailed("centre.tls", "the site did not accept our certificate")

    def _connect(self, site: str) -> http.client.HTTPSConnection:
        address = urllib.parse.urlsplit(site)
        connection = http.client.HTTPSConnection(
            address.hostname or "", address.port, timeout=self._config.connect_s,
            context=self._context,
        )  # fmt: skip
        try:
            connection.connect()
        except ssl.SSLEOFError:
            # Who distrusts the other says so; a relay that lost the centre just hangs up.
            raise CheckFailed("centre.unreachable", "the line broke in the handshake") from None
        except ssl.SSLError:
            raise CheckFailed("centre.tls", "the site's certificate did not pass") from None
        except OSError:
            raise CheckFailed("centre.unreachable", "the site does not answer") from None
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sock.settimeout(self._config.answer_s)
        return connection

    def _ask(self, connection: http.client.HTTPSConnection, path: str, body: bytes) -> bytes:
        try:
            headers = {"Content-Type": endpoints.CONTENT_TYPE, "Connection": "close"}
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            content = answer.read(ANSWER_BYTES_MAX + 1)
        except TimeoutError:
            raise CheckFailed("centre.timeout", "no answer in time") from None
        except ssl.SSLEOFError:
            raise
        except ssl.SSLError:
            raise CheckFailed("centre.tls", "the site did not accept our certificate") from None
        if len(content) > ANSWER_BYTES_MAX:
            raise CheckFailed("delivery.too_large", "more than any answer may have")
        if answer.status not in {http.HTTPStatus.OK, http.HTTPStatus.NO_CONTENT}:
            raise _refusal(content)
        return content


class CentreRefused(CheckFailed):
    """The centre said no, by name, perhaps with the municipality's own words."""

    def __init__(self, failure: str, message: tuple[tuple[str, str], ...]) -> None:
        super().__init__(failure, "the centre's answer")
        self.message = message


def _refusal(content: bytes) -> CheckFailed:
    try:
        refusal = decode(Refusal, content)
    except WireError:
        return CheckFailed("centre.failed", "an error without a name")
    return CentreRefused(refusal.failure, refusal.message)
