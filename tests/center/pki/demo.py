"""One demo PKI for all tests that need certificates: made once a run, thrown away at its end."""

import atexit
import datetime
import functools
import shutil
import tempfile
from pathlib import Path

from cryptography import x509

from center.pki.layout import State
from center.pki.make import make
from crypto.certificates import parse_pem_bundle
from crypto.keys import PrivateKey, private_from_pem
from crypto.roles import Role, Trust

AT = datetime.datetime(2026, 11, 20, 1, 0, tzinfo=datetime.UTC)
AT_S = int(AT.timestamp())
DAY_S = 86400

ROOT_OF = {
    Role.TERMINAL: "terminals",
    Role.CENTRE_TLS: "centre-tls",
    Role.CENTRE_CLIENT: "centre-tls",
    Role.CENTRE_STATEMENT: "centre-statements",
    Role.MUNICIPALITY_TLS: "municipalities-tls",
    Role.MUNICIPALITY_STATEMENT: "municipalities",
    Role.MUNICIPALITY_DOCUMENT: "municipalities",
    Role.STAFF: "staff",
    Role.UPDATE: "update",
}


@functools.cache
def demo_state() -> State:
    """The PKI at `AT`. Shared: whoever changes files copies it first."""
    root = Path(tempfile.mkdtemp(prefix="k"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    state = State(root)
    make(state, AT)
    return state


@functools.cache
def certificate(name: str) -> x509.Certificate:
    return parse_pem_bundle(demo_state().certificate(name).read_bytes())[0]


@functools.cache
def key(name: str) -> PrivateKey:
    return private_from_pem(demo_state().key(name).read_bytes())


@functools.cache
def card_certificate(name: str) -> x509.Certificate:
    return parse_pem_bundle((demo_state().card(name) / "auth-cert.pem").read_bytes())[0]


@functools.cache
def card_key(name: str) -> PrivateKey:
    return private_from_pem((demo_state().card(name) / "auth-key.pem").read_bytes())


@functools.cache
def generations() -> tuple[x509.Certificate, ...]:
    return parse_pem_bundle(demo_state().trust("jpki-auth").read_bytes())


def trust(role: Role) -> Trust:
    return Trust(role, (certificate(ROOT_OF[role]),))
