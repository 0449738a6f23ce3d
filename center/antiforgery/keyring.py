"""The centre's keys for scramble images, as a directory: masters, a signing key, public keys.

`masters/` holds symmetric keys by id, `signing.pem` the key that signs blocks today, `signers/`
the public half of every key that ever did. Nothing here is ever deleted: a certificate may be
asked about decades later. The inquiry site needs masters and signers, and never the signing key.
"""

import fcntl
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from center.antiforgery.scramble.header import CentreKey, signer_name
from center.antiforgery.scramble.keys import FileKeyStore, KeyStore

Signers = Mapping[bytes, Ed25519PublicKey]


@dataclass(frozen=True, slots=True)
class Keyring:
    """What blocks are made with and read with."""

    keys: KeyStore = field(repr=False)
    signing: CentreKey = field(repr=False)
    signers: Signers = field(repr=False)


def open_keyring(directory: Path) -> Keyring:
    """The keys of `directory`; the first ones are made there when there are none.

    Raises ValueError for a key that is damaged.
    """
    masters, signing = directory / "masters", directory / "signing.pem"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (directory / ".making").open("w") as lock:
        # Two processes that begin at once must not make two first keys.
        fcntl.flock(lock, fcntl.LOCK_EX)
        store = FileKeyStore(masters)
        if not any(masters.glob("*.key")):
            store.add()
        if not signing.exists():
            _make_signing(directory, signing)
    private = load_pem_private_key(signing.read_bytes(), None)
    if not isinstance(private, Ed25519PrivateKey):
        raise ValueError(f"{signing} is no Ed25519 key; restore it from a backup.")  # noqa: TRY004  # a file's content is a value
    return Keyring(store, CentreKey(private), open_readers(directory)[1])


def open_readers(directory: Path) -> tuple[KeyStore, Signers]:
    """What is needed to read blocks. Raises ValueError for a key that is damaged."""
    public = [
        Ed25519PublicKey.from_public_bytes(path.read_bytes())
        for path in sorted((directory / "signers").glob("*.pub"))
    ]
    return FileKeyStore(directory / "masters"), {signer_name(key): key for key in public}


def _make_signing(directory: Path, path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    public = key.public_key()
    signers = directory / "signers"
    signers.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The public half first: whatever is signed can be checked.
    (signers / f"{signer_name(public).hex()}.pub").write_bytes(public.public_bytes_raw())
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.flush()
        os.fsync(file.fileno())
