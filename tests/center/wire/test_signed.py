"""Signed statements: `center.wire.signed`."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given
from hypothesis import strategies as st

from center.wire.canonical import decode, encode
from center.wire.errors import NOT_CANONICAL, WireError
from center.wire.kinds import TYPE_NAMES, Envelope, digest
from center.wire.messages import Application, OpenVisit, Outcome, Person, VisitOpened
from center.wire.signed import Signer, open_by_key, open_signed, sign
from crypto.errors import CheckFailed
from crypto.keys import make_visit_keys
from crypto.pae import pae
from crypto.roles import Role, Trust
from tests.center.pki.demo import AT_S, DAY_S, certificate, key, trust

FAILURE = "visit.bad_signature"
OPENED = VisitOpened(b"v" * 16, b"c" * 32, b"n" * 32, "kiosk-0001", b"k" * 32, "east", AT_S, 300)
PERSON = Person("r", "x")
CENTRES = Role.CENTRE_STATEMENT


def signer(name: str) -> Signer:
    own = key(name)
    assert isinstance(own, ed25519.Ed25519PrivateKey)
    return Signer(own, certificate(name).public_bytes(serialization.Encoding.DER))


def envelope() -> bytes:
    return sign(OPENED, signer("centre-statement"))


def failure(
    data: bytes, cls: type = VisitOpened, trusted: Trust | None = None, at: int = AT_S
) -> str:
    with pytest.raises(CheckFailed) as failed:
        open_signed(cls, data, trusted or trust(CENTRES), at, FAILURE)
    return failed.value.failure


def changed(**parts: bytes) -> bytes:
    was = decode(Envelope, envelope())
    return encode(
        Envelope(
            parts.get("body", was.body),
            parts.get("signature", was.signature),
            parts.get("signer", was.signer),
        )
    )


class TestByCertificate:
    def test_message_digest_and_holder_come_out(self) -> None:
        opened = open_signed(VisitOpened, envelope(), trust(CENTRES), AT_S, FAILURE)
        assert opened.message == OPENED
        assert opened.digest == digest(VisitOpened, encode(OPENED))
        assert opened.holder is not None
        assert opened.holder.names == ("east",)

    def test_the_exact_bytes_are_signed_with_their_type(self) -> None:
        sent = decode(Envelope, envelope())
        public = certificate("centre-statement").public_key()
        assert isinstance(public, ed25519.Ed25519PublicKey)
        public.verify(sent.signature, pae("visit-opened/1", encode(OPENED)))
        assert sent.body == encode(OPENED)

    def test_another_type_with_the_same_fields(self) -> None:
        """A statement of one type is none of any other, whatever its bytes."""
        for cls in TYPE_NAMES:
            if cls is not VisitOpened:
                assert failure(envelope(), cls) == FAILURE

    @pytest.mark.parametrize("role", [each for each in Role if each is not CENTRES])
    def test_another_role_is_expected(self, role: Role) -> None:
        assert failure(envelope(), trusted=trust(role)) == FAILURE

    def test_a_municipality_is_not_the_centre(self) -> None:
        theirs = sign(OPENED, signer("municipality-statement"))
        assert failure(theirs) == FAILURE
        role = Role.MUNICIPALITY_STATEMENT
        assert open_signed(VisitOpened, theirs, trust(role), AT_S, FAILURE).message == OPENED

    def test_a_key_that_is_not_ed25519(self) -> None:
        der = certificate("terminal").public_bytes(serialization.Encoding.DER)
        forged = changed(signer=der)
        assert failure(forged, trusted=trust(Role.TERMINAL)) == FAILURE

    def test_somebody_elses_certificate(self) -> None:
        stranger = Signer(
            ed25519.Ed25519PrivateKey.generate(), signer("centre-statement").certificate
        )
        assert failure(sign(OPENED, stranger)) == FAILURE

    def test_no_certificate(self) -> None:
        assert failure(changed(signer=b"")) == FAILURE

    def test_after_the_certificates_end(self) -> None:
        assert failure(envelope(), at=AT_S + 800 * DAY_S) == FAILURE

    def test_one_bit_of_body_and_signature(self) -> None:
        was = decode(Envelope, envelope())
        for position in range(0, len(was.body), 7):
            body = bytearray(was.body)
            body[position] ^= 1
            assert failure(changed(body=bytes(body))) == FAILURE
        assert failure(changed(signature=was.signature[:-1] + b"\0")) == FAILURE
        assert failure(changed(signature=b"")) == FAILURE

    @given(st.binary(max_size=200))
    def test_any_bytes(self, data: bytes) -> None:
        with pytest.raises(WireError):
            open_signed(VisitOpened, data, trust(CENTRES), AT_S, FAILURE)

    def test_signed_and_still_not_canonical(self) -> None:
        own = signer("centre-statement")
        body = encode(OPENED).replace(b":", b": ", 1)
        signature = own.key.sign(pae("visit-opened/1", body))
        assert failure(changed(body=body, signature=signature)) == NOT_CANONICAL

    def test_nothing_secret_shows(self) -> None:
        assert repr(signer("centre-statement")) == "Signer()"


class TestByTheVisitsKey:
    KEYS = make_visit_keys()

    def test_it_opens(self) -> None:
        data = sign(PERSON, Signer(self.KEYS.sign))
        opened = open_by_key(Person, data, self.KEYS.sign_public, FAILURE)
        assert (opened.message, opened.holder) == (PERSON, None)

    def refused(self, data: bytes, public: bytes, cls: type = Person) -> bool:
        with pytest.raises(CheckFailed) as failed:
            open_by_key(cls, data, public, FAILURE)
        return failed.value.failure == FAILURE

    def test_another_visits_key(self) -> None:
        data = sign(PERSON, Signer(self.KEYS.sign))
        assert self.refused(data, make_visit_keys().sign_public)

    def test_what_is_no_key(self) -> None:
        data = sign(PERSON, Signer(self.KEYS.sign))
        assert self.refused(data, b"short")
        assert self.refused(data, self.KEYS.seal_public)

    def test_another_type(self) -> None:
        data = sign(PERSON, Signer(self.KEYS.sign))
        for cls in (Application, OpenVisit, Outcome):
            assert self.refused(data, self.KEYS.sign_public, cls)

    def test_a_certificate_where_none_belongs(self) -> None:
        data = sign(PERSON, Signer(self.KEYS.sign, b"x"))
        assert self.refused(data, self.KEYS.sign_public)
