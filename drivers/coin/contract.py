"""What the terminal needs of a coin vendor (コインベンダ). No wire, no clock.

One thread owns a `CoinVendor`. Money is yen as int; a coin is known by its face value.
The driver decides nothing about money: it reports what physically happened, with the witness
(event counter, dispense count) the caller writes down before and after.
"""

import enum
from dataclasses import dataclass, field
from typing import Protocol


class Accuracy(enum.StrEnum):
    """How far a count can be trusted (XFS4IoT, Storage: accuracy)."""

    ACCURATE = "accurate"
    SET = "set"
    INACCURATE = "inaccurate"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Count:
    """Pieces in one hopper."""

    pieces: int
    accuracy: Accuracy


@dataclass(frozen=True, slots=True)
class CreditCursor:
    """Where the acceptor's event counter stood: written down with every credit.

    Given back to `resume` after a restart, coins that fell meanwhile are credited once.
    """

    serial: int
    counter: int
    """0..255; 0 only after a reset of the device."""
    accepted_total: int = -1
    """The device's own accept counter (header 225), or -1 where it has none."""


@dataclass(frozen=True, slots=True)
class CoinAccepted:
    """A coin is physically inside and will not come back by itself."""

    yen: int
    cursor: CreditCursor


@dataclass(frozen=True, slots=True)
class CoinRefused:
    """A coin was rejected or returned; no money. `code` is the ccTalk error code."""

    code: int
    cursor: CreditCursor


@dataclass(frozen=True, slots=True)
class CoinMaybe:
    """A coin may be inside without a credit (swallowed, sensor timeout): an operator's case."""

    code: int
    cursor: CreditCursor


@dataclass(frozen=True, slots=True)
class EventsLost:
    """`at_least` events were lost (counter jumped by more than the buffer holds)."""

    at_least: int
    cursor: CreditCursor


@dataclass(frozen=True, slots=True)
class VendorReset:
    """The acceptor lost power or was reset; it has been set up again as it was."""

    cursor: CreditCursor


@dataclass(frozen=True, slots=True)
class ReturnLever:
    """The resident pulled the return lever: wants to cancel."""

    cursor: CreditCursor


@dataclass(frozen=True, slots=True)
class VendorTrouble:
    """The machine needs help; `reason` is a name of `drivers.reasons`."""

    reason: str
    detail: str = ""


CoinEvent = (
    CoinAccepted | CoinRefused | CoinMaybe | EventsLost | VendorReset | ReturnLever | VendorTrouble
)


@dataclass(frozen=True, slots=True)
class DispenseTicket:
    """The intent to pay `pieces` of `yen` from one hopper, with its counters before.

    Written to the journal before `dispense`; with it `resolve` can say after a crash what
    happened, without ever paying twice.
    """

    yen: int
    pieces: int
    address: int
    serial: int
    event_counter: int
    """Header 166 before (0..255)."""
    total_before: int
    """Header 168 before (24 bit), or -1 where the hopper has none."""


class Evidence(enum.StrEnum):
    """On what a result rests."""

    DEVICE_COUNTED = "device_counted"
    NOT_STARTED = "not_started"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DispenseResult:
    """`paid` pieces left the hopper; exact unless `evidence` is UNKNOWN."""

    ticket: DispenseTicket
    paid: int
    evidence: Evidence
    reason: str = ""
    """Why fewer than asked were paid (`coin.hopper_empty`, ...), or empty."""


@dataclass(frozen=True, slots=True)
class VendorStatus:
    """What is wrong now (names of `drivers.reasons`); empty means ready."""

    troubles: tuple[str, ...]
    accepting: frozenset[int]
    low: frozenset[int] = frozenset()
    """Face values whose hopper says by its own sensor that few or no coins are left."""
    blocked: frozenset[int] = frozenset()
    """Face values whose hopper would not pay now: silent, jammed, faulty."""


@dataclass(frozen=True, slots=True)
class VendorCapabilities:
    """Face values in yen that can be taken in, and that can be paid out."""

    accepts: frozenset[int]
    dispenses: frozenset[int]
    devices: tuple[str, ...]
    """One line each: address, category, maker, product, serial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinVendorConfig:
    """Section `[coin]` of the configuration."""

    port: str = field(metadata={"doc": "Serial port, e.g. /dev/kiosk-coin"})
    acceptor: int = field(default=2, metadata={"doc": "ccTalk address", "min": 2, "max": 255})
    hoppers: dict[str, int] = field(
        metadata={
            "doc": "Face value in yen -> ccTalk address, e.g. {10 = 3, 50 = 4, 100 = 5, 500 = 6}"
        }
    )
    checksum: str = field(
        default="simple",
        metadata={"doc": "Frame check of the devices on the line", "choices": ("simple", "crc")},
    )
    poll_s: float = field(
        default=0.2,
        metadata={"doc": "Time between two credit polls", "unit": "s", "min": 0.05, "max": 0.9},
    )


class CoinVendor(Protocol):
    """An acceptor and its hoppers on one line."""

    def capabilities(self) -> VendorCapabilities:
        """Identify every configured device. Raises DeviceError. Limit 5 s. Idempotent."""
        ...

    def status(self) -> VendorStatus:
        """Ask every device; never raises (a silent one shows as `coin.lost`). Limit 3 s."""
        ...

    def resume(self, cursor: CreditCursor | None) -> tuple[CoinEvent, ...]:
        """Set up the acceptor, all coins inhibited; credit what fell since `cursor`.

        `None` takes the present counter as the start. Raises DeviceError. Idempotent for a
        given cursor.
        """
        ...

    def accept(self, values: frozenset[int]) -> None:
        """Accept exactly these face values from now on; the empty set stops. Idempotent.

        A coin already falling may still come in and is reported by `poll`. Raises DeviceError.
        """
        ...

    def poll(self) -> tuple[CoinEvent, ...]:
        """What happened since the last poll, oldest first; call every `poll_s`. Never raises."""
        ...

    def prepare(self, yen: int, pieces: int) -> DispenseTicket:
        """Ready one hopper for `pieces` (1..255) and read its counters. Moves nothing.

        Raises DeviceError (`coin.hopper_fault`, `coin.lost`, ...).
        """
        ...

    def dispense(self, ticket: DispenseTicket) -> DispenseResult:
        """Pay out once; blocks until the hopper stopped. NOT idempotent, never resent blindly.

        Decided by headers 166 and 168 alone. Never raises: what is not known is UNKNOWN.
        """
        ...

    def resolve(self, ticket: DispenseTicket) -> DispenseResult:
        """After a crash: what became of `ticket`. Moves nothing. Idempotent. Never raises."""
        ...

    def close(self) -> None:
        """Inhibit all coins if the line still works, and close the port. Idempotent."""
        ...
