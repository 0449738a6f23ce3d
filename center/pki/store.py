"""Keys and certificates on the disk: kept while they hold, made anew when they do not.

Every file appears whole or not at all, so a maker that was killed is simply run again.
"""

import contextlib
import fcntl
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from center.pki.issue import make_key
from center.pki.layout import State
from crypto.keys import PrivateKey, private_to_pem

SECRET = 0o600
PUBLIC = 0o644
Accept = Callable[[x509.Certificate], bool]
Issue = Callable[[PrivateKey], x509.Certificate]


def write_file(path: Path, content: bytes, mode: int = PUBLIC) -> None:
    """Put `content` at `path` in one step; nothing is written when it is there already."""
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    partial.replace(path)


def certificate_pem(certificate: x509.Certificate) -> bytes:
    """PEM of `certificate`."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def keep_or_make(
    files: tuple[Path, Path], kind: str, accept: Accept, issue: Issue
) -> tuple[PrivateKey, x509.Certificate]:
    """The key and certificate in `files`, if they fit and `accept` says so, else new ones."""
    kept = _kept(files)
    if kept is not None and accept(kept[1]):
        return kept
    key = make_key(kind)
    certificate = issue(key)
    write_file(files[0], private_to_pem(key), SECRET)
    write_file(files[1], certificate_pem(certificate))
    return key, certificate


@contextlib.contextmanager
def making(state: State) -> Iterator[None]:
    """Hold the state directory: another maker waits until this one is done."""
    state.root.mkdir(parents=True, exist_ok=True)
    with state.lock.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _kept(files: tuple[Path, Path]) -> tuple[PrivateKey, x509.Certificate] | None:
    try:
        # These keys were made here, so the costly proof of their consistency adds nothing.
        key = serialization.load_pem_private_key(
            files[0].read_bytes(), None, unsafe_skip_rsa_key_validation=True
        )
        certificate = x509.load_pem_x509_certificate(files[1].read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    if not isinstance(key, PrivateKey) or key.public_key() != certificate.public_key():
        return None
    return key, certificate
