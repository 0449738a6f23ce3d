"""Keys made, read and written: `crypto.keys`."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, x25519

from center.pki.description import KEY_KINDS
from center.pki.issue import make_key
from crypto.keys import make_visit_keys, private_from_pem, private_to_pem
from tests.crypto.test_certificates import refused


def test_a_visits_keys_are_fresh_and_their_public_halves_raw() -> None:
    one, other = make_visit_keys(), make_visit_keys()
    assert len({one.sign_public, one.seal_public, other.sign_public, other.seal_public}) == 4
    assert ed25519.Ed25519PublicKey.from_public_bytes(one.sign_public) == one.sign.public_key()
    assert x25519.X25519PublicKey.from_public_bytes(one.seal_public) == one.seal.public_key()
    assert repr(one) == "VisitKeys()"


@pytest.mark.parametrize("kind", KEY_KINDS)
def test_pem_comes_back(kind: str) -> None:
    key = make_key(kind)
    assert private_from_pem(private_to_pem(key)).public_key() == key.public_key()


def test_what_is_no_key_of_ours() -> None:
    foreign = x25519.X25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    locked = make_key("ed25519").private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"word"),
    )
    for pem in (b"", b"secret", foreign, locked):
        assert refused(lambda pem=pem: private_from_pem(pem)) == "key.unreadable"  # type: ignore[misc]
