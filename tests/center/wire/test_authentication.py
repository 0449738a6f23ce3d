"""The card's part of a visit, as terminal, centre and issuing server check it."""

import dataclasses
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from center.wire.authentication import (
    Card,
    CardPolicy,
    card_reference,
    check_authenticate,
    check_certificate,
    open_visit,
    revocation_question,
)
from center.wire.canonical import encode
from center.wire.errors import WireError
from center.wire.kinds import digest
from center.wire.messages import Authenticate, CardStatement, VisitOpened
from center.wire.signed import Opened, sign
from crypto.certificates import Identity
from crypto.challenge import statement_digest
from crypto.errors import CheckFailed
from crypto.keys import make_visit_keys
from crypto.roles import Role
from tests.center.pki.demo import (
    AT_S,
    DAY_S,
    card_certificate,
    card_key,
    certificate,
    demo_state,
    generations,
    trust,
)
from tests.center.wire.test_signed import signer

OPENED = VisitOpened(b"v" * 16, b"c" * 32, b"n" * 32, "kiosk-0001", b"k" * 32, "east", AT_S, 300)
KEYS = make_visit_keys()


def policy() -> CardPolicy:
    return CardPolicy(generations())


def der(name: str) -> bytes:
    return card_certificate(name).public_bytes(serialization.Encoding.DER)


def envelope() -> bytes:
    return sign(OPENED, signer("centre-statement"))


def opened() -> Opened[VisitOpened]:
    return open_visit(envelope(), trust(Role.CENTRE_STATEMENT), AT_S, "visit.unknown")


def statement(of: Card, **changes: Any) -> CardStatement:
    """What an honest terminal makes of this visit and card."""
    right = CardStatement(
        opened=opened().digest, visit=OPENED.visit, challenge=OPENED.challenge,
        terminal=OPENED.terminal, scope="residence",
        card=card_reference(OPENED.visit, of.identity), method="jpki", profile="my_number",
        sign_key=KEYS.sign_public, seal_key=KEYS.seal_public, at=AT_S + 5,
    )  # fmt: skip
    return replace(right, **changes)


def signed(body: bytes, name: str = "yamada-taro") -> Authenticate:
    own = card_key(name)
    assert isinstance(own, rsa.RSAPrivateKey)
    prehashed = Prehashed(hashes.SHA256())
    signature = own.sign(statement_digest(body), padding.PKCS1v15(), prehashed)
    return Authenticate(envelope(), body, signature, der(name))


def honest(**changes: Any) -> Authenticate:
    card = check_certificate(der("yamada-taro"), policy(), AT_S)
    return signed(encode(statement(card, **changes)))


def failure(message: Authenticate, at: int = AT_S + 5) -> str:
    with pytest.raises(CheckFailed) as failed:
        check_authenticate(message, opened(), policy(), at)
    return failed.value.failure


def test_an_honest_visit() -> None:
    message = honest()
    checked = check_authenticate(message, opened(), policy(), AT_S + 5)
    assert checked.card.issuer == certificate("jpki-auth-3")
    assert checked.card.identity.serial == card_certificate("yamada-taro").serial_number
    assert checked.statement.seal_key == KEYS.seal_public
    assert checked.auth == digest(Authenticate, encode(message))


class TestCardReference:
    IDENTITY = Identity(b"i" * 32, 7)

    def test_it_is_another_in_every_visit_and_of_every_card(self) -> None:
        references = {
            card_reference(visit, identity)
            for visit in (b"1" * 16, b"2" * 16)
            for identity in (self.IDENTITY, Identity(b"i" * 32, 8), Identity(b"j" * 32, 7))
        }
        assert len(references) == 6
        assert {len(each) for each in references} == {32}

    def test_it_is_the_same_wherever_it_is_made(self) -> None:
        assert card_reference(b"1" * 16, self.IDENTITY) == card_reference(b"1" * 16, self.IDENTITY)


class TestVisit:
    def test_within_its_time(self) -> None:
        for at in (AT_S, AT_S + 300):
            open_visit(envelope(), trust(Role.CENTRE_STATEMENT), at, "visit.unknown")

    def test_after_its_time(self) -> None:
        with pytest.raises(CheckFailed, match=r"visit\.expired"):
            open_visit(envelope(), trust(Role.CENTRE_STATEMENT), AT_S + 301, "visit.unknown")

    def test_of_nobody_we_know(self) -> None:
        with pytest.raises(CheckFailed, match=r"visit\.unknown"):
            open_visit(envelope(), trust(Role.MUNICIPALITY_STATEMENT), AT_S, "visit.unknown")


