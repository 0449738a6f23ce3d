"""Card files: what a virtual card is made from, in TOML (format: docs/devices/card.md).

Strict both ways: an unknown key, a missing one, or a value of the wrong form is one sentence with
the key's path, and never shows a secret's value.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from drivers.card.virtual import Quirks, Timing, VirtualCard
from drivers.card.virtual_contents import (
    CardApLayout,
    Pair,
    Person,
    card_ap_application,
    jpki_application,
    text_application,
)
from drivers.card.virtual_files import Application
from drivers.clock import Clock

CARD_FILE = "card.toml"
_KEY_BITS = 2048


class CardFileError(Exception):
    """A card file cannot be used; the text says which key and why."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of card answers to power, and what label its token has (empty: no JPKI-AP)."""

    atr: bytes
    label: str
    text: bool


_TOO_LONG_ATR = bytes(64)
KINDS: dict[str, Kind] = {
    "my_number": Kind(bytes.fromhex("3b888001000005e0b381a1007f"), "JPKIAPICCTOKEN2", text=True),
    "juki": Kind(bytes.fromhex("3b888001000014e0b38191005e"), "JPKIAPICCTOKEN", text=False),
    "phone_android": Kind(
        bytes.fromhex("3b8880010000000033810000bb"), "JPKIAPGPSETOKEN", text=False
    ),
    "phone_ios": Kind(bytes.fromhex("3b8880010000000033810000bb"), "JPKIAPIOSTOKEN", text=False),
    "other": Kind(bytes.fromhex("3b8f8001804f0ca0000003061100 3b0000000042"), label="", text=False),
    "mute": Kind(_TOO_LONG_ATR, label="", text=False),
}
"""Contactless ATRs of Debian's `smartcard_list.txt` (other: a FeliCa transit card); the phones' is
one that a reader makes for a type B card (PC/SC part 3, 3.1.3.2.3).

A mute card is present but cannot be powered up: its ATR is longer than any reader takes."""


CONTACT_ATR = bytes.fromhex("3be000ff8131fe4514")
"""Over the contacts, T=1, no historical bytes. Source: OpenSC `card-jpki.c`; myna-card `mf.rs`."""
_INTERFACES = ("contactless", "contact")


