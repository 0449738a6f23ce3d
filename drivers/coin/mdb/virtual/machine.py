"""The virtual MDB machine: an adapter, a changer, perhaps a bill validator, and their coins."""

from collections.abc import Iterator

from drivers.clock import Clock
from drivers.coin.mdb.virtual.adapter import VirtualAdapter
from drivers.coin.mdb.virtual.changer import VirtualMdbChanger
from drivers.coin.mdb.virtual.mechanics import MdbBuild
from drivers.coin.mdb.virtual.slave import MdbSlave
from drivers.coin.mdb.virtual.validator import VirtualMdbValidator
from drivers.coin.virtual.hand import Hand
from drivers.coin.virtual.mechanics import Observer, Speeds, nobody
from drivers.coin.virtual.stand import CoinStand


class VirtualMdbMachine(CoinStand):
    """One adapter with its bus. A machine with wrong devices names other classes for its parts."""

    plenty = 60
    bills: VirtualMdbValidator | None

    changer_kind = VirtualMdbChanger
    bills_kind = VirtualMdbValidator
    adapter_kind = VirtualAdapter

    def __init__(
        self,
        clock: Clock,
        build: MdbBuild | None = None,
        observer: Observer = nobody,
        speeds: Speeds | None = None,
    ) -> None:
        """`observer` is called from the thread that causes or notices something; be quick."""
        super().__init__(clock, paced_baud=0)
        self.build = build or MdbBuild()
        self.speeds = speeds or Speeds()
        parts = (self.speeds, self.ledger, observer)
        self.changer = self.changer_kind(self.build.changer, *parts)
        self.acceptor = self.changer
        self.hoppers = self.changer.tubes
        self.bills = self.bills_kind(self.build.bills, *parts) if self.build.bills else None
        self.adapter = self.adapter_kind(self.build.adapter, self.slaves)
        self.hand = Hand(self, observer)
        self.settle()

    def receive(self, data: bytes) -> bytes:
        """What comes back when `data` arrives now: lines of the adapter."""
        with self._lock:
            self.settle()
            self.adapter.bus_cut = self.cable_cut
            answers = self.adapter.receive(data)
            self.settle()
            return answers

    def unplug(self) -> None:
        with self._lock:
            self.adapter.unplug()
        super().unplug()

    def slaves(self) -> Iterator[MdbSlave]:
        """All peripherals on the bus."""
        yield self.changer
        if self.bills is not None:
            yield self.bills
