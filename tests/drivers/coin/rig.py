"""A coin vendor and its virtual machine in one process, without a wire and without waiting."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from drivers.clock import VirtualClock
from drivers.coin.contract import (
    CoinAccepted,
    CoinEvent,
    CoinVendorConfig,
    CreditCursor,
    DispenseResult,
    DispenseTicket,
    Evidence,
)
from drivers.coin.serial import SerialCoinVendor
from drivers.coin.virtual import MachineBuild, Speeds, VirtualCoinMachine
from drivers.link.faulty import Fault, FaultPlan, FaultyPort
from drivers.link.memory import MemoryPort
from drivers.link.port import BytePort

VALUES = frozenset({10, 50, 100, 500})
HOPPERS = {"10": 3, "50": 4, "100": 5, "500": 6}


class HostKilled(BaseException):
    """The host's process ends here, whatever it was doing."""


@dataclass
class Rig:
    """Everything a test of the driver needs, and the oracle for its end."""

    build: MachineBuild = field(default_factory=MachineBuild)
    speeds: Speeds = field(default_factory=Speeds)
    clock: VirtualClock = field(default_factory=VirtualClock)

    def __post_init__(self) -> None:
        self.plan = FaultPlan()
        self.seen: list[str] = []
        self.machine = VirtualCoinMachine(
            self.clock, self.build, lambda h: self.seen.append(h.what), self.speeds
        )
        self.hand = self.machine.hand
        self.requests: list[bytes] = []
        self.credited_yen = 0
        self.events: list[CoinEvent] = []
        self.results: dict[DispenseTicket, DispenseResult] = {}
        self.memory = MemoryPort(self._far_end, self.clock)
        self.vendor = self.restart()

    def _far_end(self, data: bytes) -> bytes:
        if data:
            self.requests.append(data)
        return self.machine.receive(data)

    def restart(self) -> SerialCoinVendor:
        """A new driver, as after the host's death: it knows nothing."""
        config = CoinVendorConfig(
            port="memory",
            hoppers=HOPPERS,
            checksum=self.build.check.value,
            bills=self.build.bills.address if self.build.bills else 0,
        )
        self.vendor = SerialCoinVendor(config, self.clock, open_port=self._open)
        return self.vendor

    def _open(self) -> BytePort:
        return FaultyPort(self.memory.reopen(), self.plan, self.clock)

    def ready(self, values: Iterable[int] = VALUES) -> "Rig":
        """Identified, set up, accepting."""
        self.vendor.capabilities()
        self.take(self.vendor.resume(None))
        self.vendor.accept(frozenset(values))
        return self

    def take(self, events: tuple[CoinEvent, ...]) -> tuple[CoinEvent, ...]:
        """Write down what the driver says."""
        self.events.extend(events)
        self.credited_yen += sum(e.yen for e in events if isinstance(e, CoinAccepted))
        return events

    def poll(self, times: int = 1) -> tuple[CoinEvent, ...]:
        """Poll at the usual pace; time passes as it would."""
        found: tuple[CoinEvent, ...] = ()
        for _ in range(times):
            self.clock.advance(0.2)
            found += self.take(self.vendor.poll())
        return found

    def pay(self, yen: int, pieces: int) -> DispenseResult:
        """Prepare and dispense."""
        return self.dispense(self.vendor.prepare(yen, pieces))

    def dispense(self, ticket: DispenseTicket) -> DispenseResult:
        """Dispense, and write down the word of the driver."""
        return self.said(self.vendor.dispense(ticket))

    def resolve(self, ticket: DispenseTicket) -> DispenseResult:
        """Resolve, and write down the word of the driver."""
        return self.said(self.vendor.resolve(ticket))

    def said(self, result: DispenseResult) -> DispenseResult:
        """The last word about a ticket counts."""
        self.results[result.ticket] = result
        return result

    def faults(self, *faults: Fault) -> None:
        """Add to the plan."""
        for fault in faults:
            self.plan.add(fault)

    def cursor(self) -> CreditCursor:
        """The cursor of the last event."""
        return next(e.cursor for e in reversed(self.events) if isinstance(e, CoinAccepted))

    @property
    def unknown(self) -> bool:
        """True if the driver admits not to know what became of a payout."""
        return any(r.evidence is Evidence.UNKNOWN for r in self.results.values())

    @property
    def paid_yen(self) -> int:
        """What the driver says was paid out."""
        return sum(r.paid * r.ticket.yen for r in self.results.values())

    def paid_truly_yen(self) -> int:
        """What the machine has really paid out."""
        return sum(h.total * yen for yen, h in self.machine.hoppers.items())

    def credited_truly_yen(self) -> int:
        """What has really been taken in and counted by the acceptor."""
        truth = self.machine.truth()
        return self.paid_truly_yen() - truth.customer_yen - truth.uncredited_yen

    def check(self) -> None:
        """The oracle: no coin is made or lost, and the driver's word is the truth or UNKNOWN."""
        assert self.machine.truth().conserved
        assert self.credited_yen == self.credited_truly_yen()
        if not self.unknown:
            assert self.paid_yen == self.paid_truly_yen()


def header_of(raw: bytes) -> int:
    """The header of a request."""
    return raw[3] if len(raw) > 3 else -1


def for_header(header: int) -> Callable[[bytes], bool]:
    """A fault condition: the request has this header."""
    return lambda raw: header_of(raw) == header
