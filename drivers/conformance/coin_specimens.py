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
from drivers.coin.virtual import MachineBuild, VirtualCoinMachine
from drivers.conformance import (
    coin_wrong_acceptors,
    coin_wrong_addresses,
    coin_wrong_bills,
    coin_wrong_changers,
    coin_wrong_drivers,
    coin_wrong_escrows,
    coin_wrong_hoppers,
    coin_wrong_lines,
)
from drivers.conformance.coin_bench import CoinBench, CoinSetup
from drivers.conformance.coin_builds import BILLS, CHANGER, ESCROW, OTHER, PLAIN, SCH1, SCH2
from drivers.conformance.coin_hands import virtual
from drivers.conformance.coin_lines import OpenPort
from drivers.conformance.coin_wrong import WrongDevice
from drivers.conformance.coin_wrong_drivers import WrongDriver
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
            hoppers=_addresses(self.build),
            bills=self.build.bills.address if self.build.bills else 0,
            escrow=self.build.escrow.address if self.build.escrow else 0,
            checksum=self.build.check.value,
        )
        setup = CoinSetup(config, line.open_alone, self.vendor)
        return CoinBench(setup, virtual(machine), clock), clock


def _addresses(build: MachineBuild) -> dict[str, int]:
    """Face value -> address of its hopper, or of the changer."""
    found = {str(yen): hopper.address for yen, hopper in build.hoppers.items()}
    if build.changer:
        found |= {str(yen): build.changer.address for yen in build.changer.pieces}
    return found


RIGHT: tuple[Specimen[CoinBench], ...] = (
    Specimen("plain", "simple checksum, echo, hoppers keyed by serial number", Stand(PLAIN).open),
    Specimen("crc", "CRC, no echo", Stand(replace(PLAIN, check=Check.CRC, echo=False)).open),
    Specimen(
        "sch2",
        "CRC; hoppers that want header 160 first, eight bytes, and count refusals",
        Stand(replace(SCH2, check=Check.CRC)).open,
    ),
    Specimen(
        "sch1",
        "hoppers without a dispense count that answer a plain ACK",
        Stand(SCH1).open,
    ),
    Specimen("bills", "with a bill validator that holds each bill", Stand(BILLS).open),
    Specimen("escrow", "with a coin escrow under the acceptor", Stand(ESCROW).open),
    Specimen("changer", "with a changer instead of hoppers", Stand(CHANGER).open),
    Specimen(
        "other",
        "another address, credits that are values, a dummy first event, no accept counter, "
        "no watchdog; hoppers that answer with the counter before",
        Stand(OTHER).open,
    ),
)


def _wrong(device: WrongDevice) -> Specimen[CoinBench]:
    stand = Stand(device.build, device.machine)
    return Specimen(device.name, device.what, stand.open, device.killers)


def _wrong_driver(driver: WrongDriver) -> Specimen[CoinBench]:
    stand = Stand(driver.build, vendor=driver.vendor)
    return Specimen(driver.name, driver.what, stand.open, driver.killers)


WRONG_DEVICES: tuple[WrongDevice, ...] = (
    *coin_wrong_acceptors.WRONG,
    *coin_wrong_bills.WRONG,
    *coin_wrong_hoppers.WRONG,
    *coin_wrong_lines.WRONG,
    *coin_wrong_escrows.WRONG,
    *coin_wrong_changers.WRONG,
    *coin_wrong_addresses.WRONG,
)
SPECIMENS: tuple[Specimen[CoinBench], ...] = (
    *RIGHT,
    *(_wrong(device) for device in WRONG_DEVICES),
    *(
        Specimen(
            driver.name, driver.what, Stand(driver.build, vendor=driver.vendor).open, driver.killers
        )
        for driver in coin_wrong_drivers.WRONG
    ),
)
