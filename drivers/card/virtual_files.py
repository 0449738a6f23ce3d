"""What a virtual card holds: applications, files, secrets with counters, keys. No wire, no clock.

Source: ISO/IEC 7816-4 (2020), 7.2 and 9; the card's own behaviour as soltia48/myna-card
measured it on test cards (counters, lock, prefix selection).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo, Prehashed

from drivers.card.tables import DIGEST_LENGTH, Sw

_SECRET_LIMIT = 16
_BLOCK_LIMIT = 245
"""256 bytes of RSA-2048 less the 11 that PKCS#1 v1.5 block type 1 needs."""


class Refused(Exception):
    """The command ends with this status word."""

    def __init__(self, sw: int) -> None:
        self.sw = sw
        super().__init__(f"{sw:04X}")


@dataclass(slots=True)
class SecretFile:
    """An internal file with a secret and its counter."""

    secret: bytes = field(repr=False)
    limit: int
    left: int

    def ask(self) -> int:
        """Status word of a VERIFY without data: the tries left; costs none."""
        return Sw.TRIES_LEFT | self.left

    def verify(self, entry: bytes) -> int:
        """Status word of one entry. A blocked secret stays blocked even for the right entry."""
        if len(entry) > _SECRET_LIMIT:
            return Sw.WRONG_LENGTH
        if self.left == 0:
            return Sw.REFERENCE_BLOCKED
        if entry == self.secret:
            self.left = self.limit
            return Sw.OK
        self.left -= 1
        return Sw.TRIES_LEFT | self.left

    def change(self, secret: bytes) -> None:
        """Set a new secret of 1 to 16 bytes."""
        if not 0 < len(secret) <= _SECRET_LIMIT:
            raise Refused(Sw.WRONG_LENGTH)
        self.secret = secret


@dataclass(frozen=True, slots=True)
class DataFile:
    """A transparent file; `opened_by` names the secrets of which one must be verified."""

    content: bytes = field(repr=False)
    opened_by: frozenset[int] = frozenset()

    def read(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes; at the end of the file fewer, past it `6B00`."""
        if offset >= len(self.content):
            raise Refused(Sw.WRONG_OFFSET)
        return self.content[offset : offset + length]


@dataclass(frozen=True, slots=True)
class KeyFile:
    """An internal file with an RSA key. `make` is called at the first use."""

    make: Callable[[], rsa.RSAPrivateKey] = field(repr=False)
    opened_by: frozenset[int] = frozenset()

    def sign(self, scheme: int, data: bytes) -> bytes:
        """The signature under one of the card's schemes (P1 of `80 2A`)."""
        sign = _SCHEMES.get(scheme)
        if sign is None:
            raise Refused(Sw.WRONG_P1P2)
        return sign(self.make(), data)


def _sign_block(key: rsa.RSAPrivateKey, data: bytes) -> bytes:
    if not 0 < len(data) <= _BLOCK_LIMIT:
        raise Refused(Sw.WRONG_LENGTH)
    return key.sign(data, padding.PKCS1v15(), NoDigestInfo())


def _sign_bare_hash(key: rsa.RSAPrivateKey, data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(data)
    return key.sign(digest.finalize(), padding.PKCS1v15(), NoDigestInfo())


def _sign_hash(key: rsa.RSAPrivateKey, data: bytes) -> bytes:
    return key.sign(_hash_only(data), padding.PKCS1v15(), Prehashed(hashes.SHA256()))


def _sign_message(key: rsa.RSAPrivateKey, data: bytes) -> bytes:
    return key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def _sign_hash_pss(key: rsa.RSAPrivateKey, data: bytes) -> bytes:
    return key.sign(_hash_only(data), _PSS, Prehashed(hashes.SHA256()))


def _sign_message_pss(key: rsa.RSAPrivateKey, data: bytes) -> bytes:
    return key.sign(data, _PSS, hashes.SHA256())


def _hash_only(data: bytes) -> bytes:
    if len(data) != DIGEST_LENGTH:
        raise Refused(Sw.CONDITIONS_OF_USE)
    return data


_PSS = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
_SCHEMES: dict[int, Callable[[rsa.RSAPrivateKey, bytes], bytes]] = {
    0x00: _sign_block,
    0x01: _sign_bare_hash,
    0x02: _sign_hash,
    0x03: _sign_message,
    0x04: _sign_hash_pss,
    0x05: _sign_message_pss,
}
"""P1 of COMPUTE DIGITAL SIGNATURE. Source: myna-card `SignatureScheme`, every P1 tried."""

File = SecretFile | DataFile | KeyFile


@dataclass(slots=True)
class Application:
    """A dedicated file with its name, its elementary files, and what was verified in it."""

    aid: bytes
    files: dict[int, File]
    own_key: int = 0
    """The file that `80 2A 00 00` signs with, or 0."""
    verified: set[int] = field(default_factory=set)

    def verify(self, identifier: int, entry: bytes) -> int:
        """Status word of a VERIFY against a secret file; sets or clears its security status."""
        file = self.secret(identifier)
        if not entry:
            return file.ask()
        sw = file.verify(entry)
        (self.verified.add if sw == Sw.OK else self.verified.discard)(identifier)
        return sw

    def secret(self, identifier: int) -> SecretFile:
        """The secret in a file, or `6981`."""
        file = self.files[identifier]
        if not isinstance(file, SecretFile):
            raise Refused(Sw.WRONG_FILE_STRUCTURE)
        return file

    def open_data(self, identifier: int) -> DataFile:
        """A readable file, or `6981` (internal file) or `6982` (not verified)."""
        file = self.files[identifier]
        if not isinstance(file, DataFile):
            raise Refused(Sw.WRONG_FILE_STRUCTURE)
        self._demand(file.opened_by)
        return file

    def open_key(self, identifier: int) -> KeyFile:
        """A usable key, or `6981` or `6982`."""
        file = self.files[identifier]
        if not isinstance(file, KeyFile):
            raise Refused(Sw.WRONG_FILE_STRUCTURE)
        self._demand(file.opened_by)
        return file

    def _demand(self, opened_by: frozenset[int]) -> None:
        if opened_by and not opened_by & self.verified:
            raise Refused(Sw.SECURITY_STATUS)
