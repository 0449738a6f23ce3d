"""Layer 0: what it says is what the centre signed, or it says nothing."""

import dataclasses
import zlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from center.antiforgery.scramble.header import (
    BYTES,
    CentreKey,
    Header,
    HeaderRefused,
    Outside,
    SignatureRefused,
    digest,
    open_header,
    read_outside,
    write,
)  # fmt: skip
from center.antiforgery.scramble.keys import KeyUnknown, MemoryKeyStore
from tests.center.antiforgery.scramble.sheets import KEYS, SIGNERS, SIGNING

OUTSIDE = Outside(2, SIGNING.name, "ABCD-EFGH-JKLM-NPQR", 1, 3, bytes(12))
HEADER = Header(
    OUTSIDE, 1_795_000_000, "131016", 100, tuple(range(16)), tuple(range(16, 32)),
    tuple(digest("base", n, b"x") for n in range(32)), "住民票\n世帯主　架空　太郎",
)  # fmt: skip


def test_it_comes_back() -> None:
    data = write(HEADER, KEYS, SIGNING)
    assert len(data) == BYTES
    assert read_outside(data) == OUTSIDE
    assert open_header(data, KEYS, SIGNERS) == HEADER


def test_without_a_fine_image() -> None:
    bare = dataclasses.replace(HEADER, fine=(), digests=HEADER.digests[:16])
    opened = open_header(write(bare, KEYS, SIGNING), KEYS, SIGNERS)
    assert opened.fine == ()
    assert opened.digests[:16] == bare.digests


def test_a_long_text_is_cut_and_said_to_be() -> None:
    text = "".join(chr(0x4E00 + 7919 * n % 20000) for n in range(6000))
    opened = open_header(
        write(dataclasses.replace(HEADER, text=text), KEYS, SIGNING), KEYS, SIGNERS
    )
    assert not opened.text_is_whole
    assert text.startswith(opened.text)
    assert len(opened.text) > 700


def mended(data: bytes) -> bytes:
    """With a checksum that fits: what somebody would do who changes a block on purpose."""
    return data[:-4] + zlib.crc32(data[:-4]).to_bytes(4, "big")


@pytest.mark.parametrize("at", [7, 20, 40, 48, 60, 700, BYTES - 10])
def test_one_changed_byte_is_refused(at: int) -> None:
    """Key id and document (the key is another), nonce, page, signature, text, tag."""
    data = bytearray(write(HEADER, KEYS, SIGNING))
    data[at] ^= 1
    assert read_outside(bytes(data)) is None
    with pytest.raises((HeaderRefused, KeyUnknown)):
        open_header(mended(bytes(data)), KEYS, SIGNERS)


def test_whoever_holds_the_symmetric_keys_alone_can_make_no_block() -> None:
    thief = CentreKey(Ed25519PrivateKey.from_private_bytes(bytes(32)))
    claimed = dataclasses.replace(HEADER, outside=dataclasses.replace(OUTSIDE, signer=thief.name))
    with pytest.raises(SignatureRefused):
        open_header(write(claimed, KEYS, thief), KEYS, SIGNERS)
    with pytest.raises(SignatureRefused):
        open_header(write(HEADER, KEYS, thief), KEYS, SIGNERS)


def test_a_key_that_is_not_there() -> None:
    with pytest.raises(KeyUnknown):
        open_header(write(HEADER, KEYS, SIGNING), MemoryKeyStore({1: bytes(32)}), SIGNERS)
