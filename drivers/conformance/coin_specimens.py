"""Coin machines to show to the suite: right ones of several builds, and wrong ones.

They live on a line without a wire and by a clock that only moves when somebody waits, so that
all cases on all of them take seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from drivers.clock import Clock, VirtualClock
from drivers.coin.contract import CoinVendor, CoinVendorConfig
from drivers.coin.framing import Check
from drivers.coin.serial import SerialCoinVendor
from drivers.coin.tables import DispenseAnswer, FlagMap, Key, Quirks
from drivers.coin.virtual import (
    AcceptorBuild,
    FirstEvent,
    HopperBuild,
    MachineBuild,
    Nameplate,
    VirtualCoinMachine,
    four_hoppers,
)
from drivers.conformance import (
    coin_wrong_acceptors,
    coin_wrong_drivers,
    coin_wrong_hoppers,
    coin_wrong_lines,
)
from drivers.conformance.coin_bench import CoinBench, CoinSetup
from drivers.conformance.coin_hands import virtual
from drivers.conformance.coin_lines import OpenPort
from drivers.conformance.coin_wrong import WrongDevice
from drivers.conformance.proof import Specimen
from drivers.link.memory import MemoryPort

MachineKind = Callable[[Clock, MachineBuild], VirtualCoinMachine]
VendorKind = Callable[[CoinVendorConfig, Clock, OpenPort], CoinVendor]


def our_driver(config: CoinVendorConfig, clock: Clock, open_port: OpenPort) -> CoinVendor:
    """The driver that the terminal uses."""
    return SerialCoinVendor(config, clock, open_port=open_port)


@dataclass(frozen=True, slots=True)
class Stand:
    """A machine and a driver, not yet built."""

    build: MachineBuild = field(default_factory=MachineBuild)
    machine: MachineKind = VirtualCoinMachine
    vendor: VendorKind = our_driver

    def open(self) -> tuple[CoinBench, Clock]:
        """A fresh bench with them, and its clock."""
        clock = VirtualClock()
        machine = self.machine(clock, self.build)
        line = MemoryPort(machine.receive, clock)
        config = CoinVendorConfig(
            port="memory",
            acceptor=self.build.acceptor.address,
            hoppers={str(yen): hopper.address for yen, hopper in self.build.hoppers.items()},
            checksum=self.build.check.value,
        )
        setup = CoinSetup(config, line.reopen, self.vendor)
        return CoinBench(setup, virtual(machine), clock), clock


def _hoppers(product: str, quirks: Quirks, coin_name: str | None) -> dict[int, HopperBuild]:
    return {
        yen: replace(
            hopper,
            plate=replace(hopper.plate, product=product),
            quirks=quirks,
            coin_name=coin_name,
        )
        for yen, hopper in four_hoppers().items()
    }


_SCH2 = Quirks(
    key=Key.ANY8,
    needs_cipher_request=True,
    flag_map=FlagMap.SCH2,
    coin_named=False,
    counts_refusals=True,
    answer=DispenseAnswer.AFTER,
    registers=2,
)
_SCH1 = Quirks(has_total=False, answer=DispenseAnswer.ACK, registers=1)
_PLAIN = MachineBuild()
_OTHER_ACCEPTOR = AcceptorBuild(
    address=11,
    plate=Nameplate("OTH", "OA-7", 7_001),
    credits_are_values=True,
    first_event=FirstEvent.INHIBITED,
    has_accept_counter=False,
    self_inhibit_s=1e9,
)

RIGHT: tuple[Specimen[CoinBench], ...] = (
    Specimen("plain", "simple checksum, echo, hoppers keyed by serial number", Stand(_PLAIN).open),
    Specimen("crc", "CRC, no echo", Stand(replace(_PLAIN, check=Check.CRC, echo=False)).open),
    Specimen(
        "sch2",
        "CRC; hoppers that want header 160 first, eight bytes, and count refusals",
        Stand(
            replace(_PLAIN, check=Check.CRC, hoppers=_hoppers("SCH2-NOENCRYPT", _SCH2, "------"))
        ).open,
    ),
    Specimen(
        "sch1",
        "hoppers without a dispense count that answer a plain ACK",
        Stand(replace(_PLAIN, hoppers=_hoppers("SCH1", _SCH1, ""))).open,
    ),
    Specimen(
        "other-acceptor",
        "another address, credits that are values, a dummy first event, no accept counter, "
        "no watchdog; hoppers that answer with the counter before",
        Stand(
            replace(
                _PLAIN,
                acceptor=_OTHER_ACCEPTOR,
                hoppers=_hoppers("KV-H1", Quirks(answer=DispenseAnswer.BEFORE), None),
            )
        ).open,
    ),
)


def _wrong(device: WrongDevice) -> Specimen[CoinBench]:
    stand = Stand(device.build, device.machine)
    return Specimen(device.name, device.what, stand.open, device.killers)


WRONG_DEVICES: tuple[WrongDevice, ...] = (
    *coin_wrong_acceptors.WRONG,
    *coin_wrong_hoppers.WRONG,
    *coin_wrong_lines.WRONG,
)
SPECIMENS: tuple[Specimen[CoinBench], ...] = (
    *RIGHT,
    *(_wrong(device) for device in WRONG_DEVICES),
    *(
        Specimen(driver.name, driver.what, Stand(vendor=driver.vendor).open, driver.killers)
        for driver in coin_wrong_drivers.WRONG
    ),
)
