"""The residents' demo cards: keys, certificates and the card files of the virtual card.

Everybody on them is invented. The PIN stands in the card file because a virtual card must know
it, as the real card does.
"""

import datetime
import json
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from center.issuing.residents import CardState, Resident, check_digit
from center.pki import index, issue
from center.pki.description import Description, SpecialCard
from center.pki.issue import Authority, CardCertificate, Validity
from center.pki.layout import State
from center.pki.store import SECRET, certificate_pem, keep_or_make, write_file
from crypto.certificates import Identity, identify, is_signed_by
from crypto.keys import PrivateKey

AGE_GOOD = datetime.timedelta(days=400)
AGE_EXPIRED = datetime.timedelta(days=6 * 366)
MARGIN = datetime.timedelta(days=1)
TRIES = 3
_SELECTORS = range(0xE0100, 0xE01F0)
_SEX = {"男": "1", "女": "2"}


@dataclass(frozen=True, slots=True)
class Issuance:
    """Who signs cards, and when."""

    description: Description
    authorities: dict[str, Authority]
    signing: Authority
    at: datetime.datetime


@dataclass(frozen=True, slots=True)
class IssuedCard:
    """A resident's card as its municipality knows it."""

    resident: str
    state: CardState
    certificate: bytes
    """DER of the certificate for authentication."""
    identity: Identity


def make_cards(state: State, by: Issuance, residents: tuple[Resident, ...]) -> None:
    """Have a card of every resident who holds one, and the special ones. Idempotent."""
    holders = {each.id: each for each in residents if each.card is not CardState.NONE}
    for resident in holders.values():
        _make_card(state, by, resident)
    for special in by.description.cards.special:
        _make_special(state, special, holders)
    _write_indexes(state, by, tuple(holders.values()))


def issued_cards(
    state: State, description: Description, residents: tuple[Resident, ...]
) -> tuple[IssuedCard, ...]:
    """Every resident's card, by certificate identity. The cards must have been made."""
    return tuple(
        _issued(state, description, each) for each in residents if each.card is not CardState.NONE
    )


def _issued(state: State, description: Description, resident: Resident) -> IssuedCard:
    certificate = _read(state.card(resident.id) / "auth-cert.pem")
    issuer = _read(state.certificate(description.generation_of(resident.id).name))
    der = certificate.public_bytes(serialization.Encoding.DER)
    return IssuedCard(resident.id, resident.card, der, identify(certificate, issuer))


def _read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def _make_card(state: State, by: Issuance, resident: Resident) -> None:
    where = state.card(resident.id)
    issuer = by.authorities[by.description.generation_of(resident.id).name]
    _make_pair(where, "auth", resident, by, issuer)
    _make_pair(where, "sign", resident, by, by.signing)
    write_file(where / "auth-ca.pem", certificate_pem(issuer.certificate))
    write_file(where / "sign-ca.pem", certificate_pem(by.signing.certificate))
    write_file(
        where / "card.toml",
        _card_file(resident, Path(), (_label(resident), TRIES)).encode(),
        SECRET,
    )


def _make_pair(
    where: Path, purpose: str, resident: Resident, by: Issuance, issuer: Authority
) -> None:
    valid = _card_validity(resident, by.at)
    serial = by.description.cards.serial.get(resident.id) if purpose == "auth" else None
    facts = _facts(resident) if purpose == "sign" else ()

    def accept(kept: x509.Certificate) -> bool:
        lasts = kept.not_valid_after_utc > by.at + MARGIN
        return (
            lasts is (resident.card is not CardState.EXPIRED)
            and (serial is None or kept.serial_number == serial)
            and is_signed_by(kept, issuer.certificate)
        )

    def make(key: PrivateKey) -> x509.Certificate:
        number = serial or issue.card_serial(key)
        subject = f"{number:010X}KIOSK{by.description.cards.municipality}003A"
        locality = ("Mihon-ken", "Mihon-shi") if facts else ()
        what = CardCertificate(subject, number, valid, locality, facts)
        return issue.issue_card(what, key, issuer)

    keep_or_make(
        (where / f"{purpose}-key.pem", where / f"{purpose}-cert.pem"), "rsa-2048", accept, make
    )


def _card_validity(resident: Resident, at: datetime.datetime) -> Validity:
    age = AGE_EXPIRED if resident.card is CardState.EXPIRED else AGE_GOOD
    return issue.card_validity(resident.birth, (at - age).date())


def _facts(resident: Resident) -> tuple[x509.GeneralName, ...]:
    return issue.card_facts(
        issue.Facts(
            _plain(resident.name), _SEX[resident.sex], resident.birth, _plain(resident.address)
        )
    )


def _plain(text: str) -> str:
    """`text` without variation selectors, which the card's character set has not."""
    return "".join(each for each in text if ord(each) not in _SELECTORS)


def _make_special(state: State, special: SpecialCard, holders: dict[str, Resident]) -> None:
    content = _table("card", {"kind": special.kind, "label": special.label})
    if special.resident:
        tries = TRIES if special.tries is None else special.tries
        content = _card_file(
            holders[special.resident], Path("..") / special.resident, (special.label, tries)
        )
    write_file(state.card(special.name) / "card.toml", content.encode(), SECRET)


def _label(resident: Resident) -> str:
    return f"{resident.name}, PIN {resident.pin}, {resident.card.value}"


def _card_file(resident: Resident, keys: Path, special: tuple[str, int]) -> str:
    """The card file (`docs/devices/card.md`) with its label and tries; its paths are relative."""
    label, tries = special
    tables: dict[str, dict[str, str | int]] = {
        "card": {"kind": "my_number", "label": label},
        "auth": {"pin": resident.pin, "tries": tries, **_paths(keys, "auth")},
        "sign": {"password": f"KIOSK{resident.pin}", **_paths(keys, "sign")},
        "person": {
            "name": _plain(resident.name),
            "address": _plain(resident.address),
            "birth": f"{resident.birth:%Y%m%d}",
            "sex": _SEX[resident.sex],
            "individual_number": _individual_number(resident),
        },
    }
    return "\n".join(_table(name, values) for name, values in tables.items())


def _individual_number(resident: Resident) -> str:
    """A card always holds one, even where the municipality's record has none to print."""
    invented = resident.resident_code + check_digit(resident.resident_code)
    return resident.individual_number or invented


def _paths(keys: Path, purpose: str) -> dict[str, str | int]:
    return {
        what: (keys / f"{purpose}-{file}.pem").as_posix()
        for what, file in (("key", "key"), ("certificate", "cert"), ("ca", "ca"))
    }


def _table(name: str, values: dict[str, str | int]) -> str:
    # A JSON string without escapes is a TOML basic string too.
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join((f"[{name}]", *lines, ""))


def _write_indexes(state: State, by: Issuance, residents: tuple[Resident, ...]) -> None:
    """Tell the responder what each generation issued; what somebody revoked since stays so."""
    for name in by.authorities:
        mine = [each for each in residents if by.description.generation_of(each.id).name == name]
        entries = [
            index.entry(
                _read(state.card(each.id) / "auth-cert.pem"),
                by.at if each.card is CardState.REVOKED else None,
            )
            for each in mine
        ]
        index.merge(state.index(name), entries)
