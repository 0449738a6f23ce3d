"""Layer 0: whose block this is, what the other layers hold, and the page's text. 3,000 bytes.

Outside, readable for every reader: version, key id, signer, document, page. Inside, sealed: the
rest, and an Ed25519 signature of the centre over all of it. The signature holds digests of
every strip of the other layers, so that somebody who stole the symmetric keys could read
blocks, but not make one.

Source: RFC 8032 (Ed25519), RFC 1951 (deflate, for the text).
"""

import hashlib
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from center.antiforgery.scramble.keys import (
    HEADER,
    NONCE_BYTES,
    TAG_BYTES,
    KeyStore,
    open_sealed,
    purpose,
    seal,
)  # fmt: skip
from center.antiforgery.scramble.layout import VERSION
from crypto.pae import pae

BYTES = 3000
STRIPS = 16
DIGEST_BYTES = 12
"""96 bits: nobody finds a second strip for a digest that is signed already."""
SIGNATURE_BYTES = 64
MOST_STRIP_BYTES = 0xFFFF

_MAGIC = b"KS"
_OUTSIDE = struct.Struct(">2sBI8s20sBB12s")
_INSIDE = struct.Struct(f">Q6sBB{STRIPS}H{STRIPS}H{2 * STRIPS * DIGEST_BYTES}s")
_LENGTH = struct.Struct(">H")
_CRC = struct.Struct(">I")
_SEALED = BYTES - _OUTSIDE.size - TAG_BYTES - _CRC.size
_TEXT_ROOM = _SEALED - _INSIDE.size - SIGNATURE_BYTES - _LENGTH.size
_FINE, _CUT = 1, 2
_COARSE_SHIFT = 4
"""The flags' upper half: how many strips, the last ones, have no fine image though others do."""
_TYPE = "scramble-image/1"
_MOST_TEXT = 60_000
"""Characters' bytes a text may unfold to."""


class HeaderRefused(Exception):
    """Layer 0 was read, and is not to be believed."""


class SignatureRefused(HeaderRefused):
    """It opened with our key, but the centre did not sign it."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What anybody can read off a block."""

    key_id: int
    signer: bytes
    document: str
    page: int
    pages: int
    nonce: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """What layer 0 says. Text and names of places are the holder's own: kept out of `repr`."""

    outside: Outside
    issued: int
    """UTC seconds."""
    municipality: str
    dpi: int
    """Of the base image; the fine image has twice that."""
    base: tuple[int, ...]
    """Bytes of each strip, without its tag."""
    fine: tuple[int, ...]
    """The same, of as many strips from the top as have a fine image."""
    digests: tuple[bytes, ...] = field(repr=False)
    text: str = field(repr=False)
    text_is_whole: bool = True


@dataclass(frozen=True, slots=True)
class CentreKey:
    """The centre's signing key for blocks."""

    private: Ed25519PrivateKey = field(repr=False)

    @property
    def name(self) -> bytes:
        """Eight bytes that name its public half."""
        return signer_name(self.private.public_key())


def signer_name(key: Ed25519PublicKey) -> bytes:
    """Eight bytes that name a public key."""
    return hashlib.sha256(key.public_bytes_raw()).digest()[:8]


def digest(layer: str, strip: int, data: bytes) -> bytes:
    """What the signature holds of a strip."""
    return hashlib.sha256(pae(f"{_TYPE}/{layer}/{strip}", data)).digest()[:DIGEST_BYTES]


def write(header: Header, keys: KeyStore, signing: CentreKey) -> bytes:
    """The 3,000 bytes of layer 0. A text that does not fit is cut, and said to be."""
    outside = _pack_outside(header.outside)
    text, whole = _squeezed(header.text)
    coarse = STRIPS - len(header.fine)
    fine = (*header.fine, *(0,) * coarse)
    flags = (_FINE | coarse << _COARSE_SHIFT) if header.fine else 0
    flags |= 0 if whole and header.text_is_whole else _CUT
    digests = b"".join(header.digests).ljust(2 * STRIPS * DIGEST_BYTES, b"\0")
    municipality = header.municipality.encode("ascii")
    fixed = _INSIDE.pack(
        header.issued, municipality, header.dpi, flags, *header.base, *fine, digests
    )
    signed = fixed + _LENGTH.pack(len(text)) + text
    signature = signing.private.sign(pae(_TYPE, outside + signed))
    inside = (fixed + signature + _LENGTH.pack(len(text)) + text).ljust(_SEALED, b"\0")
    key = _key(keys, header.outside)
    body = outside + seal(key, header.outside.nonce, inside, outside)
    return body + _CRC.pack(zlib.crc32(body))


