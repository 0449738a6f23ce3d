"""What the terminal needs of a card reader. No wire, no clock.

One thread owns a `CardReader`; every method may block up to the limit it names. Between
`identify` and `release` the connection to the card is one and exclusive, so what was read and
what is signed come from the same card.
"""

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol


class Presence(enum.StrEnum):
    """What lies on the reader, as the poll of the reader's state sees it."""

    NO_SERVICE = "no_service"
    NO_READER = "no_reader"
    EMPTY = "empty"
    MUTE = "mute"
    CARD = "card"


class Interface(enum.StrEnum):
    """How a card is connected. For people and logs: no decision rests on it."""

    CONTACT = "contact"
    CONTACTLESS = "contactless"
    UNKNOWN = "unknown"


class CardKind(enum.StrEnum):
    """Told apart by AID and token label, never by ATR."""

    MY_NUMBER = "my_number"
    JUKI = "juki"
    PHONE_ANDROID = "phone_android"
    PHONE_IOS = "phone_ios"
    OTHER = "other"


class Secret:
    """A PIN. Its text form is a mark; only the driver opens it, once.

    The bytes are overwritten by `wipe`, which every driver calls when it has sent them.
    """

    __slots__ = ("_digits",)

    def __init__(self, digits: bytes) -> None:
        self._digits = bytearray(digits)

    def open(self) -> bytes:
        """The digits. Empty after `wipe`."""
        return bytes(self._digits)

    def wipe(self) -> None:
        """Overwrite the digits. Idempotent."""
        for index in range(len(self._digits)):
            self._digits[index] = 0
        self._digits.clear()

    def __repr__(self) -> str:
        return "<secret>"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class ReaderStatus:
    """`presence` now, over all readers together: a card on any of them is a card.

    `reader` is the name of the first reader in that state (empty when there is none), `interface`
    that of the card on it.
    """

    presence: Presence
    reader: str = ""
    interface: Interface = Interface.UNKNOWN


@dataclass(frozen=True, slots=True)
class ReaderCapabilities:
    """What the readers can do; `kinds` are the card kinds this driver will authenticate."""

    reader: str
    kinds: frozenset[CardKind]
    others: tuple[str, ...] = ()
    """Further readers, each as good as the first: the card decides, not the slot."""
    without_driver: tuple[str, ...] = ()
    """Card readers on USB that the service has no driver for, by name and USB id."""


@dataclass(frozen=True, slots=True)
class CardIdentity:
    """A card that was read, before its PIN. `certificate` is DER; never journaled."""

    kind: CardKind
    certificate: bytes = field(repr=False)
    tries_left: int
    """0..3; 0 means the PIN is blocked."""


