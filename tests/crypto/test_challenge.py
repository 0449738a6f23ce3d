"""What a card signs: `crypto.challenge`."""

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from hypothesis import given
from hypothesis import strategies as st

from crypto.challenge import check_card_signature, digest_info, statement_digest
from crypto.pae import pae
from drivers.card.tables import SHA256_DIGEST_INFO
from tests.center.pki.demo import card_certificate, card_key, certificate
from tests.crypto.test_certificates import refused

FAILURE = "auth.bad_signature"
STATEMENT = b'{"visit":"x"}'


def signed(digest: bytes, name: str = "yamada-taro") -> bytes:
    key = card_key(name)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key.sign(digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))


def test_the_digest_is_of_this_type_of_statement() -> None:
    assert statement_digest(STATEMENT) == hashlib.sha256(pae("visit-auth/1", STATEMENT)).digest()


def test_the_digest_info_is_what_the_standard_prints() -> None:
    prefix = bytes.fromhex("30 31 30 0d 06 09 60 86 48 01 65 03 04 02 01 05 00 04 20")
    assert digest_info(bytes(32)) == prefix + bytes(32)
    assert len(digest_info(bytes(32))) == 0x33


@pytest.mark.parametrize("size", [0, 20, 31, 33, 64])
def test_nothing_else_is_wrapped(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        digest_info(bytes(size))


def test_a_card_that_pads_our_digest_info_makes_a_signature_that_holds() -> None:
    """Raw RSA over the padded block, as the card does it."""
    key = card_key("yamada-taro")
    assert isinstance(key, rsa.RSAPrivateKey)
    digest, numbers = statement_digest(STATEMENT), key.private_numbers()
    block = b"\x00\x01" + b"\xff" * (256 - 3 - 51) + b"\x00" + digest_info(digest)
    value = pow(int.from_bytes(block, "big"), numbers.d, numbers.public_numbers.n)
    card = card_certificate("yamada-taro")
    check_card_signature(card, digest, value.to_bytes(256, "big"), FAILURE)


def test_another_statement_another_card_another_key() -> None:
    digest, card = statement_digest(STATEMENT), card_certificate("yamada-taro")
    signature = signed(digest)
    check_card_signature(card, digest, signature, FAILURE)
    wrong = (
        (card, statement_digest(b"{}"), signature),
        (card_certificate("yamada-hanako"), digest, signature),
        (certificate("terminal"), digest, signature),
        (card, digest, signature[:-1]),
        (card, digest, signature + b"\0"),
        (card, digest[:-1], signature),
    )
    for one, what, by in wrong:
        failure = refused(lambda a=one, b=what, c=by: check_card_signature(a, b, c, FAILURE))  # type: ignore[misc]
        assert failure == FAILURE


@given(st.binary(max_size=300))
def test_any_bytes_are_no_signature(data: bytes) -> None:
    card, digest = card_certificate("yamada-taro"), statement_digest(STATEMENT)
    assert refused(lambda: check_card_signature(card, digest, data, FAILURE)) == FAILURE


def test_the_driver_builds_the_same_digest_info() -> None:
    """Two homes by design, since drivers and crypto do not know one another."""
    assert digest_info(bytes(32)) == SHA256_DIGEST_INFO + bytes(32)