@dataclass(frozen=True, slots=True)
class _Section:
    """One table of the file, read key by key so that what was not asked for is an error."""

    name: str
    values: dict[str, Any]

    def text(self, key: str, default: str | None = None) -> str:
        value = self._take(key, default)
        if not isinstance(value, str):
            raise CardFileError(f"[{self.name}] {key} must be a string.")
        return value

    def number(self, key: str, default: float) -> float:
        value = self._take(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise CardFileError(f"[{self.name}] {key} must be a number, 0 or more.")
        return value

    def flag(self, key: str) -> bool:
        value = self._take(key, default=False)
        if not isinstance(value, bool):
            raise CardFileError(f"[{self.name}] {key} must be true or false.")
        return value

    def end(self) -> None:
        """Complain of what was not read."""
        for key in self.values:
            raise CardFileError(f"[{self.name}] {key} is not a key of a card file.")

    def _take(self, key: str, default: object) -> object:
        value = self.values.pop(key, default)
        if value is None:
            raise CardFileError(f"[{self.name}] {key} is missing.")
        return value


@dataclass(frozen=True, slots=True)
class CardFile:
    """A card file that was read and found good. `make` gives a fresh card, counters as filed."""

    name: str
    kind: str
    contact: bool
    """Answers to reset as over its contacts."""
    label: str
    """One line for a person choosing a card."""
    auth: Pair | None
    sign: Pair | None
    person: Person | None
    card_ap: tuple[bytes, CardApLayout] | None
    """Name and contents of a municipality's own application."""
    quirks: Quirks
    timing: Timing

    def make(self, clock: Clock | None = None) -> VirtualCard:
        """A new card."""
        kind = KINDS[self.kind]
        atr = CONTACT_ATR if self.contact else kind.atr
        return VirtualCard(atr, self._applications(kind), self.quirks, self.timing, clock)

    def _applications(self, kind: Kind) -> tuple[Application, ...]:
        found = [card_ap_application(*self.card_ap)] if self.card_ap else []
        if kind.label:
            found.insert(0, jpki_application(kind.label, self.auth, self.sign))
        if kind.text and self.person is not None:
            found.append(text_application(self.person))
        return tuple(found)


def read_card_file(path: Path) -> CardFile:
    """The card file at `path`; the PEM files it names are relative to it.

    Raises:
        CardFileError: with the path of the file and of the key.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        return _card_file(path, values)
    except CardFileError as error:
        raise CardFileError(f"{path}: {error}") from None
    except OSError as error:
        raise CardFileError(f"{path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CardFileError(f"{path} is not TOML: {error}.") from None


def _card_file(path: Path, values: Mapping[str, Any]) -> CardFile:
    sections = {name: _Section(name, dict(_table(values, name))) for name in _SECTIONS}
    for name in values:
        if name not in _SECTIONS:
            raise CardFileError(f"[{name}] is not a section of a card file.")
    card = sections["card"]
    kind = card.text("kind", "my_number")
    if kind not in KINDS:
        raise CardFileError(f"[card] kind must be one of {', '.join(KINDS)}.")
    interface = card.text("interface", "contactless")
    if interface not in _INTERFACES:
        raise CardFileError(f"[card] interface must be one of {', '.join(_INTERFACES)}.")
    auth = _pair(path, sections["auth"], "pin", 3) if "auth" in values else None
    result = CardFile(
        name=path.parent.name if path.name == CARD_FILE else path.stem,
        kind=kind,
        contact=interface == "contact",
        label=card.text("label", ""),
        auth=auth,
        sign=_pair(path, sections["sign"], "password", 5) if "sign" in values else None,
        person=_person(sections["person"], auth) if "person" in values else None,
        card_ap=_card_ap(sections["card_ap"]) if "card_ap" in values else None,
        quirks=_quirks(sections["quirks"]),
        timing=_timing(sections["timing"]),
    )
    if kind == "my_number" and auth is None:
        raise CardFileError("[auth] is missing: a My Number card has a user certificate.")
    for section in sections.values():
        section.end()
    return result


_SECTIONS = ("card", "auth", "sign", "person", "card_ap", "quirks", "timing")


def _table(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = values.get(name, {})
    if not isinstance(table, Mapping):
        raise CardFileError(f"[{name}] must be a section.")
    return table


def _pair(path: Path, section: _Section, secret: str, limit: int) -> Pair:
    tries = section.number("tries", limit)
    if tries not in range(limit + 1):
        raise CardFileError(f"[{section.name}] tries must be 0 to {limit}.")
    return Pair(
        secret=_ascii(section, secret),
        limit=limit,
        left=int(tries),
        key=_key(path, section),
        certificate=_certificate(path, section, "certificate"),
        ca=_certificate(path, section, "ca"),
    )


def _ascii(section: _Section, key: str, default: str | None = None) -> bytes:
    value = section.text(key, default)
    if not value.isascii() or not 1 <= len(value) <= 16:  # noqa: PLR2004 - what VERIFY can carry
        raise CardFileError(f"[{section.name}] {key} must have 1 to 16 ASCII characters.")
    return value.encode("ascii")


def _pem(path: Path, section: _Section, key: str) -> tuple[str, bytes]:
    named = section.text(key)
    try:
        return named, (path.parent / named).read_bytes()
    except OSError as error:
        raise CardFileError(
            f"[{section.name}] {key}: {named} cannot be read: {error.strerror}."
        ) from None


def _key(path: Path, section: _Section) -> rsa.RSAPrivateKey:
    named, pem = _pem(path, section, "key")
    try:
        # Proving the numbers prime takes 60 ms a key; a card that signs wrongly is found out where
        # every card's signature is checked.
        key = load_pem_private_key(pem, password=None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size != _KEY_BITS:
        raise CardFileError(f"[{section.name}] key: {named} is no RSA-{_KEY_BITS} key in PEM.")
    return key


def _certificate(path: Path, section: _Section, key: str) -> bytes:
    named, pem = _pem(path, section, key)
    try:
        return x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
    except ValueError:
        raise CardFileError(f"[{section.name}] {key}: {named} is no certificate in PEM.") from None


def _person(section: _Section, auth: Pair | None) -> Person:
    birth = _digits(section, "birth", 8)
    expiry = _digits(section, "expiry_year", 4, "2034")
    code = _digits(section, "security_code", 4, "1234")
    return Person(
        name=section.text("name"),
        address=section.text("address"),
        birth=birth,
        sex=_digits(section, "sex", 1),
        individual_number=_digits(section, "individual_number", 12),
        pin=_ascii(section, "pin", auth.secret.decode("ascii") if auth else None),
        number_b=_era_date(birth) + expiry + code,
    )


def _digits(section: _Section, key: str, length: int, default: str | None = None) -> str:
    value = section.text(key, default)
    if len(value) != length or not (value.isascii() and value.isdigit()):
        raise CardFileError(f"[{section.name}] {key} must be a string of {length} digits.")
    return value


_ERAS = (("20190501", 2018), ("19890108", 1988), ("19261225", 1925), ("19120730", 1911))
"""First day of 令和, 平成, 昭和, 大正, and the year before its first."""


def _era_date(birth: str) -> str:
    """A date of birth as YYMMDD in the Japanese era, the start of 照合番号B."""
    before = next((before for first, before in _ERAS if birth >= first), 1867)
    return f"{int(birth[:4]) - before:02d}{birth[4:]}"


def _card_ap(section: _Section) -> tuple[bytes, CardApLayout]:
    try:
        aid = bytes.fromhex(section.text("aid"))
    except ValueError:
        raise CardFileError(f"[{section.name}] aid must be hexadecimal.") from None
    tries = _whole(section, "tries", 15, 3)
    return aid, CardApLayout(
        pin_file=_whole(section, "pin_file", 0xFFFE, 0x0018),
        id_file=_whole(section, "id_file", 0xFFFE, 0x0001),
        pin=_ascii(section, "pin"),
        tries=tries,
        left=_whole(section, "left", tries, tries),
        user_id=section.text("user_id").encode(),
    )


def _quirks(section: _Section) -> Quirks:
    return Quirks(
        first_6f00=section.flag("first_6f00"),
        select_clears_pin=section.flag("select_clears_pin"),
        torn_at=int(section.number("torn_at", 0)),
        longest_read=_whole(section, "longest_read", 256),
        piece=_whole(section, "piece", 255),
    )


def _whole(section: _Section, key: str, most: int, default: int = 0) -> int:
    number = section.number(key, default)
    if number not in range(most + 1):
        raise CardFileError(f"[{section.name}] {key} must be 0 to {most}.")
    return int(number)


def _timing(section: _Section) -> Timing:
    return Timing(apdu_s=section.number("apdu_s", 0), sign_s=section.number("sign_s", 0))
