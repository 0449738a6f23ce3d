"""IPP requests over HTTP to one printer, within a time limit.

Source: RFC 8010 4 (transport), RFC 3510 and RFC 7472 (the ipp and ipps schemes).
"""

import http.client
import io
import itertools
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urlsplit

from drivers.clock import Clock
from drivers.errors import DeviceError, PeerError, SilenceError
from drivers.printer.ipp_attributes import request
from drivers.printer.ipp_codec import Attribute, Message, decode_message, encode_message

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_PORT: Final = 631
_ANSWER_BYTES: Final = 4 * 1024 * 1024
"""No printer's answer is as long; more is refused instead of filling the memory."""

_HTTP_ADVICE: Final = {
    401: "asks for a password; switch that off for IPP",
    403: "refuses this terminal; allow its address",
    404: "has no such path; check the device URI",
    426: "wants TLS; use an ipps:// device URI",
}


@dataclass(frozen=True, slots=True)
class IppAddress:
    """Where a printer is: the parts of an ipp or ipps URI."""

    uri: str
    host: str
    port: int
    path: str
    tls: bool

    @classmethod
    def parse(cls, uri: str) -> Self:
        """Raises DeviceError `printer.not_ipp` for anything else."""
        parts = urlsplit(uri)
        if parts.scheme not in {"ipp", "ipps"} or not parts.hostname:
            kind = parts.scheme or "no scheme"
            raise DeviceError("printer.not_ipp", f"The device URI has {kind}, not ipp or ipps.")
        try:
            port = parts.port or _PORT
        except ValueError as error:
            raise DeviceError("printer.not_ipp", "The device URI's port is no number.") from error
        return cls(uri, parts.hostname, port, parts.path or "/", parts.scheme == "ipps")


class IppConversation:
    """A few requests, all within `limit_s` together; use with `with`.

    Raises SilenceError where the printer does not answer in time or is not there, and
    PeerError where its answer is not IPP; both with the reason `printer.offline`.
    """

    def __init__(self, address: IppAddress, clock: Clock, limit_s: float) -> None:
        self._address = address
        self._deadline = _Deadline(clock, limit_s)
        self._numbers = itertools.count(1)
        self._http = http.client.HTTPConnection(address.host, address.port)
        self._http.auto_open = 0
        self._plain: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()
        if self._plain is not None:
            self._plain.close()

    def ask(self, operation: int, *attributes: Attribute) -> Message:
        """The printer's answer, whatever its status. Raises SilenceError, PeerError."""
        sent = request(operation, next(self._numbers), self._address.uri, *attributes)
        try:
            answer = decode_message(self._post(encode_message(sent)))
        except (OSError, http.client.HTTPException) as error:
            raise _silent(error) from error
        if answer.request_id != sent.request_id:
            raise PeerError("printer.offline", "The printer answered another request.")
        return answer

    def _connect(self) -> socket.socket:
        address = (self._address.host, self._address.port)
        plain = socket.create_connection(address, timeout=self._deadline.remaining_s())
        # Header and body leave in two pieces; without this the second waits 40 ms.
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not self._address.tls:
            return plain
        # Printers carry certificates they made themselves, and nothing secret goes this way:
        # titles are random. Who forges the counts already sits on the printer's own cable.
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        try:
            return context.wrap_socket(plain, server_hostname=self._address.host)
        except OSError:
            plain.close()
            raise

    def _ready(self) -> None:
        """Connect, also where the printer ended the connection after its last answer."""
        if self._http.sock is None:
            if self._plain is not None:
                self._plain.close()
            self._plain = self._connect()
            self._http.sock = _TimedSocket(self._plain, self._deadline)

    def _post(self, body: bytes) -> bytes:
        self._ready()
        headers = {"Content-Type": "application/ipp", "Accept": "application/ipp"}
        self._http.request("POST", self._address.path, body, headers)
        response = self._http.getresponse()
        answer = response.read(_ANSWER_BYTES + 1)
        if response.status != http.client.OK:
            advice = _HTTP_ADVICE.get(response.status, f"answers with HTTP {response.status}")
            raise PeerError("printer.offline", f"The printer {advice}.")
        if len(answer) > _ANSWER_BYTES:
            raise PeerError("printer.offline", "The printer's answer has no end.")
        if response.length:  # read() with a size does not complain itself
            raise http.client.IncompleteRead(answer, response.length)
        return answer


def _silent(error: Exception) -> SilenceError:
    kind = "did not answer in time" if isinstance(error, TimeoutError) else "cannot be reached"
    return SilenceError("printer.offline", f"The printer {kind} ({type(error).__name__}).")


class _Deadline:
    """One limit over everything that is waited for."""

    def __init__(self, clock: Clock, limit_s: float) -> None:
        self._clock = clock
        self._end_s = clock.monotonic_s() + limit_s

    def remaining_s(self) -> float:
        left_s = self._end_s - self._clock.monotonic_s()
        if left_s <= 0:
            raise TimeoutError
        return left_s


class _TimedSocket:
    """A socket as `http.client` uses one, whose every read and write ends at the deadline.

    A plain socket's timeout starts anew with each byte, so that a printer dripping its
    answer could hold the terminal for minutes.
    """

    def __init__(self, plain: socket.socket, deadline: _Deadline) -> None:
        self._plain = plain
        self._deadline = deadline

    def sendall(self, octets: bytes) -> None:
        self._plain.settimeout(self._deadline.remaining_s())
        self._plain.sendall(octets)

    def makefile(self, *_: object) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self._plain, self._deadline))

    def close(self) -> None:
        """Nothing: `http.client` closes before it reads the body; the conversation closes."""


class _Incoming(io.RawIOBase):
    """What comes in, as a file."""

    def __init__(self, plain: socket.socket, deadline: _Deadline) -> None:
        self._plain = plain
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        self._plain.settimeout(self._deadline.remaining_s())
        return self._plain.recv_into(buffer)
