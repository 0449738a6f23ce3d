"""Sealing to one visit: `center.wire.sealed`."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from center.wire.errors import NOT_CANONICAL, TOO_LARGE, WireError
from center.wire.kinds import SMALL_BYTES
from center.wire.messages import OpenVisit, Person, SealedOffers
from center.wire.sealed import OVERHEAD_BYTES, open_sealed, seal
from crypto.errors import CheckFailed
from crypto.keys import make_visit_keys
from tests.center.wire.messages_of import messages_of

KEYS = make_visit_keys()
FAILURE = "offers.not_for_us"
PERSON = Person("r1", "葛\U000e0100城　淳")
CONTEXT = b"visit"
SEALED = seal(PERSON, KEYS.seal_public, CONTEXT)


def refused(sealed: bytes, cls: type = Person, context: bytes = CONTEXT) -> str:
    with pytest.raises(CheckFailed) as failed:
        open_sealed(cls, sealed, KEYS.seal, context, FAILURE)
    return failed.value.failure


@given(message=messages_of(SealedOffers), context=st.binary(max_size=40))
def test_it_comes_back(message: SealedOffers, context: bytes) -> None:
    sealed = seal(message, KEYS.seal_public, context)
    assert open_sealed(SealedOffers, sealed, KEYS.seal, context, FAILURE) == message


def test_it_shows_nothing_but_its_length() -> None:
    assert PERSON.name.encode() not in SEALED
    assert len(SEALED) == len('{"name":"","ref":"r1"}') + len(PERSON.name.encode()) + OVERHEAD_BYTES


def test_twice_is_not_the_same() -> None:
    assert seal(PERSON, KEYS.seal_public, CONTEXT) != SEALED


def test_another_visit() -> None:
    with pytest.raises(CheckFailed, match=FAILURE):
        open_sealed(Person, SEALED, X25519PrivateKey.generate(), CONTEXT, FAILURE)


def test_another_context() -> None:
    assert refused(SEALED, context=b"other visit") == FAILURE


def test_another_type() -> None:
    assert refused(SEALED, cls=OpenVisit) == FAILURE


@given(position=st.integers(0, len(SEALED) - 1), bit=st.integers(0, 7))
def test_one_bit(position: int, bit: int) -> None:
    altered = bytearray(SEALED)
    altered[position] ^= 1 << bit
    assert refused(bytes(altered)) == FAILURE


def test_the_bit_that_x25519_ignores() -> None:
    """RFC 7748 §5 masks the top bit of a key; RFC 9180 hashes the bytes as they were sent."""
    altered = bytearray(SEALED)
    altered[31] ^= 0x80
    assert refused(bytes(altered)) == FAILURE


@given(st.binary(max_size=100))
def test_any_bytes(data: bytes) -> None:
    assert refused(data) == FAILURE


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(32), b"\x01" + bytes(31)])
def test_a_key_nobody_can_be_sealed_to(key: bytes) -> None:
    with pytest.raises(WireError, match=NOT_CANONICAL):
        seal(PERSON, key, CONTEXT)


def test_what_is_too_large_says_so() -> None:
    with pytest.raises(WireError, match=TOO_LARGE):
        seal(Person("r", "x" * SMALL_BYTES), KEYS.seal_public, CONTEXT)