class TestOrderOfTheChecks:
    """The first thing wrong is the one that is named."""

    def test_an_authority_we_do_not_know_comes_first(self) -> None:
        own = CardPolicy(generations()[:2])
        with pytest.raises(CheckFailed, match=r"certificate\.issuer_unknown"):
            check_certificate(der("yamada-taro"), own, AT_S + 9999 * DAY_S)

    def test_then_what_kind_of_certificate_it_is(self) -> None:
        delegate = certificate(demo_state().ocsp("jpki-auth-3"))
        data = delegate.public_bytes(serialization.Encoding.DER)
        with pytest.raises(CheckFailed, match=r"certificate\.not_user_authentication"):
            check_certificate(data, policy(), AT_S + 9999 * DAY_S)

    def test_then_its_time(self) -> None:
        with pytest.raises(CheckFailed, match=r"certificate\.expired"):
            check_certificate(der("katsuragi-jun"), policy(), AT_S)
        with pytest.raises(CheckFailed, match=r"certificate\.expired"):
            check_certificate(der("yamada-taro"), policy(), AT_S + 9999 * DAY_S)

    def test_then_the_signature(self) -> None:
        wrong = replace(honest(card=bytes(32)), signature=bytes(256))
        assert failure(wrong) == "auth.bad_signature"

    def test_then_the_statement(self) -> None:
        assert failure(honest(card=bytes(32), visit=bytes(16))) == "auth.bad_signature"
        assert failure(honest(card=bytes(32))) == "auth.other_card"

    def test_a_phones_policy_is_not_configured(self) -> None:
        phone = CardPolicy(generations(), frozenset({"1.2.392.200149.8.5.1.3.40"}))
        with pytest.raises(CheckFailed, match=r"certificate\.not_user_authentication"):
            check_certificate(der("yamada-taro"), phone, AT_S)

    @pytest.mark.parametrize("data", [b"", b"0", bytes(2000)])
    def test_what_is_no_certificate(self, data: bytes) -> None:
        with pytest.raises(CheckFailed, match=r"certificate\.issuer_unknown"):
            check_certificate(data, policy(), AT_S)


class TestStatement:
    @pytest.mark.parametrize(
        "changes",
        [
            {"opened": bytes(32)},
            {"visit": bytes(16)},
            {"challenge": bytes(32)},
            {"terminal": "kiosk-0002"},
            {"scope": "anywhere"},
            {"method": "card_ap"},
            {"profile": "phone"},
            {"at": AT_S - 121},
            {"at": AT_S + 421},
        ],
        ids=lambda changes: next(iter(changes)),
    )
    def test_it_must_be_about_this_visit(self, changes: dict[str, Any]) -> None:
        assert failure(honest(**changes)) == "auth.bad_signature"

    def test_every_field_is_either_compared_or_used(self) -> None:
        compared = {"opened", "visit", "challenge", "terminal", "scope", "method", "profile", "at"}
        used = {"card", "sign_key", "seal_key"}
        fields = {each.name for each in dataclasses.fields(CardStatement)}
        assert fields == compared | used

    @pytest.mark.parametrize("late_s", [-120, 420])
    def test_the_terminals_clock_may_be_off_a_little(self, late_s: int) -> None:
        check_authenticate(honest(at=AT_S + late_s), opened(), policy(), AT_S + 5)

    def test_another_cards_signature_over_the_same_statement(self) -> None:
        card = check_certificate(der("yamada-taro"), policy(), AT_S)
        body = encode(statement(card))
        assert failure(signed(body, "yamada-hanako")) == "auth.other_card"
        crossed = replace(signed(body), certificate=der("yamada-hanako"))
        assert failure(crossed) == "auth.bad_signature"

    def test_a_card_with_the_same_serial_of_another_generation(self) -> None:
        card = check_certificate(der("takasaki-noboru"), policy(), AT_S)
        body = encode(statement(card))
        check_authenticate(signed(body, "takasaki-noboru"), opened(), policy(), AT_S)
        assert failure(signed(body, "kim-minjun")) == "auth.other_card"

    def test_what_is_signed_and_not_canonical(self) -> None:
        card = check_certificate(der("yamada-taro"), policy(), AT_S)
        body = encode(statement(card)).replace(b",", b", ", 1)
        with pytest.raises(WireError):
            check_authenticate(signed(body), opened(), policy(), AT_S)


def test_the_question_about_revocation_belongs_to_this_authentication() -> None:
    one = check_authenticate(honest(), opened(), policy(), AT_S)
    other = check_authenticate(honest(at=AT_S + 6), opened(), policy(), AT_S)
    question = revocation_question(one)
    assert question.certificate == card_certificate("yamada-taro")
    assert question.issuer == certificate("jpki-auth-3")
    assert len(question.nonce) == 32
    assert revocation_question(one) == question
    assert revocation_question(other).nonce != question.nonce