def read_outside(data: bytes) -> Outside | None:
    """Whose block it is; None when `data` was not read without error, or is no layer 0 of ours."""
    if len(data) != BYTES or _CRC.unpack(data[-_CRC.size :])[0] != zlib.crc32(data[: -_CRC.size]):
        return None
    magic, version, key_id, signer, document, page, pages, nonce = _OUTSIDE.unpack_from(data)
    if magic != _MAGIC or version != VERSION:
        return None
    try:
        name = document.rstrip(b"\0").decode("ascii")
    except UnicodeDecodeError:
        return None
    return Outside(key_id, signer, name, page, pages, nonce)


def open_header(data: bytes, keys: KeyStore, signers: Mapping[bytes, Ed25519PublicKey]) -> Header:
    """What layer 0 says, opened and verified; `data` is one that `read_outside` could read.

    Raises KeyUnknown for a key this store does not hold, HeaderRefused when it does not open,
    SignatureRefused when no known key of the centre signed it.
    """
    outside = read_outside(data)
    if outside is None:
        raise HeaderRefused("the header was not read without error")
    plain = data[: _OUTSIDE.size]
    key = _key(keys, outside)
    try:
        inside = open_sealed(key, outside.nonce, data[_OUTSIDE.size : -_CRC.size], plain)
    except InvalidTag:
        raise HeaderRefused("the header does not open with its key") from None
    signature, signed = _split(inside)
    try:
        signers[outside.signer].verify(signature, pae(_TYPE, plain + signed))
    except (InvalidSignature, KeyError):
        raise SignatureRefused("no key of the centre signed this header") from None
    return _unpack(outside, signed)


def _key(keys: KeyStore, outside: Outside) -> bytes:
    return keys.derive(outside.key_id, purpose(outside.document, outside.page, HEADER))


def _pack_outside(outside: Outside) -> bytes:
    document = outside.document.encode("ascii")
    if len(document) > 20 or len(outside.nonce) != NONCE_BYTES:  # noqa: PLR2004  # the struct above
        raise ValueError("A document's number has at most 20 characters, a nonce 12 bytes.")
    return _OUTSIDE.pack(
        _MAGIC, VERSION, outside.key_id, outside.signer, document,
        outside.page, outside.pages, outside.nonce,
    )  # fmt: skip


def _split(inside: bytes) -> tuple[bytes, bytes]:
    """The signature, and what it signs."""
    at = _INSIDE.size
    signature, rest = inside[at : at + SIGNATURE_BYTES], inside[at + SIGNATURE_BYTES :]
    (length,) = _LENGTH.unpack_from(rest)
    return signature, inside[:at] + rest[: _LENGTH.size + length]


def _unpack(outside: Outside, signed: bytes) -> Header:
    issued, municipality, dpi, flags, *numbers, digests = _INSIDE.unpack_from(signed)
    count = STRIPS - (flags >> _COARSE_SHIFT) if flags & _FINE else 0
    base, fine = tuple(numbers[:STRIPS]), tuple(numbers[STRIPS : STRIPS + count])
    cut = [digests[at : at + DIGEST_BYTES] for at in range(0, len(digests), DIGEST_BYTES)]
    text = _unfolded(signed[_INSIDE.size + _LENGTH.size :])
    return Header(
        outside, issued, municipality.decode("ascii", "replace"), dpi, base,
        fine, tuple(cut), text, not flags & _CUT,
    )  # fmt: skip


def _squeezed(text: str) -> tuple[bytes, bool]:
    """As much of `text` as there is room for, deflated; and whether that is all of it."""
    kept, whole = text, True
    while True:
        packed = zlib.compress(kept.encode(), 9)
        if len(packed) <= _TEXT_ROOM:
            return packed, whole
        kept, whole = kept[: int(len(kept) * min(0.98, _TEXT_ROOM / len(packed)))], False


def _unfolded(packed: bytes) -> str:
    try:
        return zlib.decompressobj().decompress(packed, _MOST_TEXT).decode("utf-8", "replace")
    except zlib.error:
        return ""
