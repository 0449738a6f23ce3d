"""Where the demo's state lies on the disk. Paths only; nothing is read or written here."""

import os
from dataclasses import dataclass
from pathlib import Path

import center

STATE_VARIABLE = "KIOSK_DEMO_STATE"


@dataclass(frozen=True, slots=True)
class State:
    """The demo's state directory."""

    root: Path

    def directory(self, name: str) -> Path:
        """Of the authority or certificate `name` of `pki.toml`."""
        return self.root / "pki" / name

    def key(self, name: str) -> Path:
        """Private key (PEM, mode 0600)."""
        return self.directory(name) / "key.pem"

    def certificate(self, name: str) -> Path:
        """Certificate (PEM)."""
        return self.directory(name) / "cert.pem"

    def identity(self, name: str) -> Path:
        """Certificate and key of the terminal `name` in one file (PEM, mode 0600), short-lived:
        the terminal replaces it before it runs out."""
        return self.directory(name) / "identity.pem"

    def trust(self, name: str) -> Path:
        """Roots (PEM bundle, public) of the family `name`; "jpki-auth": all generations."""
        return self.root / "trust" / f"{name}.pem"

    def crl(self, name: str) -> Path:
        """Revocation list (DER, public) of the root `name`."""
        return self.root / "trust" / f"{name}.crl"

    def card(self, name: str) -> Path:
        """Directory of the virtual card `name`: `card.toml`, keys and certificates."""
        return self.root / "cards" / name

    def index(self, name: str) -> Path:
        """What the authority `name` has issued and revoked: OpenSSL's `index.txt`.

        The OCSP responder reads it at every question, so it may change any time.
        """
        return self.directory(name) / "index.txt"

    def ocsp(self, name: str) -> str:
        """Name of the certificate that answers about revocation for the authority `name`."""
        return f"{name}-ocsp"

    @property
    def scramble(self) -> Path:
        """Directory of the keys of scramble images; nothing in it is ever deleted."""
        return self.root / "scramble"

    @property
    def lock(self) -> Path:
        """Held while the PKI is made, so that two makers do not mix."""
        return self.root / ".making"


def default_state() -> State:
    """The state directory in KIOSK_DEMO_STATE, else `demo-state` beside this package's tree."""
    stated = os.environ.get(STATE_VARIABLE)
    return State(Path(stated) if stated else Path(center.__path__[0]).parent / "demo-state")
