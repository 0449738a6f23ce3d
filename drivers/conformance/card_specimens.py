"""Right cards of several builds, for the proof, and the parts from which wrong ones are made."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from drivers.card.cardfile import CONTACT_ATR, KINDS
from drivers.card.contract import CardReader, CardReaderConfig
from drivers.card.pcsc import PcscCardReader
from drivers.card.service import CardService
from drivers.card.virtual import Quirks, VirtualCard
from drivers.card.virtual_contents import (
    Pair,
    Person,
    authorities,
    jpki_application,
    text_application,
)
from drivers.card.virtual_files import Application
from drivers.clock import Clock, VirtualClock
from drivers.conformance.card_bench import CardBench, CardSetup, OpenReader
from drivers.conformance.card_facts import CardFacts
from drivers.conformance.card_hands import in_memory
from drivers.conformance.card_memory import MemoryService
from drivers.conformance.proof import Specimen

PIN, PASSWORD, CODE = b"1234", b"ABC123", "55021720341234"
CONTACTLESS_ATR = KINDS["my_number"].atr
_BITS = 2048
_PLAIN = Quirks()

Change = Callable[[Application, Application], None]
"""Spoils a fresh card's two applications: JPKI-AP and 券面事項入力補助AP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """One make of card."""

    card: type[VirtualCard] = VirtualCard
    change: Change = lambda _jpki, _text: None
    quirks: Quirks = _PLAIN
    atr: bytes = CONTACTLESS_ATR
    label: str = "JPKIAPICCTOKEN2"

    def make(self, clock: Clock) -> VirtualCard:
        """A fresh card, its counters full."""
        jpki = jpki_application(self.label, issued(PIN, 3), issued(PASSWORD, 5))
        text = text_application(_HANAKO)
        self.change(jpki, text)
        return self.card(self.atr, (jpki, text), self.quirks, clock=clock)


_HANAKO = Person(
    name="架空　花子",
    address="東京都千代田区架空１丁目２番３号",
    birth="19800217",
    sex="2",
    individual_number="123456789018",
    pin=PIN,
    number_b=CODE,
)


@cache
def issued(secret: bytes, limit: int, holder: str = "holder") -> Pair:
    """A key pair of an invented holder, with a certificate signed by itself."""
    key = rsa.generate_private_key(65537, _BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, holder)])
    begins = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    policy = x509.PolicyInformation(x509.ObjectIdentifier("1.2.392.200149.8.5.1.0.20"), None)
    der = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(begins)
        .not_valid_after(begins + datetime.timedelta(days=365))
        .add_extension(x509.CertificatePolicies([policy]), critical=True)
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )
    return Pair(secret=secret, limit=limit, left=limit, key=key, certificate=der, ca=der)


def our_driver(config: CardReaderConfig, clock: Clock, service: CardService) -> CardReader:
    """The driver that ships."""
    return PcscCardReader(config, clock, service)


def on_bench(
    build: Build, open_reader: OpenReader = our_driver
) -> Callable[[], tuple[CardBench, Clock]]:
    """A bench in memory with a card of that build on it."""

    def opened() -> tuple[CardBench, Clock]:
        clock = VirtualClock()
        service = MemoryService(lambda: build.make(clock), clock)
        facts = CardFacts(
            pin=PIN,
            certificate=issued(PIN, 3).certificate,
            code=CODE.encode(),
            authorities=authorities(),
        )
        setup = CardSetup(CardReaderConfig(), facts, service, open_reader)
        return CardBench(setup, in_memory(service), clock), clock

    return opened


BUILDS: dict[str, tuple[str, Build]] = {
    "contactless": ("type B, whole answers of 256 bytes", Build()),
    "contact": (
        "contacts, T=1, 250 bytes at a time, 6F00 after power-up, SELECT forgets the PIN",
        Build(
            atr=CONTACT_ATR,
            quirks=Quirks(longest_read=250, first_6f00=True, select_clears_pin=True),
        ),
    ),
    "t0": (
        "contacts, T=0: every longer answer by GET RESPONSE",
        Build(atr=CONTACT_ATR, quirks=Quirks(piece=255)),
    ),
    "small-pieces": ("GET RESPONSE in pieces of 64 bytes", Build(quirks=Quirks(piece=64))),
}

RIGHT: tuple[Specimen[CardBench], ...] = tuple(
    Specimen(f"right-{name}", what, on_bench(build)) for name, (what, build) in BUILDS.items()
)
