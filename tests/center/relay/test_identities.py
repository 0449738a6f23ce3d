"""A terminal's next certificate: for itself, for a key of its own, and for nobody else."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from center import demo
from center.clock import utc_seconds
from center.relay.identities import VALID_DAYS
from center.wire.canonical import decode, encode
from center.wire.endpoints import RENEW
from center.wire.messages import RenewedIdentity, RenewIdentity
from crypto.keys import private_from_pem
from crypto.roles import Role, Trust, check_role
from tests.center.conftest import RunningCentre
from tests.center.software_terminal import Answer, Line

pytestmark = pytest.mark.daemon

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


def request(key: Key, name: str = "") -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)] if name else [])
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    made = x509.CertificateSigningRequestBuilder(subject).sign(key, algorithm)
    return made.public_bytes(Encoding.DER)


def ask(line: Line, der: bytes) -> Answer:
    return line.post(RENEW, encode(RenewIdentity(der)))


@pytest.fixture
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def test_for_who_asks_whatever_the_request_calls_itself(
    centre: RunningCentre, line: Line, key: ec.EllipticCurvePrivateKey
) -> None:
    answer = ask(line, request(key, "kiosk-0002"))
    made = x509.load_der_x509_certificate(decode(RenewedIdentity, answer.body).certificate)
    trust = Trust(Role.TERMINAL, demo._roots(centre.state, "terminals"))
    assert check_role(made, trust, utc_seconds(centre.clock)).names == ("kiosk-0001",)
    assert made.public_key() == key.public_key()
    assert (made.not_valid_after_utc - made.not_valid_before_utc).days == VALID_DAYS


def test_the_key_in_use_is_no_next_key(centre: RunningCentre, line: Line) -> None:
    used = private_from_pem(centre.state.key("terminal").read_bytes())
    assert isinstance(used, ec.EllipticCurvePrivateKey)
    assert ask(line, request(used)).failure == "identity.key_reused"


@pytest.mark.parametrize(
    "other",
    [
        rsa.generate_private_key(65537, 2048),
        ed25519.Ed25519PrivateKey.generate(),
        ec.generate_private_key(ec.SECP384R1()),
    ],
    ids=["rsa", "ed25519", "p-384"],
)
def test_other_kinds_of_key(line: Line, other: Key) -> None:
    answer = ask(line, request(other))
    assert (answer.status, answer.failure) == (400, "identity.request_invalid")


def test_a_request_its_key_did_not_sign(line: Line, key: ec.EllipticCurvePrivateKey) -> None:
    """Whoever holds no key gets no certificate for it."""
    der = bytearray(request(key))
    der[-1] ^= 1
    assert ask(line, bytes(der)).failure == "identity.request_invalid"
    assert ask(line, b"\x30\x00").failure == "identity.request_invalid"


def test_a_blocked_terminal_gets_none(
    centre: RunningCentre, line: Line, key: ec.EllipticCurvePrivateKey
) -> None:
    store = centre.store()
    store.block("kiosk-0001", "A. Clerk", 0)
    store.close()
    assert ask(line, request(key)).failure == "terminal.not_admitted"
