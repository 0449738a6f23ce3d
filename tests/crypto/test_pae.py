"""What is signed says of which type it is: `crypto.pae`."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from crypto.pae import digest, pae

ONE = st.tuples(st.text(max_size=12), st.binary(max_size=12))


def test_the_bytes() -> None:
    assert pae("a/1", b"xy") == (
        b"KSK1" b"\0\0\0\0\0\0\0\x03" b"a/1" b"\0\0\0\0\0\0\0\x02" b"xy"
    )  # fmt: skip


def test_the_digest_is_sha256_of_that() -> None:
    assert digest("a/1", b"xy") == hashlib.sha256(pae("a/1", b"xy")).digest()


@given(one=ONE, other=ONE)
def test_two_messages_never_look_alike(one: tuple[str, bytes], other: tuple[str, bytes]) -> None:
    assert (pae(*one) == pae(*other)) == (one == other)


@given(name=st.text(max_size=8), body=st.binary(max_size=8), cut=st.integers(0, 16))
def test_moving_the_border_between_type_and_body_shows(name: str, body: bytes, cut: int) -> None:
    whole = name.encode() + body
    try:
        moved = (whole[:cut].decode(), whole[cut:])
    except UnicodeDecodeError:
        return
    assert moved == (name, body) or pae(*moved) != pae(name, body)
