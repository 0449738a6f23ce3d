"""Who is at the other end: a terminal, known from its TLS certificate and from nothing else."""

import functools
from dataclasses import dataclass

from cryptography import x509

from center.http.refusals import NOT_ADMITTED
from center.store.store import Store
from crypto import certificates
from crypto.errors import CheckFailed
from crypto.roles import Role, Trust, check_role


@dataclass(frozen=True, slots=True)
class Terminal:
    """A terminal that is admitted now."""

    name: str
    key: bytes
    """SHA-256 of its TLS public key."""


class Terminals:
    """Asked at every request, also on a connection that has been open for hours."""

    def __init__(self, roots: tuple[x509.Certificate, ...], store: Store) -> None:
        self._trust = Trust(Role.TERMINAL, roots)
        self._store = store

    def admit(self, peer: bytes, at: int) -> Terminal:
        """The terminal behind a TLS certificate (DER).

        Raises CheckFailed `terminal.not_admitted` when it is none, is out of date, or blocked.
        """
        try:
            certificate = _parse(peer)
            (name,) = check_role(certificate, self._trust, at).names
        except CheckFailed as refused:
            raise CheckFailed(NOT_ADMITTED, str(refused)) from None
        if self._store.blocked(name):
            raise CheckFailed(NOT_ADMITTED, "it is blocked")
        return Terminal(name, certificates.key_hash(certificate.public_key()))


@functools.lru_cache(maxsize=1024)
def _parse(peer: bytes) -> x509.Certificate:
    return certificates.parse(peer, NOT_ADMITTED)
