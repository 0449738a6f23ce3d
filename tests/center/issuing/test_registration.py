"""Whose card it is: one record, none, or several; and whether the birthday can be right."""

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from center.issuing.registration import Link, Registration, birthday_fits
from center.issuing.residents import load
from crypto.certificates import Identity
from crypto.errors import CheckFailed

RESIDENTS = load()
HANAKO = next(one for one in RESIDENTS if one.id == "yamada-hanako")
ICHIRO = next(one for one in RESIDENTS if one.id == "yamada-ichiro")
CARD = Identity(b"i" * 32, 7)


def certificate(ends: str) -> x509.Certificate:
    """A certificate whose last second in Japan is 23:59:59 of the day `ends`."""
    last = datetime.datetime.fromisoformat(f"{ends}T23:59:59+09:00")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([])
    return (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(last - datetime.timedelta(days=365))
        .not_valid_after(last)
        .sign(key, hashes.SHA256())
    )


def test_one_link_leads_to_one_record_and_back() -> None:
    registration = Registration([Link(CARD, HANAKO.id)], RESIDENTS)
    assert registration.find(CARD) is HANAKO
    assert registration.card_of(HANAKO) == CARD
    assert [one.id for one in registration.household(HANAKO)] == [
        "yamada-taro",
        "yamada-hanako",
        "yamada-ichiro",
        "yamada-sakura",
    ]


@pytest.mark.parametrize(
    "other", [Identity(b"i" * 32, 8), Identity(b"j" * 32, 7)], ids=["serial", "issuer"]
)
def test_serial_or_issuer_alone_is_nobody(other: Identity) -> None:
    registration = Registration([Link(CARD, HANAKO.id)], RESIDENTS)
    with pytest.raises(CheckFailed, match=r"resident\.unknown"):
        registration.find(other)
    with pytest.raises(CheckFailed, match=r"resident\.unknown"):
        registration.card_of(ICHIRO)


def test_a_link_to_a_record_that_is_gone() -> None:
    registration = Registration([Link(CARD, "moved-away")], RESIDENTS)
    with pytest.raises(CheckFailed, match=r"resident\.unknown"):
        registration.find(CARD)


def test_two_records_for_one_card_are_nobody() -> None:
    registration = Registration([Link(CARD, HANAKO.id), Link(CARD, ICHIRO.id)], RESIDENTS)
    with pytest.raises(CheckFailed, match=r"resident\.ambiguous"):
        registration.find(CARD)


@pytest.mark.parametrize(
    ("resident", "ends", "fits"),
    [
        (HANAKO, "2030-11-03", True),
        (HANAKO, "2030-11-02", False),
        (HANAKO, "2030-11-04", False),
        (ICHIRO, "2028-02-29", True),
        (ICHIRO, "2030-02-28", True),
        (ICHIRO, "2030-03-01", False),
    ],
)
def test_a_card_ends_on_its_holders_birthday_in_japan(
    resident: object, ends: str, fits: bool
) -> None:
    assert birthday_fits(resident, certificate(ends)) is fits  # type: ignore[arg-type]
