"""The real driver, a real pcscd, and the virtual card behind it."""

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from drivers.card.contract import CardKind, Presence, Secret
from drivers.card.pcsc import PcscCardReader
from drivers.card.vpcd import VirtualSlot
from tests.drivers.card.conftest import MakeFile
from tests.drivers.card.issued import Issued
from tests.drivers.card.waiting import wait_for, wait_until_unpowered

pytestmark = pytest.mark.daemon

STATEMENT = b"visit-auth/1 for a test"
DIGEST = hashlib.sha256(STATEMENT).digest()


def check(issued: Issued, signature: bytes) -> None:
    public = issued.key.public_key()
    public.verify(signature, STATEMENT, padding.PKCS1v15(), hashes.SHA256())


def test_identify_and_authenticate(
    reader: PcscCardReader, slot: VirtualSlot, card_file: MakeFile, auth: Issued
) -> None:
    card = card_file().make()
    slot.insert(card)
    wait_for(reader, Presence.CARD)
    identity = reader.identify()
    assert identity.kind is CardKind.MY_NUMBER
    assert identity.certificate == auth.der
    assert identity.tries_left == 3
    pin = Secret(b"1234")
    signed = reader.authenticate(pin, identity.certificate, DIGEST)
    check(auth, signed.signature)
    assert pin.open() == b""
    assert card.is_verified
    reader.release()
    wait_until_unpowered(card)
