"""The demo's OCSP responder: a small one, but one that other people's clients understand.

Answers for every generation of the card authority, each through its own delegate, from an
index that is read at every question, so that a revocation counts at once.

Source: RFC 6960 (appendix A.1: GET and POST), RFC 9654 §2.1 (length of a nonce).
"""

import base64
import binascii
import datetime
import urllib.parse
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp

from center.clock import Clock
from center.pki import index
from center.pki.description import Description
from center.pki.layout import State
from center.validity.client import REQUEST_TYPE, RESPONSE_TYPE
from crypto.certificates import parse_pem_bundle
from crypto.keys import private_from_pem

NEWS_S = 600
"""How long an answer may be used: thisUpdate to nextUpdate."""
REQUEST_BYTES_MAX = 4096
NONCE_BYTES_MAX = 128
_UNREADABLE = (
    ValueError, TypeError, NotImplementedError, UnsupportedAlgorithm, x509.DuplicateExtension,
)  # fmt: skip
_HASHES = (hashes.SHA1, hashes.SHA256, hashes.SHA384, hashes.SHA512)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Authority:
    """For whom is answered, by whose key, and from which index."""

    issuer: x509.Certificate = field(repr=False)
    delegate: x509.Certificate = field(repr=False)
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = field(repr=False)
    index: Path


def authorities(state: State, description: Description) -> tuple[Authority, ...]:
    """All generations of the PKI in `state`, which must have been made."""
    return tuple(_authority(state, each.name) for each in description.generations)


def _authority(state: State, name: str) -> Authority:
    key = private_from_pem(state.key(state.ocsp(name)).read_bytes())
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise TypeError("an OCSP delegate signs with RSA or an elliptic curve")
    (issuer,) = parse_pem_bundle(state.certificate(name).read_bytes())
    (delegate,) = parse_pem_bundle(state.certificate(state.ocsp(name)).read_bytes())
    return Authority(issuer, delegate, key, state.index(name))


class Responder:
    """Questions in, answers out; also an ASGI application."""

    def __init__(self, authorities: tuple[Authority, ...], clock: Clock) -> None:
        self._authorities = authorities
        self._clock = clock

    def answer(self, request: bytes) -> bytes:
        """The DER of the answer to the DER of a question. Never raises."""
        try:
            asked = ocsp.load_der_ocsp_request(request)
            nonce = _nonce(asked)
            authority = self._for(asked)
        except _UNREADABLE:
            return _refusal(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
        if authority is None:
            return _refusal(ocsp.OCSPResponseStatus.UNAUTHORIZED)
        now = self._clock.utc().replace(microsecond=0)
        try:
            known = index.read(authority.index).get(asked.serial_number)
            return _sign(_single(asked, known, now), nonce, authority)
        except (OSError, ValueError):  # the index cannot be read, or names a reason there is not
            return _refusal(ocsp.OCSPResponseStatus.INTERNAL_ERROR)

    def _for(self, asked: ocsp.OCSPRequest) -> Authority | None:
        """The authority named by both hashes; names alone are shared by all generations."""
        if not isinstance(asked.hash_algorithm, _HASHES):
            return None
        named = (asked.issuer_name_hash, asked.issuer_key_hash)
        for each in self._authorities:
            if _hashes(each.issuer, asked.hash_algorithm) == named:
                return each
        return None

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve HTTP as ASGI; anything else than GET and POST of RFC 6960 is refused."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            status, body = await self._serve(scope, receive)
            await _reply(send, status, body)

    async def _serve(self, scope: MutableMapping[str, Any], receive: Receive) -> tuple[int, bytes]:
        if scope["method"] == "GET":
            request = _from_path(scope.get("raw_path") or scope["path"].encode())
        elif scope["method"] != "POST":
            return 405, b""
        elif dict(scope["headers"]).get(b"content-type", b"").decode("latin-1") != REQUEST_TYPE:
            return 415, b""
        else:
            request = await _body(receive)
        if len(request) > REQUEST_BYTES_MAX:
            return 413, b""
        return 200, self.answer(request)


def _hashes(issuer: x509.Certificate, algorithm: hashes.HashAlgorithm) -> tuple[bytes, bytes]:
    # The request for any certificate of an issuer carries the issuer's two hashes.
    sample = ocsp.OCSPRequestBuilder().add_certificate(issuer, issuer, algorithm).build()
    return sample.issuer_name_hash, sample.issuer_key_hash


def _nonce(asked: ocsp.OCSPRequest) -> bytes | None:
    try:
        nonce = asked.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        return None
    if not 1 <= len(nonce) <= NONCE_BYTES_MAX:
        raise ValueError("a nonce has 1 to 128 bytes")
    return nonce


def _single(
    asked: ocsp.OCSPRequest, known: index.Entry | None, now: datetime.datetime
) -> ocsp.OCSPResponseBuilder:
    status = ocsp.OCSPCertStatus.UNKNOWN
    if known is not None:
        status = ocsp.OCSPCertStatus.REVOKED if known.revoked else ocsp.OCSPCertStatus.GOOD
    return ocsp.OCSPResponseBuilder().add_response_by_hash(
        issuer_name_hash=asked.issuer_name_hash,
        issuer_key_hash=asked.issuer_key_hash,
        serial_number=asked.serial_number,
        algorithm=asked.hash_algorithm,
        cert_status=status,
        this_update=now,
        next_update=now + datetime.timedelta(seconds=NEWS_S),
        revocation_time=known.revoked if known else None,
        revocation_reason=_reason(known) if known and known.revoked else None,
    )


def _reason(known: index.Entry) -> x509.ReasonFlags | None:
    return x509.ReasonFlags(known.reason) if known.reason else None


def _sign(builder: ocsp.OCSPResponseBuilder, nonce: bytes | None, authority: Authority) -> bytes:
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, authority.delegate)
    builder = builder.certificates([authority.delegate])
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _refusal(status: ocsp.OCSPResponseStatus) -> bytes:
    refusal = ocsp.OCSPResponseBuilder.build_unsuccessful(status)
    return refusal.public_bytes(serialization.Encoding.DER)


def _from_path(raw_path: bytes) -> bytes:
    """The question behind `GET /<percent-encoded base64 of the DER>`."""
    text = urllib.parse.unquote_to_bytes(raw_path.partition(b"?")[0]).removeprefix(b"/")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more and len(body) <= REQUEST_BYTES_MAX:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _reply(send: Send, status: int, body: bytes) -> None:
    headers = [
        (b"content-type", RESPONSE_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _live(receive: Receive, send: Send) -> None:
    for step in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{step}.complete"})