@dataclass(frozen=True, slots=True)
class CardSignature:
    """Evidence that holder and card are present: RSASSA-PKCS1-v1_5 over the digest given."""

    signature: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardReaderConfig:
    """Section `[card]` of the configuration."""

    reader: str = field(
        default="",
        metadata={
            "doc": "Part of the PC/SC reader name; empty takes every reader that is no SAM slot"
        },
    )
    poll_s: float = field(
        default=0.2,
        metadata={
            "doc": "How often a PC/SC service that went away is looked for",
            "unit": "s",
            "min": 0.05,
            "max": 2.0,
        },
    )
    pcscd_socket: str = field(
        default="", metadata={"doc": "Path of pcscd's socket; empty uses the system's"}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CardApConfig:
    """Section `[card_ap]`: the municipality's own application on the card (条例利用).

    Its specification is not public; who operates it gives these values to the terminal's maker.
    """

    aid: str = field(
        default="",
        metadata={"doc": "Full name (AID) of the application in hexadecimal; empty is none"},
    )
    pin_file: int = field(
        default=0x0018,
        metadata={"doc": "File identifier of its PIN", "min": 1, "max": 0xFFFE},
    )
    pin_min: int = field(
        default=4, metadata={"doc": "Shortest PIN", "unit": "digits", "min": 1, "max": 16}
    )
    pin_max: int = field(
        default=4, metadata={"doc": "Longest PIN", "unit": "digits", "min": 1, "max": 16}
    )
    id_file: int = field(
        default=0x0001,
        metadata={"doc": "File identifier of the user's id", "min": 1, "max": 0xFFFE},
    )
    id_offset: int = field(
        default=0,
        metadata={"doc": "Where the id begins in its file", "unit": "bytes", "min": 0, "max": 8191},
    )
    id_length: int = field(
        default=16,
        metadata={"doc": "Length of the id", "unit": "bytes", "min": 1, "max": 1024},
    )

    def disagreements(self) -> Iterator[str]:
        """What is wrong with the section as a whole, a sentence each."""
        if self.aid and not _AID.fullmatch(self.aid):
            yield "card_ap.aid must be 5 to 16 bytes in hexadecimal, or empty."
        if self.pin_min > self.pin_max:
            yield "card_ap.pin_min must not be above card_ap.pin_max."


_AID = re.compile(r"([0-9a-fA-F]{2}){5,16}")
"""Source: ISO/IEC 7816-4 (2020), 12.2.3."""


@dataclass(frozen=True, slots=True)
class FourAttributes:
    """基本4情報, as the card's signature vouches for them. Personal: no text form shows them."""

    name: str = field(repr=False)
    """Family and given name, with U+3000 between."""
    address: str = field(repr=False)
    birth: str = field(repr=False)
    """YYYYMMDD, Gregorian."""
    sex: str = field(repr=False)
    """1 male, 2 female, 9 not applicable; 0 and others unknown (JIS X 0303)."""


@dataclass(frozen=True, slots=True)
class CardUser:
    """The user's id in the municipality's application. Personal; no signature vouches for it."""

    identifier: bytes = field(repr=False)


class AttributesReader(Protocol):
    """A reader that can read the four attributes (基本4情報) of 券面事項入力補助AP."""

    def read_attributes(self, code: Secret) -> FourAttributes:
        """VERIFY 照合番号B once and read name, address, date of birth and sex, proven.

        The tries left are asked first, at no cost. The application's PIN is never used: it would
        open the individual number, too. The card is unpowered afterwards and `code` wiped, in
        every case. Limit 15 s. NOT idempotent: a wrong number costs a try (of ten).
        Evidence: the integrity record on the card, signed by a key that a known authority
        certified. Raises `PinWrong`, DeviceError `card.code.blocked`, `card.attributes.invalid`,
        `card.kind.unsupported`, `card.pin.unknown`, `card.removed`, `card.protocol`, ...
        """
        ...


class CardApReader(Protocol):
    """A reader that can identify a user by the municipality's own application (条例利用)."""

    def read_card_user(self, config: CardApConfig, pin: Secret) -> CardUser:
        """VERIFY the application's PIN once and read the user's id.

        The tries left are asked first, at no cost. The card is unpowered afterwards and `pin`
        wiped, in every case. Limit 15 s. NOT idempotent: a wrong PIN costs a try.
        Evidence: only that the card let the id be read; nothing is signed. Raises `PinWrong`,
        DeviceError `card.ap.not_found`, `card.pin.blocked`, `card.pin.unknown`, `card.several`,
        `card.removed`, `card.protocol`, ...
        """
        ...


class CardReader(Protocol):
    """A reader with a My Number card on it, or without."""

    def capabilities(self) -> ReaderCapabilities:
        """What the reader can do. Blocks up to 1 s. Raises DeviceError when there is none."""
        ...

    def status(self) -> ReaderStatus:
        """What lies on the reader now. Never raises; blocks up to 1 s."""
        ...

    def wait_change(self, known: ReaderStatus, timeout_s: float) -> ReaderStatus:
        """Block until the state differs from `known` or `timeout_s` passed; never raises.

        Heals by itself: an unplugged reader or a restarted pcscd shows as `NO_READER` or
        `NO_SERVICE` and comes back as soon as the system has it again.
        """
        ...

    def identify(self) -> CardIdentity:
        """Connect exclusively, recognise the card, read its certificate and the tries left.

        Limit 10 s. Idempotent: costs no try. On success the connection stays open until
        `release`. With cards on several readers the one My Number card among them is taken.
        Raises DeviceError: `card.kind.unsupported`, `card.kind.juki`, `card.kind.phone`,
        `card.several`, `card.certificate.not_found`, `card.mute`, `card.removed`,
        `card.protocol`, `card.sharing_violation`, ...; after an error nothing is held and
        `release` is not needed (but harmless).
        """
        ...

    def authenticate(self, pin: Secret, certificate: bytes, digest: bytes) -> CardSignature:
        """VERIFY once and sign `digest` (SHA-256, 32 bytes) with the authentication key.

        Reads the certificate again first and compares it with `certificate`
        (`card.swapped`), then the retry counter, then one VERIFY, never repeated; after every
        VERIFY one harmless APDU of at least 16 bytes overwrites what pcscd remembers. The PIN
        is wiped in every case. Limit 15 s. NOT idempotent: a wrong PIN costs a try.
        Raises `PinWrong` (tries left), DeviceError `card.pin.blocked`, `card.pin.unknown`,
        `card.swapped`, `card.removed`, `card.protocol`. The caller checks the signature.
        """
        ...

    def release(self) -> None:
        """Disconnect and unpower the card (a warm reset would keep its PIN state). Idempotent."""
        ...


class PinWrong(Exception):
    """The card refused the PIN; `tries_left` as the card said (0 = blocked now)."""

    def __init__(self, tries_left: int) -> None:
        self.tries_left = tries_left
        super().__init__(f"card.pin.wrong: {tries_left} tries left")
