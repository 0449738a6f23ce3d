"""Keys of the scramble image: masters with ids that never die, and what is derived from them.

A certificate may be asked about decades after it was issued, so a master is never deleted:
a new one takes over issuing, the old ones go on opening. Masters exist at the centre and at the
inquiry site only; a terminal never needs one.

Source: RFC 5869 (HKDF), NIST SP 800-38D (GCM, nonces).
"""

import os
import secrets
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
HEADER, BASE, FINE, PLACES = "header", "base", "fine", "places"


class KeyUnknown(Exception):
    """The store holds no key of this id."""


class KeyStore(Protocol):
    """Where masters are kept: a directory here, a security module elsewhere."""

    def current(self) -> int:
        """The id of the master with which blocks are made today. Raises KeyUnknown if none."""
        ...

    def derive(self, key_id: int, purpose: bytes) -> bytes:
        """32 bytes for `purpose`, from the master `key_id`. Raises KeyUnknown."""
        ...


class MemoryKeyStore:
    """Masters held in memory: id -> 32 bytes."""

    def __init__(self, masters: dict[int, bytes]) -> None:
        self._masters = dict(masters)

    def __repr__(self) -> str:
        return f"MemoryKeyStore({sorted(self._masters)})"

    def current(self) -> int:
        """The highest id."""
        if not self._masters:
            raise KeyUnknown("There is no key yet; make one first.")
        return max(self._masters)

    def derive(self, key_id: int, purpose: bytes) -> bytes:
        """HKDF-SHA256 of the master with `purpose` as info."""
        try:
            master = self._masters[key_id]
        except KeyError:
            raise KeyUnknown(f"There is no key {key_id} here.") from None
        return HKDF(hashes.SHA256(), KEY_BYTES, None, purpose).derive(master)


class FileKeyStore(MemoryKeyStore):
    """Masters as files of a private directory, one each; there is no way to delete one."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        found = {int(path.stem): path.read_bytes() for path in sorted(directory.glob("*.key"))}
        short = [number for number, master in found.items() if len(master) != KEY_BYTES]
        if short:
            raise ValueError(f"{directory}: key {short[0]} is damaged; restore it from a backup.")
        super().__init__(found)

    def add(self) -> int:
        """Make a master that is used from now on; returns its id."""
        number = max(self._masters, default=0) + 1
        master = secrets.token_bytes(KEY_BYTES)
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._directory / f"{number:08d}.key"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(master)
            file.flush()
            os.fsync(file.fileno())
        self._masters[number] = master
        return number


def purpose(document: str, page: int, layer: str) -> bytes:
    """What a key is for: this layer of this page of this document, and nothing else."""
    parts = (b"scramble/1", document.encode(), str(page).encode(), layer.encode())
    return b"".join(len(part).to_bytes(2, "big") + part for part in parts)


def seal(key: bytes, nonce: bytes, data: bytes, also: bytes = b"") -> bytes:
    """`data` encrypted, and 16 bytes that prove it and `also` unchanged."""
    return AESGCM(key).encrypt(nonce, data, also)


def open_sealed(key: bytes, nonce: bytes, data: bytes, also: bytes = b"") -> bytes:
    """What was sealed. Raises cryptography's InvalidTag when anything differs."""
    return AESGCM(key).decrypt(nonce, data, also)


def nonce_of(sheet: bytes, strip: int) -> bytes:
    """The nonce of a strip: the sheet's random one, with the strip's number in its last byte."""
    return sheet[:-1] + bytes([sheet[-1] ^ (strip + 1)])
