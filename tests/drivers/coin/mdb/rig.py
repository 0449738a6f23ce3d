"""An MDB vendor and its virtual machine in one process, without a wire and without waiting."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from drivers.clock import VirtualClock
from drivers.coin.contract import (
    BillReturned,
    CoinAccepted,
    CoinEvent,
    CoinMaybe,
    CoinVendorConfig,
    CreditCursor,
    DispenseResult,
    DispenseTicket,
    EventsLost,
    Evidence,
    Taker,
    VendorReset,
)
from drivers.coin.mdb.vendor import MdbCoinVendor
from drivers.coin.mdb.virtual import MdbBuild, VirtualMdbMachine
from drivers.coin.mdb.virtual.adapter import Harm, Planned, any_command
from drivers.coin.virtual import Speeds
from drivers.coin.virtual.oracle import Said, differences
from drivers.link.faulty import FaultPlan, FaultyPort
from drivers.link.memory import MemoryPort
from drivers.link.port import BytePort

VALUES = frozenset({10, 50, 100, 500})
NOTES = frozenset({1000, 2000, 5000, 10000})
HOPPERS = {"10": 8, "50": 8, "100": 8, "500": 8}
_LARGEST_COIN, _LARGEST_NOTE = 500, 10000
_MOST_AT_ONCE = 8


@dataclass
class Rig:
    """Everything a test of the driver needs, and the oracle for its end."""

    build: MdbBuild = field(default_factory=MdbBuild)
    speeds: Speeds = field(default_factory=Speeds)
    clock: VirtualClock = field(default_factory=VirtualClock)
    payout: str = "coin"
    machine_kind: type[VirtualMdbMachine] = VirtualMdbMachine

    def __post_init__(self) -> None:
        self.plan = FaultPlan()
        self.seen: list[str] = []
        self.machine = self.machine_kind(
            self.clock, self.build, lambda h: self.seen.append(h.what), self.speeds
        )
        self.hand = self.machine.hand
        self.commands: list[bytes] = []
        self.events: list[CoinEvent] = []
        self.results: dict[DispenseTicket, DispenseResult] = {}
        self.memory = MemoryPort(self._far_end, self.clock)
        self.vendor = self.restart()

    def _far_end(self, data: bytes) -> bytes:
        if data:
            self.commands.append(data.strip())
        return self.machine.receive(data)

    def restart(self) -> MdbCoinVendor:
        """A new driver, as after the host's death: it knows nothing."""
        config = CoinVendorConfig(
            port="memory",
            protocol="mdb",
            hoppers={str(yen): 8 for yen in self.build.changer.pieces},
            bills=0x30 if self.build.bills else 0,
            payout=self.payout,
        )
        self.vendor = MdbCoinVendor(config, self.clock, open_port=self._open)
        return self.vendor

    def _open(self) -> BytePort:
        return FaultyPort(self.memory.reopen(), self.plan, self.clock)

    def ready(self, values: Iterable[int] = VALUES | NOTES) -> "Rig":
        """Identified, set up, accepting."""
        self.vendor.capabilities()
        self.take(self.vendor.resume(None))
        self.take(self.vendor.poll())
        self.vendor.accept(frozenset(values))
        return self

    def harm(
        self, harm: Harm, times: int = 1, command: int | None = None, *, only_data: bool = False
    ) -> None:
        """Spoil so many exchanges, or those of one command."""
        when = any_command if command is None else lambda data: data[0] == command
        self.machine.adapter.plan.append(Planned(harm, times, when, only_data))

    def take(self, events: tuple[CoinEvent, ...]) -> tuple[CoinEvent, ...]:
        """Write down what the driver says."""
        self.events.extend(events)
        return events

    def poll(self, times: int = 1) -> tuple[CoinEvent, ...]:
        """Poll at the usual pace; time passes as it would."""
        found: tuple[CoinEvent, ...] = ()
        for _ in range(times):
            self.clock.advance(0.2)
            found += self.take(self.vendor.poll())
        return found

    def pay(self, yen: int, pieces: int) -> DispenseResult:
        """Prepare and dispense, and write down the word of the driver."""
        return self.said(self.vendor.dispense(self.vendor.prepare(yen, pieces)))

    def said(self, result: DispenseResult) -> DispenseResult:
        """The last word about a ticket counts."""
        self.results[result.ticket] = result
        return result

    def cursor(self, taker: Taker = Taker.COIN) -> CreditCursor:
        """The cursor of the last event that a journal would have written down."""
        told = [e.cursor for e in self.events if hasattr(e, "cursor")]
        return next(c for c in reversed(told) if c.taker is taker)

    def die_and_resume(self, *, interrupted: bool = True) -> tuple[CoinEvent, ...]:
        """The host's death, and its new life from what was written down."""
        coins = self.cursor()
        bills = self.cursor(Taker.BILL) if self.build.bills else None
        self.restart().capabilities()
        return self.take(self.vendor.resume(coins, bills, interrupted=interrupted))

    @property
    def credited_yen(self) -> int:
        """What the driver says came in."""
        return sum(e.yen for e in self.events if isinstance(e, CoinAccepted))

    def told(self) -> Said:
        """All the driver has said, and the most that its doubts can cover."""
        unknown = [r for r in self.results.values() if r.evidence is Evidence.UNKNOWN]
        known = [r for r in self.results.values() if r.evidence is not Evidence.UNKNOWN]
        return Said(
            self.credited_yen,
            sum(r.paid * r.ticket.yen for r in known),
            sum(map(_most, self.events)),
            sum(r.ticket.pieces * r.ticket.yen for r in unknown),
        )

    def check(self) -> None:
        """Customer + machine + declared unknown is constant, and what was said is so."""
        assert differences(self.machine.truth(), self.told()) == ()


def _most(event: CoinEvent) -> int:
    """The most that may be inside uncredited by what an event declares in doubt."""
    if isinstance(event, BillReturned) or not hasattr(event, "cursor"):
        return 0
    largest = _LARGEST_NOTE if event.cursor.taker is Taker.BILL else _LARGEST_COIN
    if isinstance(event, EventsLost):
        return largest * max(event.at_least, _MOST_AT_ONCE)
    return largest if isinstance(event, CoinMaybe | VendorReset) else 0


def kinds(events: Iterable[CoinEvent]) -> list[str]:
    """What sort of events these are."""
    return [type(event).__name__ for event in events]
