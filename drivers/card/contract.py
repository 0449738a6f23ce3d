"""What the terminal needs of a card reader. No wire, no clock.

One thread owns a `CardReader`; every method may block up to the limit it names. Between
`identify` and `release` the connection to the card is one and exclusive, so what was read and
what is signed come from the same card.
"""

import enum
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
