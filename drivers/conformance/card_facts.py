"""What a person at the bench must say of the card under test: its PIN, and what is known of it.

The same TOML as a virtual card's file (docs/devices/card.md), of which a real card needs only the
secrets: nobody outside has its keys.
"""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from drivers.card.attributes import Authorities
from drivers.card.cardfile import CardFile
from drivers.card.tables import MY_NUMBER, TEXT_AUTHORITIES
from drivers.card.virtual_contents import authorities
from drivers.conformance.kind import SetupError

_TEST_AUTHORITY: Authorities = {
    b"6000033\x08\x05001" + bytes(4): int(
        "b1fe36bd147bf41b2011b9156867c4118b05ae47d691cdb4a4467f4949afdd71"
        "e28e12b5c61e68f00b639a6ccbcf44798761c7700a81f666c67831433b742a2c"
        "1126942601e25371b2b93631067d466f201eaf31393b1bd6a47589fb57b31897"
        "35a27a24583fde2bf26c2a34d8645fe0e6e2fe901612cef8c740c228289af6d4"
        "57aca3b1aa2f9ebb56da3591c30830b8afe2a1ca99951e670b9e9c0b40ebdbec"
        "212f9400e5aaf5c2b5107de34ab6bc66425a86d731a392e81001dea1ce565981"
        "be158256ae05598a2b8bfb04c1b66ee2008e019fb1b2ba3785e0ca78ca31ea5f"
        "09b4d550577dbf12a747abd5e1c450c0750df965f53ea08bbf12e40a4057c74d",
        16,
    )
}
"""Who signs the certificates of test cards; believed at the bench, never by a terminal.

Source: myna-card `ca.rs`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """The card under test as its holder knows it. No text form shows a secret."""

    pin: bytes = field(repr=False)
    certificate: bytes = field(default=b"", repr=False)
    """The user certificate, DER; empty: not known beforehand."""
    code: bytes = field(default=b"", repr=False)
    """照合番号B; empty: those cases are not tried."""
    authorities: Authorities = field(default_factory=dict, repr=False)
    tries: int = MY_NUMBER.tries

    @property
    def wrong_pin(self) -> bytes:
        """Four digits that are not the PIN, and differ from it in every place."""
        return _others(self.pin)

    @property
    def wrong_code(self) -> bytes:
        """Fourteen digits that differ from 照合番号B in every place."""
        return _others(self.code)

    @property
    def secrets(self) -> tuple[bytes, ...]:
        """What the cases enter: the right ones, and wrong ones from which these can be told."""
        entered = (self.code, self.wrong_code, self.pin, self.wrong_pin, *self.near_pins)
        return tuple(filter(None, entered))

    @property
    def near_pins(self) -> tuple[bytes, ...]:
        """The PIN with one digit changed, for each place."""
        wrong = self.wrong_pin
        places = range(len(self.pin))
        return tuple(self.pin[:i] + wrong[i : i + 1] + self.pin[i + 1 :] for i in places)


def _others(digits: bytes) -> bytes:
    return bytes(ord("0") + (digit - ord("0") + 5) % 10 for digit in digits)


def facts_of(file: CardFile) -> CardFacts:
    """What is known of a virtual card."""
    if file.auth is None:
        raise SetupError("The card file has no [auth]: nothing can be tried with it.")
    return CardFacts(
        pin=file.auth.secret,
        certificate=file.auth.certificate,
        code=file.person.number_b.encode() if file.person else b"",
        authorities=authorities(),
    )


def read_facts(path: Path) -> CardFacts:
    """The facts of a real card: `[auth] pin`, and optionally `certificate` and `[person] number_b`.

    Raises:
        SetupError: a sentence that names the key, and never shows a value.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SetupError(f"{path} cannot be used: {type(error).__name__}.") from None
    pin = _text(values, "auth", "pin").encode()
    if len(pin) != MY_NUMBER.pin_length or not pin.isdigit():
        raise SetupError(f"{path}: [auth] pin must be {MY_NUMBER.pin_length} digits.")
    named = _text(values, "auth", "certificate")
    return CardFacts(
        pin=pin,
        certificate=_certificate(path.parent / named) if named else b"",
        code=_text(values, "person", "number_b").encode(),
        authorities={**TEXT_AUTHORITIES, **_TEST_AUTHORITY},
    )


def _text(values: dict[str, Any], section: str, key: str) -> str:
    table = values.get(section, {})
    value = table.get(key, "") if isinstance(table, dict) else ""
    if not isinstance(value, str) or not value.isascii():
        raise SetupError(f"[{section}] {key} must be a string of ASCII characters.")
    return value


def _certificate(path: Path) -> bytes:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(Encoding.DER)
    except (OSError, ValueError):
        raise SetupError(f"{path} is no certificate in PEM that can be read.") from None
