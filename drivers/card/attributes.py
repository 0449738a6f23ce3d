"""The four attributes of 券面事項入力補助AP, parsed and proven. No wire, no clock.

Three files prove one another: EF 0002 holds name, address, date of birth and sex; EF 0003 a digest
of them, signed; EF 0004 the certificate of the signing key, signed by an authority that a verifier
must know. Each file's length, order and offset table are checked, not trusted.

Source: soltia48/myna-card `ap/text.rs`, `data.rs` (test cards); hebingchang/pymyna; tags are BER
(ITU-T X.690, 8.1).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from drivers.card.contract import FourAttributes
from drivers.errors import DeviceError

Authorities = Mapping[bytes, int]
"""The authority's key id (16 bytes) -> the modulus of its RSA key; the exponent is 65537."""

_EXPONENT = 65537
_KEY_ID = 16
_RECORD, _NUMBER_DIGEST, _DIGEST, _SIGNATURE = 0xFF30, 0xDF31, 0xDF32, 0xDF33
_FILE, _OFFSETS = 0xFF20, 0xDF21
_FIELDS = (0xDF22, 0xDF23, 0xDF24, 0xDF25)
_CERTIFICATE, _BODY, _PROOF = 0x7F21, 0x5F4E, 0x5F37
_RSA_EXPONENT, _RSA_MODULUS = 0x90, 0x91
_TWO_BYTE_TAG = 0x1F
_LONG_LENGTH = 0x80
_LENGTH_BYTES = 2
HEADER = 5
"""Bytes that hold the tag and length of any of the three files."""


@dataclass(frozen=True, slots=True)
class _Object:
    tag: int
    start: int
    """Where its tag begins, in the file."""
    value: bytes = field(repr=False)


def file_length(header: bytes) -> int:
    """Whole length of a file from its first `HEADER` bytes.

    Raises:
        DeviceError: `card.attributes.invalid`, if no object begins there.
    """
    tag_size, length_size, length = _head(header)
    return tag_size + length_size + length


def check_attributes(
    file: bytes, record: bytes, certificate: bytes, authorities: Authorities
) -> FourAttributes:
    """The attributes in EF 0002, if EF 0003 and EF 0004 prove them.

    Raises:
        DeviceError: `card.attributes.invalid`, with the step that failed and nothing personal.
    """
    attributes, signed_part = _attributes(file)
    digest, signed, signature = _record(record)
    if hashlib.sha256(signed_part).digest() != digest:
        raise _invalid("the digest is of other attributes")
    key = _certified_key(certificate, authorities)
    _verify(key, signature, signed, "the record's signature")
    return attributes


def _attributes(file: bytes) -> tuple[FourAttributes, bytes]:
    """The attributes, and the bytes that the record's digest covers: all after the offsets."""
    outer = _only(file, _FILE)
    inside = _objects(file, outer)
    if [one.tag for one in inside] != [_OFFSETS, *_FIELDS]:
        raise _invalid("not the four attributes in their order")
    table, *fields = inside
    starts = b"".join(one.start.to_bytes(2) for one in fields)
    if table.value != starts:
        raise _invalid("the offset table does not fit")
    try:
        name, address, birth, sex = (one.value.decode("utf-8") for one in fields)
    except UnicodeDecodeError:
        raise _invalid("not UTF-8") from None
    if len(birth) != len("YYYYMMDD") or not (birth.isascii() and birth.isdigit()) or len(sex) != 1:
        raise _invalid("not a date of birth and a sex")
    return FourAttributes(name, address, birth, sex), file[fields[0].start :]


def _record(record: bytes) -> tuple[bytes, bytes, bytes]:
    """The attributes' digest, the bytes that are signed, and the signature."""
    inside = _objects(record, _only(record, _RECORD))
    if [one.tag for one in inside] != [_NUMBER_DIGEST, _DIGEST, _SIGNATURE]:
        raise _invalid("not an integrity record")
    first, digest, signature = inside
    return digest.value, record[first.start : signature.start], signature.value


def _certified_key(certificate: bytes, authorities: Authorities) -> rsa.RSAPublicKey:
    """The key in the card-verifiable certificate, if a known authority signed that."""
    inside = _objects(certificate, _only(certificate, _CERTIFICATE))
    if [one.tag for one in inside] != [_BODY, _PROOF]:
        raise _invalid("not a card-verifiable certificate")
    body, proof = inside[0].value, inside[1].value
    modulus = authorities.get(body[:_KEY_ID])
    if modulus is None:
        raise _invalid("an authority that is not known signed the certificate")
    authority = rsa.RSAPublicNumbers(_EXPONENT, modulus).public_key()
    _verify(authority, proof, body, "the certificate's signature")
    return _public_key(body[2 * _KEY_ID :])


def _public_key(data: bytes) -> rsa.RSAPublicKey:
    numbers = {one.tag: int.from_bytes(one.value) for one in _split(data, 0)}
    if numbers.keys() != {_RSA_EXPONENT, _RSA_MODULUS}:
        raise _invalid("not an RSA key")
    try:
        return rsa.RSAPublicNumbers(numbers[_RSA_EXPONENT], numbers[_RSA_MODULUS]).public_key()
    except ValueError:
        raise _invalid("an impossible RSA key") from None


def _verify(key: rsa.RSAPublicKey, signature: bytes, signed: bytes, what: str) -> None:
    try:
        key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise _invalid(f"{what} is not good") from None


def _only(file: bytes, tag: int) -> _Object:
    """The one object a file holds."""
    objects = _split(file, 0)
    if [one.tag for one in objects] != [tag]:
        raise _invalid(f"no {tag:04X} alone")
    return objects[0]


def _objects(file: bytes, outer: _Object) -> list[_Object]:
    return _split(outer.value, len(file) - len(outer.value))


def _split(data: bytes, start: int) -> list[_Object]:
    """The objects in `data`, which begins at `start` of its file."""
    found, at = [], 0
    while at < len(data):
        tag_size, length_size, length = _head(data[at:])
        begin = at + tag_size + length_size
        if begin + length > len(data):
            raise _invalid("an object runs past the end")
        tag = int.from_bytes(data[at : at + tag_size])
        found.append(_Object(tag, start + at, data[begin : begin + length]))
        at = begin + length
    return found


def _head(data: bytes) -> tuple[int, int, int]:
    """Sizes of tag and length field, and the length."""
    tag_size = 2 if data[:1] and data[0] & _TWO_BYTE_TAG == _TWO_BYTE_TAG else 1
    rest = data[tag_size:]
    if not rest:
        raise _invalid("an object without a length")
    if rest[0] < _LONG_LENGTH:
        return tag_size, 1, rest[0]
    size = rest[0] - _LONG_LENGTH
    if not 1 <= size <= _LENGTH_BYTES or len(rest) <= size:
        raise _invalid("an object of impossible length")
    return tag_size, 1 + size, int.from_bytes(rest[1 : 1 + size])


def _invalid(what: str) -> DeviceError:
    return DeviceError("card.attributes.invalid", f"check attributes: {what}")
