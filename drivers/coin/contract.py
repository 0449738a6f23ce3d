"""What the terminal needs of a coin vendor (コインベンダ). No wire, no clock.

One thread owns a `CoinVendor`. Money is whole yen as int; a coin or a bill is known by its face
value, of whatever issue (the ¥500 coins of 2000 and of 2021 are one value).
The driver decides nothing about money: it reports what physically happened, with the witness
(event counter, dispense count) the caller writes down before and after.
"""

import enum
from dataclasses import dataclass, field
from typing import Protocol


class Accuracy(enum.StrEnum):
    """How far a count can be trusted (XFS4IoT, Storage: accuracy, `set` being its accurateSet)."""

    ACCURATE = "accurate"
    """Counted: by hand, and the books agreed."""
    SET = "set"
    INACCURATE = "inaccurate"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Count:
    """Pieces in one hopper."""

    pieces: int
    accuracy: Accuracy


class Taker(enum.StrEnum):
    """Which of the machine's two mouths money went into; each counts its own events."""

    COIN = "coin"
    BILL = "bill"


@dataclass(frozen=True, slots=True)
class CreditCursor:
    """Where a taker's event counter stood: written down with every credit.

    Given back to `resume` after a restart, money that came meanwhile is credited once.
    """

    serial: int
    counter: int
    """0..255; 0 only after a reset of the device. Ours where the device counts no events (MDB)."""
    accepted_total: int = -1
    """The device's own count of what it took, or -1 where it has none: the accept counter (header
    225 of ccTalk), all tube counts or the stacker's count (MDB)."""
    taker: Taker = Taker.COIN


@dataclass(frozen=True, slots=True)
class CoinAccepted:
    """A coin is physically inside and will not come back by itself; a bill is stacked.

    Which of the two says `cursor.taker`.
    """

    yen: int
    cursor: CreditCursor


@dataclass(frozen=True, slots=True)
class CoinRefused:
    """A coin or bill was rejected; no money. `code` is the device's own."""

    code: int
    cursor: CreditCursor


@dataclass(frozen=True, slots=True)
class CoinMaybe:
    """A coin or bill may be inside without a credit (swallowed, jammed): an operator's case."""

    code: int
    cursor: CreditCursor


@dataclass(frozen=True, slots=True)
class EventsLost:
    """`at_least` events were lost (counter jumped by more than the buffer holds).

    0: nobody can say whether one was; staff must count (a device that tells an event only once).
    """

    at_least: int
    cursor: CreditCursor


@dataclass(frozen=True, slots=True)
class VendorReset:
    """A taker lost power or was reset; it has been set up again as it was."""

    cursor: CreditCursor


@dataclass(frozen=True, slots=True)
class CountsMoved:
    """No money came, but credits are counted on from here: of a device nobody has followed yet; or,
    where payouts and credits share one count (an MDB changer's tubes), after payout or refill.
    """

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


@dataclass(frozen=True, slots=True)
class BillHeld:
    """A bill waits in escrow: no credit yet. Answer with `CoinVendor.route`.

    Unanswered, the validator gives it back by itself after its own time (30 s or more).
    """

    yen: int
    cursor: CreditCursor


@dataclass(frozen=True, slots=True)
class BillReturned:
    """The bill that was held is the resident's again; it was never credited."""

    cursor: CreditCursor


