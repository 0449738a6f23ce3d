"""The files of a virtual My Number card, byte by byte. No wire, no clock.

Source: soltia48/myna-card `ap/jpki.rs`, `ap/text.rs`; jpki/myna; OpenSC `jpki.h`.
"""

import hashlib
from dataclasses import dataclass, field
from functools import cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo

from drivers.card.tables import JPKI_AID, SHA256_DIGEST_INFO, TEXT_AID, padded_label
from drivers.card.virtual_files import Application, DataFile, File, KeyFile, SecretFile

_UNUSED = b"\xff" * 16
_AUTH_PIN, _SIGN_PASSWORD = 0x0018, 0x001B
_TEXT_PIN, _NUMBER_A, _NUMBER_B = 0x0011, 0x0014, 0x0015
_NUMBER_TRIES = 10
_LONG = 0x80
_AUTHORITY_ID = b"6000033\x08\x05001" + bytes(4)
_ISSUER_ID = b"6000024\x08\x05001" + bytes(4)
"""Key ids of the form of test cards. Source: myna-card `data.rs`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A key pair with its certificate and the issuer's, and the secret that opens the key."""

    secret: bytes = field(repr=False)
    limit: int
    left: int
    key: rsa.RSAPrivateKey = field(repr=False)
    certificate: bytes = field(repr=False)
    ca: bytes = field(repr=False)

    def secret_file(self) -> SecretFile:
        """A fresh counter file."""
        return SecretFile(self.secret, self.limit, self.left)

    def key_file(self, opened_by: int) -> KeyFile:
        """The key, usable after `opened_by` was verified."""
        return KeyFile(lambda: self.key, frozenset({opened_by}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What the input support application holds of an (invented) resident."""

    name: str = field(repr=False)
    address: str = field(repr=False)
    birth: str = field(repr=False)
    """YYYYMMDD."""
    sex: str = field(repr=False)
    """1 male, 2 female, 9 not applicable."""
    individual_number: str = field(repr=False)
    pin: bytes = field(repr=False)
    number_b: str = field(repr=False)
    """照合番号B, 14 digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardApLayout:
    """What an invented municipality keeps in its own application, and where."""

    pin_file: int
    id_file: int
    pin: bytes = field(repr=False)
    tries: int
    left: int
    user_id: bytes = field(repr=False)


def jpki_application(label: str, auth: Pair | None, sign: Pair | None) -> Application:
    """公的個人認証AP: two key pairs, either of which may be missing.

    The user certificate and both CA certificates are free to read; the signing certificate is
    open only after its password, as on real cards.
    """
    present = bytes([0x8F if sign else 0, 0x8F if auth else 0, 0])
    files: dict[int, File] = {
        0x0006: DataFile(token_info(label)),
        0x0008: DataFile(present),
        0x0009: DataFile(_UNUSED),
    }
    if auth is not None:
        files[0x000A] = DataFile(auth.certificate)
        files[0x000B] = DataFile(auth.ca)
        files[0x0017] = auth.key_file(_AUTH_PIN)
        files[_AUTH_PIN] = auth.secret_file()
    if sign is not None:
        files[0x0001] = DataFile(sign.certificate, frozenset({_SIGN_PASSWORD}))
        files[0x0002] = DataFile(sign.ca)
        files[0x001A] = sign.key_file(_SIGN_PASSWORD)
        files[_SIGN_PASSWORD] = sign.secret_file()
    return Application(JPKI_AID, files)


def token_info(label: str) -> bytes:
    """The token file: a serialized PKCS#11 `CK_TOKEN_INFO` of 160 bytes."""
    unavailable = b"\xff" * 4
    return b"".join(
        (
            padded_label(label),
            b"0" * 31 + b"1",
            b"E16R01NJ".ljust(16),
            b"0000000020500003",
            (0x0000040D).to_bytes(4),
            *(count.to_bytes(4) for count in (1, 0, 1, 0)),
            (16).to_bytes(4),
            (6).to_bytes(4),
            unavailable * 4,
            b"03",
            b"01",
            b"9" * 16,
        )
    )


def text_application(person: Person) -> Application:
    """券面事項入力補助AP, with its own access rules.

    Its integrity record is signed with a key that an authority made for this process certified
    (`authorities`): a virtual card cannot have the real one's.
    """
    number = individual_number_file(person.individual_number)
    four = four_attributes_file(person)
    pin, a, b = _TEXT_PIN, _NUMBER_A, _NUMBER_B
    files: dict[int, File] = {
        0x0001: DataFile(number, frozenset({pin, a})),
        0x0002: DataFile(four, frozenset({pin, b})),
        0x0003: DataFile(_integrity_file(number, four), frozenset({pin, a, b})),
        0x0004: DataFile(_certificate_file()),
        0x0005: DataFile(_basic_information()),
        0x0008: DataFile(_UNUSED),
        _TEXT_PIN: SecretFile(person.pin, 3, 3),
        0x0012: SecretFile(b"", 3, 0),
        0x0013: KeyFile(_card_key),
        _NUMBER_A: SecretFile(person.individual_number.encode(), _NUMBER_TRIES, _NUMBER_TRIES),
        _NUMBER_B: SecretFile(person.number_b.encode(), _NUMBER_TRIES, _NUMBER_TRIES),
    }
    return Application(TEXT_AID, files, own_key=0x0013)


def individual_number_file(number: str) -> bytes:
    """EF 0001: the tagged number and two bytes of filler, 17 bytes in all."""
    return encode_tlv(0xFF10, number.encode()) + b"\xff\xff"


def four_attributes_file(person: Person) -> bytes:
    """EF 0002: a table of offsets from the start of the file, then name, address, birth, sex."""
    values = (person.name, person.address, person.birth, person.sex)
    parts = [encode_tlv(0xDF22 + i, value.encode()) for i, value in enumerate(values)]
    table_size = 3 + 2 * len(parts)
    body = table_size + sum(len(part) for part in parts)
    first = len(encode_tlv(0xFF20, bytes(body))) - body + table_size
    offsets = [first + sum(map(len, parts[:i])) for i in range(len(parts))]
    table = encode_tlv(0xDF21, b"".join(offset.to_bytes(2) for offset in offsets))
    return encode_tlv(0xFF20, table + b"".join(parts))


def encode_tlv(tag: int, value: bytes) -> bytes:
    """BER with a two-byte tag. Source: ITU-T X.690, 8.1."""
    length = len(value)
    if length < _LONG:
        head = bytes([length])
    else:
        size = (length.bit_length() + 7) // 8
        head = bytes([_LONG | size]) + length.to_bytes(size)
    return tag.to_bytes(2) + head + value


def _integrity_file(number: bytes, four: bytes) -> bytes:
    """EF 0003: digests of both files, signed. The second covers what follows the offset table."""
    attributes = four[int.from_bytes(four[four.index(b"\xdf\x21") + 3 :][:2]) :]
    digests = encode_tlv(0xDF31, hashlib.sha256(number).digest())
    digests += encode_tlv(0xDF32, hashlib.sha256(attributes).digest())
    block = SHA256_DIGEST_INFO + hashlib.sha256(digests).digest()
    signature = _issuer_key().sign(block, padding.PKCS1v15(), NoDigestInfo())
    return encode_tlv(0xFF30, digests + encode_tlv(0xDF33, signature))


def authorities() -> dict[bytes, int]:
    """Who signs the virtual cards' certificates, as a verifier must know it: key id -> modulus."""
    return {_AUTHORITY_ID: _authority_key().public_key().public_numbers().n}


def _certificate_file() -> bytes:
    """EF 0004: key ids of issuer and subject and the key that signs EF 0003, then the signature."""
    numbers = _issuer_key().public_key().public_numbers()
    key = b"\x90\x03" + numbers.e.to_bytes(3) + b"\x91\x82\x01\x00" + numbers.n.to_bytes(256)
    body = _AUTHORITY_ID + _ISSUER_ID + key
    signature = _authority_key().sign(body, padding.PKCS1v15(), hashes.SHA256())
    return encode_tlv(0x7F21, encode_tlv(0x5F4E, body) + encode_tlv(0x5F37, signature))


def card_ap_application(aid: bytes, layout: CardApLayout) -> Application:
    """A municipality's own application: a PIN, and the user's id behind it."""
    secret = SecretFile(layout.pin, layout.tries, layout.left)
    user = DataFile(layout.user_id, frozenset({layout.pin_file}))
    return Application(aid, {layout.pin_file: secret, layout.id_file: user})


def _basic_information() -> bytes:
    key_identifier = b"6000033".ljust(16, b"0")
    body = encode_tlv(0xDF41, bytes.fromhex("01030e01")) + encode_tlv(0xDF42, key_identifier)
    return encode_tlv(0xFF40, body)


@cache
def _authority_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@cache
def _issuer_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@cache
def _card_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)