CoinEvent = (
    CoinAccepted
    | CoinRefused
    | CoinMaybe
    | EventsLost
    | VendorReset
    | CountsMoved
    | ReturnLever
    | VendorTrouble
    | BillHeld
    | BillReturned
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
    """Header 166 before (0..255); 0 where the payer counts no orders (MDB)."""
    total_before: int
    """The payer's own count before: header 168 (24 bit), all tube counts (MDB), or -1."""


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


class Fate(enum.StrEnum):
    """What became of the coins in a coin escrow (一時保留)."""

    DONE = "done"
    """The flap opened and closed; the escrow says that it is empty."""
    NOT_STARTED = "not_started"
    """They lie where they lay."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Diverted:
    """All coins of the escrow were kept or given back, as far as `fate` says so."""

    keep: bool
    fate: Fate
    reason: str = ""
    """Why it is not DONE (a name of `drivers.reasons`), or empty."""
    shown: bool = True
    """The escrow's level is known to show single coins; else one that stuck would not be seen."""


@dataclass(frozen=True, slots=True)
class VendorStatus:
    """What is wrong now (names of `drivers.reasons`); empty means ready."""

    troubles: tuple[str, ...]
    accepting: frozenset[int]
    low: frozenset[int] = frozenset()
    """Face values whose hopper says by its own sensor that few or no coins are left."""
    blocked: frozenset[int] = frozenset()
    """Face values whose hopper would not pay now: silent, jammed, faulty."""
    full: frozenset[int] = frozenset()
    """Face values whose hopper says by its own sensor that it is (nearly) full."""


@dataclass(frozen=True, slots=True)
class VendorCapabilities:
    """Face values in yen that can be taken in, and that can be paid out."""

    accepts: frozenset[int]
    """Coins and bills; a value in `bills` is a bill."""
    dispenses: frozenset[int]
    devices: tuple[str, ...]
    """One line each: address, category, maker, product, serial."""
    bills: frozenset[int] = frozenset()
    """The bills among `accepts`; held in escrow and routed one by one."""
    escrow: bool = False
    """Accepted coins wait together in an escrow until `divert`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinVendorConfig:
    """Section `[coin]` of the configuration."""

    port: str = field(metadata={"doc": "Serial port, e.g. /dev/kiosk-coin"})
    protocol: str = field(
        default="cctalk",
        metadata={
            "doc": "What is spoken on the line; mdb is MDB/ICP, see docs/devices/mdb.md",
            "choices": ("cctalk", "mdb"),
        },
    )
    acceptor: int = field(
        default=2, metadata={"doc": "ccTalk address; not used by mdb", "min": 2, "max": 255}
    )
    hoppers: dict[str, int] = field(
        metadata={
            "doc": "Face value in yen -> ccTalk address of its hopper, e.g. {10 = 3, 50 = 4, "
            "100 = 5, 500 = 6}; several values at one address are a changer; with mdb all are 8"
        }
    )
    bills: int = field(
        default=0,
        metadata={
            "doc": "Address of the bill validator, usually 40, with mdb 48; 0 is none",
            "min": 0,
            "max": 255,
        },
    )
    escrow: int = field(
        default=0,
        metadata={
            "doc": "ccTalk address of the motorised coin escrow under the acceptor, usually 160; "
            "0 is none. Coins wait in it until the copies are counted out, and come back as the "
            "same coins if none is",
            "min": 0,
            "max": 255,
        },
    )
    escrow_holds: int = field(
        default=40,
        metadata={
            "doc": "Coins that surely fit into the escrow; the slot is shut before there are more",
            "unit": "pieces",
            "min": 2,
            "max": 255,
        },
    )
    profiles: str = field(
        default="",
        metadata={
            "doc": "TOML file with departures of devices that are not in the built-in table, see "
            "docs/devices/coin.md; empty is none"
        },
    )
    checksum: str = field(
        default="simple",
        metadata={"doc": "Frame check of the devices on the line", "choices": ("simple", "crc")},
    )
    payout: str = field(
        default="coin",
        metadata={
            "doc": "mdb only: coin orders each coin (DISPENSE), value leaves the choice of coins "
            "to a level 3 changer that offers it (ALTERNATIVE PAYOUT)",
            "choices": ("coin", "value"),
        },
    )
    poll_s: float = field(
        default=0.2,
        metadata={"doc": "Time between two credit polls", "unit": "s", "min": 0.05, "max": 0.9},
    )


class CoinVendor(Protocol):
    """An acceptor, its hoppers, and perhaps a bill validator."""

    def capabilities(self) -> VendorCapabilities:
        """Identify every configured device. Raises DeviceError. Limit 5 s. Idempotent.

        Called again after it raised, it may go on where it broke off, as long as it makes sure
        that the same devices are there.
        """
        ...

    def status(self) -> VendorStatus:
        """Ask every device; never raises (a silent one shows as `coin.lost`). Limit 3 s."""
        ...

    def resume(
        self,
        cursor: CreditCursor | None,
        bills: CreditCursor | None = None,
        *,
        interrupted: bool = True,
    ) -> tuple[CoinEvent, ...]:
        """Set up the takers, everything inhibited; credit what came since the cursors.

        `cursor` is the coins', `bills` the bills'; for `None` or another device the present counter
        is the start, told as `CountsMoved` before anything can be let in.
        `interrupted`: whoever wrote them may have ended while money was being taken. A device that
        counts no events says then what may be missing; not so, more in it is staff's refill.
        A bill still held is given back: whoever put it in was promised nothing. Raises
        DeviceError. Idempotent for given cursors.
        """
        ...

    def accept(self, values: frozenset[int]) -> None:
        """Accept exactly these face values from now on; the empty set stops. Idempotent.

        A coin already falling, or a bill drawn in, is still reported by `poll`. Raises DeviceError.
        """
        ...

    def route(self, *, stack: bool) -> None:
        """Stack the bill that is held, or give it back. Never sent twice.

        Evidence is the event alone: `CoinAccepted` once it is stacked, `BillReturned` once it is
        out. An answer that was lost, or says that nothing is held, is no matter. Raises
        MisuseError without a bill validator; DeviceError only where the line is gone.
        """
        ...

    def divert(self, *, keep: bool) -> Diverted:
        """Keep or give back all coins that wait in the escrow; blocks until its flap is shut.

        Idempotent in effect while the same way is asked for: what has left cannot leave again, so
        that after a crash the order may be given once more. Evidence is the escrow's own status.
        Raises MisuseError without an escrow, else never: what is not known is UNKNOWN. Limit 60 s.
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

        Decided by the payer's own counts alone, never by its answer to the order. Never raises:
        what is not known is UNKNOWN.
        """
        ...

    def resolve(self, ticket: DispenseTicket) -> DispenseResult:
        """After a crash: what became of `ticket`. Moves nothing. Idempotent. Never raises."""
        ...

    def close(self) -> None:
        """Inhibit all coins if the line still works, and close the port. Idempotent."""
        ...
